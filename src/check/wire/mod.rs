//! The messages of `check.proto`, to and from the words of this slice.

mod consistency;

use super::actions::*;
use super::judge::{Setting, Years};
use super::rules::{Cited, OPEN, RuleSet};
use crate::document::finding::{Citation, Severity};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{JurisdictionName, RuleName, RuleSetName};
use crate::word::Word;
use crate::{mutations, pb};

mutations!(pb::SetRuleRequest, pb::EnableRuleSetRequest);

fn jurisdiction_of(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

fn rule_name(name: &str) -> Result<RuleName> {
    RuleName::parse(name).ok_or_else(|| Error::invalid("name", "is not the name of a rule"))
}

/// A year of a message; what is open, or has no beginning, is 0.
fn year(year: i64) -> i32 {
    if year == OPEN { 0 } else { i32::try_from(year).unwrap_or_default() }
}

fn years(first: i32, last: i32, path: &str, faults: &mut Faults) -> Years {
    let field = format!("{path}last_fiscal_year");
    faults.when(last != 0 && last < first, &field, "is before the first");
    let to = if last == 0 { OPEN } else { i64::from(last) };
    Years { from: i64::from(first), to }
}

impl FromWire for ListRules {
    type Message = pb::ListRulesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self {
            jurisdiction: jurisdiction_of(&message.parent),
            year: i64::from(message.fiscal_year),
            set: word(message.rule_set),
            tested_only: message.tested_only,
            read_at: read_at(message.read_at),
        })
    }
}

impl FromWire for GetRule {
    type Message = pb::GetRuleRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let year = i64::from(message.fiscal_year);
        Ok(Self { name: rule_name(&message.name)?, year, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListRuleSets {
    type Message = pb::ListRuleSetsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { jurisdiction: jurisdiction_of(&message.parent), read_at: read_at(message.read_at) })
    }
}

impl FromWire for EnableRuleSet {
    type Message = pb::EnableRuleSetRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let name = RuleSetName::parse(&message.name);
        let name = name.ok_or_else(|| Error::invalid("name", "is not the name of a set of rules"))?;
        let set = RuleSet::parse(&name.rule_set.to_ascii_uppercase());
        let set = set.ok_or_else(|| Error::invalid("name", "is not the name of a set of rules"))?;
        let years = years(message.first_fiscal_year, message.last_fiscal_year, "", &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { name, set, years, etag: message.etag })
    }
}

impl FromWire for SetRule {
    type Message = pb::SetRuleRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let setting = message.setting.map(|setting| setting_of(setting, &mut faults));
        unless_invalid(faults.0)?;
        // The answer shows the rule in the first year of what is set, and as it holds last where nothing is.
        let year = setting.as_ref().map_or(OPEN, |setting| setting.years.from);
        Ok(Self { name: rule_name(&message.name)?, year, setting, etag: message.etag })
    }
}

fn setting_of(message: pb::RuleSetting, faults: &mut Faults) -> Setting {
    let pb::RuleSetting { asking_severity, deciding_severity, first_fiscal_year, last_fiscal_year, document, article } =
        message;
    let document = faults.name("setting.document", &document, false);
    let article = faults.name("setting.article", &article, false);
    faults.when(document.is_empty() && !article.is_empty(), "setting.document", "is required with an article");
    Setting {
        asking: word(asking_severity).unwrap_or(Severity::Info),
        deciding: word(deciding_severity).unwrap_or(Severity::Info),
        years: years(first_fiscal_year, last_fiscal_year, "setting.", faults),
        citation: Citation { document, article },
    }
}

fn setting_message(setting: Setting) -> pb::RuleSetting {
    let Setting { asking, deciding, years, citation } = setting;
    pb::RuleSetting {
        asking_severity: number(asking),
        deciding_severity: number(deciding),
        first_fiscal_year: year(years.from),
        last_fiscal_year: year(years.to),
        document: citation.document,
        article: citation.article,
    }
}

fn cited(cited: &Cited) -> pb::RuleCitation {
    pb::RuleCitation {
        document: cited.document.to_owned(),
        article: cited.article.to_owned(),
        first_fiscal_year: year(cited.from),
        last_fiscal_year: year(cited.to),
        sourced: cited.is_sourced,
    }
}

/// The etag of what somebody has set.
fn etag(revision: i64, sending: &Sending<'_>) -> String {
    if revision == 0 { String::new() } else { sending.etag(revision) }
}

impl IntoWire for Shown {
    type Message = pb::Rule;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Rule {
        let Shown { name, rule, year: of, is_tested, asking, deciding, citations, setting, revision } = self;
        pb::Rule {
            name: name.to_string(),
            rule_set: number(rule.set),
            title: rule.title.to_owned(),
            english_title: rule.english_title.to_owned(),
            fiscal_year: year(of),
            tested: is_tested,
            asking_severity: number(asking),
            deciding_severity: number(deciding),
            citations: citations.iter().map(Citation::text).collect(),
            first_fiscal_year: year(rule.from),
            last_fiscal_year: year(rule.to),
            all_citations: rule.citations.iter().map(cited).collect(),
            setting: setting.map(setting_message),
            revision,
            etag: etag(revision, sending),
        }
    }
}

impl IntoWire for ListedRules {
    type Message = pb::ListRulesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        pb::ListRulesResponse { rules: self.0.into_iter().map(|shown| shown.into_wire(sending)).collect() }
    }
}

impl IntoWire for ShownSet {
    type Message = pb::RuleSetState;

    fn into_wire(self, sending: &Sending<'_>) -> pb::RuleSetState {
        let ShownSet { name, set, years, rule_count, revision } = self;
        pb::RuleSetState {
            name: name.to_string(),
            rule_set: number(set),
            enabled: years.is_some(),
            first_fiscal_year: years.map_or(0, |years| year(years.from)),
            last_fiscal_year: years.map_or(0, |years| year(years.to)),
            rule_count: count(rule_count),
            revision,
            etag: etag(revision, sending),
        }
    }
}

impl IntoWire for ListedSets {
    type Message = pb::ListRuleSetsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        pb::ListRuleSetsResponse { rule_sets: self.0.into_iter().map(|set| set.into_wire(sending)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::types::same_words;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<RuleSet>("RULE_SET_", |number| {
            pb::RuleSet::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
