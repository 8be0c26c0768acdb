//! The methods of `ApprovalService`.

use super::{actions, batch, lists, wire};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.ApprovalService/Submit", |app, call, ask: wire::Submit| actions::perform(app, call, ask.0)),
        write("/kehoach.v1.ApprovalService/Withdraw", |app, call, ask: wire::Withdraw| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Endorse", |app, call, ask: wire::Endorse| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Return", |app, call, ask: wire::Return| actions::perform(app, call, ask.0)),
        write("/kehoach.v1.ApprovalService/Appraise", |app, call, ask: wire::Appraise| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Approve", |app, call, ask: wire::Approve| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Amend", |app, call, ask: wire::Amend| actions::perform(app, call, ask.0)),
        write("/kehoach.v1.ApprovalService/Close", |app, call, ask: wire::Close| actions::perform(app, call, ask.0)),
        write("/kehoach.v1.ApprovalService/Cancel", |app, call, ask: wire::Cancel| actions::perform(app, call, ask.0)),
        write("/kehoach.v1.ApprovalService/BatchEndorse", |app, call, ask: wire::BatchEndorse| {
            batch::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/BatchAppraise", |app, call, ask: wire::BatchAppraise| {
            batch::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/BatchApprove", |app, call, ask: wire::BatchApprove| {
            batch::perform(app, call, ask.0)
        }),
        read("/kehoach.v1.ApprovalService/GetLife", lists::get_life),
        read("/kehoach.v1.ApprovalService/CheckDocument", lists::check_document),
        read("/kehoach.v1.ApprovalService/ListSteps", lists::list_steps),
        read("/kehoach.v1.ApprovalService/ListDecisions", lists::list_decisions),
    ]
}
