//! The methods of `ApprovalService`.

use super::{acknowledge, actions, batch, calendar, holidays, inbox, lists, release, wire};
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    let mut routes = verbs();
    routes.extend(desks());
    routes.extend(days());
    routes
}

/// What moves documents.
fn verbs() -> Vec<Route> {
    vec![
        write("/kehoach.v1.ApprovalService/Submit", Object(Action::SubmitDocument), |app, call, ask: wire::Submit| {
            actions::perform(app, call, ask.0)
        }),
        write(
            "/kehoach.v1.ApprovalService/Withdraw",
            Object(Action::WithdrawDocument),
            |app, call, ask: wire::Withdraw| actions::perform(app, call, ask.0),
        ),
        write(
            "/kehoach.v1.ApprovalService/Endorse",
            Object(Action::EndorseDocument),
            |app, call, ask: wire::Endorse| actions::perform(app, call, ask.0),
        ),
        write("/kehoach.v1.ApprovalService/Return", Object(Action::ReturnSubmitted), |app, call, ask: wire::Return| {
            actions::perform(app, call, ask.0)
        }),
        write(
            "/kehoach.v1.ApprovalService/Appraise",
            Object(Action::AppraiseDocument),
            |app, call, ask: wire::Appraise| actions::perform(app, call, ask.0),
        ),
        write(
            "/kehoach.v1.ApprovalService/Approve",
            Object(Action::ApproveDocument),
            |app, call, ask: wire::Approve| actions::perform(app, call, ask.0),
        ),
        write("/kehoach.v1.ApprovalService/Amend", Object(Action::AmendDocument), |app, call, ask: wire::Amend| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Close", Object(Action::CloseDocument), |app, call, ask: wire::Close| {
            actions::perform(app, call, ask.0)
        }),
        write("/kehoach.v1.ApprovalService/Cancel", Object(Action::CancelDocument), |app, call, ask: wire::Cancel| {
            actions::perform(app, call, ask.0)
        }),
        write(
            "/kehoach.v1.ApprovalService/BatchEndorse",
            Object(Action::EndorseDocument),
            |app, call, ask: wire::BatchEndorse| batch::perform(app, call, ask.0),
        ),
        write(
            "/kehoach.v1.ApprovalService/BatchAppraise",
            Object(Action::AppraiseDocument),
            |app, call, ask: wire::BatchAppraise| batch::perform(app, call, ask.0),
        ),
        write(
            "/kehoach.v1.ApprovalService/BatchApprove",
            Object(Action::ApproveDocument),
            |app, call, ask: wire::BatchApprove| batch::perform(app, call, ask.0),
        ),
    ]
}

/// What is done and read around a move.
fn desks() -> Vec<Route> {
    vec![
        write("/kehoach.v1.ApprovalService/Release", Object(Action::ReturnSubmitted), release::release),
        write(
            "/kehoach.v1.ApprovalService/AcknowledgeLines",
            Object(Action::AcknowledgeLines),
            acknowledge::acknowledge_lines,
        ),
        read(
            "/kehoach.v1.ApprovalService/ListChangedLines",
            Object(Action::ReadDocument),
            acknowledge::list_changed_lines,
        ),
        read("/kehoach.v1.ApprovalService/GetLife", Object(Action::ReadDocument), lists::get_life),
        read("/kehoach.v1.ApprovalService/CheckDocument", Object(Action::ReadDocument), lists::check_document),
        read("/kehoach.v1.ApprovalService/ListSteps", Object(Action::ReadDocument), lists::list_steps),
        read("/kehoach.v1.ApprovalService/ListDecisions", Object(Action::ReadDocument), lists::list_decisions),
        read("/kehoach.v1.ApprovalService/ListPending", Whole(Action::ReadMember), inbox::list_pending),
        read("/kehoach.v1.ApprovalService/ListSubmissions", Whole(Action::ReadMember), inbox::list_submissions),
        read("/kehoach.v1.ApprovalService/GetCalendar", Whole(Action::ReadMember), calendar::get_calendar),
        read("/kehoach.v1.ApprovalService/SuggestCalendar", Whole(Action::ReadMember), calendar::suggest_calendar),
        write("/kehoach.v1.ApprovalService/SetCalendar", Whole(Action::ManageCalendar), calendar::set_calendar),
    ]
}

/// The holidays, and what is counted with them.
fn days() -> Vec<Route> {
    vec![
        write("/kehoach.v1.ApprovalService/AdoptHolidays", Whole(Action::ManageCalendar), holidays::adopt_holidays),
        write("/kehoach.v1.ApprovalService/SetHolidays", Whole(Action::ManageCalendar), holidays::set_holidays),
        read("/kehoach.v1.ApprovalService/ListHolidays", Whole(Action::ReadMember), holidays::list_holidays),
        read("/kehoach.v1.ApprovalService/GetDeadline", Whole(Action::ReadMember), holidays::get_deadline),
    ]
}
