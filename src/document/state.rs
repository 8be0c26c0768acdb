//! The life of a document: one table of states and verbs. Pure: who may is decided elsewhere.

use std::fmt::Write;

use crate::words;

words! {
    /// Where a document stands in its life.
    State {
        Draft "DRAFT",
        Submitted "SUBMITTED",
        Endorsed "ENDORSED",
        Appraised "APPRAISED",
        Approved "APPROVED",
        Closed "CLOSED",
        Cancelled "CANCELLED",
    }
}

words! {
    /// What moves a document from one state to another.
    Verb {
        Submit "SUBMIT",
        Withdraw "WITHDRAW",
        Endorse "ENDORSE",
        Return "RETURN",
        Appraise "APPRAISE",
        Approve "APPROVE",
        Amend "AMEND",
        Close "CLOSE",
        Cancel "CANCEL",
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Where the document stands.
    pub from: State,
    /// What is done.
    pub verb: Verb,
    /// Where it stands then.
    pub then: State,
    /// Who does it, in the words of the administration.
    pub who: &'static str,
    /// What must hold.
    pub needs: &'static str,
}

const fn row(from: State, verb: Verb, then: State, who: &'static str, needs: &'static str) -> Transition {
    Transition { from, verb, then, who, needs }
}

/// Every transition there is. A pair of state and verb with several rows lets the caller choose where the document goes.
pub const TRANSITIONS: &[Transition] = &[
    row(
        State::Draft,
        Verb::Submit,
        State::Submitted,
        "drafter of the unit",
        "no ERROR finding; each WARNING justified; submission + 1",
    ),
    row(State::Draft, Verb::Cancel, State::Cancelled, "drafter of the unit", "never approved"),
    row(
        State::Draft,
        Verb::Cancel,
        State::Approved,
        "drafter of the unit",
        "an amendment: the text in force comes back",
    ),
    row(State::Submitted, Verb::Withdraw, State::Draft, "who submitted it", "-"),
    row(State::Submitted, Verb::Endorse, State::Endorsed, "head of the unit, not who submitted it", "-"),
    row(State::Submitted, Verb::Return, State::Draft, "head of the unit", "a reason"),
    row(
        State::Endorsed,
        Verb::Appraise,
        State::Appraised,
        "reviewer",
        "a reason where appraised differs from requested",
    ),
    row(State::Endorsed, Verb::Return, State::Draft, "reviewer", "a reason"),
    row(State::Endorsed, Verb::Return, State::Submitted, "reviewer", "a reason"),
    row(
        State::Appraised,
        Verb::Approve,
        State::Approved,
        "approver who did not draft, submit, endorse or appraise it",
        "a signed act; no ERROR finding; a reason where decided differs from appraised",
    ),
    row(State::Appraised, Verb::Return, State::Draft, "reviewer or approver", "a reason"),
    row(State::Appraised, Verb::Return, State::Endorsed, "reviewer or approver", "a reason"),
    row(
        State::Approved,
        Verb::Amend,
        State::Draft,
        "drafter of the unit",
        "number + 1; the text in force stays in force",
    ),
    row(State::Approved, Verb::Close, State::Closed, "approver", "-"),
];

impl State {
    /// Where a verb may lead from here; empty where it cannot be done.
    pub fn after(self, verb: Verb) -> impl Iterator<Item = State> {
        TRANSITIONS.iter().filter(move |row| row.from == self && row.verb == verb).map(|row| row.then)
    }

    /// The verbs that can be done here, each once.
    pub fn verbs(self) -> Vec<Verb> {
        use crate::word::Word;
        Verb::ALL.iter().copied().filter(|verb| self.after(*verb).next().is_some()).collect()
    }

    /// Where a verb leads from here, if anywhere: a return as far as is asked for, and the cancelling of an amendment back to the
    /// text that is in force.
    pub fn leads(self, verb: Verb, to_draft: bool, is_in_force: bool) -> Option<State> {
        let cancelled = if is_in_force { Self::Approved } else { Self::Cancelled };
        match verb {
            Verb::Return => self.returned(to_draft),
            Verb::Cancel => self.after(verb).find(|then| *then == cancelled),
            Verb::Submit
            | Verb::Withdraw
            | Verb::Endorse
            | Verb::Appraise
            | Verb::Approve
            | Verb::Amend
            | Verb::Close => self.after(verb).next(),
        }
    }

    /// Where a return leads: one step back, or to the draft.
    pub fn returned(self, to_draft: bool) -> Option<State> {
        if to_draft {
            self.after(Verb::Return).find(|then| *then == Self::Draft)
        } else {
            self.after(Verb::Return).last()
        }
    }
}

/// The table as a civil servant reads it.
pub fn printed() -> String {
    use crate::word::Word;
    let mut text = format!("{:<10} {:<9} {:<10} {:<58} needs\n", "state", "verb", "then", "who");
    for Transition { from, verb, then, who, needs } in TRANSITIONS {
        let verb = verb.as_str().to_ascii_lowercase();
        // A String takes whatever is written to it.
        let _ = writeln!(text, "{:<10} {verb:<9} {:<10} {who:<58} {needs}", from.as_str(), then.as_str());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::Word;

    #[test]
    fn a_document_that_ended_moves_no_more() {
        for state in [State::Closed, State::Cancelled] {
            assert_eq!(state.verbs(), Vec::new());
        }
    }

    #[test]
    fn every_state_is_reached_from_the_draft() {
        let mut reached = vec![State::Draft];
        for _ in State::ALL {
            let next: Vec<State> =
                TRANSITIONS.iter().filter(|row| reached.contains(&row.from)).map(|row| row.then).collect();
            reached.extend(next);
        }
        assert!(State::ALL.iter().all(|state| reached.contains(state)));
    }

    #[test]
    fn a_return_goes_to_the_draft_or_one_step_back() {
        let goes = |state: State| (state.returned(true), state.returned(false));
        assert_eq!(goes(State::Submitted), (Some(State::Draft), Some(State::Draft)));
        assert_eq!(goes(State::Endorsed), (Some(State::Draft), Some(State::Submitted)));
        assert_eq!(goes(State::Appraised), (Some(State::Draft), Some(State::Endorsed)));
        for state in [State::Draft, State::Approved, State::Closed, State::Cancelled] {
            assert_eq!(goes(state), (None, None));
        }
    }
}
