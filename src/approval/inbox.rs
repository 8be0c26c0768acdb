//! What waits for whoever asks, and who has not sent what is due.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::{DUTIES, Desk, Place};
use super::due::{Deadlines, Due};
use super::store::{changed, places};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::document::authority::Action;
use crate::document::kind::DocumentKind;
use crate::document::state::Verb;
use crate::document::tree::Reviewers;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::id::UnitName;
use crate::organisation::model::Unit;
use crate::organisation::store as units;
use crate::period;
use crate::word::Word;

/// Asks for a page of what waits for the caller.
#[derive(Debug, Clone)]
pub struct ListPending {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A document that waits, and for what.
#[derive(Debug, Clone)]
pub struct Pending {
    pub place: Place,
    pub waits: Waits,
    pub due: Due,
}

/// For what a document waits.
#[derive(Debug, Clone, Copy)]
pub enum Waits {
    /// For a verb.
    Verb(Verb),
    /// For so many lines to be acknowledged.
    Lines(i64),
}

impl Waits {
    /// The verb, where it waits for one.
    pub fn verb(self) -> Option<Verb> {
        match self {
            Self::Verb(verb) => Some(verb),
            Self::Lines(_) => None,
        }
    }

    /// How many lines wait.
    pub fn lines(self) -> i64 {
        match self {
            Self::Verb(_) => 0,
            Self::Lines(count) => count,
        }
    }

    /// Which of the two a document stands for in a list; the verb comes first.
    fn rank(self) -> &'static str {
        match self {
            Self::Verb(_) => "0",
            Self::Lines(_) => "1",
        }
    }
}

/// A page of what waits.
#[derive(Debug, Clone)]
pub struct ListedPending {
    pub jurisdiction: String,
    pub pending: Vec<Pending>,
    pub next_page_token: String,
}

/// Asks for the units that have sent a document of a kind and year, and for those that have not.
#[derive(Debug, Clone)]
pub struct ListSubmissions {
    pub unit: UnitName,
    pub kind: DocumentKind,
    pub year: i64,
    pub missing_only: bool,
    pub read_at: ReadAt,
    pub page: Page,
}

/// What a unit has sent.
#[derive(Debug, Clone)]
pub struct Submission {
    pub unit: Unit,
    /// Its document, where it was ever submitted.
    pub place: Option<Place>,
    pub is_missing: bool,
    pub due: Due,
}

/// A page of submissions, and counts of all pages.
#[derive(Debug, Clone)]
pub struct ListedSubmissions {
    pub jurisdiction: String,
    pub submissions: Vec<Submission>,
    pub unit_count: usize,
    pub missing_count: usize,
    pub next_page_token: String,
}

pub async fn list_pending(app: App, call: Call, ask: ListPending) -> Result<Keep<ListedPending>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, jurisdiction) = (app.instance().clone(), ask.page, ask.jurisdiction.clone());
    let after = match start.after.as_slice() {
        [at, document, rank] => at.parse::<i64>().ok().map(|at| (at, document.clone(), rank.clone())),
        _ => None,
    };
    let (unit, of) = (ask.unit, jurisdiction.clone());
    let read = move |view: &mut View<'_>| {
        let standing = view.standing;
        let people: Vec<String> = standing.people().map(str::to_owned).collect();
        let below = unit.as_ref().map(|unit| subtree(view, unit)).transpose()?;
        // What waits for a verb comes before the lines of the same document.
        let behind = after.as_ref().map(|(at, document, _)| (*at, document.clone()));
        let mut found: Vec<(Waits, Place)> = Vec::new();
        let desks = DUTIES.iter().flat_map(|duty| Reviewers::ALL.iter().map(move |reviewers| (duty, *reviewers)));
        for ((state, verb, action), reviewers) in desks {
            let units = both(standing.units_where(*action, reviewers), below.as_deref());
            if units.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            let kinds = DocumentKind::ALL.iter().copied().filter(|kind| kind.reviewers() == reviewers).collect();
            let desk = Desk { state: *state, verb: *verb, kinds, units };
            let places = places::waiting(view, &desk, &people, behind.as_ref(), page.size + 1)?;
            found.extend(places.into_iter().map(|place| (Waits::Verb(*verb), place)));
        }
        let owned = both(standing.units_where(Action::AcknowledgeLines, Reviewers::Finance), below.as_deref());
        found.extend(changed_documents(view, owned.as_deref(), after.as_ref(), page.size + 1)?);
        found.sort_by(|(a, one), (b, other)| {
            (one.arrived_at, &one.document, a.rank()).cmp(&(other.arrived_at, &other.document, b.rank()))
        });
        let key = |(waits, last): &(Waits, Place)| {
            vec![last.arrived_at.to_string(), last.document.clone(), waits.rank().to_owned()]
        };
        let next_page_token = page.cut(&instance, view.revision, &mut found, key)?;
        let deadlines = Deadlines::of(view, found.iter().map(|(_, place)| place))?;
        let pending = found.into_iter().map(|(waits, place)| {
            let of = |verb| deadlines.due((place.kind, place.year, verb), &place.unit, Some(&place), &standing.day);
            let due = waits.verb().map(of).unwrap_or_default();
            Pending { place, waits, due }
        });
        Ok(ListedPending { jurisdiction: of.clone(), pending: pending.collect(), next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, start.read_at, read).await?;
    // It depends on who asks, and on the day.
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

/// The documents of some units with lines to acknowledge, as they wait since their appraisal.
fn changed_documents(
    view: &mut View<'_>,
    units: Option<&[String]>,
    after: Option<&(i64, String, String)>,
    limit: i64,
) -> Result<Vec<(Waits, Place)>> {
    let from = after.map(|(at, document, _)| (*at, document.clone()));
    let mut waiting = changed::waiting(view, units, from.as_ref(), limit + 1)?;
    if let Some((at, document, rank)) = after {
        let told = rank == Waits::Lines(0).rank();
        waiting.retain(|one| !told || (one.changed_at, &one.document) != (*at, document));
    }
    let documents: Vec<String> = waiting.iter().map(|one| one.document.clone()).collect();
    let mut placed: BTreeMap<String, Place> =
        places::of_documents(view, &documents)?.into_iter().map(|place| (place.document.clone(), place)).collect();
    let found = waiting.into_iter().filter_map(|one| {
        let place = placed.remove(&one.document)?;
        Some((Waits::Lines(one.line_count), Place { arrived_at: one.changed_at, ..place }))
    });
    Ok(found.collect())
}

pub async fn list_submissions(app: App, call: Call, ask: ListSubmissions) -> Result<Keep<ListedSubmissions>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, jurisdiction) = (app.instance().clone(), ask.page.clone(), ask.unit.jurisdiction.clone());
    let after = start.after.first().cloned();
    let read = move |view: &mut View<'_>| {
        let standing = view.standing;
        let among =
            both(standing.units_where(Action::ReadDocument, ask.kind.reviewers()), Some(&subtree(view, &ask.unit)?))
                .unwrap_or_default();
        let (fiscal, time_zone) = units::calendar(view.conn, view.jurisdiction)?;
        let owing = units::owing(view, among, fiscal.first_day(ask.year))?;
        let ids: Vec<String> = owing.iter().map(|unit| unit.id.clone()).collect();
        let mut sent: BTreeMap<String, Place> = BTreeMap::new();
        for place in places::of_units(view, &ids, ask.kind, ask.year)? {
            // Of several the one that was sent counts.
            let better = sent.get(&place.unit).is_none_or(|other| other.sent_at.is_none());
            if better {
                sent.insert(place.unit.clone(), place);
            }
        }
        let deadlines = Deadlines::for_kinds(view, (&[ask.kind], &[ask.year]), &sent.values().collect::<Vec<_>>())?;
        let key = (ask.kind, ask.year, Verb::Endorse);
        let mut submissions: Vec<Submission> = owing
            .into_iter()
            .map(|unit| {
                let place = sent.remove(&unit.id);
                let is_missing = place.as_ref().is_none_or(|place| place.sent_at.is_none());
                // What was sent is as late as it was then.
                let sent_on = place.as_ref().and_then(|place| place.sent_at).map(|at| period::day(at, &time_zone));
                let day = sent_on.as_ref().unwrap_or(&standing.day);
                let due = deadlines.due(key, &unit.id, place.as_ref(), day);
                Submission { unit, place, is_missing, due }
            })
            .collect();
        let (unit_count, missing_count) = (submissions.len(), submissions.iter().filter(|one| one.is_missing).count());
        submissions.retain(|one| one.is_missing || !ask.missing_only);
        submissions.retain(|one| after.as_ref().is_none_or(|after| one.unit.id > *after));
        submissions.truncate(usize::try_from(page.size + 1).unwrap_or(usize::MAX));
        let next_page_token =
            page.cut(&instance, view.revision, &mut submissions, |last| vec![last.unit.id.clone()])?;
        let jurisdiction = ask.unit.jurisdiction.clone();
        Ok(ListedSubmissions { jurisdiction, submissions, unit_count, missing_count, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

/// The unit and all below it.
fn subtree(view: &mut View<'_>, unit: &UnitName) -> Result<Vec<String>> {
    let places = units::subtree(view, &unit.unit)?;
    if places.is_empty() {
        return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
    }
    Ok(places.into_iter().map(|(unit, _)| unit).collect())
}

/// What is in both, where none means everything.
fn both(one: Option<Vec<String>>, other: Option<&[String]>) -> Option<Vec<String>> {
    match (one, other) {
        (None, None) => None,
        (Some(units), None) => Some(units),
        (None, Some(units)) => Some(units.to_vec()),
        (Some(units), Some(others)) => {
            let others: BTreeSet<&String> = others.iter().collect();
            Some(units.into_iter().filter(|unit| others.contains(unit)).collect())
        }
    }
}
