//! An estimate with everything that it takes in of the units below, added up as it was fixed; beside that what became of it since.

mod added;
mod since;

use std::collections::BTreeMap;

use added::Added;

use super::actions::{load_header, not_found};
use super::balance::with_below;
use super::model::inclusion::Inclusion;
use super::model::{Amounts, Estimate, Side, Stage, Sum, overflow};
use super::store::summary::Chosen;
use super::store::taken::{self, Placed};
use super::store::{self, LineFilter};
use super::summary::{Eliminated, Ground, GroupBy, Places, Value};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::id::EstimateName;
use crate::organisation::store as units;

/// Asks for a consolidation.
#[derive(Debug, Clone)]
pub struct SummarizeConsolidation {
    pub name: EstimateName,
    pub in_force: bool,
    pub group_by: Vec<GroupBy>,
    pub stages: Vec<Stage>,
    pub filter: LineFilter,
    pub read_at: ReadAt,
}

/// A consolidation with what is needed to show it.
#[derive(Debug)]
pub struct Consolidated {
    pub jurisdiction: String,
    pub revision: i64,
    pub text: i64,
    /// The revision at which what is taken in was fixed; none where nothing is.
    pub fixed: Option<i64>,
    pub ground: Ground,
    pub sums: Folded,
    pub residues: Vec<Residue>,
    pub taken: Vec<Taken>,
    pub missing: Vec<Missing>,
}

/// The rows, their sums by side, and the transfers within.
#[derive(Debug, Default)]
pub struct Folded {
    pub rows: BTreeMap<(Vec<Value>, Side), Consolidation>,
    pub totals: BTreeMap<Side, Consolidation>,
    pub eliminated: Option<Eliminated>,
}

/// The sums of an estimate, and of what it takes in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consolidation {
    pub own: Sum,
    pub included: Sum,
    pub whole: Sum,
    /// Of each line the latest stage that it states.
    pub own_latest: i64,
    pub included_latest: i64,
    pub whole_latest: i64,
}

impl Consolidation {
    /// Adds both parts up.
    fn complete(&mut self) -> Result<()> {
        self.whole = self.own;
        self.whole.add(&self.included, 1)?;
        self.whole_latest = self.own_latest.checked_add(self.included_latest).ok_or_else(overflow)?;
        Ok(())
    }
}

/// A giver and a receiver who do not say the same.
#[derive(Debug, Clone)]
pub struct Residue {
    pub giver: String,
    pub receiver: String,
    pub given: Amounts,
    pub received: Amounts,
    pub residue: Amounts,
    pub has_giver: bool,
    pub has_receiver: bool,
}

/// An estimate that is added up, and what became of it since.
#[derive(Debug, Clone)]
pub struct Taken {
    pub estimate: String,
    pub unit: String,
    /// The id of the estimate that takes it in.
    pub parent: String,
    pub submission: i64,
    pub revision: i64,
    pub state: State,
    /// Submission and revision of the text that was sent last.
    pub latest: Option<(i64, i64)>,
    /// That text minus what is added up: amounts and the number of lines, where they differ.
    pub difference: BTreeMap<Side, (Amounts, i64)>,
}

impl Taken {
    /// Whether a newer version was sent.
    pub fn is_stale(&self) -> bool {
        self.latest.is_some_and(|(submission, _)| submission > self.submission)
    }
}

/// A unit of which nothing is added up.
#[derive(Debug, Clone)]
pub struct Missing {
    pub unit: String,
    pub display_name: String,
    pub estimate: Option<(String, State)>,
    pub is_sent: bool,
    /// The id of the estimate elsewhere that takes it in.
    pub included_in: Option<String>,
}

pub async fn summarize_consolidation(app: App, call: Call, ask: SummarizeConsolidation) -> Result<Keep<Consolidated>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let answer = app.read(&call, &jurisdiction, read_at, move |view| consolidate(view, &ask)).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

fn consolidate(view: &mut View<'_>, ask: &SummarizeConsolidation) -> Result<Consolidated> {
    let name = &ask.name;
    load_header(view, name)?;
    let text = store::find_text(view, &name.estimate, ask.in_force)?.ok_or_else(|| not_found(name))?;
    let parent = store::find_header(&mut view.at(text), &name.estimate)?.ok_or_else(|| not_found(name))?;
    let own = Chosen { estimate: parent.id.clone(), class: 0, at: text };
    let whole = whole(view, &own)?;
    let fixed = whole.iter().filter(|one| one.parent == parent.id).map(|one| one.since).max();
    let mut ground = ground(view, &parent, ask, fixed.unwrap_or(text))?;
    let added = Added::of(view, ask, &mut ground, (&parent, own), &whole)?;
    let (sums, residues) = (added.fold(view, &ground)?, added.residues(view, &ground)?);
    let missing = since::missing(view, &parent, &whole)?;
    let taken = since::taken(view, whole)?;
    let jurisdiction = name.jurisdiction.clone();
    Ok(Consolidated { jurisdiction, revision: view.revision, text, fixed, ground, sums, residues, taken, missing })
}

/// An estimate that is taken in, with the header that it had then.
struct Fixed {
    chosen: Chosen,
    parent: String,
    submission: i64,
    since: i64,
    header: Placed,
}

/// Everything that an estimate takes in at a revision, also by what it takes in, by id.
fn whole(view: &mut View<'_>, own: &Chosen) -> Result<Vec<Fixed>> {
    let chosen = with_below(view, vec![own.clone()])?;
    let inclusions = taken::below(view, &chosen)?;
    let children = inclusions.iter().enumerate();
    let chosen: Vec<Chosen> =
        children.map(|(class, one)| Chosen { estimate: one.child.clone(), class, at: one.revision }).collect();
    let headers = taken::placed(view, &chosen)?;
    if headers.len() != inclusions.len() {
        return Err(Error::bug("an included estimate is gone"));
    }
    let fixed = |((one, chosen), header): ((Inclusion, Chosen), Placed)| {
        let Inclusion { parent, submission, since, .. } = one;
        Fixed { chosen, parent, submission, since, header }
    };
    Ok(inclusions.into_iter().zip(chosen).zip(headers).map(fixed).collect())
}

/// The units as they stood when all was fixed; what is added up is so for everybody, whatever they may see.
fn ground(view: &mut View<'_>, parent: &Estimate, ask: &SummarizeConsolidation, fixed: i64) -> Result<Ground> {
    let year = parent.key.fiscal_year;
    let places = Places::new(units::places(&mut view.at(fixed))?);
    let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
    let top = Some(parent.key.unit.clone());
    let below = places.added(top.as_deref(), false, &calendar.first_day(year));
    let added = BTreeMap::from([(year, below)]);
    Ok(Ground { top, group_by: ask.group_by.clone(), places, added, ..Ground::default() })
}
