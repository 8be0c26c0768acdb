//! Tokens: shown once, good until they end, and refused from the next call on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use kehoach::db::Engine;
use kehoach::{limits, pb};
use tonic::Code;

use crate::harness::{
    Locked, START, fields, locked, new_unit, principal_name, refused, request_id, revision_of, was_replayed,
};

const DAY: Duration = Duration::from_secs(86_400);

fn create(principal: &str) -> pb::CreateTokenRequest {
    pb::CreateTokenRequest { parent: principal_name(principal), ..Default::default() }
}

fn rotate(token: &pb::Token, overlap_seconds: i32) -> pb::RotateTokenRequest {
    pb::RotateTokenRequest { name: token.name.clone(), etag: token.etag.clone(), overlap_seconds, ..Default::default() }
}

fn revoke(token: &pb::Token) -> pb::RevokeTokenRequest {
    pb::RevokeTokenRequest { name: token.name.clone(), etag: token.etag.clone(), ..Default::default() }
}

fn seconds(at: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: START / 1_000_000 + at, nanos: 0 })
}

fn of(principal: &str) -> pb::ListTokensRequest {
    pb::ListTokensRequest { parent: principal_name(principal), ..Default::default() }
}

locked! {
    async fn a_secret_is_shown_once(s: Locked) {
        s.principal("svc").await;
        let request = pb::CreateTokenRequest { request_id: Some(request_id(1)), label: "nightly".to_owned(), ..create("svc") };
        let tried = pb::CreateTokenRequest { validate_only: true, request_id: None, ..request.clone() };
        let tried = s.identity().create_token(tried).await.unwrap().into_inner();
        assert_eq!((tried.secret.as_str(), tried.token.unwrap().label.as_str()), ("", "nightly"));
        let first = s.identity().create_token(request.clone()).await.unwrap().into_inner();
        assert!(s.is_good(&first.secret).await);
        let again = s.identity().create_token(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(*again.get_ref(), pb::IssuedToken { secret: String::new(), ..first.clone() });
        let listed = s.identity().list_tokens(of("svc")).await.unwrap().into_inner();
        assert_eq!(listed.tokens, [first.token.clone().unwrap()]);
        assert!(!format!("{listed:?}").contains(first.secret.rsplit('_').next().unwrap()));
        let id = first.token.unwrap().name.rsplit('/').next().unwrap().to_owned();
        assert_eq!(first.secret.split('_').nth(1), Some(id.as_str()));
        s.h.is_sound();
    }

    async fn the_actor_of_a_token_is_its_principal_whatever_the_metadata_say(s: Locked) {
        let (_, secret) = s.caller("svc").await;
        s.h.organisation_as(&s.admin).create_jurisdiction(crate::harness::new_jurisdiction("dt")).await.unwrap();
        let grant = pb::Grant { principal: "principals/svc".to_owned(), role: pb::Role::Admin.into(), ..Default::default() };
        let grant = pb::CreateGrantRequest { parent: "jurisdictions/dt".to_owned(), grant: Some(grant), ..Default::default() };
        s.h.access_as(&s.admin).create_grant(grant).await.unwrap();
        let mut request = tonic::Request::new(new_unit("dt", "a"));
        request.metadata_mut().insert("kehoach-user", "admin".parse().unwrap());
        s.h.organisation_as(&secret).create_unit(request).await.unwrap();
        let entries = kehoach::commit::journal::between(&mut s.h.connection(), "dt", 0, 9, 9).unwrap();
        assert_eq!(entries.iter().map(|entry| entry.actor.as_str()).collect::<Vec<_>>(), ["admin", "svc"]);
    }

    async fn a_token_is_refused_from_the_moment_it_expires(s: Locked) {
        s.principal("svc").await;
        let secret = s.identity().create_token(create("svc")).await.unwrap().into_inner().secret;
        let request = pb::CreateTokenRequest { expires_at: seconds(60), ..create("svc") };
        let short = s.identity().create_token(request).await.unwrap().into_inner().secret;
        s.h.advance(Duration::from_micros(59_999_999));
        assert!(s.is_good(&short).await);
        s.h.advance(Duration::from_micros(1));
        assert!(!s.is_good(&short).await && s.is_good(&secret).await);
        s.h.advance(90 * DAY);
        assert!(!s.is_good(&secret).await);
    }

    async fn an_expiry_lies_ahead_and_within_a_year(s: Locked) {
        s.principal("svc").await;
        let last = i64::try_from(limits::TOKEN_DAYS_MAX * 86_400).unwrap();
        for at in [0, -1, last + 1] {
            let request = pb::CreateTokenRequest { expires_at: seconds(at), ..create("svc") };
            let refusal = s.h.refuses(async { s.identity().create_token(request).await }, Code::InvalidArgument, "FIELD_INVALID").await;
            assert_eq!(fields(&refusal), ["expires_at"]);
        }
        for at in [1, last] {
            let request = pb::CreateTokenRequest { expires_at: seconds(at), ..create("svc") };
            let token = s.identity().create_token(request).await.unwrap().into_inner().token.unwrap();
            assert_eq!(token.expires_at, seconds(at));
        }
    }

    async fn a_rotated_token_stays_good_for_the_overlap(s: Locked) {
        s.principal("svc").await;
        let (old, old_secret) = s.token("svc").await;
        let request = pb::RotateTokenRequest { request_id: Some(request_id(1)), ..rotate(&old, 60) };
        let new = s.h.identity_as(&old_secret).rotate_token(request.clone()).await.unwrap().into_inner();
        assert!(s.is_good(&old_secret).await && s.is_good(&new.secret).await);
        let again = s.h.identity_as(&old_secret).rotate_token(request).await.unwrap();
        assert!(was_replayed(&again) && again.get_ref().secret.is_empty());
        let listed = s.identity().list_tokens(of("svc")).await.unwrap().into_inner().tokens;
        let listed_old = listed.iter().find(|token| token.name == old.name).unwrap();
        assert_eq!((listed_old.expires_at, &listed_old.successor), (seconds(60), &new.token.clone().unwrap().name));
        s.h.advance(Duration::from_secs(60));
        assert!(!s.is_good(&old_secret).await && s.is_good(&new.secret).await);
        let ended = rotate(listed_old, 0);
        s.h.refuses(async { s.identity().rotate_token(ended).await }, Code::FailedPrecondition, "TOKEN_ENDED").await;
        let new_token = new.token.unwrap();
        let at_once = s.h.identity_as(&new.secret).rotate_token(rotate(&new_token, 0)).await.unwrap().into_inner();
        assert!(!s.is_good(&new.secret).await && s.is_good(&at_once.secret).await);
        s.h.is_sound();
    }

    async fn a_revoked_token_is_refused_at_the_next_call(s: Locked) {
        s.principal("svc").await;
        let ((first, secret), (_, other)) = (s.token("svc").await, s.token("svc").await);
        for _ in 0..3 {
            assert!(s.is_good(&secret).await && s.is_good(&other).await);
        }
        let revoked = s.identity().revoke_token(revoke(&first)).await.unwrap().into_inner();
        assert!(revoked.revoked_at.is_some());
        assert!(!s.is_good(&secret).await && s.is_good(&other).await);
        s.h.refuses(async { s.identity().revoke_token(revoke(&first)).await }, Code::Aborted, "STALE_ETAG").await;
        let again = s.identity().revoke_token(revoke(&revoked)).await.unwrap().into_inner();
        assert_eq!(again.revoked_at, revoked.revoked_at);
        s.h.refuses(async { s.identity().rotate_token(rotate(&again, 0)).await }, Code::FailedPrecondition, "TOKEN_ENDED").await;
        s.h.is_sound();
    }

    async fn a_suspension_ends_all_tokens_until_it_ends_itself(s: Locked) {
        let (principal, secret) = s.caller("svc").await;
        assert!(s.is_good(&secret).await);
        let request = pb::SuspendPrincipalRequest { name: principal.name.clone(), etag: principal.etag, ..Default::default() };
        let suspended = s.identity().suspend_principal(request).await.unwrap().into_inner();
        assert!(!s.is_good(&secret).await);
        let request = pb::ResumePrincipalRequest { name: principal.name, etag: suspended.etag, ..Default::default() };
        s.identity().resume_principal(request).await.unwrap();
        assert!(s.is_good(&secret).await);
    }

    async fn everybody_manages_their_own_tokens_and_no_others(s: Locked) {
        s.principal("a").await;
        let (b, b_secret) = (s.principal("b").await, s.token("b").await.1);
        let (token, secret) = s.token("a").await;
        let mut client = s.h.identity_as(&secret);
        assert_eq!(client.list_tokens(of("a")).await.unwrap().into_inner().tokens, std::slice::from_ref(&token));
        let mut stranger = s.h.identity_as(&b_secret);
        refused(stranger.list_tokens(of("a")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        refused(stranger.list_tokens(of("missing")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        refused(stranger.rotate_token(rotate(&token, 0)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        refused(stranger.revoke_token(revoke(&token)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        // Nor under one's own name.
        let stolen = pb::Token { name: token.name.replace("/a/", "/b/"), ..token.clone() };
        refused(stranger.revoke_token(revoke(&stolen)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert!(b.name == "principals/b" && s.is_good(&secret).await);
        client.revoke_token(revoke(&token)).await.unwrap();
        assert!(!s.is_good(&secret).await);
    }

    async fn a_principal_has_so_many_good_tokens_and_no_more(s: Locked) {
        s.principal("svc").await;
        let mut last = pb::Token::default();
        for _ in 0..limits::TOKENS_PER_PRINCIPAL {
            last = s.identity().create_token(create("svc")).await.unwrap().into_inner().token.unwrap();
        }
        s.h.refuses(async { s.identity().create_token(create("svc")).await }, Code::ResourceExhausted, "TOKENS_PER_PRINCIPAL").await;
        s.identity().revoke_token(revoke(&last)).await.unwrap();
        s.identity().create_token(create("svc")).await.unwrap();
    }

    async fn a_kept_answer_goes_to_those_who_are_known_only(s: Locked) {
        let (_, secret) = s.caller("svc").await;
        let list = pb::ListJurisdictionsRequest::default();
        for _ in 0..3 {
            s.h.organisation_as(&secret).list_jurisdictions(list.clone()).await.unwrap();
        }
        refused(s.h.organisation().list_jurisdictions(list.clone()).await, Code::Unauthenticated, "UNAUTHENTICATED");
        s.h.advance(91 * DAY);
        refused(s.h.organisation_as(&secret).list_jurisdictions(list).await, Code::Unauthenticated, "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_in_one_process_holds_in_every_other() {
    let Some(s) = Locked::new(kehoach::db::Engine::Postgres).await else { return };
    let other = s.h.another().await;
    s.principal("svc").await;
    let (token, secret) = s.token("svc").await;
    let list = pb::ListJurisdictionsRequest::default();
    for _ in 0..3 {
        let answer = other.organisation_as(&secret).list_jurisdictions(list.clone()).await.unwrap();
        assert_eq!(revision_of(&answer), 3);
    }
    s.identity().revoke_token(revoke(&token)).await.unwrap();
    let refusal = other.organisation_as(&secret).list_jurisdictions(list).await;
    refused(refusal, Code::Unauthenticated, "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_in_one_process_is_refused_by_another_however_many_call_it() {
    let Some(s) = Locked::new(Engine::Postgres).await else { return };
    let other = s.h.another().await;
    s.principal("svc").await;
    let (token, secret) = s.token("svc").await;
    let (good, is_revoked) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let mut client = other.organisation_as(&secret);
            let (good, is_revoked) = (good.clone(), is_revoked.clone());
            tokio::spawn(async move {
                loop {
                    let revoked_before = is_revoked.load(Ordering::SeqCst);
                    let list = pb::ListJurisdictionsRequest::default();
                    match client.list_jurisdictions(list).await {
                        Ok(_) => assert!(!revoked_before, "a call that came after the token was revoked is answered"),
                        Err(status) => return refused(Err::<(), _>(status), Code::Unauthenticated, "UNAUTHENTICATED"),
                    }
                    good.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while good.load(Ordering::SeqCst) < 200 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    s.identity().revoke_token(revoke(&token)).await.unwrap();
    is_revoked.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    s.h.is_sound();
}
