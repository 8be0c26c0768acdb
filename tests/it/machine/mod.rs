//! The promises of the machine: order, exactly once, deadlines, outages, several processes, proof. Each test ends with `fsck`.

mod audit;
mod groups;
mod held;
mod history;
mod outages;
mod overload;
mod processes;
mod requests;
mod serial;

use std::time::{Duration, Instant};

use kehoach::app::Call;
use kehoach::document::authority::{Action, Rule};
use kehoach::error::{Error, Reason};
use kehoach::pb;

use crate::harness::{Harness, new_unit};

/// A call as the server would make it of a request.
pub fn call(h: &Harness) -> Call {
    Call {
        actor: "dev".to_owned(),
        on_behalf_of: String::new(),
        rule: Rule::Whole(Action::ReadDirectory),
        method: "/kehoach.v1.OrganisationService/CreateUnit",
        at: h.clock.now(),
        deadline: Instant::now() + Duration::from_secs(30),
        request: None,
        validate_only: false,
        reason: String::new(),
        new_id: h.app.new_id(),
    }
}

/// What a command of a test answers that shall leave no trace.
fn no_trace() -> Error {
    Error::refused(Reason::NotDraft, "test", "a test wants no trace of it")
}

/// Waits for something that comes soon; fails where it does not.
async fn until(what: &str, reached: impl Fn() -> bool) {
    let started = Instant::now();
    while !reached() {
        assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Creates a unit of `dt`, on a task of its own.
fn creating(h: &Harness, id: &str) -> tokio::task::JoinHandle<Result<tonic::Response<pb::Unit>, tonic::Status>> {
    let (mut client, request) = (h.organisation(), new_unit("dt", id));
    tokio::spawn(async move { client.create_unit(request).await })
}

/// Revisions 1 to the last, each once, in whatever order they came.
#[track_caller]
fn are_dense(mut revisions: Vec<i64>) {
    revisions.sort_unstable();
    let expected: Vec<i64> = (1..).take(revisions.len()).collect();
    assert_eq!(revisions, expected, "revisions are not dense");
}
