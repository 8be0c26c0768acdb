//! The header of a plan: created, changed, listed, deleted; what never changes; what it was at a revision.

use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, fields, refused, request_id, violations, was_replayed};

fn update(plan: &pb::Plan, paths: &[&str], change: impl Fn(&mut pb::Plan)) -> pb::UpdatePlanRequest {
    let mut new = pb::Plan { name: plan.name.clone(), ..Default::default() };
    change(&mut new);
    let update_mask = Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    pb::UpdatePlanRequest { plan: Some(new), update_mask, etag: plan.etag.clone(), ..Default::default() }
}

async fn list(h: &Harness, change: impl Fn(&mut pb::ListPlansRequest)) -> Vec<String> {
    let mut request = pb::ListPlansRequest { parent: jurisdiction_name("dt"), ..Default::default() };
    change(&mut request);
    let listed = h.plans().list_plans(request).await.unwrap().into_inner();
    listed.plans.iter().map(|plan| plan.name.rsplit('/').next().unwrap().to_owned()).collect()
}

engines! {
    async fn a_plan_is_what_was_sent_and_a_repeat_makes_no_second(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        let mut request = new_plan("p", usual_items());
        request.request_id = Some(request_id(1));
        let sent = request.plan.as_mut().unwrap();
        sent.label = "2010–2015".to_owned();
        sent.narrative = "Căn cứ\ntình hình".to_owned();
        sent.legal_basis = vec![pb::LegalBasis { number: "20-NQ/TW".to_owned(), issued_on: "2012-11-01".to_owned(), ..Default::default() }];
        let expected = sent.clone();
        let made = h.plans().create_plan(request.clone()).await.unwrap().into_inner();
        assert_eq!((made.label.as_str(), made.first_year, made.last_year, made.base_year), ("2010–2015", 2011, 2015, 2010));
        assert_eq!((made.item_count, made.money_binds, made.state()), (4, false, pb::DocumentState::Draft));
        assert_eq!((&made.narrative, &made.legal_basis), (&expected.narrative, &expected.legal_basis));
        let again = h.plans().create_plan(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!((again.into_inner(), h.get_plan("p").await), (made.clone(), made));
        h.is_sound();
    }

    async fn a_header_changes_by_its_mask_and_the_old_one_stays_readable(h: Harness) {
        let first = h.planned("p").await;
        let other = h.plan("other").await;
        let change = update(&first, &["label", "last_year", "base_year", "refers_to", "narrative"], |plan| {
            plan.last_year = 2016;
            plan.refers_to = vec![other.name.clone()];
        });
        let now = h.plans().update_plan(change.clone()).await.unwrap().into_inner();
        assert_eq!((now.label.as_str(), now.last_year, now.base_year), ("", 2016, 0));
        assert_eq!((now.title.as_str(), &now.refers_to), (first.title.as_str(), &vec![other.name.clone()]));
        refused(h.plans().update_plan(change).await, Code::Aborted, "STALE_ETAG");
        let then = pb::GetPlanRequest { name: first.name.clone(), read_at: Some(at(first.revision)) };
        assert_eq!(h.plans().get_plan(then).await.unwrap().into_inner(), first);
        h.is_sound();
    }

    async fn what_never_changes_and_what_is_not_there_are_told_together(h: Harness) {
        let plan = h.planned("p").await;
        let wrong = update(&plan, &[], |new| {
            new.kind = pb::PlanKind::Annual.into();
            new.unit = unit_name("dt", "other");
            new.refers_to = vec![plan_name("none")];
            new.last_year = 2030;
        });
        let details = h.refuses(async { h.plans().update_plan(wrong).await }, Code::FailedPrecondition, "FIELD_IMMUTABLE").await;
        let told = violations(&details);
        let told: Vec<_> = told.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(told, [("FIELD_IMMUTABLE", "plan.unit"), ("FIELD_IMMUTABLE", "plan.kind"), ("REFERENCE_UNKNOWN", "plan.refers_to[0]"), ("PLAN_YEAR_OUTSIDE", "plan.last_year")]);
    }

    async fn every_field_of_a_message_that_is_wrong_is_named(h: Harness) {
        h.planned("p").await;
        let mut request = new_plan("q", Vec::new());
        let plan = request.plan.as_mut().unwrap();
        (plan.kind, plan.title, plan.first_year, plan.unit) = (0, "\u{7}".to_owned(), 11, "jurisdictions/x/units/khcn".to_owned());
        plan.refers_to = vec!["jurisdictions/x/plans/p".to_owned()];
        let details = h.refuses(async { h.plans().create_plan(request).await }, Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["plan.unit", "plan.kind", "plan.title", "plan.first_year", "plan.refers_to[0]"]);
    }

    async fn plans_are_listed_by_year_unit_and_id_and_narrowed(h: Harness) {
        h.planned("b").await;
        h.unit_below("dt", "tt", "khcn").await;
        h.plan("a").await;
        let mut annual = new_plan("y", Vec::new());
        let plan = annual.plan.as_mut().unwrap();
        (plan.kind, plan.first_year, plan.last_year, plan.unit) = (pb::PlanKind::Annual.into(), 2014, 2014, unit_name("dt", "tt"));
        h.plans().create_plan(annual).await.unwrap();
        assert_eq!(list(&h, |_| ()).await, ["a", "b", "y"]);
        assert_eq!(list(&h, |m| m.year = 2014).await, ["a", "b", "y"]);
        assert_eq!(list(&h, |m| m.year = 2011).await, ["a", "b"]);
        assert_eq!(list(&h, |m| m.kinds = vec![pb::PlanKind::Annual.into()]).await, ["y"]);
        assert_eq!(list(&h, |m| m.unit = unit_name("dt", "khcn")).await, ["a", "b", "y"]);
        assert_eq!(list(&h, |m| (m.unit, m.unit_only) = (unit_name("dt", "khcn"), true)).await, ["a", "b"]);
        assert_eq!(list(&h, |m| m.states = vec![pb::DocumentState::Approved.into()]).await, [""; 0]);
        let mut request = pb::ListPlansRequest { parent: jurisdiction_name("dt"), page_size: 2, ..Default::default() };
        let first = h.plans().list_plans(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        // What is created between two pages is not on the second.
        h.plan("c").await;
        let second = h.plans().list_plans(request).await.unwrap().into_inner();
        let names: Vec<_> = first.plans.iter().chain(&second.plans).map(|plan| plan.name.clone()).collect();
        assert_eq!((names, second.next_page_token.as_str()), (vec![plan_name("a"), plan_name("b"), plan_name("y")], ""));
    }

    async fn a_deleted_plan_is_gone_but_for_the_past_and_its_id_is_spent(h: Harness) {
        let plan = h.planned("p").await;
        let delete = pb::DeletePlanRequest { name: plan.name.clone(), etag: plan.etag.clone(), ..Default::default() };
        h.plans().delete_plan(delete).await.unwrap();
        let get = |read_at| pb::GetPlanRequest { name: plan.name.clone(), read_at };
        refused(h.plans().get_plan(get(None)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert_eq!(h.plans().get_plan(get(Some(at(plan.revision)))).await.unwrap().into_inner(), plan);
        assert_eq!(h.items_at("p", Some(at(plan.revision))).await.len(), 4);
        refused(h.plans().create_plan(new_plan("p", Vec::new())).await, Code::AlreadyExists, "ALREADY_EXISTS");
        h.is_sound();
    }
}
