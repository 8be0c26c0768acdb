//! Plans and their items: created, read at any revision, written in batches, moved through the common life.

mod changes;
mod compare;
pub mod demo;
mod frame;
mod items;
mod life;
mod money;
mod monitoring;
mod plans;
mod rollup;

use kehoach::document::state::Verb;
use kehoach::pb;
use kehoach::pb::plan_item::Content;
use kehoach::pb::plan_operation::Operation;
use tonic::Status;

use crate::approval::{Doing, act, by, person};
use crate::harness::{Harness, jurisdiction_name, unit_name};

pub fn plan_name(plan: &str) -> String {
    format!("jurisdictions/dt/plans/{plan}")
}

/// A development plan of `khcn` for 2011 to 2015.
pub fn described() -> pb::Plan {
    pb::Plan {
        unit: unit_name("dt", "khcn"),
        kind: pb::PlanKind::Development.into(),
        title: "Kế hoạch phát triển KH&CN 5 năm".to_owned(),
        label: "2011–2015".to_owned(),
        first_year: 2011,
        last_year: 2015,
        base_year: 2010,
        ..Default::default()
    }
}

pub fn new_plan(id: &str, items: Vec<pb::CreatePlanItemOperation>) -> pb::CreatePlanRequest {
    pb::CreatePlanRequest {
        parent: jurisdiction_name("dt"),
        plan_id: id.to_owned(),
        plan: Some(described()),
        items,
        ..Default::default()
    }
}

pub fn new_item(id: &str, content: Content) -> pb::CreatePlanItemOperation {
    let item = Some(pb::PlanItem { content: Some(content), ..Default::default() });
    pb::CreatePlanItemOperation { item_id: id.to_owned(), item }
}

pub fn goal(title: &str) -> Content {
    Content::Goal(pb::PlanGoal { title: title.to_owned(), group: "Mục tiêu".to_owned(), ..Default::default() })
}

/// A count of accepted projects that is to reach ten a year, belonging to a goal.
pub fn indicator(goal: &str) -> pb::Indicator {
    pb::Indicator {
        code: "KHCN.03".to_owned(),
        title: "Đề tài, dự án được nghiệm thu".to_owned(),
        goal: goal.to_owned(),
        measure: "đề tài/dự án".to_owned(),
        value_kind: pb::IndicatorValueKind::Count.into(),
        direction: pb::IndicatorDirection::Up.into(),
        aggregation: pb::Aggregation::Sum.into(),
        baseline_year: 2010,
        baseline: "8".to_owned(),
        targets: vec![
            pb::Target { year: 2013, value: "10".to_owned(), ..Default::default() },
            pb::Target { year: 0, value: "50.5".to_owned(), ..Default::default() },
        ],
        source: "Báo cáo năm của Sở".to_owned(),
        ..Default::default()
    }
}

pub fn task(goal: &str) -> Content {
    Content::Task(pb::PlanTask {
        title: "Nghiệm thu đề tài".to_owned(),
        goal: goal.to_owned(),
        unit: unit_name("dt", "khcn"),
        starts_on: "2011-01-01".to_owned(),
        ends_on: "2016-01-01".to_owned(),
        ..Default::default()
    })
}

pub fn funding(task: &str, year: i32, nature: pb::Nature, amount: i64) -> Content {
    Content::Funding(pb::PlanFunding {
        task: task.to_owned(),
        year,
        nature: nature.into(),
        amount,
        ..Default::default()
    })
}

/// A goal `g`, an indicator `i` and a task `t` of it, and money `f` of the task.
pub fn usual_items() -> Vec<pb::CreatePlanItemOperation> {
    vec![
        new_item("g", goal("Nâng cao hiệu quả nghiên cứu")),
        new_item("i", Content::Indicator(indicator("g"))),
        new_item("t", task("g")),
        new_item("f", funding("t", 2013, pb::Nature::Recurrent, 22_000_000_000)),
    ]
}

pub fn batch(plan: &str, operations: Vec<Operation>) -> pb::BatchWritePlanRequest {
    let operations = operations.into_iter().map(|operation| pb::PlanOperation { operation: Some(operation) }).collect();
    pb::BatchWritePlanRequest { parent: plan_name(plan), operations, ..Default::default() }
}

pub fn created(id: &str, content: Content) -> Operation {
    Operation::Create(new_item(id, content))
}

pub fn replaced(item: &pb::PlanItem, content: Content) -> Operation {
    let etag = item.etag.clone();
    let item = Some(pb::PlanItem { name: item.name.clone(), content: Some(content), ..Default::default() });
    Operation::Replace(pb::ReplacePlanItemOperation { item, etag })
}

pub fn deleted(item: &pb::PlanItem) -> Operation {
    Operation::Delete(pb::DeletePlanItemOperation { name: item.name.clone(), etag: item.etag.clone() })
}

/// An official value of an indicator of the plan `p` for a year.
pub fn actual(indicator: &str, year: i32, value: &str) -> pb::Actual {
    pb::Actual {
        indicator: format!("{}/indicators/{indicator}", plan_name("p")),
        year,
        status: pb::ActualStatus::Official.into(),
        value: value.to_owned(),
        evidence: "Báo cáo tổng kết".to_owned(),
        ..Default::default()
    }
}

/// Reports of a plan; they are its own, whatever plan they were made for.
pub fn reported(plan: &str, mut actuals: Vec<pb::Actual>) -> pb::RecordActualsRequest {
    for one in &mut actuals {
        one.indicator = one.indicator.replace(&plan_name("p"), &plan_name(plan));
    }
    pb::RecordActualsRequest { parent: plan_name(plan), actuals, ..Default::default() }
}

impl Harness {
    /// A jurisdiction `dt` with the unit `khcn`, and its plan with the usual items.
    pub async fn planned(&self, id: &str) -> pb::Plan {
        self.jurisdiction("dt").await;
        self.unit("dt", "khcn").await;
        self.plan(id).await
    }

    /// A plan of `khcn` with the usual items.
    pub async fn plan(&self, id: &str) -> pb::Plan {
        let made = self.plans().create_plan(by("drafter", new_plan(id, usual_items()))).await;
        made.unwrap_or_else(|status| panic!("no plan {id}: {status:?}")).into_inner()
    }

    pub async fn get_plan(&self, id: &str) -> pb::Plan {
        let request = pb::GetPlanRequest { name: plan_name(id), read_at: None };
        self.plans().get_plan(request).await.unwrap_or_else(|status| panic!("{id}: {status:?}")).into_inner()
    }

    pub async fn items_at(&self, plan: &str, read_at: Option<pb::ReadAt>) -> Vec<pb::PlanItem> {
        let parent = plan_name(plan);
        let request = pb::ListPlanItemsRequest { parent, page_size: 1000, read_at, ..Default::default() };
        let listed = self.plans().list_plan_items(request).await;
        listed.unwrap_or_else(|status| panic!("no items of {plan}: {status:?}")).into_inner().items
    }

    pub async fn items(&self, plan: &str) -> Vec<pb::PlanItem> {
        self.items_at(plan, None).await
    }

    /// A verb on a plan by whoever does it.
    pub async fn moves(&self, verb: Verb, plan: &str) -> Result<pb::Life, Status> {
        let doing = Doing {
            verb,
            person: person(verb).to_owned(),
            name: plan_name(plan),
            etag: self.get_plan(plan).await.etag,
            to_draft: true,
            act: act("12"),
            request_id: None,
            validate_only: false,
        };
        doing.send(self.channel()).await
    }

    /// A verb after the other, which all must be done.
    pub async fn carried(&self, plan: &str, verbs: &[Verb]) -> pb::Life {
        let mut life = pb::Life::default();
        for verb in verbs {
            life = self.moves(*verb, plan).await.unwrap_or_else(|status| panic!("{verb:?} of {plan}: {status:?}"));
        }
        life
    }
}
