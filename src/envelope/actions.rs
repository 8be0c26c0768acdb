//! What may be done with envelopes: load, permit, decide, save.

use std::collections::BTreeMap;

use super::model::{Envelope, Kind, Said, Selector, State};
use super::store::{self, EnvelopeFilter};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::approval::actions::other_act;
use crate::approval::model::Act;
use crate::approval::store as acts;
use crate::classification::store as codes;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{EnvelopeName, UnitName};
use crate::organisation::store as units;
use crate::word::Word;

/// Asks for a new envelope; its id is empty where the server makes one.
#[derive(Debug, Clone)]
pub struct IssueEnvelope(pub Envelope);

/// Asks for changes of an envelope.
#[derive(Debug, Clone)]
pub struct UpdateEnvelope {
    pub name: EnvelopeName,
    pub etag: String,
    pub mask: Mask,
    pub title: String,
    pub note: String,
    pub amounts: BTreeMap<i64, i64>,
    pub act: Option<Act>,
    /// What never changes, where the message states it.
    pub unit: Option<String>,
    pub kind: Option<Kind>,
    pub selector: Option<Selector>,
}

/// Asks to note what a unit keeps, by year; none where it is no longer stated.
#[derive(Debug, Clone)]
pub struct RetainEnvelope {
    pub name: EnvelopeName,
    pub etag: String,
    pub retained: Vec<(i64, Option<i64>)>,
}

/// Asks for the end of an envelope.
#[derive(Debug, Clone)]
pub struct WithdrawEnvelope {
    pub name: EnvelopeName,
    pub etag: String,
    pub act: Act,
}

/// Asks for one envelope.
#[derive(Debug, Clone)]
pub struct GetEnvelope {
    pub name: EnvelopeName,
    pub read_at: ReadAt,
}

/// Asks for a page of envelopes.
#[derive(Debug, Clone)]
pub struct ListEnvelopes {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub subtree: bool,
    pub filter: EnvelopeFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of envelopes.
#[derive(Debug, Clone)]
pub struct ListedEnvelopes {
    pub envelopes: Vec<Envelope>,
    pub next_page_token: String,
}

pub async fn issue_envelope(app: App, call: Call, ask: IssueEnvelope) -> Result<Answer<Envelope>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let (jurisdiction, act) = (new.jurisdiction.clone(), call.new_id.clone());
    let run = move |tx: &mut Tx<'_>| {
        let unit = UnitName { jurisdiction: new.jurisdiction.clone(), unit: new.unit.clone() };
        let known = units::unit_is_taken(&mut tx.view(), &new.unit)? && tx.standing().sees(&new.unit);
        if !known {
            return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
        }
        let permit = tx.standing().may_at(Action::IssueEnvelope, &new.unit)?;
        tx.permit(permit);
        if store::envelope_is_taken(&mut tx.view(), &new.id)? {
            return Err(Error::Exists {
                kind: "Envelope",
                name: new.name().to_string(),
                reason: Reason::AlreadyExists,
            });
        }
        require_key(&mut tx.view(), &new)?;
        let mut refusals = unknown_codes(&mut tx.view(), &new)?;
        refusals.extend(other_act(&mut tx.view(), Some(&new.act), "envelope.act")?);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let act = acts::keep_act(tx, &act, &new.act)?;
        store::insert_envelope(tx, &new, &act)?;
        Ok((Entry::of(new.name()), get(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn update_envelope(app: App, call: Call, ask: UpdateEnvelope) -> Result<Answer<Envelope>> {
    let (instance, jurisdiction, new_act) =
        (app.instance().clone(), ask.name.jurisdiction.clone(), call.new_id.clone());
    let run = move |tx: &mut Tx<'_>| {
        let old = loaded(tx, &instance, (&ask.name, &ask.etag), Action::IssueEnvelope)?;
        let new = changed(&old, &ask);
        if ask.writes_amounts() {
            require_key(&mut tx.view(), &new)?;
        }
        old.require_in_force()?;
        let mut refusals = ask.refuse_immutable(&old);
        refusals.extend(unknown_codes(&mut tx.view(), &new)?);
        refusals.extend(other_act(&mut tx.view(), ask.act.as_ref(), "envelope.act")?);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let act = match ask.act.as_ref().filter(|_| new.act != old.act) {
            Some(act) => acts::keep_act(tx, &new_act, act)?,
            None => store::act_of(&mut tx.view(), &old.id)?,
        };
        store::save_envelope(tx, &new, &act)?;
        Ok((Entry::of(&ask.name), get(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

impl UpdateEnvelope {
    /// Whether the figures are written.
    pub fn writes_amounts(&self) -> bool {
        self.mask.writes("amounts", !self.amounts.is_empty())
    }

    fn refuse_immutable(&self, old: &Envelope) -> Vec<Refusal> {
        let differs = [
            (self.unit.as_ref().is_some_and(|unit| *unit != old.unit), "unit"),
            (self.kind.is_some_and(|kind| kind != old.kind), "kind"),
            (self.selector.as_ref().is_some_and(|selector| *selector != old.selector), "selector"),
        ];
        let changed = differs.into_iter().filter(|(differs, _)| *differs);
        changed
            .map(|(_, field)| Refusal::new(Reason::FieldImmutable, format!("envelope.{field}"), "never changes"))
            .collect()
    }
}

/// The envelope with the fields of the mask written. What is kept of a year that stays is still kept.
fn changed(old: &Envelope, ask: &UpdateEnvelope) -> Envelope {
    let mut new = old.clone();
    if ask.mask.writes("title", !ask.title.is_empty()) {
        new.title.clone_from(&ask.title);
    }
    if ask.mask.writes("note", !ask.note.is_empty()) {
        new.note.clone_from(&ask.note);
    }
    if ask.writes_amounts() {
        let kept = |year: &i64| old.amounts.get(year).and_then(|said| said.retained);
        let said = |(year, amount): (&i64, &i64)| (*year, Said { amount: *amount, retained: kept(year) });
        new.amounts = ask.amounts.iter().map(said).collect();
    }
    if let Some(act) = ask.act.as_ref().filter(|act| ask.mask.writes("act", !act.number.is_empty())) {
        new.act.clone_from(act);
    }
    new
}

pub async fn retain_envelope(app: App, call: Call, ask: RetainEnvelope) -> Result<Answer<Envelope>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.name.jurisdiction.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut envelope = loaded(tx, &instance, (&ask.name, &ask.etag), Action::RetainEnvelope)?;
        envelope.require_in_force()?;
        let mut refusals = Vec::new();
        for (at, (year, kept)) in ask.retained.iter().enumerate() {
            match envelope.amounts.get_mut(year) {
                Some(said) => said.retained = *kept,
                None => refusals.push(year_missing(&ask.name, *year, format!("retained[{at}].fiscal_year"))),
            }
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let act = store::act_of(&mut tx.view(), &envelope.id)?;
        store::save_envelope(tx, &envelope, &act)?;
        Ok((Entry::of(&ask.name), get(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// That an envelope says nothing of a year.
pub fn year_missing(name: &EnvelopeName, year: i64, field: String) -> Refusal {
    Refusal::new(Reason::EnvelopeYearMissing, field, format!("{name} says nothing of {year}"))
}

pub async fn withdraw_envelope(app: App, call: Call, ask: WithdrawEnvelope) -> Result<Answer<Envelope>> {
    let (instance, jurisdiction, new_act) =
        (app.instance().clone(), ask.name.jurisdiction.clone(), call.new_id.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut envelope = loaded(tx, &instance, (&ask.name, &ask.etag), Action::IssueEnvelope)?;
        envelope.require_in_force()?;
        if let Some(refusal) = other_act(&mut tx.view(), Some(&ask.act), "act")? {
            return Err(Error::Refused(vec![refusal]));
        }
        envelope.state = State::Withdrawn;
        let act = acts::keep_act(tx, &new_act, &ask.act)?;
        store::save_envelope(tx, &envelope, &act)?;
        Ok((Entry::of(&ask.name), get(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// An envelope that the caller may change and has read as it stands.
fn loaded(
    tx: &mut Tx<'_>,
    instance: &Instance,
    (name, seen): (&EnvelopeName, &str),
    action: Action,
) -> Result<Envelope> {
    let envelope = get(&mut tx.view(), name)?;
    let permit = tx.standing().may_at(action, &envelope.unit)?;
    etag::require(instance, &mut tx.view(), seen, &name.to_string(), envelope.revision)?;
    tx.permit(permit);
    Ok(envelope)
}

/// Refuses a second figure of a kind about the same money of a year.
fn require_key(view: &mut View<'_>, new: &Envelope) -> Result<()> {
    match store::find_rival(view, new)? {
        Some(other) => {
            let name = EnvelopeName { jurisdiction: new.jurisdiction.clone(), envelope: other }.to_string();
            Err(Error::Exists { kind: "Envelope", name, reason: Reason::EnvelopeKeyTaken })
        }
        None => Ok(()),
    }
}

/// Codes that the scheme of a year does not have. Fields and classes mean something in every scheme, and need none.
fn unknown_codes(view: &mut View<'_>, new: &Envelope) -> Result<Vec<Refusal>> {
    let mut refusals = Vec::new();
    if new.selector.codes().next().is_none() {
        return Ok(refusals);
    }
    let subject = "envelope.selector";
    for year in new.amounts.keys() {
        let Some(scheme) = codes::scheme_of_year(view, *year)? else {
            let text = format!("no scheme of codes holds in {year}");
            refusals.push(Refusal::new(Reason::SchemeMissing, subject, text));
            continue;
        };
        for (dimension, code) in new.selector.codes() {
            if codes::find_code(view, &scheme, dimension, code)?.is_none() {
                let text = format!("{} {code} is not in the scheme {scheme} of {year}", dimension.as_str());
                refusals.push(Refusal::new(Reason::CodeUnknown, subject, text));
            }
        }
    }
    Ok(refusals)
}

pub async fn get_envelope(app: App, call: Call, ask: GetEnvelope) -> Result<Keep<Envelope>> {
    let (name, jurisdiction) = (ask.name.to_string(), ask.name.jurisdiction.clone());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| get(view, &ask.name)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn list_envelopes(app: App, call: Call, ask: ListEnvelopes) -> Result<Keep<ListedEnvelopes>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = start.after.first().cloned().unwrap_or_default();
    let jurisdiction = ask.jurisdiction.clone();
    let (unit, subtree, filter) = (ask.unit, ask.subtree, ask.filter);
    let read = move |view: &mut View<'_>| {
        let visible = view.standing.visible();
        let mut filter = EnvelopeFilter { units: visible.map(<[String]>::to_vec), ..filter.clone() };
        if let Some(unit) = &unit {
            let places = units::subtree(view, &unit.unit)?;
            if places.is_empty() {
                return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
            }
            let wanted = places.into_iter().filter(|(_, depth)| subtree || *depth == 0).map(|(unit, _)| unit);
            let sees = |unit: &String| visible.is_none_or(|visible| visible.binary_search(unit).is_ok());
            filter.units = Some(wanted.filter(sees).collect());
        }
        let mut envelopes = store::list_envelopes(view, &filter, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut envelopes, |last| vec![last.id.clone()])?;
        Ok(ListedEnvelopes { envelopes, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// An envelope that the caller may know of.
pub fn get(view: &mut View<'_>, name: &EnvelopeName) -> Result<Envelope> {
    let found = store::find_envelope(view, &name.envelope)?.filter(|found| view.standing.sees(&found.unit));
    found.ok_or_else(|| Error::NotFound { kind: "Envelope", name: name.to_string() })
}

fn replay(view: &mut View<'_>, first: &First) -> Result<Envelope> {
    let name = first.names.first().and_then(|name| EnvelopeName::parse(name));
    get(view, &name.ok_or_else(|| Error::bug("a journal row names no envelope"))?)
}
