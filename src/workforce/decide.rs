//! The quotas that an approval gives: from the decided demands of a plan, in the place of those that it gave before.

use std::collections::BTreeMap;

use super::model::WorkforcePlan;
use super::model::staffing::{Content, Demand, Quota, StaffingItem, StaffingKind};
use super::store::{self, QuotaFilter};
use crate::commit::{Tx, View};
use crate::document::stages::{Stage, Staged};
use crate::document::state::State;
use crate::error::{Reason, Refusal, Result};
use crate::organisation::store as units;

/// What an approval changes in the table of quotas.
#[derive(Debug, Default, Clone)]
pub struct QuotaChanges {
    ended: Vec<Quota>,
    begun: Vec<Quota>,
}

impl QuotaChanges {
    /// Writes it: each row once.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        store::end_quotas(tx, &self.ended)?;
        store::insert_quotas(tx, &self.begun)
    }
}

/// What the approval of a plan with these items gives, and every reason why not: what another plan gives is not given again, unless
/// that plan is closed; then its quota ends where the new one begins.
pub fn quotas(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    items: &[StaffingItem],
) -> Result<(QuotaChanges, Vec<Refusal>)> {
    let calendar = units::fiscal_calendar(view.conn, &plan.jurisdiction)?;
    let mut new = of_demands(plan, items, |year| calendar.first_day(year));
    let mut changes = QuotaChanges::default();
    for old in store::quotas_of(view, &plan.id)? {
        match new.iter().position(|quota| quota.says(&old)) {
            // The decision that gave it still holds.
            Some(at) => drop(new.remove(at)),
            None => changes.ended.push(old),
        }
    }
    let about = new.iter().map(|quota| quota.unit.clone()).collect();
    let filter = QuotaFilter { units: Some(about), ..QuotaFilter::default() };
    let mut refusals = Vec::new();
    for other in store::list_quotas(view, &filter, None, i64::MAX)? {
        let Some(meeting) = new.iter().find(|quota| other.quota.plan != plan.id && quota.meets(&other.quota)) else {
            continue;
        };
        let is_closed = store::find_plan(view, &other.quota.plan)?.is_some_and(|other| other.state == State::Closed);
        if is_closed {
            let rest = Quota { ends_on: meeting.starts_on.clone(), ..other.quota.clone() };
            changes.begun.extend(Some(rest).filter(|rest| rest.starts_on < rest.ends_on));
            changes.ended.push(other.quota);
            continue;
        }
        let name = plan.item_name(StaffingKind::Demand, &meeting.demand).to_string();
        let text = format!(
            "{} of {} on the plan {} gives {} from {}",
            other.act_number, other.act_signed_on, other.quota.plan, other.quota.count, other.quota.starts_on
        );
        refusals.push(Refusal::new(Reason::QuotaDecided, name, text));
    }
    changes.begun.extend(new);
    Ok((changes, refusals))
}

/// The quotas of decided demands: each to the next one of its unit, kind and year, the last to the end of the year.
fn of_demands(plan: &WorkforcePlan, items: &[StaffingItem], first_day: impl Fn(i64) -> String) -> Vec<Quota> {
    let mut found: BTreeMap<_, Vec<(String, &StaffingItem, &Demand)>> = BTreeMap::new();
    for item in items {
        let Content::Demand(demand) = &item.content else { continue };
        let begins = demand.starts_on.clone().unwrap_or_else(|| first_day(demand.year));
        let of = (demand.unit.as_str(), demand.staff_kind, demand.year);
        found.entry(of).or_default().push((begins, item, demand));
    }
    let mut quotas = Vec::new();
    for ((unit, staff_kind, year), mut demands) in found {
        demands.sort_by(|a, b| a.0.cmp(&b.0));
        let ends = demands.iter().skip(1).map(|(begins, ..)| begins.clone());
        let ends: Vec<String> = ends.chain([first_day(year + 1)]).collect();
        for ((starts_on, item, _), ends_on) in demands.into_iter().zip(ends) {
            let Some(count) = item.figures.figure(Stage::Decided) else { continue };
            quotas.push(Quota {
                plan: plan.id.clone(),
                demand: item.id.clone(),
                number: plan.number,
                unit: unit.to_owned(),
                staff_kind,
                starts_on,
                ends_on,
                count,
                revision: 0,
            });
        }
    }
    quotas
}
