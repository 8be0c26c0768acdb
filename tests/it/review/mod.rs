//! The review of a year: what the other services say, in one answer; of the past; of what is hidden; of too much.

mod demo;
mod staff;

use kehoach::client::{Door, Review, tell_review};
use kehoach::document::state::{State, Verb};
use kehoach::limits;
use kehoach::pb;
use kehoach::pb::plan_item::Content;
use kehoach::pb::review_service_client::ReviewServiceClient;
use tonic::Code;
use tonic::transport::Channel;

use crate::access::ground::Ground;
use crate::approval::{by, way_to};
use crate::budget::{at, create, line};
use crate::harness::{Bearer, Harness, Locked, engines, jurisdiction_name, locked, refused, unit_name};
use crate::plan::{described, indicator, new_item, new_plan, plan_name};
use crate::workforce::plans::plan_name as workforce_name;

/// An annual plan of a year far away.
pub fn crowd(id: &str) -> pb::CreatePlanRequest {
    let plan = pb::Plan {
        kind: pb::PlanKind::Annual.into(),
        label: String::new(),
        first_year: 2190,
        last_year: 2190,
        base_year: 0,
        ..described()
    };
    pb::CreatePlanRequest { plan: Some(plan), ..new_plan(id, Vec::new()) }
}

fn asked(year: i32) -> pb::ReviewYearRequest {
    pb::ReviewYearRequest { unit: unit_name("dt", "khcn"), year, ..Default::default() }
}

impl Harness {
    fn reviews(&self) -> ReviewServiceClient<Channel> {
        ReviewServiceClient::new(self.channel())
    }

    async fn review(&self, request: pb::ReviewYearRequest) -> pb::YearReview {
        let found = self.reviews().review_year(request).await;
        found.unwrap_or_else(|status| panic!("no review: {status:?}")).into_inner()
    }
}

/// A goal with two indicators and two tasks, one of which should be done, for 2021 to 2025.
async fn five_years(h: &Harness) {
    let target = |year: i32, value: &str| pb::Target { year, value: value.to_owned(), ..Default::default() };
    let counted = pb::Indicator {
        targets: vec![target(2025, "10")],
        baseline_year: 0,
        baseline: String::new(),
        ..indicator("g")
    };
    let silent = pb::Indicator { code: "KHCN.09".to_owned(), targets: Vec::new(), ..counted.clone() };
    let free = pb::Indicator { code: "KHCN.10".to_owned(), goal: String::new(), ..silent.clone() };
    let task = |title: &str, ends_on: &str| {
        Content::Task(pb::PlanTask {
            title: title.to_owned(),
            goal: "g".to_owned(),
            ends_on: ends_on.to_owned(),
            ..Default::default()
        })
    };
    let goal = Content::Goal(pb::PlanGoal {
        title: "Nâng cao hiệu quả".to_owned(),
        group: "Mảng".to_owned(),
        ..Default::default()
    });
    let items = vec![
        new_item("g", goal),
        new_item("i", Content::Indicator(counted)),
        new_item("s", Content::Indicator(silent)),
        new_item("f", Content::Indicator(free)),
        new_item("late", task("Việc đã quá hạn", "2024-07-01")),
        new_item("done", task("Việc đã xong", "2024-07-01")),
        new_item("m", Content::Funding(pb::PlanFunding { year: 2025, amount: 500, ..Default::default() })),
    ];
    let plan =
        pb::Plan { label: "2021–2025".to_owned(), first_year: 2021, last_year: 2025, base_year: 0, ..described() };
    h.plans()
        .create_plan(by("drafter", pb::CreatePlanRequest { plan: Some(plan), ..new_plan("p", items) }))
        .await
        .unwrap();
    h.carried("p", way_to(State::Approved)).await;
    let actuals = vec![crate::plan::actual("i", 2025, "12")];
    let progress = vec![pb::TaskProgress {
        task: format!("{}/tasks/done", plan_name("p")),
        state: pb::ProgressState::DoneOnTime.into(),
        ..Default::default()
    }];
    let report = pb::RecordActualsRequest { parent: plan_name("p"), actuals, progress, ..Default::default() };
    h.plans().record_actuals(by("drafter", report)).await.unwrap();
}

/// A task and a target of 2026, of which the task serves the longer plan.
async fn next_year(h: &Harness) {
    let served = format!("{}/goals/g", plan_name("p"));
    let task = pb::PlanTask { title: "Việc năm sau".to_owned(), serves: served, ..Default::default() };
    let target = pb::Target { year: 2026, value: "100".to_owned(), ..Default::default() };
    let wanted = pb::Indicator {
        goal: String::new(),
        targets: vec![target],
        comparator: pb::Comparator::AtLeast.into(),
        baseline_year: 0,
        baseline: String::new(),
        ..indicator("")
    };
    let items = vec![new_item("t", Content::Task(task)), new_item("i", Content::Indicator(wanted))];
    let plan = pb::Plan { first_year: 2026, last_year: 2026, ..crowd("next").plan.unwrap() };
    h.plans()
        .create_plan(by("drafter", pb::CreatePlanRequest { plan: Some(plan), ..new_plan("next", items) }))
        .await
        .unwrap();
    h.carried("next", way_to(State::Approved)).await;
}

/// Estimates of three years in force, each with what it tells of 2025; and a supplement of 2025 that is a draft.
async fn money(h: &Harness) {
    for (id, year, amounts) in [
        ("e25", 2025, pb::Amounts { requested: Some(100), ..Default::default() }),
        ("e26", 2026, pb::Amounts { requested: Some(120), expected_n1: Some(90), ..Default::default() }),
        ("e27", 2027, pb::Amounts { requested: Some(130), actual_n2: Some(88), ..Default::default() }),
    ] {
        let line = pb::Line { amounts: Some(amounts), ..line("101", 0) };
        h.budget().create_estimate(by("drafter", create(id, year, vec![line]))).await.unwrap();
        h.walk(id, way_to(State::Approved)).await;
    }
    let mut more = create("more", 2025, vec![line("101", 7)]);
    more.estimate.as_mut().unwrap().kind = pb::EstimateKind::Supplement.into();
    h.budget().create_estimate(by("drafter", more)).await.unwrap();
}

/// A department with plans, money, a project and people in 2025.
async fn department(h: &Harness) {
    h.budget_ground().await;
    five_years(h).await;
    next_year(h).await;
    money(h).await;
    h.project("x").await;
    h.workforce().adopt_pay_parameters(crate::workforce::adopt()).await.unwrap();
    h.workforce_plan("w").await;
    h.carries_workforce("w", way_to(State::Approved)).await;
}

/// A server on this machine, to whom no token is shown.
fn door(server: String) -> Door {
    Door { server, ca: None, token_file: None }
}

engines! {
    async fn a_review_says_what_the_services_say_when_they_are_asked_one_by_one(h: Harness) {
        department(&h).await;
        let review = h.review(asked(2025)).await;
        // The budget.
        let sums = |year: i32, stages: &[pb::Stage]| pb::SummarizeBudgetRequest {
            parent: jurisdiction_name("dt"),
            unit: unit_name("dt", "khcn"),
            fiscal_years: vec![year],
            group_by: vec![pb::GroupBy { attribute: pb::GroupAttribute::Nature.into(), level: 0 }],
            stages: stages.iter().map(|stage| (*stage).into()).collect(),
            basis: pb::RollupBasis::InForce.into(),
            ..Default::default()
        };
        let (mut budget, told) = (h.budget(), review.budget.clone().unwrap());
        use pb::Stage::{ActualN2, Appraised, Decided, ExpectedN1, Requested};
        for (request, found) in [
            (sums(2025, &[Requested, Appraised, Decided]), told.planned),
            (sums(2026, &[ExpectedN1]), told.expected),
            (sums(2027, &[ActualN2]), told.executed),
        ] {
            assert_eq!(Some(budget.summarize_budget(request).await.unwrap().into_inner()), found);
        }
        let decided = review.budget.as_ref().unwrap().planned.as_ref().unwrap().totals[0].amounts.unwrap().decided;
        assert_eq!(decided, Some(100));
        // Projects and staff.
        let request = pb::SummarizeProjectsRequest { parent: jurisdiction_name("dt"), unit: unit_name("dt", "khcn"), year: 2025, read_at: None };
        let projects = h.projects().summarize_projects(request).await.unwrap().into_inner();
        assert_eq!(projects.states.iter().map(|one| (one.state(), one.project_count, one.projects.len())).collect::<Vec<_>>(), [(pb::ProjectState::Proposed, 1, 1)]);
        assert_eq!(review.projects, Some(projects));
        let request = pb::SummarizeHeadcountRequest { name: workforce_name("w"), on: "2025-12-31".to_owned(), read_at: Some(pb::ReadAt { in_force: true, ..Default::default() }) };
        let headcount = h.workforce().summarize_headcount(request).await.unwrap().into_inner();
        assert_eq!(review.staff, [pb::ReviewedStaff { plan: workforce_name("w"), headcount: Some(headcount) }]);
        // The plan.
        let request = pb::ReviewPlanRequest { name: plan_name("p"), year: 2025, ..Default::default() };
        let plan = h.plans().review_plan(request).await.unwrap().into_inner();
        let reviewed: Vec<pb::IndicatorReview> = review.areas.iter().flat_map(|area| &area.indicators).map(|one| one.review.clone().unwrap()).collect();
        assert_eq!(reviewed, plan.indicators);
        assert_eq!((&review.ratings, &review.money[0].rows), (&plan.ratings, &plan.money));
        h.is_sound();
    }

    async fn what_is_known_of_a_figure_is_told_and_nothing_is_no_zero(h: Harness) {
        department(&h).await;
        let review = h.review(asked(2025)).await;
        let areas = review.areas.iter().map(|area| {
            let source = |one: &pb::ReviewedIndicator| (one.review.clone().unwrap_or_default().code, one.source());
            let indicators: Vec<(String, pb::FigureSource)> = area.indicators.iter().map(source).collect();
            let tasks: Vec<(&str, bool)> = area.tasks.iter().map(|one| (one.title.as_str(), one.overdue)).collect();
            (area.title.as_str(), indicators, tasks)
        });
        use pb::FigureSource::{NotReported, Reported};
        let row = |code: &str, source| (code.to_owned(), source);
        let expected = [
            ("Nâng cao hiệu quả", vec![row("KHCN.03", Reported), row("KHCN.09", NotReported)], vec![("Việc đã quá hạn", true)]),
            ("", vec![row("KHCN.10", NotReported)], vec![]),
        ];
        assert_eq!(areas.collect::<Vec<_>>(), expected);
        let reported = &review.areas[0].indicators[0];
        assert_eq!((reported.actuals[0].evidence.as_str(), reported.actuals[0].value.as_str()), ("Báo cáo tổng kết", "12"));
        let silent = review.areas[0].indicators[1].review.clone().unwrap().year.unwrap();
        assert_eq!((silent.value.as_str(), silent.text.as_str()), ("", ""));
        let directions: Vec<_> = review.directions.iter().map(|one| (one.plan.clone(), one.tasks.len(), one.targets.len())).collect();
        assert_eq!(directions, [(plan_name("next"), 1, 1)]);
        // A draft is named and counts for nothing.
        let documents: Vec<_> = review.documents.iter().map(|one| (one.name.rsplit('/').next().unwrap(), one.in_force_revision > 0)).collect();
        assert_eq!(documents, [("p", true), ("next", true), ("w", true), ("e25", true), ("more", false), ("e26", true), ("e27", true)]);
        let empty = h.review(asked(2019)).await;
        assert_eq!((empty.areas, empty.budget, empty.projects, empty.staff, empty.directions), (vec![], None, None, vec![], vec![]));
    }

    async fn what_a_review_says_at_a_revision_never_changes_again(h: Harness) {
        department(&h).await;
        let then = h.review(asked(2025)).await;
        let later = pb::RecordActualsRequest { parent: plan_name("p"), actuals: vec![crate::plan::actual("s", 2025, "3")], ..Default::default() };
        h.plans().record_actuals(by("drafter", later)).await.unwrap();
        h.walk("more", way_to(State::Approved)).await;
        h.carries_workforce("w", &[Verb::Amend]).await;
        let now = h.review(asked(2025)).await;
        assert_ne!(now.areas, then.areas);
        assert_eq!(now.budget.clone().unwrap().planned.unwrap().totals[0].amounts.unwrap().decided, Some(107));
        assert_eq!(now.staff, then.staff, "an amendment that is drafted changes nothing that is in force");
        let again = h.review(pb::ReviewYearRequest { read_at: Some(at(then.revision)), ..asked(2025) }).await;
        assert_eq!(again, then);
        h.is_sound();
    }

    async fn a_year_with_money_projects_and_staff_is_told_in_tables(h: Harness) {
        department(&h).await;
        let (unit, server) = (unit_name("dt", "khcn"), format!("http://{}", h.address));
        let text = tell_review(&Review { unit, year: 2025, revision: None, door: door(server) }).await.unwrap();
        for line in [
            "| KHCN.03 | Đề tài, dự án được nghiệm thu | đề tài/dự án | 10 | 12 | đạt (120 %) | “Báo cáo tổng kết”, lần ghi 9; `plans/p/indicators/i` |",
            "- Việc đã quá hạn: chưa báo cáo, quá hạn; `plans/p/tasks/late`",
            "#### Không gắn với mục tiêu nào",
            "Đơn vị tính: đồng.",
            "| mọi nguồn | mọi tính chất | 500 | 500 | – |",
            "| Chi | thường xuyên | 100 | 100 | 100 | 90 | 88 |",
            "| **Chi: cộng** |  | 100 | 100 | 100 | 90 | 88 |",
            "Nguồn: đề nghị, thẩm định, quyết định: 1 dự toán năm 2025; ước thực hiện: 1 dự toán năm 2026; thực hiện: 1 dự toán năm 2027.",
            "| Đề tài | 1 | 0 | 1 | 0 | 0 | 0 | 500 |",
            "| đề xuất | 1 | `projects/x` |",
            "| Công chức | – |  | 10 | – |",
            "- Việc năm sau; `plans/next/tasks/t`",
            "| `estimates/more` | dự toán bổ sung | Dự toán 2025 | 2025 | đang soạn | – |",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }

    async fn as_many_documents_as_there_may_be_are_put_together(h: Harness) {
        h.budget_ground().await;
        for number in 0..limits::REVIEW_DOCUMENTS {
            h.plans().create_plan(by("drafter", crowd(&format!("c{number}")))).await.unwrap();
        }
        assert_eq!(h.review(asked(2190)).await.documents.len(), limits::count(limits::REVIEW_DOCUMENTS));
        h.plans().create_plan(by("drafter", crowd("more"))).await.unwrap();
        refused(h.reviews().review_year(asked(2190)).await, Code::ResourceExhausted, "TOO_MANY_DOCUMENTS");
        h.review(asked(2188)).await;
    }
}

locked! {
    async fn whoever_sees_some_kinds_of_documents_is_told_which_are_left_out(s: Locked) {
        let g = Ground::new(s).await;
        // Who holds HOME_AFFAIRS reviews the HR plans of the departments, and nothing else of them.
        let home = pb::Function::HomeAffairs;
        let functions = vec![pb::UnitFunction { function: home.into(), starts_on: "2020-01-01".to_owned(), ends_on: String::new() }];
        let unit = pb::Unit { parent_unit: unit_name("dt", "tinh"), functions, ..crate::harness::department("snv") };
        let request = pb::CreateUnitRequest { unit: Some(unit), ..crate::harness::new_unit("dt", "snv") };
        g.h.organisation_as(&g.an).create_unit(request).await.unwrap();
        let everybody = g.holder("reader", pb::Role::Reader, "khcn").await;
        let home = g.holder("home", pb::Role::Reviewer, "snv").await;
        let stranger = g.holder("far", pb::Role::Reader, "yt").await;
        let review = async |secret: &str| {
            let mut client = ReviewServiceClient::with_interceptor(g.h.channel(), Bearer::of(secret));
            client.review_year(asked(2026)).await
        };
        let all = review(&everybody).await.unwrap().into_inner();
        assert_eq!((all.withheld.len(), all.documents.len()), (0, 1));
        let some = review(&home).await.unwrap().into_inner();
        let left_out: Vec<pb::DocumentKind> = some.withheld().collect();
        assert!(left_out.contains(&pb::DocumentKind::AnnualEstimate) && !left_out.contains(&pb::DocumentKind::WorkforcePlan));
        assert_eq!((some.documents.len(), some.budget, some.projects), (0, None, None));
        refused(review(&stranger).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}
