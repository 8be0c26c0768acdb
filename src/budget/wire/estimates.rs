//! The messages of estimates.

use bytes::Bytes;
use prost::Message;

use super::Faults;
use super::lines::{self, group_totals};
use crate::approval::wire as approval;
use crate::budget::actions::*;
use crate::budget::batch::Written;
use crate::budget::copy::{CopyEstimate, StageCopy};
use crate::budget::list::{ListEstimates, ListedEstimates};
use crate::budget::listed::{Kept, Listed};
use crate::budget::model::{Amounts, Estimate, Key, Kind, LegalBasis};
use crate::budget::store::EstimateFilter;
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Repeated, Sending};
use crate::id::{EstimateName, JurisdictionName, SchemeName, UnitName};
use crate::{mutations, pb};

mutations!(
    pb::CreateEstimateRequest,
    pb::UpdateEstimateRequest,
    pb::DeleteEstimateRequest,
    pb::BatchWriteLinesRequest,
    pb::CopyEstimateRequest,
);

const WRITABLE: &[&str] = &["title", "narrative", "legal_basis", "unit", "fiscal_year", "kind", "series", "sequence"];
const READABLE: &[&str] = &[
    "name",
    "scheme",
    "state",
    "totals",
    "line_count",
    "revision",
    "etag",
    "created_at",
    "updated_at",
    "submission",
    "number",
    "in_force_revision",
];

pub fn jurisdiction_of(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

pub fn estimate_name(name: &str, field: &str) -> Result<EstimateName> {
    EstimateName::parse(name).ok_or_else(|| Error::invalid(field, "is not the name of an estimate"))
}

/// The parts of a key that a message states.
fn stated_key(message: &pb::Estimate, jurisdiction: &str, faults: &mut Faults) -> StatedKey {
    StatedKey {
        unit: faults.unit(|| "estimate.unit".to_owned(), &message.unit, jurisdiction),
        fiscal_year: (message.fiscal_year != 0).then(|| i64::from(message.fiscal_year)),
        kind: word(message.kind),
        series: Some(message.series.clone()).filter(|series| !series.is_empty()),
        sequence: (message.sequence != 0).then(|| i64::from(message.sequence)),
    }
}

/// The key of a new estimate, with everything that is required.
fn new_key(message: &pb::Estimate, jurisdiction: &str, faults: &mut Faults) -> Key {
    let field = |name: &'static str| move || format!("estimate.{name}");
    let stated = stated_key(message, jurisdiction, faults);
    faults.when(stated.unit.is_none(), field("unit"), "is required");
    let year = stated.fiscal_year.unwrap_or_default();
    faults.when(!(1900..=2199).contains(&year), field("fiscal_year"), "is required, from 1900 to 2199");
    faults.when(stated.kind.is_none(), field("kind"), "is required");
    let reference = stated.kind == Some(Kind::Reference);
    faults.when(reference && stated.series.is_none(), field("series"), "is required for REFERENCE");
    faults.when(!reference && stated.series.is_some(), field("series"), "is for REFERENCE only");
    Key {
        unit: stated.unit.unwrap_or_default(),
        fiscal_year: year,
        kind: stated.kind.unwrap_or(Kind::Annual),
        series: stated.series.unwrap_or_default(),
        sequence: stated.sequence.unwrap_or_default(),
    }
}

fn legal_basis(messages: Vec<pb::LegalBasis>, faults: &mut Faults) -> Vec<LegalBasis> {
    let read = |(at, message): (usize, pb::LegalBasis)| {
        let pb::LegalBasis { number, issued_on, issuer, title } = message;
        let field = |name: &'static str| move || format!("estimate.legal_basis[{at}].{name}");
        LegalBasis {
            number: faults.text(field("number"), &number, false),
            issued_on: faults.day(field("issued_on"), issued_on),
            issuer: faults.text(field("issuer"), &issuer, false),
            title: faults.text(field("title"), &title, false),
        }
    };
    messages.into_iter().enumerate().map(read).collect()
}

impl FromWire for CreateEstimate {
    type Message = pb::CreateEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let body = message.estimate.unwrap_or_default();
        let key = new_key(&body, &jurisdiction, &mut faults);
        let mut new = draft(jurisdiction.clone(), message.estimate_id, key);
        new.title = faults.text(|| "estimate.title".to_owned(), &body.title, false);
        new.narrative = faults.text(|| "estimate.narrative".to_owned(), &body.narrative, true);
        new.legal_basis = legal_basis(body.legal_basis, &mut faults);
        let lines = lines::creates(message.lines, &jurisdiction, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { new, lines })
    }
}

impl FromWire for GetEstimate {
    type Message = pb::GetEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: estimate_name(&message.name, "name")?, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for LookupEstimate {
    type Message = pb::LookupEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let unit = UnitName::parse(&message.unit).ok_or_else(|| Error::invalid("unit", "is not the name of a unit"))?;
        let kind = word(message.kind).ok_or_else(|| Error::invalid("kind", "is required"))?;
        let mut faults = Faults::default();
        let reference = kind == Kind::Reference;
        faults.when(reference && message.series.is_empty(), || "series".to_owned(), "is required for REFERENCE");
        faults.when(!reference && !message.series.is_empty(), || "series".to_owned(), "is for REFERENCE only");
        unless_invalid(faults.0)?;
        let key = Key {
            unit: unit.unit,
            fiscal_year: i64::from(message.fiscal_year),
            kind,
            series: message.series,
            sequence: i64::from(message.sequence.max(1)),
        };
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { jurisdiction: unit.jurisdiction, key, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for ListEstimates {
    type Message = pb::ListEstimatesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = UnitName::parse(&message.unit);
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        if message.unit_only && unit.is_none() {
            return Err(Error::invalid("unit", "is required with unit_only"));
        }
        let filter = EstimateFilter {
            units: None,
            fiscal_years: message.fiscal_years.iter().map(|year| i64::from(*year)).collect(),
            kinds: message.kinds.iter().filter_map(|kind| word(*kind)).collect(),
            series: Some(message.series).filter(|series| !series.is_empty()),
            states: message.states.iter().filter_map(|state| word::<State>(*state)).collect(),
            in_force: in_force(message.read_at.as_ref()),
        };
        Ok(Self { jurisdiction, unit, unit_only: message.unit_only, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdateEstimate {
    type Message = pb::UpdateEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, WRITABLE, READABLE, &mut faults.0);
        let body = message.estimate.unwrap_or_default();
        let name = estimate_name(&body.name, "estimate.name")?;
        let stated = stated_key(&body, &name.jurisdiction, &mut faults);
        let title = faults.text(|| "estimate.title".to_owned(), &body.title, false);
        let narrative = faults.text(|| "estimate.narrative".to_owned(), &body.narrative, true);
        let legal_basis = legal_basis(body.legal_basis, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { name, etag: message.etag, mask, title, narrative, legal_basis, stated })
    }
}

impl FromWire for DeleteEstimate {
    type Message = pb::DeleteEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: estimate_name(&message.name, "name")?, etag: message.etag })
    }
}

impl FromWire for CopyEstimate {
    type Message = pb::CopyEstimateRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let source = estimate_name(&message.name, "name")?;
        let kind = word(message.kind).ok_or_else(|| Error::invalid("kind", "is required"))?;
        let reference = kind == Kind::Reference;
        faults.when(reference && message.series.is_empty(), || "series".to_owned(), "is required for REFERENCE");
        faults.when(!reference && !message.series.is_empty(), || "series".to_owned(), "is for REFERENCE only");
        let mut stages: Vec<StageCopy> = Vec::new();
        for (at, copy) in message.stages.into_iter().enumerate() {
            let (Some(from), Some(to)) = (word(copy.source), word(copy.target)) else { continue };
            let twice = stages.iter().any(|other| other.to == to);
            faults.when(twice, || format!("stages[{at}].target"), "is a target already");
            stages.push(StageCopy { from, to, factor: copy.factor_bp.map_or(10_000, i64::from) });
        }
        let key = Key {
            unit: faults.unit(|| "unit".to_owned(), &message.unit, &source.jurisdiction).unwrap_or_default(),
            fiscal_year: i64::from(message.fiscal_year),
            kind,
            series: message.series,
            sequence: i64::from(message.sequence),
        };
        let mut new = draft(source.jurisdiction.clone(), message.estimate_id, key);
        new.title = faults.text(|| "title".to_owned(), &message.title, false);
        unless_invalid(faults.0)?;
        Ok(Self { source, new, stages })
    }
}

impl IntoWire for Gone {
    type Message = ();

    fn into_wire(self, _: &Sending<'_>) {}
}

/// Figures as a message.
pub fn amounts_message(amounts: &Amounts) -> pb::Amounts {
    let Amounts([actual_n2, budget_n1, expected_n1, requested, appraised, decided]) = *amounts;
    pb::Amounts { actual_n2, budget_n1, expected_n1, requested, appraised, decided }
}

impl IntoWire for Estimate {
    type Message = pb::Estimate;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Estimate {
        let name = self.name().to_string();
        let Estimate {
            jurisdiction,
            key,
            scheme,
            state,
            submission,
            number: amendment,
            in_force,
            shown_in_force,
            title,
            narrative,
            legal_basis,
            totals,
            line_count,
            revision,
            ..
        } = self;
        let Key { unit, fiscal_year, kind, series, sequence } = key;
        pb::Estimate {
            name,
            unit: UnitName { jurisdiction: jurisdiction.clone(), unit }.to_string(),
            fiscal_year: count(fiscal_year),
            kind: number(kind),
            series,
            sequence: count(sequence),
            scheme: SchemeName { jurisdiction, scheme }.to_string(),
            state: number(state),
            title,
            narrative,
            legal_basis: legal_basis.into_iter().map(basis_message).collect(),
            totals: group_totals(&totals),
            line_count: count(line_count),
            revision,
            etag: sending.showing(shown_in_force).etag(revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
            submission: count(submission),
            number: count(amendment),
            in_force_revision: in_force.unwrap_or_default(),
        }
    }
}

fn basis_message(basis: LegalBasis) -> pb::LegalBasis {
    let LegalBasis { number, issued_on, issuer, title } = basis;
    pb::LegalBasis { number, issued_on, issuer, title }
}

/// What one of a list takes, most often, so that the answer need not grow.
const ESTIMATE_BYTES: usize = 512;

impl IntoWire for ListedEstimates {
    type Message = pb::ListEstimatesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let message = |listed: Listed| match listed {
            Listed::Kept(kept) => pb::Estimate::decode(kept.bytes.clone()).unwrap_or_default(),
            Listed::Read(estimate) => estimate.into_wire(sending),
        };
        let estimates = self.estimates.into_iter().map(message).collect();
        pb::ListEstimatesResponse { estimates, next_page_token: self.next_page_token }
    }

    fn into_bytes(self, sending: &Sending<'_>) -> Result<Vec<u8>> {
        let mut listed = Repeated::new(1, self.estimates.len() * ESTIMATE_BYTES);
        for one in self.estimates {
            match (one, &self.kept) {
                (Listed::Kept(kept), _) => listed.push_encoded(&kept.bytes),
                (Listed::Read(estimate), None) => listed.push_encoded(&estimate.into_bytes(sending)?),
                (Listed::Read(estimate), Some(all)) => {
                    let place = (estimate.jurisdiction.clone(), estimate.id.clone());
                    let (key, revision) = (estimate.key.clone(), estimate.revision);
                    let bytes = Bytes::from(estimate.into_bytes(sending)?);
                    listed.push_encoded(&bytes);
                    all.keep(place, Kept { revision, bytes, key });
                }
            }
        }
        listed.with(&pb::ListEstimatesResponse { next_page_token: self.next_page_token, ..Default::default() })
    }
}

impl IntoWire for Written {
    type Message = pb::BatchWriteLinesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Written { estimate, lines, findings } = self;
        let written = |(id, there): (String, bool)| pb::WrittenLine {
            name: estimate.line_name(&id).to_string(),
            // Every line that is there was written by the revision of the estimate.
            etag: if there { sending.etag(estimate.revision) } else { String::new() },
        };
        let lines = lines.into_iter().map(written).collect();
        pb::BatchWriteLinesResponse {
            estimate: Some(estimate.into_wire(sending)),
            lines,
            added_findings: findings.added.into_iter().map(approval::finding).collect(),
            cleared_findings: findings.cleared.into_iter().map(approval::finding).collect(),
        }
    }
}
