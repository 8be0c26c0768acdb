//! The people of HR plans, and the quota of each day.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Scope, Staff, between};
use super::{Compared, Comparison, Figure};
use crate::commit::View;
use crate::document::finding::Phase;
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;
use crate::id::WorkforcePlanName;
use crate::workforce::findings::quota::{People, beyond, limited};
use crate::workforce::life;
use crate::workforce::model::staffing::{Assigned, StaffingItem, StaffingKind};
use crate::workforce::store::{self, QuotaFilter};

const OF: Comparison = Comparison::Headcount;

/// Everything of the HR plans of the scope.
pub fn compare(view: &mut View<'_>, scope: &Scope, staff: &Staff) -> Result<Compared> {
    let mut compared = Compared::default();
    let items = store::staffing_of(view, &staff.texts(), &[StaffingKind::Demand, StaffingKind::Flow])?;
    let quotas = quotas(view, scope, staff, &items)?;
    for plan in &staff.all {
        let items = items.get(&plan.id).map(Vec::as_slice).unwrap_or_default();
        let about: BTreeSet<&str> =
            items.iter().filter_map(|item| item.content.unit()).chain([plan.key.unit.as_str()]).collect();
        let given: Vec<Assigned> = about.iter().filter_map(|unit| quotas.get(*unit)).flatten().cloned().collect();
        for year in scope.years.iter().filter(|year| (plan.key.first_year..=plan.key.last_year).contains(*year)) {
            let first_days = [*year, *year + 1].map(|year| scope.calendar.first_day(year));
            let people = People {
                plan,
                groups: staff.people(plan),
                items,
                quotas: &given,
                first_year: *year,
                first_days: &first_days,
            };
            compared.pairs += limited(&people);
            for beyond in beyond(&people) {
                let (id, revision) = beyond.limit.plan;
                let limiting = WorkforcePlanName { jurisdiction: scope.jurisdiction.clone(), plan: id };
                let expected = Figure::new(limiting, revision, beyond.limit.count);
                let actual = Figure::new(plan.name(), life::text(plan), beyond.people);
                let place = (plan.key.unit.as_str(), *year);
                compared.tell(Phase::of(plan.state), between(OF, place, (expected, actual), beyond.finding));
            }
        }
    }
    Ok(compared)
}

/// The quotas of every unit that a plan is about, by unit.
fn quotas(
    view: &mut View<'_>,
    scope: &Scope,
    staff: &Staff,
    items: &BTreeMap<String, Vec<StaffingItem>>,
) -> Result<BTreeMap<String, Vec<Assigned>>> {
    let (Some(first), Some(last)) = (scope.years.iter().min(), scope.years.iter().max()) else {
        return Ok(BTreeMap::new());
    };
    let own = staff.all.iter().map(|plan| plan.key.unit.as_str());
    let others = items.values().flatten().filter_map(|item| item.content.unit());
    let about: BTreeSet<&str> = own.chain(others).collect();
    let about: Vec<String> = about.into_iter().map(str::to_owned).collect();
    let mut found: BTreeMap<String, Vec<Assigned>> = BTreeMap::new();
    for units in about.chunks(TEXTS_PER_STATEMENT) {
        let filter = QuotaFilter {
            units: Some(units.to_vec()),
            from_on: Some(scope.calendar.first_day(*first)),
            to_on: Some(scope.calendar.first_day(*last + 1)),
            ..QuotaFilter::default()
        };
        for given in store::list_quotas(view, &filter, None, i64::MAX)? {
            found.entry(given.quota.unit.clone()).or_default().push(given);
        }
    }
    Ok(found)
}
