//! Tests an estimate against the envelopes of its unit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::Envelope;
use super::rules::{self, Tested};
use super::store;
use crate::budget::latest::{self, Counting, Wanted};
use crate::budget::model::{Estimate, Kind};
use crate::commit::View;
use crate::document::finding::{Finding, Phase};
use crate::error::{Error, Reason, Result};
use crate::limits;
use crate::organisation::store::{self as units, Place};

/// What the envelopes of the unit find in an estimate, which is looked at together with what the units below have sent up.
pub fn check(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    if estimate.key.kind == Kind::Reference {
        return Ok(Vec::new());
    }
    let (unit, year) = (&estimate.key.unit, estimate.key.fiscal_year);
    let phase = Phase::of(estimate.state);
    let name = estimate.name().to_string();
    let mut findings = Vec::new();
    for envelope in store::held(view, unit, year)? {
        let Some(said) = envelope.amounts.get(&year).copied() else { continue };
        let filter = envelope.selector.filter();
        let wanted = Wanted { unit, year, filter: &filter, counting: Counting::Sent(&estimate.id) };
        let tested = Tested { estimate: &name, phase, sums: latest::whole(view, &wanted)? };
        findings.extend(rules::breach(&envelope, said, &tested));
        let passed_on = passed_on(view, &envelope, year)?;
        findings.extend(rules::handed_down(&envelope, said, passed_on, &tested));
    }
    Ok(findings)
}

fn passed_on(view: &mut View<'_>, envelope: &Envelope, year: i64) -> Result<Option<i64>> {
    let alike = store::alike(view, (envelope.kind, &envelope.selector.digest()), year)?;
    if alike.len() < 2 {
        return Ok(None);
    }
    Above::new(units::places(view)?).passed_on(&envelope.unit, &alike, year)
}

/// Which unit stands above which.
pub struct Above(HashMap<String, Option<String>>);

impl Above {
    pub fn new(places: Vec<Place>) -> Self {
        Self(places.into_iter().map(|place| (place.unit, place.parent)).collect())
    }

    /// The units above one, nearest first.
    pub fn chain<'a>(&'a self, unit: &str) -> impl Iterator<Item = &'a str> {
        let parent = |unit: &str| self.0.get(unit).and_then(|parent| parent.as_deref());
        std::iter::successors(parent(unit), move |unit| parent(unit)).take(limits::count(limits::TREE_DEPTH))
    }

    /// What each unit passes on of what it was issued: what is issued to units below, with nobody between who was issued a part too.
    ///
    /// A unit that passes nothing on is not among them.
    pub fn all_passed_on(&self, alike: &[&Envelope], year: i64) -> Result<BTreeMap<String, i64>> {
        let issued: BTreeSet<&str> = alike.iter().map(|envelope| envelope.unit.as_str()).collect();
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for envelope in alike {
            let Some(above) = self.chain(&envelope.unit).find(|above| issued.contains(above)) else { continue };
            let said = envelope.amounts.get(&year).map_or(0, |said| said.amount);
            let sum = sums.entry(above.to_owned()).or_default();
            let overflow =
                || Error::refused(Reason::AmountOverflow, envelope.name().to_string(), "does not fit 64 bits");
            *sum = sum.checked_add(said).ok_or_else(overflow)?;
        }
        Ok(sums)
    }

    /// What one of them passes on; none where nothing was passed on.
    pub fn passed_on(&self, unit: &str, alike: &[Envelope], year: i64) -> Result<Option<i64>> {
        let alike: Vec<&Envelope> = alike.iter().collect();
        Ok(self.all_passed_on(&alike, year)?.remove(unit))
    }
}
