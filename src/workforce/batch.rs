//! Many changes of staff groups at once: all of them, or every reason why not.

use std::collections::BTreeMap;

use super::model::{PlannedGroup, StaffGroup, WorkforcePlan, changed_fields};
use super::store;
use crate::app::{App, Instance, etag};
use crate::commit::{Tx, View};
use crate::error::{Error, Reason, Result, Stale};
use crate::limits;

/// One change.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub enum GroupOperation {
    /// Creates a group; its id is empty where the server makes one.
    Create { id: String, group: StaffGroup },
    /// Puts what is sent in the place of a group.
    Replace { id: String, group: StaffGroup, etag: String },
    /// Ends a group.
    Delete { id: String, etag: String },
}

impl GroupOperation {
    /// The id of the group.
    pub fn id(&self) -> &str {
        match self {
            Self::Create { id, .. } | Self::Replace { id, .. } | Self::Delete { id, .. } => id,
        }
    }

    /// Whether the group is there afterwards.
    pub fn stands(&self) -> bool {
        !matches!(self, Self::Delete { .. })
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
        }
    }
}

/// What a batch changes in the table of groups.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    /// Groups that end, as they were read.
    pub ended: Vec<PlannedGroup>,
    /// Groups that begin.
    pub begun: Vec<PlannedGroup>,
}

/// Gives an id to each group that is to be created without one, before the command runs: a command may run twice.
pub fn with_ids(mut operations: Vec<GroupOperation>, app: &App) -> Vec<GroupOperation> {
    for operation in &mut operations {
        if let GroupOperation::Create { id, .. } = operation
            && id.is_empty()
        {
            *id = app.new_id();
        }
    }
    operations
}

/// Applies operations to a plan: its count moves, and what is to be written is answered.
pub fn apply(
    view: &mut View<'_>,
    plan: &mut WorkforcePlan,
    operations: &[GroupOperation],
    instance: &Instance,
) -> Result<Changes> {
    let ids = |created: bool| -> Vec<String> {
        let chosen = operations.iter().filter(|one| matches!(one, GroupOperation::Create { .. }) == created);
        chosen.map(|operation| operation.id().to_owned()).collect()
    };
    let old = store::some_groups(view, &plan.id, &ids(false))?;
    for operation in operations.iter().filter(|one| !matches!(one, GroupOperation::Create { .. })) {
        if !old.contains_key(operation.id()) {
            return Err(Error::NotFound { kind: "StaffGroup", name: plan.group_name(operation.id()).to_string() });
        }
    }
    refuse_stale(view, plan, operations, &old, instance)?;
    if let Some(taken) = store::taken_groups(view, &plan.id, &ids(true))?.first() {
        let name = plan.group_name(taken).to_string();
        return Err(Error::Exists { kind: "StaffGroup", name, reason: Reason::AlreadyExists });
    }
    plan.require_draft()?;
    let mut changes = Changes::default();
    for operation in operations {
        let before = old.get(operation.id());
        changes.ended.extend(before.cloned());
        let planned = |sequence, group: &StaffGroup| PlannedGroup {
            id: operation.id().to_owned(),
            sequence,
            group: group.clone(),
            revision: 0,
        };
        match (operation, before) {
            (GroupOperation::Create { group, .. }, _) => {
                plan.last_sequence += 1;
                changes.begun.push(planned(plan.last_sequence, group));
            }
            (GroupOperation::Replace { group, .. }, Some(before)) => {
                changes.begun.push(planned(before.sequence, group));
            }
            (GroupOperation::Replace { .. }, None) | (GroupOperation::Delete { .. }, _) => {}
        }
    }
    count(plan, &changes)?;
    Ok(changes)
}

/// Moves the count by what changes.
pub fn count(plan: &mut WorkforcePlan, changes: &Changes) -> Result<()> {
    let size = |groups: &[PlannedGroup]| i64::try_from(groups.len()).unwrap_or(i64::MAX);
    plan.group_count += size(&changes.begun) - size(&changes.ended);
    if plan.group_count > i64::try_from(limits::GROUPS_PER_PLAN).unwrap_or(i64::MAX) {
        let (reason, limit) = (Reason::GroupsPerPlan, limits::GROUPS_PER_PLAN);
        return Err(Error::Limit { reason, limit, subject: "staff groups of a plan".to_owned() });
    }
    Ok(())
}

/// Writes what a batch changes: each row once.
pub fn write(tx: &mut Tx<'_>, plan: &str, changes: &Changes) -> Result<()> {
    store::end_groups(tx, plan, &changes.ended)?;
    store::insert_groups(tx, plan, &changes.begun)
}

fn refuse_stale(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    operations: &[GroupOperation],
    old: &BTreeMap<String, PlannedGroup>,
    instance: &Instance,
) -> Result<()> {
    let mut stale = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let (GroupOperation::Replace { etag: seen, .. } | GroupOperation::Delete { etag: seen, .. }) = operation else {
            continue;
        };
        let Some(current) = old.get(operation.id()) else { continue };
        let revision = etag::revision(instance, seen);
        if revision == Some(current.revision) {
            continue;
        }
        let then = match revision {
            Some(revision) => store::find_group(&mut view.at(revision), &plan.id, operation.id())?,
            None => None,
        };
        stale.push(Stale {
            name: plan.group_name(operation.id()).to_string(),
            field: format!("operations[{at}].{}.etag", operation.verb()),
            current: etag::of(instance, current.revision),
            changed: then.map(|then| changed_fields(&then.group, &current.group)).unwrap_or_default(),
        });
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}
