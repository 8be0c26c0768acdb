//! What became of the estimates of a consolidation after they were taken in, and the units of which nothing is.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fixed, Missing, Taken};
use crate::budget::included::{SENT, is_same_kind};
use crate::budget::model::{Amounts, Estimate, Kind, Side, Sum};
use crate::budget::store::summary::{Chosen, Rows, Sums, add_up, headers};
use crate::budget::store::taken::{Placed, placed};
use crate::budget::store::{LineFilter, inclusions};
use crate::budget::summary::{Header, difference};
use crate::commit::View;
use crate::document::state::State;
use crate::error::Result;
use crate::organisation::store as units;

/// Beside each estimate that is taken in where it stands now, what was sent of it since, and how far that is from what is added up.
pub fn taken(view: &mut View<'_>, whole: Vec<Fixed>) -> Result<Vec<Taken>> {
    let now = view.revision;
    let chosen: Vec<Chosen> = whole.iter().map(|one| Chosen { at: now, ..one.chosen.clone() }).collect();
    let placed_now: BTreeMap<usize, Placed> =
        placed(view, &chosen)?.into_iter().map(|header| (header.place, header)).collect();
    // While an amendment is drafted, what was sent up is the text in force.
    let amended = placed_now.values().filter(|header| !SENT.contains(&header.state));
    let amended: Vec<Chosen> = amended
        .filter_map(|header| Some(Chosen { at: header.in_force?, ..whole.get(header.place)?.chosen.clone() }))
        .collect();
    let in_force: BTreeMap<usize, Placed> =
        placed(view, &amended)?.into_iter().map(|header| (header.place, header)).collect();
    let mut found = Vec::with_capacity(whole.len());
    let mut moved = Vec::new();
    for (place, one) in whole.into_iter().enumerate() {
        let current = placed_now.get(&place);
        let sent = current.filter(|header| SENT.contains(&header.state)).or_else(|| in_force.get(&place));
        let latest = sent.map(|header| (header.submission, header.revision));
        if let Some((_, revision)) = latest.filter(|(_, revision)| *revision != one.header.revision)
            && view.standing.sees(&one.header.unit)
        {
            moved.push((one.chosen.clone(), Chosen { at: revision, ..one.chosen.clone() }));
        }
        found.push(Taken {
            estimate: one.chosen.estimate,
            unit: one.header.unit,
            parent: one.parent,
            submission: one.submission,
            revision: one.header.revision,
            // What was taken in once and is there no more was deleted as a draft.
            state: current.map_or(State::Cancelled, |header| header.state),
            latest,
            difference: BTreeMap::new(),
        });
    }
    for (place, difference) in differences(view, moved)? {
        if let Some(one) = found.get_mut(place) {
            one.difference = difference;
        }
    }
    Ok(found)
}

type Difference = BTreeMap<Side, (Amounts, i64)>;

/// The later text minus the earlier one, by place and side.
fn differences(view: &mut View<'_>, moved: Vec<(Chosen, Chosen)>) -> Result<BTreeMap<usize, Difference>> {
    let (then, now): (Vec<Chosen>, Vec<Chosen>) = moved.into_iter().unzip();
    let (then, now) = (by_place(view, &then)?, by_place(view, &now)?);
    let mut found: BTreeMap<usize, Difference> = BTreeMap::new();
    let keys: BTreeSet<&(usize, Side)> = then.keys().chain(now.keys()).collect();
    for key in keys {
        let [old, new] = [&then, &now].map(|sums| sums.get(key).copied().unwrap_or_default());
        let mut amounts = difference(&new.amounts(), &old.amounts())?;
        amounts.0.iter_mut().for_each(|amount| *amount = amount.filter(|amount| *amount != 0));
        let lines = new.line_count - old.line_count;
        if amounts != Amounts::default() || lines != 0 {
            found.entry(key.0).or_default().insert(key.1, (amounts, lines));
        }
    }
    Ok(found)
}

fn by_place(view: &mut View<'_>, chosen: &[Chosen]) -> Result<BTreeMap<(usize, Side), Sum>> {
    let filter = LineFilter::default();
    let sums = Sums { chosen, rows: Rows::All, attributes: &[], stages: &[], filter: &filter, latest: false };
    let mut found: BTreeMap<(usize, Side), Sum> = BTreeMap::new();
    for (cell, sum) in add_up(view, &sums)? {
        found.entry((cell.class, cell.side)).or_default().add(&sum, 1)?;
    }
    Ok(found)
}

/// The units below that owe an estimate of the year and kind, and of which none is taken in; of those that the caller may know of.
pub fn missing(view: &mut View<'_>, parent: &Estimate, whole: &[Fixed]) -> Result<Vec<Missing>> {
    let year = parent.key.fiscal_year;
    let present: BTreeSet<&String> = whole.iter().map(|one| &one.header.unit).chain([&parent.key.unit]).collect();
    let below = units::subtree(view, &parent.key.unit)?.into_iter().map(|(unit, _)| unit);
    let below: Vec<String> = below.filter(|unit| !present.contains(unit) && view.standing.sees(unit)).collect();
    if below.is_empty() {
        return Ok(Vec::new());
    }
    let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
    let owing = units::owing(view, below.clone(), calendar.first_day(year))?;
    let mut theirs: BTreeMap<String, Header> = BTreeMap::new();
    for header in headers(view, &[year], &below)? {
        if header.state == State::Cancelled || !is_same_kind(parent.key.kind, header.kind) {
            continue;
        }
        // Of several the one that was sent, and of these the one that holds.
        let rank = |header: &Header| (is_sent(header), header.kind == Kind::Redone, header.sequence);
        if theirs.get(&header.unit).is_none_or(|other| rank(other) < rank(&header)) {
            theirs.insert(header.unit.clone(), header);
        }
    }
    let ids: Vec<String> = theirs.values().map(|header| header.estimate.clone()).collect();
    let elsewhere = inclusions::including(view, &ids)?;
    let elsewhere: BTreeMap<String, String> = elsewhere.into_iter().map(|one| (one.child, one.parent)).collect();
    let missing = owing.into_iter().map(|unit| {
        let header = theirs.get(&unit.id);
        Missing {
            estimate: header.map(|header| (header.estimate.clone(), header.state)),
            is_sent: header.is_some_and(is_sent),
            included_in: header.and_then(|header| elsewhere.get(&header.estimate).cloned()),
            unit: unit.id,
            display_name: unit.display_name,
        }
    });
    let owes = |one: &Missing| parent.key.kind != Kind::Supplement || one.estimate.is_some();
    Ok(missing.filter(owes).collect())
}

fn is_sent(header: &Header) -> bool {
    SENT.contains(&header.state) || header.in_force.is_some()
}
