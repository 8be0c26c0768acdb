//! A list of projects: what its approval does to the projects on it, and whether its year has money for them.

use super::model::moves::{self, Facts};
use super::model::states::{State, Verb};
use super::model::{Act, Move, Project};
use super::store::{self, ProjectFilter};
use crate::classification::model::FinancingClass;
use crate::commit::{Tx, View};
use crate::document::duties::{self, Part};
use crate::document::finding::{Finding, Severity};
use crate::document::store as hands;
use crate::error::{Reason, Refusal, Result};
use crate::plan::model::stated::{self, Cells};
use crate::plan::model::{Item, Plan};

/// A project as it was, as it will be, and the move that leads there.
#[derive(Debug, Clone)]
pub struct Listed {
    old: Project,
    new: Project,
    made: Move,
}

impl Listed {
    /// The resource name of the project.
    pub fn name(&self) -> String {
        self.new.name().to_string()
    }
}

/// The projects on a list that are not dropped and not listed yet.
fn waiting(view: &mut View<'_>, plan: &Plan) -> Result<Vec<Project>> {
    let filter = ProjectFilter { list: Some(plan.id.clone()), ..ProjectFilter::default() };
    let mut found = store::list_projects(view, &filter, None, i64::MAX)?;
    found.retain(|project| !project.state.is_over() && !project.state.has_reached(State::Listed));
    Ok(found)
}

/// Refuses who worked on one of the projects: nobody decides on what they worked on, be it by a list.
pub fn require_hands(view: &mut View<'_>, plan: &Plan) -> Result<()> {
    for project in waiting(view, plan)? {
        for (_, had) in hands::acting(view, &project.document())? {
            duties::take(had, Part::Approved)?;
        }
    }
    Ok(())
}

/// What approving a list does to its projects, and a refusal for each that cannot be listed.
pub fn approved(view: &mut View<'_>, plan: &Plan, act: Act) -> Result<(Vec<Listed>, Vec<Refusal>)> {
    let facts = Facts { today: view.standing.day.clone(), ..Facts::default() };
    let (mut listed, mut refusals) = (Vec::new(), Vec::new());
    for old in waiting(view, plan)? {
        let name = old.name().to_string();
        // The day of the act, but not before the move before it, and not in the future.
        let on = old.traces.moved_on.as_ref().map_or(&act.signed_on, |moved_on| moved_on.max(&act.signed_on));
        let made = Move { act: Some(act.clone()), ..Move::new(Verb::List, on.min(&facts.today)) };
        let (new, told) = moves::apply(&old, &made, &facts, &name);
        for refusal in &told {
            let text = format!("{}; so it cannot be listed", refusal.description);
            refusals.push(Refusal::new(Reason::ProjectNotListable, name.clone(), text));
        }
        if told.is_empty() {
            listed.push(Listed { old, new, made });
        }
    }
    Ok((listed, refusals))
}

/// Writes what the approval of a list does to its projects.
pub fn write(tx: &mut Tx<'_>, listed: &[Listed]) -> Result<()> {
    for Listed { old, new, made } in listed {
        hands::take_part(tx, &new.document(), Part::Approved)?;
        store::save_project(tx, old, new)?;
        store::insert_steps(tx, new, &[(old.state, made.clone(), new.state)])?;
    }
    Ok(())
}

/// PRJ-14: the projects of a list and those that go on need no more than the list's own money of the year has.
pub fn findings(view: &mut View<'_>, plan: &Plan, items: &[Item]) -> Result<Vec<Finding>> {
    let year = plan.first_year;
    let of_state = |class: Option<FinancingClass>| class.is_none_or(super::model::is_state);
    let cells = Cells { year, class: &of_state, nature: &|_| true };
    let Some(budget) = stated::own(items, &cells) else { return Ok(Vec::new()) };
    let filter = ProjectFilter { units: Some(vec![plan.unit.clone()]), year: Some(year), ..ProjectFilter::default() };
    let (mut on_list, mut going_on) = (0i128, 0i128);
    for project in store::list_projects(view, &filter, None, i64::MAX)? {
        let (planned, _) = project.state_money(year);
        if project.list.as_ref() == Some(&plan.id) && !project.state.is_over() {
            on_list += planned;
        } else if project.state.is_under_way() {
            going_on += planned;
        }
    }
    let needed = on_list + going_on;
    if needed <= budget {
        return Ok(Vec::new());
    }
    let text = format!(
        "{year} has {budget} for tasks of science and technology; projects that go on need {going_on}, those on the list {on_list}"
    );
    let mut finding = Finding::new("PRJ-14", Severity::Warning, plan.name().to_string(), text).compared(budget, needed);
    finding.difference = i64::try_from(needed - budget).ok();
    Ok(vec![finding])
}
