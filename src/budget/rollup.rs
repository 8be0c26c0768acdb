//! Adds up the lines of many estimates: gathers what the folding in `summary` needs, and asks the store for the sums.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use super::batch;
use super::model::{Kind, Stage};
use super::store::LineFilter;
use super::store::summary::{self as store, Chosen, Sums};
use super::summary::{Attribute, Basis, Class, Ground, GroupBy, Header, Part, Places, Summary, Tree, choose};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::classification::store as codes;
use crate::commit::View;
use crate::error::{Error, Result};
use crate::id::UnitName;
use crate::organisation::store as units;

/// Asks for a roll-up.
#[derive(Debug, Clone)]
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
    pub read_at: ReadAt,
}

/// A roll-up with what is needed to show it.
#[derive(Debug)]
pub struct Summarized {
    pub jurisdiction: String,
    pub revision: i64,
    pub estimate_count: usize,
    pub ground: Ground,
    pub summary: Summary,
}

pub async fn summarize_budget(app: App, call: Call, ask: SummarizeBudget) -> Result<Keep<Summarized>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let answer = app.read(&call, &jurisdiction, read_at, move |view| summarize(view, &ask)).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

fn summarize(view: &mut View<'_>, ask: &SummarizeBudget) -> Result<Summarized> {
    let mut ground = ground(view, ask)?;
    let chosen = chosen(view, ask, &ground)?;
    let classed = classify(&mut ground, &chosen);
    for class in &ground.classes {
        for dimension in ask.group_by.iter().filter_map(|by| by.attribute.dimension()) {
            let key = (class.scheme.clone(), dimension);
            if let Entry::Vacant(place) = ground.trees.entry(key) {
                place.insert(Tree::new(codes::tree(view, &class.scheme, dimension)?));
            }
        }
    }
    let parts = add_up(view, ask, &chosen, &classed)?;
    let summary = ground.fold(&parts)?;
    let (jurisdiction, revision) = (ask.jurisdiction.clone(), view.revision);
    Ok(Summarized { jurisdiction, revision, estimate_count: chosen.len(), ground, summary })
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

/// Sorts the estimates into classes; gives the class of each.
fn classify(ground: &mut Ground, chosen: &[Header]) -> Vec<usize> {
    let mut numbers: BTreeMap<Class, usize> = BTreeMap::new();
    let mut classed = Vec::with_capacity(chosen.len());
    for header in chosen {
        let class = ground.class_of(header);
        let next = numbers.len();
        let number = *numbers.entry(class.clone()).or_insert(next);
        if number == ground.classes.len() {
            ground.classes.push(class);
        }
        classed.push(number);
    }
    classed
}

/// The sums; where the filter has subtrees of codes, each scheme is asked with its own codes.
fn add_up(view: &mut View<'_>, ask: &SummarizeBudget, chosen: &[Header], classed: &[usize]) -> Result<Vec<Part>> {
    let with_subtrees = ask.filter.codes.iter().any(|codes| !codes.subtrees.is_empty());
    let mut by_scheme: BTreeMap<&str, Vec<Chosen>> = BTreeMap::new();
    for (header, class) in chosen.iter().zip(classed) {
        let scheme = if with_subtrees { header.scheme.as_str() } else { "" };
        let at = header.text(ask.basis, view.revision);
        by_scheme.entry(scheme).or_default().push(Chosen { estimate: header.estimate.clone(), class: *class, at });
    }
    let attributes: Vec<Attribute> = ask.group_by.iter().map(|by| by.attribute).collect();
    let mut parts = Vec::new();
    for (scheme, chosen) in by_scheme {
        let mut filter = ask.filter.clone();
        if with_subtrees {
            batch::expand_subtrees(view, scheme, &mut filter)?;
        }
        let sums = Sums { chosen: &chosen, attributes: &attributes, stages: &ask.stages, filter: &filter };
        parts.extend(store::add_up(view, &sums)?);
    }
    Ok(parts)
}
