//! The messages of reports and reviews.

use std::collections::BTreeSet;

use super::plan_name;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, stated, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PlanItemName, PlanName};
use crate::plan::model::actuals::{Actual, Reported, Status, TaskReport, TaskState};
use crate::plan::model::figures::Figure;
use crate::plan::model::{ItemKind, number as decimal};
use crate::plan::monitoring::*;
use crate::plan::store::ActualFilter;
use crate::{mutations, pb};

mutations!(pb::RecordActualsRequest,);

/// The id of an item of this plan.
fn own(name: &str, plan: &PlanName, field: &str, faults: &mut Faults) -> String {
    let found = PlanItemName::parse(name);
    let foreign = found.as_ref().is_some_and(|found| found.plan_name() != *plan);
    faults.when(foreign, field, "is an item of another plan");
    found.map(|found| found.item).unwrap_or_default()
}

impl FromWire for RecordActuals {
    type Message = pb::RecordActualsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let plan = plan_name(&message.parent, "parent")?;
        let mut faults = Faults::default();
        let nothing = message.actuals.is_empty() && message.progress.is_empty();
        faults.when(nothing, "actuals", "and progress are both empty");
        let (mut periods, mut tasks) = (BTreeSet::new(), BTreeSet::new());
        let mut ask = Self { plan, actuals: Vec::new(), progress: Vec::new() };
        for (at, sent) in message.actuals.into_iter().enumerate() {
            let etag = sent.etag.clone();
            let read = actual(sent, &ask.plan, &format!("actuals[{at}]"), &mut faults);
            let twice = !periods.insert((read.indicator.clone(), read.period));
            faults.when(twice, &format!("actuals[{at}]"), "is about a period that another report is about");
            ask.actuals.push((read, etag));
        }
        for (at, sent) in message.progress.into_iter().enumerate() {
            let etag = sent.etag.clone();
            let read = report(sent, &ask.plan, &format!("progress[{at}]"), &mut faults);
            let twice = !tasks.insert(read.task.clone());
            faults.when(twice, &format!("progress[{at}]"), "is about a task that another report is about");
            ask.progress.push((read, etag));
        }
        unless_invalid(faults.0)?;
        Ok(ask)
    }
}

fn actual(message: pb::Actual, plan: &PlanName, path: &str, faults: &mut Faults) -> Actual {
    let field = |name: &str| format!("{path}.{name}");
    let text = faults.name(&field("text"), &message.text, false);
    let stated = [!message.value.is_empty(), !text.is_empty(), !message.members.is_empty()];
    faults.when(
        stated.iter().filter(|one| **one).count() > 1,
        &field("value"),
        "is stated together with text or members",
    );
    let status = word(message.status).unwrap_or(Status::Provisional);
    let reason = faults.long(&field("reason"), &message.reason);
    let is_revised = status == Status::Revised;
    faults.when(is_revised && reason.is_empty(), &field("reason"), "is required for REVISED");
    faults.when(!is_revised && !reason.is_empty(), &field("reason"), "is for REVISED only");
    let mut members = message.members;
    members.sort_unstable();
    let reported = match super::decimal(&message.value, &field("value"), faults) {
        Some(value) => Reported::Number(value),
        None if !text.is_empty() => Reported::Text(text),
        None if !members.is_empty() => Reported::Members(members),
        None => Reported::Nothing,
    };
    Actual {
        indicator: own(&message.indicator, plan, &field("indicator"), faults),
        period: (i64::from(message.year), i64::from(message.quarter)),
        status,
        reported,
        reason,
        evidence: faults.long(&field("evidence"), &message.evidence),
        at: 0,
        revision: 0,
    }
}

fn report(message: pb::TaskProgress, plan: &PlanName, path: &str, faults: &mut Faults) -> TaskReport {
    let field = |name: &str| format!("{path}.{name}");
    TaskReport {
        task: own(&message.task, plan, &field("task"), faults),
        progress: word(message.state).unwrap_or(TaskState::NotStarted),
        done: message.done_bp.map(i64::from),
        note: faults.long(&field("note"), &message.note),
        evidence: faults.long(&field("evidence"), &message.evidence),
        at: 0,
        revision: 0,
    }
}

impl FromWire for ListActuals {
    type Message = pb::ListActualsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let filter = ActualFilter {
            indicator: stated(message.indicator),
            year: Some(i64::from(message.year)).filter(|year| *year != 0),
            since: Some(message.since_revision).filter(|since| *since != 0),
        };
        Ok(Self { plan: plan_name(&message.parent, "parent")?, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for ExplainIndicator {
    type Message = pb::ExplainIndicatorRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = PlanItemName::parse(&message.name);
        let name = name.ok_or_else(|| Error::invalid("name", "is not the name of an indicator"))?;
        Ok(Self { name, year: i64::from(message.year), read_at: read_at(message.read_at) })
    }
}

/// The name of an item of a plan.
pub fn item(plan: &PlanName, kind: ItemKind, id: &str) -> String {
    let PlanName { jurisdiction, plan } = plan.clone();
    PlanItemName { jurisdiction, plan, collection: kind.collection(), item: id.to_owned() }.to_string()
}

/// What was reported of an indicator of a plan.
pub fn actual_message(plan: &PlanName, actual: Actual, sending: &Sending<'_>) -> pb::Actual {
    let Actual { indicator, period: (year, quarter), status, reported, reason, evidence, at, revision } = actual;
    let (value, text, members) = match reported {
        Reported::Nothing => (String::new(), String::new(), Vec::new()),
        Reported::Number(value) => (decimal::text(value), String::new(), Vec::new()),
        Reported::Text(text) => (String::new(), text, Vec::new()),
        Reported::Members(members) => (String::new(), String::new(), members),
    };
    pb::Actual {
        indicator: item(plan, ItemKind::Indicator, &indicator),
        year: count(year),
        quarter: count(quarter),
        status: number(status),
        value,
        text,
        members,
        reason,
        evidence,
        revision,
        etag: sending.etag(revision),
        recorded_at: timestamp(at),
    }
}

pub(super) fn progress_message(plan: &PlanName, report: TaskReport, sending: &Sending<'_>) -> pb::TaskProgress {
    let TaskReport { task, progress, done, note, evidence, at, revision } = report;
    pb::TaskProgress {
        task: item(plan, ItemKind::Task, &task),
        state: number(progress),
        done_bp: done.map(count),
        note,
        evidence,
        revision,
        etag: sending.etag(revision),
        recorded_at: timestamp(at),
    }
}

impl IntoWire for Recorded {
    type Message = pb::RecordActualsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, actuals, progress } = self;
        pb::RecordActualsResponse {
            actuals: actuals.into_iter().map(|one| actual_message(&plan, one, sending)).collect(),
            progress: progress.into_iter().map(|one| progress_message(&plan, one, sending)).collect(),
        }
    }
}

impl IntoWire for ListedActuals {
    type Message = pb::ListActualsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, actuals, next_page_token } = self;
        let actuals = actuals.into_iter().map(|one| actual_message(&plan, one, sending)).collect();
        pb::ListActualsResponse { actuals, next_page_token }
    }
}

pub(super) fn decimal_or_none(value: Option<i64>) -> String {
    value.map(decimal::text).unwrap_or_default()
}

fn value_message(plan: &PlanName, id: &str, title: String, figure: Figure) -> pb::IndicatorValue {
    pb::IndicatorValue {
        name: item(plan, ItemKind::Indicator, id),
        title,
        value: decimal_or_none(figure.told),
        text: figure.text.unwrap_or_default(),
        arithmetic: figure.arithmetic,
        provisional: figure.is_provisional,
        missing_years: figure.missing_years.into_iter().map(count).collect(),
    }
}

impl IntoWire for Explained {
    type Message = pb::IndicatorExplanation;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, id, indicator, years: (first, last), figure, actuals, parts } = self;
        let quotient = indicator.ratio.map(|(above, below)| format!("{{{above}}} / {{{below}}}"));
        pb::IndicatorExplanation {
            first_year: count(first),
            last_year: count(last),
            formula: indicator.formula.or(quotient).unwrap_or_default(),
            actuals: actuals.into_iter().map(|one| actual_message(&plan, one, sending)).collect(),
            parts: parts.into_iter().map(|(id, one, figure)| value_message(&plan, &id, one.title, figure)).collect(),
            value: Some(value_message(&plan, &id, indicator.title, figure)),
        }
    }
}
