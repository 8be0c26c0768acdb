//! How far a plan has come in a year: per indicator target, actual and rating; per task and project its progress and its money. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::actuals::{Actual, TaskReport};
use super::compare::Change;
use super::figures::{Figure, Figures};
use super::money::{self, Carrier, Cells, Funds, MoneyReview, Payment, ProjectReview};
use super::number::Fraction;
use super::{Aggregation, Comparator, Content, Direction, Indicator, Item, Plan, Target, Task};
use crate::error::Result;
use crate::words;

words! {
    /// What a review is for the plan.
    Stage {
        Annual "ANNUAL",
        MidTerm "MID_TERM",
        Final "FINAL",
    }
}

words! {
    /// How an actual stands to its target.
    Rating {
        Met "MET",
        AtRisk "AT_RISK",
        NotMet "NOT_MET",
        NotMeasured "NOT_MEASURED",
    }
}

/// A value against its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The value.
    pub figure: Figure,
    /// What was to be reached.
    pub target: Option<Target>,
    /// How the two stand.
    pub rating: Rating,
    /// The value as a part of the target, in basis points.
    pub attained: Option<i64>,
    /// What it was before, where it is compared with an earlier review.
    pub before: Option<Figure>,
}

/// One indicator in a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorReview {
    /// Its id.
    pub id: String,
    /// What it is.
    pub indicator: Indicator,
    /// The year that is reviewed.
    pub year: Measured,
    /// From the first year up to it.
    pub period: Measured,
    /// How its text differs from the one that was in force before, where that is compared, and in which fields.
    pub change: Option<(Change, Vec<String>)>,
    /// For how many periods another report is recorded than before.
    pub reports_since: usize,
}

/// One task in a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReview {
    /// Its id.
    pub id: String,
    /// What it is.
    pub task: Task,
    /// What was reported last.
    pub report: Option<TaskReport>,
    /// Whether it should have ended by the end of the year and is not done.
    pub is_overdue: bool,
    /// Its money, and that of the lines that name it.
    pub funds: Funds,
    /// What is different from before, where that is compared.
    pub since: Option<TaskSince>,
}

/// What a task was before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskSince {
    /// How its text differs, and in which fields.
    pub change: Option<(Change, Vec<String>)>,
    /// What was reported last then.
    pub report: Option<TaskReport>,
    /// Its funds then.
    pub funds: Funds,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What it is for the plan.
    pub stage: Stage,
    /// The indicators in the order of entry.
    pub indicators: Vec<IndicatorReview>,
    /// The tasks in the order of entry.
    pub tasks: Vec<TaskReview>,
    /// The projects that carry out its tasks.
    pub projects: Vec<ProjectReview>,
    /// The money of the whole plan.
    pub money: Vec<MoneyReview>,
    /// The money of the plan as a whole, and that of all lines that name a task or a project of it.
    pub funds: Funds,
    /// The same before, where it is compared.
    pub funds_before: Option<Funds>,
    /// Indicators and tasks that the text in force had before and has no more.
    pub removed: Vec<Item>,
}

/// What is reviewed.
pub struct Ground<'a> {
    /// The plan as it is in force.
    pub plan: &'a Plan,
    /// Its items as they are in force.
    pub items: &'a [Item],
    /// What was reported.
    pub actuals: &'a [Actual],
    /// What was reported of tasks.
    pub reports: &'a [TaskReport],
    /// The projects that carry out its tasks.
    pub carriers: &'a [Carrier],
    /// What lines of estimates in force pay for its tasks and these projects.
    pub payments: &'a [Payment],
    /// From which part of its target on a value that misses it is at risk and not lost, in basis points.
    pub at_risk: i64,
}

/// The stage of a plan that a year is.
pub fn stage(plan: &Plan, year: i64) -> Stage {
    if year == plan.last_year {
        Stage::Final
    } else if year == plan.first_year + (plan.last_year - plan.first_year) / 2 {
        Stage::MidTerm
    } else {
        Stage::Annual
    }
}

/// The review of a year.
pub fn review(ground: &Ground<'_>, year: i64) -> Result<Review> {
    let figures = Figures::new(ground.items, ground.actuals);
    let cells = Cells::of(ground.items);
    let money = money::Ground { cells: &cells, payments: ground.payments, years: (ground.plan.first_year, year) };
    let ids: Vec<&str> = ground.items.iter().filter(|item| is_task(item)).map(|item| item.id.as_str()).collect();
    let mut funds = money.of_tasks(&ids)?;
    let reports: HashMap<&str, &TaskReport> =
        ground.reports.iter().map(|report| (report.task.as_str(), report)).collect();
    let (mut indicators, mut tasks) = (Vec::new(), Vec::new());
    for item in ground.items {
        match &item.content {
            Content::Indicator(indicator) => {
                let over = |first, wanted| {
                    let target = indicator.targets.iter().find(|target| target.year == wanted).copied();
                    let measured = measured(indicator, figures.over(&item.id, first, year), target, ground.at_risk);
                    if wanted == 0 { paced(measured, indicator, ground.plan, year) } else { measured }
                };
                indicators.push(IndicatorReview {
                    id: item.id.clone(),
                    indicator: (**indicator).clone(),
                    year: over(year, year),
                    period: over(ground.plan.first_year, 0),
                    change: None,
                    reports_since: 0,
                });
            }
            Content::Task(task) => {
                let report = reports.get(item.id.as_str()).copied().cloned();
                let is_overdue = overdue(task, report.as_ref(), year);
                let funds = funds.remove(&item.id).unwrap_or_default();
                let (id, task) = (item.id.clone(), (**task).clone());
                tasks.push(TaskReview { id, task, report, is_overdue, funds, since: None });
            }
            Content::Section(_) | Content::Goal(_) | Content::Funding(_) => {}
        }
    }
    Ok(Review {
        stage: stage(ground.plan, year),
        indicators,
        tasks,
        projects: money.of_projects(ground.carriers.to_vec())?,
        money: money::rows(&cells, year),
        funds: money.of_plan()?,
        funds_before: None,
        removed: Vec::new(),
    })
}

fn is_task(item: &Item) -> bool {
    matches!(item.content, Content::Task(_))
}

/// Says in a review what is not as it was before: `then` is the review of the same year at that moment, none where no text was in force.
pub fn compare(now: &mut Review, then: Option<(&Review, &Ground<'_>)>, ground: &Ground<'_>) {
    let before: HashMap<&str, &Item> =
        then.iter().flat_map(|(_, then)| then.items).map(|item| (item.id.as_str(), item)).collect();
    let changes: HashMap<&str, (Change, Vec<String>)> = ground
        .items
        .iter()
        .filter_map(|item| {
            Some((item.id.as_str(), super::compare::change(before.get(item.id.as_str()).copied(), item)?))
        })
        .collect();
    let review = then.map(|(review, _)| review);
    let indicators: HashMap<&str, &IndicatorReview> =
        review.iter().flat_map(|then| &then.indicators).map(|one| (one.id.as_str(), one)).collect();
    let reported = reports_since(ground.actuals, then.map(|(_, then)| then.actuals).unwrap_or_default());
    for one in &mut now.indicators {
        let old = indicators.get(one.id.as_str());
        one.year.before = Some(old.map(|old| old.year.figure.clone()).unwrap_or_default());
        one.period.before = Some(old.map(|old| old.period.figure.clone()).unwrap_or_default());
        one.change = changes.get(one.id.as_str()).cloned();
        one.reports_since = reported.get(one.id.as_str()).copied().unwrap_or_default();
    }
    let tasks: HashMap<&str, &TaskReview> =
        review.iter().flat_map(|then| &then.tasks).map(|one| (one.id.as_str(), one)).collect();
    for one in &mut now.tasks {
        let old = tasks.get(one.id.as_str());
        one.since = Some(TaskSince {
            change: changes.get(one.id.as_str()).cloned(),
            report: old.and_then(|old| old.report.clone()),
            funds: old.map(|old| old.funds).unwrap_or_default(),
        });
    }
    let projects: HashMap<&str, Funds> =
        review.iter().flat_map(|then| &then.projects).map(|one| (one.carrier.project.as_str(), one.funds)).collect();
    for one in &mut now.projects {
        one.before = Some(projects.get(one.carrier.project.as_str()).copied().unwrap_or_default());
    }
    for row in &mut now.money {
        let same = |old: &&MoneyReview| (old.class, old.nature) == (row.class, row.nature);
        let old = review.and_then(|then| then.money.iter().find(same));
        row.before = Some(old.map(|old| old.planned).unwrap_or_default());
    }
    now.funds_before = Some(review.map(|then| then.funds).unwrap_or_default());
    let there: HashSet<&str> = ground.items.iter().map(|item| item.id.as_str()).collect();
    let gone = then.iter().flat_map(|(_, then)| then.items).filter(|item| {
        let is_reviewed = matches!(item.content, Content::Indicator(_) | Content::Task(_));
        is_reviewed && !there.contains(item.id.as_str())
    });
    now.removed = gone.cloned().collect();
}

/// For how many periods of each indicator another report is recorded than before.
fn reports_since<'a>(now: &'a [Actual], then: &[Actual]) -> BTreeMap<&'a str, usize> {
    let old: HashMap<_, i64> = then.iter().map(|one| ((one.indicator.as_str(), one.period), one.revision)).collect();
    let mut counts = BTreeMap::new();
    for one in now {
        if old.get(&(one.indicator.as_str(), one.period)) != Some(&one.revision) {
            *counts.entry(one.indicator.as_str()).or_default() += 1;
        }
    }
    counts
}

fn measured(indicator: &Indicator, figure: Figure, target: Option<Target>, at_risk: i64) -> Measured {
    let (rating, attained) = match (figure.number, target) {
        (Some(value), Some(target)) => rate(indicator, value, target, at_risk),
        _ => (Rating::NotMeasured, None),
    };
    Measured { figure, target, rating, attained, before: None }
}

/// The same before the last year: what is not reached yet is not lost. A sum that is behind an even pace is at risk; of others it is
/// too early to say.
fn paced(measured: Measured, indicator: &Indicator, plan: &Plan, year: i64) -> Measured {
    if year == plan.last_year || matches!(measured.rating, Rating::Met | Rating::NotMeasured) {
        return measured;
    }
    let (elapsed, whole) = (year - plan.first_year + 1, plan.last_year - plan.first_year + 1);
    let counts = indicator.aggregation == Aggregation::Sum && comparator(indicator) == Comparator::AtLeast;
    let is_behind = counts && measured.attained.is_some_and(|attained| attained * whole < elapsed * 10_000);
    Measured { rating: if is_behind { Rating::AtRisk } else { Rating::NotMeasured }, ..measured }
}

/// How a value compares with its target.
fn comparator(indicator: &Indicator) -> Comparator {
    indicator.comparator.unwrap_or(match indicator.direction {
        Some(Direction::Down) => Comparator::AtMost,
        Some(Direction::Maintain) => Comparator::Equal,
        Some(Direction::Up) | None => Comparator::AtLeast,
    })
}

fn rate(indicator: &Indicator, value: Fraction, target: Target, at_risk: i64) -> (Rating, Option<i64>) {
    let wanted = Fraction::of(target.value);
    let upper = target.upper.map_or(wanted, Fraction::of);
    let comparator = comparator(indicator);
    let is_met = match comparator {
        Comparator::AtLeast => value >= wanted,
        Comparator::AtMost => value <= wanted,
        Comparator::Equal => value == wanted,
        Comparator::Range => value >= wanted && value <= upper,
    };
    let part = |above: Fraction, below: Fraction| above.over(below)?.times(Fraction::whole(10_000))?.rounded(0);
    let attained = part(value, wanted).map(|part| part / 10_000);
    // How near it is, whichever way the target lies.
    let near = match comparator {
        Comparator::AtMost => part(wanted, value),
        Comparator::AtLeast => part(value, wanted),
        Comparator::Equal if value > wanted => part(wanted, value),
        Comparator::Equal => part(value, wanted),
        Comparator::Range if value > upper => part(upper, value),
        Comparator::Range => part(value, wanted),
    };
    let rating = if is_met {
        Rating::Met
    } else if near.is_some_and(|near| (at_risk * 10_000..10_000 * 10_000).contains(&near)) {
        Rating::AtRisk
    } else {
        Rating::NotMet
    };
    (rating, attained)
}

/// Whether a task should have ended by the end of the year and is neither done nor given up.
fn overdue(task: &Task, report: Option<&TaskReport>, year: i64) -> bool {
    let next = format!("{}-01-01", year + 1);
    let ended = report.is_some_and(|report| report.progress.is_over());
    task.ends_on.as_ref().is_some_and(|ends| *ends <= next) && !ended
}

#[cfg(test)]
mod tests {
    use super::super::actuals::tests::actual;
    use super::super::findings::tests::{funding, indicator, plan, task};
    use super::*;

    fn ground<'a>(plan: &'a Plan, items: &'a [Item], actuals: &'a [Actual]) -> Ground<'a> {
        Ground { plan, items, actuals, reports: &[], carriers: &[], payments: &[], at_risk: 8_000 }
    }

    fn rated(comparator: Comparator, value: i64, target: (i64, Option<i64>)) -> (&'static str, Option<i64>) {
        use crate::word::Word;
        let Content::Indicator(mut indicator) = indicator("i").content else { return ("", None) };
        indicator.comparator = Some(comparator);
        let target = Target { year: 2013, value: target.0 * 10_000, upper: target.1.map(|upper| upper * 10_000) };
        let (rating, attained) = rate(&indicator, Fraction::whole(value), target, 8_000);
        (rating.as_str(), attained)
    }

    #[test]
    fn a_rating_follows_the_comparator() {
        use Comparator::{AtLeast, AtMost, Equal, Range};
        for (comparator, value, target, rating, attained) in [
            (AtLeast, 12, (10, None), "MET", Some(12_000)),
            (AtLeast, 10, (10, None), "MET", Some(10_000)),
            (AtLeast, 8, (10, None), "AT_RISK", Some(8_000)),
            (AtLeast, 7, (10, None), "NOT_MET", Some(7_000)),
            (AtMost, 10, (10, None), "MET", Some(10_000)),
            (AtMost, 12, (10, None), "AT_RISK", Some(12_000)),
            (AtMost, 13, (10, None), "NOT_MET", Some(13_000)),
            (Equal, 52, (52, None), "MET", Some(10_000)),
            (Equal, 60, (52, None), "AT_RISK", Some(11_538)),
            (Equal, 9, (52, None), "NOT_MET", Some(1_731)),
            (Range, 45, (45, Some(50)), "MET", Some(10_000)),
            (Range, 51, (45, Some(50)), "AT_RISK", Some(11_333)),
            (Range, 30, (45, Some(50)), "NOT_MET", Some(6_667)),
            (AtLeast, 0, (0, None), "MET", None),
        ] {
            assert_eq!(rated(comparator, value, target), (rating, attained), "{comparator:?} {value} {target:?}");
        }
    }

    #[test]
    fn the_middle_and_the_end_of_a_plan_are_known() {
        let stages = |first, last| (first..=last).map(|year| stage(&plan(first, last), year)).collect::<Vec<_>>();
        use Stage::{Annual, Final, MidTerm};
        assert_eq!(stages(2026, 2030), [Annual, Annual, MidTerm, Annual, Final]);
        assert_eq!(stages(2014, 2014), [Final]);
    }

    #[test]
    fn before_its_end_a_period_is_met_at_risk_or_too_early_to_say() {
        let rating = |aggregation, value, year| {
            let mut item = indicator("i");
            if let Content::Indicator(indicator) = &mut item.content {
                indicator.aggregation = aggregation;
                indicator.targets = vec![Target { year: 0, value: 500_000, upper: None }];
            }
            let actuals = [actual("i", (2011, 0), value)];
            let plan = plan(2011, 2015);
            review(&ground(&plan, &[item], &actuals), year).unwrap().indicators[0].period.rating
        };
        use Aggregation::{Last, Sum};
        for (aggregation, value, year, expected) in [
            (Sum, 50, 2013, Rating::Met),
            (Sum, 30, 2013, Rating::NotMeasured),
            (Sum, 29, 2013, Rating::AtRisk),
            (Sum, 29, 2015, Rating::NotMet),
            (Sum, 40, 2015, Rating::AtRisk),
            (Last, 29, 2013, Rating::NotMeasured),
            (Last, 29, 2015, Rating::NotMet),
        ] {
            assert_eq!(rating(aggregation, value, year), expected, "{aggregation:?} {value} {year}");
        }
    }

    #[test]
    fn a_review_says_what_changed_which_tasks_are_late_and_what_money_was_planned() {
        let mut counted = indicator("i");
        if let Content::Indicator(indicator) = &mut counted.content {
            indicator.aggregation = Aggregation::Sum;
            indicator.targets = vec![Target { year: 2013, value: 100_000, upper: None }];
        }
        let mut late = task("t");
        if let Content::Task(task) = &mut late.content {
            task.ends_on = Some("2013-07-01".to_owned());
        }
        let items = [
            counted,
            late,
            funding("a", None, 2012, None, 3),
            funding("b", None, 2013, None, 4),
            funding("c", None, 0, None, 20),
        ];
        let before = [actual("i", (2012, 0), 7)];
        let now = [actual("i", (2012, 0), 7), Actual { revision: 2, ..actual("i", (2013, 0), 12) }];
        let plan = plan(2011, 2015);
        let mut old = items.to_vec();
        old[1] = task("gone");
        let (then, now) = (ground(&plan, &old, &before), ground(&plan, &items, &now));
        let (earlier, mut made) = (review(&then, 2013).unwrap(), review(&now, 2013).unwrap());
        compare(&mut made, Some((&earlier, &then)), &now);
        let one = &made.indicators[0];
        assert_eq!((one.year.rating, one.period.rating), (Rating::Met, Rating::NotMeasured));
        assert_eq!(
            (one.year.before.as_ref().unwrap().told, one.period.before.as_ref().unwrap().told),
            (None, Some(70_000))
        );
        assert_eq!((one.period.figure.arithmetic.as_str(), one.reports_since), ("7 (2012) + 12 (2013) = 19", 1));
        assert_eq!(one.change, None);
        assert!(made.tasks[0].is_overdue);
        assert_eq!(made.tasks[0].since.as_ref().unwrap().change, Some((Change::Added, Vec::new())));
        assert_eq!(made.removed, [task("gone")]);
        let money = &made.money[0];
        assert_eq!((money.planned.year, money.planned.to_date, money.planned.whole), (Some(4), Some(7), Some(20)));
        assert_eq!((money.before, made.funds_before), (Some(money.planned), Some(made.funds)));
        let mut first = review(&now, 2013).unwrap();
        compare(&mut first, None, &now);
        assert_eq!((first.indicators[0].reports_since, first.money[0].before), (2, Some(money::Spans::default())));
    }
}
