//! Where staged lines go: the unit that each row names, and its estimate, found or begun.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::missing::{NewUnitIds, require_parent};
use super::plan::{EstimateVersion, Field, ImportLines, Spread};
use super::stage::Staged;
use crate::app::{Instance, etag};
use crate::budget::actions::{draft, load_header};
use crate::budget::model::{Estimate, Key, Totals};
use crate::budget::store::{self, EstimateFilter};
use crate::commit::View;
use crate::document::authority::Action;
use crate::document::standing::Permit;
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
    /// That the caller may write to all of them.
    pub permit: Permit,
}

/// All into one estimate, which must be as the caller read it.
pub fn one(view: &mut View<'_>, instance: &Instance, plan: &ImportLines, asked: &EstimateVersion) -> Result<Targets> {
    let mut estimate = load_header(view, &asked.name)?;
    let permit = view.standing.may_at(Action::DraftDocument, &estimate.key.unit)?;
    may_create(view, plan)?;
    require_fresh(view, instance, std::slice::from_ref(asked), &[&estimate])?;
    estimate.require_draft()?;
    estimate.totals = store::read_totals(view, &estimate.id)?;
    let (before, key) = (Some(estimate.totals.clone()), estimate.key.clone());
    let all = vec![Target { estimate, before }];
    Ok(Targets { key, all, of_unit: HashMap::from([(0, Ok(0))]), new_units: Vec::new(), permit })
}

/// Refuses whoever may not create what the header lets rows create, also where no row does.
fn may_create(view: &View<'_>, plan: &ImportLines) -> Result<()> {
    if !plan.create.codes.is_empty() {
        view.standing.may_here(Action::ManageSchemes)?;
    }
    if let Some(new) = &plan.create.units {
        view.standing.may(Action::ManageUnits, &view.standing.place(new.parent.as_deref()))?;
    }
    Ok(())
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
    let mut listed = existing(view, spread)?;
    let mut named: Vec<u32> = Vec::new();
    let mut seen = HashSet::new();
    named.extend(staged.lines.iter().map(|draft| draft.unit).filter(|unit| seen.insert(*unit)));
    let known = Known::load(view, plan, spread)?;
    let units: Vec<_> = named.into_iter().map(|number| (number, known.unit(staged.texts.get(number)))).collect();
    let permit = may_write(view, plan, &units)?;
    let versions: Vec<&Estimate> = listed.iter().map(|target| &target.estimate).collect();
    require_fresh(view, instance, &spread.existing, &versions)?;
    let there = there(view, spread)?;
    let first_day = units::fiscal_calendar(view.conn, view.jurisdiction)?.first_day(spread.fiscal_year);
    let mut ids = NewUnitIds::new(view, plan, new_id)?;
    let mut targets = Targets {
        key: spread.key(String::new()),
        all: Vec::new(),
        of_unit: HashMap::new(),
        new_units: Vec::new(),
        permit,
    };
    for (number, unit) in units {
        let unit = match unit {
            Ok(None) => ids.begin(plan, spread, staged, number, &mut targets.new_units),
            Ok(Some(unit)) => Ok(unit),
            Err(hindrance) => Err(hindrance),
        };
        let target = match unit {
            Err(hindrance) => Err(hindrance),
            Ok(unit) => match there.get(&unit) {
                Some(found) => {
                    let place = listed.iter().position(|target| target.estimate.id == found.id);
                    let taken = || Error::Exists {
                        kind: "Estimate",
                        name: found.name().to_string(),
                        reason: Reason::EstimateKeyTaken,
                    };
                    Ok(listed.swap_remove(place.ok_or_else(taken)?))
                }
                None => begin(&known, plan, spread, unit, &first_day, format!("{new_id}-{}", targets.all.len())),
            },
        };
        let place = target.map(|target| {
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

/// The unit that a text names: one, none, or why it is none in particular.
type Named = std::result::Result<Option<String>, Hindrance>;

/// The permit to write to the estimates of all these units, and to create what is missing.
fn may_write(view: &View<'_>, plan: &ImportLines, units: &[(u32, Named)]) -> Result<Permit> {
    let standing = view.standing;
    let mut permit = None;
    for (_, unit) in units {
        if let Ok(Some(unit)) = unit {
            permit = Some(standing.may_at(Action::DraftDocument, unit)?);
        }
    }
    may_create(view, plan)?;
    // What a new unit owns stands where the unit will stand.
    let above = plan.create.units.as_ref().and_then(|new| new.parent.as_deref());
    let is_new = plan.create.units.is_some() && units.iter().any(|(_, unit)| matches!(unit, Ok(None)));
    match permit {
        Some(permit) if !is_new => Ok(permit),
        _ => Ok(standing.may(Action::DraftDocument, &standing.place(above))?),
    }
}

/// The estimates that are there with the key of the spread, by unit.
fn there(view: &mut View<'_>, spread: &Spread) -> Result<BTreeMap<String, Estimate>> {
    let filter = EstimateFilter {
        fiscal_years: vec![spread.fiscal_year],
        kinds: vec![spread.kind],
        series: Some(spread.series.clone()),
        ..EstimateFilter::default()
    };
    let mut there = store::list_estimates(view, &filter, None, i64::MAX)?;
    there.retain(|estimate| estimate.key.sequence == spread.sequence);
    Ok(there.into_iter().map(|estimate| (estimate.key.unit.clone(), estimate)).collect())
}

/// The estimates that the header lists, in its order, for whoever may write to them.
fn existing(view: &mut View<'_>, spread: &Spread) -> Result<Vec<Target>> {
    let mut found = Vec::with_capacity(spread.existing.len());
    for asked in &spread.existing {
        let mut estimate = load_header(view, &asked.name)?;
        estimate.totals = store::read_totals(view, &estimate.id)?;
        found.push(Target { before: Some(estimate.totals.clone()), estimate });
    }
    for target in &found {
        view.standing.may_at(Action::DraftDocument, &target.estimate.key.unit)?;
    }
    Ok(found)
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

    fn unit(&self, key: &str) -> Named {
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
