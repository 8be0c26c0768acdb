//! What goals report, and the money that their tasks have, in years that are over.

use std::collections::BTreeMap;

use super::super::across::time::Over;
use super::funding::{Tasks, place};
use super::scope::{Plans, Scope, between};
use super::{Compared, Comparison, Figure, figure};
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::error::Result;
use crate::plan::model::actuals::Actual;
use crate::plan::model::figures::Figures;
use crate::plan::model::stated::{self, Cells};
use crate::plan::model::{Content, Item, Plan};
use crate::plan::store;

const OF: Comparison = Comparison::Results;

/// Everything of the plans of the scope.
pub fn compare(view: &mut View<'_>, scope: &Scope, plans: &Plans, tasks: &Tasks) -> Result<Compared> {
    let over = Over::of(view)?;
    let with_goals = plans.all.iter().filter(|(plan, _)| plans.items(plan).iter().any(is_goal));
    let ids: Vec<String> = with_goals.map(|(plan, _)| plan.id.clone()).collect();
    let reports = store::actuals_of(view, &ids)?;
    let mut compared = Compared::default();
    for year in scope.years.iter().filter(|year| over.is_over(**year)) {
        for (plan, text, items) in plans.of_year(*year).filter(|(_, _, items)| items.iter().any(is_goal)) {
            let reports = reports.get(&plan.id).map(Vec::as_slice).unwrap_or_default();
            of_plan(scope, (plan, text, items, reports), (tasks, *year), &mut compared);
        }
    }
    Ok(compared)
}

fn is_goal(item: &Item) -> bool {
    matches!(item.content, Content::Goal(_))
}

fn goal_of(item: &Item) -> Option<&str> {
    match &item.content {
        Content::Task(task) => task.goal.as_deref(),
        Content::Indicator(indicator) => indicator.goal.as_deref(),
        Content::Section(_) | Content::Goal(_) | Content::Funding(_) => None,
    }
}

fn of_plan(
    scope: &Scope,
    (plan, text, items, reports): (&Plan, i64, &[Item], &[Actual]),
    (tasks, year): (&Tasks, i64),
    compared: &mut Compared,
) {
    let figures = Figures::new(items, reports);
    let mut serving: BTreeMap<&str, (Vec<&Item>, Vec<&Item>)> = BTreeMap::new();
    for item in items {
        let Some(goal) = goal_of(item) else { continue };
        let (of_tasks, of_indicators) = serving.entry(goal).or_default();
        if matches!(item.content, Content::Task(_)) { of_tasks.push(item) } else { of_indicators.push(item) }
    }
    for goal in items.iter().filter(|item| is_goal(item)) {
        let Some((of_tasks, indicators)) = serving.get(goal.id.as_str()) else { continue };
        if of_tasks.is_empty() {
            continue;
        }
        let given = tasks.given(plan, of_tasks.iter().copied(), year);
        let money: i128 = given.iter().map(|given| i128::from(given.amount)).sum();
        let cells = Cells { year, class: &|_| true, nature: &|_| true };
        let planned: i128 = of_tasks.iter().filter_map(|task| stated::of_task(items, &task.id, &cells)).sum();
        let results: Vec<(&Item, i64)> = indicators
            .iter()
            .filter_map(|item| Some((*item, figures.over(&item.id, year, year).told?)))
            .filter(|(_, value)| *value != 0)
            .collect();
        compared.pairs += usize::from(money != 0 || planned != 0 || !results.is_empty());
        let name = plan.item_name(goal.content.kind(), &goal.id).to_string();
        let told = match (money > 0, results.first()) {
            (true, None) => {
                let measures = match indicators.len() {
                    0 => "no indicator measures it".to_owned(),
                    count => format!("none of its {count} indicators reports a result"),
                };
                let text = format!("the tasks of {name} were given {money} in {year}, and {measures}");
                Some(("CON-RESULT", text, None))
            }
            (false, Some((item, value))) if money == 0 && planned == 0 => {
                let indicator = plan.item_name(item.content.kind(), &item.id);
                let text =
                    format!("{indicator} reports a result of {year}, and the tasks of {name} have no money in it");
                Some(("CON-MONEY", text, Some(*value)))
            }
            _ => None,
        };
        if let Some((rule, message, result)) = told {
            let actual = place(scope, plan, &given, year, figure(money));
            let mut finding = Finding::new(rule, Severity::Warning, name, message).field("actuals");
            finding.objects.push(actual.document.clone());
            let sides = (Figure::new(plan.name(), text, result), actual);
            compared.tell(scope.phase(&plan.unit, year), between(OF, (&plan.unit, year), sides, finding));
        }
    }
}
