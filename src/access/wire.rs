//! The messages of `access.proto`, to and from the words of this slice.

use super::actions::*;
use super::model::{Delegation, DelegationState, Grant, GrantState};
use super::store::GrantFilter;
use crate::app::{Logged, RefusalFilter};
use crate::document::authority::Role;
use crate::document::standing::Held;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{instant, number, number_or_none, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{DelegationName, GrantName, JurisdictionName, PrincipalName, UnitName};
use crate::period::is_day;
use crate::{mutations, pb};

mutations!(
    pb::CreateGrantRequest,
    pb::ConfirmGrantRequest,
    pb::RevokeGrantRequest,
    pb::CreateDelegationRequest,
    pb::RevokeDelegationRequest,
);

fn parent(text: &str) -> Result<String> {
    let name =
        JurisdictionName::parse(text).ok_or_else(|| Error::invalid("parent", "is not the name of a jurisdiction"));
    name.map(|name| name.jurisdiction)
}

fn grant_name(text: &str) -> Result<GrantName> {
    GrantName::parse(text).ok_or_else(|| Error::invalid("name", "is not the name of a grant"))
}

fn principal(text: &str) -> String {
    PrincipalName::parse(text).map(|name| name.principal).unwrap_or_default()
}

fn principal_name(id: &str) -> String {
    PrincipalName { principal: id.to_owned() }.to_string()
}

fn principal_name_or_empty(id: &str) -> String {
    if id.is_empty() { String::new() } else { principal_name(id) }
}

fn unit_name(jurisdiction: &str, unit: Option<String>) -> String {
    let name = |unit| UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string();
    unit.map(name).unwrap_or_default()
}

/// The unit of a jurisdiction that a field names; none where it is empty.
fn unit(faults: &mut Faults, field: &str, text: &str, jurisdiction: &str) -> Option<String> {
    let name = UnitName::parse(text)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name.unit)
}

/// A period: both days are days, and the last comes after the first.
fn period(faults: &mut Faults, path: &str, starts_on: &str, ends_on: &str) {
    for (field, day) in [("starts_on", starts_on), ("ends_on", ends_on)] {
        faults.when(!day.is_empty() && !is_day(day), &format!("{path}.{field}"), "is not a day of the calendar");
    }
    let inverted = !starts_on.is_empty() && !ends_on.is_empty() && ends_on <= starts_on;
    faults.when(inverted, &format!("{path}.ends_on"), "must come after starts_on");
}

impl FromWire for CreateGrant {
    type Message = pb::CreateGrantRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let jurisdiction = parent(&message.parent)?;
        let mut faults = Faults::default();
        let body = message.grant.unwrap_or_default();
        period(&mut faults, "grant", &body.starts_on, &body.ends_on);
        let unit = unit(&mut faults, "grant.unit", &body.unit, &jurisdiction);
        unless_invalid(faults.0)?;
        Ok(Self(Grant {
            id: message.grant_id,
            principal: principal(&body.principal),
            role: word(body.role).unwrap_or(Role::Reader),
            unit,
            starts_on: body.starts_on,
            ends_on: Some(body.ends_on).filter(|day| !day.is_empty()),
            state: GrantState::Pending,
            granted_by: String::new(),
            confirmed_by: None,
            jurisdiction,
            revision: 0,
            created_at: 0,
            updated_at: 0,
        }))
    }
}

impl FromWire for ConfirmGrant {
    type Message = pb::ConfirmGrantRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: grant_name(&message.name)?, etag: message.etag })
    }
}

impl FromWire for RevokeGrant {
    type Message = pb::RevokeGrantRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: grant_name(&message.name)?, etag: message.etag })
    }
}

impl FromWire for GetGrant {
    type Message = pb::GetGrantRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: grant_name(&message.name)?, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListGrants {
    type Message = pb::ListGrantsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = parent(&message.parent)?;
        let mut faults = Faults::default();
        let filter = GrantFilter {
            principal: PrincipalName::parse(&message.principal).map(|name| name.principal),
            unit: unit(&mut faults, "unit", &message.unit, &jurisdiction),
            with_revoked: message.with_revoked,
            visible: None,
        };
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for CreateDelegation {
    type Message = pb::CreateDelegationRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let jurisdiction = parent(&message.parent)?;
        let mut faults = Faults::default();
        let body = message.delegation.unwrap_or_default();
        period(&mut faults, "delegation", &body.starts_on, &body.ends_on);
        let unit = unit(&mut faults, "delegation.unit", &body.unit, &jurisdiction);
        unless_invalid(faults.0)?;
        Ok(Self(Delegation {
            id: message.delegation_id,
            lender: String::new(),
            deputy: principal(&body.deputy),
            role: word(body.role),
            unit,
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            state: DelegationState::InForce,
            jurisdiction,
            revision: 0,
            created_at: 0,
            updated_at: 0,
        }))
    }
}

impl FromWire for RevokeDelegation {
    type Message = pb::RevokeDelegationRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = DelegationName::parse(&message.name);
        let name = name.ok_or_else(|| Error::invalid("name", "is not the name of a delegation"))?;
        Ok(Self { name, etag: message.etag })
    }
}

impl FromWire for ListDelegations {
    type Message = pb::ListDelegationsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { jurisdiction: parent(&message.parent)?, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for WhoAmI {
    type Message = pb::WhoAmIRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { jurisdiction: parent(&message.parent)? })
    }
}

impl FromWire for TestAccess {
    type Message = pb::TestAccessRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let unknown = || Error::invalid("act", "is not an act");
        let what = match message.what {
            Some(pb::test_access_request::What::Method(method)) => What::Method(method),
            Some(pb::test_access_request::What::Act(act)) => What::Act(word(act).ok_or_else(unknown)?),
            None => return Err(unknown()),
        };
        let id = |text: &str| PrincipalName::parse(text).map(|name| name.principal);
        Ok(Self {
            jurisdiction: parent(&message.parent)?,
            principal: id(&message.principal),
            on_behalf_of: id(&message.on_behalf_of),
            what,
            object: message.object,
        })
    }
}

impl IntoWire for Grant {
    type Message = pb::Grant;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Grant {
        pb::Grant {
            name: self.name().to_string(),
            principal: principal_name(&self.principal),
            role: number(self.role),
            unit: unit_name(&self.jurisdiction, self.unit),
            starts_on: self.starts_on,
            ends_on: self.ends_on.unwrap_or_default(),
            state: number(self.state),
            granted_by: principal_name(&self.granted_by),
            confirmed_by: self.confirmed_by.as_deref().map(principal_name).unwrap_or_default(),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Grant> {
    type Message = pb::ListGrantsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let grants = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListGrantsResponse { grants, next_page_token: self.next_page_token }
    }
}

impl IntoWire for Delegation {
    type Message = pb::Delegation;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Delegation {
        pb::Delegation {
            name: self.name().to_string(),
            lender: principal_name(&self.lender),
            deputy: principal_name(&self.deputy),
            role: number_or_none(self.role),
            unit: unit_name(&self.jurisdiction, self.unit),
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            state: number(self.state),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Delegation> {
    type Message = pb::ListDelegationsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let delegations = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListDelegationsResponse { delegations, next_page_token: self.next_page_token }
    }
}

impl IntoWire for Identified {
    type Message = pb::WhoAmIResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let role = |held: Held| pb::HeldRole {
            role: number(held.role),
            unit: unit_name(&self.jurisdiction, held.scope),
            grant: held.grant,
        };
        pb::WhoAmIResponse {
            principal: principal_name(&self.principal),
            on_behalf_of: principal_name_or_empty(&self.on_behalf_of),
            administrator: self.administrator,
            roles: self.held.into_iter().map(role).collect(),
            lenders: self.lenders.iter().map(|lender| principal_name(lender)).collect(),
            day: self.day,
            everything: self.everything,
        }
    }
}

impl IntoWire for Verdict {
    type Message = pb::TestAccessResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let allowed = self.allowed.is_some();
        let (rule, grant) = self.allowed.unwrap_or_default();
        let (act, needs, day) = (number(self.action), self.needs, self.day);
        pb::TestAccessResponse { allowed, act, rule, grant, needs, day }
    }
}

impl FromWire for ListRefusals {
    type Message = pb::ListRefusalsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = parent(&message.parent)?;
        let (from, until) = (message.from.map(instant), message.until.map(instant));
        let mut faults = Faults::default();
        let is_inverted = from.zip(until).is_some_and(|(from, until)| until <= from);
        faults.when(is_inverted, "until", "must come after from");
        unless_invalid(faults.0)?;
        let actor = PrincipalName::parse(&message.principal).map(|name| name.principal);
        Ok(Self { jurisdiction, filter: RefusalFilter { actor, from, until }, page })
    }
}

impl IntoWire for Listed<Logged> {
    type Message = pb::ListRefusalsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let refused = |one: Logged| pb::RefusedCall {
            number: one.number,
            refused_at: timestamp(one.at),
            principal: principal_name_or_empty(&one.actor),
            method: one.method,
            reason: one.reason,
            occurrences: one.occurrences,
        };
        let refusals = self.items.into_iter().map(refused).collect();
        pb::ListRefusalsResponse { refusals, next_page_token: self.next_page_token }
    }
}

#[cfg(test)]
mod tests {
    use crate::access::model::{DelegationState, GrantState};
    use crate::document::authority::{Action, Role};
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<Role>("ROLE_", |number| pb::Role::try_from(number).ok().map(|value| value.as_str_name()));
        same_words::<Action>("ACT_", |number| pb::Act::try_from(number).ok().map(|value| value.as_str_name()));
        same_words::<GrantState>("GRANT_STATE_", |number| {
            pb::GrantState::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<DelegationState>("DELEGATION_STATE_", |number| {
            pb::DelegationState::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
