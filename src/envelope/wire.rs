//! The messages of `envelope.proto`, to and from the words of this slice.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::*;
use super::model::{Envelope, Kind, Said, Selector, State};
use super::position::{GetPosition, Level, Position};
use super::store::EnvelopeFilter;
use crate::approval::model::Act;
use crate::approval::wire::{act, act_message};
use crate::budget::model::Side;
use crate::budget::summary::Attribute;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{EnvelopeName, EstimateName, JurisdictionName, UnitName};
use crate::{mutations, pb};

mutations!(pb::IssueEnvelopeRequest, pb::UpdateEnvelopeRequest, pb::RetainEnvelopeRequest, pb::WithdrawEnvelopeRequest,);

const WRITABLE: &[&str] = &["title", "note", "amounts", "act", "unit", "kind", "selector"];
const READABLE: &[&str] = &["name", "state", "revision", "etag", "created_at", "updated_at"];

fn jurisdiction_of(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

fn envelope_name(name: &str) -> Result<EnvelopeName> {
    EnvelopeName::parse(name).ok_or_else(|| Error::invalid("name", "is not the name of an envelope"))
}

fn year(year: i64) -> i32 {
    i32::try_from(year).unwrap_or_default()
}

/// The unit of a field; it must be of this jurisdiction.
fn unit(name: &str, field: &str, jurisdiction: &str, faults: &mut Faults) -> Option<UnitName> {
    let name = UnitName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name)
}

fn selector(message: Option<pb::EnvelopeSelector>, faults: &mut Faults) -> Selector {
    let pb::EnvelopeSelector { side, terms: messages } = message.unwrap_or_default();
    let mut terms = BTreeMap::new();
    for (at, pb::EnvelopeTerm { attribute, values }) in messages.into_iter().enumerate() {
        let field = |name: &str| format!("envelope.selector.terms[{at}].{name}");
        let Some(attribute) = word::<Attribute>(attribute) else { continue };
        if let Some(words) = Selector::words(attribute) {
            for (number, value) in values.iter().enumerate().filter(|(_, value)| !words.contains(&value.as_str())) {
                let text = format!("{value} is not one of {}", words.join(", "));
                faults.when(true, &format!("{}[{number}]", field("values")), &text);
            }
        }
        let twice = terms.insert(attribute, values.into_iter().collect::<BTreeSet<String>>()).is_some();
        faults.when(twice, &field("attribute"), "has a term already");
    }
    Selector { side: word(side).unwrap_or(Side::Expenditure), terms }
}

fn selector_message(selector: Selector) -> pb::EnvelopeSelector {
    let term = |(attribute, values): (Attribute, BTreeSet<String>)| pb::EnvelopeTerm {
        attribute: number(attribute),
        values: values.into_iter().collect(),
    };
    pb::EnvelopeSelector { side: number(selector.side), terms: selector.terms.into_iter().map(term).collect() }
}

fn amounts(messages: &[pb::EnvelopeAmount], faults: &mut Faults) -> BTreeMap<i64, i64> {
    let mut amounts = BTreeMap::new();
    for (at, message) in messages.iter().enumerate() {
        let twice = amounts.insert(i64::from(message.fiscal_year), message.amount).is_some();
        faults.when(twice, &format!("envelope.amounts[{at}].fiscal_year"), "stands twice");
    }
    amounts
}

impl FromWire for IssueEnvelope {
    type Message = pb::IssueEnvelopeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let body = message.envelope.unwrap_or_default();
        let unit = unit(&body.unit, "envelope.unit", &jurisdiction, &mut faults);
        faults.when(unit.is_none(), "envelope.unit", "is required");
        faults.when(body.kind == 0, "envelope.kind", "is required");
        faults.when(body.amounts.is_empty(), "envelope.amounts", "is required");
        faults.when(body.act.is_none(), "envelope.act", "is required");
        let said = |amount: i64| Said { amount, retained: None };
        let new = Envelope {
            id: message.envelope_id,
            unit: unit.map(|unit| unit.unit).unwrap_or_default(),
            kind: word(body.kind).unwrap_or(Kind::Control),
            selector: selector(body.selector, &mut faults),
            amounts: amounts(&body.amounts, &mut faults)
                .into_iter()
                .map(|(year, amount)| (year, said(amount)))
                .collect(),
            title: faults.name("envelope.title", &body.title, true),
            note: faults.long("envelope.note", &body.note),
            act: act(body.act, "envelope.act", &mut faults).unwrap_or_else(no_act),
            state: State::InForce,
            revision: 0,
            created_at: 0,
            updated_at: 0,
            jurisdiction,
        };
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

/// Stands where an act was required and not stated, which is refused.
fn no_act() -> Act {
    let [number, signed_on, authority, signer] = std::array::from_fn(|_| String::new());
    Act { number, signed_on, authority, signer, file_digest: None }
}

impl FromWire for UpdateEnvelope {
    type Message = pb::UpdateEnvelopeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, WRITABLE, READABLE, &mut faults.0);
        let body = message.envelope.unwrap_or_default();
        let name = EnvelopeName::parse(&body.name);
        faults.when(name.is_none(), "envelope.name", "is not the name of an envelope");
        let name = name.unwrap_or_else(|| EnvelopeName { jurisdiction: String::new(), envelope: String::new() });
        let writes = |field: &str, populated: bool| mask.writes(field, populated);
        let title = faults.name("envelope.title", &body.title, writes("title", !body.title.is_empty()));
        let amounts = amounts(&body.amounts, &mut faults);
        let writes_amounts = writes("amounts", !amounts.is_empty());
        faults.when(writes_amounts && amounts.is_empty(), "envelope.amounts", "is required");
        let has_act = writes("act", body.act.is_some());
        faults.when(has_act && body.act.is_none(), "envelope.act", "is required");
        faults.when(writes_amounts && !has_act, "envelope.act", "is required with amounts");
        let stated = |field: &str, populated: bool| mask.states(field, populated) && populated;
        let unit = unit(&body.unit, "envelope.unit", &name.jurisdiction, &mut faults).map(|unit| unit.unit);
        let selector_stated = stated("selector", body.selector.is_some());
        let selector = selector(body.selector, &mut faults);
        let act = act(body.act, "envelope.act", &mut faults).filter(|_| has_act);
        let ask = Self {
            etag: message.etag,
            title,
            note: faults.long("envelope.note", &body.note),
            amounts,
            act,
            unit: unit.filter(|_| stated("unit", true)),
            kind: word(body.kind).filter(|_| stated("kind", true)),
            selector: Some(selector).filter(|_| selector_stated),
            name,
            mask,
        };
        unless_invalid(faults.0)?;
        Ok(ask)
    }
}

impl FromWire for RetainEnvelope {
    type Message = pb::RetainEnvelopeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let (mut faults, mut seen) = (Faults::default(), BTreeSet::new());
        for (at, kept) in message.retained.iter().enumerate() {
            let twice = !seen.insert(kept.fiscal_year);
            faults.when(twice, &format!("retained[{at}].fiscal_year"), "stands twice");
        }
        unless_invalid(faults.0)?;
        let retained = message.retained.iter().map(|kept| (i64::from(kept.fiscal_year), kept.amount)).collect();
        Ok(Self { name: envelope_name(&message.name)?, etag: message.etag, retained })
    }
}

impl FromWire for WithdrawEnvelope {
    type Message = pb::WithdrawEnvelopeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let act = act(message.act, "act", &mut faults).unwrap_or_else(no_act);
        unless_invalid(faults.0)?;
        Ok(Self { name: envelope_name(&message.name)?, etag: message.etag, act })
    }
}

impl FromWire for GetEnvelope {
    type Message = pb::GetEnvelopeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: envelope_name(&message.name)?, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListEnvelopes {
    type Message = pb::ListEnvelopesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = unit(&message.unit, "unit", &jurisdiction, &mut faults);
        faults.when(message.subtree && unit.is_none(), "unit", "is required with subtree");
        unless_invalid(faults.0)?;
        let filter = EnvelopeFilter {
            units: None,
            year: Some(i64::from(message.fiscal_year)).filter(|year| *year != 0),
            kinds: message.kinds.iter().filter_map(|kind| word(*kind)).collect(),
        };
        Ok(Self { jurisdiction, unit, subtree: message.subtree, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for GetPosition {
    type Message = pb::GetPositionRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let year = i64::from(message.fiscal_year);
        Ok(Self { name: envelope_name(&message.name)?, year, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for Envelope {
    type Message = pb::Envelope;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Envelope {
        let name = self.name().to_string();
        let Envelope {
            jurisdiction,
            id: _,
            unit,
            kind,
            selector,
            amounts,
            title,
            note,
            act,
            state,
            revision,
            created_at,
            updated_at,
        } = self;
        let amount = |(of, said): (i64, Said)| pb::EnvelopeAmount {
            fiscal_year: year(of),
            amount: said.amount,
            retained_amount: said.retained,
        };
        pb::Envelope {
            name,
            unit: UnitName { jurisdiction, unit }.to_string(),
            kind: number(kind),
            selector: Some(selector_message(selector)),
            amounts: amounts.into_iter().map(amount).collect(),
            title,
            note,
            act: Some(act_message(act)),
            state: number(state),
            revision,
            etag: sending.etag(revision),
            created_at: timestamp(created_at),
            updated_at: timestamp(updated_at),
        }
    }
}

impl IntoWire for ListedEnvelopes {
    type Message = pb::ListEnvelopesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let envelopes = self.envelopes.into_iter().map(|envelope| envelope.into_wire(sending)).collect();
        pb::ListEnvelopesResponse { envelopes, next_page_token: self.next_page_token }
    }
}

impl IntoWire for Position {
    type Message = pb::GetPositionResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let jurisdiction = &self.name.jurisdiction;
        pb::GetPositionResponse {
            envelope: self.name.to_string(),
            fiscal_year: year(self.year),
            levels: self.levels.into_iter().map(|level| level_message(level, jurisdiction)).collect(),
            revision: self.revision,
        }
    }
}

fn level_message(level: Level, jurisdiction: &str) -> pb::EnvelopeLevel {
    let unit = |unit: String| UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string();
    let envelope = |envelope: String| EnvelopeName { jurisdiction: jurisdiction.to_owned(), envelope }.to_string();
    let estimate = |estimate: String| EstimateName { jurisdiction: jurisdiction.to_owned(), estimate }.to_string();
    let (unassigned_amount, gap_amount) = (level.unassigned(), level.gap());
    let Level {
        unit: of,
        display_name,
        depth,
        issued,
        passed_on,
        sums,
        is_breached,
        justification,
        estimate: own,
        next,
    } = level;
    let (held, said) = issued.unzip();
    let (own, state) = own.unzip();
    let (verb, whose) = next.unzip();
    pb::EnvelopeLevel {
        unit: unit(of),
        display_name,
        depth: count(depth),
        envelope: held.map(envelope).unwrap_or_default(),
        issued_amount: said.map(|said| said.amount),
        passed_on_amount: passed_on,
        retained_amount: said.and_then(|said| said.retained),
        unassigned_amount,
        requested_amount: sums.requested,
        appraised_amount: sums.appraised,
        decided_amount: sums.decided,
        latest_amount: sums.latest,
        gap_amount,
        breached: is_breached,
        justification,
        estimate: own.map(estimate).unwrap_or_default(),
        state: state.map_or(0, number),
        next_verb: verb.map_or(0, number),
        next_units: whose.unwrap_or_default().into_iter().map(unit).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::types::same_words;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<Kind>("ENVELOPE_KIND_", |number| {
            pb::EnvelopeKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<State>("ENVELOPE_STATE_", |number| {
            pb::EnvelopeState::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
