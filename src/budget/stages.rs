//! Which fields of a line are written in which state: the rules of its stages. Pure.

use super::model::{Kind, Line, Stage, changed_fields, stated_figures};
use crate::document::stages::{Stage as Staging, Staged};
use crate::document::state::State;
use crate::error::{Reason, Refusal};

/// Why fields of a line may not be written in a state, each with its path; `old` is the line as it stands.
pub fn refuse_fields(line: &Line, old: Option<&Line>, kind: Kind, state: State, path: &str) -> Vec<Refusal> {
    let refuse = |field: &'static str| {
        let is_refused = !is_writable(kind, state, field);
        is_refused.then(|| {
            Refusal::new(Reason::StageNotWritable, format!("{path}.{field}"), stage_of(field).why("estimate", state))
        })
    };
    match old {
        Some(old) => changed_fields(old, line).into_iter().filter_map(refuse).collect(),
        None => stated_figures(line).filter_map(refuse).collect(),
    }
}

/// Whether a field is written in a state. Whoever adds a line in a later state describes it; that is no change of a field.
fn is_writable(kind: Kind, state: State, field: &str) -> bool {
    let stage = stage_of(field);
    state == stage.state() || stage != Staging::Requested && kind == Kind::Reference
}

/// The stage to which a field belongs; whatever is not of a later one is the drafter's.
fn stage_of(field: &str) -> Staging {
    match field {
        "amounts.appraised" | "appraised_reason" => Staging::Appraised,
        "amounts.decided" | "decided_reason" => Staging::Decided,
        _ => Staging::Requested,
    }
}

impl Staged for Line {
    fn figure(&self, stage: Staging) -> Option<i64> {
        self.amounts.get(column(stage))
    }

    fn set_figure(&mut self, stage: Staging, figure: Option<i64>) {
        self.amounts.set(column(stage), figure);
    }

    fn reason(&self, stage: Staging) -> Option<&str> {
        match stage {
            Staging::Requested => None,
            Staging::Appraised => self.appraised_reason.as_deref(),
            Staging::Decided => self.decided_reason.as_deref(),
        }
    }

    fn forget_reason(&mut self, stage: Staging) {
        match stage {
            Staging::Requested => {}
            Staging::Appraised => self.appraised_reason = None,
            Staging::Decided => self.decided_reason = None,
        }
    }
}

/// The column of a line that a stage is.
fn column(stage: Staging) -> Stage {
    match stage {
        Staging::Requested => Stage::Requested,
        Staging::Appraised => Stage::Appraised,
        Staging::Decided => Stage::Decided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::Word;

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
