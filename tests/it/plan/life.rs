//! A plan in the common life: checked, approved, amended; who reviews it; the text in force.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Close, Endorse, Return, Submit, Withdraw};
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{department, engines, refused, violations};

const TO_APPROVAL: &[Verb] = &[Submit, Endorse, Appraise, Approve];

fn in_force() -> Option<pb::ReadAt> {
    Some(pb::ReadAt { in_force: true, ..Default::default() })
}

async fn rules(h: &Harness, plan: &str) -> Vec<(String, String)> {
    let request = pb::CheckDocumentRequest { name: plan_name(plan), read_at: None };
    let found = h.approval().check_document(request).await.unwrap().into_inner().findings;
    found.into_iter().map(|finding| (finding.rule, finding.message)).collect()
}

engines! {
    async fn from_a_draft_through_an_amendment_that_is_given_up_to_another(h: Harness) {
        h.planned("p").await;
        h.carried("p", &[Submit, Withdraw, Submit, Return]).await;
        let first = h.carried("p", TO_APPROVAL).await;
        assert_eq!((first.state(), first.submission, first.number, first.in_force_revision), (pb::DocumentState::Approved, 3, 0, first.revision));
        let approved = h.items("p").await;
        let write = batch("p", vec![created("", goal("Mới"))]);
        refused(h.plans().batch_write_plan(by("drafter", write.clone())).await, Code::FailedPrecondition, "NOT_DRAFT");

        // The amendment that is given up leaves no trace but its steps.
        h.carried("p", &[Amend]).await;
        let changed = vec![deleted(&approved[3]), replaced(&approved[0], goal("Khác")), created("n", goal("Mới"))];
        h.plans().batch_write_plan(by("drafter", batch("p", changed))).await.unwrap();
        let plan = h.get_plan("p").await;
        let new = pb::Plan { name: plan.name, narrative: "x".to_owned(), last_year: 2016, ..Default::default() };
        let update = pb::UpdatePlanRequest { plan: Some(new), etag: plan.etag, ..Default::default() };
        h.plans().update_plan(by("drafter", update)).await.unwrap();
        assert_eq!(h.items_at("p", in_force()).await.len(), 4, "the text in force stays in force");
        let back = h.carried("p", &[Cancel]).await;
        assert_eq!((back.number, back.in_force_revision), (0, first.revision));
        let plain = |items: Vec<pb::PlanItem>| items.into_iter().map(|item| (item.name, item.sequence, item.content)).collect::<Vec<_>>();
        assert_eq!(plain(h.items("p").await), plain(approved.clone()));
        let plan = h.get_plan("p").await;
        assert_eq!((plan.last_year, plan.narrative.as_str(), plan.item_count), (2015, "", 4));

        // The amendment that is approved.
        h.carried("p", &[Amend]).await;
        h.plans().batch_write_plan(by("drafter", write)).await.unwrap();
        let second = h.carried("p", TO_APPROVAL).await;
        assert_eq!((second.number, second.in_force_revision, h.items_at("p", in_force()).await.len()), (1, second.revision, 5));
        assert_eq!(plain(h.items_at("p", Some(at(first.revision))).await), plain(approved));
        h.carried("p", &[Close]).await;
        h.is_sound();
    }

    async fn the_text_in_force_is_read_and_listed_while_an_amendment_is_drafted(h: Harness) {
        h.planned("p").await;
        h.plan("never").await;
        h.carried("p", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        let plan = h.get_plan("p").await;
        let new = pb::Plan { name: plan.name.clone(), title: "Điều chỉnh".to_owned(), first_year: 2012, ..Default::default() };
        let update = pb::UpdatePlanRequest { plan: Some(new), etag: plan.etag, ..Default::default() };
        h.plans().update_plan(by("drafter", update)).await.unwrap();
        let get = |id: &str| pb::GetPlanRequest { name: plan_name(id), read_at: in_force() };
        let text = h.plans().get_plan(get("p")).await.unwrap().into_inner();
        assert_eq!((text.first_year, text.state(), text.number, text.etag.as_str()), (2011, pb::DocumentState::Draft, 1, ""));
        refused(h.plans().get_plan(get("never")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        let list = pb::ListPlansRequest { parent: jurisdiction_name("dt"), read_at: in_force(), page_size: 1, ..Default::default() };
        let listed = h.plans().list_plans(list).await.unwrap().into_inner();
        assert_eq!((listed.plans, listed.next_page_token.as_str()), (vec![text], ""));
    }

    async fn what_the_check_finds_stops_the_plan_until_it_is_mended_or_justified(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        let mut request = new_plan("p", usual_items());
        request.plan.as_mut().unwrap().label = "2010–2015".to_owned();
        h.plans().create_plan(by("drafter", request)).await.unwrap();
        let wrong = created("sum", funding("t", 0, pb::Nature::Recurrent, 21_000_000_000));
        h.plans().batch_write_plan(by("drafter", batch("p", vec![wrong]))).await.unwrap();
        let found = rules(&h, "p").await;
        assert_eq!(found.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>(), ["PLN-01", "PLN-LABEL"]);
        assert_eq!(found[1].1, "\"2010–2015\" reads as 6 years, the plan covers 2011 to 2015");
        let details = refused(h.moves(Submit, "p").await, Code::FailedPrecondition, "FINDING");
        let subjects = violations(&details);
        assert_eq!(subjects, [("PLN-01".to_owned(), format!("{}/fundings/sum", plan_name("p"))), ("PLN-LABEL".to_owned(), plan_name("p"))]);
        let sum = h.items("p").await.into_iter().find(|item| item.name.ends_with("/sum")).unwrap();
        let right = replaced(&sum, funding("t", 0, pb::Nature::Recurrent, 22_000_000_000));
        h.plans().batch_write_plan(by("drafter", batch("p", vec![right]))).await.unwrap();
        let submit = |justifications| {
            let (mut client, name) = (h.approval(), plan_name("p"));
            let h = &h;
            async move { client.submit(by("drafter", pb::SubmitRequest { name, etag: h.get_plan("p").await.etag, justifications, ..Default::default() })).await }
        };
        refused(submit(Vec::new()).await, Code::FailedPrecondition, "FINDING");
        let why = pb::Justification { rule: "PLN-LABEL".to_owned(), text: "Ghi theo văn bản đã công bố.".to_owned() };
        let life = submit(vec![why]).await.unwrap().into_inner();
        assert_eq!((life.state(), life.findings.len()), (pb::DocumentState::Submitted, 1));
        // The label stays as it was typed.
        assert_eq!(h.get_plan("p").await.label, "2010–2015");
    }

    async fn only_one_plan_of_a_kind_is_in_force_for_a_year(h: Harness) {
        h.planned("p").await;
        h.plan("q").await;
        h.carried("p", TO_APPROVAL).await;
        h.carried("q", &[Submit, Endorse, Appraise]).await;
        refused(h.moves(Approve, "q").await, Code::FailedPrecondition, "ALREADY_IN_FORCE");
        h.carried("p", &[Close]).await;
        h.carried("q", &[Approve]).await;
    }

    async fn a_remark_stands_at_an_item_of_the_plan(h: Harness) {
        h.planned("p").await;
        h.carried("p", &[Submit]).await;
        let back = |line: String| {
            let (mut client, name) = (h.approval(), plan_name("p"));
            let h = &h;
            async move {
                let remarks = vec![pb::LineRemark { line, remark: "Chưa rõ nguồn.".to_owned() }];
                let request = pb::ReturnRequest { name, etag: h.get_plan("p").await.etag, to_draft: true, reason: "Xem lại.".to_owned(), remarks, ..Default::default() };
                client.r#return(by("head", request)).await
            }
        };
        refused(back(format!("{}/goals/t", plan_name("p"))).await, Code::FailedPrecondition, "REFERENCE_UNKNOWN");
        refused(back(format!("{}/tasks/t", plan_name("q"))).await, Code::InvalidArgument, "FIELD_INVALID");
        back(format!("{}/tasks/t", plan_name("p"))).await.unwrap();
        let steps = pb::ListStepsRequest { name: plan_name("p"), ..Default::default() };
        let steps = h.approval().list_steps(steps).await.unwrap().into_inner().steps;
        assert_eq!(steps[1].remarks[0].line, format!("{}/tasks/t", plan_name("p")));
    }
}

/// Who appraises depends on the kind: PLANNING for a development plan, FINANCE for a financial one.
mod reviewers {
    use super::*;
    use crate::access::ground::Ground;
    use crate::harness::{Locked, locked};

    locked! {
        async fn plans_are_seen_and_judged_by_planning_and_financial_ones_by_finance(s: Locked) {
            let g = Ground::new(s).await;
            let function = pb::UnitFunction { function: pb::Function::Planning.into(), starts_on: "2020-01-01".to_owned(), ends_on: String::new() };
            let planning = pb::Unit { parent_unit: unit_name("dt", "tinh"), functions: vec![function], ..department("skhdt") };
            g.h.organisation_as(&g.an).create_unit(pb::CreateUnitRequest { unit: Some(planning), ..crate::harness::new_unit("dt", "skhdt") }).await.unwrap();
            let drafter = g.holder("drafter", pb::Role::Drafter, "khcn").await;
            let planning = g.holder("planning", pb::Role::Reviewer, "skhdt").await;
            let finance = g.holder("finance", pb::Role::Reviewer, "stc").await;
            g.h.plans_as(&drafter).create_plan(new_plan("d", Vec::new())).await.unwrap();
            let mut financial = new_plan("f", Vec::new());
            financial.plan.as_mut().unwrap().kind = pb::PlanKind::FiveYearFinancial.into();
            g.h.plans_as(&drafter).create_plan(financial).await.unwrap();
            for (who, sees, hidden) in [(&planning, "d", "f"), (&finance, "f", "d")] {
                let list = pb::ListPlansRequest { parent: jurisdiction_name("dt"), ..Default::default() };
                let listed = g.h.plans_as(who).list_plans(list).await.unwrap().into_inner().plans;
                assert_eq!(listed.iter().map(|plan| plan.name.clone()).collect::<Vec<_>>(), if sees == "d" { vec![plan_name("d"), plan_name("p")] } else { vec![plan_name("f")] });
                let get = |id: &str| pb::GetPlanRequest { name: plan_name(id), read_at: None };
                g.h.plans_as(who).get_plan(get(sees)).await.unwrap();
                refused(g.h.plans_as(who).get_plan(get(hidden)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
                let items = pb::ListPlanItemsRequest { parent: plan_name(hidden), ..Default::default() };
                refused(g.h.plans_as(who).list_plan_items(items).await, Code::NotFound, "RESOURCE_NOT_FOUND");
            }
        }
    }
}
