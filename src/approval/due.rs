//! By which day something is to be done: the day of the calendar, so many working days after an event, another day for a unit.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::{CalendarStep, DUTIES, Place, StepKey, Term, days_late};
use super::store::{self, calendar, holidays};
use super::working_days::{Counted, Event, Table};
use crate::budget::balance;
use crate::commit::View;
use crate::document::kind::DocumentKind;
use crate::error::Result;
use crate::organisation::store as units;
use crate::period;

/// Every year that there may be.
const EVER: (i64, i64) = (0, 9_999);

/// The last day of a step and how many days it is past; nothing where the calendar says nothing.
#[derive(Debug, Clone, Default)]
pub struct Due {
    pub due_on: String,
    pub days_late: i64,
    /// How a term in working days was counted; none where there is none, or what it is counted after has not come yet.
    pub counted: Option<(Event, Counted)>,
}

impl Due {
    /// Whether the day is certain: not counted over years that nobody has stated the holidays of.
    pub fn is_certain(&self) -> bool {
        self.counted.as_ref().is_none_or(|(_, counted)| counted.assumed.is_empty() || counted.ends_on > self.due_on)
    }
}

/// The steps that concern some documents, with what is needed to count by them.
#[derive(Default)]
pub struct Deadlines {
    steps: Vec<CalendarStep>,
    table: Table,
    time_zone: String,
    /// The days of the acts by which what takes some documents in was decided on.
    decided: BTreeMap<String, String>,
}

impl Deadlines {
    /// Those of some documents.
    pub fn of<'a>(view: &mut View<'_>, places: impl Iterator<Item = &'a Place>) -> Result<Self> {
        let places: Vec<&Place> = places.collect();
        let kinds: BTreeSet<DocumentKind> = places.iter().map(|place| place.kind).collect();
        let years: BTreeSet<i64> = places.iter().map(|place| place.year).collect();
        let (kinds, years): (Vec<_>, Vec<_>) = (kinds.into_iter().collect(), years.into_iter().collect());
        Self::for_kinds(view, (&kinds, &years), &places)
    }

    /// Those of kinds and years, and of some documents among them.
    pub fn for_kinds(
        view: &mut View<'_>,
        (kinds, years): (&[DocumentKind], &[i64]),
        places: &[&Place],
    ) -> Result<Self> {
        if kinds.is_empty() {
            return Ok(Self::default());
        }
        let steps = calendar::steps_of(view, kinds, years)?;
        if steps.iter().all(|step| step.term.is_none()) {
            return Ok(Self { steps, ..Self::default() });
        }
        let (_, time_zone) = units::calendar(view.conn, view.jurisdiction)?;
        let table = Table::new(&holidays::years_of(view, EVER)?);
        let is_after_parent =
            |step: &&CalendarStep| step.term.as_ref().is_some_and(|term| term.event == Event::ParentApproval);
        let keys: Vec<StepKey> = steps.iter().filter(is_after_parent).map(|step| step.key).collect();
        let waits = |place: &&&Place| keys.iter().any(|key| (key.0, key.1) == (place.kind, place.year));
        let documents: Vec<&str> = places.iter().filter(waits).map(|place| place.document.as_str()).collect();
        let decided = decided_on(view, &documents)?;
        Ok(Self { steps, table, time_zone, decided })
    }

    /// What the calendar says of a step for a unit, and of a document where there is one, on a day.
    pub fn due(&self, key: StepKey, unit: &str, place: Option<&Place>, day: &str) -> Due {
        let Some(step) = self.steps.iter().find(|step| step.key == key) else { return Due::default() };
        if let Some(exception) = step.exceptions.get(unit) {
            let due_on = exception.due_on.clone();
            return Due { days_late: days_late(&due_on, day), due_on, counted: None };
        }
        let counted = step.term.as_ref().and_then(|term| {
            let from = self.begins(term, key, place)?;
            Some((term.event, self.table.add(&from, term.working_days)))
        });
        let ends_on = counted.as_ref().map(|(_, counted)| counted.ends_on.as_str());
        let due_on = ends_on.filter(|ends_on| *ends_on < step.due_on.as_str()).unwrap_or(&step.due_on).to_owned();
        Due { days_late: days_late(&due_on, day), due_on, counted }
    }

    /// The day after which a term is counted; none where what it is counted after has not come, or is past and not known.
    fn begins(&self, term: &Term, (_, _, verb): StepKey, place: Option<&Place>) -> Option<String> {
        match term.event {
            Event::Day => term.day.clone(),
            Event::Arrival => {
                let waits = |place: &&Place| DUTIES.iter().any(|duty| (duty.0, duty.1) == (place.state, verb));
                place.filter(waits).map(|place| period::day(place.arrived_at, &self.time_zone))
            }
            Event::ParentApproval => self.decided.get(&place?.document).cloned(),
        }
    }

    /// What people call a step, where its last day refuses what comes later.
    pub fn blocking(&self, key: StepKey) -> Option<&str> {
        self.steps.iter().find(|step| step.key == key && step.blocks).map(|step| step.title.as_str())
    }
}

/// By document, the day of the act by which the estimate that takes it in was decided on.
fn decided_on(view: &mut View<'_>, documents: &[&str]) -> Result<BTreeMap<String, String>> {
    let estimates: Vec<String> =
        documents.iter().filter_map(|document| document.strip_prefix("estimates/")).map(str::to_owned).collect();
    let parents = balance::parents_in_force(view, &estimates)?;
    let texts: BTreeSet<(String, i64)> =
        parents.values().map(|(parent, text)| (format!("estimates/{parent}"), *text)).collect();
    let signed = store::signed_on(view, &texts.into_iter().collect::<Vec<_>>())?;
    let day = |(child, (parent, _)): (String, (String, i64))| {
        Some((format!("estimates/{child}"), signed.get(&format!("estimates/{parent}"))?.clone()))
    };
    Ok(parents.into_iter().filter_map(day).collect())
}

/// Why a verb comes too late: the last day of a step that blocks is past.
pub fn passed(view: &mut View<'_>, key: StepKey, unit: &str, document: &str) -> Result<Option<String>> {
    if !DUTIES.iter().any(|(_, verb, _)| *verb == key.2) {
        return Ok(None);
    }
    let places = store::places::of_documents(view, &[document.to_owned()])?;
    let deadlines = Deadlines::for_kinds(view, (&[key.0], &[key.1]), &places.iter().collect::<Vec<_>>())?;
    let due = deadlines.due(key, unit, places.first(), &view.standing.day);
    let title = deadlines.blocking(key).filter(|_| due.days_late > 0 && due.is_certain());
    Ok(title.map(|title| {
        let counted = due.counted.as_ref().filter(|(_, counted)| counted.ends_on == due.due_on);
        let how = counted.map(|(_, one)| format!(", {} working days after {}", one.working_days, one.from));
        let how = how.unwrap_or_default();
        format!("{title} ended on {}{how}; an administrator may give the unit another day", due.due_on)
    }))
}
