//! What must hold of the plans that are there, and what SQL cannot say: for `kehoach fsck`.

use super::{After, PlanFilter, all_actuals, all_items, all_progress, count_current, list_plans, taken_items};
use crate::commit::View;
use crate::db::Conn;
use crate::error::Result;
use crate::plan::model::Plan;
use crate::plan::model::rules::{Facts, Link, Written, refuse};

/// Plans of one statement.
const AT_ONCE: i64 = 500;

/// Every fault among the plans that are there: counts that are wrong, items that refer to nothing.
pub fn check(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut counts = count_current(conn, jurisdiction)?;
    let mut view = View::bare(conn, jurisdiction, i64::MAX - 1);
    let mut after: Option<After> = None;
    loop {
        let plans = list_plans(&mut view, &PlanFilter::default(), after.as_ref(), AT_ONCE)?;
        let Some((last, _)) = plans.last() else { break };
        after = Some(last.clone());
        for (_, plan) in &plans {
            if counts.remove(&plan.id).unwrap_or_default() != plan.item_count {
                faults.push(format!("plan {} of {jurisdiction}: header and items do not belong together", plan.id));
            }
            faults.extend(dangling(&mut view, plan)?);
            faults.extend(reports_of_nothing(&mut view, plan)?);
        }
    }
    faults.extend(counts.keys().map(|plan| format!("plan {plan} of {jurisdiction}: items without a header")));
    Ok(faults)
}

/// Reports of items that the plan never had.
fn reports_of_nothing(view: &mut View<'_>, plan: &Plan) -> Result<Vec<String>> {
    let values = all_actuals(view, &plan.id)?.into_iter().map(|actual| actual.indicator);
    let progress = all_progress(view, &plan.id)?.into_iter().map(|report| report.task);
    let mut named: Vec<String> = values.chain(progress).collect();
    named.dedup();
    let known = taken_items(view, &plan.id, &named)?;
    let unknown = named.iter().filter(|item| !known.contains(item));
    Ok(unknown.map(|item| format!("plan {}: something is reported of {item}, which never was", plan.id)).collect())
}

/// Items that name an item of their plan that is not there. Units and goals elsewhere may have gone since.
fn dangling(view: &mut View<'_>, plan: &Plan) -> Result<Vec<String>> {
    let items = all_items(view, &plan.id)?;
    let links = items.iter().map(|item| (item.id.clone(), Link::of(&item.content))).collect();
    let written: Vec<Written<'_>> = items.iter().map(|item| (item.id.clone(), item)).collect();
    let facts = Facts::default();
    let broken = refuse(plan, &links, &written, &facts).into_iter();
    let inner = broken.filter(|refusal| {
        let outer = [".unit", ".partner_units", ".serves", ".year"];
        !outer.iter().any(|field| refusal.subject.contains(field))
    });
    Ok(inner.map(|fault| format!("plan {}: {} {}", plan.id, fault.subject, fault.description)).collect())
}
