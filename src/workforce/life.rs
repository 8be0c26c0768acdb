//! What the verbs of a document's life do to an HR plan: planned whole, then written.

use std::collections::BTreeMap;

use super::batch::{self, Changes};
use super::decide::{self, QuotaChanges};
use super::findings::{self, Facts};
use super::model::staffing::{Figures, StaffingItem};
use super::model::{PlannedGroup, WorkforcePlan};
use super::pay::{Month, Tables};
use super::retirement::Span;
use super::staffing::ItemChanges;
use super::store::{self, PlanFilter, QuotaFilter};
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::stages::{self, Filled, Stage};
use crate::document::state::{State, Verb};
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{StaffingItemName, WorkforcePlanName};
use crate::organisation::store as units;

/// A plan as a verb leaves it, and what of its groups, items and quotas changes. Nothing is written yet.
pub struct Moved {
    /// The plan as it will stand.
    pub plan: WorkforcePlan,
    changes: Changes,
    items: ItemChanges,
    quotas: QuotaChanges,
}

impl Moved {
    /// A plan that keeps its groups and items.
    fn of_header(plan: &WorkforcePlan) -> Self {
        let (changes, items, quotas) = (Changes::default(), ItemChanges::default(), QuotaChanges::default());
        Self { plan: plan.clone(), changes, items, quotas }
    }

    /// Writes groups, items, quotas and header.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        batch::write(tx, &self.plan.id, &self.changes)?;
        self.items.write(tx, &self.plan.id)?;
        self.quotas.write(tx)?;
        store::save_plan(tx, &self.plan)
    }
}

/// What a verb does to a plan, and every reason of an HR plan why not.
pub fn moved(view: &mut View<'_>, plan: &WorkforcePlan, verb: Verb, then: State) -> Result<(Moved, Vec<Refusal>)> {
    Ok(match (verb, plan.in_force) {
        (Verb::Appraise, _) => complete(view, plan, Stage::Appraised)?,
        (Verb::Approve, _) => {
            let (mut moved, mut refusals) = complete(view, plan, Stage::Decided)?;
            let items = store::all_staffing(view, &plan.id)?;
            let (quotas, hindrances) = decide::quotas(view, plan, &after(items, &moved.items))?;
            moved.quotas = quotas;
            refusals.extend(hindrances);
            (moved, refusals)
        }
        (Verb::Return, _) => (rewrite(view, plan, |figures| stages::clear(figures, then))?, Vec::new()),
        (Verb::Amend, _) => (rewrite(view, plan, stages::restate)?, Vec::new()),
        (Verb::Cancel, Some(in_force)) => (restore(view, plan, in_force)?, Vec::new()),
        _ => (Moved::of_header(plan), Vec::new()),
    })
}

/// Items as changes leave them.
fn after(mut items: Vec<StaffingItem>, changes: &ItemChanges) -> Vec<StaffingItem> {
    let mut begun: BTreeMap<&str, &StaffingItem> = changes.begun.iter().map(|item| (item.id.as_str(), item)).collect();
    for item in &mut items {
        if let Some(new) = begun.remove(item.id.as_str()) {
            item.clone_from(new);
        }
    }
    items
}

/// Fills a stage from the one before, where it is not stated; every figure that was changed without a reason is a refusal.
fn complete(view: &mut View<'_>, plan: &WorkforcePlan, stage: Stage) -> Result<(Moved, Vec<Refusal>)> {
    let (mut moved, mut refusals) = (Moved::of_header(plan), Vec::new());
    for item in store::all_staffing(view, &plan.id)? {
        let mut filled = item.clone();
        match stages::fill(&mut filled.figures, stage) {
            Filled::Unexplained => {
                let name = plan.item_name(item.content.kind(), &item.id).to_string();
                let text = "its figure differs from the stage before, and no reason is given";
                refusals.push(Refusal::new(Reason::StageReasonMissing, name, text));
            }
            Filled::Taken => {
                moved.items.ended.push(item);
                moved.items.begun.push(filled);
            }
            Filled::Stays => {}
        }
    }
    Ok((moved, refusals))
}

fn rewrite(view: &mut View<'_>, plan: &WorkforcePlan, change: impl Fn(&mut Figures)) -> Result<Moved> {
    let mut moved = Moved::of_header(plan);
    for item in store::all_staffing(view, &plan.id)? {
        let mut changed = item.clone();
        change(&mut changed.figures);
        if changed != item {
            moved.items.ended.push(item);
            moved.items.begun.push(changed);
        }
    }
    Ok(moved)
}

/// Brings the text that is in force back: groups, items, title, legal basis. The quotas that it gave hold all the time.
fn restore(view: &mut View<'_>, plan: &WorkforcePlan, in_force: i64) -> Result<Moved> {
    let same = |a: &PlannedGroup, b: &PlannedGroup| (a.sequence, &a.group) == (b.sequence, &b.group);
    let mut moved = Moved::of_header(plan);
    let old = store::all_groups(&mut view.at(in_force), &plan.id)?;
    let now = store::all_groups(view, &plan.id)?;
    (moved.changes.ended, moved.changes.begun) = exchanged(now, old, |group| &group.id, same);
    batch::count(&mut moved.plan, &moved.changes)?;
    let same = |a: &StaffingItem, b: &StaffingItem| {
        StaffingItem { revision: 0, ..a.clone() } == StaffingItem { revision: 0, ..b.clone() }
    };
    let old = store::all_staffing(&mut view.at(in_force), &plan.id)?;
    let now = store::all_staffing(view, &plan.id)?;
    (moved.items.ended, moved.items.begun) = exchanged(now, old, |item| &item.id, same);
    if let Some(old) = store::find_plan(&mut view.at(in_force), &plan.id)? {
        (moved.plan.title, moved.plan.legal_basis) = (old.title, old.legal_basis);
    }
    Ok(moved)
}

/// What ends and what begins where what was there comes back.
fn exchanged<T>(
    now: Vec<T>,
    old: Vec<T>,
    id: impl Fn(&T) -> &String,
    same: impl Fn(&T, &T) -> bool,
) -> (Vec<T>, Vec<T>) {
    let mut wanted: BTreeMap<String, T> = old.into_iter().map(|one| (id(&one).clone(), one)).collect();
    let (mut ended, mut begun) = (Vec::new(), Vec::new());
    for one in now {
        match wanted.remove(id(&one)) {
            Some(old) if same(&old, &one) => {}
            Some(old) => {
                ended.push(one);
                begun.push(old);
            }
            None => ended.push(one),
        }
    }
    begun.extend(wanted.into_values());
    (ended, begun)
}

/// What the rules find.
pub fn check(view: &mut View<'_>, plan: &WorkforcePlan) -> Result<Vec<Finding>> {
    let rows = store::all_parameters(view)?;
    let (first, months) = span(view, plan)?;
    let tables = Tables::new(&rows, first, months);
    let groups = store::all_groups(view, &plan.id)?;
    let items = store::all_staffing(view, &plan.id)?;
    let calendar = units::fiscal_calendar(view.conn, &plan.jurisdiction)?;
    let first_days = (plan.key.first_year..=plan.key.last_year + 1).map(|year| calendar.first_day(year)).collect();
    let mut about: Vec<String> = items.iter().filter_map(|item| item.content.unit().map(str::to_owned)).collect();
    about.push(plan.key.unit.clone());
    about.sort();
    about.dedup();
    let filter = QuotaFilter { units: Some(about), ..QuotaFilter::default() };
    let quotas = store::list_quotas(view, &filter, None, i64::MAX)?;
    let span = Span::of(view, plan)?;
    let facts =
        Facts { plan, groups: &groups, items: &items, quotas: &quotas, rows: &rows, tables: &tables, span, first_days };
    Ok(findings::all(&facts))
}

/// The revision of the text that counts beside other documents: the one in force, else the latest.
pub fn text(plan: &WorkforcePlan) -> i64 {
    plan.in_force.unwrap_or(plan.revision)
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

/// Those of some groups and items, each as collection and id, that the plan does not have.
pub fn missing(view: &mut View<'_>, plan: &WorkforcePlan, lines: &[String]) -> Result<Vec<String>> {
    let ids = |is_group: bool| -> Vec<String> {
        let named = lines.iter().filter_map(|line| line.split_once('/'));
        named.filter(|(of, _)| (*of == "staffGroups") == is_group).map(|(_, id)| id.to_owned()).collect()
    };
    let groups = store::some_groups(view, &plan.id, &ids(true))?;
    let items = store::some_staffing(view, &plan.id, &ids(false))?;
    let mut there: Vec<String> = groups.keys().map(|group| format!("staffGroups/{group}")).collect();
    there.extend(items.values().map(|item| format!("{}/{}", item.content.kind().collection(), item.id)));
    Ok(lines.iter().filter(|line| !there.contains(line)).cloned().collect())
}

/// The plan and the collection with the id, of the name of an item.
pub fn of_item(text: &str) -> Option<(WorkforcePlanName, String)> {
    let name = StaffingItemName::parse(text)?;
    Some((name.plan_name(), format!("{}/{}", name.collection, name.item)))
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
