//! How far a plan has come in a year: per indicator target, actual and rating; per task its progress; the money planned. Pure.

use super::actuals::{Actual, TaskReport};
use super::figures::{Figure, Figures};
use super::number::Fraction;
use super::{Aggregation, Comparator, Content, Direction, Funding, Indicator, Item, Part, Plan, Target, Task};
use crate::budget::model::Nature;
use crate::classification::model::FinancingClass;
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
}

/// The money planned of one class and nature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyReview {
    /// The class; none is the sum over the classes.
    pub class: Option<FinancingClass>,
    /// The nature; none is the sum over the natures.
    pub nature: Option<Nature>,
    /// Planned for the year.
    pub year: Option<i64>,
    /// Planned from the first year up to it.
    pub to_date: Option<i64>,
    /// Planned for the whole period.
    pub whole: Option<i64>,
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
    /// The money of the whole plan.
    pub money: Vec<MoneyReview>,
}

/// What is reviewed.
pub struct Ground<'a> {
    /// The plan as it is in force.
    pub plan: &'a Plan,
    /// Its items as they are in force.
    pub items: &'a [Item],
    /// What was reported.
    pub actuals: &'a [Actual],
    /// What was reported earlier, where it is compared.
    pub before: Option<&'a [Actual]>,
    /// What was reported of tasks.
    pub reports: &'a [TaskReport],
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
pub fn review(ground: &Ground<'_>, year: i64) -> Review {
    let figures = Figures::new(ground.items, ground.actuals);
    let before = ground.before.map(|actuals| Figures::new(ground.items, actuals));
    let (mut indicators, mut tasks) = (Vec::new(), Vec::new());
    for item in ground.items {
        match &item.content {
            Content::Indicator(indicator) => {
                let over = |first, wanted| {
                    let target = indicator.targets.iter().find(|target| target.year == wanted).copied();
                    let figure = figures.over(&item.id, first, year);
                    let before = before.as_ref().map(|before| before.over(&item.id, first, year));
                    let measured = measured(indicator, figure, target, ground.at_risk, before);
                    if wanted == 0 { paced(measured, indicator, ground.plan, year) } else { measured }
                };
                indicators.push(IndicatorReview {
                    id: item.id.clone(),
                    indicator: (**indicator).clone(),
                    year: over(year, year),
                    period: over(ground.plan.first_year, 0),
                });
            }
            Content::Task(task) => {
                let report = ground.reports.iter().find(|report| report.task == item.id).cloned();
                let is_overdue = overdue(task, report.as_ref(), year);
                tasks.push(TaskReview { id: item.id.clone(), task: (**task).clone(), report, is_overdue });
            }
            Content::Section(_) | Content::Goal(_) | Content::Funding(_) => {}
        }
    }
    Review { stage: stage(ground.plan, year), indicators, tasks, money: money(ground.items, year) }
}

fn measured(
    indicator: &Indicator,
    figure: Figure,
    target: Option<Target>,
    at_risk: i64,
    before: Option<Figure>,
) -> Measured {
    let (rating, attained) = match (figure.number, target) {
        (Some(value), Some(target)) => rate(indicator, value, target, at_risk),
        _ => (Rating::NotMeasured, None),
    };
    Measured { figure, target, rating, attained, before }
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

/// The rows of money of the whole plan by class and nature. What is stated for the years is added up to the date.
fn money(items: &[Item], year: i64) -> Vec<MoneyReview> {
    let mut rows: Vec<MoneyReview> = Vec::new();
    for item in items {
        let Content::Funding(funding) = &item.content else { continue };
        if funding.task.is_some() || funding.part == Some(Part::Ceiling) || is_part(items, funding) {
            continue;
        }
        let same = |row: &MoneyReview| (row.class, row.nature) == (funding.class, funding.nature);
        let at = rows.iter().position(same).unwrap_or_else(|| {
            let (class, nature) = (funding.class, funding.nature);
            rows.push(MoneyReview { class, nature, year: None, to_date: None, whole: None });
            rows.len() - 1
        });
        let row = &mut rows[at];
        if funding.year == 0 {
            row.whole = Some(funding.amount);
        } else {
            if funding.year == year {
                row.year = Some(funding.amount);
            }
            if funding.year <= year {
                row.to_date = row.to_date.unwrap_or_default().checked_add(funding.amount);
            }
        }
    }
    rows
}

/// Whether the sum of what goes on and what is new stands beside one of the two.
fn is_part(items: &[Item], part: &Funding) -> bool {
    let is_sum = |item: &Item| {
        let Content::Funding(sum) = &item.content else { return false };
        (&sum.task, sum.year, sum.class, sum.nature, sum.part) == (&part.task, part.year, part.class, part.nature, None)
    };
    part.part.is_some() && items.iter().any(is_sum)
}

#[cfg(test)]
mod tests {
    use super::super::actuals::tests::actual;
    use super::super::findings::tests::{funding, indicator, plan, task};
    use super::*;

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
            let ground =
                Ground { plan: &plan, items: &[item], actuals: &actuals, before: None, reports: &[], at_risk: 8_000 };
            review(&ground, year).indicators[0].period.rating
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
        let now = [actual("i", (2012, 0), 7), actual("i", (2013, 0), 12)];
        let plan = plan(2011, 2015);
        let ground =
            Ground { plan: &plan, items: &items, actuals: &now, before: Some(&before), reports: &[], at_risk: 8_000 };
        let review = review(&ground, 2013);
        let one = &review.indicators[0];
        assert_eq!((one.year.rating, one.period.rating), (Rating::Met, Rating::NotMeasured));
        assert_eq!(
            (one.year.before.as_ref().unwrap().told, one.period.before.as_ref().unwrap().told),
            (None, Some(70_000))
        );
        assert_eq!(one.period.figure.arithmetic, "7 (2012) + 12 (2013) = 19");
        assert!(review.tasks[0].is_overdue);
        let money = &review.money[0];
        assert_eq!((money.year, money.to_date, money.whole), (Some(4), Some(7), Some(20)));
    }
}
