//! The messages of the bench.

use kehoach::pb;
use kehoach::pb::plan_item::Content;
use tonic::Request;

/// The first year of every plan; it covers ten.
pub const FIRST_YEAR: i32 = 2021;

/// A request of somebody: nobody approves what they drafted.
pub fn by<T>(person: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("kehoach-user", person.parse().unwrap());
    request
}

pub fn parent() -> String {
    "jurisdictions/dt".to_owned()
}

pub fn unit_name(unit: &str) -> String {
    format!("{}/units/{unit}", parent())
}

pub fn plan_name(plan: &str) -> String {
    format!("{}/plans/{plan}", parent())
}

pub fn plan(id: &str, unit: &str) -> pb::CreatePlanRequest {
    let plan = pb::Plan {
        unit: unit_name(unit),
        kind: pb::PlanKind::ActionProgramme.into(),
        title: "Chương trình hành động mười năm".to_owned(),
        first_year: FIRST_YEAR,
        last_year: FIRST_YEAR + 9,
        ..Default::default()
    };
    pb::CreatePlanRequest { parent: parent(), plan_id: id.to_owned(), plan: Some(plan), ..Default::default() }
}

pub fn item(id: String, content: Content) -> pb::CreatePlanItemOperation {
    let item = Some(pb::PlanItem { content: Some(content), ..Default::default() });
    pb::CreatePlanItemOperation { item_id: id, item }
}

/// An indicator; every tenth is the ratio of the two before it, every other tenth the sum of them.
pub fn indicator(number: usize) -> pb::Indicator {
    let before = |by: usize| format!("i{}", number - by);
    let plain = pb::Indicator {
        code: format!("KHCN.{number}"),
        title: format!("Chỉ tiêu số {number} của chương trình"),
        measure: "nhiệm vụ".to_owned(),
        value_kind: pb::IndicatorValueKind::Count.into(),
        aggregation: pb::Aggregation::Sum.into(),
        direction: pb::IndicatorDirection::Up.into(),
        targets: (0..10)
            .map(|at| pb::Target { year: FIRST_YEAR + at, value: "40".to_owned(), ..Default::default() })
            .collect(),
        ..Default::default()
    };
    match number % 20 {
        9 => pb::Indicator {
            value_kind: pb::IndicatorValueKind::Percent.into(),
            aggregation: pb::Aggregation::RatioOfSums.into(),
            numerator: before(1),
            denominator: before(2),
            decimals: 2,
            ..plain
        },
        19 => pb::Indicator { formula: format!("{{{}}} + {{{}}}", before(1), before(2)), ..plain },
        _ => plain,
    }
}

/// Whether its values are reported, and not computed.
pub fn is_reported(number: usize) -> bool {
    number % 10 != 9
}

pub fn task(number: usize) -> Content {
    Content::Task(pb::PlanTask {
        title: format!("Nhiệm vụ số {number}: hoàn thiện quy trình và chuyển giao"),
        starts_on: "2021-01-01".to_owned(),
        ends_on: "2026-01-01".to_owned(),
        output: "Quy trình".to_owned(),
        ..Default::default()
    })
}

pub fn money(task: usize, year: i32) -> Content {
    Content::Funding(pb::PlanFunding {
        task: format!("t{task}"),
        year,
        financing_class: pb::FinancingClass::Local.into(),
        nature: pb::Nature::Recurrent.into(),
        amount: 1_000_000 + task as i64,
        ..Default::default()
    })
}

pub fn project(number: usize, task: usize) -> pb::ProjectOperation {
    let local = pb::FinancingClass::Local.into();
    let (amount, first_year) = (600_000_000, FIRST_YEAR + (number % 8) as i32);
    let year = |year| pb::ProjectFunding { year, financing_class: local, amount: amount / 2, assigned_amount: None };
    let project = pb::Project {
        unit: unit_name("so"),
        title: format!("Đề tài số {number}"),
        kind: pb::ProjectKind::Topic.into(),
        level: pb::ProjectLevel::Province.into(),
        first_year,
        last_year: first_year + 1,
        plan_tasks: vec![format!("{}/tasks/t{task}", plan_name("p"))],
        total_amount: Some(amount),
        sources: vec![pb::ProjectSource { financing_class: local, amount }],
        funding: vec![year(first_year), year(first_year + 1)],
        ..Default::default()
    };
    let create = pb::CreateProjectOperation { project_id: format!("x{number}"), project: Some(project) };
    pb::ProjectOperation { operation: Some(pb::project_operation::Operation::Create(create)) }
}

/// A line that pays for a task, and every other one for a project of it as well.
pub fn line(task: usize) -> pb::CreateLineOperation {
    let project = if task.is_multiple_of(2) { format!("{}/projects/x{task}", parent()) } else { String::new() };
    let line = pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Recurrent.into(),
        functional_code: "101".to_owned(),
        plan_task: format!("{}/tasks/t{task}", plan_name("p")),
        project,
        description: "Chi sự nghiệp khoa học".to_owned(),
        amounts: Some(pb::Amounts { requested: Some(900_000), ..Default::default() }),
        ..Default::default()
    };
    pb::CreateLineOperation { line: Some(line), ..Default::default() }
}

pub fn actual(plan: &str, indicator: usize, year: i32, quarter: i32) -> pb::Actual {
    pb::Actual {
        indicator: format!("{}/indicators/i{indicator}", plan_name(plan)),
        year,
        quarter,
        status: pb::ActualStatus::Official.into(),
        value: (5 + (indicator + quarter as usize) % 7).to_string(),
        evidence: "Báo cáo quý".to_owned(),
        ..Default::default()
    }
}

pub fn act() -> Option<pb::SignedAct> {
    Some(pb::SignedAct {
        number: "12/QĐ-UBND".to_owned(),
        signed_on: "2021-01-04".to_owned(),
        authority: "Ủy ban nhân dân tỉnh".to_owned(),
        signer: "Chủ tịch".to_owned(),
        ..Default::default()
    })
}
