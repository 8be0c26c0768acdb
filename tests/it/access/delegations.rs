//! Delegations: what is lent, to whom, for how long, and what never is.

use std::time::Duration;

use kehoach::pb;
use kehoach::pb::Role;
use tonic::Code;

use super::ground::{Ground, grant};
use crate::budget::create;
use crate::harness::{Locked, jurisdiction_name, locked, principal_name, refused, unit_name, violations};

fn lend(deputy: &str, role: Option<Role>, unit: &str) -> pb::CreateDelegationRequest {
    let delegation = pb::Delegation {
        deputy: principal_name(deputy),
        role: role.map_or(0, i32::from),
        unit: if unit.is_empty() { String::new() } else { unit_name("dt", unit) },
        ends_on: "2025-08-10".to_owned(),
        ..Default::default()
    };
    pb::CreateDelegationRequest { parent: jurisdiction_name("dt"), delegation: Some(delegation), ..Default::default() }
}

fn draft() -> pb::CreateEstimateRequest {
    pb::CreateEstimateRequest { validate_only: true, ..create("f", 2027, Vec::new()) }
}

fn who() -> pb::WhoAmIRequest {
    pb::WhoAmIRequest { parent: jurisdiction_name("dt") }
}

locked! {
    async fn a_deputy_acts_in_the_place_of_the_lender_and_the_journal_keeps_both(s: Locked) {
        let g = Ground::new(s).await;
        let lan = g.holder("lan", Role::Drafter, "khcn").await;
        let (_, minh) = g.caller("minh").await;
        let denied = g.h.budget_in_place(&minh, "lan").create_estimate(draft()).await;
        refused(denied, Code::PermissionDenied, "DELEGATION_MISSING");
        let lent = g.h.access_as(&lan).create_delegation(lend("minh", None, "")).await.unwrap().into_inner();
        assert_eq!((lent.lender.as_str(), lent.starts_on.as_str()), ("principals/lan", "2025-08-01"));
        // By itself the deputy is still a stranger.
        refused(g.h.budget_as(&minh).create_estimate(draft()).await, Code::PermissionDenied, "ROLE_MISSING");
        let own = g.h.access_as(&minh).who_am_i(who()).await.unwrap().into_inner();
        assert_eq!((own.roles.len(), own.lenders.as_slice()), (0, ["principals/lan".to_owned()].as_slice()));
        let acting = g.h.access_in_place(&minh, "lan").who_am_i(who()).await.unwrap().into_inner();
        assert_eq!((acting.principal.as_str(), acting.on_behalf_of.as_str()), ("principals/minh", "principals/lan"));
        assert_eq!(acting.roles.iter().map(|one| one.role()).collect::<Vec<_>>(), [Role::Drafter]);
        g.h.budget_in_place(&minh, "lan").create_estimate(create("f", 2027, Vec::new())).await.unwrap();
        let entries = kehoach::commit::journal::between(&mut g.h.connection(), "dt", 0, 99, 99).unwrap();
        let last = entries.last().unwrap();
        assert_eq!((last.actor.as_str(), last.on_behalf_of.as_str()), ("minh", "lan"));
        g.h.is_sound();
        // It ends with its day.
        g.h.advance(Duration::from_secs(9 * 86_400));
        refused(g.h.budget_in_place(&minh, "lan").create_estimate(draft()).await, Code::PermissionDenied, "DELEGATION_MISSING");
    }

    async fn a_revoked_delegation_lends_nothing_and_only_the_lender_or_an_admin_revokes(s: Locked) {
        let g = Ground::new(s).await;
        let lan = g.holder("lan", Role::Drafter, "khcn").await;
        let (_, minh) = g.caller("minh").await;
        let (_, other) = g.caller("other").await;
        let lent = g.h.access_as(&lan).create_delegation(lend("minh", None, "")).await.unwrap().into_inner();
        let revoke = || pb::RevokeDelegationRequest { name: lent.name.clone(), etag: lent.etag.clone(), ..Default::default() };
        g.h.refuses(async { g.h.access_as(&other).revoke_delegation(revoke()).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        g.h.refuses(async { g.h.access_as(&minh).revoke_delegation(revoke()).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        g.h.access_as(&lan).revoke_delegation(revoke()).await.unwrap();
        g.h.refuses(async { g.h.access_as(&lan).revoke_delegation(revoke()).await }, Code::Aborted, "STALE_ETAG").await;
        refused(g.h.budget_in_place(&minh, "lan").create_estimate(draft()).await, Code::PermissionDenied, "DELEGATION_MISSING");
        let list = || pb::ListDelegationsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        let count = |secret: String| async { g.h.access_as(&{ secret }).list_delegations(list()).await.unwrap().into_inner().delegations.len() };
        assert_eq!((count(lan).await, count(minh).await, count(other).await, count(g.an.clone()).await), (1, 1, 0, 1));
    }

    async fn neither_admin_nor_what_was_lent_is_lent(s: Locked) {
        let g = Ground::new(s).await;
        let (_, minh) = g.caller("minh").await;
        let (_, other) = g.caller("other").await;
        g.h.access_as(&g.an).create_delegation(lend("minh", None, "")).await.unwrap();
        g.principal("new").await;
        g.h.refuses(async { g.h.access_in_place(&minh, "an").create_grant(grant("new", Role::Reader, "")).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        let lan = g.holder("lan", Role::Drafter, "khcn").await;
        g.h.access_as(&lan).create_delegation(lend("minh", None, "")).await.unwrap();
        g.h.refuses(async { g.h.access_in_place(&minh, "lan").create_delegation(lend("other", None, "")).await }, Code::PermissionDenied, "DELEGATION_CHAINED").await;
        // Two delegations in a row lend nothing either.
        let nguyen = g.holder("nguyen", Role::Reader, "").await;
        g.h.access_as(&nguyen).create_delegation(lend("lan", None, "")).await.unwrap();
        refused(g.h.access_in_place(&minh, "nguyen").who_am_i(who()).await, Code::PermissionDenied, "DELEGATION_MISSING");
        refused(g.h.access_as(&other).create_delegation(lend("minh", None, "")).await, Code::PermissionDenied, "ROLE_MISSING");
        let own = g.h.refuses(async { g.h.access_as(&lan).create_delegation(lend("lan", None, "nowhere")).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert!(violations(&own).contains(&("OWN_GRANT".to_owned(), "delegation.deputy".to_owned())));
        let bad = g.h.access_in_place(&minh, "a/b").who_am_i(who()).await;
        assert_eq!(crate::harness::fields(&refused(bad, Code::InvalidArgument, "FIELD_INVALID")), ["kehoach-on-behalf-of"]);
    }

    async fn a_delegation_of_one_role_on_one_unit_lends_just_that(s: Locked) {
        let g = Ground::new(s).await;
        let lan = g.holder("lan", Role::Drafter, "tinh").await;
        g.give("lan", Role::Reader, "").await;
        let (_, minh) = g.caller("minh").await;
        g.h.access_as(&lan).create_delegation(lend("minh", Some(Role::Drafter), "yt")).await.unwrap();
        let acting = g.h.access_in_place(&minh, "lan").who_am_i(who()).await.unwrap().into_inner();
        let held: Vec<_> = acting.roles.iter().map(|one| (one.role(), one.unit.as_str())).collect();
        assert_eq!(held, [(Role::Drafter, "jurisdictions/dt/units/yt")]);
        refused(g.h.budget_in_place(&minh, "lan").create_estimate(draft()).await, Code::PermissionDenied, "ROLE_MISSING");
    }
}
