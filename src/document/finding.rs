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

#[cfg(test)]
mod tests {
    use super::*;

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
