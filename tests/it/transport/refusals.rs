//! The access log: refusals for who calls, counted where there are many, dense, and outside every journal.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kehoach::db::Conn;
use kehoach::{limits, pb};
use tonic::Code;

use crate::harness::{Harness, Locked, locked, new_jurisdiction, new_principal, refused};

#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
struct Logged {
    #[diesel(sql_type = Text)]
    jurisdiction: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = BigInt)]
    occurrences: i64,
}

fn logged(h: &Harness) -> Vec<Logged> {
    let sql =
        "SELECT jurisdiction, number, actor, method, reason, occurrences FROM access_log ORDER BY jurisdiction, number";
    match h.connection() {
        Conn::Sqlite(mut conn) => diesel::sql_query(sql).load(&mut conn).unwrap(),
        Conn::Pg(mut conn) => diesel::sql_query(sql).load(&mut conn).unwrap(),
    }
}

/// The log once it tells of so many refusals.
async fn log_of(h: &Harness, refusals: i64) -> Vec<Logged> {
    let started = Instant::now();
    loop {
        let rows = logged(h);
        let told: i64 = rows.iter().map(|row| row.occurrences).sum();
        if told == refusals {
            return rows;
        }
        assert!(told < refusals && started.elapsed() < Duration::from_secs(20), "{told} of {refusals}: {rows:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

locked! {
    async fn who_is_unknown_or_not_entitled_is_noted_and_no_revision_moves(s: Locked) {
        let secret = s.caller("svc").await.1;
        let before = s.h.standing();
        let list = pb::ListJurisdictionsRequest::default();
        refused(s.h.organisation().list_jurisdictions(list.clone()).await, Code::Unauthenticated, "UNAUTHENTICATED");
        let mut client = s.h.identity_as(&secret);
        refused(client.list_principals(pb::ListPrincipalsRequest::default()).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        refused(client.create_principal(new_principal("x")).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        refused(s.h.organisation_as(&secret).create_jurisdiction(new_jurisdiction("dt")).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        // Other refusals are no business of this log.
        refused(client.create_principal(new_principal("two words")).await, Code::InvalidArgument, "FIELD_INVALID");
        let rows = log_of(&s.h, 4).await;
        let said: Vec<_> = rows.iter().map(|row| (row.number, row.actor.as_str(), row.method.rsplit('/').next().unwrap(), row.reason.as_str())).collect();
        assert_eq!(said, [
            (1, "", "ListJurisdictions", "UNAUTHENTICATED"),
            (2, "svc", "ListPrincipals", "NOT_ADMINISTRATOR"),
            (3, "svc", "CreatePrincipal", "NOT_ADMINISTRATOR"),
            (4, "svc", "CreateJurisdiction", "NOT_ADMINISTRATOR"),
        ]);
        assert!(rows.iter().all(|row| row.jurisdiction == "system"));
        s.h.nothing_changed(&before);
    }

    async fn ten_a_second_are_listed_and_the_others_counted(s: Locked) {
        let secret = s.caller("svc").await.1;
        let before = s.h.standing();
        let list = pb::ListPrincipalsRequest::default();
        for _ in 0..40 {
            refused(s.h.identity_as(&secret).list_principals(list.clone()).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        }
        // Another caller in the same second, and the same one in the next.
        refused(s.h.identity().list_principals(list.clone()).await, Code::Unauthenticated, "UNAUTHENTICATED");
        s.h.advance(Duration::from_secs(1));
        refused(s.h.identity_as(&secret).list_principals(list).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
        let rows = log_of(&s.h, 42).await;
        let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, (1..).take(rows.len()).collect::<Vec<i64>>());
        let counted = rows.iter().filter(|row| row.occurrences > 1).map(|row| row.occurrences).sum::<i64>();
        let listed = limits::REFUSALS_LISTED as i64;
        assert!(counted >= 40 - listed - 8, "{rows:#?}");
        assert!(rows.len() < 25, "{rows:#?}");
        s.h.nothing_changed(&before);
    }
}
