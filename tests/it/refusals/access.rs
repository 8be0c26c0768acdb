//! The faults of AccessService, and what they need in the world.

use kehoach::pb;
use kehoach::pb::Role;
use tonic::Request;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name, principal_name, unit_name};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

fn nowhere() -> String {
    jurisdiction_name("nowhere")
}

fn grant_name(id: &str) -> String {
    format!("jurisdictions/dt/grants/{id}")
}

fn delegation_name(id: &str) -> String {
    format!("jurisdictions/dt/delegations/{id}")
}

fn new_grant(id: &str, principal: &str, role: Role) -> pb::CreateGrantRequest {
    let grant = pb::Grant { principal: principal_name(principal), role: role.into(), ..Default::default() };
    let (parent, grant_id) = (jurisdiction_name("dt"), id.to_owned());
    pb::CreateGrantRequest { parent, grant_id, grant: Some(grant), ..Default::default() }
}

fn new_delegation(id: &str) -> pb::CreateDelegationRequest {
    let ends_on = "2030-01-01".to_owned();
    let delegation = pb::Delegation { deputy: principal_name("svc"), ends_on, ..Default::default() };
    let (parent, delegation_id) = (jurisdiction_name("dt"), id.to_owned());
    pb::CreateDelegationRequest { parent, delegation_id, delegation: Some(delegation), ..Default::default() }
}

/// A request as somebody makes it of a server that authenticates nobody.
fn by<M>(user: &str, message: M) -> Request<M> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("kehoach-user", user.parse().unwrap());
    request
}

/// The administrator may do everything in `dt`, and there is a grant and a delegation in each state.
pub async fn make(world: &mut World, h: &Harness) {
    let mut client = h.access();
    for (id, principal, role, maker) in [
        ("boss-admin", "boss", Role::Admin, "one"),
        ("boss-drafter", "boss", Role::Drafter, "one"),
        ("boss-head", "boss", Role::Head, "one"),
        ("boss-reviewer", "boss", Role::Reviewer, "one"),
        ("boss-approver", "boss", Role::Approver, "one"),
        ("held", "svc", Role::Reader, "one"),
        ("held-2", "svc", Role::Reader, "one"),
        ("revoked", "svc", Role::Reader, "one"),
        ("waits", "svc", Role::Approver, "one"),
        ("waits-2", "svc", Role::Approver, "one"),
        ("waits-own", "svc", Role::Approver, "boss"),
    ] {
        let mut made = client.create_grant(by(maker, new_grant(id, principal, role))).await.unwrap().into_inner();
        let (name, etag) = (made.name.clone(), made.etag.clone());
        if ["boss-admin", "boss-approver"].contains(&id) {
            let confirm = pb::ConfirmGrantRequest { name, etag, ..Default::default() };
            made = client.confirm_grant(by("two", confirm)).await.unwrap().into_inner();
        } else if id == "revoked" {
            let revoke = pb::RevokeGrantRequest { name, etag, ..Default::default() };
            made = client.revoke_grant(by("two", revoke)).await.unwrap().into_inner();
        }
        world.keep(made.name, made.etag);
    }
    for id in ["lent", "lent-2", "ended"] {
        let mut made = client.create_delegation(by("boss", new_delegation(id))).await.unwrap().into_inner();
        if id == "ended" {
            let (name, etag) = (made.name, made.etag);
            let revoke = pb::RevokeDelegationRequest { name, etag, ..Default::default() };
            made = client.revoke_delegation(by("boss", revoke)).await.unwrap().into_inner();
        }
        world.keep(made.name, made.etag);
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = vec![create_grant(), confirm(w), revoke(w), create_delegation(), end(w)];
    table.extend(reads());
    table
}

fn create_grant() -> Asked {
    write(
        "CreateGrant",
        new_grant("fresh", "svc", Role::Reader),
        pb::CreateGrantRequest { request_id: spent(), ..new_grant("spent", "svc", Role::Reader) },
    )
    .invalid("role", |m| m.grant.as_mut().unwrap().role = 0)
    .reused(|m| m.request_id = spent())
    .missing("request_id", |m| m.parent = nowhere())
    .exists("id", "ALREADY_EXISTS", |m| m.grant_id = "held".to_owned())
    .refused("principal", "REFERENCE_UNKNOWN", |m| {
        m.grant.as_mut().unwrap().principal = principal_name("nobody");
    })
    .refused("principal", "OWN_GRANT", |m| m.grant.as_mut().unwrap().principal = principal_name("boss"))
    .refused("ends_on", "GRANT_ENDED", |m| m.grant.as_mut().unwrap().ends_on = "2020-01-01".to_owned())
    .done()
}

fn confirm(w: &World) -> Asked {
    let confirm = |id: &str| {
        let name = grant_name(id);
        pb::ConfirmGrantRequest { etag: w.etag(&name), name, ..Default::default() }
    };
    let (held, own) = (confirm("held"), confirm("waits-own"));
    write("ConfirmGrant", confirm("waits"), pb::ConfirmGrantRequest { request_id: spent(), ..confirm("waits-2") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = grant_name("nothing"))
        .stale(|m| m.etag = old())
        .refused("name", "GRANT_NOT_PENDING", move |m| (m.name, m.etag) = (held.name.clone(), held.etag.clone()))
        .refused("name", "SECOND_PERSON", move |m| (m.name, m.etag) = (own.name.clone(), own.etag.clone()))
        .done()
}

fn revoke(w: &World) -> Asked {
    let revoke = |id: &str| {
        let name = grant_name(id);
        pb::RevokeGrantRequest { etag: w.etag(&name), name, ..Default::default() }
    };
    let ended = revoke("revoked");
    write("RevokeGrant", revoke("held"), pb::RevokeGrantRequest { request_id: spent(), ..revoke("held-2") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = grant_name("nothing"))
        .stale(|m| m.etag = old())
        .refused("name", "GRANT_ENDED", move |m| (m.name, m.etag) = (ended.name.clone(), ended.etag.clone()))
        .done()
}

fn create_delegation() -> Asked {
    write(
        "CreateDelegation",
        new_delegation("fresh"),
        pb::CreateDelegationRequest { request_id: spent(), ..new_delegation("spent") },
    )
    .invalid("role", |m| m.delegation.as_mut().unwrap().role = Role::Admin.into())
    .reused(|m| m.request_id = spent())
    .missing("request_id", |m| m.parent = nowhere())
    .exists("id", "ALREADY_EXISTS", |m| m.delegation_id = "lent".to_owned())
    .refused("deputy", "REFERENCE_UNKNOWN", |m| {
        m.delegation.as_mut().unwrap().deputy = principal_name("nobody");
    })
    .refused("deputy", "OWN_GRANT", |m| m.delegation.as_mut().unwrap().deputy = principal_name("boss"))
    .refused("ends_on", "GRANT_ENDED", |m| m.delegation.as_mut().unwrap().ends_on = "2020-01-01".to_owned())
    .done()
}

fn end(w: &World) -> Asked {
    let end = |id: &str| {
        let name = delegation_name(id);
        pb::RevokeDelegationRequest { etag: w.etag(&name), name, ..Default::default() }
    };
    let ended = end("ended");
    write("RevokeDelegation", end("lent"), pb::RevokeDelegationRequest { request_id: spent(), ..end("lent-2") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = delegation_name("nothing"))
        .stale(|m| m.etag = old())
        .refused("name", "GRANT_ENDED", move |m| (m.name, m.etag) = (ended.name.clone(), ended.etag.clone()))
        .done()
}

fn reads() -> Vec<Asked> {
    let parent = jurisdiction_name("dt");
    let what = Some(pb::test_access_request::What::Act(pb::Act::ManageGrants.into()));
    vec![
        read("GetGrant", pb::GetGrantRequest { name: grant_name("held"), read_at: None })
            .invalid("name", |m| m.name = "x".to_owned())
            .missing("name", |m| m.name = grant_name("nothing"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListGrants", pb::ListGrantsRequest { parent: parent.clone(), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "x".to_owned())
            .missing("parent", |m| m.parent = nowhere())
            .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListDelegations", pb::ListDelegationsRequest { parent: parent.clone(), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "x".to_owned())
            .missing("parent", |m| m.parent = nowhere())
            .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListRefusals", pb::ListRefusalsRequest { parent: parent.clone(), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "x".to_owned())
            .missing("parent", |m| m.parent = nowhere())
            .done(),
        read("WhoAmI", pb::WhoAmIRequest { parent: parent.clone() })
            .invalid("parent", |m| m.parent = "x".to_owned())
            .missing("parent", |m| m.parent = nowhere())
            .done(),
        read("TestAccess", pb::TestAccessRequest { parent, what, ..Default::default() })
            .invalid("what", |m| m.what = None)
            .missing("object", |m| m.object = unit_name("dt", "nothing"))
            .done(),
    ]
}
