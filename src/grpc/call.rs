//! What is known of a call: who and until when, completed from the message of a mutation.

use std::time::{Duration, Instant};

use http::HeaderMap;
use prost::Message;
use sha2::{Digest, Sha256};

use tonic::metadata::MetadataMap;

use super::{Mutation, Route};
use crate::access;
use crate::app::{App, Call};
use crate::commit::Request;
use crate::error::Result;
use crate::identity::Caller;
use crate::limits;

/// What is known of a call before its message is looked at.
pub fn begin(app: &App, route: &Route, caller: &Caller, metadata: &MetadataMap, deadline: Instant) -> Result<Call> {
    let stands_in = metadata.get("kehoach-on-behalf-of").map(|value| value.to_str().unwrap_or_default());
    Ok(Call {
        actor: caller.principal.clone(),
        on_behalf_of: stands_in.map(access::on_behalf_of).transpose()?.unwrap_or_default(),
        rule: route.rule,
        method: route.path,
        at: app.clock().now(),
        deadline,
        request: None,
        validate_only: false,
        reason: String::new(),
        // Given once it is sure that the call is executed.
        new_id: String::new(),
    })
}

/// Adds what the message of a mutation says about the call.
pub fn complete<M: Message + Mutation>(call: &mut Call, message: &M) {
    let (request_id, validate_only, reason) = message.envelope();
    call.request = request_id
        .filter(|id| !id.is_empty())
        .map(|id| Request { id: id.to_ascii_lowercase(), fingerprint: Sha256::digest(message.encode_to_vec()).into() });
    call.validate_only = validate_only;
    call.reason = reason.to_owned();
}

/// The smaller of the client's deadline and our own.
pub fn deadline(headers: &HeaderMap) -> Instant {
    let asked = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
    let cap = limits::millis(limits::DEADLINE_MS);
    Instant::now() + asked.map_or(cap, |asked| asked.min(cap))
}

/// Reads a `grpc-timeout`: up to eight digits and a unit. One that cannot be read is as none.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "m", "1", "123456789m", "-1S", "1x", "é"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
