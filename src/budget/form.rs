//! The rules of form of an estimate: what must be there before anybody else looks at it. Pure.

use super::model::{Estimate, Facts, Kind, Line, Stage, Totals};
use crate::classification::model::Provenance;
use crate::document::finding::{Finding, Severity};
use crate::document::state::State;
use crate::word::Word;

/// Objects that one finding names; the message has the count of all.
const NAMED: usize = 100;

/// Everything that the rules of form find, the gravest first.
pub fn findings(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = estimate.name().to_string();
    if lines.is_empty() {
        found.push(Finding::new("FORM-01", Severity::Error, &name, "the estimate has no line"));
    }
    if estimate.title.is_empty() {
        let finding = Finding::new("FORM-02", Severity::Error, &name, "the estimate has no title");
        found.push(finding.field("title").suggest(format!("Dự toán {}", estimate.key.fiscal_year)));
    }
    found.extend(unstated(estimate, lines));
    found.extend(codes(estimate, lines, facts));
    found.extend(totals(estimate, lines));
    if estimate.narrative.is_empty() && estimate.key.kind != Kind::Supplement {
        let text = "the estimate has no explanation (thuyết minh)";
        found.push(Finding::new("FORM-06", Severity::Warning, &name, text).field("narrative"));
    }
    found.extend(unverified(estimate, lines, facts));
    found.sort_by_key(|finding| finding.severity);
    found
}

/// FORM-03: every line states what this state has to state.
fn unstated(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    // What a stage does not state it takes from the one before; a line that a reviewer added has no request.
    let (stage, before) = match estimate.state {
        State::Draft | State::Submitted => (Stage::Requested, None),
        State::Endorsed => (Stage::Appraised, Some(Stage::Requested)),
        State::Appraised | State::Approved | State::Closed | State::Cancelled => {
            (Stage::Decided, Some(Stage::Appraised))
        }
    };
    let open = |line: &&Line| {
        let taken = before.and_then(|before| line.amounts.get(before));
        line.amounts.get(stage).or(taken).is_none()
    };
    let word = stage.as_str().to_ascii_lowercase();
    let message = |count: usize| format!("{count} lines do not state `{word}`; 0 is a figure, nothing is not");
    about(estimate, lines.iter().filter(open), "FORM-03", Severity::Error, message)
        .map(|finding| finding.field(&format!("amounts.{word}")))
}

/// FORM-04: every code can be posted to in the fiscal year.
fn codes(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let wrong = |line: &&Line| {
        line.codes.stated().any(|(dimension, code)| match facts.codes.get(&(dimension, code.to_owned())) {
            Some(found) => found.refuse_posting(estimate.key.fiscal_year, "").is_some(),
            None => true,
        })
    };
    let year = estimate.key.fiscal_year;
    let message = |count: usize| format!("{count} lines use codes that do not hold for {year}");
    about(estimate, lines.iter().filter(wrong), "FORM-04", Severity::Error, message)
}

/// FORM-05: the totals are the sums of the lines.
fn totals(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    let mut sums = Totals::default();
    let counted = lines.iter().all(|line| sums.count(line, 1).is_ok());
    if counted && sums.sums == estimate.totals.sums {
        return None;
    }
    let text = "the totals of the estimate are not the sums of its lines";
    Some(Finding::new("FORM-05", Severity::Error, estimate.name().to_string(), text).field("totals"))
}

/// FORM-07: codes that nobody has checked against the official list.
fn unverified(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let doubtful = |line: &&Line| {
        line.codes.stated().any(|(dimension, code)| {
            facts
                .codes
                .get(&(dimension, code.to_owned()))
                .is_some_and(|code| matches!(code.provenance, Provenance::MemoryHigh | Provenance::MemoryMedium))
        })
    };
    let message = |count: usize| format!("{count} lines use codes that were never compared with the official list");
    about(estimate, lines.iter().filter(doubtful), "FORM-07", Severity::Info, message)
}

fn about<'a>(
    estimate: &Estimate,
    lines: impl Iterator<Item = &'a Line>,
    rule: &'static str,
    severity: Severity,
    message: impl Fn(usize) -> String,
) -> Option<Finding> {
    let names: Vec<String> = lines.map(|line| estimate.line_name(&line.id).to_string()).collect();
    if names.is_empty() {
        return None;
    }
    let mut finding = Finding::new(rule, severity, "", message(names.len()));
    finding.objects = names.into_iter().take(NAMED).collect();
    Some(finding)
}
