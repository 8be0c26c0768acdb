//! Many changes of items at once: all of them, or every reason why not.

use std::collections::{BTreeMap, BTreeSet};

use super::model::rules::{Facts, Link, Written, refuse, refuse_deleted};
use super::model::{Content, Item, ItemKind, Plan, changed_fields};
use super::store;
use crate::app::{App, Instance, etag};
use crate::commit::{Tx, View};
use crate::error::{Error, Reason, Result, Stale};
use crate::limits;
use crate::organisation::store as units;

/// One change.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Creates an item; its id is empty where the server makes one.
    Create(Item),
    /// Puts what is sent in the place of an item.
    Replace { item: Item, etag: String },
    /// Ends an item.
    Delete { item: String, kind: ItemKind, etag: String },
}

impl Operation {
    /// The id of the item, and its kind.
    pub fn subject(&self) -> (&str, ItemKind) {
        match self {
            Self::Create(item) | Self::Replace { item, .. } => (&item.id, item.content.kind()),
            Self::Delete { item, kind, .. } => (item, *kind),
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
        }
    }
}

/// What a batch changes in the table of items.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    /// Items that end, as they were read.
    pub ended: Vec<Item>,
    /// Items that begin.
    pub begun: Vec<Item>,
}

/// Gives an id to each item that is to be created without one, before the command runs: a command may run twice.
pub fn with_ids(mut operations: Vec<Operation>, app: &App) -> Vec<Operation> {
    for operation in &mut operations {
        if let Operation::Create(item) = operation
            && item.id.is_empty()
        {
            item.id = app.new_id();
        }
    }
    operations
}

/// Applies operations to a plan: its count moves, and what is to be written is answered.
///
/// Refusals come in the order of the contract, each with the path of its operation. `instance` is none where the plan is new and no
/// item can be there.
pub fn apply(
    tx: &mut Tx<'_>,
    plan: &mut Plan,
    operations: &[Operation],
    instance: Option<&Instance>,
) -> Result<Changes> {
    let old = match instance {
        Some(instance) => load_old(&mut tx.view(), plan, operations, instance)?,
        None => BTreeMap::new(),
    };
    plan.require_draft()?;
    let mut changes = Changes::default();
    let mut paths = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let before = old.get(operation.subject().0);
        let after = match operation {
            Operation::Create(item) => {
                plan.last_sequence += 1;
                Some(Item { sequence: plan.last_sequence, ..item.clone() })
            }
            Operation::Replace { item, .. } => before.map(|old| Item { sequence: old.sequence, ..item.clone() }),
            Operation::Delete { .. } => None,
        };
        changes.ended.extend(before.cloned());
        if let Some(after) = after {
            paths.push(path(instance, at, operation));
            changes.begun.push(after);
        }
    }
    require_rules(&mut tx.view(), plan, operations, &changes, &paths, instance)?;
    count(plan, &changes)?;
    Ok(changes)
}

fn path(instance: Option<&Instance>, at: usize, operation: &Operation) -> String {
    if instance.is_none() { format!("items[{at}].item") } else { format!("operations[{at}].{}.item", operation.verb()) }
}

fn require_rules(
    view: &mut View<'_>,
    plan: &Plan,
    operations: &[Operation],
    changes: &Changes,
    paths: &[String],
    instance: Option<&Instance>,
) -> Result<()> {
    let mut links = if instance.is_some() { store::links(view, &plan.id)? } else { BTreeMap::new() };
    for item in &changes.ended {
        links.remove(&item.id);
    }
    links.extend(changes.begun.iter().map(|item| (item.id.clone(), Link::of(&item.content))));
    let written: Vec<Written<'_>> = paths.iter().cloned().zip(&changes.begun).collect();
    let facts = facts(view, &changes.begun)?;
    let deleted: Vec<(String, &str)> = operations
        .iter()
        .enumerate()
        .filter(|(_, operation)| matches!(operation, Operation::Delete { .. }))
        .map(|(at, operation)| (format!("operations[{at}].delete.name"), operation.subject().0))
        .collect();
    let mut refusals = refuse(plan, &links, &written, &facts);
    refusals.extend(refuse_deleted(&links, &deleted));
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

/// What is stored outside the plan, as far as some items name it.
fn facts(view: &mut View<'_>, items: &[Item]) -> Result<Facts> {
    let mut wanted = BTreeSet::new();
    let mut goals = BTreeSet::new();
    for item in items {
        if let Content::Task(task) = &item.content {
            wanted.extend(task.unit.iter().chain(&task.partners).cloned());
            goals.extend(task.serves.clone());
        }
    }
    let mut facts = Facts { goals: store::known_goals(view, &goals)?, ..Facts::default() };
    for unit in wanted {
        if units::unit_is_taken(view, &unit)? {
            facts.units.insert(unit);
        }
    }
    Ok(facts)
}

/// Moves the count by what changes.
pub fn count(plan: &mut Plan, changes: &Changes) -> Result<()> {
    let size = |items: &[Item]| i64::try_from(items.len()).unwrap_or(i64::MAX);
    plan.item_count += size(&changes.begun) - size(&changes.ended);
    if plan.item_count > i64::try_from(limits::ITEMS_PER_PLAN).unwrap_or(i64::MAX) {
        let (reason, limit) = (Reason::ItemsPerPlan, limits::ITEMS_PER_PLAN);
        return Err(Error::Limit { reason, limit, subject: "items of a plan".to_owned() });
    }
    Ok(())
}

/// Writes what a batch changes: each row once.
pub fn write(tx: &mut Tx<'_>, plan: &str, changes: &Changes) -> Result<()> {
    store::end_items(tx, plan, &changes.ended)?;
    store::insert_items(tx, plan, &changes.begun)
}

/// The items to replace or end as they stand, once it is sure that they are there and as the caller saw them.
fn load_old(
    view: &mut View<'_>,
    plan: &Plan,
    operations: &[Operation],
    instance: &Instance,
) -> Result<BTreeMap<String, Item>> {
    let ids = |created: bool| -> Vec<String> {
        let chosen = operations.iter().filter(|one| matches!(one, Operation::Create(_)) == created);
        chosen.map(|operation| operation.subject().0.to_owned()).collect()
    };
    let old = store::some_items(view, &plan.id, &ids(false))?;
    for operation in operations.iter().filter(|one| !matches!(one, Operation::Create(_))) {
        let (id, kind) = operation.subject();
        if old.get(id).is_none_or(|item| item.content.kind() != kind) {
            return Err(Error::NotFound { kind: "PlanItem", name: plan.item_name(kind, id).to_string() });
        }
    }
    refuse_stale(view, plan, operations, &old, instance)?;
    let created = ids(true);
    if let Some(taken) = store::taken_items(view, &plan.id, &created)?.first() {
        let operation = operations.iter().find(|one| one.subject().0 == taken);
        let kind = operation.map_or(ItemKind::Section, |one| one.subject().1);
        let name = plan.item_name(kind, taken).to_string();
        return Err(Error::Exists { kind: "PlanItem", name, reason: Reason::AlreadyExists });
    }
    Ok(old)
}

fn refuse_stale(
    view: &mut View<'_>,
    plan: &Plan,
    operations: &[Operation],
    old: &BTreeMap<String, Item>,
    instance: &Instance,
) -> Result<()> {
    let mut stale = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let (Operation::Replace { etag: seen, .. } | Operation::Delete { etag: seen, .. }) = operation else {
            continue;
        };
        let (id, kind) = operation.subject();
        let Some(current) = old.get(id) else { continue };
        let revision = etag::revision(instance, seen);
        if revision == Some(current.revision) {
            continue;
        }
        let then = match revision {
            Some(revision) => store::find_item(&mut view.at(revision), &plan.id, id)?,
            None => None,
        };
        stale.push(Stale {
            name: plan.item_name(kind, id).to_string(),
            field: format!("operations[{at}].{}.etag", operation.verb()),
            current: etag::of(instance, current.revision),
            changed: then.map(|then| changed_fields(&then.content, &current.content)).unwrap_or_default(),
        });
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}
