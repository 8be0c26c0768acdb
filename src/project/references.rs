//! What projects refer to: their units, tasks of plans, the lists that they stand on; read once for many projects.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use super::model::Project;
use crate::commit::View;
use crate::document::state::State;
use crate::error::{Reason, Refusal, Result};
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::organisation::store as units;
use crate::period::FiscalCalendar;
use crate::plan::model::{ItemKind, Kind, Plan};
use crate::plan::store as plans;
use crate::word::Word;

/// What there is of what projects refer to.
pub struct References {
    calendar: FiscalCalendar,
    /// The tasks of plans that are there.
    tasks: BTreeSet<(String, String)>,
    /// Of each unit that was asked about whether it is there, and when it closes.
    closing: BTreeMap<String, Option<Option<String>>>,
    /// Of each plan that was asked about its header, where it is there.
    lists: BTreeMap<String, Option<Plan>>,
}

impl References {
    /// For projects that name some tasks of plans.
    pub fn read<'a>(view: &mut View<'_>, named: impl Iterator<Item = &'a (String, String)>) -> Result<Self> {
        let mut by_plan: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
        for (plan, task) in named {
            by_plan.entry(plan).or_default().insert(task);
        }
        let mut tasks = BTreeSet::new();
        for (plan, ids) in by_plan {
            let ids: Vec<String> = ids.into_iter().cloned().collect();
            let there = plans::some_items(view, plan, &ids)?.into_values();
            let there = there.filter(|item| item.content.kind() == ItemKind::Task);
            tasks.extend(there.map(|item| (plan.to_owned(), item.id)));
        }
        let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
        Ok(Self { calendar, tasks, closing: BTreeMap::new(), lists: BTreeMap::new() })
    }

    /// Refuses a unit that is not there, or closes before the project begins.
    pub fn refuse_unit(&mut self, view: &mut View<'_>, new: &Project, path: &str) -> Result<Option<Refusal>> {
        let subject = format!("{path}.unit");
        let name = UnitName { jurisdiction: new.jurisdiction.clone(), unit: new.unit.clone() };
        let first_day = self.calendar.first_day(new.first_year);
        let closing = match self.closing.entry(new.unit.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(units::closing_day(view, &new.unit)?),
        };
        Ok(match closing {
            None => Some(Refusal::new(Reason::ReferenceUnknown, subject, format!("{name} does not exist"))),
            Some(Some(end)) if *end <= first_day => {
                let text = format!("{name} closes on {end}, before the project begins on {first_day}");
                Some(Refusal::new(Reason::UnitClosed, subject, text))
            }
            Some(_) => None,
        })
    }

    /// Refuses tasks that are not there; those that the project names already are not asked again.
    pub fn refuse_tasks(&self, old: Option<&Project>, new: &Project, path: &str) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (at, named) in new.plan_tasks.iter().enumerate() {
            if old.is_some_and(|old| old.plan_tasks.contains(named)) || self.tasks.contains(named) {
                continue;
            }
            let (plan, item) = named.clone();
            let name = PlanItemName { jurisdiction: new.jurisdiction.clone(), plan, collection: "tasks", item };
            let text = format!("{name} does not exist");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.plan_tasks[{at}]"), text));
        }
        refusals
    }

    fn list(&mut self, view: &mut View<'_>, list: &str) -> Result<Option<&Plan>> {
        Ok(match self.lists.entry(list.to_owned()) {
            Entry::Occupied(known) => known.into_mut().as_ref(),
            Entry::Vacant(place) => place.insert(plans::find_header(view, list)?).as_ref(),
        })
    }

    /// Refuses to put a project on, or take it off, what is no list of projects in its draft.
    pub fn refuse_list(
        &mut self,
        view: &mut View<'_>,
        old: Option<&Project>,
        new: &Project,
        path: &str,
    ) -> Result<Vec<Refusal>> {
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
            && let Some(plan) = self.list(view, list)?.filter(|plan| plan.state != State::Draft)
        {
            refuse(format!("{} is {}; its projects are those that were submitted", name(list), plan.state.as_str()));
        }
        let Some(list) = &new.list else { return Ok(refusals) };
        match self.list(view, list)? {
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
}
