//! Which of the indicators with a code count. Pure.

use super::{Candidate, Ground, LeftOut, Part};
use crate::plan::model::figures::Figure;
use crate::plan::model::{Aggregation, Indicator, RollUp};

/// Each candidate with its value, and why it does not count, where it does not.
pub fn judge(ground: &Ground<'_>, code: &str, candidates: &[Candidate<'_>], defined: &Indicator) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(candidates.len());
    let mut covering: Vec<&str> = Vec::new();
    for one in candidates {
        let years = years(ground, one);
        let figure = match one.source.in_force {
            Some(_) => one.figures.over(one.id, years.0, years.1),
            None => Figure::none("no text of the plan is in force"),
        };
        let overlaps = |part: &Part| part.years.0 <= years.1 && years.0 <= part.years.1;
        let counts = |part: &Part| part.unit == one.source.unit && part.left_out.is_none();
        let left_out = if one.source.in_force.is_none() {
            Some(LeftOut::NotApproved)
        } else if !is_alike(one.indicator, defined) {
            Some(LeftOut::Differs)
        } else if opts_out(one) {
            Some(LeftOut::OptedOut)
        } else if let Some(why) = without_value(one, &figure, years) {
            Some(why)
        } else if is_covered(ground, &one.source.unit, &covering) {
            Some(LeftOut::Covered)
        } else if parts.iter().any(|part| counts(part) && overlaps(part)) {
            Some(LeftOut::SameUnit)
        } else {
            None
        };
        if left_out.is_none() && one.indicator.roll_up == Some(RollUp::CoversBelow) {
            covering.push(&one.source.unit);
        }
        // Of what stands at the end, the later plan of a unit says more than the earlier one.
        if left_out.is_none() && defined.aggregation == Aggregation::Last {
            for part in parts.iter_mut().filter(|part| counts(part)) {
                part.left_out = Some(LeftOut::SameUnit);
            }
        }
        parts.push(Part {
            code: code.to_owned(),
            unit: one.source.unit.clone(),
            plan: one.source.plan.clone(),
            id: one.id.to_owned(),
            left_out,
            years,
            reported: one.figures.newest(one.id, &figure, years.0, years.1),
            figure,
            in_force: one.source.in_force,
        });
    }
    parts
}

/// The years of the span that are the plan's.
fn years(ground: &Ground<'_>, one: &Candidate<'_>) -> (i64, i64) {
    (ground.span.0.max(one.source.years.0), ground.span.1.min(one.source.years.1))
}

/// Whether both measure the same in the same way.
fn is_alike(one: &Indicator, defined: &Indicator) -> bool {
    let said = |one: &Indicator| (one.value_kind, one.aggregation, one.measure.clone());
    said(one) == said(defined)
}

/// Whether it, or an indicator that it divides, is not to count.
fn opts_out(one: &Candidate<'_>) -> bool {
    let out = |indicator: &Indicator| indicator.roll_up == Some(RollUp::OptedOut);
    let parts = one.indicator.ratio.iter().flat_map(|(above, below)| [above, below]);
    out(one.indicator) || parts.filter_map(|id| one.figures.indicator(id)).any(out)
}

/// Why it has nothing to add. A ratio has where both its parts have, be it that it would divide by zero alone.
fn without_value(one: &Candidate<'_>, figure: &Figure, years: (i64, i64)) -> Option<LeftOut> {
    let has_value = match &one.indicator.ratio {
        Some((above, below)) => [above, below].iter().all(|id| one.figures.over(id, years.0, years.1).number.is_some()),
        None => figure.number.is_some() || figure.text.is_some(),
    };
    let is_reported = one.figures.newest(one.id, figure, years.0, years.1).is_some();
    match (has_value, is_reported) {
        (true, _) => None,
        (false, true) => Some(LeftOut::NoValue),
        (false, false) => Some(LeftOut::NotReported),
    }
}

fn is_covered(ground: &Ground<'_>, unit: &str, covering: &[&str]) -> bool {
    let mut next = ground.above.get(unit);
    while let Some(above) = next {
        if covering.contains(&above.as_str()) {
            return true;
        }
        next = ground.above.get(above);
    }
    false
}
