//! What may be done with estimates: load, decide, save. Lines are written in `batch`.

use super::batch::{self, Operation, Written};
use super::expand;
use super::model::{Estimate, Key, Kind, LegalBasis, Totals};
use super::store::{self, LineFilter, Order};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::approval::kinds::{Document, DocumentName};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::duties::{self, Part};
use crate::document::finding::{Difference, Finding};
use crate::document::state::State;
use crate::document::store as hands;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{EstimateName, LineName, UnitName};
use crate::organisation::store as units;

/// Asks for a new estimate.
#[derive(Debug, Clone)]
pub struct CreateEstimate {
    pub new: Estimate,
    pub lines: Vec<Operation>,
}

/// Asks for one estimate.
#[derive(Debug, Clone)]
pub struct GetEstimate {
    pub name: EstimateName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Asks for the estimate with a key.
#[derive(Debug, Clone)]
pub struct LookupEstimate {
    pub jurisdiction: String,
    pub key: Key,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Asks for changes of a header.
#[derive(Debug, Clone)]
pub struct UpdateEstimate {
    pub name: EstimateName,
    pub etag: String,
    pub mask: Mask,
    pub title: String,
    pub narrative: String,
    pub legal_basis: Vec<LegalBasis>,
    /// The parts of the key that the message states, to be compared.
    pub stated: StatedKey,
}

/// The parts of a key that a message states.
#[derive(Debug, Clone, Default)]
pub struct StatedKey {
    pub unit: Option<String>,
    pub fiscal_year: Option<i64>,
    pub kind: Option<Kind>,
    pub series: Option<String>,
    pub sequence: Option<i64>,
}

/// Asks for the end of an estimate.
#[derive(Debug, Clone)]
pub struct DeleteEstimate {
    pub name: EstimateName,
    pub etag: String,
}

/// Asks for many changes of lines at once.
#[derive(Debug, Clone)]
pub struct BatchWriteLines {
    pub estimate: EstimateName,
    pub operations: Vec<Operation>,
}

/// Asks for one line.
#[derive(Debug, Clone)]
pub struct GetLine {
    pub name: LineName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Asks for a page of lines.
#[derive(Debug, Clone)]
pub struct ListLines {
    pub estimate: EstimateName,
    pub filter: LineFilter,
    pub order: Order,
    pub read_at: ReadAt,
    pub in_force: bool,
    pub page: Page,
}

/// Lines with the estimate's name, which their names begin with.
#[derive(Debug, Clone)]
pub struct ListedLines {
    pub estimate: EstimateName,
    pub in_force: bool,
    pub lines: Vec<super::model::Line>,
    pub next_page_token: String,
}

/// One line with the estimate's name.
#[derive(Debug, Clone)]
pub struct NamedLine {
    pub estimate: EstimateName,
    pub in_force: bool,
    pub line: super::model::Line,
}

/// Nothing, where an object was ended.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

pub async fn create_estimate(app: App, call: Call, ask: CreateEstimate) -> Result<Answer<Estimate>> {
    let mut new = ask.new;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let operations = batch::with_ids(ask.lines, &app);
    let (jurisdiction, machine) = (new.jurisdiction.clone(), app.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut estimate = new.clone();
        let permit = tx.standing().may_at(Action::DraftDocument, &estimate.key.unit)?;
        tx.permit(permit);
        require_place(&mut tx.view(), &mut estimate, "estimate")?;
        let written = batch::apply(tx, &mut estimate, &operations, "lines", (&machine, true))?;
        store::insert_estimate(tx, &estimate)?;
        hands::begin(tx, &[estimate.document()])?;
        batch::write(tx, &estimate.id, written)?;
        Ok((Entry::of(estimate.name()), store::as_written(tx, estimate)))
    };
    app.write(&call, &jurisdiction, run, replay_estimate).await
}

/// Completes a new estimate with its scheme and sequence, and refuses it where its id or key is taken or its unit is not there.
pub fn require_place(view: &mut View<'_>, new: &mut Estimate, path: &str) -> Result<()> {
    let place = store::place_of(view, new)?;
    if place.is_taken {
        return Err(Error::Exists { kind: "Estimate", name: new.name().to_string(), reason: Reason::AlreadyExists });
    }
    if new.key.sequence == 0 {
        new.key.sequence = place.last_sequence + 1;
    } else if let Some(other) = place.rival {
        let name = EstimateName { jurisdiction: new.jurisdiction.clone(), estimate: other };
        return Err(Error::Exists { kind: "Estimate", name: name.to_string(), reason: Reason::EstimateKeyTaken });
    }
    let mut refusals = Vec::new();
    let name = UnitName { jurisdiction: new.jurisdiction.clone(), unit: new.key.unit.clone() };
    match place.closing_day {
        None => refusals.push(Refusal::new(
            Reason::ReferenceUnknown,
            format!("{path}.unit"),
            format!("{name} does not exist"),
        )),
        Some(None) => {}
        Some(Some(end)) => {
            let first_day = units::fiscal_calendar(view.conn, &new.jurisdiction)?.first_day(new.key.fiscal_year);
            if end <= first_day {
                let text = format!("{name} closes on {end}, before the fiscal year begins on {first_day}");
                refusals.push(Refusal::new(Reason::UnitClosed, format!("{path}.unit"), text));
            }
        }
    }
    match place.scheme {
        Some(scheme) => new.scheme = scheme,
        None => {
            let text =
                format!("no scheme of {} holds for {}; adopt or create one", new.jurisdiction, new.key.fiscal_year);
            refusals.push(Refusal::new(Reason::SchemeMissing, format!("{path}.fiscal_year"), text));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn get_estimate(app: App, call: Call, ask: GetEstimate) -> Result<Keep<Estimate>> {
    let (name, jurisdiction) = (ask.name.to_string(), ask.name.jurisdiction.clone());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| show(view, &ask.name, ask.in_force)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn lookup_estimate(app: App, call: Call, ask: LookupEstimate) -> Result<Keep<Estimate>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let key = &ask.key;
        let missing = || {
            let name = format!("units/{} {} {:?} {} {}", key.unit, key.fiscal_year, key.kind, key.series, key.sequence);
            Error::NotFound { kind: "Estimate", name }
        };
        let found = store::find_by_key(view, key)?.filter(|_| view.standing.sees(&key.unit));
        let id = found.ok_or_else(missing)?;
        show(view, &EstimateName { jurisdiction: ask.jurisdiction.clone(), estimate: id }, ask.in_force)
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn update_estimate(app: App, call: Call, ask: UpdateEstimate) -> Result<Answer<Estimate>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut estimate = load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_at(Action::DraftDocument, &estimate.key.unit)?;
        tx.permit(permit);
        hands::take_part(tx, &estimate.document(), Part::Worked)?;
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), estimate.revision)?;
        refuse_key_change(&estimate.key, &ask.stated)?;
        estimate.require_draft()?;
        if ask.mask.writes("title", !ask.title.is_empty()) {
            estimate.title.clone_from(&ask.title);
        }
        let narrative = ask.mask.writes("narrative", !ask.narrative.is_empty());
        let basis = ask.mask.writes("legal_basis", !ask.legal_basis.is_empty());
        if narrative {
            estimate.narrative.clone_from(&ask.narrative);
        }
        if basis {
            estimate.legal_basis.clone_from(&ask.legal_basis);
        }
        if narrative || basis {
            store::save_texts(tx, &estimate)?;
        }
        store::save_estimate(tx, &estimate.totals, &estimate)?;
        Ok((Entry::of(&ask.name), store::as_written(tx, estimate)))
    };
    app.write(&call, &jurisdiction, run, replay_estimate).await
}

fn refuse_key_change(key: &Key, stated: &StatedKey) -> Result<()> {
    let differs = [
        (stated.unit.as_ref().is_some_and(|unit| *unit != key.unit), "unit"),
        (stated.fiscal_year.is_some_and(|year| year != key.fiscal_year), "fiscal_year"),
        (stated.kind.is_some_and(|kind| kind != key.kind), "kind"),
        (stated.series.as_ref().is_some_and(|series| *series != key.series), "series"),
        (stated.sequence.is_some_and(|sequence| sequence != key.sequence), "sequence"),
    ];
    let refusals: Vec<Refusal> = differs
        .into_iter()
        .filter(|(differs, _)| *differs)
        .map(|(_, field)| Refusal::new(Reason::FieldImmutable, format!("estimate.{field}"), "never changes"))
        .collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn delete_estimate(app: App, call: Call, ask: DeleteEstimate) -> Result<Answer<Gone>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let estimate = load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_at(Action::DraftDocument, &estimate.key.unit)?;
        tx.permit(permit);
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), estimate.revision)?;
        estimate.require_draft()?;
        if estimate.in_force.is_some() {
            let text = "the draft of an amendment is cancelled, not deleted: the estimate is in force";
            return Err(Error::refused(Reason::NotDraft, ask.name.to_string(), text));
        }
        let lines = store::all_lines(&mut tx.view(), &estimate.id)?;
        store::end_lines(tx, &estimate.id, &lines)?;
        store::end_estimate(tx, &estimate)?;
        Ok((Entry::of(&ask.name), Gone))
    };
    app.write(&call, &jurisdiction, run, replay_gone).await
}

pub async fn batch_write_lines(app: App, call: Call, ask: BatchWriteLines) -> Result<Answer<Written>> {
    let jurisdiction = ask.estimate.jurisdiction.clone();
    let operations = batch::with_ids(ask.operations, &app);
    let name = ask.estimate;
    let again = (name.clone(), operations.clone());
    let (machine, is_tried) = (app.clone(), call.validate_only);
    let run = move |tx: &mut Tx<'_>| {
        let mut estimate = load(&mut tx.view(), &name)?;
        let (action, part) = duties::writing(estimate.state);
        let permit = tx.standing().may_at(action, &estimate.key.unit)?;
        tx.permit(permit);
        hands::take_part(tx, &estimate.document(), part)?;
        let found = if is_tried { found(&mut tx.view(), &name)? } else { Vec::new() };
        let before = estimate.totals.clone();
        let written = batch::apply(tx, &mut estimate, &operations, "operations", (&machine, false))?;
        batch::write(tx, &estimate.id, written)?;
        store::save_estimate(tx, &before, &estimate)?;
        let lines = batch::ids_of(&operations);
        let answer = serde_json::to_vec(&lines).map_err(|e| Error::Internal(e.into()))?;
        let estimate = store::as_written(tx, estimate);
        let findings = match is_tried {
            true => Difference::between(found, self::found(&mut tx.view(), &name)?),
            false => Difference::default(),
        };
        Ok((Entry { names: vec![name.to_string()], answer }, Written { estimate, lines, findings }))
    };
    // The ids of new lines are made by the server, so a repeat cannot make them again: they were left with the journal.
    let replay = move |view: &mut View<'_>, first: &First| {
        let lines = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(Written { estimate: load(view, &again.0)?, lines, findings: Difference::default() })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// What the check of an estimate finds.
fn found(view: &mut View<'_>, name: &EstimateName) -> Result<Vec<Finding>> {
    Document::load(view, &DocumentName::Estimate(name.clone()))?.check(view)
}

pub async fn get_line(app: App, call: Call, ask: GetLine) -> Result<Keep<NamedLine>> {
    let LineName { jurisdiction, estimate, line } = ask.name.clone();
    let estimate = EstimateName { jurisdiction: jurisdiction.clone(), estimate };
    let depends = Depends::on(ask.read_at, estimate.to_string());
    let read = move |view: &mut View<'_>| {
        let header = store::find_header(view, &estimate.estimate)?;
        let sees = header.is_some_and(|header| view.standing.sees(&header.key.unit));
        let missing = || Error::NotFound { kind: "Line", name: ask.name.to_string() };
        let text = store::find_text(view, &estimate.estimate, ask.in_force)?.filter(|_| sees).ok_or_else(missing)?;
        let found = store::find_line(&mut view.at(text), &estimate.estimate, &line)?;
        Ok(NamedLine { estimate: estimate.clone(), in_force: ask.in_force, line: found.ok_or_else(missing)? })
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

pub async fn list_lines(app: App, call: Call, ask: ListLines) -> Result<Keep<ListedLines>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at, order) = (app.instance().clone(), ask.page, start.read_at, ask.order);
    let after = position_of(&start.after);
    let (estimate, filter, in_force) = (ask.estimate, ask.filter, ask.in_force);
    let jurisdiction = estimate.jurisdiction.clone();
    let with_subtrees = filter.needs_scheme();
    // The codes of a subtree belong to the scheme, which other commands change.
    let depends = if with_subtrees { Depends::everything(read_at) } else { Depends::on(read_at, estimate.to_string()) };
    let read = move |view: &mut View<'_>| {
        let is_plain = filter == LineFilter::default() && order == Order::default() && after.is_none();
        if is_plain
            && !in_force
            && let Some((unit, lines)) = store::few_lines(view, &estimate.estimate, page.size)?
        {
            if !view.standing.sees(&unit) {
                return Err(not_found(&estimate));
            }
            let (estimate, next_page_token) = (estimate.clone(), String::new());
            return Ok(ListedLines { estimate, in_force, lines, next_page_token });
        }
        let header = load_header(view, &estimate)?;
        let mut filter = filter.clone();
        expand::expand_codes(view, &header.scheme, &mut filter)?;
        let text = if in_force { header.in_force.ok_or_else(|| not_found(&estimate))? } else { view.revision };
        let (at, id) = (&mut view.at(text), &estimate.estimate);
        let mut lines = store::list_lines(at, id, &filter, order, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut lines, |last| {
            let (value, sequence) = store::sort_key(last, order);
            [sequence.to_string()].into_iter().chain(value).collect()
        })?;
        Ok(ListedLines { estimate: estimate.clone(), in_force, lines, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

fn position_of(texts: &[String]) -> Option<(Option<String>, i64)> {
    let sequence = texts.first()?.parse().ok()?;
    Some((texts.get(1).cloned(), sequence))
}

/// An estimate with its texts and totals, for whom may know of it.
pub fn load(view: &mut View<'_>, name: &EstimateName) -> Result<Estimate> {
    let found = store::find_estimate(view, &name.estimate)?;
    found.filter(|found| view.standing.sees(&found.key.unit)).ok_or_else(|| not_found(name))
}

/// An estimate without texts and totals, for whom may know of it.
pub fn load_header(view: &mut View<'_>, name: &EstimateName) -> Result<Estimate> {
    let found = store::find_header(view, &name.estimate)?;
    found.filter(|found| view.standing.sees(&found.key.unit)).ok_or_else(|| not_found(name))
}

/// An estimate with its texts and totals as a reader asks for it: as it stands, or as the text in force has it.
fn show(view: &mut View<'_>, name: &EstimateName, in_force: bool) -> Result<Estimate> {
    if !in_force {
        return load(view, name);
    }
    let found = store::find_in_force(view, &name.estimate)?;
    found.filter(|found| view.standing.sees(&found.key.unit)).ok_or_else(|| not_found(name))
}

/// The error where an estimate is not there.
pub fn not_found(name: &EstimateName) -> Error {
    Error::NotFound { kind: "Estimate", name: name.to_string() }
}

/// The answer of a command that left one estimate.
pub fn replay_estimate(view: &mut View<'_>, first: &First) -> Result<Estimate> {
    let name = first.names.first().and_then(|name| EstimateName::parse(name));
    load(view, &name.ok_or_else(|| Error::bug("a journal row names no estimate"))?)
}

/// The estimate is gone, and still nothing for whom may not know of it.
fn replay_gone(view: &mut View<'_>, first: &First) -> Result<Gone> {
    let before = first.revision - 1;
    replay_estimate(&mut view.at(before), first).map(|_| Gone)
}

/// An estimate that does not exist yet: a draft without lines.
pub fn draft(jurisdiction: String, id: String, key: Key) -> Estimate {
    Estimate {
        jurisdiction,
        id,
        key,
        scheme: String::new(),
        state: State::Draft,
        submission: 0,
        number: 0,
        in_force: None,
        shown_in_force: false,
        title: String::new(),
        narrative: String::new(),
        legal_basis: Vec::new(),
        totals: Totals::default(),
        line_count: 0,
        last_sequence: 0,
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}
