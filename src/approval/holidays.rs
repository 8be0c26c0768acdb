//! What may be done with holidays: adopt what ships, set a year as a whole, list, count.

use super::shipped;
use super::store::holidays as store;
use super::working_days::{Counted, HolidayYear, Table};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Result};

/// Asks for a copy of the years that ship.
#[derive(Debug, Clone)]
pub struct AdoptHolidays {
    pub jurisdiction: String,
}

/// What a copy added.
#[derive(Debug, Clone, Copy)]
pub struct Adopted {
    pub added: usize,
    pub kept: usize,
    pub revision: i64,
}

/// Asks to put a year in the place of what was known of it.
#[derive(Debug, Clone)]
pub struct SetHolidays {
    pub jurisdiction: String,
    pub new: HolidayYear,
    pub etag: String,
}

/// Asks for the years from one to another.
#[derive(Debug, Clone)]
pub struct ListHolidays {
    pub jurisdiction: String,
    pub years: (i64, i64),
    pub read_at: ReadAt,
}

/// Some years.
#[derive(Debug, Clone)]
pub struct ListedHolidays {
    pub jurisdiction: String,
    pub years: Vec<HolidayYear>,
}

/// A year as a change left it.
#[derive(Debug, Clone)]
pub struct ShownYear {
    pub jurisdiction: String,
    pub year: HolidayYear,
}

/// Asks where so many working days after a day end.
#[derive(Debug, Clone)]
pub struct GetDeadline {
    pub jurisdiction: String,
    pub from: String,
    pub working_days: i64,
    pub read_at: ReadAt,
}

fn name(jurisdiction: &str, year: i64) -> String {
    format!("jurisdictions/{jurisdiction}/holidays/{year}")
}

pub async fn adopt_holidays(app: App, call: Call, ask: AdoptHolidays) -> Result<Answer<Adopted>> {
    let jurisdiction = ask.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let permit = tx.standing().may_here(Action::ManageCalendar)?;
        tx.permit(permit);
        let shipped = shipped::all()?;
        let years = shipped.iter().map(|one| one.year);
        let span = (years.clone().min().unwrap_or_default(), years.max().unwrap_or_default());
        let known = store::years_of(&mut tx.view(), span)?;
        let is_new = |one: &&HolidayYear| known.iter().all(|other| other.year != one.year);
        let new: Vec<HolidayYear> = shipped.iter().filter(is_new).cloned().collect();
        store::save(tx, &new)?;
        let adopted = Adopted { added: new.len(), kept: shipped.len() - new.len(), revision: tx.revision() };
        let names = new.iter().map(|one| name(&ask.jurisdiction, one.year)).collect();
        // A later release may ship more, so the counts are left with the journal.
        let answer = serde_json::to_vec(&(adopted.added, adopted.kept)).map_err(|e| Error::Internal(e.into()))?;
        Ok((Entry { names, answer }, adopted))
    };
    let replay = |_: &mut View<'_>, first: &First| {
        let (added, kept) = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(Adopted { added, kept, revision: first.revision })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn set_holidays(app: App, call: Call, ask: SetHolidays) -> Result<Answer<ShownYear>> {
    let instance = app.instance().clone();
    let (jurisdiction, year) = (ask.jurisdiction.clone(), ask.new.year);
    let again = jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let permit = tx.standing().may_here(Action::ManageCalendar)?;
        tx.permit(permit);
        require_fresh(&instance, &mut tx.view(), &ask)?;
        store::save(tx, std::slice::from_ref(&ask.new))?;
        let year = HolidayYear { revision: tx.revision(), ..ask.new.clone() };
        let jurisdiction = ask.jurisdiction.clone();
        Ok((Entry::of(name(&jurisdiction, year.year)), ShownYear { jurisdiction, year }))
    };
    let replay = move |view: &mut View<'_>, _: &First| {
        let year = store::years_of(view, (year, year))?.pop();
        let year = year.ok_or_else(|| Error::bug("a year of holidays is gone"))?;
        Ok(ShownYear { jurisdiction: again.clone(), year })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// A year that nobody has stated has no etag yet; whoever states it must not know of another.
fn require_fresh(instance: &Instance, view: &mut View<'_>, ask: &SetHolidays) -> Result<()> {
    let known = store::years_of(view, (ask.new.year, ask.new.year))?.pop().map_or(0, |one| one.revision);
    if known == 0 && ask.etag.is_empty() {
        return Ok(());
    }
    etag::require(instance, view, &ask.etag, &name(&ask.jurisdiction, ask.new.year), known)
}

pub async fn list_holidays(app: App, call: Call, ask: ListHolidays) -> Result<Keep<ListedHolidays>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let years = store::years_of(view, ask.years)?;
        Ok(ListedHolidays { jurisdiction: ask.jurisdiction.clone(), years })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn get_deadline(app: App, call: Call, ask: GetDeadline) -> Result<Keep<Counted>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let first = ask.from.get(..4).and_then(|year| year.parse::<i64>().ok()).unwrap_or_default();
        let years = store::years_of(view, (first, first + 20))?;
        Ok(Table::new(&years).add(&ask.from, ask.working_days))
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}
