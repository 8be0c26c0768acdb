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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Labelling;
    use crate::plan::model::actuals::{TaskState, tests::actual};
    use crate::plan::model::findings::tests::{indicator, plan, task};
    use crate::plan::model::review::{Ground, review};

    fn year(number: i64) -> Year {
        Year::of(FiscalCalendar { start_month: 1, labelling: Labelling::ByStart }, number)
    }

    fn goal(id: &str) -> Item {
        let goal = Goal { code: String::new(), title: id.to_owned(), group: String::new() };
        Item { id: id.to_owned(), sequence: 1, content: Content::Goal(goal), revision: 1 }
    }

    /// An indicator of a goal with a target in each of some years.
    fn wanted(id: &str, goal: Option<&str>, years: &[i64]) -> Item {
        let mut item = indicator(id);
        if let Content::Indicator(indicator) = &mut item.content {
            indicator.goal = goal.map(str::to_owned);
            indicator.targets = years.iter().map(|year| Target { year: *year, value: 50_000, upper: None }).collect();
        }
        item
    }

    fn doing(id: &str, starts_on: &str, ends_on: &str) -> Item {
        let mut item = task(id);
        if let Content::Task(task) = &mut item.content {
            (task.goal, task.starts_on) = (Some("g".to_owned()), Some(starts_on.to_owned()));
            task.ends_on = Some(ends_on.to_owned());
        }
        item
    }

    fn report(task: &str, progress: TaskState) -> TaskReport {
        let (note, evidence) = (String::new(), String::new());
        TaskReport { task: task.to_owned(), progress, done: None, note, evidence, at: 0, revision: 1 }
    }

    fn found(items: &[Item], actuals: &[Actual], number: i64) -> Vec<Area> {
        let plan = plan(2011, 2015);
        let (reports, carriers, payments, at_risk) = (&[], &[], &[], 8_000);
        let ground = Ground { plan: &plan, items, actuals, reports, carriers, payments, at_risk };
        areas(items, actuals, review(&ground, number).unwrap(), &year(number))
    }

    #[test]
    fn a_figure_says_how_it_is_known_and_what_is_of_later_years_waits() {
        let items = [wanted("told", None, &[2013]), wanted("silent", None, &[]), wanted("later", None, &[2014])];
        let told = |number| -> Vec<(String, Source, usize)> {
            let areas = found(&items, &[actual("told", (2013, 0), 7)], number);
            let measures = areas.into_iter().flat_map(|area| area.measures);
            measures.map(|one| (one.review.id.clone(), one.source, one.actuals.len())).collect()
        };
        let row = |id: &str, source, reports| (id.to_owned(), source, reports);
        use Source::{NotReported, Reported};
        assert_eq!(told(2013), [row("told", Reported, 1), row("silent", NotReported, 0)]);
        let later = [row("told", NotReported, 0), row("silent", NotReported, 0), row("later", NotReported, 0)];
        assert_eq!(told(2014), later);
    }

    #[test]
    fn areas_stand_in_the_order_of_the_goals_and_what_has_none_comes_last() {
        let items = [
            wanted("free", None, &[]),
            goal("g"),
            goal("empty"),
            goal("h"),
            wanted("b", Some("h"), &[]),
            wanted("a", Some("g"), &[]),
        ];
        let aims: Vec<_> = found(&items, &[], 2013).into_iter().map(|area| area.aim.map(|(id, _)| id)).collect();
        assert_eq!(aims, [Some("g".to_owned()), Some("h".to_owned()), None]);
    }

    #[test]
    fn a_task_is_of_the_years_in_which_it_is_under_way_or_overdue() {
        let items = [
            goal("g"),
            doing("past", "2011-01-01", "2012-01-01"),
            doing("now", "2013-06-01", "2014-01-01"),
            doing("next", "2014-01-01", "2015-01-01"),
        ];
        let tasks = |number| -> Vec<(String, bool)> {
            let areas = found(&items, &[], number);
            areas.into_iter().flat_map(|area| area.tasks).map(|one| (one.id, one.is_overdue)).collect()
        };
        let row = |id: &str, is_overdue| (id.to_owned(), is_overdue);
        assert_eq!(tasks(2013), [row("past", true), row("now", true)]);
        assert_eq!(tasks(2011), [row("past", true)]);
    }

    #[test]
    fn the_year_after_has_the_tasks_that_are_not_over_and_the_targets_of_that_year() {
        let items = [
            goal("g"),
            doing("open", "2013-01-01", "2016-01-01"),
            doing("done", "2013-01-01", "2016-01-01"),
            wanted("i", Some("g"), &[2013, 2014]),
        ];
        let reports = [report("open", TaskState::InProgress), report("done", TaskState::DoneOnTime)];
        let found = directions(&items, &reports, &year(2014));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].tasks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["open"]);
        assert_eq!(
            found[0].targets.iter().map(|(id, _, target)| (id.as_str(), target.year)).collect::<Vec<_>>(),
            [("i", 2014)]
        );
        assert_eq!(directions(&items, &reports, &year(2020)), []);
    }
}
