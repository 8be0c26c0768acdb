//! Where staged lines go: the unit that each row names, and its estimate, found or begun.

use std::collections::{BTreeMap, HashMap};

use super::missing::{NewUnitIds, require_parent};
use super::plan::{EstimateVersion, Field, ImportLines, Spread};
use super::stage::Staged;
use crate::app::{Instance, etag};
use crate::budget::actions::draft;
use crate::budget::model::{Estimate, Key, Totals};
use crate::budget::store::{self, EstimateFilter};
use crate::commit::View;
use crate::error::{Error, Reason, Result, Stale};
use crate::id::UnitName;
use crate::organisation::model::Unit;
use crate::organisation::store as units;

/// An estimate that gets lines.
#[derive(Debug, Clone)]
pub struct Target {
    pub estimate: Estimate,
    /// Its sums before, none where it is new.
    pub before: Option<Totals>,
}

/// Why lines cannot go where they name.
pub type Hindrance = (Reason, String);

/// Where the lines go.
#[derive(Debug)]
pub struct Targets {
    /// What the keys of all have in common; the unit says nothing where there are many.
    pub key: Key,
    pub all: Vec<Target>,
    /// By what names the unit; 0 where all lines go to one estimate.
    pub of_unit: HashMap<u32, std::result::Result<usize, Hindrance>>,
    pub new_units: Vec<Unit>,
}

/// All into one estimate, which must be as the caller read it.
pub fn one(view: &mut View<'_>, instance: &Instance, asked: &EstimateVersion) -> Result<Targets> {
    let missing = || Error::NotFound { kind: "Estimate", name: asked.name.to_string() };
    let mut estimate = store::find_header(view, &asked.name.estimate)?.ok_or_else(missing)?;
    require_fresh(view, instance, std::slice::from_ref(asked), &[&estimate])?;
    estimate.require_draft()?;
    estimate.totals = store::read_totals(view, &estimate.id)?;
    let (before, key) = (Some(estimate.totals.clone()), estimate.key.clone());
    let all = vec![Target { estimate, before }];
    Ok(Targets { key, all, of_unit: HashMap::from([(0, Ok(0))]), new_units: Vec::new() })
}

/// Names every etag that is stale.
fn require_fresh(
    view: &mut View<'_>,
    instance: &Instance,
    asked: &[EstimateVersion],
    found: &[&Estimate],
) -> Result<()> {
    let mut stale: Vec<Stale> = Vec::new();
    for (asked, found) in asked.iter().zip(found) {
        match etag::require(instance, view, &asked.etag, &asked.name.to_string(), found.revision) {
            Ok(()) => {}
            Err(Error::Stale(more)) => {
                stale.extend(more.into_iter().map(|one| Stale { field: asked.path.clone(), ..one }));
            }
            Err(other) => return Err(other),
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

/// Each into the estimate of the unit that its row names.
pub fn spread(
    view: &mut View<'_>,
    instance: &Instance,
    plan: &ImportLines,
    spread: &Spread,
    staged: &Staged,
    new_id: &str,
) -> Result<Targets> {
    let mut listed = existing(view, instance, spread)?;
    let mut named: Vec<u32> = Vec::new();
    let mut targets =
        Targets { key: spread.key(String::new()), all: Vec::new(), of_unit: HashMap::new(), new_units: Vec::new() };
    for draft in &staged.lines {
        if targets.of_unit.insert(draft.unit, Ok(0)).is_none() {
            named.push(draft.unit);
        }
    }
    let mut ids = NewUnitIds::new(view, plan, new_id)?;
    let known = Known::load(view, plan, spread)?;
    let filter = EstimateFilter {
        fiscal_years: vec![spread.fiscal_year],
        kinds: vec![spread.kind],
        series: Some(spread.series.clone()),
        ..EstimateFilter::default()
    };
    let mut there = store::list_estimates(view, &filter, None, i64::MAX)?;
    there.retain(|estimate| estimate.key.sequence == spread.sequence && estimate.key.series == spread.series);
    let there: BTreeMap<String, Estimate> =
        there.into_iter().map(|estimate| (estimate.key.unit.clone(), estimate)).collect();
    let first_day = units::calendar(view.conn, view.jurisdiction)?.0.first_day(spread.fiscal_year);
    for number in named {
        let unit = match known.unit(staged.texts.get(number)) {
            Ok(Some(unit)) => Ok(unit),
            Ok(None) => ids.begin(plan, spread, staged, number, &mut targets.new_units),
            Err(hindrance) => Err(hindrance),
        };
        let place = match unit {
            Err(hindrance) => Err(hindrance),
            Ok(unit) => match there.get(&unit) {
                Some(found) => {
                    let listed = listed.remove(&found.id);
                    let target = listed.ok_or_else(|| Error::Exists {
                        kind: "Estimate",
                        name: found.name().to_string(),
                        reason: Reason::EstimateKeyTaken,
                    })?;
                    Ok(target)
                }
                None => begin(&known, plan, spread, unit, &first_day, format!("{new_id}-{}", targets.all.len())),
            },
        };
        let place = place.map(|target| {
            targets.all.push(target);
            targets.all.len() - 1
        });
        targets.of_unit.insert(number, place);
    }
    require_parent(view, plan)?;
    for target in targets.all.iter().filter(|target| target.before.is_some()) {
        target.estimate.require_draft()?;
    }
    Ok(targets)
}

/// The estimates that the header lists, as the caller read them, by id.
fn existing(view: &mut View<'_>, instance: &Instance, spread: &Spread) -> Result<BTreeMap<String, Target>> {
    let mut found = Vec::with_capacity(spread.existing.len());
    for asked in &spread.existing {
        let missing = || Error::NotFound { kind: "Estimate", name: asked.name.to_string() };
        let mut estimate = store::find_header(view, &asked.name.estimate)?.ok_or_else(missing)?;
        estimate.totals = store::read_totals(view, &estimate.id)?;
        found.push(estimate);
    }
    require_fresh(view, instance, &spread.existing, &found.iter().collect::<Vec<_>>())?;
    let target = |estimate: Estimate| (estimate.id.clone(), Target { before: Some(estimate.totals.clone()), estimate });
    Ok(found.into_iter().map(target).collect())
}

/// A new estimate of a unit.
fn begin(
    known: &Known,
    plan: &ImportLines,
    spread: &Spread,
    unit: String,
    first_day: &str,
    id: String,
) -> std::result::Result<Target, Hindrance> {
    let name = UnitName { jurisdiction: plan.jurisdiction.clone(), unit: unit.clone() };
    if !plan.create.estimates {
        let text = format!("{name} has no such estimate of {}, and none is to be created", spread.fiscal_year);
        return Err((Reason::ReferenceUnknown, text));
    }
    if let Some(end) = known.closes_on.get(&unit).filter(|end| end.as_str() <= first_day) {
        let text = format!("{name} closes on {end}, before the fiscal year begins on {first_day}");
        return Err((Reason::UnitClosed, text));
    }
    let mut estimate = draft(plan.jurisdiction.clone(), id, spread.key(unit));
    estimate.title.clone_from(&spread.title);
    Ok(Target { estimate, before: None })
}

/// The units that are there, by what the rows name them by: read once, whatever the number of rows.
struct Known {
    by_key: HashMap<String, Vec<String>>,
    closes_on: HashMap<String, String>,
}

impl Known {
    fn load(view: &mut View<'_>, plan: &ImportLines, spread: &Spread) -> Result<Self> {
        let places = units::places(view)?;
        let mut by_key: HashMap<String, Vec<String>> = HashMap::new();
        match plan.unit_field() {
            Some(Field::UnitCode) => {
                for (code, unit) in units::units_of_system(view, &spread.system)? {
                    by_key.entry(code).or_default().push(unit);
                }
            }
            Some(Field::UnitName) => {
                for place in &places {
                    by_key.entry(place.display_name.clone()).or_default().push(place.unit.clone());
                }
            }
            _ => by_key.extend(places.iter().map(|place| (place.unit.clone(), vec![place.unit.clone()]))),
        }
        let closes_on = places.into_iter().filter_map(|place| Some((place.unit, place.closes_on?))).collect();
        Ok(Self { by_key, closes_on })
    }

    fn unit(&self, key: &str) -> std::result::Result<Option<String>, Hindrance> {
        match self.by_key.get(key).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([unit]) => Ok(Some(unit.clone())),
            Some(several) => {
                let text = format!("{key:?} is the name of {} units: {}", several.len(), several.join(", "));
                Err((Reason::ReferenceUnknown, text))
            }
        }
    }
}
