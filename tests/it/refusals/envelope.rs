//! The faults of EnvelopeService, and the envelopes that they need.

use kehoach::pb;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::{act, by};
use crate::budget::at;
use crate::envelope::{envelope_name, issue, said, term};
use crate::harness::{Harness, jurisdiction_name, unit_name};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// Envelopes about money of their own, each in a year of its own; one that was withdrawn.
pub async fn make(world: &mut World, h: &Harness) {
    for (id, year) in [("v1", 2019), ("v2", 2020), ("v3", 2021), ("v4", 2022), ("v-gone", 2023)] {
        let mut request = issue(id, pb::EnvelopeKind::Ceiling, 1 << 50);
        request.envelope.get_or_insert_default().amounts = vec![said(year, 1 << 50)];
        let made = h.issued(request).await;
        world.keep(made.name, made.etag);
    }
    // About a code that the scheme of 2040 does not have.
    let made = h.issued(issued("coded", 2018)).await;
    world.keep(made.name, made.etag);
    let withdraw = pb::WithdrawEnvelopeRequest {
        name: envelope_name("v-gone"),
        etag: world.etag(&envelope_name("v-gone")),
        act: act("77"),
        ..Default::default()
    };
    let gone = h.envelopes().withdraw_envelope(by("finance", withdraw)).await.unwrap().into_inner();
    world.keep(gone.name, gone.etag);
}

/// The act of the envelopes, signed by somebody else.
fn other_act() -> Option<pb::SignedAct> {
    act("77").map(|act| pb::SignedAct { signer: "Người khác".to_owned(), ..act })
}

fn coded(values: &[&str]) -> Option<pb::EnvelopeSelector> {
    let terms = vec![term(pb::GroupAttribute::Functional, values)];
    Some(pb::EnvelopeSelector { terms, ..Default::default() })
}

fn issued(id: &str, year: i32) -> pb::IssueEnvelopeRequest {
    let mut request = issue(id, pb::EnvelopeKind::HardCap, 1 << 50);
    let envelope = request.envelope.get_or_insert_default();
    (envelope.amounts, envelope.selector) = (vec![said(year, 1 << 50)], coded(&["101"]));
    request
}

fn issue_envelope() -> Asked {
    fn body(m: &mut pb::IssueEnvelopeRequest) -> &mut pb::Envelope {
        m.envelope.get_or_insert_default()
    }
    write(
        "IssueEnvelope",
        issued("new", 2024),
        pb::IssueEnvelopeRequest { request_id: spent(), ..issued("spent", 2025) },
    )
    .invalid("title", |m| body(m).title = String::new())
    .reused(|m| m.request_id = spent())
    // Another jurisdiction knows nothing of the earlier request.
    .missing("request_id", |m| (m.parent, body(m).unit) = (jurisdiction_name("nowhere"), unit_name("nowhere", "khcn")))
    .missing("unit", |m| body(m).unit = unit_name("dt", "nowhere"))
    .exists("id", "ALREADY_EXISTS", |m| m.envelope_id = "v1".to_owned())
    .exists("amounts", "ENVELOPE_KEY_TAKEN", |m| {
        (body(m).kind, body(m).selector) = (pb::EnvelopeKind::Ceiling.into(), None);
        body(m).amounts = vec![said(2019, 1)];
    })
    .refused("amounts", "CODE_UNKNOWN", |m| body(m).selector = coded(&["999"]))
    .refused("amounts", "SCHEME_MISSING", |m| body(m).amounts = vec![said(2199, 1)])
    .refused("act", "ACT_DIFFERS", |m| body(m).act = other_act())
    .done()
}

fn updated(w: &World, id: &str) -> pb::UpdateEnvelopeRequest {
    let envelope = pb::Envelope { name: envelope_name(id), note: "Ghi chú".to_owned(), ..Default::default() };
    pb::UpdateEnvelopeRequest { envelope: Some(envelope), etag: w.etag(&envelope_name(id)), ..Default::default() }
}

fn update_envelope(w: &World) -> Asked {
    fn body(m: &mut pb::UpdateEnvelopeRequest) -> &mut pb::Envelope {
        m.envelope.get_or_insert_default()
    }
    let gone = (envelope_name("v-gone"), w.etag(&envelope_name("v-gone")));
    let coded = (envelope_name("coded"), w.etag(&envelope_name("coded")));
    let with_scheme = coded.clone();
    write("UpdateEnvelope", updated(w, "v1"), pb::UpdateEnvelopeRequest { request_id: spent(), ..updated(w, "v2") })
        .invalid("mask", |m| {
            m.update_mask = Some(prost_types::FieldMask { paths: vec!["colour".to_owned()] });
        })
        .reused(|m| m.request_id = spent())
        .missing("name", |m| body(m).name = envelope_name("none"))
        .stale(|m| m.etag = old())
        .exists("name", "ENVELOPE_KEY_TAKEN", |m| (body(m).amounts, body(m).act) = (vec![said(2020, 1)], act("77")))
        .refused("name", "ENVELOPE_WITHDRAWN", move |m| (body(m).name, m.etag) = gone.clone())
        .refused("kind", "FIELD_IMMUTABLE", |m| body(m).kind = pb::EnvelopeKind::Floor.into())
        .refused("name", "SCHEME_MISSING", move |m| {
            (body(m).name, m.etag) = with_scheme.clone();
            (body(m).amounts, body(m).act) = (vec![said(2199, 1)], act("77"));
        })
        .refused("name", "CODE_UNKNOWN", move |m| {
            (body(m).name, m.etag) = coded.clone();
            (body(m).amounts, body(m).act) = (vec![said(2040, 1)], act("77"));
        })
        .refused("act", "ACT_DIFFERS", |m| body(m).act = other_act())
        .done()
}

fn retained(w: &World, id: &str, fiscal_year: i32) -> pb::RetainEnvelopeRequest {
    let retained = vec![pb::RetainedAmount { fiscal_year, amount: Some(1) }];
    pb::RetainEnvelopeRequest {
        name: envelope_name(id),
        retained,
        etag: w.etag(&envelope_name(id)),
        ..Default::default()
    }
}

fn retain_envelope(w: &World) -> Asked {
    let gone = (envelope_name("v-gone"), w.etag(&envelope_name("v-gone")));
    write(
        "RetainEnvelope",
        retained(w, "v1", 2019),
        pb::RetainEnvelopeRequest { request_id: spent(), ..retained(w, "v3", 2021) },
    )
    .invalid("retained", |m| m.retained = Vec::new())
    .reused(|m| m.request_id = spent())
    .missing("name", |m| m.name = envelope_name("none"))
    .stale(|m| m.etag = old())
    .refused("name", "ENVELOPE_WITHDRAWN", move |m| (m.name, m.etag) = gone.clone())
    .refused("name", "ENVELOPE_YEAR_MISSING", |m| m.retained[0].fiscal_year = 2030)
    .done()
}

fn withdrawn(w: &World, id: &str) -> pb::WithdrawEnvelopeRequest {
    pb::WithdrawEnvelopeRequest {
        name: envelope_name(id),
        act: act("78"),
        etag: w.etag(&envelope_name(id)),
        ..Default::default()
    }
}

fn withdraw_envelope(w: &World) -> Asked {
    let gone = (envelope_name("v-gone"), w.etag(&envelope_name("v-gone")));
    write(
        "WithdrawEnvelope",
        withdrawn(w, "v1"),
        pb::WithdrawEnvelopeRequest { request_id: spent(), ..withdrawn(w, "v4") },
    )
    .invalid("act", |m| m.act = None)
    .reused(|m| m.request_id = spent())
    .missing("name", |m| m.name = envelope_name("none"))
    .stale(|m| m.etag = old())
    .refused("name", "ENVELOPE_WITHDRAWN", move |m| (m.name, m.etag) = gone.clone())
    .refused("act", "ACT_DIFFERS", |m| m.act = other_act())
    .done()
}

pub fn table(w: &World) -> Vec<Asked> {
    vec![
        issue_envelope(),
        update_envelope(w),
        retain_envelope(w),
        withdraw_envelope(w),
        read("GetEnvelope", pb::GetEnvelopeRequest { name: envelope_name("v1"), read_at: None })
            .invalid("name", |m| m.name = "v1".to_owned())
            .missing("name", |m| m.name = envelope_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListEnvelopes", pb::ListEnvelopesRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("unit", |m| m.subtree = true)
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetPosition", pb::GetPositionRequest { name: envelope_name("v1"), fiscal_year: 2019, read_at: None })
            .invalid("year", |m| m.fiscal_year = 0)
            .missing("name", |m| m.name = envelope_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("year", "ENVELOPE_YEAR_MISSING", |m| m.fiscal_year = 2030)
            .done(),
    ]
}
