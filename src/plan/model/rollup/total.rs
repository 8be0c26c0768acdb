//! What the indicators that count make together. Pure.

use std::collections::BTreeSet;

use super::{Candidate, LeftOut, Part};
use crate::plan::model::actuals::Reported;
use crate::plan::model::figures::{Figure, told};
use crate::plan::model::number::{DECIMALS, Fraction, text};
use crate::plan::model::{Aggregation, Indicator, ValueKind};

/// How many terms of a sum are shown.
const TERMS: usize = 10;

/// The value over all units.
pub fn total(parts: &[Part], candidates: &[Candidate<'_>], defined: &Indicator) -> Figure {
    let counted: Vec<(&Part, &Candidate<'_>)> =
        parts.iter().zip(candidates).filter(|(part, _)| part.left_out.is_none()).collect();
    let figure = Figure {
        is_provisional: counted.iter().any(|(part, _)| part.figure.is_provisional),
        missing_years: missing_years(counted.iter().map(|(part, _)| &part.figure)),
        ..Figure::default()
    };
    match (counted.as_slice(), parts.len()) {
        ([], _) => Figure { arithmetic: "nothing counts".to_owned(), ..figure },
        ([(one, _)], 1) => Figure { actuals: Vec::new(), parts: Vec::new(), ..one.figure.clone() },
        (several, _) => match defined.aggregation {
            Aggregation::RatioOfSums => ratio(several, defined, figure),
            Aggregation::Distinct => united(several, parts, figure),
            Aggregation::Sum | Aggregation::Last | Aggregation::Average => added(several, defined, figure),
        },
    }
}

/// The years that are missing in any of some figures.
pub fn missing_years<'a>(figures: impl Iterator<Item = &'a Figure>) -> Vec<i64> {
    let years: BTreeSet<i64> = figures.flat_map(|figure| figure.missing_years.iter().copied()).collect();
    years.into_iter().collect()
}

/// Whether values of several units make a value of all of them.
fn adds_up(indicator: &Indicator) -> bool {
    matches!(indicator.value_kind, ValueKind::Count | ValueKind::Money)
}

fn plus(numbers: impl IntoIterator<Item = Fraction>) -> Option<Fraction> {
    numbers.into_iter().try_fold(Fraction::whole(0), Fraction::plus)
}

fn too_large(figure: Figure) -> Figure {
    Figure { arithmetic: "a result does not fit".to_owned(), ..figure }
}

/// The sum over units of what each has: over time by its own rule, over units as a sum.
fn added(counted: &[(&Part, &Candidate<'_>)], defined: &Indicator, figure: Figure) -> Figure {
    if !adds_up(defined) {
        let why = "what is no count and no money is not added up over units";
        return Figure { arithmetic: why.to_owned(), ..figure };
    }
    let mut units: Vec<(&str, Vec<&Part>)> = Vec::new();
    for (part, _) in counted {
        match units.last_mut().filter(|(unit, _)| *unit == part.unit) {
            Some((_, parts)) => parts.push(part),
            None => units.push((&part.unit, vec![part])),
        }
    }
    let mut terms = Vec::with_capacity(units.len());
    for (unit, parts) in &units {
        let value = match defined.aggregation {
            Aggregation::Average => average(parts),
            Aggregation::Sum | Aggregation::Last | Aggregation::RatioOfSums | Aggregation::Distinct => {
                plus(parts.iter().filter_map(|part| part.figure.number))
            }
        };
        let Some(value) = value else { return too_large(figure) };
        terms.push((*unit, value));
    }
    let Some(sum) = plus(terms.iter().map(|(_, value)| *value)) else { return too_large(figure) };
    let decimals = if defined.aggregation == Aggregation::Average { defined.decimals } else { i64::from(DECIMALS) };
    told(figure, sum, decimals, &shown(&terms))
}

/// Over several plans of a unit: each year that was reported has the same weight.
fn average(parts: &[&Part]) -> Option<Fraction> {
    if let [one] = parts {
        return one.figure.number;
    }
    let weight = |part: &&Part| {
        let missing = i64::try_from(part.figure.missing_years.len()).unwrap_or_default();
        (part.years.1 - part.years.0 + 1 - missing).max(1)
    };
    let weighted = parts.iter().map(|part| part.figure.number?.times(Fraction::whole(weight(part))));
    plus(weighted.collect::<Option<Vec<_>>>()?)?.over(Fraction::whole(parts.iter().map(weight).sum()))
}

fn shown(terms: &[(&str, Fraction)]) -> String {
    let term = |value: &Fraction| value.rounded(i64::from(DECIMALS)).map_or_else(|| "?".to_owned(), text);
    match terms {
        [(_, one)] => term(one),
        few if few.len() <= TERMS => {
            let few: Vec<String> = few.iter().map(|(unit, value)| format!("{} ({unit})", term(value))).collect();
            few.join(" + ")
        }
        many => format!("the sum over {} units", many.len()),
    }
}

/// The sum above the line over the sum below it.
fn ratio(counted: &[(&Part, &Candidate<'_>)], defined: &Indicator, figure: Figure) -> Figure {
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (part, one) in counted {
        let Some((top, bottom)) = &one.indicator.ratio else { continue };
        let added = |id: &String| {
            one.figures.indicator(id).is_some_and(|of| adds_up(of) && of.aggregation != Aggregation::Distinct)
        };
        if !added(top) || !added(bottom) {
            let why = "the parts of the ratio are not added up over units";
            return Figure { arithmetic: why.to_owned(), ..figure };
        }
        let (first, last) = part.years;
        above.extend(one.figures.over(top, first, last).number);
        below.extend(one.figures.over(bottom, first, last).number);
    }
    let (Some(above), Some(below)) = (plus(above), plus(below)) else { return too_large(figure) };
    let is_percent = defined.value_kind == ValueKind::Percent;
    let term = |value: Fraction| value.rounded(i64::from(DECIMALS)).map_or_else(|| "?".to_owned(), text);
    let shown = format!("{} / {}{}", term(above), term(below), if is_percent { " * 100" } else { "" });
    if below.is_zero() {
        return Figure { arithmetic: format!("{shown}: a division by zero"), ..figure };
    }
    let value = above.over(below);
    let value = if is_percent { value.and_then(|value| value.times(Fraction::whole(100))) } else { value };
    match value {
        Some(value) => told(figure, value, defined.decimals, &shown),
        None => too_large(figure),
    }
}

/// How many different ones all list together.
fn united(counted: &[(&Part, &Candidate<'_>)], parts: &[Part], figure: Figure) -> Figure {
    let mut members = BTreeSet::new();
    let mut is_listed = parts.iter().all(|part| part.left_out != Some(LeftOut::NoValue));
    for (part, one) in counted {
        is_listed &= !part.figure.actuals.is_empty();
        for period in &part.figure.actuals {
            match one.figures.actual(one.id, *period).map(|actual| &actual.reported) {
                Some(Reported::Members(some)) => members.extend(some),
                _ => is_listed = false,
            }
        }
    }
    if !is_listed {
        let why = "not all list their members: how many differ is not known";
        return Figure { arithmetic: why.to_owned(), ..figure };
    }
    let count = Fraction::whole(i64::try_from(members.len()).unwrap_or(i64::MAX));
    told(figure, count, 0, &format!("{} different in {} plans", members.len(), counted.len()))
}
