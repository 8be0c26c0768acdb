//! What units ask for and get in a year, as a roll-up of their whole subtrees: by unit, and of each line the latest stage.
//!
//! The sums are those of `rollup`; what differs is which estimates count, and that nobody's eyes narrow them: an estimate is not judged
//! otherwise because of who submits it.

use std::collections::BTreeMap;

use super::model::{Estimate, Kind, Stage, Sum, overflow};
use super::rollup::{SummarizeBudget, add_up, classify};
use super::store::LineFilter;
use super::store::summary::{self as store, Chosen, Rows};
use super::summary::{Attribute, Basis, Cells, Ground, GroupBy, Header, Places, choose};
use crate::app::ReadAt;
use crate::commit::View;
use crate::document::state::State;
use crate::error::Result;
use crate::organisation::store as units;

/// Which estimates of the subtree count.
#[derive(Debug, Clone, Copy)]
pub enum Counting<'a> {
    /// The latest text of each.
    Working,
    /// What was sent up, or is in force while an amendment is drafted; and this one whatever its state.
    Sent(&'a str),
}

/// What is added up.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The unit at the top.
    pub unit: &'a str,
    /// The fiscal year.
    pub year: i64,
    /// Which lines count.
    pub filter: &'a LineFilter,
    /// Which estimates count.
    pub counting: Counting<'a>,
}

/// The sums of one or more units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latest {
    /// What is requested; none where no line says it.
    pub requested: Option<i64>,
    /// What is appraised.
    pub appraised: Option<i64>,
    /// What is decided.
    pub decided: Option<i64>,
    /// Of each line the latest of the three.
    pub latest: i64,
}

impl Latest {
    /// Adds the sums of other units.
    pub fn add(&mut self, other: &Self) -> Result<()> {
        let stages = [
            (&mut self.requested, other.requested),
            (&mut self.appraised, other.appraised),
            (&mut self.decided, other.decided),
        ];
        for (here, there) in stages {
            if let Some(there) = there {
                *here = Some(here.unwrap_or_default().checked_add(there).ok_or_else(overflow)?);
            }
        }
        self.latest = self.latest.checked_add(other.latest).ok_or_else(overflow)?;
        Ok(())
    }
}

/// A unit, and for transfers the unit at the other end.
pub type Flow = (String, Option<String>);

/// The sums of every unit of the subtree that has lines which count; transfers within it are left out.
pub fn by_unit(view: &mut View<'_>, wanted: &Wanted<'_>) -> Result<BTreeMap<String, Latest>> {
    let gathered = Gathered::of(view, wanted)?;
    let mut found: BTreeMap<String, Latest> = BTreeMap::new();
    for ((unit, other), latest) in gathered.flows(view)? {
        if !other.is_some_and(|other| gathered.is_inside(&other)) {
            found.entry(unit).or_default().add(&latest)?;
        }
    }
    Ok(found)
}

/// The same with what is transferred, by the unit at its other end.
pub fn flows(view: &mut View<'_>, wanted: &Wanted<'_>) -> Result<BTreeMap<Flow, Latest>> {
    Gathered::of(view, wanted)?.flows(view)
}

/// The sums of the whole subtree.
pub fn whole(view: &mut View<'_>, wanted: &Wanted<'_>) -> Result<Latest> {
    let mut whole = Latest::default();
    for latest in by_unit(view, wanted)?.values() {
        whole.add(latest)?;
    }
    Ok(whole)
}

/// What one roll-up after the other is made of.
struct Gathered {
    ask: SummarizeBudget,
    ground: Ground,
    counted: Vec<(String, Chosen)>,
}

impl Gathered {
    fn of(view: &mut View<'_>, wanted: &Wanted<'_>) -> Result<Self> {
        let ask = SummarizeBudget {
            jurisdiction: view.jurisdiction.to_owned(),
            unit: Some(wanted.unit.to_owned()),
            unit_only: false,
            fiscal_years: vec![wanted.year],
            kinds: Vec::new(),
            series: String::new(),
            group_by: vec![GroupBy { attribute: Attribute::Unit, level: 0 }],
            stages: Vec::new(),
            basis: Basis::Working,
            filter: wanted.filter.clone(),
            latest: false,
            read_at: ReadAt::Head,
        };
        let places = Places::new(units::places(view)?);
        let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
        let below = places.added(Some(wanted.unit), false, &calendar.first_day(wanted.year));
        let units: Vec<String> = below.iter().cloned().collect();
        let mut headers = store::headers(view, &[wanted.year], &units)?;
        headers.retain(|header| below.contains(&header.unit) && counts(header, wanted.counting));
        let added = BTreeMap::from([(wanted.year, below)]);
        let (top, group_by) = (ask.unit.clone(), ask.group_by.clone());
        let mut ground = Ground { top, group_by, places, added, ..Ground::default() };
        let chosen = choose(headers, &[], "", Basis::Working);
        let texts: Vec<i64> = chosen.iter().map(|header| text(header, wanted.counting, view.revision)).collect();
        let mut counted = classify(&mut ground, chosen, ask.basis, view.revision);
        for ((_, one), at) in counted.iter_mut().zip(texts) {
            one.at = at;
        }
        Ok(Self { ask, ground, counted })
    }

    /// The sums by unit and other end.
    fn flows(&self, view: &mut View<'_>) -> Result<BTreeMap<Flow, Latest>> {
        let all = self.sums(view, &[Stage::Requested, Stage::Appraised, Stage::Decided], &[])?;
        let mut found: BTreeMap<Flow, Latest> = BTreeMap::new();
        for (flow, sum) in &all {
            let of = sum.amounts();
            let decided = of.get(Stage::Decided);
            let (requested, appraised) = (of.get(Stage::Requested), of.get(Stage::Appraised));
            let latest = Latest { requested, appraised, decided, latest: decided.unwrap_or_default() };
            found.insert(flow.clone(), latest);
        }
        // Lines that say no later stage count by the one before.
        let fallbacks: [(Stage, &[Stage]); 2] =
            [(Stage::Appraised, &[Stage::Decided]), (Stage::Requested, &[Stage::Decided, Stage::Appraised])];
        for (stage, later) in fallbacks {
            let all_state_one = |sum: &Sum| later.iter().any(|later| sum.counts[*later as usize] == sum.line_count);
            if all.values().all(all_state_one) {
                break;
            }
            for (flow, sum) in self.sums(view, &[stage], later)? {
                let more = sum.amounts().get(stage).unwrap_or_default();
                let entry = found.entry(flow).or_default();
                entry.latest = entry.latest.checked_add(more).ok_or_else(overflow)?;
            }
        }
        Ok(found)
    }

    fn is_inside(&self, unit: &String) -> bool {
        self.ground.added.values().any(|added| added.contains(unit))
    }

    /// Adds some stages up by unit and other end, over the lines that state none of others.
    fn sums(&self, view: &mut View<'_>, stages: &[Stage], unset: &[Stage]) -> Result<BTreeMap<Flow, Sum>> {
        let filter = LineFilter { unset_stages: unset.to_vec(), ..self.ask.filter.clone() };
        let ask = SummarizeBudget { stages: stages.to_vec(), filter, ..self.ask.clone() };
        let mut cells = Cells::default();
        cells.add(add_up(view, &ask, self.counted.clone(), Rows::All)?, 1)?;
        let mut found: BTreeMap<Flow, Sum> = BTreeMap::new();
        for (cell, sum) in cells.0 {
            let class = self.ground.classes.get(cell.class);
            let unit = class.map(|class| class.unit.clone()).unwrap_or_default();
            found.entry((unit, cell.counterpart)).or_default().add(&sum, 1)?;
        }
        Ok(found)
    }
}

fn was_sent(header: &Header) -> bool {
    matches!(header.state, State::Endorsed | State::Appraised | State::Approved | State::Closed)
}

fn counts(header: &Header, counting: Counting<'_>) -> bool {
    match counting {
        Counting::Working => true,
        Counting::Sent(tested) => header.estimate == tested || was_sent(header) || header.in_force.is_some(),
    }
}

/// The revision whose text counts. While an amendment is drafted, what was sent up is the text in force.
fn text(header: &Header, counting: Counting<'_>, revision: i64) -> i64 {
    match counting {
        Counting::Sent(tested) if header.estimate != tested && !was_sent(header) => header.in_force.unwrap_or(revision),
        Counting::Sent(_) | Counting::Working => revision,
    }
}

/// The estimate of a unit that holds for a year: that of the redone budget before the annual one; none where there is none.
pub fn holding(view: &mut View<'_>, unit: &str, year: i64) -> Result<Option<Estimate>> {
    let mut headers = store::headers(view, &[year], &[unit.to_owned()])?;
    headers.retain(|header| header.unit == unit && header.kind != Kind::Supplement);
    let chosen = choose(headers, &[], "", Basis::Working);
    match chosen.first() {
        Some(header) => super::store::find_header(view, &header.estimate),
        None => Ok(None),
    }
}
