//! Grants: the first ADMIN, the second person, the days, and what takes effect when.

use std::time::Duration;

use kehoach::pb;
use kehoach::pb::{GrantState, Role};
use tonic::Code;

use super::ground::{Ground, confirm, grant, revoke};
use crate::budget::create;
use crate::harness::{
    Locked, jurisdiction_name, locked, new_jurisdiction, principal_name, refused, request_id, violations, was_replayed,
};

locked! {
    async fn an_administrator_of_the_service_makes_the_first_admin_and_no_other(s: Locked) {
        s.h.organisation_as(&s.admin).create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
        let (_, an) = s.caller("an").await;
        s.principal("binh").await;
        s.h.refuses(async { s.h.access_as(&an).create_grant(grant("binh", Role::Admin, "")).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        s.h.refuses(async { s.h.access_as(&s.admin).create_grant(grant("an", Role::Reader, "")).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        let request = pb::CreateGrantRequest { request_id: Some(request_id(1)), ..grant("an", Role::Admin, "") };
        let first = s.h.access_as(&s.admin).create_grant(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.state(), first.granted_by.as_str(), first.starts_on.as_str()), (GrantState::InForce, "principals/admin", "2025-08-01"));
        let again = s.h.access_as(&s.admin).create_grant(request).await.unwrap();
        assert!(was_replayed(&again) && *again.get_ref() == first);
        s.h.refuses(async { s.h.access_as(&s.admin).create_grant(grant("binh", Role::Admin, "")).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        s.h.is_sound();
    }

    async fn a_grant_of_admin_waits_for_a_second_person(s: Locked) {
        let g = Ground::bare(s).await;
        let (_, chi) = g.caller("chi").await;
        let pending = g.h.access_as(&g.an).create_grant(grant("chi", Role::Admin, "")).await.unwrap().into_inner();
        assert_eq!((pending.state(), pending.confirmed_by.as_str()), (GrantState::Pending, ""));
        let read = || pb::GetGrantRequest { name: pending.name.clone(), read_at: None };
        // It is hers to read, and entitles to nothing yet.
        assert_eq!(g.h.access_as(&chi).get_grant(read()).await.unwrap().into_inner(), pending);
        let list = || pb::ListGrantsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        refused(g.h.access_as(&chi).list_grants(list()).await, Code::PermissionDenied, "ROLE_MISSING");
        let why = (Code::FailedPrecondition, "SECOND_PERSON");
        g.h.refuses(async { g.h.access_as(&g.an).confirm_grant(confirm(&pending)).await }, why.0, why.1).await;
        g.h.refuses(async { g.h.access_as(&chi).confirm_grant(confirm(&pending)).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        // Two ADMINs are there, so the service's administrator is not asked.
        g.h.refuses(async { g.h.access_as(&g.admin).confirm_grant(confirm(&pending)).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let confirmed = g.h.access_as(&g.binh).confirm_grant(confirm(&pending)).await.unwrap().into_inner();
        assert_eq!((confirmed.state(), confirmed.confirmed_by.as_str()), (GrantState::InForce, "principals/binh"));
        g.h.refuses(async { g.h.access_as(&g.binh).confirm_grant(confirm(&confirmed)).await }, Code::FailedPrecondition, "GRANT_NOT_PENDING").await;
        g.h.refuses(async { g.h.access_as(&g.binh).confirm_grant(confirm(&pending)).await }, Code::Aborted, "STALE_ETAG").await;
        assert_eq!(g.h.access_as(&chi).list_grants(list()).await.unwrap().into_inner().grants.len(), 3);
        g.h.is_sound();
    }

    async fn nobody_grants_to_themself_and_what_is_named_must_exist(s: Locked) {
        let g = Ground::bare(s).await;
        let refused = g.h.refuses(async { g.h.access_as(&g.an).create_grant(grant("an", Role::Reader, "nowhere")).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        let both = [("REFERENCE_UNKNOWN", "grant.unit"), ("OWN_GRANT", "grant.principal")];
        assert_eq!(violations(&refused), both.map(|(why, at)| (why.to_owned(), at.to_owned())));
        let ended = pb::CreateGrantRequest {
            grant: grant("nobody", Role::Reader, "").grant.map(|one| pb::Grant { starts_on: "2024-01-01".to_owned(), ends_on: "2025-08-01".to_owned(), ..one }),
            ..grant("nobody", Role::Reader, "")
        };
        let refused = g.h.refuses(async { g.h.access_as(&g.an).create_grant(ended).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert!(violations(&refused).contains(&("GRANT_ENDED".to_owned(), "grant.ends_on".to_owned())));
        let taken = pb::CreateGrantRequest { grant_id: "x".to_owned(), ..grant("admin", Role::Reader, "") };
        g.h.access_as(&g.an).create_grant(taken.clone()).await.unwrap();
        g.h.refuses(async { g.h.access_as(&g.an).create_grant(taken).await }, Code::AlreadyExists, "ALREADY_EXISTS").await;
    }

    async fn a_role_holds_on_its_days_and_ends_with_the_next_command(s: Locked) {
        let g = Ground::new(s).await;
        let (_, secret) = g.caller("lan").await;
        let dated = |starts_on: &str, ends_on: &str| {
            let (starts_on, ends_on) = (starts_on.to_owned(), ends_on.to_owned());
            let mut request = grant("lan", Role::Drafter, "khcn");
            request.grant = request.grant.map(|one| pb::Grant { starts_on, ends_on, ..one });
            request
        };
        g.h.access_as(&g.an).create_grant(dated("2025-08-03", "2025-08-04")).await.unwrap();
        let draft = |id: &str, year| pb::CreateEstimateRequest { validate_only: true, ..create(id, year, Vec::new()) };
        let mut outcomes = Vec::new();
        for _ in 0..4 {
            let outcome = g.h.budget_as(&secret).create_estimate(draft("f", 2027)).await;
            outcomes.push(outcome.map(drop).map_err(|status| status.code()));
            g.h.advance(Duration::from_secs(86_400));
        }
        assert_eq!(outcomes, [Err(Code::PermissionDenied), Err(Code::PermissionDenied), Ok(()), Err(Code::PermissionDenied)]);
        let held = g.give("lan", Role::Drafter, "khcn").await;
        g.h.budget_as(&secret).create_estimate(draft("f", 2027)).await.unwrap();
        let revoked = g.h.access_as(&g.binh).revoke_grant(revoke(&held)).await.unwrap().into_inner();
        assert_eq!(revoked.state(), GrantState::Revoked);
        let denied = g.h.refuses(async { g.h.budget_as(&secret).create_estimate(draft("f", 2027)).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        let facts = denied.error_info().unwrap().metadata.clone();
        assert_eq!((facts["role"].as_str(), facts["scope"].as_str(), facts["action"].as_str()), ("DRAFTER", "jurisdictions/dt/units/khcn", "DRAFT_DOCUMENT"));
        g.h.refuses(async { g.h.access_as(&g.binh).revoke_grant(revoke(&revoked)).await }, Code::FailedPrecondition, "GRANT_ENDED").await;
    }

    async fn an_admin_of_a_part_grants_there_only_and_sees_no_more(s: Locked) {
        let g = Ground::new(s).await;
        let part = g.holder("part", Role::Admin, "khcn").await;
        g.principal("new").await;
        g.h.access_as(&part).create_grant(grant("new", Role::Reader, "tt")).await.unwrap();
        for unit in ["yt", "tinh", ""] {
            g.h.refuses(async { g.h.access_as(&part).create_grant(grant("new", Role::Reader, unit)).await }, Code::PermissionDenied, "ROLE_MISSING").await;
        }
        g.give("new", Role::Reader, "yt").await;
        let list = pb::ListGrantsRequest { parent: jurisdiction_name("dt"), page_size: 1, ..Default::default() };
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let page = pb::ListGrantsRequest { page_token: token, ..list.clone() };
            let page = g.h.access_as(&part).list_grants(page).await.unwrap().into_inner();
            seen.extend(page.grants.into_iter().map(|one| (one.principal, one.unit)));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        seen.sort();
        let expected = [("new", "tt"), ("part", "khcn")];
        assert_eq!(seen, expected.map(|(who, unit)| (principal_name(who), format!("jurisdictions/dt/units/{unit}"))));
    }

    async fn a_change_within_one_group_of_commands_is_seen_by_the_next_of_them(s: Locked) {
        let g = Ground::new(s).await;
        let (_, secret) = g.caller("lan").await;
        let held = g.give("lan", Role::Drafter, "khcn").await;
        // Sent together, so that they may share a transaction: whatever the order, no draft is made after the end of the grant.
        let mut access = g.h.access_as(&g.an);
        let ended = async { access.revoke_grant(revoke(&held)).await.map(|answer| crate::harness::revision_of(&answer)) };
        let drafts = (0..20).map(|number| {
            let mut budget = g.h.budget_as(&secret);
            async move { budget.create_estimate(create(&format!("g{number}"), 2018 + number % 12, Vec::new())).await }
        });
        let (ended, drafts) = futures_util::future::join(ended, futures_util::future::join_all(drafts)).await;
        let ended = ended.unwrap();
        for made in drafts.into_iter().flatten() {
            assert!(made.get_ref().revision < ended, "a draft was made after the end of the grant");
        }
        g.h.is_sound();
    }
}
