//! Reads indicators over the units of a subtree: the plans that have them, their parts, the reports; a few statements however many units.

use std::collections::{BTreeMap, BTreeSet};

use super::model::rollup::{Ground, Part, RolledUp, Source, Sum, roll_up};
use super::model::rules;
use super::model::{Content, Indicator, Item, Kind, Plan};
use super::store::{self, Wanted};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::summary::Places;
use crate::commit::View;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::id::UnitName;
use crate::organisation::store as units;

/// Asks for indicators over a subtree.
#[derive(Debug, Clone)]
pub struct SummarizeIndicators {
    pub jurisdiction: String,
    pub unit: Option<String>,
    pub kind: Kind,
    pub codes: Vec<String>,
    /// The first and the last year.
    pub span: (i64, i64),
    pub read_at: ReadAt,
    pub page: Page,
}

/// The values, and a page of what they rest on.
#[derive(Debug, Clone)]
pub struct SummarizedIndicators {
    pub jurisdiction: String,
    pub sums: Vec<Sum>,
    pub parts: Vec<Part>,
    pub unit_count: usize,
    pub revision: i64,
    pub next_page_token: String,
}

pub async fn summarize_indicators(
    app: App,
    call: Call,
    ask: SummarizeIndicators,
) -> Result<Keep<SummarizedIndicators>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, read_at, jurisdiction) = (app.instance().clone(), start.read_at, ask.jurisdiction.clone());
    let begin: usize = start.after.first().and_then(|offset| offset.parse().ok()).unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let asked = asked(view, &ask)?;
        let RolledUp { sums, mut parts } = rolled(view, &ask, &asked)?;
        let place = |end| vec![end];
        let next_page_token = ask.page.part(&instance, view.revision, &mut parts, (begin, place))?;
        let (jurisdiction, unit_count, revision) = (ask.jurisdiction.clone(), asked.units.len(), view.revision);
        Ok(SummarizedIndicators { jurisdiction, sums, parts, unit_count, revision, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The units that are asked, and the unit above each.
struct Asked {
    units: BTreeSet<String>,
    above: BTreeMap<String, String>,
}

impl Asked {
    fn depth(&self, unit: &str) -> usize {
        std::iter::successors(self.above.get(unit), |above| self.above.get(*above)).count()
    }
}

fn asked(view: &mut View<'_>, ask: &SummarizeIndicators) -> Result<Asked> {
    let places = units::places(view)?;
    let top = ask.unit.as_deref();
    let above = places.iter().filter(|place| Some(place.unit.as_str()) != top);
    let above = above.filter_map(|place| Some((place.unit.clone(), place.parent.clone()?))).collect();
    let places = Places::new(places);
    if let Some(unit) = ask.unit.as_ref().filter(|unit| !places.contains(unit)) {
        let name = UnitName { jurisdiction: ask.jurisdiction.clone(), unit: unit.clone() };
        return Err(Error::NotFound { kind: "Unit", name: name.to_string() });
    }
    let first_day = units::fiscal_calendar(view.conn, &ask.jurisdiction)?.first_day(ask.span.0);
    let mut units = places.added(top, false, &first_day);
    if let Some(visible) = view.standing.visible_for(ask.kind.reviewers()) {
        units.retain(|unit| visible.binary_search(unit).is_ok());
    }
    Ok(Asked { units, above })
}

/// Reads level by level: the indicators with the codes, those that they are computed from, and by the codes of these the same again.
fn rolled(view: &mut View<'_>, ask: &SummarizeIndicators, asked: &Asked) -> Result<RolledUp> {
    let mut plans: BTreeMap<String, Source> = BTreeMap::new();
    let mut codes: BTreeSet<String> = ask.codes.iter().cloned().collect();
    let mut fresh = ask.codes.clone();
    while !fresh.is_empty() {
        let found = store::coded_indicators(view, ask.kind, &fresh)?;
        take(view, &mut plans, found, ask, asked)?;
        with_parts(view, &mut plans)?;
        fresh = part_codes(&plans).into_iter().filter(|code| codes.insert(code.clone())).collect();
    }
    for (plan, actual) in store::actuals_of_many(view, &reported(&plans), ask.span)? {
        if let Some(source) = plans.get_mut(&plan) {
            source.actuals.push(actual);
        }
    }
    let mut sources: Vec<Source> = plans.into_values().collect();
    sources.sort_by_cached_key(|source| {
        (asked.depth(&source.unit), source.unit.clone(), source.years, source.plan.clone())
    });
    Ok(roll_up(&Ground { sources: &sources, above: &asked.above, span: ask.span }, &ask.codes))
}

/// Puts indicators to their plans, where these are of the units that are asked and have one of the years.
fn take(
    view: &mut View<'_>,
    plans: &mut BTreeMap<String, Source>,
    found: Vec<(Plan, Item)>,
    ask: &SummarizeIndicators,
    asked: &Asked,
) -> Result<()> {
    let mut headers: BTreeMap<&str, &Plan> = BTreeMap::new();
    for (plan, _) in &found {
        if asked.units.contains(&plan.unit) && !plans.contains_key(&plan.id) {
            headers.insert(&plan.id, plan);
        }
    }
    // An amendment that is being drafted may have other years than the text in force.
    let moved = |plan: &&Plan| plan.in_force.is_some_and(|in_force| in_force != plan.revision);
    let moved: Vec<Plan> = headers.values().copied().filter(moved).cloned().collect();
    let texts = store::in_force(view, &moved)?;
    let years: BTreeMap<&str, (i64, i64)> =
        texts.iter().map(|text| (text.id.as_str(), (text.first_year, text.last_year))).collect();
    for (id, plan) in headers {
        let years = years.get(id).copied().unwrap_or((plan.first_year, plan.last_year));
        if years.0 <= ask.span.1 && ask.span.0 <= years.1 {
            let (unit, plan) = (plan.unit.clone(), plan.clone());
            let (items, actuals) = (Vec::new(), Vec::new());
            plans.insert(id.to_owned(), Source { unit, plan: plan.id, years, in_force: plan.in_force, items, actuals });
        }
    }
    for (plan, item) in found {
        if let Some(source) = plans.get_mut(&plan.id) {
            add(source, item);
        }
    }
    Ok(())
}

fn add(source: &mut Source, item: Item) {
    if source.items.iter().all(|there| there.id != item.id) {
        source.items.push(item);
    }
}

fn indicators(source: &Source) -> impl Iterator<Item = (&String, &Indicator)> {
    source.items.iter().filter_map(|item| match &item.content {
        Content::Indicator(indicator) => Some((&item.id, indicator.as_ref())),
        Content::Section(_) | Content::Goal(_) | Content::Task(_) | Content::Funding(_) => None,
    })
}

/// Reads what the indicators of plans in force are computed from, until nothing is missing.
fn with_parts(view: &mut View<'_>, plans: &mut BTreeMap<String, Source>) -> Result<()> {
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    loop {
        let mut wanted = Wanted::new();
        for source in plans.values().filter(|source| source.in_force.is_some()) {
            let there: BTreeSet<&String> = source.items.iter().map(|item| &item.id).collect();
            let parts = indicators(source).flat_map(|(_, indicator)| rules::parts(indicator));
            for id in parts.filter(|id| !there.contains(id)) {
                if asked.insert((source.plan.clone(), id.clone())) {
                    wanted.entry(source.plan.clone()).or_default().insert(id);
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let in_force = plans.values().filter_map(|source| Some((source.plan.clone(), source.in_force?))).collect();
        for (plan, item) in store::items_in_force(view, &wanted, &in_force)? {
            if let Some(source) = plans.get_mut(&plan) {
                add(source, item);
            }
        }
    }
}

/// The codes of what formulas are computed from.
fn part_codes(plans: &BTreeMap<String, Source>) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for source in plans.values() {
        let parts: BTreeSet<String> = indicators(source)
            .filter(|(_, one)| one.formula.is_some())
            .flat_map(|(_, one)| rules::parts(one))
            .collect();
        let coded = indicators(source).filter(|(id, one)| parts.contains(*id) && !one.code.is_empty());
        codes.extend(coded.map(|(_, one)| one.code.clone()));
    }
    codes
}

/// The indicators of plans in force whose values are reported.
fn reported(plans: &BTreeMap<String, Source>) -> Wanted {
    let mut wanted = Wanted::new();
    for source in plans.values().filter(|source| source.in_force.is_some()) {
        let ids = indicators(source).filter(|(_, one)| one.formula.is_none() && one.ratio.is_none());
        wanted.entry(source.plan.clone()).or_default().extend(ids.map(|(id, _)| id.clone()));
    }
    wanted
}
