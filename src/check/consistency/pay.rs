//! The pay lines of estimates, and what the people of HR plans cost.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Scope, Staff, between};
use super::{Compared, Comparison, Figure};
use crate::budget::model::Kind;
use crate::budget::summary::Header;
use crate::commit::View;
use crate::document::finding::{Finding, Phase, Severity};
use crate::error::{Error, Result};
use crate::workforce::life;
use crate::workforce::model::WorkforcePlan;
use crate::workforce::pay_lines::{self, Costing, Of};

const OF: Comparison = Comparison::Pay;

/// Everything of the annual estimates of the scope.
pub fn compare(view: &mut View<'_>, scope: &Scope, staff: &Staff) -> Result<Compared> {
    let mut compared = Compared::default();
    let annual: Vec<&Header> =
        scope.estimates.iter().filter(|header| matches!(header.kind, Kind::Annual | Kind::Redone)).collect();
    let all: Vec<Of> = annual
        .iter()
        .map(|header| Of {
            estimate: header.estimate.clone(),
            chain: scope.chain(&header.unit),
            year: header.fiscal_year,
        })
        .collect();
    let units: BTreeSet<String> = all.iter().flat_map(|of| of.chain.iter().cloned()).collect();
    let costing = Costing::of(view, &units.into_iter().collect::<Vec<_>>())?;
    let parts = pay_lines::compare_all(view, &costing, &all)?;
    let mut tables = BTreeMap::new();
    for year in &scope.years {
        tables.insert(*year, costing.tables(*year)?);
    }
    for header in annual {
        let (unit, year, phase) = (header.unit.as_str(), header.fiscal_year, Phase::of(header.state));
        let name = scope.estimate_name(&header.estimate);
        let of_estimate = parts.get(&header.estimate).map(Vec::as_slice).unwrap_or_default();
        for part in of_estimate {
            compared.pairs += 1;
            if !part.is_outdated() {
                continue;
            }
            let (requested, current) = part.sums;
            let costs = if part.hindrances.is_empty() { Some(current) } else { None };
            let expected = Figure::new(&part.plan, part.text.unwrap_or_default(), costs);
            let actual = Figure::new(&name, header.revision, requested);
            let finding = pay_lines::finding(&name, part, header.state)?;
            compared.tell(phase, between(OF, (unit, year), (expected, actual), finding));
        }
        for plan in staff.of_unit(unit, year).filter(|_| of_estimate.is_empty()) {
            let Some(tables) = tables.get(&year) else { continue };
            let cost = match costing.cost(tables, plan, staff.people(plan)) {
                Ok(cost) if cost > 0 => Some(cost),
                Ok(_) => continue,
                // People whose pay cannot be calculated are paid all the same.
                Err(Error::Refused(_)) => None,
                Err(error) => return Err(error),
            };
            compared.pairs += 1;
            let figures = (Figure::new(plan.name(), life::text(plan), cost), Figure::new(&name, header.revision, None));
            compared.tell(phase, between(OF, (unit, year), figures, unpaid(&name.to_string(), plan, (year, cost))));
        }
    }
    Ok(compared)
}

/// PAY-02: nothing in an estimate was generated from the HR plan of its unit.
fn unpaid(estimate: &str, plan: &WorkforcePlan, (year, cost): (i64, Option<i64>)) -> Finding {
    let name = plan.name();
    let costs = cost.map(|cost| format!(", which costs {cost}")).unwrap_or_default();
    let text = format!("no line of it is generated from {name} for {year}{costs}");
    let mut finding = Finding::new("PAY-02", Severity::Warning, estimate, text).field("amounts.requested");
    finding.objects.push(name.to_string());
    finding.expected = cost.map(|cost| cost.to_string()).unwrap_or_default();
    finding.suggest("GeneratePayLines; where pay is typed, compare it with SummarizePayroll")
}
