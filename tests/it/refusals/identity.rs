//! The faults of IdentityService.

use kehoach::pb;

use super::world::World;
use super::{Asked, Row, SPENT, read, write};
use crate::budget::at;
use crate::harness::{START, new_principal, principal_name};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = vec![create_principal(), update_principal(w), suspend(w), resume(w)];
    table.extend([map_certificate(w), unmap_certificate(w), map_subject(w), unmap_subject(w)]);
    table.extend([create_token(), rotate(w), revoke(w)]);
    table.extend(reads());
    table
}

/// Gives each mutation of this service the faults that all have: `$row` with the fields that every request names alike.
macro_rules! change {
    ($row:expr) => {
        $row.invalid("reason", |m| m.reason = "x".repeat(1_001))
            .reused(|m| m.request_id = spent())
            .denied()
            .missing("name", |m| m.name = principal_name("nobody"))
            .stale(|m| m.etag = old())
    };
}

fn create_principal() -> Asked {
    write(
        "CreatePrincipal",
        new_principal("fresh"),
        pb::CreatePrincipalRequest { request_id: spent(), ..new_principal("spent") },
    )
    .invalid("kind", |m| m.principal.as_mut().unwrap().kind = 0)
    .reused(|m| m.request_id = spent())
    .denied()
    .exists("id", "ALREADY_EXISTS", |m| m.principal_id = "svc".to_owned())
    .done()
}

fn update_principal(w: &World) -> Asked {
    let update = |id: &str| pb::UpdatePrincipalRequest {
        principal: Some(pb::Principal {
            name: principal_name(id),
            display_name: "Mới".to_owned(),
            ..Default::default()
        }),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    write("UpdatePrincipal", update("boss"), pb::UpdatePrincipalRequest { request_id: spent(), ..update("spare") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .denied()
        .missing("name", |m| m.principal.as_mut().unwrap().name = principal_name("nobody"))
        .stale(|m| m.etag = old())
        .refused("mask", "FIELD_IMMUTABLE", |m| m.principal.as_mut().unwrap().kind = pb::PrincipalKind::Person.into())
        .refused("mask", "LAST_ADMINISTRATOR", |m| {
            m.update_mask = Some(prost_types::FieldMask { paths: vec!["administrator".to_owned()] });
        })
        .done()
}

fn suspend(w: &World) -> Asked {
    let suspend = |id: &str| pb::SuspendPrincipalRequest {
        name: principal_name(id),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    let own = suspend("boss");
    let spare = pb::SuspendPrincipalRequest { request_id: spent(), ..suspend("spare-2") };
    change!(write("SuspendPrincipal", suspend("svc"), spare))
        .refused("name", "OWN_PRINCIPAL", move |m| {
            m.name.clone_from(&own.name);
            if m.etag != old() {
                m.etag.clone_from(&own.etag);
            }
        })
        .done()
}

fn resume(w: &World) -> Asked {
    let resume = |id: &str| pb::ResumePrincipalRequest {
        name: principal_name(id),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    change!(write(
        "ResumePrincipal",
        resume("svc"),
        pb::ResumePrincipalRequest { request_id: spent(), ..resume("spare-3") }
    ))
    .done()
}

/// The requests of mapping: on `svc`, on one that is spent, and what is full.
fn map_certificate(w: &World) -> Asked {
    let map = |id: &str, uri: &str| pb::MapCertificateRequest {
        name: principal_name(id),
        uri: uri.to_owned(),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    let full = map("full", "spiffe://fresh");
    change!(write(
        "MapCertificate",
        map("svc", "spiffe://fresh"),
        pb::MapCertificateRequest { request_id: spent(), ..map("spare-4", "spiffe://spent") }
    ))
    .exists("uri", "CREDENTIAL_TAKEN", |m| m.uri = "spiffe://full/1".to_owned())
    .limit("name", "MAPPINGS_PER_PRINCIPAL", move |m| {
        m.name.clone_from(&full.name);
        if m.etag != old() {
            m.etag.clone_from(&full.etag);
        }
    })
    .done()
}

fn unmap_certificate(w: &World) -> Asked {
    let unmap = |id: &str, uri: &str| pb::UnmapCertificateRequest {
        name: principal_name(id),
        uri: uri.to_owned(),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    change!(write(
        "UnmapCertificate",
        unmap("full", "spiffe://full/1"),
        pb::UnmapCertificateRequest { request_id: spent(), ..unmap("spare-5", "spiffe://spare-5") }
    ))
    .refused("uri", "REFERENCE_UNKNOWN", |m| m.uri = "spiffe://none".to_owned())
    .done()
}

fn subject(name: &str) -> Option<pb::ForeignSubject> {
    Some(pb::ForeignSubject { issuer: "https://issuer".to_owned(), subject: name.to_owned() })
}

fn map_subject(w: &World) -> Asked {
    let map = |id: &str, name: &str| pb::MapSubjectRequest {
        name: principal_name(id),
        subject: subject(name),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    let full = map("full", "fresh");
    change!(write(
        "MapSubject",
        map("svc", "fresh"),
        pb::MapSubjectRequest { request_id: spent(), ..map("spare-6", "spent") }
    ))
    .exists("subject", "CREDENTIAL_TAKEN", |m| m.subject = subject("full"))
    .limit("name", "MAPPINGS_PER_PRINCIPAL", move |m| {
        m.name.clone_from(&full.name);
        if m.etag != old() {
            m.etag.clone_from(&full.etag);
        }
    })
    .done()
}

fn unmap_subject(w: &World) -> Asked {
    let unmap = |id: &str, name: &str| pb::UnmapSubjectRequest {
        name: principal_name(id),
        subject: subject(name),
        etag: w.etag(&principal_name(id)),
        ..Default::default()
    };
    change!(write(
        "UnmapSubject",
        unmap("full", "full"),
        pb::UnmapSubjectRequest { request_id: spent(), ..unmap("spare-7", "spare-7") }
    ))
    .refused("subject", "REFERENCE_UNKNOWN", |m| m.subject = subject("none"))
    .done()
}

fn create_token() -> Asked {
    let create = |id: &str| pb::CreateTokenRequest { parent: principal_name(id), ..Default::default() };
    write("CreateToken", create("svc"), pb::CreateTokenRequest { request_id: spent(), ..create("spare") })
        .invalid("expires_at", |m| {
            m.expires_at = Some(prost_types::Timestamp { seconds: START / 1_000_000 - 1, nanos: 0 })
        })
        .reused(|m| m.request_id = spent())
        .denied()
        .missing("parent", |m| m.parent = principal_name("nobody"))
        .limit("parent", "TOKENS_PER_PRINCIPAL", |m| m.parent = principal_name("full"))
        .done()
}

fn rotate(w: &World) -> Asked {
    let rotate = |which: &str| {
        let name = w.token(which);
        pb::RotateTokenRequest { etag: w.etag(&name), name, ..Default::default() }
    };
    let (ended, full) = (rotate("ended"), rotate("full"));
    let row = write("RotateToken", rotate("good"), pb::RotateTokenRequest { request_id: spent(), ..rotate("spare") });
    tokens(row)
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = token_of_nobody())
        .stale(|m| m.etag = old())
        .refused("name", "TOKEN_ENDED", move |m| {
            m.name.clone_from(&ended.name);
            if m.etag != old() {
                m.etag.clone_from(&ended.etag);
            }
        })
        .limit("name", "TOKENS_PER_PRINCIPAL", move |m| {
            // The old one stays good beside the new one, so there is one more.
            m.overlap_seconds = 60;
            m.name.clone_from(&full.name);
            if m.etag != old() {
                m.etag.clone_from(&full.etag);
            }
        })
        .done()
}

fn tokens(row: Row<pb::RotateTokenRequest>) -> Row<pb::RotateTokenRequest> {
    row.invalid("overlap", |m| m.overlap_seconds = -1)
}

fn revoke(w: &World) -> Asked {
    let revoke = |which: &str| {
        let name = w.token(which);
        pb::RevokeTokenRequest { etag: w.etag(&name), name, ..Default::default() }
    };
    write("RevokeToken", revoke("good"), pb::RevokeTokenRequest { request_id: spent(), ..revoke("spare-2") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = token_of_nobody())
        .stale(|m| m.etag = old())
        .done()
}

fn token_of_nobody() -> String {
    format!("{}/tokens/{}", principal_name("svc"), "0".repeat(20))
}

fn reads() -> Vec<Asked> {
    vec![
        read("GetPrincipal", pb::GetPrincipalRequest { name: principal_name("svc"), read_at: None })
            .invalid("name", |m| m.name = "svc".to_owned())
            .missing("name", |m| m.name = principal_name("nobody"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListPrincipals", pb::ListPrincipalsRequest::default())
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .denied()
            .refused("request_id", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListTokens", pb::ListTokensRequest { parent: principal_name("svc"), ..Default::default() })
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = principal_name("nobody"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}
