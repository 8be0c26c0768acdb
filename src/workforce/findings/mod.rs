//! What the rules find in an HR plan, each rule with its id, its severity and what it rests on. Pure.
//!
//! Absent: HR-08, since pay is always summed by month; HR-10, since its sum is too; HR-13, which stands with the rules across documents.

mod careers;
mod flows;
mod posts;
pub mod quota;
#[cfg(test)]
mod tests;

use super::model::staffing::{Assigned, StaffingItem};
use super::model::{Parameter, PlannedGroup, WorkforcePlan};
use super::pay::{Fault, Tables, calculate};
use super::retirement::Span;
use crate::document::finding::{Citation, Finding, Severity};
use crate::document::stages::{Stage, Staged};
use crate::document::state::State;
use crate::word::Word;

/// Objects that one finding names; the message has the count of all.
const NAMED: usize = 100;

/// What the rules look at.
pub struct Facts<'a> {
    /// The plan.
    pub plan: &'a WorkforcePlan,
    /// Its groups.
    pub groups: &'a [PlannedGroup],
    /// Its items.
    pub items: &'a [StaffingItem],
    /// The quotas of the units that it is about.
    pub quotas: &'a [Assigned],
    /// The pay parameters.
    pub rows: &'a [Parameter],
    /// The same, as they are in force in its months.
    pub tables: &'a Tables<'a>,
    /// Its months.
    pub span: Span,
    /// The first day of each of its years, and of the year after them.
    pub first_days: Vec<String>,
}

/// Everything that the rules find, the gravest first.
pub fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(unstated(facts));
    found.extend(quota::found(facts));
    found.extend(flows::found(facts));
    found.extend(posts::found(facts));
    found.extend(unpaid(facts));
    found.extend(careers::found(facts));
    found.sort_by_key(|finding| finding.severity);
    found
}

/// A place in the law.
fn cited(finding: Finding, document: &str, article: &str) -> Finding {
    let citation = Citation { document: document.to_owned(), article: article.to_owned() };
    Finding { citations: vec![citation], ..finding }
}

/// A finding with the difference of what is there and what was expected.
fn counted(finding: Finding, expected: i64, actual: i64) -> Finding {
    Finding { difference: Some(actual - expected), ..finding.compared(expected, actual) }
}

fn item_name(facts: &Facts<'_>, item: &StaffingItem) -> String {
    facts.plan.item_name(item.content.kind(), &item.id).to_string()
}

/// FORM-03: every figure states what this state has to state.
fn unstated(facts: &Facts<'_>) -> Option<Finding> {
    // What a stage does not state it takes from the one before; what a reviewer added has no request.
    let stage = match facts.plan.state {
        State::Draft | State::Submitted => Stage::Requested,
        State::Endorsed => Stage::Appraised,
        State::Appraised | State::Approved | State::Closed | State::Cancelled => Stage::Decided,
    };
    let open = |item: &&StaffingItem| {
        let stated = item.figures.figure(stage).or(item.figures.figure(stage.before()));
        item.content.kind().is_staged() && stated.is_none()
    };
    let names: Vec<String> = facts.items.iter().filter(open).map(|item| item_name(facts, item)).collect();
    let field = format!("figure.{}", stage.as_str().to_ascii_lowercase());
    let message = format!("{} items do not state `{field}`; 0 is a figure, nothing is not", names.len());
    (!names.is_empty()).then(|| Finding {
        objects: names.into_iter().take(NAMED).collect(),
        ..Finding::new("FORM-03", Severity::Error, "", message).field(&field)
    })
}

/// HR-05: every group has pay in every month of the plan, from rows in force then.
fn unpaid(facts: &Facts<'_>) -> Vec<Finding> {
    let fault = |planned: &PlannedGroup| {
        let (message, field) = match calculate(facts.tables, &planned.group, |_| Ok(())).err()? {
            Fault::Missing { what, on, field } => (format!("{what} is not in force on {on}"), field),
            Fault::Overflow => ("an amount of its pay is too large".to_owned(), "given"),
        };
        let name = facts.plan.group_name(&planned.id).to_string();
        let finding = Finding::new("HR-05", Severity::Error, name, message).field(field);
        Some(cited(finding, "Nghị định 204/2004/NĐ-CP", ""))
    };
    facts.groups.iter().filter_map(fault).collect()
}
