//! Many changes of the headcount of a plan at once: all of them, or every reason why not.

use std::collections::{BTreeMap, BTreeSet};

use super::model::staffing::{Content, Figures, StaffingItem, StaffingKind};
use super::model::{StaffKind, WorkforcePlan};
use super::store::{self, StaffingFilter};
use crate::app::{App, Instance, etag};
use crate::commit::{Tx, View};
use crate::document::stages::{Stage, Staged};
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result, Stale};
use crate::id::UnitName;
use crate::limits;
use crate::organisation::store as units;
use crate::word::Word;

/// One change.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub enum StaffingOperation {
    /// Creates an item; its id is empty where the server makes one.
    Create { id: String, content: Content, figures: Figures },
    /// Puts what is sent in the place of an item.
    Replace { id: String, content: Content, figures: Figures, etag: String },
    /// States the figure of the stage that the plan is in.
    Judge { id: String, kind: StaffingKind, etag: String, figure: i64, reason: Option<String> },
    /// Ends an item.
    Delete { id: String, kind: StaffingKind, etag: String },
}

impl StaffingOperation {
    /// The id and the kind of the item.
    pub fn subject(&self) -> (&str, StaffingKind) {
        match self {
            Self::Create { id, content, .. } | Self::Replace { id, content, .. } => (id, content.kind()),
            Self::Judge { id, kind, .. } | Self::Delete { id, kind, .. } => (id, *kind),
        }
    }

    /// Whether the item is there afterwards.
    pub fn stands(&self) -> bool {
        !matches!(self, Self::Delete { .. })
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Replace { .. } => "replace",
            Self::Judge { .. } => "judge",
            Self::Delete { .. } => "delete",
        }
    }

    fn seen(&self) -> Option<&str> {
        match self {
            Self::Create { .. } => None,
            Self::Replace { etag, .. } | Self::Judge { etag, .. } | Self::Delete { etag, .. } => Some(etag),
        }
    }
}

/// What a batch or a verb changes in the table of items.
#[derive(Debug, Default, Clone)]
pub struct ItemChanges {
    /// Items that end, as they were read.
    pub ended: Vec<StaffingItem>,
    /// Items that begin.
    pub begun: Vec<StaffingItem>,
}

impl ItemChanges {
    /// Writes it: each row once.
    pub fn write(&self, tx: &mut Tx<'_>, plan: &str) -> Result<()> {
        store::end_staffing(tx, plan, &self.ended)?;
        store::insert_staffing(tx, plan, &self.begun)
    }
}

/// Gives an id to each item that is to be created without one, before the command runs: a command may run twice.
pub fn with_ids(mut operations: Vec<StaffingOperation>, app: &App) -> Vec<StaffingOperation> {
    for operation in &mut operations {
        if let StaffingOperation::Create { id, .. } = operation
            && id.is_empty()
        {
            *id = app.new_id();
        }
    }
    operations
}

/// Applies operations to a plan, and answers what is to be written.
pub fn apply(
    view: &mut View<'_>,
    plan: &mut WorkforcePlan,
    operations: &[StaffingOperation],
    instance: &Instance,
) -> Result<ItemChanges> {
    let old = load_old(view, plan, operations, instance)?;
    let Some(stage) = Stage::of(plan.state) else {
        plan.require_draft()?;
        return Ok(ItemChanges::default());
    };
    let mut refusals = refuse_deletions(view, plan, operations)?;
    let (mut changes, mut written) = (ItemChanges::default(), Vec::new());
    for (at, operation) in operations.iter().enumerate() {
        let path = format!("operations[{at}].{}", operation.verb());
        let before = old.get(operation.subject().0);
        refusals.extend(refuse_stage(plan.state, stage, operation, &path));
        changes.ended.extend(before.cloned());
        if let Some(after) = after(plan, operation, before, stage) {
            if !matches!(operation, StaffingOperation::Judge { .. }) {
                written.push((format!("{path}.item"), after.clone()));
            }
            changes.begun.push(after);
        }
    }
    refusals.extend(refuse_content(view, plan, &written, &changes)?);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    require_room(view, plan, &changes)?;
    Ok(changes)
}

/// The item as an operation leaves it.
fn after(
    plan: &mut WorkforcePlan,
    operation: &StaffingOperation,
    before: Option<&StaffingItem>,
    stage: Stage,
) -> Option<StaffingItem> {
    let own = plan.key.unit.clone();
    match (operation, before) {
        (StaffingOperation::Create { id, content, figures }, _) => {
            plan.last_sequence += 1;
            let (id, sequence) = (id.clone(), plan.last_sequence);
            let content = content.clone().of_unit(&own);
            Some(StaffingItem { id, sequence, content, figures: figures.clone(), revision: 0 })
        }
        (StaffingOperation::Replace { content, figures, .. }, Some(before)) => {
            let (content, figures) = (content.clone().of_unit(&own), figures.clone());
            Some(StaffingItem { content, figures, ..before.clone() })
        }
        (StaffingOperation::Judge { figure, reason, .. }, Some(before)) => {
            let mut item = before.clone();
            item.figures.set_figure(stage, Some(*figure));
            item.figures.reasons[stage as usize].clone_from(reason);
            Some(item)
        }
        _ => None,
    }
}

/// What of an operation is not written in the state of the plan.
fn refuse_stage(state: State, stage: Stage, operation: &StaffingOperation, path: &str) -> Vec<Refusal> {
    let refusal = |field: String, of: Stage| Refusal::new(Reason::StageNotWritable, field, of.why("plan", state));
    let is_draft = stage == Stage::Requested;
    match operation {
        StaffingOperation::Create { content, figures, .. } | StaffingOperation::Replace { content, figures, .. } => {
            let is_new = matches!(operation, StaffingOperation::Create { .. });
            let is_theirs = is_new && content.kind().is_staged();
            if !is_draft && !is_theirs {
                return vec![refusal(format!("{path}.item"), Stage::Requested)];
            }
            let others = Stage::ALL.iter().filter(|of| **of != stage);
            let stated = others.filter(|of| figures.figure(**of).is_some() || figures.reason(**of).is_some());
            let field = |of: &Stage| format!("{path}.item.figure.{}", of.as_str().to_ascii_lowercase());
            stated.map(|of| refusal(field(of), *of)).collect()
        }
        StaffingOperation::Judge { reason: Some(_), .. } if is_draft => {
            vec![refusal(format!("{path}.reason"), Stage::Appraised)]
        }
        StaffingOperation::Judge { .. } | StaffingOperation::Delete { .. } => Vec::new(),
    }
}

/// Refuses to delete what reviewers and approvers only judge, and in the draft of an amendment a figure that is in force.
fn refuse_deletions(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    operations: &[StaffingOperation],
) -> Result<Vec<Refusal>> {
    let gone: Vec<String> =
        operations.iter().filter(|one| !one.stands()).map(|one| one.subject().0.to_owned()).collect();
    let in_force = match plan.in_force.filter(|_| !gone.is_empty()) {
        Some(revision) => store::some_staffing(&mut view.at(revision), &plan.id, &gone)?,
        None => BTreeMap::new(),
    };
    let mut refusals = Vec::new();
    for (at, operation) in operations.iter().enumerate().filter(|(_, one)| !one.stands()) {
        let (id, kind) = operation.subject();
        if plan.state != State::Draft || kind.is_staged() && in_force.contains_key(id) {
            let text = "set its figure to 0 instead; it is in force, or was requested by the owner";
            refusals.push(Refusal::new(Reason::LineNotDeletable, format!("operations[{at}].delete.name"), text));
        }
    }
    Ok(refusals)
}

/// What the items say that does not fit the plan, its unit, its groups or each other.
fn refuse_content(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    written: &[(String, StaffingItem)],
    changes: &ItemChanges,
) -> Result<Vec<Refusal>> {
    let field = |path: &str, item: &StaffingItem, field: &str| {
        format!("{path}.{}.{field}", item.content.kind().as_str().to_ascii_lowercase())
    };
    let below: BTreeSet<String> = match written.iter().any(|(_, item)| item.content.unit().is_some()) {
        true => units::subtree(view, &plan.key.unit)?.into_iter().map(|(unit, _)| unit).collect(),
        false => BTreeSet::new(),
    };
    let named = written.iter().flat_map(|(_, item)| item.content.staff_groups());
    let named: Vec<String> = named.map(|(_, group)| group.to_owned()).collect();
    let groups = store::some_groups(view, &plan.id, &named)?;
    let calendar = units::fiscal_calendar(view.conn, &plan.jurisdiction)?;
    let (mut refusals, mut years) = (Vec::new(), Vec::new());
    for (path, item) in written {
        if let Some(unit) = item.content.unit().filter(|unit| !below.contains(*unit)) {
            let name = UnitName { jurisdiction: plan.jurisdiction.clone(), unit: unit.to_owned() };
            let text = format!("{name} is neither the unit of the plan nor below it");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, field(path, item, "unit"), text));
        }
        for (at, group) in item.content.staff_groups().into_iter().filter(|(_, group)| !groups.contains_key(*group)) {
            let text = format!("{} does not exist", plan.group_name(group));
            refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.{at}"), text));
        }
        let Some(year) = item.content.year() else { continue };
        if !plan.covers(year) {
            let text = format!("{year} is not one of the years {} to {}", plan.key.first_year, plan.key.last_year);
            years.push(Refusal::new(Reason::PlanYearOutside, field(path, item, "year"), text));
        }
        let (first, end) = (calendar.first_day(year), calendar.first_day(year + 1));
        if let Content::Demand(demand) = &item.content
            && demand.starts_on.as_ref().is_some_and(|day| *day < first || *day >= end)
        {
            let text = format!("is no day of {year}, which begins on {first}");
            years.push(Refusal::new(Reason::PlanYearOutside, field(path, item, "starts_on"), text));
        }
    }
    refusals.extend(years);
    refusals.extend(refuse_twice(view, plan, written, changes)?);
    Ok(refusals)
}

type Place = (StaffingKind, String, StaffKind, i64, String);

/// Where an item stands that is alone there; a demand from the first day of its year stands where one without a day does.
fn place(item: &StaffingItem, first_day: impl Fn(i64) -> String) -> Option<Place> {
    let (kind, unit, staff_kind, year, day) = item.content.place()?;
    let day = if day.is_empty() { first_day(year) } else { day.to_owned() };
    Some((kind, unit.to_owned(), staff_kind, year, day))
}

fn refuse_twice(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    written: &[(String, StaffingItem)],
    changes: &ItemChanges,
) -> Result<Vec<Refusal>> {
    if !written.iter().any(|(_, item)| item.content.place().is_some()) {
        return Ok(Vec::new());
    }
    let calendar = units::fiscal_calendar(view.conn, &plan.jurisdiction)?;
    let ended: BTreeSet<&str> = changes.ended.iter().map(|item| item.id.as_str()).collect();
    let filter = StaffingFilter { kinds: vec![StaffingKind::Demand, StaffingKind::Flow], ..StaffingFilter::default() };
    let there = store::list_staffing(view, &plan.id, &filter, 0, i64::MAX)?;
    let mut taken: BTreeMap<Place, String> = BTreeMap::new();
    for item in there.iter().filter(|item| !ended.contains(item.id.as_str())) {
        taken.extend(place(item, |year| calendar.first_day(year)).map(|place| (place, item.id.clone())));
    }
    let mut refusals = Vec::new();
    for (path, item) in written {
        let Some(place) = place(item, |year| calendar.first_day(year)) else { continue };
        if let Some(other) = taken.insert(place, item.id.clone()) {
            let text = format!("{} says it already", plan.item_name(item.content.kind(), &other));
            refusals.push(Refusal::new(Reason::StaffingTwice, path.clone(), text));
        }
    }
    Ok(refusals)
}

fn require_room(view: &mut View<'_>, plan: &WorkforcePlan, changes: &ItemChanges) -> Result<()> {
    let size = |items: &[StaffingItem]| i64::try_from(items.len()).unwrap_or(i64::MAX);
    let count = store::count_staffing(view, &plan.id)? + size(&changes.begun) - size(&changes.ended);
    if count > i64::try_from(limits::ITEMS_PER_PLAN).unwrap_or(i64::MAX) {
        let (reason, limit) = (Reason::ItemsPerPlan, limits::ITEMS_PER_PLAN);
        return Err(Error::Limit { reason, limit, subject: "items of the headcount of a plan".to_owned() });
    }
    Ok(())
}

/// The items to change or end as they stand, once it is sure that they are there and as the caller saw them.
fn load_old(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    operations: &[StaffingOperation],
    instance: &Instance,
) -> Result<BTreeMap<String, StaffingItem>> {
    let ids = |created: bool| -> Vec<String> {
        let chosen = operations.iter().filter(|one| one.seen().is_none() == created);
        chosen.map(|operation| operation.subject().0.to_owned()).collect()
    };
    let old = store::some_staffing(view, &plan.id, &ids(false))?;
    for operation in operations.iter().filter(|one| one.seen().is_some()) {
        let (id, kind) = operation.subject();
        if old.get(id).is_none_or(|item| item.content.kind() != kind) {
            return Err(Error::NotFound { kind: "StaffingItem", name: plan.item_name(kind, id).to_string() });
        }
    }
    refuse_stale(view, plan, operations, &old, instance)?;
    let created = ids(true);
    if let Some(taken) = store::taken_staffing(view, &plan.id, &created)?.first() {
        let operation = operations.iter().find(|one| one.subject().0 == taken);
        let kind = operation.map_or(StaffingKind::Demand, |one| one.subject().1);
        let name = plan.item_name(kind, taken).to_string();
        return Err(Error::Exists { kind: "StaffingItem", name, reason: Reason::AlreadyExists });
    }
    Ok(old)
}

fn refuse_stale(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    operations: &[StaffingOperation],
    old: &BTreeMap<String, StaffingItem>,
    instance: &Instance,
) -> Result<()> {
    let mut stale = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let (id, kind) = operation.subject();
        let (Some(seen), Some(current)) = (operation.seen(), old.get(id)) else { continue };
        let revision = etag::revision(instance, seen);
        if revision == Some(current.revision) {
            continue;
        }
        let then = match revision {
            Some(revision) => store::find_staffing(&mut view.at(revision), &plan.id, id)?,
            None => None,
        };
        stale.push(Stale {
            name: plan.item_name(kind, id).to_string(),
            field: format!("operations[{at}].{}.etag", operation.verb()),
            current: etag::of(instance, current.revision),
            changed: then.map(|then| current.changed_since(&then)).unwrap_or_default(),
        });
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}
