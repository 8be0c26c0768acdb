//! Refusals as a test states them: code, reason, and nothing changed.

use std::fmt::Debug;
use std::panic::Location;

use kehoach::commit::journal;
use kehoach::fsck;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::Harness;

/// Revision and chained hash of each jurisdiction.
pub type Heads = Vec<(String, i64, [u8; 32])>;

/// What is stored, as the heads and their chained hashes prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    heads: Heads,
    rows: usize,
    faults: Vec<String>,
}

impl Standing {
    /// The heads.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// How many rows the journals account for.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// Fails unless a call was refused with this code and reason; gives the details.
#[track_caller]
pub fn refused<T: Debug>(outcome: Result<T, Status>, code: Code, reason: &str) -> ErrorDetails {
    let status = outcome.err().unwrap_or_else(|| panic!("it was not refused with {reason}"));
    let details = status.get_error_details();
    let info = details.error_info().cloned().unwrap_or_else(|| panic!("a refusal without ErrorInfo: {status:?}"));
    assert_eq!((status.code(), info.reason.as_str()), (code, reason), "{}\n{details:#?}", status.message());
    assert_eq!(info.domain, "kehoach");
    assert!(!status.message().is_empty(), "a refusal without a sentence");
    let promised = if code == Code::InvalidArgument {
        details.bad_request().is_some() || reason == "REQUEST_ID_REUSED"
    } else if code == Code::FailedPrecondition {
        details.precondition_failure().is_some()
    } else if [Code::NotFound, Code::AlreadyExists].contains(&code) {
        details.resource_info().is_some()
    } else if code == Code::Unavailable {
        details.retry_info().is_some()
    } else if code == Code::ResourceExhausted {
        info.metadata.contains_key("limit")
    } else if code == Code::Aborted {
        info.metadata.contains_key("current_etag")
    } else {
        true
    };
    assert!(promised, "{reason} lacks what goes with {code:?}: {details:#?}");
    details
}

/// The reason of a refusal.
pub fn reason_of(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The fields that an INVALID_ARGUMENT names, in its order.
pub fn fields(details: &ErrorDetails) -> Vec<String> {
    details.bad_request().iter().flat_map(|bad| &bad.field_violations).map(|one| one.field.clone()).collect()
}

/// Type and subject of each violation that a FAILED_PRECONDITION names, in its order.
pub fn violations(details: &ErrorDetails) -> Vec<(String, String)> {
    let violations = details.precondition_failure().into_iter().flat_map(|failure| &failure.violations);
    violations.map(|one| (one.r#type.clone(), one.subject.clone())).collect()
}

impl Harness {
    /// The heads now: what no command can pass by.
    #[track_caller]
    pub fn heads(&self) -> Heads {
        let mut conn = self.connection();
        let jurisdictions = journal::jurisdictions(&mut conn).unwrap_or_else(|error| panic!("{error:?}"));
        let heads = jurisdictions.into_iter().map(|jurisdiction| {
            let head = journal::head(&mut conn, &jurisdiction).unwrap_or_else(|error| panic!("{error:?}"));
            (jurisdiction, head.revision, head.hash)
        });
        heads.collect()
    }

    /// What is stored now.
    #[track_caller]
    pub fn standing(&self) -> Standing {
        let heads = self.heads();
        let report = fsck::check(self.database()).unwrap_or_else(|error| panic!("{error:?}"));
        Standing { heads, rows: report.rows, faults: report.faults }
    }

    /// Fails where anything that is stored is not as it was.
    #[track_caller]
    pub fn nothing_changed(&self, before: &Standing) {
        assert_eq!(&self.standing(), before, "something changed");
    }

    /// Fails unless a call is refused with this code and reason, and nothing changes; gives the details.
    #[track_caller]
    pub fn refuses<'h, T: Debug>(
        &'h self,
        call: impl Future<Output = Result<T, Status>> + 'h,
        code: Code,
        reason: &'h str,
    ) -> impl Future<Output = ErrorDetails> + 'h {
        // An async function cannot track its caller, so the place is told by hand.
        let place = Location::caller();
        async move {
            let before = self.standing();
            let outcome = call.await;
            if let Ok(answer) = &outcome {
                panic!("{place}: it was not refused with {reason}: {answer:?}");
            }
            let after = self.standing();
            assert!(after == before, "{place}: refused, but something changed: {before:?} is now {after:?}");
            let found = outcome.as_ref().err().map(|status| (status.code(), status.message().to_owned()));
            assert!(
                found.as_ref().is_some_and(|(found, _)| *found == code),
                "{place}: expected {code:?} {reason}, found {found:?}"
            );
            refused(outcome, code, reason)
        }
    }
}
