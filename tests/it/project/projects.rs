//! What a project says: created, changed, listed, deleted; what never changes and what does no more; many at once.

use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, fields, refused, request_id, violations, was_replayed};

async fn list(h: &Harness, change: impl Fn(&mut pb::ListProjectsRequest)) -> Vec<String> {
    let mut request = pb::ListProjectsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
    change(&mut request);
    let listed = h.projects().list_projects(request).await.unwrap().into_inner();
    listed.projects.iter().map(|project| project.name.rsplit('/').next().unwrap().to_owned()).collect()
}

fn told(details: &tonic_types::ErrorDetails) -> Vec<(String, String)> {
    violations(details)
}

engines! {
    async fn a_project_is_what_was_sent_and_a_repeat_makes_no_second(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        let request = pb::CreateProjectRequest { request_id: Some(request_id(1)), ..new_project("p") };
        let made = h.projects().create_project(request.clone()).await.unwrap().into_inner();
        let pb::Project { name, state, open_verbs, revision, etag, created_at, updated_at, .. } = made.clone();
        assert_eq!((name.as_str(), state, open_verbs.len(), created_at), ("jurisdictions/dt/projects/p", 1, 2, updated_at));
        let sent = pb::Project { name, state, open_verbs, revision, etag, created_at, updated_at, ..described() };
        assert_eq!(made, sent);
        let again = h.projects().create_project(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!((again.into_inner(), h.get_project("p").await), (made.clone(), made));
        h.is_sound();
    }

    async fn a_project_changes_by_its_mask_and_the_old_one_stays_readable(h: Harness) {
        let first = h.proposed("p").await;
        use pb::FinancingClass::Local;
        let change = update(&first, &["code", "field", "objective", "total_amount", "sources", "funding"], |new| {
            new.field = pb::ResearchField::Medicine.into();
            new.total_amount = Some(70);
            new.sources = vec![source(Local, 70)];
            new.funding = vec![funding(2024, Local, 30), funding(2025, Local, 40)];
        });
        let now = h.projects().update_project(change.clone()).await.unwrap().into_inner();
        assert_eq!((now.code.as_str(), now.field(), now.objective.as_str(), now.title == first.title), ("", pb::ResearchField::Medicine, "", true));
        assert_eq!((now.total_amount, &now.sources, &now.funding), (Some(70), &change.project.as_ref().unwrap().sources, &change.project.as_ref().unwrap().funding));
        refused(h.projects().update_project(change).await, Code::Aborted, "STALE_ETAG");
        let then = pb::GetProjectRequest { name: first.name.clone(), read_at: Some(at(first.revision)) };
        assert_eq!(h.projects().get_project(then).await.unwrap().into_inner(), first);
        h.is_sound();
    }

    async fn money_that_does_not_add_up_and_what_is_not_there_are_told_together(h: Harness) {
        let project = h.proposed("p").await;
        let wrong = update(&project, &["unit", "total_amount", "secretary", "last_year", "plan_tasks", "list"], |new| {
            new.unit = unit_name("dt", "other");
            new.total_amount = Some(999);
            new.secretary = "CN-01".to_owned();
            new.last_year = 2024;
            new.plan_tasks = vec!["jurisdictions/dt/plans/p/tasks/t".to_owned()];
            new.list = "jurisdictions/dt/plans/p".to_owned();
        });
        let details = h.refuses(async { h.projects().update_project(wrong).await }, Code::FailedPrecondition, "FIELD_IMMUTABLE").await;
        let told = told(&details);
        let told: Vec<_> = told.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(told, [
            ("FIELD_IMMUTABLE", "project.unit"), ("PROJECT_YEAR_OUTSIDE", "project.funding"), ("PRJ-01", "project.sources"),
            ("PRJ-01", "project.funding"), ("PRJ-11", "project.secretary"), ("REFERENCE_UNKNOWN", "project.plan_tasks[0]"),
            ("PROJECT_LIST_INVALID", "project.list"),
        ]);
        let text = &details.precondition_failure().unwrap().violations[2].description;
        assert_eq!(text, "PRJ-01 (Mẫu 13.3): the sources add to 1000, the total is 999");
    }

    async fn every_field_of_a_message_that_is_wrong_is_named(h: Harness) {
        h.proposed("p").await;
        let mut request = new_project("q");
        let project = request.project.as_mut().unwrap();
        (project.kind, project.title, project.first_year, project.unit) = (0, "\u{7}".to_owned(), 11, "jurisdictions/x/units/khcn".to_owned());
        (project.starts_on, project.ends_on) = ("2024-02-30".to_owned(), "2024-01-01".to_owned());
        project.sources.push(source(pb::FinancingClass::Local, 1));
        project.funding.push(funding(2024, pb::FinancingClass::Local, 1));
        let details = h.refuses(async { h.projects().create_project(request).await }, Code::InvalidArgument, "FIELD_INVALID").await;
        let mut named = fields(&details);
        named.sort();
        assert_eq!(named, ["project.ends_on", "project.first_year", "project.funding[3]", "project.kind", "project.sources[2].financing_class", "project.starts_on", "project.title", "project.unit"]);
    }

    async fn what_was_approved_is_frozen_and_what_is_over_changes_no_more(h: Harness) {
        h.proposed("p").await;
        h.brought("p", State::Contracted).await;
        let now = h.get_project("p").await;
        let change = update(&now, &["title", "payment", "level", "ends_on", "method"], |new| {
            (new.title, new.level) = ("Khác".to_owned(), pb::ProjectLevel::National.into());
            (new.payment, new.ends_on, new.method) = (pb::PaymentMode::ActualCost.into(), "2027-01-01".to_owned(), pb::ProjectMethod::Direct.into());
        });
        let details = refused(h.projects().update_project(by("drafter", change)).await, Code::FailedPrecondition, "PROJECT_RULE");
        let told: Vec<String> = told(&details).into_iter().map(|(rule, subject)| format!("{rule} {subject}")).collect();
        assert_eq!(told, ["PRJ-07 project.title", "PRJ-07 project.payment", "PROJECT_FIXED project.method", "PROJECT_FIXED project.level", "PROJECT_FIXED project.ends_on"]);
        // More of the state budget than was approved, within the same total.
        use pb::FinancingClass::{Enterprise, Local};
        let more = update(&now, &["sources", "funding"], |new| {
            new.sources = vec![source(Local, 950), source(Enterprise, 50)];
            new.funding = vec![funding(2024, Local, 950), funding(2025, Enterprise, 50)];
        });
        let details = refused(h.projects().update_project(by("drafter", more)).await, Code::FailedPrecondition, "PROJECT_RULE");
        assert_eq!(told_rules(&details), ["PRJ-01"]);
        let money = |amount| pb::ProjectMove { amounts: vec![source(Local, amount)], ..made(Verb::Fund) };
        let details = refused(h.moved("drafter", "p", vec![money(901)]).await, Code::FailedPrecondition, "PROJECT_RULE");
        assert_eq!(told_rules(&details), ["PRJ-02"]);
        h.moved("drafter", "p", vec![money(900)]).await.unwrap();
        // A year that is left out keeps what was assigned to it.
        let now = h.get_project("p").await;
        let later = update(&now, &["funding"], |new| new.funding = vec![funding(2025, Local, 900), funding(2025, Enterprise, 100)]);
        let now = h.projects().update_project(by("drafter", later)).await.unwrap().into_inner();
        assert_eq!(now.funding[0], pb::ProjectFunding { assigned_amount: Some(900), ..funding(2024, Local, 0) });
        h.moved("approver", "p", vec![made(Verb::Terminate)]).await.unwrap();
        let now = h.get_project("p").await;
        let change = update(&now, &["code"], |new| new.code = "X".to_owned());
        refused(h.projects().update_project(by("drafter", change)).await, Code::FailedPrecondition, "PROJECT_FIXED");
        let delete = pb::DeleteProjectRequest { name: now.name, etag: now.etag, ..Default::default() };
        refused(h.projects().delete_project(by("drafter", delete)).await, Code::FailedPrecondition, "PROJECT_FIXED");
        h.is_sound();
    }

    async fn projects_are_listed_by_year_unit_and_id_and_narrowed(h: Harness) {
        h.proposed("b").await;
        h.unit_below("dt", "tt", "khcn").await;
        let later = |kind: pb::ProjectKind| pb::Project { first_year: 2025, title: "Bưởi da xanh".to_owned(), kind: kind.into(), funding: Vec::new(), ..described() };
        let below = pb::Project { unit: unit_name("dt", "tt"), ..later(pb::ProjectKind::TrialProduction) };
        let made = batch(vec![created("a", described()), created("y", below), created("c", later(pb::ProjectKind::Programme))]);
        let written = h.projects().batch_write_projects(by("drafter", made)).await.unwrap().into_inner().projects;
        assert_eq!(written[1].etag, h.get_project("y").await.etag);
        h.moved("drafter", "a", vec![super::made(Verb::Order)]).await.unwrap();
        assert_eq!(list(&h, |_| ()).await, ["a", "b", "c", "y"]);
        assert_eq!(list(&h, |m| m.year = 2024).await, ["a", "b"]);
        assert_eq!(list(&h, |m| m.states = vec![pb::ProjectState::OrderDrafted.into()]).await, ["a"]);
        assert_eq!(list(&h, |m| m.kinds = vec![pb::ProjectKind::TrialProduction.into(), pb::ProjectKind::Programme.into()]).await, ["c", "y"]);
        assert_eq!(list(&h, |m| m.fields = vec![pb::ResearchField::Medicine.into()]).await, [""; 0]);
        assert_eq!(list(&h, |m| m.levels = vec![pb::ProjectLevel::Province.into()]).await.len(), 4);
        assert_eq!(list(&h, |m| m.query = "BUOI xanh".to_owned()).await, ["c", "y"]);
        assert_eq!(list(&h, |m| m.unit = unit_name("dt", "tt")).await, ["y"]);
        assert_eq!(list(&h, |m| (m.unit, m.unit_only) = (unit_name("dt", "khcn"), true)).await, ["a", "b", "c"]);
        let mut request = pb::ListProjectsRequest { parent: jurisdiction_name("dt"), page_size: 3, ..Default::default() };
        let first = h.projects().list_projects(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        // What is created between two pages is not on the second.
        h.projects().batch_write_projects(batch(vec![created("d", described()), created("z", later(pb::ProjectKind::Topic))])).await.unwrap();
        let second = h.projects().list_projects(request).await.unwrap().into_inner();
        assert_eq!((second.projects.len(), second.next_page_token.as_str()), (1, ""));
        assert_eq!((second.projects[0].name.as_str(), second.projects[0].steps.len(), second.projects[0].sources.len()), (project_name("y").as_str(), 0, 2));
    }

    async fn a_batch_is_written_whole_or_every_fault_is_told_with_its_index(h: Harness) {
        let project = h.proposed("p").await;
        let moved = |moves| Operation::Move(pb::MoveProjectOperation { name: project.name.clone(), etag: project.etag.clone(), moves });
        let wrong = batch(vec![
            created("a", pb::Project { total_amount: Some(1), ..described() }),
            moved(vec![made(Verb::Order), made(Verb::Fund)]),
            created("b", pb::Project { unit: unit_name("dt", "none"), ..described() }),
        ]);
        let details = h.refuses(async { h.projects().batch_write_projects(wrong).await }, Code::FailedPrecondition, "PROJECT_RULE").await;
        let told: Vec<String> = told(&details).into_iter().map(|(rule, subject)| format!("{rule} {subject}")).collect();
        assert_eq!(told, [
            "PRJ-01 operations[0].create.project.sources", "PRJ-01 operations[0].create.project.funding",
            "PRJ-04 operations[1].move.moves[1].verb", "REFERENCE_UNKNOWN operations[2].create.project.unit",
        ]);
        let many = (0..500).map(|number| created(&format!("n{number}"), described())).collect();
        let request = pb::BatchWriteProjectsRequest { request_id: Some(request_id(2)), ..batch(many) };
        let first = h.projects().batch_write_projects(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.projects.len(), first.projects[499].name.as_str()), (500, project_name("n499").as_str()));
        let again = h.projects().batch_write_projects(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), first);
        h.is_sound();
    }

    async fn a_deleted_project_is_gone_but_for_the_past_and_its_id_is_spent(h: Harness) {
        let project = h.proposed("p").await;
        let delete = pb::DeleteProjectRequest { name: project.name.clone(), etag: project.etag.clone(), ..Default::default() };
        h.projects().delete_project(delete).await.unwrap();
        let get = |read_at| pb::GetProjectRequest { name: project.name.clone(), read_at };
        refused(h.projects().get_project(get(None)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert_eq!(h.projects().get_project(get(Some(at(project.revision)))).await.unwrap().into_inner(), project);
        refused(h.projects().create_project(new_project("p")).await, Code::AlreadyExists, "ALREADY_EXISTS");
        h.is_sound();
    }
}

/// The rules that are told.
fn told_rules(details: &tonic_types::ErrorDetails) -> Vec<String> {
    violations(details).into_iter().map(|(rule, _)| rule).collect()
}
