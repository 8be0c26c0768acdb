//! The messages of reports and reviews.

use std::collections::BTreeSet;

use super::plan_name;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, number_or_none, read_at, stated, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PlanItemName, PlanName};
use crate::plan::model::actuals::{Actual, Reported, Status, TaskReport, TaskState};
use crate::plan::model::figures::Figure;
use crate::plan::model::review::{IndicatorReview, Measured, MoneyReview, Rating, TaskReview};
use crate::plan::model::{ItemKind, Target, number as decimal};
use crate::plan::monitoring::*;
use crate::plan::store::ActualFilter;
use crate::word::Word;
use crate::{mutations, pb};

mutations!(pb::RecordActualsRequest,);

/// From which part of its target on a value is at risk and not lost, where the request does not say.
pub const AT_RISK: i64 = 8_000;

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

impl FromWire for ReviewPlan {
    type Message = pb::ReviewPlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self {
            plan: plan_name(&message.name, "name")?,
            year: i64::from(message.year),
            at_risk: Some(i64::from(message.at_risk_bp)).filter(|part| *part != 0).unwrap_or(AT_RISK),
            since: Some(message.since_revision).filter(|since| *since != 0),
            read_at: read_at(message.read_at),
        })
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

fn progress_message(plan: &PlanName, report: TaskReport, sending: &Sending<'_>) -> pb::TaskProgress {
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

fn decimal_or_none(value: Option<i64>) -> String {
    value.map(decimal::text).unwrap_or_default()
}

/// What is to be reached.
pub fn target_message(target: Target) -> pb::Target {
    let Target { year, value, upper } = target;
    pb::Target { year: count(year), value: decimal::text(value), upper: decimal_or_none(upper) }
}

fn measured(value: Measured) -> pb::MeasuredValue {
    let Measured { figure, target, rating, attained, before } = value;
    let target = target.map(target_message);
    let shown = |figure: &Figure| figure.text.clone().unwrap_or_else(|| decimal_or_none(figure.told));
    pb::MeasuredValue {
        changed: before.as_ref().is_some_and(|before| shown(before) != shown(&figure)),
        previous_value: before.as_ref().map(shown),
        value: decimal_or_none(figure.told),
        text: figure.text.unwrap_or_default(),
        target,
        rating: number(rating),
        attained_bp: attained,
        arithmetic: figure.arithmetic,
        provisional: figure.is_provisional,
        missing_years: figure.missing_years.into_iter().map(count).collect(),
    }
}

/// One indicator of a plan against its targets.
pub fn indicator_review_message(plan: &PlanName, one: IndicatorReview) -> pb::IndicatorReview {
    let IndicatorReview { id, indicator, year, period } = one;
    pb::IndicatorReview {
        name: item(plan, ItemKind::Indicator, &id),
        code: indicator.code,
        title: indicator.title,
        measure: indicator.measure,
        targets: indicator.targets.into_iter().map(target_message).collect(),
        year: Some(measured(year)),
        period: Some(measured(period)),
    }
}

/// How far one task of a plan has come.
pub fn task_review_message(plan: &PlanName, one: TaskReview, sending: &Sending<'_>) -> pb::TaskReview {
    let TaskReview { id, task, report, is_overdue } = one;
    pb::TaskReview {
        name: item(plan, ItemKind::Task, &id),
        code: task.code,
        title: task.title,
        progress: report.map(|report| progress_message(plan, report, sending)),
        overdue: is_overdue,
    }
}

/// The money that a plan states, of one class and nature.
pub fn money_review_message(one: MoneyReview) -> pb::MoneyReview {
    let MoneyReview { class, nature, year, to_date, whole } = one;
    pb::MoneyReview {
        financing_class: number_or_none(class),
        nature: number_or_none(nature),
        year_amount: year,
        to_date_amount: to_date,
        period_amount: whole,
    }
}

/// How many indicators stand how in the year.
pub fn rating_counts<'a>(indicators: impl Iterator<Item = &'a IndicatorReview> + Clone) -> Vec<pb::RatingCount> {
    let of_rating = |rating: &Rating| pb::RatingCount {
        rating: number(*rating),
        count: count(indicators.clone().filter(|one| one.year.rating == *rating).count()),
    };
    Rating::ALL.iter().map(of_rating).collect()
}

impl IntoWire for Reviewed {
    type Message = pb::PlanReview;

    fn into_wire(self, sending: &Sending<'_>) -> pb::PlanReview {
        let Self { plan, year, review } = self;
        let name = plan.name();
        let ratings = rating_counts(review.indicators.iter());
        let indicator = |one| indicator_review_message(&name, one);
        let task = |one| task_review_message(&name, one, sending);
        pb::PlanReview {
            plan: name.to_string(),
            year: count(year),
            stage: number(review.stage),
            ratings,
            indicators: review.indicators.into_iter().map(indicator).collect(),
            tasks: review.tasks.into_iter().map(task).collect(),
            money: review.money.into_iter().map(money_review_message).collect(),
        }
    }
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
