//! The messages of answers about projects.

use std::collections::BTreeMap;

use super::moves::{sources, step};
use crate::classification::model::FinancingClass;
use crate::grpc::types::{count, number, number_or_none, timestamp};
use crate::grpc::{IntoWire, Sending};
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::pb;
use crate::project::actions::{Gone, ListedProjects, Shown};
use crate::project::batch::Written;
use crate::project::model::{Project, Traces, YearMoney};

impl IntoWire for Gone {
    type Message = ();

    fn into_wire(self, _: &Sending<'_>) {}
}

/// A project as a message: what it is for, then its money, then what moves left behind.
pub fn message(project: Project, sending: &Sending<'_>) -> pb::Project {
    let name = project.name().to_string();
    let Project {
        jurisdiction,
        id: _,
        unit,
        state,
        code,
        title,
        kind,
        level,
        field,
        method,
        payment,
        host,
        lead,
        secretary,
        list,
        first_year,
        last_year,
        starts_on,
        ends_on,
        objective,
        product,
        plan_tasks,
        total,
        sources,
        funding,
        traces,
        revision,
        created_at,
        updated_at,
    } = project;
    let plan = |plan: String| PlanName { jurisdiction: jurisdiction.clone(), plan }.to_string();
    let stands = pb::Project {
        name,
        unit: UnitName { jurisdiction: jurisdiction.clone(), unit }.to_string(),
        state: number(state),
        code,
        title,
        kind: number(kind),
        level: number(level),
        field: number_or_none(field),
        method: number_or_none(method),
        payment: number_or_none(payment),
        host,
        lead: lead.unwrap_or_default(),
        secretary: secretary.unwrap_or_default(),
        list: list.map(plan).unwrap_or_default(),
        first_year: count(first_year),
        last_year: count(last_year),
        starts_on: starts_on.unwrap_or_default(),
        ends_on: ends_on.unwrap_or_default(),
        objective,
        product,
        plan_tasks: task_names(&jurisdiction, plan_tasks),
        open_verbs: state.verbs().into_iter().map(number).collect(),
        revision,
        etag: sending.etag(revision),
        created_at: timestamp(created_at),
        updated_at: timestamp(updated_at),
        ..Default::default()
    };
    traced(paid(stands, total, sources, funding), traces)
}

/// The names of some tasks of plans.
pub fn task_names(jurisdiction: &str, tasks: Vec<(String, String)>) -> Vec<String> {
    let name = |(plan, item): (String, String)| {
        let jurisdiction = jurisdiction.to_owned();
        PlanItemName { jurisdiction, plan, collection: "tasks", item }.to_string()
    };
    tasks.into_iter().map(name).collect()
}

/// A message with its money.
fn paid(
    stands: pb::Project,
    total_amount: Option<i64>,
    by_class: BTreeMap<FinancingClass, i64>,
    funding: BTreeMap<(i64, FinancingClass), YearMoney>,
) -> pb::Project {
    let money = |((year, class), money): ((i64, FinancingClass), YearMoney)| pb::ProjectFunding {
        year: count(year),
        financing_class: number(class),
        amount: money.planned,
        assigned_amount: money.assigned,
    };
    let funding = funding.into_iter().map(money).collect();
    pb::Project { total_amount, sources: sources(by_class), funding, ..stands }
}

/// A message with what moves left behind.
fn traced(stands: pb::Project, traces: Traces) -> pb::Project {
    let Traces {
        step_count: _,
        moved_on: _,
        first_called_on: _,
        called_on: _,
        approved_total,
        approved_state,
        contract,
        original_ends_on,
        results_submitted_on,
        late_days,
        rating,
        accepted_on,
        registration,
        cause,
    } = traces;
    let (contract_number, contract_signed_on) = contract.map(|one| (one.number, one.signed_on)).unwrap_or_default();
    pb::Project {
        approved_amount: approved_total,
        approved_state_amount: approved_state,
        contract_number,
        contract_signed_on,
        original_ends_on: original_ends_on.unwrap_or_default(),
        results_submitted_on: results_submitted_on.unwrap_or_default(),
        late_days: late_days.map(count),
        rating: number_or_none(rating),
        accepted_on: accepted_on.unwrap_or_default(),
        registration_number: registration.unwrap_or_default(),
        cause: number_or_none(cause),
        ..stands
    }
}

impl IntoWire for Shown {
    type Message = pb::Project;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Project {
        let steps = self.steps.into_iter().map(step).collect();
        pb::Project { steps, ..message(self.project, sending) }
    }
}

impl IntoWire for ListedProjects {
    type Message = pb::ListProjectsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { projects, next_page_token } = self;
        let projects = projects.into_iter().map(|project| message(project, sending)).collect();
        pb::ListProjectsResponse { projects, next_page_token }
    }
}

impl IntoWire for Written {
    type Message = pb::BatchWriteProjectsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written = |name| pb::WrittenProject { name, etag: etag.clone() };
        pb::BatchWriteProjectsResponse { projects: self.names.into_iter().map(written).collect() }
    }
}
