//! Every reason is provoked through the wire by some test: by the table of refusals, or by one that is named here.

use std::fs;
use std::path::Path;

use kehoach::error::Reason;
use kehoach::limits;
use kehoach::pb;
use tonic::{Code, Request};

use super::table;
use super::world::World;
use crate::harness::{Harness, engines, jurisdiction_name, new_unit, refused};

/// What no fault of a single request provokes: the reason, the file and the test.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("MESSAGE_TOO_LARGE", "refusals/reasons.rs", "a_message_beyond_the_limit_is_refused"),
    (
        "IMPORT_ROWS_INVALID",
        "budget/import/refusals.rs",
        "every_bad_cell_is_named_with_its_row_its_column_and_its_text",
    ),
    ("UNAUTHENTICATED", "refusals/mod.rs", "whoever_is_not_known_is_told_nothing_else"),
    ("ROLE_MISSING", "access/grants.rs", "an_administrator_of_the_service_makes_the_first_admin_and_no_other"),
    (
        "DELEGATION_MISSING",
        "access/delegations.rs",
        "a_deputy_acts_in_the_place_of_the_lender_and_the_journal_keeps_both",
    ),
    ("DELEGATION_CHAINED", "access/delegations.rs", "neither_admin_nor_what_was_lent_is_lent"),
    (
        "PROJECT_NOT_LISTABLE",
        "project/lists.rs",
        "a_list_with_a_project_that_cannot_be_listed_is_not_approved_and_names_it",
    ),
    ("METHOD_UNKNOWN", "refusals/reasons.rs", "a_method_that_is_not_there_is_said_so"),
    ("INTERNAL", "refusals/reasons.rs", "a_store_that_is_not_as_it_should_be_is_a_bug_and_says_nothing_of_itself"),
    ("QUEUE_FULL", "machine/overload.rs", "a_full_queue_of_commands_refuses_at_once"),
    ("SHARE_EXCEEDED", "transport/admission.rs", "a_principal_has_so_many_calls_in_flight_and_others_are_not_refused"),
    ("DEADLINE", "machine/overload.rs", "a_command_that_is_not_reached_in_time_is_not_executed"),
    ("BUSY", "machine/outages.rs", "a_store_that_is_away_is_busy_and_not_a_bug"),
    ("OUTCOME_UNKNOWN", "process/disk.rs", "after_a_failed_fsync_nothing_is_written_and_the_process_ends"),
];

#[test]
fn every_reason_is_provoked_by_a_test() {
    let faults: Vec<&str> =
        table(&World::default()).iter().flat_map(|asked| asked.faults.iter().map(|fault| fault.reason)).collect();
    for reason in Reason::ALL {
        let text = reason.as_str();
        let elsewhere = ELSEWHERE.iter().find(|(one, _, _)| *one == text);
        assert!(faults.contains(&text) != elsewhere.is_some(), "{text} is provoked by no test, or named twice");
        if let Some((_, file, test)) = elsewhere {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(file);
            let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let body =
                source.split_once(&format!("async fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}")).1;
            let body = body.split("async fn ").next().unwrap_or_default();
            assert!(body.contains(&format!("\"{text}\"")), "{test} does not name {text}");
        }
    }
}

engines! {
    async fn a_message_beyond_the_limit_is_refused(h: Harness) {
        h.jurisdiction("dt").await;
        let mut request = new_unit("dt", "a");
        request.reason = "x".repeat(limits::count(limits::MESSAGE_BYTES) + 1);
        let mut client = h.organisation().max_encoding_message_size(64 << 20);
        let before = h.standing();
        let details = refused(client.create_unit(request).await, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
        assert_eq!(details.error_info().unwrap().metadata["limit"], limits::MESSAGE_BYTES.to_string());
        h.nothing_changed(&before);
        h.unit("dt", "a").await;
    }

    async fn a_method_that_is_not_there_is_said_so(h: Harness) {
        let before = h.standing();
        for path in ["/kehoach.v1.OrganisationService/DropAll", "/kehoach.v1.OrganisationService/createUnit"] {
            let mut client = tonic::client::Grpc::new(h.channel());
            client.ready().await.unwrap();
            let codec = tonic_prost::ProstCodec::<(), ()>::default();
            let path = http::uri::PathAndQuery::from_static(path);
            refused(client.unary(Request::new(()), path, codec).await, Code::Unimplemented, "METHOD_UNKNOWN");
        }
        h.nothing_changed(&before);
    }

    async fn a_store_that_is_not_as_it_should_be_is_a_bug_and_says_nothing_of_itself(h: Harness) {
        h.jurisdiction("dt").await;
        h.sql("ALTER TABLE unit_versions RENAME TO hidden");
        let list = pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        let reading = h.organisation().list_units(list).await.map(drop);
        let writing = h.organisation().create_unit(new_unit("dt", "a")).await.map(drop);
        for outcome in [reading, writing] {
            let text = format!("{outcome:?}");
            assert!(!text.contains("unit_versions") && !text.contains("SELECT"), "it tells of its tables: {text}");
            let details = refused(outcome, Code::Internal, "INTERNAL");
            assert!(!details.error_info().unwrap().metadata["call_id"].is_empty());
        }
        h.sql("ALTER TABLE hidden RENAME TO unit_versions");
        h.unit("dt", "a").await;
        h.is_sound();
    }
}
