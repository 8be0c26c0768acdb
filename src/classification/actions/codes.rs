//! What may be done with codes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Listed, load_scheme, stale};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt};
use crate::classification::model::{Code, Dimension, Tree, code_name};
use crate::classification::store::{self, CodeFilter};
use crate::commit::{Entry, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::SchemeName;
use crate::{limits, text};

/// A code within its scheme.
pub type Key = (Dimension, String);

/// Asks for new and changed codes of one scheme.
#[derive(Debug, Clone)]
pub struct BatchWriteCodes {
    pub scheme: SchemeName,
    pub operations: Vec<CodeOperation>,
}

/// One operation on a code; `code` says which one, and has the values to write.
#[derive(Debug, Clone)]
pub struct CodeOperation {
    pub code: Code,
    /// None creates the code.
    pub update: Option<UpdateCode>,
}

/// How a code is changed.
#[derive(Debug, Clone)]
pub struct UpdateCode {
    pub etag: String,
    pub mask: Mask,
    /// Whether the message states how far the code can be trusted.
    pub states_provenance: bool,
    /// What the message says of fields that never change, where it says anything.
    pub dimension: Option<Dimension>,
    pub digits: String,
}

/// The codes that a batch wrote, by operation.
#[derive(Debug, Clone)]
pub struct WrittenCodes {
    pub names: Vec<String>,
    pub revision: i64,
}

/// Asks for one code.
#[derive(Debug, Clone)]
pub struct GetCode {
    pub scheme: SchemeName,
    pub key: Key,
    pub read_at: ReadAt,
}

/// Asks for a page of codes.
#[derive(Debug, Clone)]
pub struct ListCodes {
    pub scheme: SchemeName,
    pub dimension: Option<Dimension>,
    pub parent: Option<String>,
    pub query: String,
    pub postable_only: bool,
    pub read_at: ReadAt,
    pub page: Page,
}

impl CodeOperation {
    fn key(&self) -> Key {
        (self.code.dimension, self.code.code.clone())
    }

    /// The path of a field of this operation, which is the n-th.
    fn path(&self, position: usize, field: &str) -> String {
        let verb = if self.update.is_some() { "update.code" } else { "create" };
        format!("operations[{position}].{verb}.{field}")
    }
}

pub async fn batch_write_codes(app: App, call: Call, ask: BatchWriteCodes) -> Result<Answer<WrittenCodes>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.scheme.jurisdiction.clone();
    let names: Vec<String> = ask.operations.iter().map(|operation| operation.code.name().to_string()).collect();
    let (again, scheme) = (names.clone(), ask.scheme.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        load_scheme(&mut view, &ask.scheme)?;
        let permit = view.standing.may_here(Action::ManageSchemes)?;
        let keys: Vec<Key> = ask.operations.iter().map(CodeOperation::key).collect();
        let old = store::codes_of(&mut view, &ask.scheme.scheme, &keys)?;
        require_known(&instance, &ask, &old)?;
        let (mut begun, mut changed) = (Vec::new(), Vec::new());
        for operation in &ask.operations {
            match (&operation.update, old.get(&operation.key())) {
                (Some(update), Some(old)) => changed.push(written(old, &operation.code, update)),
                (None, _) | (_, None) => begun.push(operation.code.clone()),
            }
        }
        require_place(&mut view, &ask, &begun, &changed)?;
        tx.permit(permit);
        store::open_codes(tx, &begun)?;
        store::save_codes(tx, &ask.scheme.scheme, &changed)?;
        Ok((Entry::of(&ask.scheme), WrittenCodes { names: names.clone(), revision: tx.revision() }))
    };
    // The request says which codes were written, and the first execution at which revision.
    app.write(&call, &jurisdiction, run, move |view, first| {
        load_scheme(view, &scheme)?;
        Ok(WrittenCodes { names: again.clone(), revision: first.revision })
    })
    .await
}

/// The codes to change are there and as the caller read them; those to create are not there.
fn require_known(instance: &Instance, ask: &BatchWriteCodes, old: &BTreeMap<Key, Code>) -> Result<()> {
    let mut changed = Vec::new();
    for (position, operation) in ask.operations.iter().enumerate() {
        let Some(update) = &operation.update else { continue };
        let name = operation.code.name().to_string();
        let Some(old) = old.get(&operation.key()) else { return Err(Error::NotFound { kind: "Code", name }) };
        let field = format!("operations[{position}].update.etag");
        changed.extend(stale(instance, &update.etag, Some(old.revision), name, field));
    }
    if !changed.is_empty() {
        return Err(Error::Stale(changed));
    }
    let begun = ask.operations.iter().filter(|operation| operation.update.is_none());
    match begun.filter_map(|operation| old.get(&operation.key())).next() {
        Some(old) => Err(Error::Exists { kind: "Code", name: old.name().to_string(), reason: Reason::AlreadyExists }),
        None => Ok(()),
    }
}

fn refuse_immutable(operation: &CodeOperation, position: usize) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let Some(update) = &operation.update else { return refusals };
    let mut refuse = |field: &str| {
        let path = operation.path(position, field);
        refusals.push(Refusal::new(Reason::FieldImmutable, path, "never changes"));
    };
    if update.dimension.is_some_and(|dimension| dimension != operation.code.dimension) {
        refuse("dimension");
    }
    if !update.digits.is_empty() && update.digits != operation.code.code {
        refuse("code");
    }
    refusals
}

/// The code with the fields of the mask written.
fn written(old: &Code, new: &Code, update: &UpdateCode) -> Code {
    let mask = &update.mask;
    let mut code = old.clone();
    if mask.writes("parent_code", new.parent.is_some()) {
        code.parent.clone_from(&new.parent);
    }
    if mask.writes("display_name", !new.display_name.is_empty()) {
        code.display_name.clone_from(&new.display_name);
    }
    if mask.writes("english_name", !new.english_name.is_empty()) {
        code.english_name.clone_from(&new.english_name);
    }
    if mask.writes("postable", new.postable) {
        code.postable = new.postable;
    }
    if mask.writes("provenance", update.states_provenance) {
        code.provenance = new.provenance;
    }
    if mask.writes("citation", !new.citation.is_empty()) {
        code.citation.clone_from(&new.citation);
    }
    if mask.writes("field", new.field.is_some()) {
        code.field = new.field;
    }
    if mask.writes("financing_class", new.financing_class.is_some()) {
        code.financing_class = new.financing_class;
    }
    if mask.writes("last_fiscal_year", new.last_fiscal_year.is_some()) {
        code.last_fiscal_year = new.last_fiscal_year;
    }
    if mask.writes("note", !new.note.is_empty()) {
        code.note.clone_from(&new.note);
    }
    code
}

/// Nothing changes that never does, every parent is there, no code stands below itself, and no tree is too deep.
fn require_place(view: &mut View<'_>, ask: &BatchWriteCodes, begun: &[Code], changed: &[Code]) -> Result<()> {
    let written = || begun.iter().chain(changed);
    let trees = trees(view, &ask.scheme.scheme, begun, changed)?;
    let judged: BTreeMap<Dimension, (BTreeSet<&str>, usize)> =
        trees.iter().map(|(dimension, tree)| (*dimension, tree.judge())).collect();
    let parents: BTreeMap<(Dimension, &str), &str> =
        written().filter_map(|code| Some(((code.dimension, code.code.as_str()), code.parent.as_deref()?))).collect();
    let mut refusals = Vec::new();
    for (position, operation) in ask.operations.iter().enumerate() {
        refusals.extend(refuse_immutable(operation, position));
        let code = &operation.code;
        let Some(parent) = parents.get(&(code.dimension, code.code.as_str())) else { continue };
        let path = operation.path(position, "parent_code");
        if trees.get(&code.dimension).is_some_and(|tree| !tree.contains(parent)) {
            let name = code_name(&code.jurisdiction, &code.scheme, code.dimension, parent);
            refusals.push(Refusal::new(Reason::CodeUnknown, path, format!("{name} does not exist")));
        } else if judged.get(&code.dimension).is_some_and(|(cyclic, _)| cyclic.contains(code.code.as_str())) {
            let text = format!("{} would stand below itself", code.name());
            refusals.push(Refusal::new(Reason::CodeCycle, path, text));
        }
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    if judged.values().any(|(_, levels)| *levels > limits::count(limits::TREE_DEPTH)) {
        let (reason, limit) = (Reason::TreeTooDeep, limits::TREE_DEPTH);
        return Err(Error::Limit { reason, limit, subject: "levels of the tree of codes".to_owned() });
    }
    Ok(())
}

/// The trees as they would be, of the dimensions in which a written code has a parent.
fn trees(view: &mut View<'_>, scheme: &str, begun: &[Code], changed: &[Code]) -> Result<BTreeMap<Dimension, Tree>> {
    let written = || begun.iter().chain(changed);
    let placed = written().filter(|code| code.parent.is_some());
    let mut trees = BTreeMap::new();
    for dimension in placed.map(|code| code.dimension).collect::<BTreeSet<_>>() {
        trees.insert(dimension, Tree::new(store::parents(view, scheme, dimension)?));
    }
    for code in written() {
        if let Some(tree) = trees.get_mut(&code.dimension) {
            tree.put(&code.code, code.parent.as_deref());
        }
    }
    Ok(trees)
}

pub async fn get_code(app: App, call: Call, ask: GetCode) -> Result<Keep<Code>> {
    let (jurisdiction, scheme) = (ask.scheme.jurisdiction.clone(), ask.scheme.to_string());
    let read = move |view: &mut View<'_>| load(view, &ask.scheme, ask.key.0, &ask.key.1);
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, scheme)))
}

fn load(view: &mut View<'_>, scheme: &SchemeName, dimension: Dimension, code: &str) -> Result<Code> {
    let name = || code_name(&scheme.jurisdiction, &scheme.scheme, dimension, code).to_string();
    let missing = || Error::NotFound { kind: "Code", name: name() };
    let found = store::find_code(view, &scheme.scheme, dimension, code)?;
    found.filter(|_| view.standing.is_member()).ok_or_else(missing)
}

pub async fn list_codes(app: App, call: Call, ask: ListCodes) -> Result<Keep<Listed<Code>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at, scheme) = (app.instance().clone(), ask.page, start.read_at, ask.scheme);
    let (jurisdiction, depends) = (scheme.jurisdiction.clone(), Depends::on(read_at, scheme.to_string()));
    let filter = CodeFilter {
        dimension: ask.dimension,
        parent: ask.parent,
        postable_only: ask.postable_only,
        patterns: text::patterns(&ask.query),
        after: start.after.first().cloned().zip(start.after.get(1).cloned()),
    };
    let read = move |view: &mut View<'_>| {
        load_scheme(view, &scheme)?;
        if let (Some(dimension), Some(parent)) = (filter.dimension, &filter.parent) {
            load(view, &scheme, dimension, parent)?;
        }
        let mut items = store::list_codes(view, &scheme.scheme, &filter, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, store::code_sort_key)?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}
