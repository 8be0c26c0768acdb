//! Which fields of a line are written in which state: the rules of its stages. Pure.

use super::model::{Amounts, Kind, Line, changed_fields};
use crate::document::state::State;
use crate::error::{Reason, Refusal};
use crate::word::Word;

/// Why fields of a line may not be written in a state, each with its path; `old` is the line as it stands.
pub fn refuse_fields(line: &Line, old: Option<&Line>, kind: Kind, state: State, path: &str) -> Vec<Refusal> {
    let written = match old {
        Some(old) => changed_fields(old, line),
        None => changed_fields(&without_figures(line), line),
    };
    let refused = written.into_iter().filter(|field| !is_writable(kind, state, field));
    refused.map(|field| Refusal::new(Reason::StageNotWritable, format!("{path}.{field}"), why(field, state))).collect()
}

/// Whether a field is written in a state. Whoever adds a line in a later state describes it; that is no change of a field.
fn is_writable(kind: Kind, state: State, field: &str) -> bool {
    match field {
        "amounts.appraised" | "appraised_reason" => state == State::Endorsed || kind == Kind::Reference,
        "amounts.decided" | "decided_reason" => state == State::Appraised || kind == Kind::Reference,
        _ => state == State::Draft,
    }
}

fn why(field: &str, state: State) -> String {
    let when = match field {
        "amounts.appraised" | "appraised_reason" => "by the reviewer while the estimate is ENDORSED",
        "amounts.decided" | "decided_reason" => "by the approver while the estimate is APPRAISED",
        _ => "by the drafter while the estimate is a DRAFT",
    };
    format!("is written {when}; it is {}", state.as_str())
}

fn without_figures(line: &Line) -> Line {
    let (amounts, basis) = (Amounts::default(), None);
    Line { amounts, basis, appraised_reason: None, decided_reason: None, ..line.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_its_state() {
        let writes = |field: &str| {
            let states = State::ALL.iter().copied().filter(|state| is_writable(Kind::Annual, *state, field));
            states.map(State::as_str).collect::<Vec<_>>()
        };
        for field in ["amounts.actual_n2", "amounts.requested", "quantity", "description", "functional_code"] {
            assert_eq!(writes(field), ["DRAFT"], "{field}");
        }
        for field in ["amounts.appraised", "appraised_reason"] {
            assert_eq!(writes(field), ["ENDORSED"], "{field}");
        }
        for field in ["amounts.decided", "decided_reason"] {
            assert_eq!(writes(field), ["APPRAISED"], "{field}");
        }
        assert!(is_writable(Kind::Reference, State::Draft, "amounts.decided"));
    }
}
