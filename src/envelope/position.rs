//! Where an envelope stands in a year: what was issued, passed on, requested, appraised and decided at each unit, and who is to act.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::{get, year_missing};
use super::findings::Above;
use super::model::{Envelope, Said};
use super::store;
use crate::access::store as access;
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::approval::store as approvals;
use crate::budget::latest::{self, Counting, Latest, Wanted};
use crate::budget::model::Estimate;
use crate::commit::View;
use crate::document::state::{State, Verb};
use crate::document::tree::{Place, Tree as Duties};
use crate::error::{Error, Result};
use crate::id::EnvelopeName;
use crate::organisation::store as units;

/// Asks where an envelope stands.
#[derive(Debug, Clone)]
pub struct GetPosition {
    pub name: EnvelopeName,
    pub year: i64,
    pub read_at: ReadAt,
}

/// Where an envelope stands, at its unit and below.
#[derive(Debug, Clone)]
pub struct Position {
    pub name: EnvelopeName,
    pub year: i64,
    pub levels: Vec<Level>,
    pub revision: i64,
}

/// Where it stands at one unit.
#[derive(Debug, Clone)]
pub struct Level {
    pub unit: String,
    pub display_name: String,
    pub depth: usize,
    /// What the unit was issued: the id of the envelope, and what it says.
    pub issued: Option<(String, Said)>,
    pub passed_on: Option<i64>,
    pub sums: Latest,
    pub is_breached: bool,
    pub justification: String,
    /// The unit's own estimate.
    pub estimate: Option<(String, State)>,
    pub next: Option<(Verb, Vec<String>)>,
}

impl Level {
    /// What is neither passed on nor kept.
    pub fn unassigned(&self) -> Option<i64> {
        let (_, said) = self.issued.as_ref()?;
        let rest = said.amount.checked_sub(self.passed_on.unwrap_or_default())?;
        rest.checked_sub(said.retained.unwrap_or_default())
    }

    /// How far the latest figure is above what was issued.
    pub fn gap(&self) -> Option<i64> {
        self.issued.as_ref().and_then(|(_, said)| self.sums.latest.checked_sub(said.amount))
    }
}

pub async fn get_position(app: App, call: Call, ask: GetPosition) -> Result<Keep<Position>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let answer = app.read(&call, &jurisdiction, read_at, move |view| position(view, &ask)).await?;
    // Who is to act depends on who holds which function today.
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

/// The units of a position, in the order in which they are shown.
struct Tree {
    places: BTreeMap<String, units::Place>,
    above: Above,
    /// Who reviews and approves for whom.
    duties: Duties,
}

impl Tree {
    /// A unit and those of some units that stand below it, each right after the one above it.
    fn ordered(&self, top: &str, among: &BTreeSet<String>) -> Vec<(String, usize)> {
        let path = |unit: &String| {
            let mut path: Vec<&str> = self.above.chain(unit).take_while(|above| *above != top).collect();
            path.reverse();
            path.push(unit);
            let names = path.into_iter().map(|unit| (self.name(unit), unit.to_owned()));
            names.map(|(name, unit)| (name.to_owned(), unit)).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = among.iter().map(|unit| (path(unit), unit.clone())).collect();
        found.sort();
        let below = found.into_iter().map(|(path, unit)| (unit, path.len()));
        std::iter::once((top.to_owned(), 0)).chain(below).collect()
    }

    fn name(&self, unit: &str) -> &str {
        self.places.get(unit).map_or("", |place| place.display_name.as_str())
    }

    fn is_below(&self, unit: &str, top: &str) -> bool {
        self.above.chain(unit).any(|above| above == top)
    }
}

fn position(view: &mut View<'_>, ask: &GetPosition) -> Result<Position> {
    let envelope = get(view, &ask.name)?;
    if !envelope.amounts.contains_key(&ask.year) {
        return Err(Error::Refused(vec![year_missing(&ask.name, ask.year, "fiscal_year".to_owned())]));
    }
    let places = units::places(view)?;
    let above = Above::new(places.clone());
    let places = places.into_iter().map(|place| (place.unit.clone(), place)).collect();
    let duties = access::tree(view.conn, view.jurisdiction, view.revision, &view.standing.day)?;
    let tree = Tree { places, above, duties };
    let alike = store::alike(view, (envelope.kind, &envelope.selector.digest()), ask.year)?;
    let filter = envelope.selector.filter();
    let wanted = Wanted { unit: &envelope.unit, year: ask.year, filter: &filter, counting: Counting::Working };
    let sums = latest::by_unit(view, &wanted)?;
    let shown = shown(view, &tree, &envelope, &alike);
    let mut levels = Vec::with_capacity(shown.len());
    for (unit, depth) in tree.ordered(&envelope.unit, &shown) {
        let mut whole = Latest::default();
        for (_, own) in sums.iter().filter(|(other, _)| **other == unit || tree.is_below(other, &unit)) {
            whole.add(own)?;
        }
        levels.push(level(view, &tree, (&unit, depth), &alike, (whole, ask.year))?);
    }
    Ok(Position { name: ask.name.clone(), year: ask.year, levels, revision: view.revision })
}

/// The units below that were issued a part, and those directly below; as far as the caller may know of their documents.
fn shown(view: &View<'_>, tree: &Tree, envelope: &Envelope, alike: &[Envelope]) -> BTreeSet<String> {
    let issued = alike.iter().map(|other| &other.unit).filter(|unit| tree.is_below(unit, &envelope.unit));
    let direct = tree.places.values().filter(|place| place.parent.as_ref() == Some(&envelope.unit));
    let all = issued.chain(direct.map(|place| &place.unit));
    all.filter(|unit| view.standing.sees(unit)).cloned().collect()
}

fn level(
    view: &mut View<'_>,
    tree: &Tree,
    (unit, depth): (&str, usize),
    alike: &[Envelope],
    (sums, year): (Latest, i64),
) -> Result<Level> {
    let held = alike.iter().find(|other| other.unit == unit);
    let issued = held.and_then(|held| Some((held.id.clone(), *held.amounts.get(&year)?)));
    let is_breached = match (held, &issued) {
        (Some(held), Some((_, said))) => held.kind.is_breached(said.amount, sums.latest),
        _ => false,
    };
    let passed_on = match held {
        Some(_) => Some(tree.above.passed_on(unit, alike, year)?.unwrap_or_default()),
        None => None,
    };
    let estimate = latest::holding(view, unit, year)?;
    let justification = match (held, &estimate) {
        (Some(held), Some(estimate)) if is_breached => justified(view, estimate, held.kind.rule())?,
        _ => String::new(),
    };
    let place = tree.duties.place(unit);
    Ok(Level {
        unit: unit.to_owned(),
        display_name: tree.name(unit).to_owned(),
        depth,
        issued,
        passed_on,
        sums,
        is_breached,
        justification,
        next: next(estimate.as_ref(), unit, place),
        estimate: estimate.map(|estimate| (estimate.id, estimate.state)),
    })
}

fn justified(view: &mut View<'_>, estimate: &Estimate, rule: &str) -> Result<String> {
    let submitted = approvals::last_submit(view, &estimate.document())?;
    let given = submitted.into_iter().flat_map(|step| step.justifications).find(|given| given.rule == rule);
    Ok(given.map(|given| given.text).unwrap_or_default())
}

/// What is to be done next with the estimate of a unit, and whose people do it.
fn next(estimate: Option<&Estimate>, unit: &str, place: Place) -> Option<(Verb, Vec<String>)> {
    let firsts = |chains: Vec<Vec<String>>| chains.into_iter().filter_map(|chain| chain.into_iter().next()).collect();
    let own = || vec![unit.to_owned()];
    match estimate.map(|estimate| estimate.state) {
        None | Some(State::Draft | State::Cancelled) => Some((Verb::Submit, own())),
        Some(State::Submitted) => Some((Verb::Endorse, own())),
        Some(State::Endorsed) => Some((Verb::Appraise, firsts(place.reviewing))),
        Some(State::Appraised) => Some((Verb::Approve, firsts(place.approving))),
        Some(State::Approved | State::Closed) => None,
    }
}
