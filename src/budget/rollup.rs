//! Adds up the lines of many estimates: gathers what the folding in `summary` needs, and asks the store for the sums.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::Arc;

use super::expand;
use super::model::{Kind, Stage};
use super::rolled::{Rolled, Rolls};
use super::store::LineFilter;
use super::store::summary::{self as store, Chosen, Rows, Sums};
use super::summary::{Attribute, Basis, Cells, Class, Ground, GroupBy, Header, Part, Places, Summary, Tree, choose};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::classification::store as codes;
use crate::commit::View;
use crate::error::{Error, Result};
use crate::id::UnitName;
use crate::organisation::store as units;

/// Asks for a roll-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SummarizeBudget {
    pub jurisdiction: String,
    /// The id of the unit at the top; none means all units.
    pub unit: Option<String>,
    pub unit_only: bool,
    pub fiscal_years: Vec<i64>,
    pub kinds: Vec<Kind>,
    pub series: String,
    pub group_by: Vec<GroupBy>,
    pub stages: Vec<Stage>,
    pub basis: Basis,
    pub filter: LineFilter,
    /// As the stage decided the latest that each line states.
    pub latest: bool,
    pub read_at: ReadAt,
}

/// A roll-up with what is needed to show it.
#[derive(Debug)]
pub struct Summarized {
    pub jurisdiction: String,
    pub revision: i64,
    pub estimate_count: usize,
    pub ground: Arc<Ground>,
    pub summary: Summary,
}

pub async fn summarize_budget(app: App, call: Call, ask: SummarizeBudget) -> Result<Keep<Summarized>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let rolls = app.shelf().of::<Rolls>();
    let answer = app.read(&call, &jurisdiction, read_at, move |view| summarize(view, &ask, &rolls)).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The roll-up as the view has it; at the head from what is kept, where that serves.
pub fn summarize(view: &mut View<'_>, ask: &SummarizeBudget, rolls: &Rolls) -> Result<Summarized> {
    let is_head = ask.read_at == ReadAt::Head;
    if is_head && let Some(answer) = rolls.answer(view, ask) {
        return answer;
    }
    let rolled = roll(view, ask)?;
    let answer = rolled.answer(ask)?;
    if is_head {
        rolls.keep(ask, view.standing.visibility, rolled);
    }
    Ok(answer)
}

/// Adds everything up.
fn roll(view: &mut View<'_>, ask: &SummarizeBudget) -> Result<Rolled> {
    let mut ground = ground(view, ask)?;
    let chosen = chosen(view, ask, &ground)?;
    let estimate_count = chosen.len();
    let counted = classify(&mut ground, chosen, ask.basis, view.revision);
    for class in ground.classes.clone() {
        load_trees(view, &mut ground, &class)?;
    }
    let mut cells = Cells::default();
    cells.add(add_up(view, ask, counted, Rows::All)?, 1)?;
    Ok(Rolled { revision: view.revision, ground: Arc::new(ground), estimate_count, cells })
}

/// Reads the trees of codes that the folding of a class needs, where they are not there yet.
pub fn load_trees(view: &mut View<'_>, ground: &mut Ground, class: &Class) -> Result<()> {
    for dimension in ground.group_by.iter().filter_map(|by| by.attribute.dimension()) {
        if let Entry::Vacant(place) = ground.trees.entry((class.scheme.clone(), dimension)) {
            place.insert(Tree::new(codes::tree(view, &class.scheme, dimension)?));
        }
    }
    Ok(())
}

/// The units, and which of them are added up in each year.
fn ground(view: &mut View<'_>, ask: &SummarizeBudget) -> Result<Ground> {
    let places = Places::new(units::places(view)?);
    if let Some(unit) = ask.unit.as_ref().filter(|unit| !places.contains(unit)) {
        let name = UnitName { jurisdiction: ask.jurisdiction.clone(), unit: unit.clone() };
        return Err(Error::NotFound { kind: "Unit", name: name.to_string() });
    }
    let calendar = units::fiscal_calendar(view.conn, &ask.jurisdiction)?;
    let mut added = BTreeMap::new();
    for year in &ask.fiscal_years {
        let mut units = places.added(ask.unit.as_deref(), ask.unit_only, &calendar.first_day(*year));
        // What may not be known is added up nowhere, and counts for no transfer.
        if let Some(visible) = view.standing.visible() {
            units.retain(|unit| visible.binary_search(unit).is_ok());
        }
        added.insert(*year, units);
    }
    Ok(Ground { top: ask.unit.clone(), group_by: ask.group_by.clone(), places, added, ..Ground::default() })
}

/// The estimates that count.
fn chosen(view: &mut View<'_>, ask: &SummarizeBudget, ground: &Ground) -> Result<Vec<Header>> {
    let units: BTreeSet<&String> = ground.added.values().flatten().collect();
    let units: Vec<String> = units.into_iter().cloned().collect();
    let mut headers = store::headers(view, &ask.fiscal_years, &units)?;
    headers.retain(|header| ground.added.get(&header.fiscal_year).is_some_and(|added| added.contains(&header.unit)));
    Ok(choose(headers, &ask.kinds, &ask.series, ask.basis))
}

/// Sorts the estimates into classes; gives each as it counts, with its scheme.
pub fn classify(ground: &mut Ground, chosen: Vec<Header>, basis: Basis, revision: i64) -> Vec<(String, Chosen)> {
    let mut numbers: BTreeMap<Class, usize> = BTreeMap::new();
    let mut counted = Vec::with_capacity(chosen.len());
    for header in chosen {
        let class = ground.class_of(&header);
        let next = numbers.len();
        let number = *numbers.entry(class.clone()).or_insert(next);
        if number == ground.classes.len() {
            ground.classes.push(class);
        }
        let at = header.text(basis, revision);
        counted.push((header.scheme, Chosen { estimate: header.estimate, class: number, at }));
    }
    counted
}

/// The sums of some estimates; where the filter has subtrees of codes or fields, each scheme is asked with its own codes.
pub fn add_up(
    view: &mut View<'_>,
    ask: &SummarizeBudget,
    counted: Vec<(String, Chosen)>,
    rows: Rows,
) -> Result<Vec<Part>> {
    let needs_scheme = ask.filter.needs_scheme();
    let mut by_scheme: BTreeMap<String, Vec<Chosen>> = BTreeMap::new();
    for (scheme, chosen) in counted {
        let scheme = if needs_scheme { scheme } else { String::new() };
        by_scheme.entry(scheme).or_default().push(chosen);
    }
    let attributes: Vec<Attribute> = ask.group_by.iter().map(|by| by.attribute).collect();
    let mut parts = Vec::new();
    for (scheme, chosen) in by_scheme {
        let mut filter = ask.filter.clone();
        if needs_scheme {
            expand::expand_codes(view, &scheme, &mut filter)?;
        }
        let (chosen, stages, latest) = (chosen.as_slice(), ask.stages.as_slice(), ask.latest);
        let sums = Sums { chosen, rows, attributes: &attributes, stages, filter: &filter, latest };
        parts.extend(store::add_up(view, &sums)?);
    }
    Ok(parts)
}
