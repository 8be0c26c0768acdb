//! What a check finds in a document: a rule, what it is about, what was expected and what is there. Pure.

use super::state::State;
use crate::words;

words! {
    /// What a finding means to who acts.
    Severity {
        /// Refuses.
        Error "ERROR",
        /// Needs a written justification.
        Warning "WARNING",
        /// Informs.
        Info "INFO",
    }
}

/// Whether a unit still asks, or is decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Until it is appraised.
    Asking,
    /// From then on.
    Deciding,
}

impl Phase {
    /// The phase of a document in a state.
    pub fn of(state: State) -> Self {
        match state {
            State::Draft | State::Submitted | State::Endorsed | State::Cancelled => Self::Asking,
            State::Appraised | State::Approved | State::Closed => Self::Deciding,
        }
    }
}

/// A place in the law, or in a form, that a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The document, as "TT342/2016/TT-BTC".
    pub document: String,
    /// Article and clause, as "Điều 13.4"; empty for the whole.
    pub article: String,
}

impl Citation {
    /// As a person reads it: "TT 342/2016/TT-BTC, Điều 13.4".
    pub fn text(&self) -> String {
        let parts = [self.document.as_str(), self.article.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule, as `FORM-01`.
    pub rule: &'static str,
    /// What it means.
    pub severity: Severity,
    /// One sentence for a person.
    pub message: String,
    /// The resource names concerned.
    pub objects: Vec<String>,
    /// The fields concerned, as paths of the message.
    pub fields: Vec<String>,
    /// What the rule expects, where it can be said.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// Actual less expected, where both are amounts.
    pub difference: Option<i64>,
    /// What the rule rests on; rules of form rest on none.
    pub citations: Vec<Citation>,
    /// What would mend it, where that can be computed.
    pub suggestion: String,
}

impl Finding {
    /// A finding about one object, in words alone.
    pub fn new(rule: &'static str, severity: Severity, object: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            objects: vec![object.into()],
            fields: Vec::new(),
            expected: String::new(),
            actual: String::new(),
            difference: None,
            citations: Vec::new(),
            suggestion: String::new(),
        }
    }

    /// The same about a field.
    pub fn field(mut self, field: &str) -> Self {
        self.fields.push(field.to_owned());
        self
    }

    /// The same with what was expected and what is there.
    pub fn compared(mut self, expected: impl ToString, actual: impl ToString) -> Self {
        (self.expected, self.actual) = (expected.to_string(), actual.to_string());
        self
    }

    /// The same with what would mend it.
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = suggestion.into();
        self
    }
}

/// The findings that stop an act: every ERROR, and every WARNING of a rule that nobody justified.
pub fn stopping<'a>(findings: &'a [Finding], justified: &[String]) -> Vec<&'a Finding> {
    findings
        .iter()
        .filter(|finding| match finding.severity {
            Severity::Error => true,
            Severity::Warning => !justified.iter().any(|rule| rule == finding.rule),
            Severity::Info => false,
        })
        .collect()
}

/// What a change adds to some findings, and what it clears of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What is found afterwards and was not before.
    pub added: Vec<Finding>,
    /// What was found before and is not afterwards.
    pub cleared: Vec<Finding>,
}

impl Difference {
    /// Between what is found before and afterwards; what is found twice counts twice.
    pub fn between(before: Vec<Finding>, after: Vec<Finding>) -> Self {
        let (mut cleared, mut added) = (before, Vec::new());
        for finding in after {
            match cleared.iter().position(|other| *other == finding) {
                Some(place) => drop(cleared.remove(place)),
                None => added.push(finding),
            }
        }
        Self { added, cleared }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_adds_and_clears_what_is_not_on_both_sides() {
        let finding = |text: &str| Finding::new("A", Severity::Error, "x", text);
        let told = |findings: Vec<Finding>| findings.into_iter().map(|one| one.message).collect::<Vec<_>>();
        let before = ["same", "twice", "twice", "gone"].map(finding).to_vec();
        let Difference { added, cleared } = Difference::between(before, ["new", "twice", "same"].map(finding).to_vec());
        assert_eq!((told(added), told(cleared)), (vec!["new".to_owned()], vec!["twice".to_owned(), "gone".to_owned()]));
    }

    #[test]
    fn errors_stop_whatever_is_written_and_warnings_until_they_are_justified() {
        let findings = [
            Finding::new("A", Severity::Error, "x", ""),
            Finding::new("B", Severity::Warning, "x", ""),
            Finding::new("C", Severity::Info, "x", ""),
        ];
        let stops = |justified: &[&str]| {
            let justified: Vec<String> = justified.iter().map(|rule| (*rule).to_owned()).collect();
            stopping(&findings, &justified).iter().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        assert_eq!(stops(&[]), ["A", "B"]);
        assert_eq!(stops(&["A", "B", "C"]), ["A"]);
    }
}
