//! Projects, tasks of plans and lines of estimates: what names what, and whether the money agrees; counts of a year.

use tonic::Code;

use super::*;
use crate::budget::{at, batch as lines, create, created as new_line, line};
use crate::harness::{engines, refused, violations};

async fn review(h: &Harness, id: &str) -> pb::ProjectReview {
    let request = pb::ReviewProjectRequest { name: project_name(id), read_at: None };
    h.projects().review_project(request).await.unwrap().into_inner()
}

fn paying(project: &str, amount: i64) -> pb::Line {
    pb::Line { project: project_name(project), ..line("101", amount) }
}

/// Year, planned, estimated, difference, lines.
fn years(review: &pb::ProjectReview) -> Vec<(i32, i64, Option<i64>, i64, i32)> {
    let row = |one: &pb::ProjectYear| {
        (one.year, one.planned_amount, one.estimate_amount, one.difference_amount, one.line_count)
    };
    review.years.iter().map(row).collect()
}

engines! {
    async fn a_line_names_a_project_and_a_task_that_are_there(h: Harness) {
        h.budget_ground().await;
        h.plan("p").await;
        h.project("p").await;
        h.estimate("e", 2024, Vec::new()).await;
        let (project, task) = (project_name("p"), "jurisdictions/dt/plans/p/tasks/t".to_owned());
        let good = pb::Line { plan_task: task.clone(), ..paying("p", 5) };
        h.budget().batch_write_lines(lines("e", vec![new_line("l", good)])).await.unwrap();
        for (wrong, field) in [
            (paying("none", 5), "project"),
            (pb::Line { project: "p".to_owned(), ..line("101", 5) }, "project"),
            (pb::Line { project: project.replace("/dt/", "/hn/"), ..line("101", 5) }, "project"),
            // A name of the other kind of thing.
            (pb::Line { project: task.clone(), ..line("101", 5) }, "project"),
            (pb::Line { plan_task: "jurisdictions/dt/plans/p/goals/g".to_owned(), ..line("101", 5) }, "plan_task"),
            (pb::Line { plan_task: "jurisdictions/dt/plans/p/tasks/none".to_owned(), ..line("101", 5) }, "plan_task"),
        ] {
            let details = h.refuses(h.budget().batch_write_lines(lines("e", vec![new_line("", wrong)])), Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
            assert_eq!(violations(&details)[0].1, format!("operations[0].create.line.{field}"));
        }
        // A line keeps what it names when the project is gone.
        let gone = h.get_project("p").await;
        let delete = pb::DeleteProjectRequest { name: gone.name, etag: gone.etag, ..Default::default() };
        h.projects().delete_project(delete).await.unwrap();
        let kept = h.lines_of("e").await.remove(0);
        let change = pb::Line { name: kept.name.clone(), description: "Mới".to_owned(), ..Default::default() };
        let change = pb::line_operation::Operation::Update(pb::UpdateLineOperation { line: Some(change), update_mask: None, etag: kept.etag });
        h.budget().batch_write_lines(lines("e", vec![change])).await.unwrap();
        assert_eq!(h.lines_of("e").await[0].project, project);
        h.is_sound();
    }

    async fn a_project_names_tasks_of_plans_that_are_there(h: Harness) {
        h.planned("p").await;
        let project = h.project("x").await;
        let task = "jurisdictions/dt/plans/p/tasks/t".to_owned();
        let linked = update(&project, &["plan_tasks"], |new| new.plan_tasks = vec![task.clone()]);
        let now = h.projects().update_project(linked).await.unwrap().into_inner();
        assert_eq!(now.plan_tasks, [task]);
        let wrong = update(&now, &["plan_tasks"], |new| new.plan_tasks = vec!["jurisdictions/dt/plans/p/tasks/g".to_owned()]);
        refused(h.projects().update_project(wrong).await, Code::FailedPrecondition, "REFERENCE_UNKNOWN");
    }

    async fn the_money_of_the_state_there_and_here_agrees_or_is_told(h: Harness) {
        h.budget_ground().await;
        h.project("p").await;
        assert_eq!(years(&review(&h, "p").await), [(2024, 500, None, -500, 0), (2025, 400, None, -400, 0)]);
        h.estimate("e", 2024, vec![paying("p", 200), paying("p", 300), line("101", 7)]).await;
        let before = h.revision("dt").await;
        let agreed = review(&h, "p").await;
        assert_eq!(years(&agreed)[0], (2024, 500, Some(500), 0, 2));
        assert_eq!(agreed.findings.iter().map(|one| (one.rule.as_str(), one.difference)).collect::<Vec<_>>(), [("PRJ-12", Some(-400))]);
        assert!(agreed.years[0].lines.iter().all(|name| name.starts_with("jurisdictions/dt/estimates/e/lines/")));
        // The redone estimate takes the place of the annual one, and a supplement adds to it; a reference counts for nothing.
        for (id, kind, amount) in [("r", pb::EstimateKind::Redone, 450), ("s", pb::EstimateKind::Supplement, 30), ("f", pb::EstimateKind::Reference, 9)] {
            let mut request = create(id, 2024, vec![paying("p", amount)]);
            let estimate = request.estimate.as_mut().unwrap();
            estimate.kind = kind.into();
            if kind == pb::EstimateKind::Reference {
                estimate.series = "quyet-toan".to_owned();
            }
            h.budget().create_estimate(by("drafter", request)).await.unwrap();
        }
        assert_eq!(years(&review(&h, "p").await)[0], (2024, 500, Some(480), -20, 2));
        let then = pb::ReviewProjectRequest { name: project_name("p"), read_at: Some(at(before)) };
        assert_eq!(h.projects().review_project(then).await.unwrap().into_inner(), agreed);
        h.is_sound();
    }

    async fn projects_of_a_year_are_counted_once(h: Harness) {
        h.proposed("p").await;
        let trial = pb::Project { kind: pb::ProjectKind::TrialProduction.into(), method: pb::ProjectMethod::Direct.into(), ..described() };
        let made = batch(vec![created("t", trial), created("d", described())]);
        h.projects().batch_write_projects(by("drafter", made)).await.unwrap();
        h.brought("t", State::Accepted).await;
        h.brought("d", State::Dropped).await;
        let count = async |year| {
            let request = pb::SummarizeProjectsRequest { parent: jurisdiction_name("dt"), year, ..Default::default() };
            h.projects().summarize_projects(request).await.unwrap().into_inner()
        };
        let of = async |year| {
            let total = count(year).await.total.unwrap();
            [total.project_count, total.new_count, total.continuing_count, total.accepted_count]
        };
        assert_eq!([of(2023).await, of(2024).await, of(2025).await], [[0; 4], [2, 2, 0, 0], [2, 0, 2, 1]]);
        let counted = count(2025).await;
        let kinds: Vec<_> = counted.kinds.iter().map(|one| (one.kind(), one.project_count, one.accepted_count, one.planned_amount, one.planned_state_amount)).collect();
        assert_eq!(kinds, [(pb::ProjectKind::Topic, 1, 0, 500, 400), (pb::ProjectKind::TrialProduction, 1, 1, 500, 400)]);
    }
}
