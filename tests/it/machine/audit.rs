//! `fsck` finds what somebody changed by SQL, and names the revision.

use kehoach::pb;

use crate::harness::{Harness, engines};

/// A jurisdiction with three revisions: two units, the first renamed at revision 3.
async fn three_revisions(h: &Harness) {
    h.jurisdiction("dt").await;
    let a = h.unit("dt", "a").await;
    h.unit("dt", "b").await;
    let renamed = pb::Unit { name: a.name, display_name: "Mới".to_owned(), ..Default::default() };
    let request = pb::UpdateUnitRequest { unit: Some(renamed), etag: a.etag, ..Default::default() };
    h.organisation().update_unit(request).await.unwrap();
    h.is_sound();
}

/// Runs SQL past the server and expects a fault that says all these words.
#[track_caller]
fn tampering_is_found(h: &Harness, sql: &str, words: &[&str]) {
    h.sql(sql);
    let faults = h.faults();
    let named = faults.iter().any(|fault| words.iter().all(|word| fault.contains(word)));
    assert!(named, "{sql}: none of {faults:#?} says {words:?}");
}

engines! {
    async fn a_changed_row_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "UPDATE unit_versions SET display_name = 'x' WHERE jurisdiction = 'dt' AND unit = 'b'",
            &["dt", "revision 2"],
        );
    }

    async fn a_changed_row_of_the_past_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "UPDATE unit_versions SET kind = 'FUND' WHERE jurisdiction = 'dt' AND unit = 'a' AND since = 1",
            &["dt", "revision 1"],
        );
    }

    async fn a_row_that_never_changes_is_found_changed(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(&h, "UPDATE jurisdictions SET currency = 'USD'", &["system", "revision 1"]);
    }

    async fn a_row_that_was_ended_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "UPDATE unit_versions SET until = 3 WHERE jurisdiction = 'dt' AND unit = 'b'",
            &["dt", "revision 3"],
        );
    }

    async fn a_row_that_was_removed_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "DELETE FROM unit_versions WHERE jurisdiction = 'dt' AND unit = 'a' AND since = 1",
            &["dt", "revision 1"],
        );
    }

    async fn a_row_that_was_added_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "INSERT INTO unit_codes VALUES ('dt', 2, 9223372036854775807, 'b', 's', '1')",
            &["dt", "revision 2"],
        );
        tampering_is_found(
            &h,
            "INSERT INTO unit_codes VALUES ('dt', 9, 9223372036854775807, 'a', 's', '2')",
            &["dt", "revision 9"],
        );
    }

    async fn a_changed_journal_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "UPDATE journal SET actor = 'x' WHERE jurisdiction = 'dt' AND revision = 2",
            &["dt", "chain", "revision 2"],
        );
    }

    async fn a_gap_in_the_journal_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "DELETE FROM journal WHERE jurisdiction = 'dt' AND revision = 2",
            &["dt", "revision 2 is missing"],
        );
    }

    async fn a_journal_that_was_cut_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "DELETE FROM journal WHERE jurisdiction = 'dt' AND revision = 3",
            &["dt", "head names revision 3", "ends at 2"],
        );
    }

    async fn a_head_that_was_removed_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "DELETE FROM heads WHERE jurisdiction = 'dt'",
            &["dt", "head names revision 0", "ends at 3"],
        );
    }

    async fn a_jurisdiction_without_head_and_journal_is_found(h: Harness) {
        three_revisions(&h).await;
        tampering_is_found(
            &h,
            "DELETE FROM heads WHERE jurisdiction = 'dt'; DELETE FROM journal WHERE jurisdiction = 'dt'",
            &["dt", "rows of revision 1"],
        );
    }
}
