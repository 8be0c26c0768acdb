//! The one place where an error becomes a status; logs what is a bug of ours, once.

use std::collections::HashMap;
use std::time::Duration;

use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::language;
use crate::error::{Error, Reason, Refusal, Result, Stale, Violation};
use crate::limits;

const DOMAIN: &str = "kehoach";

/// The status of an error, in the language that the caller asks for.
pub fn of(error: Error, metadata: &MetadataMap, id: &str) -> Status {
    let parts = parts(error, id);
    let Parts { code, reason, message, mut details, mut facts } = parts;
    facts.entry("call_id".to_owned()).or_insert_with(|| id.to_owned());
    details.set_error_info(reason.as_str(), DOMAIN, facts);
    if let Some((locale, text)) = language::localized(metadata, reason) {
        details.set_localized_message(locale, text);
    }
    Status::with_error_details(code, message, details)
}

struct Parts {
    code: Code,
    reason: Reason,
    message: String,
    details: ErrorDetails,
    facts: HashMap<String, String>,
}

impl Parts {
    fn new(code: Code, reason: Reason, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: ErrorDetails::new(), facts: HashMap::new() }
    }

    fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

fn parts(error: Error, id: &str) -> Parts {
    match error {
        Error::Invalid(violations) => invalid(violations),
        Error::RequestIdReused => Parts::new(
            Code::InvalidArgument,
            Reason::RequestIdReused,
            "request_id was used before with other content; use a new one",
        ),
        Error::NotFound { kind, name } => {
            let message = format!("{kind} {name} not found");
            let mut parts = Parts::new(Code::NotFound, Reason::ResourceNotFound, message.clone());
            parts.details.set_resource_info(format!("kehoach.v1.{kind}"), name.clone(), "", message);
            parts.fact("name", name)
        }
        Error::Exists { kind, name, reason } => {
            let message = format!("{kind} {name} exists already");
            let mut parts = Parts::new(Code::AlreadyExists, reason, message.clone());
            parts.details.set_resource_info(format!("kehoach.v1.{kind}"), name.clone(), "", message);
            parts.fact("name", name)
        }
        Error::Unauthenticated => {
            Parts::new(Code::Unauthenticated, Reason::Unauthenticated, "credentials are missing or not good")
        }
        Error::Denied { reason, needs, facts } => {
            let parts = Parts::new(Code::PermissionDenied, reason, format!("this needs {needs}")).fact("needs", needs);
            facts.into_iter().fold(parts, |parts, (name, value)| parts.fact(name, value))
        }
        Error::Stale(stale) => self::stale(stale),
        Error::Refused(refusals) => refused(refusals),
        Error::Limit { reason, limit, subject } => {
            Parts::new(Code::ResourceExhausted, reason, format!("the limit is {limit} {subject}"))
                .fact("limit", limit)
                .fact("subject", subject)
        }
        Error::Busy { reason, retry_ms } => {
            let mut parts = Parts::new(Code::Unavailable, reason, "busy; retry the same call");
            parts.details.set_retry_info(Some(Duration::from_millis(retry_ms)));
            parts
        }
        Error::Deadline => {
            Parts::new(Code::DeadlineExceeded, Reason::Deadline, "the deadline passed before the call had an effect")
        }
        Error::OutcomeUnknown => {
            let text = "the connection to the database was lost during COMMIT; retry with the same request_id to learn the outcome";
            let mut parts = Parts::new(Code::Unavailable, Reason::OutcomeUnknown, text);
            parts.details.set_retry_info(Some(Duration::from_millis(limits::RETRY_MS)));
            parts
        }
        Error::Internal(source) => {
            let mut chain = source.to_string();
            let mut cause = source.source();
            while let Some(next) = cause {
                chain.push_str(": ");
                chain.push_str(&next.to_string());
                cause = next.source();
            }
            tracing::error!(call.id = id, error = chain, "internal error");
            Parts::new(Code::Internal, Reason::Internal, "internal error; report it with the call_id")
        }
    }
}

fn invalid(violations: Vec<Violation>) -> Parts {
    let reason = violations.first().map_or(Reason::FieldInvalid, |first| first.reason);
    let message = match violations.as_slice() {
        [one] if one.field.is_empty() => one.description.clone(),
        [one] => format!("{}: {}", one.field, one.description),
        many => format!("{} fields are invalid", many.len()),
    };
    let named = violations.into_iter().map(|one| (String::new(), one.field, one.description));
    let (named, count) = fitting(named.collect());
    let mut parts = Parts::new(Code::InvalidArgument, reason, message);
    for (_, field, description) in named {
        parts.details.add_bad_request_violation(field, description);
    }
    parts.fact("violations", count)
}

fn stale(stale: Vec<Stale>) -> Parts {
    let message = match stale.as_slice() {
        [one] => format!("{} changed since it was read: {}", one.name, one.changed.join(", ")),
        many => format!("{} objects changed since they were read", many.len()),
    };
    let mut parts = Parts::new(Code::Aborted, Reason::StaleEtag, message);
    for (position, stale) in stale.into_iter().enumerate() {
        let suffix = if position == 0 { String::new() } else { format!("_{position}") };
        parts = parts
            .fact(&format!("name{suffix}"), stale.name)
            .fact(&format!("field{suffix}"), stale.field)
            .fact(&format!("current_etag{suffix}"), stale.current)
            .fact(&format!("changed{suffix}"), stale.changed.join(","));
        if position == 19 {
            break;
        }
    }
    parts
}

fn refused(refusals: Vec<Refusal>) -> Parts {
    let reason = refusals.first().map_or(Reason::Internal, |first| first.reason);
    let message = match refusals.as_slice() {
        [one] => one.description.clone(),
        many => format!("{} rules are violated", many.len()),
    };
    let named = refusals
        .into_iter()
        .map(|one| (one.rule.unwrap_or(one.reason.as_str()).to_owned(), one.subject, one.description));
    let (named, count) = fitting(named.collect());
    let mut parts = Parts::new(Code::FailedPrecondition, reason, message);
    for (reason, subject, description) in named {
        parts.details.add_precondition_failure_violation(reason, subject, description);
    }
    parts.fact("violations", count)
}

/// The faults that the trailers of a call can carry, the last of them saying how many there are beyond; and how many there are.
fn fitting(mut faults: Vec<(String, String, String)>) -> (Vec<(String, String, String)>, usize) {
    // Whoever found them may have stopped naming them already.
    let beyond = |(_, field, text): &(String, String, String)| {
        let number = text.strip_prefix("and ")?.strip_suffix(" more")?.parse::<usize>().ok()?;
        field.is_empty().then_some(number)
    };
    let unnamed = faults.last().and_then(beyond);
    if unnamed.is_some() {
        faults.pop();
    }
    let count = faults.len() + unnamed.unwrap_or_default();
    let mut room = limits::count(limits::FAULT_BYTES);
    let fit = faults.iter().take_while(|(reason, field, text)| {
        // Each has a few bytes of lengths and tags around it.
        let size = reason.len() + field.len() + text.len() + 12;
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    let fit = fit.count().max(1);
    let reason = faults.first().map(|(reason, ..)| reason.clone()).unwrap_or_default();
    faults.truncate(fit);
    if count > faults.len() {
        faults.push((reason, String::new(), format!("and {} more", count - faults.len())));
    }
    (faults, count)
}

/// Our error for a call whose message could not even be taken out of its frames: the words of the library are no refusal of ours.
pub fn of_framing(status: &Status) -> Option<Error> {
    if !status.details().is_empty() {
        return None;
    }
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => Some(Error::Limit {
            reason: Reason::MessageTooLarge,
            limit: limits::MESSAGE_BYTES,
            subject: "bytes of the message".to_owned(),
        }),
        Code::Internal | Code::Unknown | Code::InvalidArgument => {
            Some(Error::invalid("", format!("the message cannot be read: {}", status.message())))
        }
        // What the protocol itself says of encodings and of callers that went away.
        Code::Ok
        | Code::Cancelled
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unimplemented
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => None,
    }
}

/// The status of a method that does not exist.
pub fn unknown_method() -> Status {
    let parts = Parts::new(Code::Unimplemented, Reason::MethodUnknown, "there is no such method");
    let mut details = parts.details;
    details.set_error_info(parts.reason.as_str(), DOMAIN, parts.facts);
    Status::with_error_details(parts.code, parts.message, details)
}

/// The name of a code as the protocol spells it.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Ends with all violations that were collected, if there are any.
pub fn unless_invalid(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}
