//! How each method of EnvelopeService is called in the grid.

use kehoach::pb;
use prost::Message;

use crate::approval::act;
use crate::envelope::issue;
use crate::harness::jurisdiction_name;

/// A request of a method that is in order; what changes something is only tried.
pub fn request(method: &str, envelope: &pb::Envelope) -> Option<Vec<u8>> {
    let (validate_only, name, etag) = (true, envelope.name.clone(), envelope.etag.clone());
    Some(match method {
        "IssueEnvelope" => {
            pb::IssueEnvelopeRequest { validate_only, ..issue("new", pb::EnvelopeKind::Floor, 5) }.encode_to_vec()
        }
        "UpdateEnvelope" => {
            let envelope = Some(pb::Envelope { name, title: "X".to_owned(), ..Default::default() });
            pb::UpdateEnvelopeRequest { envelope, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "RetainEnvelope" => {
            let retained = vec![pb::RetainedAmount { fiscal_year: 2024, amount: Some(1) }];
            pb::RetainEnvelopeRequest { name, retained, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "WithdrawEnvelope" => {
            pb::WithdrawEnvelopeRequest { name, act: act("9"), etag, validate_only, ..Default::default() }
                .encode_to_vec()
        }
        "GetEnvelope" => pb::GetEnvelopeRequest { name, read_at: None }.encode_to_vec(),
        "ListEnvelopes" => {
            pb::ListEnvelopesRequest { parent: jurisdiction_name("dt"), ..Default::default() }.encode_to_vec()
        }
        "GetPosition" => pb::GetPositionRequest { name, fiscal_year: 2024, read_at: None }.encode_to_vec(),
        _ => return None,
    })
}
