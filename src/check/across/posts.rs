//! HR-13: what posts cost that begin within a rolling frame is among its new money.

use crate::budget::model::Nature;
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::document::state::State;
use crate::document::texts::Texts;
use crate::error::{Error, Result};
use crate::plan::model::frame::frame;
use crate::plan::model::{Item, Plan};
use crate::workforce::life;
use crate::workforce::model::{PlannedGroup, WorkforcePlan};
use crate::workforce::pay_lines::Costing;
use crate::workforce::store::{self, PlanFilter};

/// What the HR plan of the unit finds in a frame.
pub fn of_frame(view: &mut View<'_>, plan: &Plan, items: &[Item]) -> Result<Vec<Finding>> {
    let filter = PlanFilter { units: Some(vec![plan.unit.clone()]), ..PlanFilter::default() };
    let mut staff = store::list_plans(view, &filter, None, i64::MAX)?;
    staff.retain(|staff| staff.state != State::Cancelled && staff.key.last_year >= plan.first_year);
    if staff.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Texts = staff.iter().map(|staff| (staff.id.clone(), life::text(staff))).collect();
    let groups = store::groups_of(view, &texts)?;
    let costing = Costing::of(view, &[])?;
    let mut found = Vec::new();
    for staff in &staff {
        let people = groups.get(&staff.id).map(Vec::as_slice).unwrap_or_default();
        found.extend(beside(&costing, plan, items, staff, people)?.into_iter().map(|beside| beside.finding));
    }
    Ok(found)
}

/// What new posts cost in a year, and what a frame has for what is new.
#[derive(Debug, Clone)]
pub struct Beside {
    pub year: i64,
    pub cost: i64,
    pub new: i64,
    pub finding: Finding,
}

/// Where the new money of a frame does not cover the posts of an HR plan that begin in its years. People whose pay cannot be calculated are
/// found there, and not here.
pub fn beside(
    costing: &Costing,
    plan: &Plan,
    items: &[Item],
    staff: &WorkforcePlan,
    people: &[PlannedGroup],
) -> Result<Vec<Beside>> {
    let first_day = costing.first_day(plan.first_year);
    let begins = |group: &&PlannedGroup| group.group.starts_on.as_ref().is_some_and(|day| *day >= first_day);
    let fresh: Vec<PlannedGroup> = people.iter().filter(begins).cloned().collect();
    let needs = frame(items).unwrap_or_default().needs;
    let mut found = Vec::new();
    for year in plan.first_year.max(staff.key.first_year)..=plan.last_year.min(staff.key.last_year) {
        let cost = match costing.cost(&costing.tables(year)?, staff, &fresh) {
            Ok(cost) => cost,
            Err(Error::Refused(_)) => continue,
            Err(error) => return Err(error),
        };
        let new = needs.get(&(year, Nature::Recurrent)).and_then(|need| need.new).unwrap_or_default();
        if new >= cost {
            continue;
        }
        let text = format!(
            "posts of {} that begin in the frame cost {cost} in {year}, and its NEW recurrent money is {new}",
            staff.name()
        );
        let mut finding = Finding::new("HR-13", Severity::Error, plan.name().to_string(), text).field("funding");
        finding.objects.push(staff.name().to_string());
        finding.difference = new.checked_sub(cost);
        found.push(Beside { year, cost, new, finding: finding.compared(cost, new) });
    }
    Ok(found)
}
