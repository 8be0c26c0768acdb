//! What changed of projects: a client that follows them, and one project at two moments.

use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused};

async fn listed(
    h: &Harness,
    since_revision: i64,
    change: impl Fn(&mut pb::ListProjectChangesRequest),
) -> pb::ListProjectChangesResponse {
    let parent = jurisdiction_name("dt");
    let mut request = pb::ListProjectChangesRequest { parent, since_revision, page_size: 1000, ..Default::default() };
    change(&mut request);
    h.projects().list_project_changes(request).await.unwrap().into_inner()
}

fn told(changes: &[pb::ProjectChange]) -> Vec<String> {
    let one = |change: &pb::ProjectChange| {
        let name = &change.project.as_ref().unwrap().name;
        let kind = change.kind().as_str_name().trim_start_matches("DIFFERENCE_KIND_").to_owned();
        format!("{kind} {} {}", name.rsplit('/').next().unwrap(), change.changed_fields.join(" ")).trim().to_owned()
    };
    changes.iter().map(one).collect()
}

async fn compare(h: &Harness, left: Option<i64>, right: Option<i64>) -> pb::CompareProjectResponse {
    let request = pb::CompareProjectRequest { name: project_name("b"), left: left.map(at), right: right.map(at) };
    h.projects().compare_project(request).await.unwrap().into_inner()
}

engines! {
    async fn a_client_that_has_the_projects_of_one_revision_gets_to_another(h: Harness) {
        h.proposed("b").await;
        h.project("a").await;
        let first = h.revision("dt").await;
        assert_eq!(told(&listed(&h, 0, |_| ()).await.changes), ["ADDED b", "ADDED a"]);
        assert_eq!(listed(&h, first, |_| ()).await.changes, []);
        let all = batch(vec![created("d", described()), created("c", described())]);
        h.projects().batch_write_projects(by("drafter", all)).await.unwrap();
        let middle = h.revision("dt").await;
        h.moved("drafter", "b", vec![made(Verb::Order)]).await.unwrap();
        for id in ["a", "c"] {
            let gone = h.get_project(id).await;
            let delete = pb::DeleteProjectRequest { name: gone.name, etag: gone.etag, ..Default::default() };
            h.projects().delete_project(by("drafter", delete)).await.unwrap();
        }
        let made = listed(&h, first, |_| ()).await;
        assert_eq!(told(&made.changes), ["ADDED d", "CHANGED b state steps", "REMOVED a"]);
        assert_eq!((made.revision, made.changes[2].project.as_ref().unwrap().etag.as_str()), (h.revision("dt").await, ""));
        assert_eq!(pb::Project { steps: Vec::new(), ..h.get_project("b").await }, made.changes[1].project.clone().unwrap());
        assert_eq!(told(&listed(&h, middle, |_| ()).await.changes), ["CHANGED b state steps", "REMOVED a", "REMOVED c"]);
        assert_eq!(told(&listed(&h, first, |m| m.read_at = Some(at(middle))).await.changes), ["ADDED c", "ADDED d"]);
        let (mut token, mut pages) = (String::new(), Vec::new());
        loop {
            let page = listed(&h, middle, |m| (m.page_size, m.page_token) = (1, token.clone())).await;
            pages.extend(page.changes);
            token = page.next_page_token;
            if token.is_empty() { break }
        }
        assert_eq!(pages, listed(&h, middle, |_| ()).await.changes);
        h.unit("dt", "other").await;
        assert_eq!(listed(&h, first, |m| m.unit = unit_name("dt", "other")).await.changes, []);
        assert_eq!(listed(&h, first, |m| m.unit = unit_name("dt", "khcn")).await.changes, made.changes);
        let late = pb::ListProjectChangesRequest { parent: jurisdiction_name("dt"), since_revision: 1 << 40, ..Default::default() };
        refused(h.projects().list_project_changes(late).await, Code::FailedPrecondition, "REVISION_NOT_REACHED");
        h.is_sound();
    }

    async fn a_project_is_compared_at_two_moments_by_field_money_and_task(h: Harness) {
        h.planned("p").await;
        let old = h.project("b").await;
        let same = compare(&h, Some(old.revision), None).await;
        assert_eq!((same.changed_fields, same.money, same.steps), (Vec::<String>::new(), Vec::new(), Vec::new()));
        let paths = ["host", "plan_tasks", "funding", "sources", "total_amount"];
        let task = "jurisdictions/dt/plans/p/tasks/t".to_owned();
        let change = update(&old, &paths, |new| {
            use pb::FinancingClass::Local;
            (new.host, new.plan_tasks) = ("Viện".to_owned(), vec![task.clone()]);
            (new.total_amount, new.sources) = (Some(950), vec![source(Local, 950)]);
            new.funding = vec![funding(2024, Local, 550), funding(2025, Local, 400)];
        });
        h.projects().update_project(by("drafter", change)).await.unwrap();
        h.moved("drafter", "b", vec![made(Verb::Order)]).await.unwrap();
        let made = compare(&h, Some(old.revision), None).await;
        assert_eq!(made.changed_fields, ["state", "host", "plan_tasks", "total_amount", "sources", "funding", "steps"]);
        let money = |row: &pb::ProjectMoneyDifference| (row.year, row.financing_class(), row.left_amount, row.right_amount, row.difference_amount);
        use pb::FinancingClass::{Enterprise, Local};
        let expected = [
            (0, Local, Some(900), Some(950), 50),
            (0, Enterprise, Some(100), None, -100),
            (2024, Local, Some(500), Some(550), 50),
            (2025, Enterprise, Some(100), None, -100),
        ];
        assert_eq!(made.money.iter().map(money).collect::<Vec<_>>(), expected);
        assert_eq!((made.added_tasks.as_slice(), made.removed_tasks.len()), ([task.clone()].as_slice(), 0));
        assert_eq!(made.steps.iter().map(|step| step.to()).collect::<Vec<_>>(), [pb::ProjectState::OrderDrafted]);
        assert_eq!((made.left.unwrap().host.as_str(), made.right.unwrap().host.as_str()), ("Trung tâm Ứng dụng", "Viện"));
        let turned = compare(&h, None, Some(old.revision)).await;
        assert_eq!((turned.removed_tasks, turned.steps.len()), (vec![task], 1));
        let early = pb::CompareProjectRequest { name: project_name("b"), left: Some(at(1)), right: None };
        refused(h.projects().compare_project(early).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}
