//! What a plan plans beside what estimates in force assign, task by task and project by project, and what changed since a review.

use kehoach::document::state::Verb::{Appraise, Approve, Endorse, Submit};

use super::*;
use crate::budget::{at, create, created as new_line, line};
use crate::harness::engines;
use crate::project::{described as project, project_name, update};

const TO_APPROVAL: &[Verb] = &[Submit, Endorse, Appraise, Approve];

fn task_name() -> String {
    format!("{}/tasks/t", plan_name("p"))
}

/// A plan in force for 2023 to 2027 whose task has 500 of the local budget and 100 of enterprises in 2024, and a project that carries the
/// task out.
async fn ground(h: &Harness) {
    h.budget_ground().await;
    h.unit_below("dt", "tt", "khcn").await;
    let mut request = new_plan("p", Vec::new());
    let plan = request.plan.as_mut().unwrap();
    (plan.first_year, plan.last_year, plan.base_year, plan.label) = (2023, 2027, 2022, "2023–2027".to_owned());
    let money = |year, class: pb::FinancingClass, amount| {
        let Content::Funding(row) = funding("t", year, pb::Nature::Recurrent, amount) else { panic!("no money") };
        Content::Funding(pb::PlanFunding { financing_class: class.into(), ..row })
    };
    let counted = pb::Indicator { targets: Vec::new(), ..indicator("") };
    let Content::Task(work) = task("") else { panic!("no task") };
    let work = pb::PlanTask { starts_on: "2023-01-01".to_owned(), ends_on: "2028-01-01".to_owned(), ..work };
    request.items = vec![
        new_item("i", Content::Indicator(counted)),
        new_item("t", Content::Task(work)),
        new_item("a", money(2023, pb::FinancingClass::Local, 300)),
        new_item("b", money(2024, pb::FinancingClass::Local, 500)),
        new_item("c", money(2024, pb::FinancingClass::Enterprise, 100)),
    ];
    h.plans().create_plan(by("drafter", request)).await.unwrap();
    h.carried("p", TO_APPROVAL).await;
    let body = pb::Project { plan_tasks: vec![task_name()], ..project() };
    let request = pb::CreateProjectRequest { project: Some(body), ..crate::project::new_project("x") };
    h.projects().create_project(by("drafter", request)).await.unwrap();
}

fn paying(task: bool, project: bool, amount: i64) -> pb::Line {
    let task = if task { task_name() } else { String::new() };
    let project = if project { project_name("x") } else { String::new() };
    pb::Line { plan_task: task, project, ..line("101", amount) }
}

async fn review(h: &Harness, change: impl Fn(&mut pb::ReviewPlanRequest)) -> pb::PlanReview {
    let mut request = pb::ReviewPlanRequest { name: plan_name("p"), year: 2024, ..Default::default() };
    change(&mut request);
    h.plans().review_plan(request).await.unwrap().into_inner()
}

type Row = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>, i32);

fn year(funds: Option<&pb::PlanFunds>) -> Row {
    row(funds.unwrap().year.as_ref())
}

/// Planned, assigned, difference, the state budget's of both, lines.
fn row(of: Option<&pb::FundsCompared>) -> Row {
    let one = of.unwrap();
    (
        one.planned_amount,
        one.assigned_amount,
        one.difference_amount,
        one.planned_state_amount,
        one.assigned_state_amount,
        one.line_count,
    )
}

engines! {
    async fn what_is_planned_stands_beside_what_estimates_in_force_assign(h: Harness) {
        ground(&h).await;
        let lines = vec![paying(true, true, 200), paying(true, false, 150), paying(false, true, 40), paying(false, false, 9)];
        h.budget().create_estimate(by("drafter", create("e", 2024, lines))).await.unwrap();
        let first = review(&h, |_| ()).await;
        // A draft assigns nothing.
        assert_eq!(year(first.tasks[0].funds.as_ref()), (Some(600), None, Some(-600), Some(500), None, 0));
        h.walk("e", TO_APPROVAL).await;
        let made = review(&h, |m| m.since_revision = first.revision).await;
        assert_eq!(year(made.tasks[0].funds.as_ref()), (Some(600), Some(350), Some(-250), Some(500), Some(350), 2));
        let to_date = made.tasks[0].funds.as_ref().unwrap().to_date.as_ref();
        assert_eq!(row(to_date), (Some(900), Some(350), Some(-550), Some(800), Some(350), 2));
        let carried = &made.projects[0];
        assert_eq!((carried.name.clone(), carried.tasks.clone(), carried.state()), (project_name("x"), vec![task_name()], pb::ProjectState::Proposed));
        assert_eq!(year(carried.funds.as_ref()), (Some(500), Some(240), Some(-260), Some(500), Some(240), 2));
        // The line that names both counts once for the plan.
        assert_eq!(year(made.funds.as_ref()), (None, Some(390), Some(390), None, Some(390), 3));
        let funds = made.tasks[0].funds.as_ref().unwrap();
        assert_eq!((funds.changed, row(funds.previous_year.as_ref())), (true, year(first.tasks[0].funds.as_ref())));
        assert!(first.tasks[0].funds.as_ref().unwrap().previous_year.is_none());
        assert_eq!(review(&h, |m| m.read_at = Some(at(first.revision))).await, first);
        h.is_sound();
    }

    async fn an_amendment_and_a_supplement_assign_when_they_are_in_force(h: Harness) {
        use kehoach::document::state::Verb::Amend;
        ground(&h).await;
        h.budget().create_estimate(by("drafter", create("e", 2024, vec![paying(true, false, 200)]))).await.unwrap();
        h.walk("e", TO_APPROVAL).await;
        h.walk("e", &[Amend]).await;
        h.budget().batch_write_lines(by("drafter", crate::budget::batch("e", vec![new_line("", paying(true, false, 70))]))).await.unwrap();
        let mut more = create("s", 2024, vec![paying(true, false, 30)]);
        more.estimate.as_mut().unwrap().kind = pb::EstimateKind::Supplement.into();
        h.budget().create_estimate(by("drafter", more)).await.unwrap();
        let assigned = async || year(review(&h, |_| ()).await.tasks[0].funds.as_ref()).1;
        assert_eq!(assigned().await, Some(200));
        h.walk("s", TO_APPROVAL).await;
        assert_eq!(assigned().await, Some(230));
        h.walk("e", TO_APPROVAL).await;
        assert_eq!(assigned().await, Some(300));
    }

    async fn a_review_says_what_changed_since_the_last_one(h: Harness) {
        use kehoach::document::state::Verb::Amend;
        ground(&h).await;
        h.plans().record_actuals(by("drafter", reported("p", vec![actual("i", 2023, "7")]))).await.unwrap();
        let first = review(&h, |_| ()).await;
        assert_eq!((first.since_revision, first.indicators[0].change, first.indicators[0].changed_report_count), (0, 0, 0));
        let still = review(&h, |m| m.since_revision = first.revision).await;
        assert!(still.removed.is_empty() && !still.tasks[0].progress_changed && !still.tasks[0].funds.as_ref().unwrap().changed);
        assert_eq!((still.indicators[0].change, still.indicators[0].period.as_ref().unwrap().changed), (0, false));
        // A late report, another task, another title, and money that moves to a later year.
        h.carried("p", &[Amend]).await;
        let items = h.items("p").await;
        let renamed = pb::Indicator { title: "Nhiệm vụ được nghiệm thu".to_owned(), targets: Vec::new(), ..indicator("") };
        let operations = vec![
            replaced(&items[0], Content::Indicator(renamed)),
            created("u", task("")),
            deleted(&items[3]),
            deleted(&items[4]),
            created("s", funding("", 2024, pb::Nature::Recurrent, 1_000)),
        ];
        h.plans().batch_write_plan(by("drafter", batch("p", operations))).await.unwrap();
        let draft = review(&h, |m| m.since_revision = first.revision).await;
        assert_eq!(draft.tasks.len(), 1, "a draft is not in force");
        h.carried("p", TO_APPROVAL).await;
        let progress = vec![pb::TaskProgress { task: task_name(), state: pb::ProgressState::InProgress.into(), ..Default::default() }];
        let request = pb::RecordActualsRequest { progress, ..reported("p", vec![actual("i", 2024, "12"), actual("i", 2025, "1")]) };
        h.plans().record_actuals(by("drafter", request)).await.unwrap();
        let made = review(&h, |m| m.since_revision = first.revision).await;
        let one = &made.indicators[0];
        assert_eq!((one.change(), one.changed_fields.as_slice(), one.changed_report_count), (pb::DifferenceKind::Changed, ["title".to_owned()].as_slice(), 2));
        let (this_year, period) = (one.year.as_ref().unwrap(), one.period.as_ref().unwrap());
        assert_eq!((this_year.value.as_str(), this_year.previous_value.as_deref(), this_year.changed), ("12", Some(""), true));
        assert_eq!((period.value.as_str(), period.previous_value.as_deref()), ("19", Some("7")));
        let (old, new) = (&made.tasks[0], &made.tasks[1]);
        assert_eq!((old.change(), old.progress_changed, old.previous_progress.as_ref()), (pb::DifferenceKind::Unspecified, true, None));
        assert_eq!((old.funds.as_ref().unwrap().changed, new.change()), (true, pb::DifferenceKind::Added));
        let money = &made.money[0];
        assert_eq!((money.year_amount, money.previous_year_amount, money.changed), (Some(1_000), None, true));
        // Before anything was in force everything is new; what was removed is told as it was.
        let all = review(&h, |m| m.since_revision = 1).await;
        assert!(all.indicators.iter().all(|one| one.change() == pb::DifferenceKind::Added));
        let gone = h.items("p").await.into_iter().find(|item| item.name.ends_with("/u")).unwrap();
        h.carried("p", &[Amend]).await;
        let gone = h.items("p").await.into_iter().find(|item| item.name == gone.name).unwrap();
        h.plans().batch_write_plan(by("drafter", batch("p", vec![deleted(&gone)]))).await.unwrap();
        h.carried("p", TO_APPROVAL).await;
        let last = review(&h, |m| m.since_revision = made.revision).await;
        assert_eq!(last.removed.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), [gone.name.as_str()]);
        h.is_sound();
    }

    async fn a_project_counts_while_it_names_the_task(h: Harness) {
        ground(&h).await;
        let now = h.get_project("x").await;
        h.projects().update_project(by("drafter", update(&now, &["plan_tasks"], |_| ()))).await.unwrap();
        let then = now.revision;
        assert_eq!(review(&h, |_| ()).await.projects, []);
        assert_eq!(review(&h, |m| m.read_at = Some(at(then))).await.projects.len(), 1);
    }
}
