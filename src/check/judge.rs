//! What findings mean in a jurisdiction: which rules it has enabled, what it takes more or less gravely, and what they rest on. Pure.

use std::collections::BTreeMap;

use super::rules::{self, Rule, RuleSet};
use crate::document::finding::{Citation, Finding, Phase, Severity};

/// The fiscal years in which something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// The first.
    pub from: i64,
    /// The last, [`rules::OPEN`] where there is none.
    pub to: i64,
}

impl Years {
    /// Whether a year is among them.
    pub fn has(self, year: i64) -> bool {
        (self.from..=self.to).contains(&year)
    }
}

/// What a jurisdiction makes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What breaking it means while a unit asks.
    pub asking: Severity,
    /// And when it is decided on.
    pub deciding: Severity,
    /// In these fiscal years.
    pub years: Years,
    /// What the jurisdiction rests it on; empty where nothing.
    pub citation: Citation,
}

/// What a jurisdiction has enabled and changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regime {
    /// The sets beside FORM.
    pub sets: BTreeMap<RuleSet, Years>,
    /// By the id of the rule.
    pub settings: BTreeMap<String, Setting>,
}

impl Regime {
    /// Whether a set is enabled for a fiscal year.
    pub fn has(&self, set: RuleSet, year: i64) -> bool {
        set == RuleSet::Form || self.sets.get(&set).is_some_and(|years| years.has(year))
    }

    /// Whether a rule is tested in a fiscal year.
    pub fn tests(&self, rule: &Rule, year: i64) -> bool {
        rule.holds(year) && self.has(rule.set, year)
    }

    /// What a rule was set to for a fiscal year.
    pub fn setting(&self, rule: &Rule, year: i64) -> Option<&Setting> {
        self.settings.get(rule.id).filter(|setting| setting.years.has(year))
    }

    /// What breaking a rule means at most.
    pub fn severity(&self, rule: &Rule, phase: Phase, year: i64) -> Severity {
        match self.setting(rule, year) {
            Some(setting) if phase == Phase::Asking => setting.asking,
            Some(setting) => setting.deciding,
            None => rule.severity(phase, year),
        }
    }

    /// What a rule rests on in a fiscal year.
    pub fn citations(&self, rule: &Rule, year: i64) -> Vec<Citation> {
        let shipped = rule.cited(year).map(|cited| Citation {
            document: cited.document.to_owned(),
            article: match (cited.is_sourced, cited.article) {
                (true, article) => article.to_owned(),
                (false, "") => "memory, not verified".to_owned(),
                (false, article) => format!("{article} (memory, not verified)"),
            },
        });
        let own = self.setting(rule, year).map(|setting| setting.citation.clone());
        own.into_iter().filter(|own| !own.document.is_empty()).chain(shipped).collect()
    }

    /// The findings as the jurisdiction takes them, the gravest first.
    ///
    /// What is found less grave than its rule is at most, as that something is not complete yet, stays what it is.
    pub fn judged(&self, findings: Vec<Finding>, phase: Phase, year: i64) -> Vec<Finding> {
        let mut judged = Vec::with_capacity(findings.len());
        for mut finding in findings {
            let Some(rule) = rules::find(finding.rule) else {
                judged.push(finding);
                continue;
            };
            if !self.tests(rule, year) {
                continue;
            }
            finding.severity = match self.setting(rule, year) {
                Some(_) if finding.severity <= rule.severity(phase, year) => self.severity(rule, phase, year),
                Some(_) => finding.severity,
                None => finding.severity.max(rule.severity(phase, year)),
            };
            for citation in self.citations(rule, year) {
                if !finding.citations.contains(&citation) {
                    finding.citations.push(citation);
                }
            }
            judged.push(finding);
        }
        judged.sort_by_key(|finding| finding.severity);
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(regime: &Regime, rule: &'static str, severity: Severity, year: i64) -> Vec<(Severity, Vec<String>)> {
        let found = vec![Finding::new(rule, severity, "x", "y")];
        let cited = |found: Finding| found.citations.into_iter().map(|one| one.document).collect::<Vec<_>>();
        let judged = regime.judged(found, Phase::Deciding, year).into_iter();
        judged.map(|found| (found.severity, cited(found))).collect()
    }

    fn set(rule: &str, severity: Severity, from: i64, to: i64) -> Regime {
        let citation = Citation { document: "QĐ 5/2020".to_owned(), article: String::new() };
        let setting = Setting { asking: severity, deciding: severity, years: Years { from, to }, citation };
        Regime { settings: BTreeMap::from([(rule.to_owned(), setting)]), ..Regime::default() }
    }

    #[test]
    fn each_year_has_the_law_of_its_own() {
        let cited = |year| judged(&Regime::default(), "BUD-04", Severity::Error, year).remove(0).1;
        assert_eq!(cited(2015), ["NĐ 95/2014/NĐ-CP"]);
        assert_eq!(cited(2025), ["NĐ 95/2014/NĐ-CP"]);
        assert_eq!(cited(2026), ["TT 133/2025/TT-BTC"]);
        assert_eq!(cited(2014), Vec::<String>::new());
    }

    #[test]
    fn a_set_that_is_not_enabled_finds_nothing_and_neither_does_a_rule_out_of_its_years() {
        let vietnam =
            |from, to| Regime { sets: BTreeMap::from([(RuleSet::Vietnam, Years { from, to })]), ..Regime::default() };
        let found = |regime: &Regime, year| judged(regime, "BUD-06", Severity::Error, year).len();
        assert_eq!(found(&Regime::default(), 2020), 0);
        assert_eq!(found(&vietnam(2018, 2019), 2020), 0);
        assert_eq!(found(&vietnam(2018, rules::OPEN), 2020), 1);
        assert_eq!(found(&vietnam(2018, rules::OPEN), 2026), 0, "the law of 2015 ended");
    }

    #[test]
    fn what_is_remembered_warns_until_a_jurisdiction_raises_it() {
        let vietnam = BTreeMap::from([(RuleSet::Vietnam, Years { from: 0, to: rules::OPEN })]);
        let regime = Regime { sets: vietnam.clone(), ..Regime::default() };
        assert_eq!(judged(&regime, "CLS-03", Severity::Error, 2020)[0].0, Severity::Warning);
        let raised = Regime { sets: vietnam, ..set("CLS-03", Severity::Error, 2020, 2020) };
        let (severity, cited) = judged(&raised, "CLS-03", Severity::Warning, 2020).remove(0);
        assert_eq!((severity, cited[0].as_str()), (Severity::Error, "QĐ 5/2020"));
        assert_eq!(judged(&raised, "CLS-03", Severity::Warning, 2021)[0].0, Severity::Warning);
    }

    #[test]
    fn a_setting_weighs_a_rule_in_its_years_and_leaves_what_only_informs() {
        let regime = set("BUD-01", Severity::Warning, 2024, 2024);
        assert_eq!(judged(&regime, "BUD-01", Severity::Error, 2024)[0].0, Severity::Warning);
        assert_eq!(judged(&regime, "BUD-01", Severity::Error, 2025)[0].0, Severity::Error);
        assert_eq!(judged(&regime, "BUD-01", Severity::Info, 2024)[0].0, Severity::Info);
        assert_eq!(judged(&regime, "NEW-99", Severity::Error, 2024)[0].0, Severity::Error, "not in the register");
    }
}
