//! A list of projects: what stands on it, what its approval does, and whether its year has money for it.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use tonic::Code;

use super::*;
use crate::harness::{engines, refused, violations};
use crate::plan::{funding as cell, new_item, new_plan, plan_name};

/// A list of `khcn` for 2024.
async fn list(h: &Harness, id: &str, items: Vec<pb::CreatePlanItemOperation>) {
    let mut request = new_plan(id, items);
    let plan = request.plan.as_mut().unwrap();
    (plan.kind, plan.first_year, plan.last_year, plan.base_year) = (pb::PlanKind::ProjectList.into(), 2024, 2024, 0);
    plan.label = String::new();
    h.plans().create_plan(by("drafter", request)).await.unwrap();
}

/// Puts a project on a list.
async fn put(h: &Harness, id: &str, list: &str) -> Result<Response<pb::Project>, Status> {
    let project = h.get_project(id).await;
    let change =
        update(&project, &["list"], |new| new.list = if list.is_empty() { String::new() } else { plan_name(list) });
    h.projects().update_project(by("drafter", change)).await
}

engines! {
    async fn approving_a_list_lists_its_projects_in_the_same_command(h: Harness) {
        h.proposed("a").await;
        list(&h, "danh-muc", Vec::new()).await;
        for id in ["b", "dropped", "elsewhere"] {
            h.project(id).await;
        }
        for id in ["a", "b", "dropped"] {
            put(&h, id, "danh-muc").await.unwrap();
        }
        h.brought("a", State::Identified).await;
        h.brought("b", State::Identified).await;
        h.brought("dropped", State::Dropped).await;
        h.carried("danh-muc", &[Submit, Endorse, Appraise]).await;
        let before = h.revision("dt").await;
        let life = h.carried("danh-muc", &[Approve]).await;
        assert_eq!((h.revision("dt").await, life.revision), (before + 1, before + 1));
        for id in ["a", "b"] {
            let project = h.get_project(id).await;
            let step = project.steps.last().unwrap();
            assert_eq!((state(&project), project.revision, step.person.as_str()), (State::Listed, life.revision, "approver"));
            assert_eq!(step.r#move.as_ref().unwrap().act, act("12"));
        }
        assert_eq!((state(&h.get_project("elsewhere").await), state(&h.get_project("dropped").await)), (State::Proposed, State::Dropped));
        let on_it = pb::ListProjectsRequest { parent: jurisdiction_name("dt"), list: plan_name("danh-muc"), ..Default::default() };
        assert_eq!(h.projects().list_projects(on_it).await.unwrap().into_inner().projects.len(), 3);
        // A supplement: what is listed stays, what was put on since is listed.
        h.carried("danh-muc", &[Amend]).await;
        put(&h, "elsewhere", "danh-muc").await.unwrap();
        h.brought("elsewhere", State::Identified).await;
        h.moved("drafter", "a", vec![made(Verb::Call)]).await.unwrap();
        h.carried("danh-muc", &[Submit, Endorse, Appraise, Approve]).await;
        assert_eq!((state(&h.get_project("a").await), state(&h.get_project("elsewhere").await)), (State::Called, State::Listed));
        h.is_sound();
    }

    async fn a_list_with_a_project_that_cannot_be_listed_is_not_approved_and_names_it(h: Harness) {
        h.proposed("a").await;
        list(&h, "danh-muc", Vec::new()).await;
        h.project("early").await;
        let mut bare = new_project("bare");
        bare.project.as_mut().unwrap().method = 0;
        h.projects().create_project(by("drafter", bare)).await.unwrap();
        for id in ["a", "early", "bare"] {
            put(&h, id, "danh-muc").await.unwrap();
        }
        h.brought("a", State::Identified).await;
        let way = vec![made(Verb::Order), made(Verb::Identify)];
        h.moved("drafter", "bare", way).await.unwrap();
        h.carried("danh-muc", &[Submit, Endorse, Appraise]).await;
        let before = h.standing();
        let details = refused(h.moves(Approve, "danh-muc").await, Code::FailedPrecondition, "PROJECT_NOT_LISTABLE");
        h.nothing_changed(&before);
        let named: Vec<String> = violations(&details).into_iter().map(|(_, subject)| subject).collect();
        assert_eq!(named, [project_name("bare"), project_name("early")]);
        let told = &details.precondition_failure().unwrap().violations[1].description;
        assert_eq!(told, "jurisdictions/dt/projects/early is PROPOSED, which allows ORDER, DROP; so it cannot be listed");
        // Once they can be, it is.
        h.brought("early", State::Identified).await;
        let bare = h.get_project("bare").await;
        let method = update(&bare, &["method"], |new| new.method = pb::ProjectMethod::Grant.into());
        h.projects().update_project(by("drafter", method)).await.unwrap();
        h.carried("danh-muc", &[Approve]).await;
        assert_eq!(state(&h.get_project("bare").await), State::Listed);
    }

    async fn what_stands_on_a_list_is_settled_with_it(h: Harness) {
        h.proposed("p").await;
        h.planned_list().await;
        for (wrong, reason) in [("none", "PROJECT_LIST_INVALID"), ("plan", "PROJECT_LIST_INVALID"), ("other-year", "PROJECT_LIST_INVALID"), ("other-unit", "PROJECT_LIST_INVALID")] {
            refused(put(&h, "p", wrong).await, Code::FailedPrecondition, reason);
        }
        put(&h, "p", "danh-muc").await.unwrap();
        put(&h, "p", "").await.unwrap();
        put(&h, "p", "danh-muc").await.unwrap();
        h.carried("danh-muc", &[Submit]).await;
        for list in ["", "other"] {
            refused(put(&h, "p", list).await, Code::FailedPrecondition, "PROJECT_LIST_INVALID");
        }
        h.project("late").await;
        refused(put(&h, "late", "danh-muc").await, Code::FailedPrecondition, "PROJECT_LIST_INVALID");
    }

    async fn nobody_approves_a_list_with_a_project_that_they_worked_on(h: Harness) {
        h.proposed("p").await;
        list(&h, "danh-muc", Vec::new()).await;
        put(&h, "p", "danh-muc").await.unwrap();
        h.moved("approver", "p", vec![made(Verb::Order), made(Verb::Identify)]).await.unwrap();
        h.carried("danh-muc", &[Submit, Endorse, Appraise]).await;
        refused(h.moves(Approve, "danh-muc").await, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
    }

    async fn a_list_that_needs_more_than_its_year_has_is_a_warning(h: Harness) {
        h.proposed("p").await;
        h.project("going").await;
        h.brought("going", State::InProgress).await;
        list(&h, "danh-muc", vec![new_item("m", cell("", 2024, pb::Nature::Recurrent, 999))]).await;
        put(&h, "p", "danh-muc").await.unwrap();
        let check = || async { h.approval().check_document(pb::CheckDocumentRequest { name: plan_name("danh-muc"), ..Default::default() }).await.unwrap().into_inner() };
        let found = check().await.findings.into_iter().find(|one| one.rule == "PRJ-14").unwrap();
        assert_eq!((found.severity(), found.difference, found.expected.as_str(), found.actual.as_str()), (pb::Severity::Warning, Some(1), "999", "1000"));
        let item = h.items("danh-muc").await.remove(0);
        let more = crate::plan::replaced(&item, cell("", 2024, pb::Nature::Recurrent, 1_000));
        h.plans().batch_write_plan(by("drafter", crate::plan::batch("danh-muc", vec![more]))).await.unwrap();
        assert!(check().await.findings.iter().all(|one| one.rule != "PRJ-14"));
    }
}

impl Harness {
    /// The list `danh-muc`, and what is none for a project of `khcn` of 2024.
    async fn planned_list(&self) {
        list(self, "danh-muc", Vec::new()).await;
        list(self, "other", Vec::new()).await;
        self.plan("plan").await;
        self.unit("dt", "yt").await;
        for (id, unit, year) in [("other-year", "khcn", 2023), ("other-unit", "yt", 2024)] {
            let mut request = new_plan(id, Vec::new());
            let plan = request.plan.as_mut().unwrap();
            (plan.kind, plan.first_year, plan.last_year) = (pb::PlanKind::ProjectList.into(), year, year);
            plan.unit = unit_name("dt", unit);
            self.plans().create_plan(by("drafter", request)).await.unwrap();
        }
    }
}
