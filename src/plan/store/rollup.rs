//! Indicators of many plans at once, each as the text in force has it, and what was reported of them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::actuals::{ActualRow, actual_of};
use super::items::{ItemRow, item_of};
use super::plans::some_headers;
use crate::commit::View;
use crate::db::direct;
use crate::db::schema::{actual_versions as actuals, plan_item_versions as items};
use crate::document::state::State;
use crate::error::Result;
use crate::plan::model::actuals::Actual;
use crate::plan::model::{Item, Kind, Plan};

/// How many places one statement looks at: plans times ids of items.
const PLACES_PER_STATEMENT: usize = 20_000;

/// The ids of some items of some plans.
pub type Wanted = BTreeMap<String, BTreeSet<String>>;

/// The indicators with some codes in the plans of a kind that are not cancelled, each with the header of the plan at the revision of the
/// view: as the text in force has them, or as a plan without one has them now.
///
/// All versions that there were are read, and the right one of each is taken: a plan is amended a few times.
pub fn coded_indicators(view: &mut View<'_>, kind: Kind, codes: &[String]) -> Result<Vec<(Plan, Item)>> {
    let query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::code.eq_any(codes)))
        .filter(sql::<Bool>("plan_item_versions.kind = 'INDICATOR'").and(items::since.le(view.revision)))
        .order((items::plan, items::sequence));
    let rows = direct!(view.conn, |conn| query.load::<ItemRow>(conn))?;
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.plan.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for plan in some_headers(view, &ids)? {
        if plan.kind == kind && plan.state != State::Cancelled {
            plans.insert(plan.id.clone(), plan);
        }
    }
    let mut found = Vec::new();
    for row in rows {
        let Some(plan) = plans.get(&row.plan) else { continue };
        let at = plan.in_force.unwrap_or(view.revision);
        if row.since <= at && at < row.until {
            found.push((plan.clone(), item_of(row)?));
        }
    }
    Ok(found)
}

/// Some items of some plans, each as the text in force at a revision of its plan has it, with the id of the plan.
pub fn items_in_force(
    view: &mut View<'_>,
    wanted: &Wanted,
    in_force: &BTreeMap<String, i64>,
) -> Result<Vec<(String, Item)>> {
    let mut found = Vec::new();
    for (plans, ids) in crossed(wanted) {
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::since.le(view.revision)))
            .filter(items::plan.eq_any(plans).and(items::item.eq_any(ids)));
        for row in direct!(view.conn, |conn| query.load::<ItemRow>(conn))? {
            let is_wanted = wanted.get(&row.plan).is_some_and(|ids| ids.contains(&row.item));
            let is_text = in_force.get(&row.plan).is_some_and(|at| row.since <= *at && *at < row.until);
            if is_wanted && is_text {
                found.push((row.plan.clone(), item_of(row)?));
            }
        }
    }
    Ok(found)
}

/// What was reported of some indicators of some plans for some years, each with the id of its plan.
pub fn actuals_of_many(view: &mut View<'_>, wanted: &Wanted, span: (i64, i64)) -> Result<Vec<(String, Actual)>> {
    let mut found = Vec::new();
    for (plans, ids) in crossed(wanted) {
        let query = actuals::table
            .filter(actuals::jurisdiction.eq(view.jurisdiction))
            .filter(actuals::plan.eq_any(plans).and(actuals::indicator.eq_any(ids)))
            .filter(actuals::year.between(span.0, span.1))
            .filter(actuals::since.le(view.revision).and(actuals::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<ActualRow>(conn))? {
            if wanted.get(&row.plan).is_some_and(|ids| ids.contains(&row.indicator)) {
                found.push((row.plan.clone(), actual_of(row)?));
            }
        }
    }
    Ok(found)
}

/// The plans and ids of each statement: as many plans as their ids, taken together, still have few places in. Plans of one make
/// share their ids, and are asked by the thousand.
fn crossed(wanted: &Wanted) -> Vec<(Vec<&str>, Vec<&str>)> {
    let mut statements = Vec::new();
    let (mut plans, mut ids): (Vec<&str>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    for (plan, of_plan) in wanted {
        let more = of_plan.iter().filter(|id| !ids.contains(id.as_str())).count();
        if !plans.is_empty() && (plans.len() + 1) * (ids.len() + more) > PLACES_PER_STATEMENT {
            statements.push((std::mem::take(&mut plans), std::mem::take(&mut ids).into_iter().collect()));
        }
        plans.push(plan);
        ids.extend(of_plan.iter().map(String::as_str));
    }
    if !plans.is_empty() {
        statements.push((plans, ids.into_iter().collect()));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_that_share_their_ids_are_asked_together_and_others_few_at_a_time() {
        let wanted = |ids: &dyn Fn(usize) -> String| -> Wanted {
            (0..3_000).map(|at| (format!("p{at}"), BTreeSet::from([ids(at)]))).collect()
        };
        assert_eq!(crossed(&wanted(&|_| "i".to_owned())).len(), 1);
        let apart = wanted(&|at| format!("i{at}"));
        let statements = crossed(&apart);
        assert!(statements.iter().all(|(plans, ids)| plans.len() * ids.len() <= PLACES_PER_STATEMENT));
        assert_eq!((statements.iter().map(|(plans, _)| plans.len()).sum::<usize>(), statements.len()), (3_000, 22));
        assert_eq!(crossed(&Wanted::new()).len(), 0);
    }
}
