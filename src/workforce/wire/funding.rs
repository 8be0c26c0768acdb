//! The messages of funding rules.

use std::collections::{HashMap, HashSet};

use super::{day, jurisdiction, small};
use crate::budget::model::{Autonomy, Side};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{number, number_or_none, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{FundingRuleName, UnitName};
use crate::period::is_day;
use crate::word::Word;
use crate::workforce::actions::{
    BatchWriteFundingRules, GetFundingRule, ListFundingRules, ListedRules, NamedRule, RuleOperation, WrittenRules,
};
use crate::workforce::model::{FundingKey, FundingRule, Share, WHOLE_BP};
use crate::workforce::store::RuleFilter;
use crate::{mutations, pb};

mutations!(pb::BatchWriteFundingRulesRequest);

impl FromWire for BatchWriteFundingRules {
    type Message = pb::BatchWriteFundingRulesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::funding_rule_operation::Operation as Message;
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction(&message.parent);
        let mut seen: HashMap<FundingKey, usize> = HashMap::new();
        let mut operations = Vec::with_capacity(message.operations.len());
        for (position, operation) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{position}]");
            let (operation, field) = match operation.operation {
                Some(Message::Write(body)) => {
                    let field = format!("{path}.write.funding_rule");
                    let rule = body.funding_rule.and_then(|one| rule(one, &jurisdiction, &field, &mut faults));
                    let operation =
                        rule.map(|rule| RuleOperation { key: rule.key.clone(), write: Some(rule), etag: body.etag });
                    (operation, format!("{field}.unit"))
                }
                Some(Message::Remove(body)) => {
                    let field = format!("{path}.remove.name");
                    let key = named(&body.name, &jurisdiction, &field, &mut faults);
                    (key.map(|key| RuleOperation { key, write: None, etag: body.etag }), field)
                }
                // The rule of the field says so.
                None => continue,
            };
            let Some(operation) = operation else { continue };
            match seen.get(&operation.key) {
                Some(first) => faults.when(true, &field, &format!("operations[{first}] has this rule already")),
                None => {
                    seen.insert(operation.key.clone(), position);
                }
            }
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, operations })
    }
}

/// The key of the rule that a name names, which must be of this jurisdiction; none where the rule of the field refuses it.
fn named(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<FundingKey> {
    let name = FundingRuleName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction than the request");
    let key = FundingKey::of_name(&name);
    faults.when(key.is_none(), field, "is not the name of a funding rule");
    key
}

/// Reads a rule; none where it names no unit, which the rule of the field says.
fn rule(message: pb::FundingRule, jurisdiction: &str, path: &str, faults: &mut Faults) -> Option<FundingRule> {
    let pb::FundingRule {
        name: _,
        unit,
        staff_kind,
        component,
        starts_on,
        ends_on,
        shares,
        citation,
        note,
        revision: _,
        etag: _,
        updated_at: _,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    let unit = UnitName::parse(&unit)?;
    faults.when(unit.jurisdiction != jurisdiction, &at("unit"), "is of another jurisdiction than the request");
    faults.when(!is_day(&starts_on), &at("starts_on"), "is not a day");
    let ends_on = day(faults, &at("ends_on"), &ends_on);
    faults.when(ends_on.as_ref().is_some_and(|end| *end <= starts_on), &at("ends_on"), "is not after starts_on");
    let whole: i64 = shares.iter().map(|share| i64::from(share.share_bp)).sum();
    faults.when(whole != WHOLE_BP, &at("shares"), &format!("add to {whole}, not to {WHOLE_BP}"));
    let shares: Vec<Share> = shares.into_iter().filter_map(share).collect();
    let mut seen = HashSet::new();
    let again = shares.iter().position(|share| !seen.insert(Share { share_bp: 0, ..share.clone() }));
    if let Some(again) = again {
        faults.when(true, &format!("{path}.shares[{again}]"), "has the codes of an earlier share");
    }
    let component = Some(component).filter(|component| !component.is_empty());
    Some(FundingRule {
        key: FundingKey { unit: unit.unit, staff_kind: word(staff_kind), component, starts_on },
        ends_on,
        shares,
        citation: faults.name(&at("citation"), &citation, false),
        note: faults.long(&at("note"), &note),
        revision: 0,
        updated_at: 0,
    })
}

/// Reads a share; none where it does not say its autonomy, which the rule of the field names.
fn share(message: pb::FundingShare) -> Option<Share> {
    let pb::FundingShare {
        side,
        administrative_code,
        functional_code,
        source_code,
        programme_code,
        autonomy,
        share_bp,
    } = message;
    let stated = |code: String| Some(code).filter(|code| !code.is_empty());
    Some(Share {
        side: word(side).unwrap_or(Side::Expenditure).as_str().to_owned(),
        administrative: stated(administrative_code),
        functional: functional_code,
        source: stated(source_code),
        programme: stated(programme_code),
        autonomy: word::<Autonomy>(autonomy)?.as_str().to_owned(),
        share_bp: i64::from(share_bp),
    })
}

impl IntoWire for WrittenRules {
    type Message = pb::BatchWriteFundingRulesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written =
            |(name, stands)| pb::WrittenFundingRule { name, etag: if stands { etag.clone() } else { String::new() } };
        let funding_rules = self.names.into_iter().map(written).collect();
        pb::BatchWriteFundingRulesResponse { funding_rules, revision: self.revision }
    }
}

impl FromWire for GetFundingRule {
    type Message = pb::GetFundingRuleRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let bad = || Error::invalid("name", "is not the name of a funding rule");
        let name = FundingRuleName::parse(&message.name).ok_or_else(bad)?;
        let key = FundingKey::of_name(&name).ok_or_else(bad)?;
        Ok(Self { jurisdiction: name.jurisdiction, key, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListFundingRules {
    type Message = pb::ListFundingRulesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction(&message.parent);
        let unit = UnitName::parse(&message.unit);
        let foreign = unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction);
        faults.when(foreign, "unit", "is of another jurisdiction");
        let filter = RuleFilter {
            unit: unit.map(|unit| unit.unit),
            in_force_on: day(&mut faults, "in_force_on", &message.in_force_on),
            after: None,
        };
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, filter, read_at: read_at(message.read_at), page })
    }
}

fn message(jurisdiction: &str, rule: FundingRule, sending: &Sending<'_>) -> pb::FundingRule {
    let FundingRule { key, ends_on, shares, citation, note, revision, updated_at } = rule;
    let name = key.name(jurisdiction).to_string();
    let FundingKey { unit, staff_kind, component, starts_on } = key;
    pb::FundingRule {
        name,
        unit: UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string(),
        staff_kind: number_or_none(staff_kind),
        component: component.unwrap_or_default(),
        starts_on,
        ends_on: ends_on.unwrap_or_default(),
        shares: shares.into_iter().map(share_message).collect(),
        citation,
        note,
        revision,
        etag: sending.etag(revision),
        updated_at: timestamp(updated_at),
    }
}

fn share_message(share: Share) -> pb::FundingShare {
    let Share { side, administrative, functional, source, programme, autonomy, share_bp } = share;
    pb::FundingShare {
        side: number_or_none(Side::parse(&side)),
        administrative_code: administrative.unwrap_or_default(),
        functional_code: functional,
        source_code: source.unwrap_or_default(),
        programme_code: programme.unwrap_or_default(),
        autonomy: Autonomy::parse(&autonomy).map(number).unwrap_or_default(),
        share_bp: small(share_bp),
    }
}

impl IntoWire for NamedRule {
    type Message = pb::FundingRule;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        message(&self.jurisdiction, self.rule, sending)
    }
}

impl IntoWire for ListedRules {
    type Message = pb::ListFundingRulesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { jurisdiction, rules, next_page_token } = self;
        let funding_rules = rules.into_iter().map(|rule| message(&jurisdiction, rule, sending)).collect();
        pb::ListFundingRulesResponse { funding_rules, next_page_token }
    }
}
