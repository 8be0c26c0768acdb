//! What of a plan is of a year, and what is of the year after, each under the goal that it serves. Pure: no store, no clock.

use std::collections::BTreeMap;

use crate::period::FiscalCalendar;
use crate::plan::model::actuals::{Actual, TaskReport};
use crate::plan::model::review::{IndicatorReview, Review, TaskReview};
use crate::plan::model::{Content, Goal, Indicator, Item, Target, Task};
use crate::words;

words! {
    /// How a figure of the year is known.
    Source {
        Reported "REPORTED",
        Computed "COMPUTED",
        NotReported "NOT_REPORTED",
    }
}

/// A fiscal year with its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// Its number.
    pub number: i64,
    /// The first day.
    pub first: String,
    /// The first day after it.
    pub end: String,
}

impl Year {
    /// A year of a jurisdiction.
    pub fn of(calendar: FiscalCalendar, number: i64) -> Self {
        Self { number, first: calendar.first_day(number), end: calendar.first_day(number + 1) }
    }

    /// Whether a task is under way in it. One without days always is.
    fn has(&self, task: &Task) -> bool {
        let begun = task.starts_on.as_deref().is_none_or(|starts| starts < self.end.as_str());
        begun && task.ends_on.as_deref().is_none_or(|ends| ends > self.first.as_str())
    }
}

/// An indicator in the year, with what its figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub review: IndicatorReview,
    pub source: Source,
    pub actuals: Vec<Actual>,
}

/// A goal with its id; none where what it stands over names none.
pub type Aim = Option<(String, Goal)>;

/// What was to be done and was done towards a goal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Area {
    pub aim: Aim,
    pub measures: Vec<Measure>,
    pub tasks: Vec<TaskReview>,
}

/// What is to be done towards a goal in the year after.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Direction {
    pub aim: Aim,
    pub tasks: Vec<(String, Task)>,
    pub targets: Vec<(String, Indicator, Target)>,
}

/// The goals of a plan in the order of entry, and at last none.
fn aims(items: &[Item]) -> impl Iterator<Item = Aim> {
    let goal = |item: &Item| match &item.content {
        Content::Goal(goal) => Some(Some((item.id.clone(), goal.clone()))),
        Content::Section(_) | Content::Indicator(_) | Content::Task(_) | Content::Funding(_) => None,
    };
    items.iter().filter_map(goal).chain([None])
}

/// What stands under each goal, in the order of the goals; goals under which nothing stands are left out.
fn in_order<T>(items: &[Item], mut found: BTreeMap<Option<String>, T>, name: impl Fn(Aim, T) -> T) -> Vec<T> {
    let under = |aim: Aim| found.remove(&aim.as_ref().map(|(id, _)| id.clone())).map(|one| name(aim, one));
    aims(items).filter_map(under).collect()
}

/// The areas of work of a year of a plan.
pub fn areas(items: &[Item], actuals: &[Actual], review: Review, year: &Year) -> Vec<Area> {
    let mut reported: BTreeMap<&str, Vec<&Actual>> = BTreeMap::new();
    for actual in actuals {
        reported.entry(&actual.indicator).or_default().push(actual);
    }
    let mut found: BTreeMap<Option<String>, Area> = BTreeMap::new();
    for one in review.indicators {
        let actuals = reported.remove(one.id.as_str()).unwrap_or_default();
        if let Some(measure) = measure(one, &actuals, year.number) {
            let goal = measure.review.indicator.goal.clone();
            found.entry(goal).or_default().measures.push(measure);
        }
    }
    for one in review.tasks.into_iter().filter(|one| one.is_overdue || year.has(&one.task)) {
        found.entry(one.task.goal.clone()).or_default().tasks.push(one);
    }
    in_order(items, found, |aim, area| Area { aim, ..area })
}

/// An indicator with its reports; none where it is not of this year: its targets are all of later ones, and nothing is reported.
fn measure(review: IndicatorReview, actuals: &[&Actual], year: i64) -> Option<Measure> {
    let figure = &review.year.figure;
    let of_figure = actuals.iter().filter(|one| figure.actuals.contains(&one.period));
    let actuals: Vec<Actual> = of_figure.copied().cloned().collect();
    let indicator = &review.indicator;
    let is_known = figure.told.is_some() || figure.text.is_some();
    let source = match is_known {
        true if indicator.formula.is_some() || indicator.ratio.is_some() => Source::Computed,
        true => Source::Reported,
        false => Source::NotReported,
    };
    let targets = &indicator.targets;
    let is_later = !targets.is_empty() && targets.iter().all(|target| target.year > year);
    (is_known || !actuals.is_empty() || !is_later).then_some(Measure { review, source, actuals })
}

/// What a plan says of a year that is still to come.
pub fn directions(items: &[Item], reports: &[TaskReport], year: &Year) -> Vec<Direction> {
    let mut found: BTreeMap<Option<String>, Direction> = BTreeMap::new();
    for item in items {
        match &item.content {
            Content::Task(task) if year.has(task) && !is_over(reports, &item.id) => {
                found.entry(task.goal.clone()).or_default().tasks.push((item.id.clone(), (**task).clone()));
            }
            Content::Indicator(indicator) => {
                if let Some(target) = indicator.targets.iter().find(|target| target.year == year.number) {
                    let told = (item.id.clone(), (**indicator).clone(), *target);
                    found.entry(indicator.goal.clone()).or_default().targets.push(told);
                }
            }
            Content::Task(_) | Content::Section(_) | Content::Goal(_) | Content::Funding(_) => {}
        }
    }
    in_order(items, found, |aim, direction| Direction { aim, ..direction })
}

/// Whether a task is reported done or given up.
fn is_over(reports: &[TaskReport], task: &str) -> bool {
    reports.iter().any(|report| report.task == task && report.progress.is_over())
}
