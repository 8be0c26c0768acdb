//! Tests an estimate against the envelopes of its unit.

use std::collections::HashMap;

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

    /// What a unit passes on of what it was issued: what is issued to units below, with nobody between who was issued a part too.
    ///
    /// None where nothing was passed on.
    pub fn passed_on(&self, unit: &str, alike: &[Envelope], year: i64) -> Result<Option<i64>> {
        let is_issued = |above: &&str| alike.iter().any(|other| other.unit == **above);
        let mut sum: Option<i64> = None;
        for envelope in alike.iter().filter(|other| self.chain(&other.unit).find(is_issued) == Some(unit)) {
            let said = envelope.amounts.get(&year).map_or(0, |said| said.amount);
            let more = sum.unwrap_or_default().checked_add(said);
            let overflow =
                || Error::refused(Reason::AmountOverflow, envelope.name().to_string(), "does not fit 64 bits");
            sum = Some(more.ok_or_else(overflow)?);
        }
        Ok(sum)
    }
}
