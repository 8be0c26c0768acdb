//! The HR plans of a unit and of those below it, over some fiscal years.

use std::collections::BTreeSet;

use super::life::MONTHS;
use super::model::{Parameter, PlannedGroup, WorkforcePlan};
use super::pay::{Month, Tables};
use super::store::{self, PlanFilter};
use crate::commit::View;
use crate::document::state::State;
use crate::document::tree::Reviewers;
use crate::error::{Error, Reason, Result};
use crate::id::UnitName;
use crate::limits;
use crate::organisation::store as units;

/// Which plans, and which years of them.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The id of the unit at the top; none is all units.
    pub unit: Option<String>,
    /// The first fiscal year.
    pub first_year: i64,
    /// The last one.
    pub last_year: i64,
    /// Only texts in force.
    pub in_force: bool,
}

/// A plan with its people, and the years of it that count.
#[derive(Debug)]
pub struct Staff {
    /// The plan.
    pub plan: WorkforcePlan,
    /// The revision of its text.
    pub text: i64,
    /// The first year that counts and the last one.
    pub years: (i64, i64),
    /// The people.
    pub groups: Vec<PlannedGroup>,
}

impl Scope {
    /// How many years.
    pub fn years(&self) -> usize {
        usize::try_from(self.last_year - self.first_year + 1).unwrap_or_default()
    }

    /// The place of the first month of a year among all months.
    pub fn offset(&self, year: i64) -> usize {
        usize::try_from(year - self.first_year).unwrap_or_default() * MONTHS
    }

    /// The units; none is all.
    pub fn units(&self, view: &mut View<'_>) -> Result<Option<BTreeSet<String>>> {
        let Some(unit) = &self.unit else { return Ok(None) };
        let found: BTreeSet<String> = units::subtree(view, unit)?.into_iter().map(|(unit, _)| unit).collect();
        if found.is_empty() {
            let name = UnitName { jurisdiction: self.jurisdiction.clone(), unit: unit.clone() };
            return Err(Error::NotFound { kind: "Unit", name: name.to_string() });
        }
        Ok(Some(found))
    }

    /// Every plan that counts and may be known of, without its people yet, by unit and id.
    pub fn plans(&self, view: &mut View<'_>, among: Option<&BTreeSet<String>>) -> Result<Vec<Staff>> {
        let filter = PlanFilter {
            units: among.map(|among| among.iter().cloned().collect()),
            visible: view.standing.visible_for(Reviewers::HomeAffairs).map(<[String]>::to_vec),
            in_force: self.in_force,
            ..PlanFilter::default()
        };
        let mut staff = Vec::new();
        for plan in store::list_plans(view, &filter, None, i64::MAX)? {
            let years = (plan.key.first_year.max(self.first_year), plan.key.last_year.min(self.last_year));
            if years.0 <= years.1 && plan.state != State::Cancelled {
                let text = if self.in_force { plan.in_force } else { None }.unwrap_or(view.revision);
                staff.push(Staff { plan, text, years, groups: Vec::new() });
            }
        }
        staff.sort_by(|a, b| (&a.plan.key.unit, &a.plan.id).cmp(&(&b.plan.key.unit, &b.plan.id)));
        Ok(staff)
    }
}

/// Reads the people of some plans, unless they are too many.
pub fn load(view: &mut View<'_>, staff: &mut [Staff]) -> Result<()> {
    let count: i64 = staff.iter().map(|one| one.plan.group_count * (one.years.1 - one.years.0 + 1)).sum();
    if count > i64::try_from(limits::PAY_GROUPS).unwrap_or(i64::MAX) {
        let (reason, limit) = (Reason::PayGroups, limits::PAY_GROUPS);
        return Err(Error::Limit { reason, limit, subject: "staff groups times fiscal years".to_owned() });
    }
    for one in staff {
        one.groups = store::all_groups(&mut view.at(one.text), &one.plan.id)?;
    }
    Ok(())
}

/// What of some rows is in force in some fiscal years.
pub fn tables<'a>(
    view: &mut View<'_>,
    jurisdiction: &str,
    rows: &'a [Parameter],
    (first, last): (i64, i64),
) -> Result<Tables<'a>> {
    let first_day = units::fiscal_calendar(view.conn, jurisdiction)?.first_day(first);
    let first_month = Month::from(&first_day).ok_or_else(|| Error::bug("a fiscal year does not begin on a day"))?;
    let years = usize::try_from(last - first + 1).unwrap_or_default();
    Ok(Tables::new(rows, first_month, years * MONTHS))
}
