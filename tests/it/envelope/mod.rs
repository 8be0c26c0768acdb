//! Envelopes: issued, changed, kept, withdrawn; what they find in estimates; where they stand.

mod floors;
mod position;
mod rules;

use kehoach::pb;
use kehoach::pb::envelope_service_client::EnvelopeServiceClient;
use tonic::Status;
use tonic::transport::Channel;

use crate::approval::{act, by};
use crate::harness::{Harness, jurisdiction_name, unit_name};

pub fn envelope_name(id: &str) -> String {
    format!("jurisdictions/dt/envelopes/{id}")
}

/// A figure of a year.
pub fn said(fiscal_year: i32, amount: i64) -> pb::EnvelopeAmount {
    pb::EnvelopeAmount { fiscal_year, amount, retained_amount: None }
}

/// One condition of a selector.
pub fn term(attribute: pb::GroupAttribute, values: &[&str]) -> pb::EnvelopeTerm {
    pb::EnvelopeTerm { attribute: attribute.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// All spending on science and technology, as the scheme of the year has it.
pub fn science() -> Option<pb::EnvelopeSelector> {
    Some(pb::EnvelopeSelector { terms: vec![term(pb::GroupAttribute::Field, &["SCIENCE_TECH"])], ..Default::default() })
}

/// Asks for an envelope of `khcn` for 2024 about all expenditure.
pub fn issue(id: &str, kind: pb::EnvelopeKind, amount: i64) -> pb::IssueEnvelopeRequest {
    pb::IssueEnvelopeRequest {
        parent: jurisdiction_name("dt"),
        envelope_id: id.to_owned(),
        envelope: Some(pb::Envelope {
            unit: unit_name("dt", "khcn"),
            kind: kind.into(),
            amounts: vec![said(2024, amount)],
            title: "Mức giao".to_owned(),
            act: act("77"),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The same for another unit.
pub fn issue_to(unit: &str, id: &str, kind: pb::EnvelopeKind, amount: i64) -> pb::IssueEnvelopeRequest {
    let mut request = issue(id, kind, amount);
    request.envelope.get_or_insert_default().unit = unit_name("dt", unit);
    request
}

impl Harness {
    pub fn envelopes(&self) -> EnvelopeServiceClient<Channel> {
        EnvelopeServiceClient::new(self.channel())
    }

    pub async fn issued(&self, request: pb::IssueEnvelopeRequest) -> pb::Envelope {
        let made = self.envelopes().issue_envelope(by("finance", request)).await;
        made.unwrap_or_else(|status| panic!("no envelope: {status:?}")).into_inner()
    }

    pub async fn envelope(&self, id: &str, read_at: Option<pb::ReadAt>) -> Result<pb::Envelope, Status> {
        let request = pb::GetEnvelopeRequest { name: envelope_name(id), read_at };
        self.envelopes().get_envelope(request).await.map(tonic::Response::into_inner)
    }

    pub async fn checked(&self, estimate: &str, read_at: Option<pb::ReadAt>) -> Vec<pb::Finding> {
        let request = pb::CheckDocumentRequest { name: crate::budget::estimate_name(estimate), read_at };
        self.approval().check_document(by("reader", request)).await.unwrap().into_inner().findings
    }

    /// The findings of one rule.
    pub async fn breaks(&self, estimate: &str, rule: &str) -> Vec<pb::Finding> {
        self.checked(estimate, None).await.into_iter().filter(|found| found.rule == rule).collect()
    }
}
