//! Separation of duties: what a person may still do with a document, given what it did before. Pure.
//!
//! Who acts for another acts with two hands: both count, and both are asked. A hand is for ever: no return, amendment or change
//! of roles takes it back. Absent: roles; who is entitled at all is the table of authority's.

#[cfg(test)]
mod tests;

use super::authority::Action;
use super::state::{State, Verb};
use crate::error::{Error, Reason};
use crate::words;

words! {
    /// What a person did with a document, ever.
    Part {
        /// Drafted, submitted, endorsed or appraised it.
        Worked "WORKED",
        Approved "APPROVED",
    }
}

/// Whoever acts, with the part that it had before.
pub type Hand<'a> = (&'a str, Option<Part>);

/// Why duties must stay apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// Who worked on it does not approve it.
    Worked,
    /// Who approved it does not work on it.
    Approved,
    /// Who submitted it does not endorse it.
    Submitted,
    /// Only who submitted it withdraws it.
    NotSubmitter,
}

impl From<Apart> for Error {
    fn from(apart: Apart) -> Self {
        let (reason, needs) = match apart {
            Apart::Worked => {
                (Reason::SeparationOfDuties, "somebody who did not draft, submit, endorse or appraise the document")
            }
            Apart::Approved => (Reason::SeparationOfDuties, "somebody who did not approve the document"),
            Apart::Submitted => (Reason::SeparationOfDuties, "a head of the unit who did not submit the document"),
            Apart::NotSubmitter => (Reason::NotSubmitter, "who submitted the document"),
        };
        Self::Denied { reason, needs: needs.to_owned(), facts: Vec::new() }
    }
}

/// The part that a verb is; none where it leaves no hand on the text.
pub fn part(verb: Verb) -> Option<Part> {
    match verb {
        Verb::Submit | Verb::Endorse | Verb::Appraise => Some(Part::Worked),
        Verb::Approve => Some(Part::Approved),
        Verb::Withdraw | Verb::Return | Verb::Amend | Verb::Close | Verb::Cancel => None,
    }
}

/// What writing lines is in a state, and which part: who writes what is decided is one of those who approve.
pub fn writing(state: State) -> (Action, Part) {
    match state {
        State::Endorsed => (Action::WriteAppraised, Part::Worked),
        State::Appraised => (Action::WriteDecided, Part::Approved),
        State::Draft | State::Submitted | State::Approved | State::Closed | State::Cancelled => {
            (Action::DraftDocument, Part::Worked)
        }
    }
}

/// Whether a part is new to a person; refused to who had the other one.
pub fn take(had: Option<Part>, part: Part) -> Result<bool, Apart> {
    match (had, part) {
        (None, _) => Ok(true),
        (Some(Part::Worked), Part::Worked) | (Some(Part::Approved), Part::Approved) => Ok(false),
        (Some(Part::Worked), Part::Approved) => Err(Apart::Worked),
        (Some(Part::Approved), Part::Worked) => Err(Apart::Approved),
    }
}

/// Refuses a verb to those who act, where one of them had a part that excludes it. `submitted_by` is who submitted the document
/// last, and for whom.
pub fn require(verb: Verb, state: State, acting: &[Hand<'_>], submitted_by: &[String]) -> Result<(), Apart> {
    if let Some(part) = part(verb) {
        for (_, had) in acting {
            take(*had, part)?;
        }
    }
    if state != State::Submitted {
        return Ok(());
    }
    let submitted = acting.iter().any(|(person, _)| submitted_by.iter().any(|by| by == person));
    match verb {
        Verb::Endorse if submitted => Err(Apart::Submitted),
        Verb::Withdraw if !submitted => Err(Apart::NotSubmitter),
        Verb::Endorse
        | Verb::Withdraw
        | Verb::Submit
        | Verb::Return
        | Verb::Appraise
        | Verb::Approve
        | Verb::Amend
        | Verb::Close
        | Verb::Cancel => Ok(()),
    }
}
