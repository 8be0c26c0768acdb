//! All documents of a unit and of those below it beside each other, at one revision.
//!
//! Each comparison reads what it needs of all units at once, so that the number of statements does not grow with theirs; only the estimates
//! that take others in, which are few, are tied one by one. What one document must answer for is found by the same rules as when that
//! document is checked. Absent: acts that are refused because of it.

mod actions;
mod envelopes;
mod funding;
mod headcount;
mod inclusion;
mod kept;
mod pay;
mod projects;
mod results;
mod scope;

pub use actions::{CheckConsistency, Consistency, Shown, check_consistency};

use crate::document::finding::{Finding, Phase};
use crate::words;

words! {
    /// What is compared with what.
    Comparison {
        Envelopes "ENVELOPES",
        Pay "PAY",
        Headcount "HEADCOUNT",
        Projects "PROJECTS",
        PlanFunding "PLAN_FUNDING",
        Inclusion "INCLUSION",
        Results "RESULTS",
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The resource name of the document that says it.
    pub document: String,
    /// The revision of the text that does.
    pub revision: i64,
    /// What it says.
    pub value: Option<i64>,
}

impl Figure {
    fn new(document: impl ToString, revision: i64, value: impl Into<Option<i64>>) -> Self {
        Self { document: document.to_string(), revision, value: value.into() }
    }
}

/// Two documents that do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// What was compared.
    pub comparison: Comparison,
    /// The fiscal year.
    pub year: i64,
    /// The id of the unit that it is about.
    pub unit: String,
    /// What is to be kept.
    pub expected: Figure,
    /// What is there.
    pub actual: Figure,
    /// What the rule says.
    pub finding: Finding,
}

/// How much was compared, and how much of it does not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Pairs of figures.
    pub compared: usize,
    /// Findings by severity, in the order of their words.
    pub found: [usize; 3],
}

/// What one comparison found.
#[derive(Debug, Default)]
struct Compared {
    pairs: usize,
    found: Vec<(Phase, Discrepancy)>,
}

impl Compared {
    fn tell(&mut self, phase: Phase, discrepancy: Discrepancy) {
        self.found.push((phase, discrepancy));
    }
}

/// A sum as a figure; what is too large for one is the largest.
fn figure(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}
