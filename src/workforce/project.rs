//! What the people of a plan cost, by year and component. Pure.

use std::collections::BTreeMap;

use super::model::{PayCategory, PlannedGroup, StaffKind, WorkforcePlan};
use super::pay::{Fault, Tables, calculate};
use crate::error::{Error, Reason};

/// What a sum is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Which year of the plan, from 0.
    pub year: usize,
    /// How the people are employed.
    pub staff_kind: StaffKind,
    /// What the component is to the budget.
    pub category: PayCategory,
    /// The component.
    pub component: String,
    /// The code that it is booked on.
    pub economic_code: String,
}

/// What the people of a plan cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Pay without the bonus fund, and the bonus fund, of each year.
    pub years: Vec<(i64, i64)>,
    /// The sums of which they are made, in their order.
    pub cells: BTreeMap<Cell, i64>,
}

/// Sums by year and cell; or the group that has no pay, with the reason why.
pub fn project(tables: &Tables<'_>, groups: &[PlannedGroup]) -> Result<Sums, (String, Fault)> {
    let cells = cells(tables, groups)?;
    let mut years = vec![(0i64, 0i64); tables.months().count() / 12];
    for (cell, amount) in &cells {
        let Some((pay, bonus)) = years.get_mut(cell.year) else { continue };
        let sum = if cell.category == PayCategory::Bonus { bonus } else { pay };
        *sum = sum.checked_add(*amount).ok_or((String::new(), Fault::Overflow))?;
    }
    Ok(Sums { years, cells })
}

/// The amounts of people of one kind of staff, by month and by the place of the component's rule in that month's period.
pub type ByMonth = BTreeMap<StaffKind, Vec<Vec<i64>>>;

/// What the people of some groups cost in each month; or the group that has no pay, with the reason why.
///
/// By month and rule, so that the names are looked at once for each period and not for each person.
pub fn by_month<'g>(
    tables: &Tables<'_>,
    groups: impl Iterator<Item = &'g PlannedGroup>,
) -> Result<ByMonth, (&'g PlannedGroup, Fault)> {
    let months: Vec<usize> = tables.months().map(|(_, _, period)| period.rules.len()).collect();
    let mut by_kind = ByMonth::new();
    for planned in groups {
        let group = &planned.group;
        let fresh = || months.iter().map(|rules| vec![0; *rules]).collect();
        let table = by_kind.entry(group.staff_kind).or_insert_with(fresh);
        let outcome = calculate(tables, group, |paid| {
            let row = usize::try_from(paid.month.since(tables.first())).ok().and_then(|month| table.get_mut(month));
            for (sum, amount) in row.into_iter().flatten().zip(paid.amounts) {
                let more = amount.checked_mul(group.count).and_then(|amount| sum.checked_add(amount));
                *sum = more.ok_or(Fault::Overflow)?;
            }
            Ok(())
        });
        outcome.map_err(|fault| (planned, fault))?;
    }
    Ok(by_kind)
}

/// What a group that has no pay keeps from being calculated, as a refusal that names it.
pub fn refusal(plan: &WorkforcePlan, group: &str, fault: Fault) -> Error {
    let subject = if group.is_empty() { plan.name().to_string() } else { plan.group_name(group).to_string() };
    match fault {
        Fault::Missing { what, on, .. } => {
            Error::refused(Reason::PayParameterMissing, subject, format!("{what} is not in force on {on}"))
        }
        Fault::Overflow => Error::refused(Reason::AmountOverflow, subject, "an amount of its pay is too large"),
    }
}

fn cells(tables: &Tables<'_>, groups: &[PlannedGroup]) -> Result<BTreeMap<Cell, i64>, (String, Fault)> {
    let by_kind = by_month(tables, groups.iter()).map_err(|(planned, fault)| (planned.id.clone(), fault))?;
    let mut sums: BTreeMap<Cell, i64> = BTreeMap::new();
    for (staff_kind, table) in by_kind {
        for (number, ((_, _, period), row)) in tables.months().zip(table).enumerate() {
            for (rule, amount) in period.rules.iter().zip(row).filter(|(_, amount)| *amount != 0) {
                let cell = Cell {
                    year: number / 12,
                    staff_kind,
                    category: rule.component.category,
                    component: rule.row.key.code.clone(),
                    economic_code: rule.component.economic_code.clone(),
                };
                let sum = sums.entry(cell).or_default();
                *sum = sum.checked_add(amount).ok_or((String::new(), Fault::Overflow))?;
            }
        }
    }
    Ok(sums)
}
