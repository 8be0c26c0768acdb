//! What may be done with jurisdictions and units: load, decide, save.

use super::model::{ExternalCode, Jurisdiction, Unit};
use super::store::{self, Filter};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::standing::Permit;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{JurisdictionName, SYSTEM, UnitName};
use crate::{limits, period, text};

/// Asks for a new jurisdiction; `id` is empty where the server makes one.
#[derive(Debug, Clone)]
pub struct CreateJurisdiction(pub Jurisdiction);

/// Asks for one jurisdiction.
#[derive(Debug, Clone)]
pub struct GetJurisdiction {
    pub id: String,
    pub read_at: ReadAt,
}

/// Asks for a page of jurisdictions.
#[derive(Debug, Clone)]
pub struct ListJurisdictions {
    pub query: String,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of things.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

/// Asks for changes of a jurisdiction.
#[derive(Debug, Clone)]
pub struct UpdateJurisdiction {
    pub etag: String,
    pub mask: Mask,
    /// The values; those that never change are compared where they are stated.
    pub new: Jurisdiction,
    /// Whether the message states the labelling of fiscal years.
    pub labelling_stated: bool,
}

/// Asks for a new unit.
#[derive(Debug, Clone)]
pub struct CreateUnit(pub Unit);

/// How a unit is named.
#[derive(Debug, Clone)]
pub enum UnitKey {
    Name(UnitName),
    External(String, ExternalCode),
}

/// Asks for one unit.
#[derive(Debug, Clone)]
pub struct GetUnit {
    pub key: UnitKey,
    pub read_at: ReadAt,
}

/// Asks for a page of units.
#[derive(Debug, Clone)]
pub struct ListUnits {
    pub jurisdiction: String,
    pub subtree_of: Option<UnitName>,
    pub open: Option<bool>,
    pub as_of_on: Option<String>,
    pub query: String,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of units, with the day for which their state was judged.
#[derive(Debug, Clone)]
pub struct ListedUnits {
    pub units: Vec<Unit>,
    pub next_page_token: String,
    pub as_of_on: String,
}

/// Asks for changes of a unit.
#[derive(Debug, Clone)]
pub struct UpdateUnit {
    pub etag: String,
    pub mask: Mask,
    pub new: Unit,
    /// Which words of `new` the message states.
    pub stated: Stated,
}

/// Which words of a unit a message states.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stated {
    pub kind: bool,
    pub government_level: bool,
    pub unit_level: bool,
}

/// Asks for another place of a unit.
#[derive(Debug, Clone)]
pub struct MoveUnit {
    pub name: UnitName,
    pub etag: String,
    pub parent: Option<UnitName>,
}

/// Asks for the end of a unit.
#[derive(Debug, Clone)]
pub struct CloseUnit {
    pub name: UnitName,
    pub etag: String,
    pub closes_on: String,
    pub successors: Vec<UnitName>,
}

pub async fn create_jurisdiction(app: App, call: Call, ask: CreateJurisdiction) -> Result<Answer<Jurisdiction>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let run = move |tx: &mut Tx<'_>| {
        let name = new.name();
        if new.id == SYSTEM || store::jurisdiction_is_taken(&mut tx.view(), &new.id)? {
            return Err(Error::Exists { kind: "Jurisdiction", name: name.to_string(), reason: Reason::AlreadyExists });
        }
        store::insert_jurisdiction(tx, &new)?;
        Ok((Entry::of(name), store::get_jurisdiction(&mut tx.view(), &new.id)?))
    };
    app.write(&call, SYSTEM, run, replay_jurisdiction).await
}

pub async fn get_jurisdiction(app: App, call: Call, ask: GetJurisdiction) -> Result<Keep<Jurisdiction>> {
    let name = JurisdictionName { jurisdiction: ask.id.clone() };
    let answer = app.read(&call, SYSTEM, ask.read_at, move |view| store::get_jurisdiction(view, &ask.id)).await?;
    Ok(answer.kept(SYSTEM, Depends::on(ask.read_at, name.to_string())))
}

pub async fn list_jurisdictions(app: App, call: Call, ask: ListJurisdictions) -> Result<Keep<Listed<Jurisdiction>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let patterns = text::patterns(&ask.query);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let mut items = store::list_jurisdictions(view, &patterns, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, SYSTEM, read_at, read).await?;
    Ok(answer.kept(SYSTEM, Depends::everything(read_at)))
}

pub async fn update_jurisdiction(app: App, call: Call, ask: UpdateJurisdiction) -> Result<Answer<Jurisdiction>> {
    let instance = app.instance().clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let mut jurisdiction = store::get_jurisdiction(&mut view, &ask.new.id)?;
        let name = jurisdiction.name();
        etag::require(&instance, &mut view, &ask.etag, &name.to_string(), jurisdiction.revision)?;
        refuse_immutable(&jurisdiction, &ask)?;
        if ask.mask.writes("display_name", !ask.new.display_name.is_empty()) {
            jurisdiction.display_name.clone_from(&ask.new.display_name);
        }
        if ask.mask.writes("time_zone", !ask.new.time_zone.is_empty()) {
            jurisdiction.time_zone.clone_from(&ask.new.time_zone);
        }
        store::save_jurisdiction(tx, &jurisdiction)?;
        Ok((Entry::of(name), store::get_jurisdiction(&mut tx.view(), &jurisdiction.id)?))
    };
    app.write(&call, SYSTEM, run, replay_jurisdiction).await
}

/// What never changes may be sent back as it is; month 0 and an empty currency mean "not sent".
fn refuse_immutable(old: &Jurisdiction, ask: &UpdateJurisdiction) -> Result<()> {
    let new = &ask.new;
    let (month, labelling) = (new.calendar.start_month, new.calendar.labelling);
    let never_change = [
        ("currency_code", !new.currency.is_empty(), new.currency == old.currency),
        ("fiscal_year_start_month", month != 0, month == old.calendar.start_month),
        ("fiscal_year_labelling", ask.labelling_stated, labelling == old.calendar.labelling),
    ];
    let changed = never_change.iter().filter(|(field, sent, same)| ask.mask.states(field, *sent) && *sent && !same);
    let refusals: Vec<Refusal> = changed
        .map(|(field, ..)| Refusal::new(Reason::FieldImmutable, format!("jurisdiction.{field}"), "never changes"))
        .collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

fn replay_jurisdiction(view: &mut View<'_>, first: &First) -> Result<Jurisdiction> {
    let name = first.names.first().and_then(|name| JurisdictionName::parse(name));
    let name = name.ok_or_else(|| Error::bug("a journal row names no jurisdiction"))?;
    store::get_jurisdiction(view, &name.jurisdiction)
}

pub async fn create_unit(app: App, call: Call, ask: CreateUnit) -> Result<Answer<Unit>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let jurisdiction = new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let permit = permit_below(&tx.view(), new.parent.as_deref())?;
        tx.permit(permit);
        if store::unit_is_taken(&mut tx.view(), &new.id)? {
            return Err(Error::Exists { kind: "Unit", name: new.name().to_string(), reason: Reason::AlreadyExists });
        }
        refuse_taken_codes(&mut tx.view(), &new)?;
        require_place(&mut tx.view(), &new, 0)?;
        store::insert_unit(tx, &new)?;
        Ok((Entry::of(new.name()), load(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay_unit).await
}

pub async fn get_unit(app: App, call: Call, ask: GetUnit) -> Result<Keep<Unit>> {
    let (jurisdiction, depends) = match &ask.key {
        UnitKey::Name(name) => (name.jurisdiction.clone(), Depends::on(ask.read_at, name.to_string())),
        UnitKey::External(jurisdiction, _) => (jurisdiction.clone(), Depends::everything(ask.read_at)),
    };
    let key = ask.key;
    let read = move |view: &mut View<'_>| match &key {
        UnitKey::Name(name) => load(view, name),
        UnitKey::External(jurisdiction, code) => {
            let found = store::find_unit_by_code(view, code)?.filter(|_| view.standing.is_member());
            let missing = || Error::NotFound { kind: "Unit", name: format!("{} {}", code.system, code.code) };
            let name = UnitName { jurisdiction: jurisdiction.clone(), unit: found.ok_or_else(missing)? };
            load(view, &name)
        }
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

pub async fn list_units(app: App, call: Call, ask: ListUnits) -> Result<Keep<ListedUnits>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at, now) = (app.instance().clone(), ask.page, start.read_at, call.at);
    let after = start.after.first().cloned().unwrap_or_default();
    let day = start.after.get(1).cloned().or(ask.as_of_on);
    let patterns = text::patterns(&ask.query);
    let (open, subtree_of, jurisdiction) = (ask.open, ask.subtree_of, ask.jurisdiction);
    let of = jurisdiction.clone();
    let dated = open.is_some() && day.is_none();
    let read = move |view: &mut View<'_>| {
        let as_of_on = match &day {
            Some(day) => day.clone(),
            None if dated => period::day(now, &store::calendar(view.conn, &of)?.1),
            // No state was asked for, so no day was looked at, and the answer holds tomorrow as well.
            None => String::new(),
        };
        let among = subtree_of.as_ref().map(|root| below(view, root)).transpose()?;
        let filter = Filter { among, open_on: open.map(|open| (open, as_of_on.clone())), patterns: patterns.clone() };
        let mut units = store::list_units(view, &filter, &after, page.size + 1)?;
        let next_page_token =
            page.cut(&instance, view.revision, &mut units, |last| vec![last.id.clone(), as_of_on.clone()])?;
        Ok(ListedUnits { units, next_page_token, as_of_on })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    // What depends on today is not kept: tomorrow it is another answer.
    let depends = if dated { Depends::Nothing } else { Depends::everything(read_at) };
    Ok(answer.kept(&jurisdiction, depends))
}

fn below(view: &mut View<'_>, root: &UnitName) -> Result<Vec<String>> {
    let places = store::subtree(view, &root.unit)?;
    if places.is_empty() {
        return Err(not_found(root));
    }
    Ok(places.into_iter().map(|(unit, _)| unit).collect())
}

pub async fn update_unit(app: App, call: Call, ask: UpdateUnit) -> Result<Answer<Unit>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let old = load(&mut view, &ask.new.name())?;
        let permit = view.standing.may_at(Action::ManageUnits, &old.id)?;
        etag::require(&instance, &mut view, &ask.etag, &old.name().to_string(), old.revision)?;
        if ask.mask.writes("external_codes", !ask.new.external_codes.is_empty()) {
            refuse_taken_codes(&mut view, &ask.new)?;
        }
        let unit = changed(&old, &ask)?;
        tx.permit(permit);
        store::save_unit(tx, &unit)?;
        Ok((Entry::of(unit.name()), load(&mut tx.view(), &unit.name())?))
    };
    app.write(&call, &jurisdiction, run, replay_unit).await
}

/// The unit with the fields of the mask written.
fn changed(old: &Unit, ask: &UpdateUnit) -> Result<Unit> {
    let (new, mask) = (&ask.new, &ask.mask);
    let mut refusals = Vec::new();
    let mut refuse = |field: &str, verb: &str| {
        refusals.push(Refusal::new(Reason::FieldImmutable, format!("unit.{field}"), format!("is changed by {verb}")));
    };
    if mask.states("parent_unit", new.parent.is_some()) && new.parent != old.parent {
        refuse("parent_unit", "MoveUnit");
    }
    if mask.states("closes_on", new.closes_on.is_some()) && new.closes_on != old.closes_on {
        refuse("closes_on", "CloseUnit");
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let mut unit = old.clone();
    if mask.writes("display_name", !new.display_name.is_empty()) {
        unit.display_name.clone_from(&new.display_name);
    }
    if mask.writes("kind", ask.stated.kind) {
        unit.kind = new.kind;
    }
    if mask.writes("government_level", ask.stated.government_level) {
        unit.government_level = new.government_level;
    }
    if mask.writes("unit_level", ask.stated.unit_level) {
        unit.unit_level = new.unit_level;
    }
    if mask.writes("autonomy_group", new.autonomy_group.is_some()) {
        unit.autonomy_group = new.autonomy_group;
    }
    if mask.writes("functions", !new.functions.is_empty()) {
        unit.functions.clone_from(&new.functions);
    }
    if mask.writes("external_codes", !new.external_codes.is_empty()) {
        unit.external_codes.clone_from(&new.external_codes);
    }
    if mask.writes("opens_on", new.opens_on.is_some()) {
        unit.opens_on.clone_from(&new.opens_on);
    }
    if let (Some(start), Some(end)) = (&unit.opens_on, &unit.closes_on)
        && start >= end
    {
        return Err(Error::refused(Reason::UnitClosed, "unit.opens_on", format!("the unit closes on {end}")));
    }
    Ok(unit)
}

pub async fn move_unit(app: App, call: Call, ask: MoveUnit) -> Result<Answer<Unit>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let mut unit = load(&mut view, &ask.name)?;
        let permit = view.standing.may_at(Action::ManageUnits, &unit.id)?;
        permit_below(&view, ask.parent.as_ref().map(|parent| parent.unit.as_str()))?;
        etag::require(&instance, &mut view, &ask.etag, &ask.name.to_string(), unit.revision)?;
        unit.parent = ask.parent.as_ref().map(|parent| parent.unit.clone());
        let height = store::subtree(&mut view, &unit.id)?.last().map_or(0, |(_, depth)| *depth);
        require_place(&mut view, &unit, usize::try_from(height).unwrap_or(usize::MAX))?;
        tx.permit(permit);
        store::save_unit(tx, &unit)?;
        Ok((Entry::of(&ask.name), load(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay_unit).await
}

pub async fn close_unit(app: App, call: Call, ask: CloseUnit) -> Result<Answer<Unit>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let mut unit = load(&mut view, &ask.name)?;
        let permit = view.standing.may_at(Action::ManageUnits, &unit.id)?;
        etag::require(&instance, &mut view, &ask.etag, &ask.name.to_string(), unit.revision)?;
        let parent = unit.parent.clone().map(|parent| store::find_unit(&mut view, &parent)).transpose()?.flatten();
        let children = store::children(&mut view, &unit.id)?;
        let mut successors = Vec::new();
        let mut refusals = Vec::new();
        for name in &ask.successors {
            match store::find_unit(&mut view, &name.unit)? {
                Some(successor) => successors.push(successor),
                None => refusals.push(Refusal::new(
                    Reason::ReferenceUnknown,
                    name.to_string(),
                    format!("{name} does not exist"),
                )),
            }
        }
        refusals.extend(unit.refuse_close(&ask.closes_on, parent.as_ref(), &children, &successors));
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        tx.permit(permit);
        unit.closes_on = Some(ask.closes_on.clone());
        unit.successors = ask.successors.iter().map(|name| name.unit.clone()).collect();
        store::save_unit(tx, &unit)?;
        Ok((Entry::of(&ask.name), load(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay_unit).await
}

/// A unit, for a member of the jurisdiction.
fn load(view: &mut View<'_>, name: &UnitName) -> Result<Unit> {
    let found = store::find_unit(view, &name.unit)?.filter(|_| view.standing.is_member());
    found.ok_or_else(|| not_found(name))
}

/// The permit to put a unit below another, or at the root.
fn permit_below(view: &View<'_>, parent: Option<&str>) -> Result<Permit> {
    let standing = view.standing;
    Ok(standing.may(Action::ManageUnits, &standing.place(parent))?)
}

fn not_found(name: &UnitName) -> Error {
    Error::NotFound { kind: "Unit", name: name.to_string() }
}

fn replay_unit(view: &mut View<'_>, first: &First) -> Result<Unit> {
    let name = first.names.first().and_then(|name| UnitName::parse(name));
    load(view, &name.ok_or_else(|| Error::bug("a journal row names no unit"))?)
}

/// The parent exists, outlives the unit, does not stand below it, and the tree stays within its depth.
fn require_place(view: &mut View<'_>, unit: &Unit, height: usize) -> Result<()> {
    let Some(id) = &unit.parent else { return Ok(()) };
    let name = UnitName { jurisdiction: unit.jurisdiction.clone(), unit: id.clone() };
    let missing = || Error::refused(Reason::ReferenceUnknown, name.to_string(), format!("{name} does not exist"));
    let parent = store::find_unit(view, id)?.ok_or_else(missing)?;
    let ancestors = store::ancestors(view, id)?;
    unit.under(&parent, &ancestors, height).map_err(|refusal| {
        if refusal.reason == Reason::TreeTooDeep {
            let subject = "levels of the unit tree".to_owned();
            return Error::Limit { reason: Reason::TreeTooDeep, limit: limits::TREE_DEPTH, subject };
        }
        Error::Refused(vec![refusal])
    })
}

fn refuse_taken_codes(view: &mut View<'_>, unit: &Unit) -> Result<()> {
    for code in &unit.external_codes {
        if store::find_unit_by_code(view, code)?.is_some_and(|owner| owner != unit.id) {
            let name = format!("{} {}", code.system, code.code);
            return Err(Error::Exists { kind: "ExternalCode", name, reason: Reason::ExternalCodeTaken });
        }
    }
    Ok(())
}
