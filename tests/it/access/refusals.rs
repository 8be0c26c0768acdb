//! Who was turned away, as auditors read it: by time, in pages, and for nobody else.

use std::time::{Duration, Instant};

use kehoach::pb;
use kehoach::pb::Role;
use tonic::Code;

use super::ground::Ground;
use crate::harness::{Locked, jurisdiction_name, locked, principal_name, refused};

/// The whole log of a jurisdiction, over pages of two, once it tells of so many refusals.
async fn log_of(g: &Ground, credential: &str, ask: &pb::ListRefusalsRequest, refusals: i64) -> Vec<pb::RefusedCall> {
    let started = Instant::now();
    loop {
        let mut all: Vec<pb::RefusedCall> = Vec::new();
        let mut ask = pb::ListRefusalsRequest { page_size: 2, ..ask.clone() };
        loop {
            let page = g.h.access_as(credential).list_refusals(ask.clone()).await.unwrap().into_inner();
            assert!(page.refusals.len() <= 2);
            all.extend(page.refusals);
            if page.next_page_token.is_empty() {
                break;
            }
            ask.page_token = page.next_page_token;
        }
        let told: i64 = all.iter().map(|one| one.occurrences).sum();
        if told == refusals {
            return all;
        }
        assert!(told < refusals && started.elapsed() < Duration::from_secs(20), "{told} of {refusals}: {all:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn seconds(instant: Option<&prost_types::Timestamp>) -> i64 {
    instant.map_or(0, |instant| instant.seconds)
}

locked! {
    async fn auditors_read_who_was_turned_away(s: Locked) {
        let g = Ground::new(s).await;
        let auditor = g.holder("auditor", Role::Auditor, "").await;
        let reader = g.holder("reader", Role::Reader, "").await;
        let part = g.holder("part", Role::Auditor, "khcn").await;
        let list = || pb::ListRefusalsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        assert_eq!(log_of(&g, &auditor, &list(), 0).await, Vec::new());
        // Whom the log is not for, stands in it.
        for secret in [&reader, &part, &g.admin] {
            refused(g.h.access_as(secret).list_refusals(list()).await, Code::PermissionDenied, "ROLE_MISSING");
            g.h.advance(Duration::from_secs(10));
        }
        let before = g.h.standing();
        let all = log_of(&g, &auditor, &list(), 3).await;
        let said: Vec<_> = all.iter().map(|one| (one.number, one.principal.as_str(), one.reason.as_str(), one.occurrences)).collect();
        assert_eq!(said, [
            (1, "principals/reader", "ROLE_MISSING", 1),
            (2, "principals/part", "ROLE_MISSING", 1),
            (3, "principals/admin", "ROLE_MISSING", 1),
        ]);
        assert!(all.iter().all(|one| one.method == "/kehoach.v1.AccessService/ListRefusals"));
        assert_eq!(seconds(all[1].refused_at.as_ref()) - seconds(all[0].refused_at.as_ref()), 10);
        // By time and by caller; `until` is not among them.
        let (from, until) = (all[1].refused_at, all[2].refused_at);
        let numbers = |all: Vec<pb::RefusedCall>| all.iter().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!(numbers(log_of(&g, &g.an, &pb::ListRefusalsRequest { from, ..list() }, 2).await), [2, 3]);
        assert_eq!(numbers(log_of(&g, &g.an, &pb::ListRefusalsRequest { from, until, ..list() }, 1).await), [2]);
        let of = pb::ListRefusalsRequest { principal: principal_name("reader"), ..list() };
        assert_eq!(numbers(log_of(&g, &auditor, &of, 1).await), [1]);
        let inverted = pb::ListRefusalsRequest { from: until, until: from, ..list() };
        refused(g.h.access_as(&auditor).list_refusals(inverted).await, Code::InvalidArgument, "FIELD_INVALID");
        g.h.nothing_changed(&before);
    }

    async fn what_names_no_jurisdiction_is_read_by_administrators(s: Locked) {
        let g = Ground::new(s).await;
        let list = || pb::ListRefusalsRequest { parent: jurisdiction_name("system"), ..Default::default() };
        refused(g.h.access_as("khk_nobody").list_refusals(list()).await, Code::Unauthenticated, "UNAUTHENTICATED");
        refused(g.h.access_as(&g.an).list_refusals(list()).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        let all = log_of(&g, &g.admin, &list(), 2).await;
        let said: Vec<_> = all.iter().map(|one| (one.principal.as_str(), one.reason.as_str())).collect();
        assert_eq!(said, [("", "UNAUTHENTICATED"), ("principals/an", "NOT_ADMINISTRATOR")]);
    }
}
