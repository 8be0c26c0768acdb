//! What approval knows of a document, and what a verb needs. Pure: no store, no clock.

use crate::clock::Micros;
use crate::document::finding::Finding;
use crate::document::kind::DocumentKind;
use crate::document::state::{State, Verb};
use crate::error::{Error, Reason, Result};
use crate::word::Word;

/// Where a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its resource name.
    pub name: String,
    /// Its name below the jurisdiction.
    pub document: String,
    /// The resource name of the unit that owns it.
    pub unit: String,
    /// Its state.
    pub state: State,
    /// How often it was submitted.
    pub submission: i64,
    /// 0 for the first text, n for its n-th amendment.
    pub number: i64,
    /// The revision whose text is in force.
    pub in_force: Option<i64>,
    /// What it is.
    pub kind: DocumentKind,
    /// The fiscal year, or the first of several.
    pub year: i64,
    /// Whether its kind is approved at all.
    pub is_approvable: bool,
    /// The verbs that are open to the caller.
    pub open_verbs: Vec<Verb>,
    /// What the checks of the act found.
    pub findings: Vec<Finding>,
    /// The revision that last changed it.
    pub revision: i64,
}

impl Life {
    /// Where a verb leads from here.
    pub fn after(&self, verb: Verb, to_draft: bool) -> Result<State> {
        let leads = || self.state.leads(verb, to_draft, self.in_force.is_some());
        let then = if self.is_approvable { leads() } else { None };
        then.ok_or_else(|| {
            let open: Vec<&str> = self.verbs().into_iter().map(Verb::as_str).collect();
            let allowed = if open.is_empty() { "nothing".to_owned() } else { open.join(", ") };
            let text = format!("{} is {}, which allows {allowed}", self.name, self.state.as_str());
            Error::refused(Reason::VerbNotOpen, self.name.clone(), text)
        })
    }

    /// The verbs that its state allows.
    pub fn verbs(&self) -> Vec<Verb> {
        if self.is_approvable { self.state.verbs() } else { Vec::new() }
    }
}

/// Why a WARNING is no obstacle.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Justification {
    /// The rule.
    pub rule: String,
    /// The justification.
    pub text: String,
}

/// A signed act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its number.
    pub number: String,
    /// The day.
    pub signed_on: String,
    /// Who acts.
    pub authority: String,
    /// Who signed.
    pub signer: String,
    /// SHA-256 of the signed file.
    pub file_digest: Option<Vec<u8>>,
}

/// One verb that was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The revision that it made.
    pub revision: i64,
    /// When.
    pub at: Micros,
    /// What was done.
    pub verb: Verb,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// The submission afterwards.
    pub submission: i64,
    /// The amendment afterwards.
    pub number: i64,
    /// Who did it.
    pub person: String,
    /// For whom; empty for nobody.
    pub on_behalf_of: String,
    /// Why.
    pub reason: String,
    /// Why a WARNING was no obstacle.
    pub justifications: Vec<Justification>,
    /// Remarks on lines, by line id.
    pub remarks: Vec<(String, String)>,
}

/// What an act decided on a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The document, below the jurisdiction.
    pub document: String,
    /// 0 for the first text.
    pub number: i64,
    /// In force since.
    pub revision: i64,
    /// When.
    pub at: Micros,
    /// Who recorded it.
    pub person: String,
    /// The act.
    pub act: Act,
    /// In force before.
    pub previous: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(state: State, in_force: Option<i64>, is_approvable: bool) -> Life {
        Life {
            name: "jurisdictions/j/estimates/e".to_owned(),
            document: "estimates/e".to_owned(),
            unit: String::new(),
            state,
            kind: DocumentKind::AnnualEstimate,
            year: 2026,
            submission: 0,
            number: 0,
            in_force,
            is_approvable,
            open_verbs: Vec::new(),
            findings: Vec::new(),
            revision: 1,
        }
    }

    #[test]
    fn a_cancelled_amendment_is_approved_again_and_a_first_draft_is_gone() {
        assert_eq!(life(State::Draft, Some(3), true).after(Verb::Cancel, false).ok(), Some(State::Approved));
        assert_eq!(life(State::Draft, None, true).after(Verb::Cancel, false).ok(), Some(State::Cancelled));
    }

    #[test]
    fn what_is_never_approved_allows_no_verb() {
        assert!(Verb::ALL.iter().all(|verb| life(State::Draft, None, false).after(*verb, true).is_err()));
    }
}
