//! The messages of `identity.proto`, to and from the words of this slice.

use super::actions::*;
use super::model::{Kind, Mapping, MappingKind, Principal, State, Token};
use crate::clock::Micros;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{instant, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PrincipalName, TokenName};
use crate::{mutations, pb};

mutations!(
    pb::CreatePrincipalRequest,
    pb::UpdatePrincipalRequest,
    pb::SuspendPrincipalRequest,
    pb::ResumePrincipalRequest,
    pb::MapCertificateRequest,
    pb::UnmapCertificateRequest,
    pb::MapSubjectRequest,
    pb::UnmapSubjectRequest,
    pb::CreateTokenRequest,
    pb::RotateTokenRequest,
    pb::RevokeTokenRequest,
);

const FIELDS: &[&str] = &["display_name", "administrator"];
const READABLE: &[&str] =
    &["name", "kind", "state", "certificate_uris", "subjects", "revision", "etag", "created_at", "updated_at"];

fn principal_name(field: &str, text: &str) -> Result<PrincipalName> {
    PrincipalName::parse(text).ok_or_else(|| Error::invalid(field, "is not the name of a principal"))
}

fn token_name(text: &str) -> Result<TokenName> {
    TokenName::parse(text).ok_or_else(|| Error::invalid("name", "is not the name of a token"))
}

fn principal(message: pb::Principal, id: String, mask: Option<&Mask>, faults: &mut Faults) -> Principal {
    let pb::Principal {
        name: _,
        kind,
        display_name,
        administrator,
        state: _,
        certificate_uris: _,
        subjects: _,
        revision: _,
        etag: _,
        created_at: _,
        updated_at: _,
    } = message;
    let written = mask.is_none_or(|mask| mask.writes("display_name", !display_name.is_empty()));
    let display_name = faults.name("principal.display_name", &display_name, written);
    faults.when(mask.is_none() && kind == 0, "principal.kind", "is required");
    Principal {
        id,
        kind: word(kind).unwrap_or(Kind::Service),
        display_name,
        name_commitment: [0; 32],
        administrator,
        state: State::Active,
        mappings: Vec::new(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

impl FromWire for CreatePrincipal {
    type Message = pb::CreatePrincipalRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let new = principal(message.principal.unwrap_or_default(), message.principal_id, None, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetPrincipal {
    type Message = pb::GetPrincipalRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: principal_name("name", &message.name)?, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListPrincipals {
    type Message = pb::ListPrincipalsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdatePrincipal {
    type Message = pb::UpdatePrincipalRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, FIELDS, READABLE, &mut faults.0);
        let body = message.principal.unwrap_or_default();
        let id = PrincipalName::parse(&body.name).map(|name| name.principal);
        faults.when(id.is_none(), "principal.name", "is required");
        let kind_stated = body.kind != 0;
        let new = principal(body, id.unwrap_or_default(), Some(&mask), &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { etag: message.etag, mask, new, kind_stated })
    }
}

impl FromWire for SuspendPrincipal {
    type Message = pb::SuspendPrincipalRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: principal_name("name", &message.name)?, etag: message.etag })
    }
}

impl FromWire for ResumePrincipal {
    type Message = pb::ResumePrincipalRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: principal_name("name", &message.name)?, etag: message.etag })
    }
}

fn certificate(name: &str, etag: String, uri: String) -> Result<MapAsk> {
    Ok(MapAsk { name: principal_name("name", name)?, etag, mapping: Mapping::certificate(uri) })
}

fn subject(name: &str, etag: String, subject: Option<pb::ForeignSubject>) -> Result<MapAsk> {
    let pb::ForeignSubject { issuer, subject } = subject.unwrap_or_default();
    Ok(MapAsk { name: principal_name("name", name)?, etag, mapping: Mapping::jwt(issuer, subject) })
}

impl FromWire for MapCertificate {
    type Message = pb::MapCertificateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        certificate(&message.name, message.etag, message.uri).map(Self)
    }
}

impl FromWire for UnmapCertificate {
    type Message = pb::UnmapCertificateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        certificate(&message.name, message.etag, message.uri).map(Self)
    }
}

impl FromWire for MapSubject {
    type Message = pb::MapSubjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        subject(&message.name, message.etag, message.subject).map(Self)
    }
}

impl FromWire for UnmapSubject {
    type Message = pb::UnmapSubjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        subject(&message.name, message.etag, message.subject).map(Self)
    }
}

impl FromWire for CreateToken {
    type Message = pb::CreateTokenRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let label = faults.name("label", &message.label, false);
        unless_invalid(faults.0)?;
        Ok(Self {
            principal: principal_name("parent", &message.parent)?,
            label,
            expires_at: message.expires_at.map(instant),
        })
    }
}

impl FromWire for ListTokens {
    type Message = pb::ListTokensRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { principal: principal_name("parent", &message.parent)?, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for RotateToken {
    type Message = pb::RotateTokenRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self {
            name: token_name(&message.name)?,
            etag: message.etag,
            expires_at: message.expires_at.map(instant),
            overlap: Micros::from(message.overlap_seconds) * 1_000_000,
        })
    }
}

impl FromWire for RevokeToken {
    type Message = pb::RevokeTokenRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: token_name(&message.name)?, etag: message.etag })
    }
}

impl IntoWire for Principal {
    type Message = pb::Principal;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Principal {
        let name = self.name().to_string();
        let (uris, subjects): (Vec<_>, Vec<_>) =
            self.mappings.into_iter().partition(|mapping| mapping.kind == MappingKind::Certificate);
        let subject = |mapping: Mapping| pb::ForeignSubject { issuer: mapping.issuer, subject: mapping.subject };
        pb::Principal {
            name,
            kind: number(self.kind),
            display_name: self.display_name,
            administrator: self.administrator,
            state: number(self.state),
            certificate_uris: uris.into_iter().map(|mapping| mapping.subject).collect(),
            subjects: subjects.into_iter().map(subject).collect(),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Principal> {
    type Message = pb::ListPrincipalsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let principals = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListPrincipalsResponse { principals, next_page_token: self.next_page_token }
    }
}

impl IntoWire for Token {
    type Message = pb::Token;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Token {
        let successor = self.successor.as_ref().map(|token| TokenName { token: token.clone(), ..self.name() });
        pb::Token {
            name: self.name().to_string(),
            expires_at: timestamp(self.expires_at),
            revoked_at: self.revoked_at.and_then(timestamp),
            successor: successor.map(|name| name.to_string()).unwrap_or_default(),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
            label: self.label,
        }
    }
}

impl IntoWire for Listed<Token> {
    type Message = pb::ListTokensResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let tokens = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListTokensResponse { tokens, next_page_token: self.next_page_token }
    }
}

impl IntoWire for Issued {
    type Message = pb::IssuedToken;

    fn into_wire(self, sending: &Sending<'_>) -> pb::IssuedToken {
        let secret = self.secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        pb::IssuedToken { token: Some(self.token.into_wire(sending)), secret }
    }
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::identity::model::Kind>("PRINCIPAL_KIND_", |number| {
            pb::PrincipalKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::identity::model::State>("PRINCIPAL_STATE_", |number| {
            pb::PrincipalState::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
