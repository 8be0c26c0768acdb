//! The rules of one document that look at others beside it: projects and plans beside an estimate, estimates, reports and people beside a plan.

pub mod level;
pub mod posts;
pub mod projects;
pub mod time;

use super::judge::Regime;
use super::rules::RuleSet;
use crate::budget::model::{Estimate, Kind as EstimateKind};
use crate::budget::store::summary as estimates;
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::document::state::State;
use crate::error::Result;
use crate::plan::model::actuals::{self, Actual};
use crate::plan::model::review::{Stage, stage};
use crate::plan::model::{Content, Item, Kind, Plan};
use crate::plan::store as plans;
use crate::word::Word;

/// What is found in an estimate.
pub fn of_estimate(view: &mut View<'_>, estimate: &Estimate, regime: &Regime) -> Result<Vec<Finding>> {
    if estimate.key.kind == EstimateKind::Reference {
        return Ok(Vec::new());
    }
    let mut found = projects::of_estimate(view, estimate)?;
    if regime.has(RuleSet::Vietnam, estimate.key.fiscal_year) {
        found.extend(level::of_estimate(view, estimate)?);
    }
    Ok(found)
}

/// What is found in a plan.
pub fn of_plan(view: &mut View<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    found.extend(changed_alone(view, plan)?);
    let items = plans::all_items(view, &plan.id)?;
    if plan.kind == Kind::ThreeYearFinancial {
        found.extend(posts::of_frame(view, plan, &items)?);
    }
    let reports = plans::all_actuals(view, &plan.id)?;
    found.extend(actuals::falling(plan, &items, &reports));
    // An amendment is no occasion for a review; the plan that it amends is.
    if matches!(plan.state, State::Approved | State::Closed) {
        let over = time::Over::of(view)?;
        found.extend(unreviewed(plan, &items, &reports, |year| over.is_over(year)));
    }
    Ok(found)
}

/// PLN-04: a five-year financial plan changes together with an estimate of one of its years.
fn changed_alone(view: &mut View<'_>, plan: &Plan) -> Result<Option<Finding>> {
    let under_way = |state| matches!(state, State::Draft | State::Submitted | State::Endorsed | State::Appraised);
    let Some(in_force) = plan.in_force.filter(|_| plan.kind == Kind::FiveYearFinancial && under_way(plan.state)) else {
        return Ok(None);
    };
    let years: Vec<i64> = (plan.first_year..=plan.last_year).collect();
    let beside = estimates::headers(view, &years, std::slice::from_ref(&plan.unit))?;
    let changes = beside.iter().any(|header| {
        let since = header.in_force.is_some_and(|since| since > in_force);
        let is_own = header.unit == plan.unit && header.kind != EstimateKind::Reference;
        is_own && (under_way(header.state) || since)
    });
    let text = format!(
        "amendment {} changes it alone: no estimate of {} for {} to {} is under way or was decided since",
        plan.number, plan.unit, plan.first_year, plan.last_year
    );
    let finding = Finding::new("PLN-04", Severity::Error, plan.name().to_string(), text).field("number");
    Ok((!changes).then(|| finding.suggest("submit it together with the estimate of the year that it changes")))
}

/// PLN-08: of the year in the middle and of the last one something was reported once they are over, so that there is a review of them.
fn unreviewed(plan: &Plan, items: &[Item], reports: &[Actual], is_over: impl Fn(i64) -> bool) -> Vec<Finding> {
    let is_measured = items.iter().any(|item| matches!(item.content, Content::Indicator(_)));
    if !is_measured || plan.last_year - plan.first_year < 2 {
        return Vec::new();
    }
    let reviewed = |year: &i64| stage(plan, *year) != Stage::Annual && is_over(*year);
    let missing = (plan.first_year..=plan.last_year)
        .filter(reviewed)
        .filter(|year| !reports.iter().any(|report| report.period.0 == *year));
    let finding = |year: i64| {
        let what = stage(plan, year).as_str();
        let text = format!("{year}, its {what} year, is over, and nothing was reported of its indicators");
        let finding = Finding::new("PLN-08", Severity::Warning, plan.name().to_string(), text);
        finding.field("actuals").suggest(format!("RecordActuals for {year}; ReviewPlan then shows the review"))
    };
    missing.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::actuals::tests::actual;
    use crate::plan::model::findings::tests::{goal, indicator, plan};

    fn found(items: &[Item], reports: &[Actual], last_over: i64) -> Vec<String> {
        let found = unreviewed(&plan(2026, 2030), items, reports, |year| year <= last_over);
        found.into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn the_middle_and_the_end_of_a_plan_are_reviewed_once_they_are_over() {
        let items = [indicator("i")];
        let middle = "2028, its MID_TERM year, is over, and nothing was reported of its indicators";
        let last = "2030, its FINAL year, is over, and nothing was reported of its indicators";
        assert_eq!(found(&items, &[], 2027), [""; 0]);
        assert_eq!(found(&items, &[], 2028), [middle]);
        assert_eq!(found(&items, &[], 2030), [middle, last]);
        assert_eq!(found(&items, &[actual("i", (2028, 2), 1)], 2030), [last]);
        assert_eq!(found(&[goal("g")], &[], 2030), [""; 0]);
    }
}
