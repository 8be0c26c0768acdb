//! The register of rules: one entry for each, whoever tests it. Pure data.
//!
//! A family has a file of its own; a slice that tests a rule gives findings with its id, and everything else that there is to know of it
//! stands here. What is not tested, and why, is the table of `absent`.

pub mod absent;
mod budget;
mod classification;
mod consistency;
mod form;
mod plan;
mod project;
mod workforce;

use crate::document::finding::{Phase, Severity};
use crate::words;

words! {
    /// A set of rules that a jurisdiction enables as a whole.
    RuleSet {
        /// What holds of any line-item budget, and of what the jurisdiction itself has issued. Always enabled.
        Form "FORM",
        /// The law of Việt Nam.
        Vietnam "VIETNAM",
    }
}

/// The last of years without an end.
pub const OPEN: i64 = 9_999;

/// A place in the law that a rule rests on, and the fiscal years for which it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cited {
    /// The document, as "Luật 83/2015/QH13".
    pub document: &'static str,
    /// Article and clause; empty for the whole.
    pub article: &'static str,
    /// The first fiscal year.
    pub from: i64,
    /// The last one, [`OPEN`] where no end is known.
    pub to: i64,
    /// Whether it was read in the document; otherwise it is remembered and not verified.
    pub is_sourced: bool,
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, as `BUD-01`.
    pub id: &'static str,
    /// The set that it belongs to.
    pub set: RuleSet,
    /// What it says, in Vietnamese.
    pub title: &'static str,
    /// The same in English.
    pub english_title: &'static str,
    /// What breaking it means at most while a unit asks.
    pub asking: Severity,
    /// And when it is decided on.
    pub deciding: Severity,
    /// The fiscal years in which it holds.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// What it rests on.
    pub citations: &'static [Cited],
}

impl Rule {
    /// A rule of a set that holds always, means the same in both phases and rests on nothing.
    const fn new(
        set: RuleSet,
        id: &'static str,
        severity: Severity,
        title: &'static str,
        english_title: &'static str,
    ) -> Self {
        let (from, to) = (0, OPEN);
        Self { id, set, title, english_title, asking: severity, deciding: severity, from, to, citations: &[] }
    }

    /// The same in these fiscal years.
    const fn holding(self, from: i64, to: i64) -> Self {
        Self { from, to, ..self }
    }

    /// The same, meaning something else when it is decided on.
    const fn deciding(self, severity: Severity) -> Self {
        Self { deciding: severity, ..self }
    }

    /// The same, resting on these.
    const fn citing(self, citations: &'static [Cited]) -> Self {
        Self { citations, ..self }
    }

    /// Whether it holds in a fiscal year.
    pub fn holds(&self, year: i64) -> bool {
        (self.from..=self.to).contains(&year)
    }

    /// What it rests on in a fiscal year.
    pub fn cited(&self, year: i64) -> impl Iterator<Item = &'static Cited> {
        self.citations.iter().filter(move |cited| (cited.from..=cited.to).contains(&year))
    }

    /// Whether all that it rests on in a year is remembered and not verified.
    pub fn is_unverified(&self, year: i64) -> bool {
        let mut cited = self.cited(year).peekable();
        cited.peek().is_some() && cited.all(|cited| !cited.is_sourced)
    }

    /// What breaking it means at most, as it ships: what nobody has verified refuses nothing.
    pub fn severity(&self, phase: Phase, year: i64) -> Severity {
        let severity = match phase {
            Phase::Asking => self.asking,
            Phase::Deciding => self.deciding,
        };
        if self.is_unverified(year) { severity.max(Severity::Warning) } else { severity }
    }
}

/// Read in the document, for these fiscal years.
const fn sourced(document: &'static str, article: &'static str, from: i64, to: i64) -> Cited {
    Cited { document, article, from, to, is_sourced: true }
}

/// Remembered, for these fiscal years.
const fn remembered(document: &'static str, article: &'static str, from: i64, to: i64) -> Cited {
    Cited { document, article, from, to, is_sourced: false }
}

/// Every family of rules.
const FAMILIES: &[&[Rule]] = &[
    form::RULES,
    budget::RULES,
    classification::RULES,
    plan::RULES,
    project::RULES,
    workforce::RULES,
    consistency::RULES,
];

/// Every rule, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The rule with an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_once_and_rests_on_what_is_in_force_while_it_holds() {
        let mut ids: Vec<&str> = all().map(|rule| rule.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for rule in all() {
            assert!(rule.from <= rule.to && !rule.title.is_empty() && !rule.english_title.is_empty(), "{}", rule.id);
            for cited in rule.citations {
                let meets = cited.from <= rule.to && rule.from <= cited.to && cited.from <= cited.to;
                assert!(meets, "{}: {} is never in force while it holds", rule.id, cited.document);
            }
            assert!(absent::ABSENT.iter().all(|(id, _)| *id != rule.id), "{} is there and absent", rule.id);
        }
    }

    #[test]
    fn what_is_only_remembered_refuses_nothing() {
        const CITED: &[Cited] = &[remembered("X", "", 2018, 2025), sourced("Y", "", 2026, OPEN)];
        let rule = Rule::new(RuleSet::Vietnam, "X-1", Severity::Error, "x", "x").citing(CITED);
        assert_eq!(rule.severity(Phase::Deciding, 2020), Severity::Warning);
        assert_eq!(rule.severity(Phase::Deciding, 2026), Severity::Error);
        assert_eq!(rule.severity(Phase::Deciding, 2010), Severity::Error, "it rests on nothing then, by form");
    }
}
