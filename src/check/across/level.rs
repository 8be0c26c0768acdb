//! The rules of the budget of a whole level of government, tested where the province's own estimate is decided: BUD-05 and BUD-13.

use std::collections::BTreeSet;

use crate::budget::latest::{self, Counting, Latest, Wanted};
use crate::budget::model::{Estimate, Nature, Side};
use crate::budget::store::LineFilter;
use crate::classification::model::SpendField;
use crate::commit::View;
use crate::document::finding::{Finding, Phase, Severity};
use crate::error::Result;
use crate::organisation::model::{GovernmentLevel, Kind};
use crate::organisation::store as units;
use crate::word::Word;

/// What is found in the estimate of a province.
pub fn of_estimate(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let unit = units::find_unit(view, &estimate.key.unit)?;
    if unit.is_none_or(|unit| unit.kind != Kind::Province) {
        return Ok(Vec::new());
    }
    let filter = units::Filter::default();
    let all = units::list_units(view, &filter, "", i64::MAX)?;
    let of_level = all.into_iter().filter(|unit| unit.government_level == GovernmentLevel::Province);
    let level: BTreeSet<String> = of_level.map(|unit| unit.id).collect();
    let total = of_level_alone(view, estimate, &level, &spending())?;
    let contingency =
        of_level_alone(view, estimate, &level, &LineFilter { natures: vec![Nature::Contingency], ..spending() })?;
    let mut found: Vec<Finding> = contingency_rate(estimate, contingency.latest, total.latest).into_iter().collect();
    let mut unstated = Vec::new();
    for nature in [Nature::Investment, Nature::Recurrent] {
        let filter = LineFilter { fields: vec![SpendField::ScienceTech], natures: vec![nature], ..spending() };
        let sum = of_level_alone(view, estimate, &level, &filter)?;
        if [sum.requested, sum.appraised, sum.decided].iter().all(Option::is_none) {
            unstated.push(nature);
        }
    }
    found.extend(both_natures(estimate, &unstated));
    Ok(found)
}

fn spending() -> LineFilter {
    LineFilter { sides: vec![Side::Expenditure], ..LineFilter::default() }
}

/// What the units of a level spend; what they pass to another level is spent.
fn of_level_alone(
    view: &mut View<'_>,
    estimate: &Estimate,
    level: &BTreeSet<String>,
    filter: &LineFilter,
) -> Result<Latest> {
    let (unit, year) = (&estimate.key.unit, estimate.key.fiscal_year);
    let wanted = Wanted { unit, year, filter, counting: Counting::Sent(&estimate.id) };
    let mut sum = Latest::default();
    for ((unit, other), latest) in latest::flows(view, &wanted)? {
        if level.contains(&unit) && !other.is_some_and(|other| level.contains(&other)) {
            sum.add(&latest)?;
        }
    }
    Ok(sum)
}

/// The least and the most of contingency among the spending of a level, in hundredths.
fn limits(year: i64) -> (i128, i128) {
    if (2017..=2025).contains(&year) { (2, 4) } else { (2, 5) }
}

/// BUD-13: contingency is a part of the level's spending within the limits of the law.
fn contingency_rate(estimate: &Estimate, contingency: i64, total: i64) -> Option<Finding> {
    let (least, most) = limits(estimate.key.fiscal_year);
    let (part, whole) = (i128::from(contingency) * 100, i128::from(total));
    if whole <= 0 || (least * whole..=most * whole).contains(&part) {
        return None;
    }
    // The nearer limit is what is expected.
    let limit = if part < least * whole { least * whole / 100 } else { most * whole / 100 };
    let hundredths = part * 100 / whole;
    let text = format!(
        "contingency of {contingency} is {}.{:02} % of the level's spending of {total}, and {least} to {most} % are allowed",
        hundredths / 100,
        (hundredths % 100).abs()
    );
    let severity = match Phase::of(estimate.state) {
        Phase::Asking => Severity::Warning,
        Phase::Deciding => Severity::Error,
    };
    let mut finding = Finding::new("BUD-13", severity, estimate.name().to_string(), text);
    finding.difference = i64::try_from(i128::from(contingency) - limit).ok();
    Some(finding.field("nature").compared(limit, contingency))
}

/// BUD-05: science and technology is stated for investment and for recurrent spending; 0 is a figure.
fn both_natures(estimate: &Estimate, unstated: &[Nature]) -> Option<Finding> {
    if unstated.is_empty() {
        return None;
    }
    let names: Vec<&str> = unstated.iter().map(|nature| nature.as_str()).collect();
    let text = format!("science and technology has no line of {}; 0 is a figure, nothing is not", names.join(" and "));
    let severity = match Phase::of(estimate.state) {
        Phase::Asking => Severity::Warning,
        Phase::Deciding => Severity::Error,
    };
    let finding = Finding::new("BUD-05", severity, estimate.name().to_string(), text).field("nature");
    Some(finding.suggest("add a line of the field SCIENCE_TECH with 0 for what is not given"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::model::{Key, Kind as EstimateKind};
    use crate::document::state::State;

    fn estimate(fiscal_year: i64, state: State) -> Estimate {
        let (unit, series) = ("tinh".to_owned(), String::new());
        let key = Key { unit, fiscal_year, kind: EstimateKind::Annual, series, sequence: 1 };
        Estimate { state, ..crate::budget::draft("dt".to_owned(), "e".to_owned(), key) }
    }

    #[test]
    fn contingency_is_within_the_limits_of_its_year() {
        let found = |year, contingency| {
            let found = contingency_rate(&estimate(year, State::Appraised), contingency, 435_800)?;
            Some((found.severity, found.expected, found.message))
        };
        // The local budgets of 2014: 8,900 of 435,800.
        assert_eq!(found(2014, 8_900), None);
        assert_eq!(found(2024, 17_432), None);
        let text = |figures: &str, most| {
            format!("contingency of {figures} of the level's spending of 435800, and 2 to {most} % are allowed")
        };
        let over = found(2024, 17_433).unwrap();
        assert_eq!(over, (Severity::Error, "17432".to_owned(), text("17433 is 4.00 %", 4)));
        assert_eq!(found(2026, 17_433), None);
        assert_eq!(found(2026, 8_000).unwrap(), (Severity::Error, "8716".to_owned(), text("8000 is 1.83 %", 5)));
        assert_eq!(found(2026, 0).unwrap().2, text("0 is 0.00 %", 5));
        let asking = contingency_rate(&estimate(2024, State::Draft), 0, 100).unwrap();
        assert_eq!(asking.severity, Severity::Warning);
        assert_eq!(contingency_rate(&estimate(2024, State::Draft), 0, 0), None);
    }

    #[test]
    fn science_and_technology_is_stated_by_both_natures() {
        let found =
            |unstated: &[Nature]| both_natures(&estimate(2024, State::Appraised), unstated).map(|one| one.message);
        assert_eq!(found(&[]), None);
        let text = "science and technology has no line of INVESTMENT; 0 is a figure, nothing is not";
        assert_eq!(found(&[Nature::Investment]).as_deref(), Some(text));
    }
}
