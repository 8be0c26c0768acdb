//! What the values of several periods make together: each kind of indicator by its own rule, exactly. Pure.
//!
//! Stocks and percentages are never summed, ratios divide the summed parts, and what is missing is no zero: a sum says over which
//! years it is, and a formula with a missing part has no value.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::actuals::{Actual, Period, Reported, Status};
use super::formula::{Formula, NoValue};
use super::number::{self, DECIMALS, Fraction};
use super::{Aggregation, Content, Indicator, Item, ValueKind};

/// How deep indicators may be computed from each other.
const DEPTH: usize = 64;

/// The value of an indicator over a span of years, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// The exact number; none where there is none.
    pub number: Option<Fraction>,
    /// The number as it is told, in ten-thousandths: rounded where it is computed.
    pub told: Option<i64>,
    /// The text of an indicator of texts.
    pub text: Option<String>,
    /// How the number comes about, or why there is none.
    pub arithmetic: String,
    /// The reports that it rests on directly.
    pub actuals: Vec<Period>,
    /// The indicators that it is computed from.
    pub parts: Vec<String>,
    /// The years of the span without a report.
    pub missing_years: Vec<i64>,
    /// Whether any report that it rests on, directly or not, is provisional.
    pub is_provisional: bool,
}

impl Figure {
    /// No value, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self { arithmetic: why.into(), ..Self::default() }
    }
}

/// The indicators of a plan and what was reported of them.
pub struct Figures<'a> {
    indicators: BTreeMap<&'a str, &'a Indicator>,
    actuals: BTreeMap<&'a str, BTreeMap<Period, &'a Actual>>,
    known: RefCell<HashMap<(String, i64, i64), Figure>>,
}

impl<'a> Figures<'a> {
    /// Over these items and reports.
    pub fn new(items: &'a [Item], reports: &'a [Actual]) -> Self {
        let indicator = |item: &'a Item| match &item.content {
            Content::Indicator(indicator) => Some((item.id.as_str(), indicator.as_ref())),
            Content::Section(_) | Content::Goal(_) | Content::Task(_) | Content::Funding(_) => None,
        };
        let mut actuals: BTreeMap<&str, BTreeMap<Period, &Actual>> = BTreeMap::new();
        for actual in reports {
            actuals.entry(&actual.indicator).or_default().insert(actual.period, actual);
        }
        let indicators = items.iter().filter_map(indicator).collect();
        Self { indicators, actuals, known: RefCell::default() }
    }

    /// The value of an indicator over some years, both ends included.
    pub fn over(&self, id: &str, first: i64, last: i64) -> Figure {
        self.at_depth(id, first, last, 0)
    }

    /// An indicator.
    pub fn indicator(&self, id: &str) -> Option<&'a Indicator> {
        self.indicators.get(id).copied()
    }

    /// The revision of the newest report that a figure of an indicator rests on, directly or not.
    pub fn newest(&self, id: &str, figure: &Figure, first: i64, last: i64) -> Option<i64> {
        let own = figure.actuals.iter().filter_map(|period| self.actual(id, *period)).map(|actual| actual.revision);
        let of_part = |part: &String| self.newest(part, &self.over(part, first, last), first, last);
        own.chain(figure.parts.iter().filter_map(of_part)).max()
    }

    /// A report.
    pub fn actual(&self, id: &str, period: Period) -> Option<&'a Actual> {
        self.actuals.get(id)?.get(&period).copied()
    }

    fn at_depth(&self, id: &str, first: i64, last: i64, depth: usize) -> Figure {
        let key = (id.to_owned(), first, last);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let Some(indicator) = self.indicators.get(id) else { return Figure::none(format!("{id} is not there")) };
        if depth > DEPTH {
            return Figure::none("it is computed through too many indicators");
        }
        let figure = if let Some((above, below)) = &indicator.ratio {
            let percent = if indicator.value_kind == ValueKind::Percent { " * 100" } else { "" };
            self.computed(indicator, &format!("{{{above}}} / {{{below}}}{percent}"), (first, last), depth)
        } else if let Some(formula) = &indicator.formula {
            self.computed(indicator, formula, (first, last), depth)
        } else {
            self.reported(id, indicator, first, last)
        };
        self.known.borrow_mut().insert(key, figure.clone());
        figure
    }

    /// A formula over the values of its parts in the same years.
    fn computed(&self, indicator: &Indicator, text: &str, (first, last): (i64, i64), depth: usize) -> Figure {
        let Ok(formula) = Formula::parse(text) else { return Figure::none("it is no formula") };
        let parts: BTreeMap<&str, Figure> =
            formula.indicators().into_iter().map(|id| (id, self.at_depth(id, first, last, depth + 1))).collect();
        let value = formula.value(&|id: &str| parts.get(id)?.number);
        let mut shown = text.to_owned();
        for (id, part) in &parts {
            let value = part.told.map_or_else(|| format!("({id}: no value)"), number::text);
            shown = shown.replace(&format!("{{{id}}}"), &value);
        }
        let is_provisional = parts.values().any(|part| part.is_provisional);
        let missing_years: BTreeSet<i64> = parts.values().flat_map(|part| part.missing_years.clone()).collect();
        let figure = Figure {
            parts: parts.keys().map(|id| (*id).to_owned()).collect(),
            is_provisional,
            missing_years: missing_years.into_iter().collect(),
            ..Figure::default()
        };
        match value {
            Ok(value) => told(figure, value, indicator.decimals, &shown),
            Err(why @ (NoValue::Missing(_) | NoValue::DivisionByZero | NoValue::TooLarge)) => {
                Figure { arithmetic: format!("{shown}: {why}"), ..figure }
            }
        }
    }

    /// What was reported, by the rule of the indicator.
    fn reported(&self, id: &str, indicator: &Indicator, first: i64, last: i64) -> Figure {
        let empty = BTreeMap::new();
        let reports = self.actuals.get(id).unwrap_or(&empty);
        let years: Vec<Year<'_>> = (first..=last).map(|year| Year::of(reports, year)).collect();
        let missing_years = years.iter().filter(|year| !year.is_reported()).map(|year| year.year).collect();
        let figure = Figure { missing_years, ..Figure::default() };
        match indicator.aggregation {
            Aggregation::Last => last_of(&years, figure),
            Aggregation::Sum => sum_of(&years, indicator, figure),
            Aggregation::Average => average_of(&years, indicator, figure),
            Aggregation::Distinct => distinct_of(&years, figure),
            // Without its two parts, which the message requires, there is nothing to divide.
            Aggregation::RatioOfSums => Figure::none("its parts are not stated"),
        }
    }
}

/// The reports of one year that count: the year's own, or else those of its quarters in their order.
struct Year<'a> {
    year: i64,
    reports: Vec<&'a Actual>,
}

impl<'a> Year<'a> {
    fn of(reports: &BTreeMap<Period, &'a Actual>, year: i64) -> Self {
        let stated = |actual: &&'a Actual| actual.reported != Reported::Nothing;
        let whole = reports.get(&(year, 0)).copied().filter(stated);
        let reports = match whole {
            Some(whole) => vec![whole],
            None => reports.range((year, 1)..=(year, 4)).map(|(_, actual)| *actual).filter(stated).collect(),
        };
        Self { year, reports }
    }

    fn is_reported(&self) -> bool {
        !self.reports.is_empty()
    }

    /// The numbers of its reports.
    fn numbers(&self) -> Vec<i64> {
        let number = |actual: &&Actual| match &actual.reported {
            Reported::Number(value) => Some(*value),
            Reported::Members(members) => i64::try_from(members.len()).ok()?.checked_mul(10_000),
            Reported::Nothing | Reported::Text(_) => None,
        };
        self.reports.iter().filter_map(number).collect()
    }
}

/// The figure with the reports that it rests on.
fn resting(figure: Figure, reports: &[&Actual]) -> Figure {
    let is_provisional = reports.iter().any(|actual| actual.status == Status::Provisional);
    Figure { actuals: reports.iter().map(|actual| actual.period).collect(), is_provisional, ..figure }
}

/// The figure with a number, rounded as it is told, and how it came about.
pub fn told(figure: Figure, value: Fraction, decimals: i64, shown: &str) -> Figure {
    let Some(told) = value.rounded(decimals) else {
        return Figure { arithmetic: format!("{shown}: {}", NoValue::TooLarge), ..figure };
    };
    let text = number::text(told);
    let equals = if value.is_exact(decimals) { "=" } else { "≈" };
    let arithmetic = if shown == text { text } else { format!("{shown} {equals} {text}") };
    Figure { number: Some(value), told: Some(told), arithmetic, ..figure }
}

fn not_reported(figure: Figure) -> Figure {
    Figure { arithmetic: "not reported".to_owned(), ..figure }
}

fn label(actual: &Actual) -> String {
    match actual.period {
        (year, 0) => year.to_string(),
        (year, quarter) => format!("Q{quarter}/{year}"),
    }
}

/// The last one reported.
fn last_of(years: &[Year<'_>], figure: Figure) -> Figure {
    let Some(last) = years.iter().rev().find_map(|year| year.reports.last()) else { return not_reported(figure) };
    let figure = resting(figure, &[*last]);
    match &last.reported {
        Reported::Text(text) => {
            Figure { text: Some(text.clone()), arithmetic: format!("reported for {}", label(last)), ..figure }
        }
        Reported::Number(value) => {
            let arithmetic = format!("{} (reported for {})", number::text(*value), label(last));
            Figure { number: Some(Fraction::of(*value)), told: Some(*value), arithmetic, ..figure }
        }
        Reported::Members(_) | Reported::Nothing => not_reported(figure),
    }
}

/// The sum over the years; of a year whose quarters run on from its beginning only the last one counts.
fn sum_of(years: &[Year<'_>], indicator: &Indicator, figure: Figure) -> Figure {
    let mut counted: Vec<&Actual> = Vec::new();
    let mut terms = Vec::new();
    for year in years {
        let skipped = if indicator.cumulative { year.reports.len().saturating_sub(1) } else { 0 };
        counted.extend(year.reports.iter().skip(skipped));
        terms.extend(year.numbers().into_iter().skip(skipped));
    }
    if counted.is_empty() {
        return not_reported(figure);
    }
    let figure = resting(figure, &counted);
    let Some(sum) = terms.iter().try_fold(Fraction::whole(0), |sum, term| sum.plus(Fraction::of(*term))) else {
        return Figure { arithmetic: NoValue::TooLarge.to_string(), ..figure };
    };
    let shown: Vec<String> = terms
        .iter()
        .zip(&counted)
        .map(|(term, actual)| format!("{} ({})", number::text(*term), label(actual)))
        .collect();
    let shown = if counted.len() == 1 { number::text(terms[0]) } else { shown.join(" + ") };
    told(figure, sum, i64::from(DECIMALS), &shown)
}

/// The unweighted average of the years reported, each being the average of its quarters where those are reported.
fn average_of(years: &[Year<'_>], indicator: &Indicator, figure: Figure) -> Figure {
    let counted: Vec<&Actual> = years.iter().flat_map(|year| year.reports.clone()).collect();
    let averages: Option<Vec<Fraction>> =
        years.iter().filter(|year| year.is_reported()).map(|year| average(&year.numbers())).collect();
    let figure = resting(figure, &counted);
    let Some(averages) = averages.filter(|averages| !averages.is_empty()) else { return not_reported(figure) };
    let count = Fraction::whole(i64::try_from(averages.len()).unwrap_or(i64::MAX));
    let sum = averages.iter().try_fold(Fraction::whole(0), |sum, one| sum.plus(*one));
    let Some(value) = sum.and_then(|sum| sum.over(count)) else {
        return Figure { arithmetic: NoValue::TooLarge.to_string(), ..figure };
    };
    let shown: Vec<String> = averages
        .iter()
        .map(|one| one.rounded(i64::from(DECIMALS)).map_or_else(|| "too large".to_owned(), number::text))
        .collect();
    let shown = if shown.len() == 1 { shown.concat() } else { format!("({}) / {}", shown.join(" + "), shown.len()) };
    told(figure, value, indicator.decimals, &shown)
}

fn average(numbers: &[i64]) -> Option<Fraction> {
    let sum = numbers.iter().try_fold(Fraction::whole(0), |sum, one| sum.plus(Fraction::of(*one)))?;
    sum.over(Fraction::whole(i64::try_from(numbers.len()).ok()?))
}

/// How many different ones: of the members that are listed, or the one number that was reported.
fn distinct_of(years: &[Year<'_>], figure: Figure) -> Figure {
    let counted: Vec<&Actual> = years.iter().flat_map(|year| year.reports.clone()).collect();
    let figure = resting(figure, &counted);
    let mut members = BTreeSet::new();
    let mut listed = 0;
    for actual in &counted {
        if let Reported::Members(some) = &actual.reported {
            members.extend(some);
            listed += 1;
        }
    }
    match counted.as_slice() {
        [] => not_reported(figure),
        [Actual { reported: Reported::Number(value), .. }] => {
            told(figure, Fraction::of(*value), i64::from(DECIMALS), &number::text(*value))
        }
        all if listed == all.len() => {
            let count = Fraction::whole(i64::try_from(members.len()).unwrap_or(i64::MAX));
            let shown = format!("{} different in {listed} reports", members.len());
            told(figure, count, 0, &shown)
        }
        _ => Figure {
            arithmetic: "several reports without lists of members: how many differ is not known".to_owned(),
            ..figure
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::actuals::tests::actual;
    use super::super::findings::tests::indicator;
    use super::*;

    fn with(id: &str, change: impl Fn(&mut Indicator)) -> Item {
        let mut item = indicator(id);
        if let Content::Indicator(indicator) = &mut item.content {
            change(indicator);
        }
        item
    }

    fn by(aggregation: Aggregation) -> Item {
        with("i", |one| one.aggregation = aggregation)
    }

    /// What an indicator `i` makes of some reports from 2011 to 2015.
    fn made(item: &Item, reports: &[(i64, i64, i64)]) -> String {
        let reports: Vec<Actual> =
            reports.iter().map(|(year, quarter, value)| actual("i", (*year, *quarter), *value)).collect();
        Figures::new(std::slice::from_ref(item), &reports).over("i", 2011, 2015).arithmetic
    }

    #[test]
    fn each_kind_of_indicator_follows_its_rule() {
        let reports = [(2011, 0, 7), (2013, 0, 12), (2014, 0, 3)];
        assert_eq!(made(&by(Aggregation::Sum), &reports), "7 (2011) + 12 (2013) + 3 (2014) = 22");
        assert_eq!(made(&by(Aggregation::Last), &reports), "3 (reported for 2014)");
        assert_eq!(made(&by(Aggregation::Average), &reports), "(7 + 12 + 3) / 3 ≈ 7");
        assert_eq!(made(&by(Aggregation::Sum), &[]), "not reported");
    }

    #[test]
    fn quarters_stand_for_a_year_that_was_not_reported_itself() {
        let quarters = [(2013, 1, 2), (2013, 2, 5), (2013, 4, 9)];
        assert_eq!(made(&by(Aggregation::Sum), &quarters), "2 (Q1/2013) + 5 (Q2/2013) + 9 (Q4/2013) = 16");
        let cumulative = with("i", |one| one.cumulative = true);
        assert_eq!(made(&cumulative, &quarters), "9");
        assert_eq!(made(&by(Aggregation::Last), &quarters), "9 (reported for Q4/2013)");
        // The year's own report counts once it is there; a late one changes everything after it.
        let late: Vec<_> = quarters.into_iter().chain([(2013, 0, 10)]).collect();
        assert_eq!(made(&by(Aggregation::Sum), &late), "10");
        assert_eq!(made(&cumulative, &late), "10");
    }

    #[test]
    fn what_is_not_reported_is_no_zero() {
        let nothing = Actual { reported: Reported::Nothing, ..actual("i", (2012, 0), 0) };
        let reports = [actual("i", (2011, 0), 4), nothing, actual("i", (2013, 0), 0)];
        let average = by(Aggregation::Average);
        let figure = Figures::new(std::slice::from_ref(&average), &reports).over("i", 2011, 2013);
        assert_eq!((figure.arithmetic.as_str(), figure.missing_years), ("(4 + 0) / 2 = 2", vec![2012]));
    }

    fn members(year: i64, ids: &[&str]) -> Actual {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Actual { reported: Reported::Members(ids), ..actual("i", (year, 0), 0) }
    }

    #[test]
    fn different_ones_are_counted_from_lists_and_never_derived() {
        let over =
            |reports: &[Actual]| Figures::new(&[by(Aggregation::Distinct)], reports).over("i", 2011, 2015).arithmetic;
        assert_eq!(over(&[members(2012, &["a", "b"]), members(2013, &["b", "c"])]), "3 different in 2 reports = 3");
        assert_eq!(over(&[actual("i", (2013, 0), 10)]), "10");
        assert_eq!(
            over(&[actual("i", (2012, 0), 10), members(2013, &["b"])]),
            "several reports without lists of members: how many differ is not known"
        );
    }

    #[test]
    fn ratios_divide_the_summed_parts_and_percentages_are_never_summed() {
        let ratio = |kind| {
            with("r", |one| {
                (one.value_kind, one.aggregation, one.decimals) = (kind, Aggregation::RatioOfSums, 2);
                one.ratio = Some(("a".to_owned(), "b".to_owned()));
            })
        };
        let items = [ratio(ValueKind::Percent), indicator("a"), indicator("b")];
        let reports = [
            actual("a", (2012, 0), 1),
            actual("a", (2013, 0), 4),
            actual("b", (2012, 0), 2),
            actual("b", (2013, 0), 76),
        ];
        let figures = Figures::new(&items, &reports);
        assert_eq!(figures.over("r", 2013, 2013).arithmetic, "4 / 76 * 100 ≈ 5.26");
        // Not the average of 50 and 5.26.
        assert_eq!(figures.over("r", 2012, 2013).arithmetic, "5 / 78 * 100 ≈ 6.41");
        assert_eq!(figures.over("r", 2014, 2014).arithmetic, "(a: no value) / (b: no value) * 100: a has no value");
    }

    #[test]
    fn formulas_are_computed_anew_from_exact_parts() {
        let of = |id: &str, text: &str, decimals| {
            with(id, |one| (one.formula, one.decimals) = (Some(text.to_owned()), decimals))
        };
        let items = [
            of("third", "{a} / {b}", 2),
            of("whole", "{third} * 3", 0),
            of("none", "{a} / ({b} - 3)", 0),
            indicator("a"),
            indicator("b"),
        ];
        let reports = [actual("a", (2013, 0), 1), Actual { status: Status::Provisional, ..actual("b", (2013, 0), 3) }];
        let figures = Figures::new(&items, &reports);
        let whole = figures.over("whole", 2013, 2013);
        assert_eq!(
            (whole.arithmetic.as_str(), whole.is_provisional, whole.parts),
            ("0.33 * 3 = 1", true, vec!["third".to_owned()])
        );
        assert_eq!(figures.over("none", 2013, 2013).arithmetic, "1 / (3 - 3): a division by zero");
    }

    #[test]
    fn a_long_chain_of_formulas_ends_without_a_value() {
        let link = |at: usize| with(&format!("i{at}"), |one| one.formula = Some(format!("{{i{}}}", at + 1)));
        let mut items: Vec<Item> = (0..100).map(link).collect();
        items.push(indicator("i100"));
        let reports = [actual("i100", (2013, 0), 1)];
        assert_eq!(Figures::new(&items, &reports).over("i0", 2013, 2013).told, None);
        assert_eq!(Figures::new(&items, &reports).over("i50", 2013, 2013).told, Some(10_000));
    }

    /// The rows of the statistical form of spending on science and technology that are sums of others.
    const FORM: &[(&str, &str)] = &[
        ("r01", "{r02} + {r03} + {r18}"),
        ("r03", "{r04} + {r07} + {r08} + {r14} + {r15} + {r16} + {r17}"),
        ("r04", "{r05} + {r06}"),
        ("r08", "{r09} + {r10} + {r11} + {r12} + {r13}"),
    ];

    #[test]
    fn the_rows_of_the_statistical_form_are_sums_of_others() {
        let leaves = (2..=18).map(|row| format!("r{row:02}")).filter(|id| FORM.iter().all(|(sum, _)| sum != id));
        let leaves: Vec<String> = leaves.collect();
        let sums = FORM.iter().map(|(id, formula)| with(id, |one| one.formula = Some((*formula).to_owned())));
        let items: Vec<Item> = sums.chain(leaves.iter().map(|id| indicator(id))).collect();
        // Each row has its number as its figure, so that a row that is added twice or not at all shows.
        let number = |id: &str| id.trim_start_matches('r').parse::<i64>().unwrap();
        let reports: Vec<Actual> = leaves.iter().map(|id| actual(id, (2013, 0), number(id))).collect();
        let figures = Figures::new(&items, &reports);
        let told = |id: &str| figures.over(id, 2013, 2013).arithmetic;
        assert_eq!(told("r04"), "5 + 6 = 11");
        assert_eq!(told("r08"), "9 + 10 + 11 + 12 + 13 = 55");
        assert_eq!(told("r03"), "11 + 7 + 55 + 14 + 15 + 16 + 17 = 135");
        assert_eq!(told("r01"), "2 + 135 + 18 = 155");
    }
}
