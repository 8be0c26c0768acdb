//! What a project refers to: its unit, tasks of plans, the list that it stands on.

use super::model::Project;
use crate::commit::View;
use crate::document::state::State;
use crate::error::{Reason, Refusal, Result};
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::organisation::store as units;
use crate::plan::model::{ItemKind, Kind};
use crate::plan::store as plans;
use crate::word::Word;

/// Refuses a unit that is not there, or closes before the project begins.
pub fn refuse_unit(view: &mut View<'_>, new: &Project, path: &str) -> Result<Option<Refusal>> {
    let subject = format!("{path}.unit");
    let name = UnitName { jurisdiction: new.jurisdiction.clone(), unit: new.unit.clone() };
    let first_day = units::fiscal_calendar(view.conn, &new.jurisdiction)?.first_day(new.first_year);
    Ok(match units::closing_day(view, &new.unit)? {
        None => Some(Refusal::new(Reason::ReferenceUnknown, subject, format!("{name} does not exist"))),
        Some(Some(end)) if end <= first_day => {
            let text = format!("{name} closes on {end}, before the project begins on {first_day}");
            Some(Refusal::new(Reason::UnitClosed, subject, text))
        }
        Some(_) => None,
    })
}

/// Refuses tasks that are not there; those that the project names already are not asked again.
pub fn refuse_tasks(view: &mut View<'_>, old: Option<&Project>, new: &Project, path: &str) -> Result<Vec<Refusal>> {
    let mut refusals = Vec::new();
    for (at, (plan, task)) in new.plan_tasks.iter().enumerate() {
        if old.is_some_and(|old| old.plan_tasks.contains(&(plan.clone(), task.clone()))) {
            continue;
        }
        if !task_exists(view, plan, task)? {
            let jurisdiction = new.jurisdiction.clone();
            let name = PlanItemName { jurisdiction, plan: plan.clone(), collection: "tasks", item: task.clone() };
            let text = format!("{name} does not exist");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.plan_tasks[{at}]"), text));
        }
    }
    Ok(refusals)
}

/// Whether a plan has a task.
pub fn task_exists(view: &mut View<'_>, plan: &str, task: &str) -> Result<bool> {
    Ok(plans::find_item(view, plan, task)?.is_some_and(|item| item.content.kind() == ItemKind::Task))
}

/// Refuses to put a project on, or take it off, what is no list of projects in its draft.
pub fn refuse_list(view: &mut View<'_>, old: Option<&Project>, new: &Project, path: &str) -> Result<Vec<Refusal>> {
    let before = old.map(|old| (&old.list, old.first_year));
    if before == Some((&new.list, new.first_year)) || before.is_none() && new.list.is_none() {
        return Ok(Vec::new());
    }
    let mut refusals = Vec::new();
    let mut refuse = |text: String| {
        refusals.push(Refusal::new(Reason::ProjectListInvalid, format!("{path}.list"), text));
    };
    let name = |plan: &str| PlanName { jurisdiction: new.jurisdiction.clone(), plan: plan.to_owned() };
    let left = old.and_then(|old| old.list.as_ref()).filter(|list| Some(*list) != new.list.as_ref());
    // A list that was deleted as a draft holds nobody.
    if let Some(list) = left
        && let Some(plan) = plans::find_header(view, list)?.filter(|plan| plan.state != State::Draft)
    {
        refuse(format!("{} is {}; its projects are those that were submitted", name(list), plan.state.as_str()));
    }
    let Some(list) = &new.list else { return Ok(refusals) };
    match plans::find_header(view, list)? {
        None => refuse(format!("{} does not exist", name(list))),
        Some(plan) if plan.kind != Kind::ProjectList || plan.unit != new.unit => {
            refuse(format!("{} is no PROJECT_LIST of the unit", name(list)));
        }
        Some(plan) if !plan.covers(new.first_year) => {
            refuse(format!("{} does not cover {}, the first year of the project", name(list), new.first_year));
        }
        Some(plan) if plan.state != State::Draft => {
            refuse(format!("{} is {}; projects are put on a list that is DRAFT", name(list), plan.state.as_str()));
        }
        Some(_) => {}
    }
    Ok(refusals)
}
