//! Where documents wait for somebody, and by which day. Pure.

use std::collections::BTreeMap;

use super::working_days::Event;
use crate::clock::Micros;
use crate::document::authority::Action;
use crate::document::kind::DocumentKind;
use crate::document::state::{State, Verb};
use crate::period::days_between;

/// What waits in which state for whom to do what.
pub const DUTIES: &[(State, Verb, Action)] = &[
    (State::Draft, Verb::Submit, Action::SubmitDocument),
    (State::Submitted, Verb::Endorse, Action::EndorseDocument),
    (State::Endorsed, Verb::Appraise, Action::AppraiseDocument),
    (State::Appraised, Verb::Approve, Action::ApproveDocument),
];

/// The documents in a state that wait for a verb.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Where they stand.
    pub state: State,
    /// What is to be done with them.
    pub verb: Verb,
    /// Of these kinds.
    pub kinds: Vec<DocumentKind>,
    /// Of these units; none means of all.
    pub units: Option<Vec<String>>,
}

/// Where a document waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name below the jurisdiction.
    pub document: String,
    /// What it is.
    pub kind: DocumentKind,
    /// The id of the unit that owns it.
    pub unit: String,
    /// The fiscal year, or the first of several.
    pub year: i64,
    /// Where it stands.
    pub state: State,
    /// How often it was submitted.
    pub submission: i64,
    /// Since when it stands there.
    pub arrived_at: Micros,
    /// When the head of the unit sent it up.
    pub sent_at: Option<Micros>,
}

/// What a dated step of the calendar is about.
pub type StepKey = (DocumentKind, i64, Verb);

/// A dated step: by when a verb is to be done with the documents of a kind and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarStep {
    /// What it is about.
    pub key: StepKey,
    /// The last day on which it is in time; the last in any case where a term is stated.
    pub due_on: String,
    /// The last day as so many working days after something, where that comes first.
    pub term: Option<Term>,
    /// What people call it.
    pub title: String,
    /// What it rests on.
    pub citation: String,
    /// Whether the verb is refused afterwards.
    pub blocks: bool,
    /// Other last days, by unit.
    pub exceptions: BTreeMap<String, Exception>,
    /// The revision that last changed it.
    pub revision: i64,
}

/// So many working days after something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub working_days: i64,
    /// After what.
    pub event: Event,
    /// The day, where that is what is stated.
    pub day: Option<String>,
}

/// Another last day for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The day.
    pub due_on: String,
    /// Why.
    pub reason: String,
}

/// How many days a day is behind the last one; 0 where it is in time.
pub fn days_late(due_on: &str, day: &str) -> i64 {
    days_between(due_on, day).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_what_comes_after_the_last_day() {
        for (due, day, late) in [
            ("2025-07-20", "2025-07-19", 0),
            ("2025-07-20", "2025-07-20", 0),
            ("2025-07-20", "2025-07-21", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2024-12-31", "2026-01-01", 366),
        ] {
            assert_eq!(days_late(due, day), late, "{day} with {due}");
        }
    }
}
