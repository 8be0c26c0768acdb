//! The rules of a line: why it may not be written. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::stages;
use super::{Key, Line, Nature, Side, Stage};
use crate::classification::model::{Code, Dimension};
use crate::document::state::State;
use crate::error::{Reason, Refusal};
use crate::id::{PlanItemName, ProjectName};

/// The stored facts that the rules of a line need.
#[derive(Debug, Default)]
pub struct Facts {
    /// The codes that are in the scheme: all, or those that were asked for.
    pub codes: Arc<BTreeMap<(Dimension, String), Code>>,
    /// The units that exist, of those that were asked for.
    pub units: BTreeSet<String>,
    /// The names of the projects and tasks of plans that exist, of those that were asked for.
    pub references: BTreeSet<String>,
}

/// What is particular to the estimate that a line is written to.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The estimate.
    pub key: &'a Key,
    /// The scheme of its codes.
    pub scheme: &'a str,
    /// Where it stands.
    pub state: State,
}

/// Why a line may not be written: every reason at once, with the path of the field as subject.
///
/// `old` is the line as it stands; codes that it has already are not asked again, nor figures that do not change.
pub fn refuse_line(line: &Line, old: Option<&Line>, context: &Context<'_>, facts: &Facts, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (dimension, code) in line.codes.stated() {
        if old.is_none_or(|old| old.codes.get(dimension) != Some(code)) {
            refusals.extend(refuse_code(dimension, code, context, facts, path));
        }
    }
    refusals.extend(refuse_but_codes(line, old, context, facts, path));
    refusals
}

/// The same without the codes, for whoever looks each code of many lines up once.
pub fn refuse_but_codes(
    line: &Line,
    old: Option<&Line>,
    context: &Context<'_>,
    facts: &Facts,
    path: &str,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refusals.extend(stages::refuse_fields(line, old, context.key.kind, context.state, path));
    if let (Some(basis), Some(requested)) = (&line.basis, line.amounts.get(Stage::Requested))
        && basis.product() != i128::from(requested)
    {
        let text = format!("quantity × price × norm is {}, and requested is {requested}", basis.product());
        refusals.push(Refusal::new(Reason::CostBasisMismatch, format!("{path}.amounts.requested"), text));
    }
    refusals.extend(refuse_counterpart(line, context, facts, path));
    refusals.extend(refuse_references(line, old, facts, path));
    refusals
}

/// Why a line may not use a code.
pub fn refuse_code(
    dimension: Dimension,
    code: &str,
    context: &Context<'_>,
    facts: &Facts,
    path: &str,
) -> Option<Refusal> {
    let refused = match facts.codes.get(&(dimension, code.to_owned())) {
        Some(found) => found.refuse_posting(context.key.fiscal_year, ""),
        None => {
            let text = format!("{code} is not a code of the scheme {}", context.scheme);
            Some(Refusal::new(Reason::CodeUnknown, "", text))
        }
    };
    refused.map(|refusal| Refusal { subject: format!("{path}.{}_code", dimension.segment()), ..refusal })
}

/// Why a line may not name a project or a task that it did not name before.
fn refuse_references(line: &Line, old: Option<&Line>, facts: &Facts, path: &str) -> Vec<Refusal> {
    let is_project = |name: &str| ProjectName::parse(name).is_some();
    let is_task = |name: &str| PlanItemName::parse(name).is_some();
    let project = (line.project.as_ref(), old.and_then(|old| old.project.as_ref()));
    let task = (line.plan_task.as_ref(), old.and_then(|old| old.plan_task.as_ref()));
    let missing = [
        ("project", project.0.filter(|name| project.1 != Some(*name) && !(is_project(name) && there(facts, name)))),
        ("plan_task", task.0.filter(|name| task.1 != Some(*name) && !(is_task(name) && there(facts, name)))),
    ];
    let refuse = |(field, name): (&str, Option<&String>)| {
        let text = format!("{} does not exist", name?);
        Some(Refusal::new(Reason::ReferenceUnknown, format!("{path}.{field}"), text))
    };
    missing.into_iter().filter_map(refuse).collect()
}

fn there(facts: &Facts, name: &str) -> bool {
    facts.references.contains(name)
}

fn refuse_counterpart(line: &Line, context: &Context<'_>, facts: &Facts, path: &str) -> Option<Refusal> {
    let subject = || format!("{path}.counterpart_unit");
    let refuse = |text: &str| Some(Refusal::new(Reason::CounterpartInvalid, subject(), text));
    match (&line.counterpart, line.nature == Nature::TransferDown) {
        (None, false) => None,
        (None, true) => refuse("a TRANSFER_DOWN names the unit at its other end"),
        (Some(_), false) => refuse("only a TRANSFER_DOWN names a counterpart"),
        (Some(unit), true) if *unit == context.key.unit => refuse("a transfer has two ends"),
        (Some(unit), true) if !facts.units.contains(unit) => {
            Some(Refusal::new(Reason::ReferenceUnknown, subject(), format!("the unit {unit} does not exist")))
        }
        (Some(_), true) => match line.side {
            Side::Revenue | Side::Expenditure => None,
            Side::FeeRemitted | Side::FeeRetainedSpending => {
                refuse("a transfer stands on the side REVENUE or EXPENDITURE")
            }
        },
    }
}
