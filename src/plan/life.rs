//! What the verbs of a document's life do to a plan: planned whole, then written.

use std::collections::BTreeMap;

use super::batch::{self, Changes};
use super::model::findings::findings;
use super::model::{Item, Kind, Plan};
use super::store::{self, PlanFilter};
use super::{frame, model};
use crate::budget;
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::state::State;
use crate::error::Result;
use crate::id::PlanName;
use crate::project::lists::{self, Listed};

/// A plan as a verb leaves it, and what of its items changes. Nothing is written yet.
pub struct Moved {
    /// The plan as it will stand.
    pub plan: Plan,
    changes: Changes,
    texts: bool,
    /// The projects that a list of projects moves to LISTED.
    pub listed: Vec<Listed>,
}

impl Moved {
    /// A plan that keeps its items.
    pub fn of_header(plan: &Plan) -> Self {
        Self { plan: plan.clone(), changes: Changes::default(), texts: false, listed: Vec::new() }
    }

    /// Writes items, texts and header.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        batch::write(tx, &self.plan.id, &self.changes)?;
        if self.texts {
            store::save_texts(tx, &self.plan)?;
        }
        lists::write(tx, &self.listed)?;
        store::save_plan(tx, &self.plan)
    }
}

/// Brings the text that is in force back: items, title, years, texts.
pub fn restore(view: &mut View<'_>, plan: &Plan, in_force: i64) -> Result<Moved> {
    let same = |a: &Item, b: &Item| (a.sequence, &a.content) == (b.sequence, &b.content);
    let wanted = store::all_items(&mut view.at(in_force), &plan.id)?;
    let mut wanted: BTreeMap<String, Item> = wanted.into_iter().map(|item| (item.id.clone(), item)).collect();
    let mut moved = Moved::of_header(plan);
    for item in store::all_items(view, &plan.id)? {
        match wanted.remove(&item.id) {
            Some(old) if same(&old, &item) => {}
            Some(old) => {
                moved.changes.ended.push(item);
                moved.changes.begun.push(old);
            }
            None => moved.changes.ended.push(item),
        }
    }
    moved.changes.begun.extend(wanted.into_values());
    batch::count(&mut moved.plan, &moved.changes)?;
    if let Some(old) = store::find_plan(&mut view.at(in_force), &plan.id)? {
        let texts = |plan: &Plan| (plan.narrative.clone(), plan.legal_basis.clone(), plan.refers_to.clone());
        moved.texts = texts(&old) != texts(plan);
        moved.plan = Plan {
            title: old.title,
            label: old.label,
            first_year: old.first_year,
            last_year: old.last_year,
            base_year: old.base_year,
            narrative: old.narrative,
            legal_basis: old.legal_basis,
            refers_to: old.refers_to,
            ..moved.plan
        };
    }
    Ok(moved)
}

/// What the rules find.
pub fn check(view: &mut View<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let items = store::all_items(view, &plan.id)?;
    let mut found = findings(plan, &items);
    if plan.kind == Kind::ProjectList {
        found.extend(lists::findings(view, plan, &items)?);
    }
    if plan.kind == Kind::ThreeYearFinancial
        && let Some(estimate) = budget::life::annual(view, &plan.unit, plan.first_year)?
    {
        let beside = frame::beside(estimate);
        found.extend(model::frame::estimated(plan, &items, &beside.name.to_string(), &beside.requested));
    }
    Ok(found)
}

/// Those of some items, each as collection and id, that the plan does not have.
pub fn missing(view: &mut View<'_>, plan: &Plan, items: &[String]) -> Result<Vec<String>> {
    let ids: Vec<String> = items.iter().filter_map(|item| item.split_once('/')).map(|(_, id)| id.to_owned()).collect();
    let there: Vec<String> = store::some_items(view, &plan.id, &ids)?
        .values()
        .map(|item| format!("{}/{}", item.content.kind().collection(), item.id))
        .collect();
    Ok(items.iter().filter(|item| !there.contains(item)).cloned().collect())
}

/// The other plan of the unit and kind that covers one of its years and is in force and not closed, where there is one.
///
/// Lists of projects and action programmes stand beside each other.
pub fn rival(view: &mut View<'_>, plan: &Plan) -> Result<Option<PlanName>> {
    if matches!(plan.kind, Kind::ProjectList | Kind::ActionProgramme | Kind::ThreeYearFinancial) {
        return Ok(None);
    }
    let (units, kinds) = (Some(vec![plan.unit.clone()]), vec![plan.kind]);
    let filter = PlanFilter { units, kinds, ..PlanFilter::default() };
    let others = store::list_plans(view, &filter, None, i64::from(i16::MAX))?;
    let stands = |other: &Plan| {
        let meets = other.first_year <= plan.last_year && plan.first_year <= other.last_year;
        meets && other.id != plan.id && other.in_force.is_some() && other.state != State::Closed
    };
    Ok(others.into_iter().map(|(_, other)| other).find(stands).map(|other| other.name()))
}
