//! What people cost, month by month, to the minor unit. Pure; integers only.
//!
//! Every row is judged on the first day of a month, and so is who is paid and at which step. Each component of one person's month is
//! rounded half up once, after the part of full time, and then multiplied by the count; coefficients and percentages are never
//! rounded. Absent: any rate, scale or component of one country; those are rows.

mod month;
mod tables;
#[cfg(test)]
mod tests;

pub use month::{Month, times};
pub use tables::{Period, Rule, Tables};

use super::model::{COEFFICIENT_DECIMALS, Given, Grade, ONE, Parameter, PayMethod, StaffGroup, What};
use crate::money;

/// What keeps a group from being calculated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A row that is needed is not in force in a month.
    Missing {
        /// What is needed.
        what: String,
        /// The first day of the month.
        on: String,
        /// The field of the group that needs it.
        field: &'static str,
    },
    /// An amount does not fit.
    Overflow,
}

/// The state of a group in one month, as far as rows say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State<'a> {
    /// The coefficient of rank and step, with what is preserved.
    pub coefficient: i64,
    /// The step, where there is one.
    pub step: Option<i64>,
    /// What is paid beyond the last step.
    pub beyond_bp: i64,
    /// The row that gave the coefficient.
    pub row: Option<&'a Parameter>,
}

/// The factor of one component in one month for one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input<'a> {
    /// A coefficient or a percentage in basis points; none where the component is not paid.
    pub factor: Option<i64>,
    /// The row of a list of allowances that gave it.
    pub row: Option<&'a Parameter>,
}

/// The components of one group in one month: amounts of one person, by the place of the rule in its period.
pub struct Paid<'t, 'a> {
    /// The month.
    pub month: Month,
    /// The place of the period.
    pub place: usize,
    /// The period.
    pub period: &'t Period<'a>,
    /// The state of the group.
    pub state: &'t State<'a>,
    /// The factors, by rule.
    pub inputs: &'t [Input<'a>],
    /// The amounts of one person, by rule.
    pub amounts: &'t [i64],
}

/// Calculates a group month by month and hands each month to a visitor.
pub fn calculate<'a>(
    tables: &Tables<'a>,
    group: &StaffGroup,
    mut visit: impl FnMut(&Paid<'_, 'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let first = group.starts_on.as_deref().and_then(Month::from);
    let end = group.ends_on.as_deref().and_then(Month::from);
    let due = group.next_step_on.as_deref().and_then(Month::from);
    let changes_alone = group.given.iter().any(|given| matches!(given.what, What::Since(_)));
    let (mut last, mut inputs, mut amounts): (Option<(usize, State<'a>)>, _, _) = (None, Vec::new(), Vec::new());
    let mut values = Vec::new();
    for (month, place, period) in tables.months() {
        if first.is_some_and(|first| month < first) || end.is_some_and(|end| month >= end) {
            continue;
        }
        let state = state(period, group, due, month)?;
        // Most months are as the one before.
        let same = !changes_alone && last.as_ref().is_some_and(|(known, before)| *known == place && *before == state);
        if !same {
            self::inputs(period, group, &state, month, &mut inputs)?;
            self::amounts(period, group.full_time_bp, &inputs, (&mut values, &mut amounts)).ok_or(Fault::Overflow)?;
        }
        let (_, state) = last.insert((place, state));
        visit(&Paid { month, place, period, state, inputs: &inputs, amounts: &amounts })?;
    }
    Ok(())
}

/// Where a group stands in a month.
fn state<'a>(period: &Period<'a>, group: &StaffGroup, due: Option<Month>, month: Month) -> Result<State<'a>, Fault> {
    let missing = |what: String, field| Fault::Missing { what, on: month.first_day(), field };
    let plain = |coefficient, row| State { coefficient: coefficient + group.preserved, step: None, beyond_bp: 0, row };
    let (scale, step) = match &group.grade {
        Grade::Coefficient(coefficient) => return Ok(plain(*coefficient, None)),
        Grade::Vacant => {
            let (row, coefficient) = period.entry.ok_or_else(|| missing("entry coefficient".to_owned(), "vacant"))?;
            return Ok(plain(coefficient, Some(row)));
        }
        Grade::Scale(scale, step) => (scale.as_str(), *step),
        Grade::Rank(rank, step) => {
            let found = period.ranks.get(rank.as_str());
            (found.ok_or_else(|| missing(format!("rank {rank}"), "rank"))?.1, *step)
        }
    };
    let rows = period.scales.get(scale).ok_or_else(|| missing(format!("scale {scale}"), "scale"))?;
    let place = rows.steps.iter().position(|(known, ..)| *known == step);
    let place = place.ok_or_else(|| missing(format!("step {step} of scale {scale}"), "step"))?;
    let given = group.given.iter().find(|given| is_beyond_scale(period, given));
    let given = given.and_then(|given| if let What::Rate(rate) = given.what { Some(rate) } else { None });
    let ahead = rows.steps.len() - 1 - place;
    let risen = due.map_or(0, |due| times(month, due, rows.scale.months_per_step));
    let (place, beyond_bp) = match (given, due) {
        // Beyond the last step already: a year is what is due next.
        (Some(rate), Some(due)) => (place, rate + rows.scale.later_bp * times(month, due, 12)),
        (Some(rate), None) => (place, rate),
        (None, Some(due)) if usize::try_from(risen).is_ok_and(|risen| risen > ahead) => {
            let steps = i64::try_from(ahead).unwrap_or(i64::MAX);
            let over = due.plus(steps * rows.scale.months_per_step);
            (rows.steps.len() - 1, rows.scale.beyond_bp + rows.scale.later_bp * (times(month, over, 12) - 1))
        }
        (None, _) => (place + usize::try_from(risen).unwrap_or_default(), 0),
    };
    let (step, coefficient, row) = rows.steps.get(place).copied().ok_or(Fault::Overflow)?;
    Ok(State { coefficient: coefficient + group.preserved, step: Some(step), beyond_bp, row: Some(row) })
}

fn is_beyond_scale(period: &Period<'_>, given: &Given) -> bool {
    let rule = period.rules.iter().find(|rule| rule.row.key.code == given.component);
    rule.is_some_and(|rule| rule.component.method == PayMethod::BeyondScale)
}

/// The factor of every component for a group that stands so.
fn inputs<'a>(
    period: &Period<'a>,
    group: &StaffGroup,
    state: &State<'a>,
    month: Month,
    inputs: &mut Vec<Input<'a>>,
) -> Result<(), Fault> {
    inputs.clear();
    for rule in &period.rules {
        let given = group.given.iter().find(|given| given.component == rule.row.key.code);
        let mut input = Input { factor: None, row: None };
        if rule.component.is_for(group.staff_kind) {
            input.factor = match rule.component.method {
                PayMethod::Grade => Some(state.coefficient),
                PayMethod::BeyondScale => Some(state.beyond_bp).filter(|rate| *rate > 0),
                PayMethod::Coefficient => match given.map(|given| &given.what) {
                    Some(What::Coefficient(coefficient)) => Some(*coefficient),
                    Some(What::Entry(entry)) => {
                        let found = period.allowances.get(entry.as_str());
                        let found = found.filter(|(_, component, _)| *component == rule.row.key.code);
                        let (row, _, coefficient) = found.ok_or_else(|| Fault::Missing {
                            what: format!("allowance {entry} of component {}", rule.row.key.code),
                            on: month.first_day(),
                            field: "given",
                        })?;
                        input.row = Some(row);
                        Some(*coefficient)
                    }
                    Some(What::Rate(_) | What::Since(_)) | None => rule.component.coefficient,
                },
                PayMethod::Percent => rate(rule, given, month),
            };
        }
        if input.factor.is_some()
            && rule.component.method != PayMethod::Percent
            && rule.of.is_empty()
            && rule.base.is_none()
        {
            let what = format!("base salary {}", rule.component.base.as_deref().unwrap_or_default());
            return Err(Fault::Missing { what, on: month.first_day(), field: "" });
        }
        inputs.push(input);
    }
    Ok(())
}

/// The percentage of a component: what the group is given, or what everybody has.
fn rate(rule: &Rule<'_>, given: Option<&Given>, month: Month) -> Option<i64> {
    let component = rule.component;
    match given.map(|given| &given.what) {
        Some(What::Rate(rate)) => Some(*rate),
        Some(What::Since(day)) => {
            let passed = month.since(Month::from(day)?);
            seniority(component.rate_bp?, component.later_bp, component.opens_after_months, passed)
        }
        Some(What::Coefficient(_) | What::Entry(_)) | None => {
            component.rate_bp.filter(|_| component.opens_after_months == 0)
        }
    }
}

/// The percentage that some months give: nothing before it opens, then the first, then more after each further year.
pub fn seniority(first_bp: i64, later_bp: i64, opens_after_months: i64, months: i64) -> Option<i64> {
    (months >= opens_after_months).then(|| first_bp + later_bp * ((months - opens_after_months) / 12))
}

/// What one person gets of each component. None where a number does not fit.
///
/// A value is kept as a numerator over a power of 10,000: one for the coefficient, one for each percentage above it.
fn amounts(
    period: &Period<'_>,
    full_time_bp: i64,
    inputs: &[Input<'_>],
    (values, amounts): (&mut Vec<(i128, u32)>, &mut Vec<i64>),
) -> Option<()> {
    values.clear();
    amounts.clear();
    for (rule, input) in period.rules.iter().zip(inputs) {
        let Some(factor) = input.factor else {
            values.push((0, 1));
            amounts.push(0);
            continue;
        };
        let base = rule.base.map(|(_, amount)| i128::from(amount));
        let (value, depth) = match rule.component.method {
            PayMethod::Grade | PayMethod::Coefficient => (base?.checked_mul(i128::from(factor))?, 1),
            PayMethod::BeyondScale | PayMethod::Percent => {
                let (mut sum, depth) = sum(&rule.of, values)?;
                if let (Some(cap), Some(base)) = (rule.component.cap, base) {
                    sum = sum.min(base.checked_mul(i128::from(cap))?.checked_mul(power(depth - 1))?);
                }
                (sum.checked_mul(i128::from(factor))?, depth + 1)
            }
        };
        values.push((value, depth));
        let exact = value.checked_mul(i128::from(full_time_bp))?;
        amounts.push(i64::try_from(money::rounded(exact, power(depth + 1))).ok()?);
    }
    Some(())
}

fn sum(places: &[usize], values: &[(i128, u32)]) -> Option<(i128, u32)> {
    let of = || places.iter().filter_map(|place| values.get(*place));
    let depth = of().map(|(_, depth)| *depth).max().unwrap_or(1);
    let mut sum = 0i128;
    for (value, at) in of() {
        sum = sum.checked_add(value.checked_mul(power(depth - at))?)?;
    }
    Some((sum, depth))
}

/// A power of what coefficients and percentages are counted in.
fn power(depth: u32) -> i128 {
    const _: () = assert!(ONE == 10i64.pow(COEFFICIENT_DECIMALS));
    i128::from(ONE).pow(depth)
}
