//! The calendar of a kind of document and a year: read, suggested, set as a whole.

use super::desk::CalendarStep;
use super::regimes;
use super::store::calendar as store;
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::kind::DocumentKind;
use crate::error::{Error, Reason, Refusal, Result};
use crate::organisation::store as units;
use crate::word::Word;

/// The dated steps of a kind and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub jurisdiction: String,
    pub kind: DocumentKind,
    pub year: i64,
    pub steps: Vec<CalendarStep>,
    /// The revision that last changed it; 0 where nobody set it.
    pub revision: i64,
}

/// Asks for a calendar.
#[derive(Debug, Clone)]
pub struct GetCalendar {
    pub jurisdiction: String,
    pub kind: DocumentKind,
    pub year: i64,
    pub read_at: ReadAt,
}

/// Asks for what the regime of a year says.
#[derive(Debug, Clone)]
pub struct SuggestCalendar {
    pub jurisdiction: String,
    pub kind: DocumentKind,
    pub year: i64,
}

/// Asks to put a calendar in the place of the one before.
#[derive(Debug, Clone)]
pub struct SetCalendar {
    pub new: Calendar,
    pub etag: String,
}

pub async fn get_calendar(app: App, call: Call, ask: GetCalendar) -> Result<Keep<Calendar>> {
    let jurisdiction = ask.jurisdiction.clone();
    let read = move |view: &mut View<'_>| load(view, &ask.jurisdiction, ask.kind, ask.year);
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(ask.read_at)))
}

pub async fn suggest_calendar(app: App, call: Call, ask: SuggestCalendar) -> Result<Keep<Calendar>> {
    let jurisdiction = ask.jurisdiction.clone();
    let read = move |view: &mut View<'_>| {
        let steps = regimes::suggested(ask.kind, ask.year);
        let revision = store::changed_at(view, ask.kind, ask.year)?;
        Ok(Calendar { jurisdiction: ask.jurisdiction.clone(), kind: ask.kind, year: ask.year, steps, revision })
    };
    let answer = app.read(&call, &jurisdiction, ReadAt::Head, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

pub async fn set_calendar(app: App, call: Call, ask: SetCalendar) -> Result<Answer<Calendar>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.new.jurisdiction.clone();
    let (of, kind, year) = (jurisdiction.clone(), ask.new.kind, ask.new.year);
    let run = move |tx: &mut Tx<'_>| {
        let permit = tx.standing().may_here(Action::ManageCalendar)?;
        tx.permit(permit);
        let Calendar { jurisdiction, kind, year, steps, .. } = &ask.new;
        let name = format!("jurisdictions/{jurisdiction}/calendars/{}-{year}", kind.as_str().to_ascii_lowercase());
        require_fresh(&instance, &mut tx.view(), &ask, &name)?;
        unknown_units(&mut tx.view(), steps)?;
        store::save(tx, (*kind, *year), steps)?;
        let revision = tx.revision();
        let set = load(&mut tx.view(), jurisdiction, *kind, *year)?;
        Ok((Entry { names: vec![name], answer: Vec::new() }, Calendar { revision, ..set }))
    };
    let replay = move |view: &mut View<'_>, first: &First| {
        Ok(Calendar { revision: first.revision, ..load(view, &of, kind, year)? })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// The first calendar of a year has no etag yet; whoever sets it must not know of another.
fn require_fresh(instance: &Instance, view: &mut View<'_>, ask: &SetCalendar, name: &str) -> Result<()> {
    let revision = store::changed_at(view, ask.new.kind, ask.new.year)?;
    if revision == 0 && ask.etag.is_empty() {
        return Ok(());
    }
    etag::require(instance, view, &ask.etag, name, revision)
}

fn unknown_units(view: &mut View<'_>, steps: &[CalendarStep]) -> Result<()> {
    if steps.iter().all(|step| step.exceptions.is_empty()) {
        return Ok(());
    }
    let known: std::collections::BTreeSet<String> = units::places(view)?.into_iter().map(|place| place.unit).collect();
    let mut refusals = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        for (number, unit) in step.exceptions.keys().enumerate().filter(|(_, unit)| !known.contains(*unit)) {
            let subject = format!("calendar.steps[{at}].exceptions[{number}].unit");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, subject, format!("the unit {unit} does not exist")));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

fn load(view: &mut View<'_>, jurisdiction: &str, kind: DocumentKind, year: i64) -> Result<Calendar> {
    let steps = store::steps_of(view, &[kind], &[year])?;
    let revision = store::changed_at(view, kind, year)?;
    Ok(Calendar { jurisdiction: jurisdiction.to_owned(), kind, year, steps, revision })
}
