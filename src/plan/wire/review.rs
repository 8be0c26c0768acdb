//! The messages of reviews.

use super::items::item_message;
use super::monitoring::{decimal_or_none, item, progress_message};
use super::plan_name;
use crate::error::Result;
use crate::grpc::types::{count, number, number_or_none, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PlanName, ProjectName};
use crate::pb;
use crate::plan::model::actuals::TaskReport;
use crate::plan::model::compare::Change;
use crate::plan::model::figures::Figure;
use crate::plan::model::money::{Assigned, Funds, MoneyReview, ProjectReview};
use crate::plan::model::review::{IndicatorReview, Measured, Rating, TaskReview};
use crate::plan::model::{ItemKind, Target, number as decimal};
use crate::plan::review::{ReviewPlan, Reviewed};
use crate::word::Word;

/// From which part of its target on a value is at risk and not lost, where the request does not say.
pub const AT_RISK: i64 = 8_000;

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

impl IntoWire for Reviewed {
    type Message = pb::PlanReview;

    fn into_wire(self, sending: &Sending<'_>) -> pb::PlanReview {
        let Self { plan, year, since, revision, review } = self;
        let name = plan.name();
        let ratings = rating_counts(review.indicators.iter());
        // What was is no longer to be changed, so it has no etag.
        let gone = sending.showing(true);
        pb::PlanReview {
            plan: name.to_string(),
            year: count(year),
            stage: number(review.stage),
            ratings,
            indicators: review.indicators.into_iter().map(|one| indicator_review_message(&name, one)).collect(),
            tasks: review.tasks.into_iter().map(|one| task_review_message(&name, one, sending)).collect(),
            projects: review.projects.into_iter().map(|one| project(&name, one)).collect(),
            money: review.money.into_iter().map(money_review_message).collect(),
            funds: Some(funds(review.funds, review.funds_before)),
            removed: review.removed.into_iter().map(|one| item_message(&name, one, &gone)).collect(),
            revision,
            since_revision: since.unwrap_or_default(),
        }
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

fn changed(change: Option<(Change, Vec<String>)>) -> (i32, Vec<String>) {
    let (change, fields) = change.unzip();
    (number_or_none(change), fields.unwrap_or_default())
}

/// One indicator of a plan against its targets.
pub fn indicator_review_message(plan: &PlanName, review: IndicatorReview) -> pb::IndicatorReview {
    let IndicatorReview { id, indicator, year, period, change, reports_since } = review;
    let (change, changed_fields) = changed(change);
    pb::IndicatorReview {
        name: item(plan, ItemKind::Indicator, &id),
        code: indicator.code,
        title: indicator.title,
        measure: indicator.measure,
        targets: indicator.targets.into_iter().map(target_message).collect(),
        year: Some(measured(year)),
        period: Some(measured(period)),
        change,
        changed_fields,
        changed_report_count: count(reports_since),
    }
}

/// How far one task of a plan has come.
pub fn task_review_message(plan: &PlanName, review: TaskReview, sending: &Sending<'_>) -> pb::TaskReview {
    let TaskReview { id, task, report, is_overdue, funds: now, since } = review;
    let is_new = |before: Option<&TaskReport>| match (before, &report) {
        (Some(before), Some(now)) => !before.says_the_same(now),
        (before, now) => before.is_some() != now.is_some(),
    };
    let progress_changed = since.as_ref().is_some_and(|since| is_new(since.report.as_ref()));
    let before = since.as_ref().map(|since| since.funds);
    let (change, changed_fields) = changed(since.as_ref().and_then(|since| since.change.clone()));
    let previous = since.and_then(|since| since.report);
    pb::TaskReview {
        name: item(plan, ItemKind::Task, &id),
        code: task.code,
        title: task.title,
        progress: report.map(|report| progress_message(plan, report, sending)),
        overdue: is_overdue,
        funds: Some(funds(now, before)),
        change,
        changed_fields,
        previous_progress: previous.map(|report| progress_message(plan, report, &sending.showing(true))),
        progress_changed,
    }
}

fn project(plan: &PlanName, review: ProjectReview) -> pb::PlanProjectReview {
    let ProjectReview { carrier, funds: now, assigned_by_acts, before } = review;
    let name = ProjectName { jurisdiction: plan.jurisdiction.clone(), project: carrier.project };
    pb::PlanProjectReview {
        name: name.to_string(),
        code: carrier.code,
        title: carrier.title,
        state: number(carrier.state),
        tasks: carrier.tasks.iter().map(|task| item(plan, ItemKind::Task, task)).collect(),
        funds: Some(funds(now, before)),
        assigned_by_acts_amount: assigned_by_acts,
    }
}

/// The money that a plan states, of one class and nature.
pub fn money_review_message(review: MoneyReview) -> pb::MoneyReview {
    let MoneyReview { class, nature, planned, before } = review;
    let old = before.unwrap_or_default();
    pb::MoneyReview {
        financing_class: number_or_none(class),
        nature: number_or_none(nature),
        year_amount: planned.year,
        to_date_amount: planned.to_date,
        period_amount: planned.whole,
        previous_year_amount: old.year,
        previous_to_date_amount: old.to_date,
        previous_period_amount: old.whole,
        changed: before.is_some_and(|before| before != planned),
    }
}

fn funds(now: Funds, before: Option<Funds>) -> pb::PlanFunds {
    pb::PlanFunds {
        year: Some(compared(now.year)),
        to_date: Some(compared(now.to_date)),
        previous_year: before.map(|before| compared(before.year)),
        previous_to_date: before.map(|before| compared(before.to_date)),
        changed: before.is_some_and(|before| before != now),
    }
}

fn compared(one: Assigned) -> pb::FundsCompared {
    let difference_amount = one.difference();
    let Assigned { planned, assigned, planned_state, assigned_state, lines } = one;
    pb::FundsCompared {
        planned_amount: planned,
        assigned_amount: assigned,
        difference_amount,
        planned_state_amount: planned_state,
        assigned_state_amount: assigned_state,
        line_count: count(lines),
    }
}
