//! Many changes of lines at once: all of them, or every reason why not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{Amounts, Context, CostBasis, Estimate, Facts, Key, Line, Stage, changed_fields, refuse_line};
use super::references;
use super::store;
use crate::app::{App, Instance, etag};
use crate::classification::kept::KeptCodes;
use crate::classification::model::Dimension;
use crate::classification::store as codes;
use crate::commit::{Tx, View};
use crate::document::finding::Difference;
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result, Stale};
use crate::grpc::mask::Mask;
use crate::id::EstimateName;
use crate::limits;
use crate::organisation::store as units;
use crate::word::Word;

/// One change.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Creates a line; its id is empty where the server makes one.
    Create(Box<Line>),
    /// Changes a line.
    Update(Box<Update>),
    /// Ends a line.
    Delete { line: String, etag: String },
}

/// A change of one line: the fields that the mask writes.
#[derive(Debug, Clone)]
pub struct Update {
    pub line: Line,
    pub mask: Mask,
    pub etag: String,
    /// Which words of `line` the message states.
    pub stated: Stated,
    /// The parts of the cost basis as they were sent.
    pub basis: BasisParts,
}

/// Which words of a line a message states.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stated {
    pub side: bool,
    pub nature: bool,
    pub autonomy: bool,
}

/// The parts of a cost basis, each on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BasisParts {
    pub quantity: Option<i64>,
    pub price: Option<i64>,
    pub norm: Option<i64>,
}

impl BasisParts {
    /// The basis that the parts make; `Err` where one is without another that it needs.
    pub fn basis(self) -> Result<Option<CostBasis>, &'static str> {
        match self {
            Self { quantity: None, price: None, norm: None } => Ok(None),
            Self { quantity: Some(quantity), price: Some(price), norm } => {
                Ok(Some(CostBasis { quantity, price, norm }))
            }
            Self { .. } => Err("quantity and price are stated together, and norm with them"),
        }
    }
}

impl From<Option<CostBasis>> for BasisParts {
    fn from(basis: Option<CostBasis>) -> Self {
        let Some(CostBasis { quantity, price, norm }) = basis else { return Self::default() };
        Self { quantity: Some(quantity), price: Some(price), norm }
    }
}

/// What a batch leaves: the estimate, and the lines in the order of the operations with whether they are still there.
#[derive(Debug, Clone)]
pub struct Written {
    pub estimate: Estimate,
    pub lines: Vec<(String, bool)>,
    /// What is found otherwise, where the batch is only tried.
    pub findings: Difference,
}

/// What a batch changes in the table of lines.
#[derive(Debug, Default)]
pub struct Changes {
    ended: Vec<Line>,
    begun: Vec<Line>,
}

/// Gives an id to each line that is to be created without one, before the command runs: a command may run twice.
pub fn with_ids(mut operations: Vec<Operation>, app: &App) -> Vec<Operation> {
    for operation in &mut operations {
        if let Operation::Create(line) = operation
            && line.id.is_empty()
        {
            line.id = app.new_id();
        }
    }
    operations
}

/// The line of each operation, and whether it is there afterwards.
pub fn ids_of(operations: &[Operation]) -> Vec<(String, bool)> {
    operations
        .iter()
        .map(|operation| match operation {
            Operation::Create(line) => (line.id.clone(), true),
            Operation::Update(update) => (update.line.id.clone(), true),
            Operation::Delete { line, .. } => (line.clone(), false),
        })
        .collect()
}

/// Applies operations to an estimate: its totals and counts move, and what is to be written is answered.
///
/// Refusals come in the order of the contract, each with the path of its operation. `is_new`: the estimate is, and no line can be
/// there.
pub fn apply(
    tx: &mut Tx<'_>,
    estimate: &mut Estimate,
    operations: &[Operation],
    path: &str,
    (app, is_new): (&App, bool),
) -> Result<Changes> {
    let old = match is_new {
        false => load_old(tx, estimate, operations, path, app.instance())?,
        true => BTreeMap::new(),
    };
    estimate.require_state(&[State::Draft, State::Endorsed, State::Appraised])?;
    refuse_deletions(tx, estimate, operations, path)?;
    let mut changes = Changes::default();
    let mut written = Vec::with_capacity(operations.len());
    for (index, operation) in operations.iter().enumerate() {
        let before = line_id(operation).and_then(|id| old.get(id));
        let after = match operation {
            Operation::Create(line) => {
                estimate.last_sequence += 1;
                Some(Line { sequence: estimate.last_sequence, ..(**line).clone() })
            }
            Operation::Update(update) => before.map(|before| changed(before, update)).transpose()?,
            Operation::Delete { .. } => None,
        };
        changes.ended.extend(before.cloned());
        if let Some(after) = after {
            written.push((index, before.cloned(), after));
        }
    }
    let key = estimate.key.clone();
    let scheme = estimate.scheme.clone();
    let lines = written.iter().map(|(_, old, new)| (old.as_ref(), new));
    let facts = match app.shelf().of::<KeptCodes>().of(tx, &scheme)? {
        Some(codes) => Facts {
            codes,
            units: existing(&mut tx.view(), &key, lines.clone().map(|(_, new)| new))?,
            references: references::named(&mut tx.view(), lines)?,
        },
        None => facts(&mut tx.view(), &scheme, &key, lines)?,
    };
    let context = Context { key: &key, scheme: &scheme, state: estimate.state };
    let mut refusals = Vec::new();
    for (index, before, after) in &written {
        // The path is written for those that need it: a batch has thousands of lines, and hardly ever a wrong one.
        let found = refuse_line(after, before.as_ref(), &context, &facts, "");
        refusals.extend(found.into_iter().map(|refusal| {
            let at = operation_path(path, *index, operations.get(*index));
            Refusal { subject: format!("{at}{}", refusal.subject), ..refusal }
        }));
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    changes.begun = written.into_iter().map(|(_, _, after)| after).collect();
    count(estimate, &changes)?;
    Ok(changes)
}

/// Refuses to delete what reviewers and approvers only judge, and in the draft of an amendment what is in force.
fn refuse_deletions(tx: &mut Tx<'_>, estimate: &Estimate, operations: &[Operation], path: &str) -> Result<()> {
    let deleted = |operation: &Operation| match operation {
        Operation::Delete { line, .. } => Some(line.clone()),
        Operation::Create(_) | Operation::Update(_) => None,
    };
    let gone: Vec<String> = operations.iter().filter_map(deleted).collect();
    let in_force = match estimate.in_force.filter(|_| !gone.is_empty()) {
        Some(revision) => store::lines_there(&mut tx.view().at(revision), &estimate.id, &gone)?,
        None => BTreeSet::new(),
    };
    let mut refusals = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let Operation::Delete { line, .. } = operation else { continue };
        if estimate.state != State::Draft || in_force.contains(line) {
            let text = "set its figure to 0 instead; the line is in force, or was requested by the owner";
            let at = operation_path(path, index, Some(operation));
            refusals.push(Refusal::new(Reason::LineNotDeletable, at, text));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

fn operation_path(path: &str, index: usize, operation: Option<&Operation>) -> String {
    let verb = match operation {
        _ if path == "lines" => "",
        Some(Operation::Create(_)) => ".create",
        Some(Operation::Update(_)) => ".update",
        Some(Operation::Delete { .. }) => ".delete",
        None => "",
    };
    format!("{path}[{index}]{verb}.line")
}

/// Moves counts and totals by what changes, whatever the number of the other lines.
pub fn count(estimate: &mut Estimate, changes: &Changes) -> Result<()> {
    for line in &changes.ended {
        estimate.totals.count(line, -1)?;
    }
    for line in &changes.begun {
        estimate.totals.count(line, 1)?;
    }
    let change =
        i64::try_from(changes.begun.len()).unwrap_or(i64::MAX) - i64::try_from(changes.ended.len()).unwrap_or(i64::MAX);
    estimate.line_count += change;
    if estimate.line_count > i64::try_from(limits::LINES_PER_ESTIMATE).unwrap_or(i64::MAX) {
        let (reason, limit) = (Reason::LinesPerEstimate, limits::LINES_PER_ESTIMATE);
        return Err(Error::Limit { reason, limit, subject: "lines of an estimate".to_owned() });
    }
    Ok(())
}

impl Changes {
    /// These lines in place of those.
    pub fn of(ended: Vec<Line>, begun: Vec<Line>) -> Self {
        Self { ended, begun }
    }

    /// Only new lines.
    pub fn of_new(begun: Vec<Line>) -> Self {
        Self { ended: Vec::new(), begun }
    }
}

/// Writes what a batch changes: each row once.
pub fn write(tx: &mut Tx<'_>, estimate: &str, changes: Changes) -> Result<()> {
    store::end_lines(tx, estimate, &changes.ended)?;
    store::insert_lines(tx, estimate, changes.begun)
}

fn line_id(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::Create(_) => None,
        Operation::Update(update) => Some(&update.line.id),
        Operation::Delete { line, .. } => Some(line),
    }
}

/// The lines to change or end as they stand, once it is sure that they are there and as the caller saw them.
fn load_old(
    tx: &mut Tx<'_>,
    estimate: &Estimate,
    operations: &[Operation],
    path: &str,
    instance: &Instance,
) -> Result<BTreeMap<String, Line>> {
    let ids: Vec<String> = operations.iter().filter_map(line_id).map(str::to_owned).collect();
    let old: BTreeMap<String, Line> =
        store::current_lines(tx, &estimate.id, &ids)?.into_iter().map(|line| (line.id.clone(), line)).collect();
    if let Some(missing) = ids.iter().find(|id| !old.contains_key(*id)) {
        return Err(Error::NotFound { kind: "Line", name: estimate.line_name(missing).to_string() });
    }
    refuse_stale(tx, estimate, operations, &old, path, instance)?;
    let created: Vec<String> = operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Create(line) => Some(line.id.clone()),
            Operation::Update(_) | Operation::Delete { .. } => None,
        })
        .collect();
    if let Some(taken) = store::taken_lines(tx, &estimate.id, &created)?.first() {
        let name = estimate.line_name(taken).to_string();
        return Err(Error::Exists { kind: "Line", name, reason: Reason::AlreadyExists });
    }
    Ok(old)
}

fn refuse_stale(
    tx: &mut Tx<'_>,
    estimate: &Estimate,
    operations: &[Operation],
    old: &BTreeMap<String, Line>,
    path: &str,
    instance: &Instance,
) -> Result<()> {
    let mut stale = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let (id, seen, verb) = match operation {
            Operation::Create(_) => continue,
            Operation::Update(update) => (&update.line.id, &update.etag, "update"),
            Operation::Delete { line, etag } => (line, etag, "delete"),
        };
        let Some(current) = old.get(id) else { continue };
        let revision = etag::revision(instance, seen);
        if revision == Some(current.revision) {
            continue;
        }
        let then = revision
            .map(|revision| store::find_line(&mut tx.view().at(revision), &estimate.id, id))
            .transpose()?
            .flatten();
        let changed = then.map(|then| changed_fields(&then, current)).unwrap_or_default();
        stale.push(Stale {
            name: estimate.line_name(id).to_string(),
            field: format!("{path}[{index}].{verb}.etag"),
            current: etag::of(instance, current.revision),
            changed: changed.into_iter().map(str::to_owned).collect(),
        });
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

/// The line with the fields of the mask written.
fn changed(old: &Line, update: &Update) -> Result<Line> {
    let (new, mask) = (&update.line, &update.mask);
    let mut line = old.clone();
    if mask.writes("side", update.stated.side) {
        line.side = new.side;
    }
    for (position, dimension) in Dimension::ALL.iter().enumerate() {
        let field = format!("{}_code", dimension.as_str().to_ascii_lowercase());
        if mask.writes(&field, new.codes.0[position].is_some()) {
            line.codes.0[position].clone_from(&new.codes.0[position]);
        }
    }
    if mask.writes("nature", update.stated.nature) {
        line.nature = new.nature;
    }
    if mask.writes("autonomy", update.stated.autonomy) {
        line.autonomy = new.autonomy;
    }
    if mask.writes("baseline", new.baseline.is_some()) {
        line.baseline = new.baseline;
    }
    if mask.writes("content", new.content.is_some()) {
        line.content = new.content;
    }
    if mask.writes("channel", new.channel.is_some()) {
        line.channel = new.channel;
    }
    if mask.writes("delegated", new.delegated) {
        line.delegated = new.delegated;
    }
    if mask.writes("unallocated", new.unallocated) {
        line.unallocated = new.unallocated;
    }
    if mask.writes("counterpart_unit", new.counterpart.is_some()) {
        line.counterpart.clone_from(&new.counterpart);
    }
    if mask.writes("plan_task", new.plan_task.is_some()) {
        line.plan_task.clone_from(&new.plan_task);
    }
    if mask.writes("project", new.project.is_some()) {
        line.project.clone_from(&new.project);
    }
    if mask.writes("description", !new.description.is_empty()) {
        line.description.clone_from(&new.description);
    }
    if mask.writes("original_currency", new.memo.is_some()) {
        line.memo.clone_from(&new.memo);
    }
    if mask.writes("appraised_reason", new.appraised_reason.is_some()) {
        line.appraised_reason.clone_from(&new.appraised_reason);
    }
    if mask.writes("decided_reason", new.decided_reason.is_some()) {
        line.decided_reason.clone_from(&new.decided_reason);
    }
    line.basis = changed_basis(old.basis, update)?;
    line.amounts = changed_amounts(old.amounts, &new.amounts, mask);
    Ok(line)
}

fn changed_basis(old: Option<CostBasis>, update: &Update) -> Result<Option<CostBasis>> {
    let mut parts = BasisParts::from(old);
    let (sent, mask) = (update.basis, &update.mask);
    if mask.writes("quantity", sent.quantity.is_some()) {
        parts.quantity = sent.quantity;
    }
    if mask.writes("price", sent.price.is_some()) {
        parts.price = sent.price;
    }
    if mask.writes("norm", sent.norm.is_some()) {
        parts.norm = sent.norm;
    }
    parts.basis().map_err(|text| Error::refused(Reason::CostBasisMismatch, "quantity", text))
}

fn changed_amounts(old: Amounts, new: &Amounts, mask: &Mask) -> Amounts {
    let mut amounts = old;
    let whole = matches!(mask, Mask::All) || matches!(mask, Mask::Only(_)) && mask.writes("amounts", false);
    for stage in Stage::ALL {
        let field = format!("amounts.{}", stage.as_str().to_ascii_lowercase());
        if whole || mask.writes(&field, new.get(*stage).is_some()) {
            amounts.set(*stage, new.get(*stage));
        }
    }
    amounts
}

/// The codes and units that the rules of some lines ask for: one statement for each dimension and one for the units.
pub fn facts<'a>(
    view: &mut View<'_>,
    scheme: &str,
    key: &Key,
    lines: impl Iterator<Item = (Option<&'a Line>, &'a Line)> + Clone,
) -> Result<Facts> {
    let mut wanted = BTreeSet::new();
    for (old, new) in lines.clone() {
        for (dimension, code) in new.codes.stated() {
            if old.is_none_or(|old| old.codes.get(dimension) != Some(code)) && !wanted.contains(&(dimension, code)) {
                wanted.insert((dimension, code));
            }
        }
    }
    let wanted: Vec<(Dimension, String)> =
        wanted.into_iter().map(|(dimension, code)| (dimension, code.to_owned())).collect();
    let codes = if wanted.is_empty() { BTreeMap::new() } else { codes::codes_of(view, scheme, &wanted)? };
    let units = existing(view, key, lines.clone().map(|(_, new)| new))?;
    Ok(Facts { codes: Arc::new(codes), units, references: references::named(view, lines)? })
}

/// The units that exist, of those at the other end of transfers.
fn existing<'a>(view: &mut View<'_>, key: &Key, lines: impl Iterator<Item = &'a Line>) -> Result<BTreeSet<String>> {
    let counterparts: BTreeSet<&str> =
        lines.filter_map(|line| line.counterpart.as_deref()).filter(|unit| *unit != key.unit).collect();
    let mut existing = BTreeSet::new();
    for unit in counterparts {
        if units::unit_is_taken(view, unit)? {
            existing.insert(unit.to_owned());
        }
    }
    Ok(existing)
}

/// The estimate that a line belongs to, from the names of both.
pub fn belongs(estimate: &EstimateName, line: &crate::id::LineName) -> bool {
    line.jurisdiction == estimate.jurisdiction && line.estimate == estimate.estimate
}
