//! The methods of `EnvelopeService`.

use super::{actions, position};
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.EnvelopeService/IssueEnvelope", Object(Action::IssueEnvelope), actions::issue_envelope),
        write("/kehoach.v1.EnvelopeService/UpdateEnvelope", Object(Action::IssueEnvelope), actions::update_envelope),
        write("/kehoach.v1.EnvelopeService/RetainEnvelope", Object(Action::RetainEnvelope), actions::retain_envelope),
        write(
            "/kehoach.v1.EnvelopeService/WithdrawEnvelope",
            Object(Action::IssueEnvelope),
            actions::withdraw_envelope,
        ),
        read("/kehoach.v1.EnvelopeService/GetEnvelope", Object(Action::ReadDocument), actions::get_envelope),
        read("/kehoach.v1.EnvelopeService/ListEnvelopes", Whole(Action::ReadMember), actions::list_envelopes),
        read("/kehoach.v1.EnvelopeService/GetPosition", Object(Action::ReadDocument), position::get_position),
    ]
}
