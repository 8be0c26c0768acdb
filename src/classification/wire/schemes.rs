//! The messages of regimes and schemes.

use super::{FIRST_YEAR, jurisdiction, last_year, scheme_name, year};
use crate::classification::actions::{
    AdoptScheme, CreateScheme, GetScheme, ListRegimes, ListSchemes, Listed, Regimes, UpdateScheme,
};
use crate::classification::model::Scheme;
use crate::classification::regimes;
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{read_at, timestamp};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::SchemeName;
use crate::pb;

const FIELDS: &[&str] = &["display_name", "english_name", "first_fiscal_year", "last_fiscal_year", "citation"];
const READABLE: &[&str] = &["name", "regime", "revision", "etag", "created_at", "updated_at"];

impl FromWire for ListRegimes {
    type Message = pb::ListRegimesRequest;

    fn from_wire(_: Self::Message) -> Result<Self> {
        Ok(Self)
    }
}

impl IntoWire for Regimes {
    type Message = pb::ListRegimesResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let regimes = self.0.iter().map(|regime| pb::Regime {
            name: format!("regimes/{}", regime.id),
            display_name: regime.display_name.clone(),
            english_name: regime.english_name.clone(),
            citation: regime.citation.clone(),
            first_fiscal_year: year(Some(regime.first_fiscal_year)),
            last_fiscal_year: year(regime.last_fiscal_year),
            code_count: i32::try_from(regime.codes.len()).unwrap_or(i32::MAX),
            note: regime.note.clone(),
        });
        pb::ListRegimesResponse { regimes: regimes.collect() }
    }
}

impl FromWire for AdoptScheme {
    type Message = pb::AdoptSchemeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let regime = message.regime.strip_prefix("regimes/").unwrap_or_default().to_owned();
        let first_fiscal_year = message.first_fiscal_year.map(i64::from);
        let last_fiscal_year = message.last_fiscal_year.map(|year| last_year(&mut faults, "last_fiscal_year", year));
        // A regime that does not ship is not found later; its years cannot be compared.
        let shipped = regimes::find(&regime)?;
        let first = first_fiscal_year.or(shipped.map(|regime| regime.first_fiscal_year));
        let last = last_fiscal_year.unwrap_or(shipped.and_then(|regime| regime.last_fiscal_year));
        if let (Some(first), Some(last), []) = (first, last, faults.0.as_slice()) {
            let field = if last_fiscal_year.is_some() { "last_fiscal_year" } else { "first_fiscal_year" };
            faults.when(last < first, field, &format!("the scheme would hold from {first} to {last}"));
        }
        unless_invalid(faults.0)?;
        let scheme = SchemeName { jurisdiction: jurisdiction(&message.parent), scheme: message.scheme_id };
        Ok(Self { scheme, regime, first_fiscal_year, last_fiscal_year })
    }
}

/// Reads a scheme; `mask` is none on create, when everything that is required must be there.
fn scheme(message: pb::Scheme, name: SchemeName, mask: Option<&Mask>, faults: &mut Faults) -> Scheme {
    let pb::Scheme {
        name: _,
        display_name,
        english_name,
        regime: _,
        first_fiscal_year,
        last_fiscal_year,
        citation,
        revision: _,
        etag: _,
        created_at: _,
        updated_at: _,
    } = message;
    let writes = |field: &str, populated: bool| mask.is_none_or(|mask| mask.writes(field, populated));
    let first_written = writes("first_fiscal_year", first_fiscal_year != 0);
    faults.when(
        first_written && first_fiscal_year < FIRST_YEAR,
        "scheme.first_fiscal_year",
        "is required, 1900 or later",
    );
    let last = last_year(faults, "scheme.last_fiscal_year", last_fiscal_year);
    let both = first_written && writes("last_fiscal_year", last_fiscal_year != 0);
    let inverted = last.is_some_and(|last| last >= i64::from(FIRST_YEAR) && last < i64::from(first_fiscal_year));
    faults.when(both && inverted, "scheme.last_fiscal_year", "is before first_fiscal_year");
    Scheme {
        jurisdiction: name.jurisdiction,
        id: name.scheme,
        display_name: faults.name(
            "scheme.display_name",
            &display_name,
            writes("display_name", !display_name.is_empty()),
        ),
        english_name: faults.name("scheme.english_name", &english_name, false),
        regime: None,
        first_fiscal_year: i64::from(first_fiscal_year),
        last_fiscal_year: last,
        citation: faults.name("scheme.citation", &citation, false),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

impl FromWire for CreateScheme {
    type Message = pb::CreateSchemeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let name = SchemeName { jurisdiction: jurisdiction(&message.parent), scheme: message.scheme_id };
        let new = scheme(message.scheme.unwrap_or_default(), name, None, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetScheme {
    type Message = pb::GetSchemeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: scheme_name(&message.name), read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListSchemes {
    type Message = pb::ListSchemesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let fiscal_year = Some(i64::from(message.fiscal_year)).filter(|year| *year != 0);
        let jurisdiction = jurisdiction(&message.parent);
        Ok(Self { jurisdiction, fiscal_year, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdateScheme {
    type Message = pb::UpdateSchemeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, FIELDS, READABLE, &mut faults.0);
        let body = message.scheme.unwrap_or_default();
        faults.when(body.name.is_empty(), "scheme.name", "is required");
        let name = scheme_name(&body.name);
        let new = scheme(body, name, Some(&mask), &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { etag: message.etag, mask, new })
    }
}

impl IntoWire for Scheme {
    type Message = pb::Scheme;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Scheme {
        pb::Scheme {
            name: self.name().to_string(),
            display_name: self.display_name,
            english_name: self.english_name,
            regime: self.regime.map(|regime| format!("regimes/{regime}")).unwrap_or_default(),
            first_fiscal_year: year(Some(self.first_fiscal_year)),
            last_fiscal_year: year(self.last_fiscal_year),
            citation: self.citation,
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Scheme> {
    type Message = pb::ListSchemesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let schemes = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListSchemesResponse { schemes, next_page_token: self.next_page_token }
    }
}
