//! What the verbs of a document's life do to an HR plan: planned whole, then written.

use std::collections::BTreeMap;

use super::batch::{self, Changes};
use super::model::{PlannedGroup, WorkforcePlan};
use super::pay::{Fault, Month, Tables, calculate};
use super::store::{self, PlanFilter};
use crate::commit::{Tx, View};
use crate::document::finding::{Citation, Finding, Severity};
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::id::WorkforcePlanName;
use crate::organisation::store as units;

/// A plan as a verb leaves it, and what of its groups changes. Nothing is written yet.
pub struct Moved {
    /// The plan as it will stand.
    pub plan: WorkforcePlan,
    changes: Changes,
}

impl Moved {
    /// A plan that keeps its groups.
    pub fn of_header(plan: &WorkforcePlan) -> Self {
        Self { plan: plan.clone(), changes: Changes::default() }
    }

    /// Writes groups and header.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        batch::write(tx, &self.plan.id, &self.changes)?;
        store::save_plan(tx, &self.plan)
    }
}

/// Brings the text that is in force back: groups, title, legal basis.
pub fn restore(view: &mut View<'_>, plan: &WorkforcePlan, in_force: i64) -> Result<Moved> {
    let same = |a: &PlannedGroup, b: &PlannedGroup| (a.sequence, &a.group) == (b.sequence, &b.group);
    let wanted = store::all_groups(&mut view.at(in_force), &plan.id)?;
    let mut wanted: BTreeMap<String, PlannedGroup> = wanted.into_iter().map(|one| (one.id.clone(), one)).collect();
    let mut moved = Moved::of_header(plan);
    for group in store::all_groups(view, &plan.id)? {
        match wanted.remove(&group.id) {
            Some(old) if same(&old, &group) => {}
            Some(old) => {
                moved.changes.ended.push(group);
                moved.changes.begun.push(old);
            }
            None => moved.changes.ended.push(group),
        }
    }
    moved.changes.begun.extend(wanted.into_values());
    batch::count(&mut moved.plan, &moved.changes)?;
    if let Some(old) = store::find_plan(&mut view.at(in_force), &plan.id)? {
        (moved.plan.title, moved.plan.legal_basis) = (old.title, old.legal_basis);
    }
    Ok(moved)
}

/// What the rules find: every group must have pay in every month of the plan, from rows in force then (HR-05).
pub fn check(view: &mut View<'_>, plan: &WorkforcePlan) -> Result<Vec<Finding>> {
    let rows = store::all_parameters(view)?;
    let (first, months) = span(view, plan)?;
    let tables = Tables::new(&rows, first, months);
    let mut findings = Vec::new();
    for planned in store::all_groups(view, &plan.id)? {
        let Err(fault) = calculate(&tables, &planned.group, |_| Ok(())) else { continue };
        let (message, field) = match fault {
            Fault::Missing { what, on, field } => (format!("{what} is not in force on {on}"), field),
            Fault::Overflow => ("an amount of its pay is too large".to_owned(), "given"),
        };
        let citation = Citation { document: "Nghị định 204/2004/NĐ-CP".to_owned(), article: String::new() };
        let name = plan.group_name(&planned.id).to_string();
        let finding = Finding::new("HR-05", Severity::Error, name, message).field(field);
        findings.push(Finding { citations: vec![citation], ..finding });
    }
    Ok(findings)
}

/// The months of a fiscal year.
pub const MONTHS: usize = 12;

/// The first month of a plan and how many it has.
pub fn span(view: &mut View<'_>, plan: &WorkforcePlan) -> Result<(Month, usize)> {
    let calendar = units::fiscal_calendar(view.conn, &plan.jurisdiction)?;
    let first = Month::from(&calendar.first_day(plan.key.first_year));
    let first = first.ok_or_else(|| Error::bug("a fiscal year does not begin on a day"))?;
    let months = (plan.key.last_year - plan.key.first_year + 1) * 12;
    Ok((first, usize::try_from(months).unwrap_or_default()))
}

/// Those of some groups, each as collection and id, that the plan does not have.
pub fn missing(view: &mut View<'_>, plan: &WorkforcePlan, groups: &[String]) -> Result<Vec<String>> {
    let id = |group: &String| group.strip_prefix("staffGroups/").map(str::to_owned);
    let ids: Vec<String> = groups.iter().filter_map(id).collect();
    let there = store::some_groups(view, &plan.id, &ids)?;
    Ok(groups.iter().filter(|group| !id(group).is_some_and(|id| there.contains_key(&id))).cloned().collect())
}

/// The other plan of the unit that covers one of its years and is in force and not closed, where there is one.
pub fn rival(view: &mut View<'_>, plan: &WorkforcePlan) -> Result<Option<WorkforcePlanName>> {
    let filter = PlanFilter { units: Some(vec![plan.key.unit.clone()]), ..PlanFilter::default() };
    let others = store::list_plans(view, &filter, None, i64::from(i16::MAX))?;
    let stands = |other: &WorkforcePlan| {
        let meets = other.key.first_year <= plan.key.last_year && plan.key.first_year <= other.key.last_year;
        meets && other.id != plan.id && other.in_force.is_some() && other.state != State::Closed
    };
    Ok(others.into_iter().find(stands).map(|other| other.name()))
}
