//! The faults of ApprovalService, and the documents in every state that they need.

use kehoach::document::state::Verb::{self, Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use tonic::Code;

use super::world::{World, estimate_name, line_name};
use super::{Asked, Row, SPENT, read, write};
use crate::approval::{act, by};
use crate::budget::{at, batch, create, created, line, updated};
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::workforce::plans::plan_name;

pub const FAR: i64 = 1 << 40;

pub fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

pub fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// Documents, and the verbs that bring them where they are needed, each by somebody else or by the administrator.
const DOCUMENTS: &[(&str, &[Verb], &[Verb])] = &[
    ("draft-1", &[], &[]),
    ("draft-2", &[], &[]),
    ("draft-3", &[], &[]),
    ("draft-approved", &[Submit, Endorse, Appraise, Approve, Amend], &[Approve]),
    ("submitted-1", &[Submit], &[]),
    ("submitted-2", &[Submit], &[]),
    ("submitted-3", &[Submit], &[]),
    ("submitted-4", &[Submit], &[]),
    ("submitted-own-1", &[Submit], &[Submit]),
    ("submitted-own-2", &[Submit], &[Submit]),
    ("endorsed-1", &[Submit, Endorse], &[]),
    ("endorsed-2", &[Submit, Endorse], &[]),
    ("endorsed-3", &[Submit, Endorse], &[]),
    ("endorsed-approved", &[Submit, Endorse, Appraise, Approve, Amend, Submit, Endorse], &[Approve]),
    ("endorsed-bare", &[Submit, Endorse], &[]),
    ("appraised-1", &[Submit, Endorse, Appraise], &[]),
    ("appraised-2", &[Submit, Endorse, Appraise], &[]),
    ("appraised-3", &[Submit, Endorse, Appraise], &[]),
    ("appraised-own", &[Submit, Endorse, Appraise], &[Submit]),
    ("appraised-bare", &[Submit, Endorse, Appraise], &[]),
    ("approved-1", &[Submit, Endorse, Appraise, Approve], &[]),
    ("approved-2", &[Submit, Endorse, Appraise, Approve], &[]),
    ("approved-3", &[Submit, Endorse, Appraise, Approve], &[]),
];

/// A document in each state; of some the administrator did a verb.
pub async fn make(world: &mut World, h: &Harness) {
    h.walk("submitted", &[Submit]).await;
    for (id, verbs, own) in DOCUMENTS {
        supplement(h, id, "Bổ sung").await;
        for verb in *verbs {
            let outcome = if own.contains(verb) { h.does_as("boss", *verb, id).await } else { h.does(*verb, id).await };
            outcome.unwrap_or_else(|status| panic!("{verb:?} of {id}: {status:?}"));
        }
    }
    judged(h, "endorsed-bare", "appraised", "reviewer").await;
    judged(h, "appraised-bare", "decided", "approver").await;
    supplement(h, "untitled", "").await;
    // A line that nobody gave a figure is found when the document is approved.
    supplement(h, "empty", "Bổ sung").await;
    h.walk("empty", &[Submit, Endorse]).await;
    let nothing = pb::Line { amounts: None, ..line("102", 0) };
    h.budget().batch_write_lines(by("reviewer", batch("empty", vec![created("l4", nothing)]))).await.unwrap();
    h.walk("empty", &[Appraise]).await;
    for (id, kind, verbs) in [
        ("annual", pb::EstimateKind::Annual, vec![Submit, Endorse, Appraise, Approve]),
        ("redone", pb::EstimateKind::Redone, vec![Submit, Endorse, Appraise]),
    ] {
        let mut request = create(id, 2018, vec![line("101", 5)]);
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.kind, estimate.sequence) = (kind.into(), 9);
        h.budget().create_estimate(by("drafter", request)).await.unwrap();
        h.walk(id, &verbs).await;
    }
    for id in ["changed-1", "changed-2"] {
        supplement(h, id, "Bổ sung").await;
        h.walk(id, &[Submit, Endorse]).await;
        let amounts = Some(pb::Amounts { appraised: Some(7), ..Default::default() });
        let added = pb::Line { amounts, appraised_reason: "Thêm".to_owned(), ..line("102", 0) };
        h.budget().batch_write_lines(by("reviewer", batch(id, vec![created("l7", added)]))).await.unwrap();
        h.walk(id, &[Appraise]).await;
    }
    family(h).await;
    let taken = ["taken-endorsed", "taken-appraised", "free", "parent-1", "parent-2", "parent-draft"];
    // The step of the calendar of 2022 ended long ago.
    let late = [("late-draft", 0), ("late-submitted", 1), ("late-endorsed", 2), ("late-appraised", 3)];
    for (id, verbs) in late {
        supplement_of(h, id, 2022, "Bổ sung").await;
        h.walk(id, &[Submit, Endorse, Appraise][..verbs]).await;
    }
    for (year, blocks) in [(2022, true), (2023, false)] {
        let set = pb::SetCalendarRequest { etag: String::new(), ..calendar(year, blocks) };
        let made = h.approval().set_calendar(by("one", set)).await.unwrap().into_inner();
        world.keep(format!("calendar {year}"), made.etag);
    }
    let more = ["submitted", "untitled", "empty", "annual", "redone"];
    let more = more.into_iter().chain(late.map(|(id, _)| id)).chain(taken);
    for id in DOCUMENTS.iter().map(|(id, ..)| *id).chain(more) {
        let life = h.life(id).await;
        world.keep(life.name, life.etag);
    }
    for line in h.lines_of("endorsed-1").await {
        world.keep(line.name, line.etag);
    }
}

/// A parent takes two in that stand below it, another one, and a third is a draft.
async fn family(h: &Harness) {
    for (id, verbs) in [("taken-endorsed", 2), ("taken-appraised", 3), ("free", 2)] {
        let mut request = create(id, 2021, vec![line("101", 5)]);
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.kind, estimate.title) = (pb::EstimateKind::Supplement.into(), "Bổ sung".to_owned());
        estimate.unit = unit_name("dt", "below");
        h.budget().create_estimate(by("drafter", request)).await.unwrap();
        h.walk(id, &[Submit, Endorse, Appraise][..verbs]).await;
    }
    for (id, children) in
        [("parent-1", vec!["taken-endorsed", "taken-appraised"]), ("parent-2", vec!["free"]), ("parent-draft", vec![])]
    {
        supplement_of(h, id, 2021, "Bổ sung").await;
        if children.is_empty() {
            continue;
        }
        let mut included = Vec::new();
        for child in children {
            let life = h.life(child).await;
            included.push(pb::DocumentVersion { name: life.name, etag: life.etag });
        }
        let (name, etag) = (estimate_name(id), h.life(id).await.etag);
        let submit = pb::SubmitRequest { name, etag, included, ..Default::default() };
        h.approval().submit(by("drafter", submit)).await.unwrap();
    }
}

/// A calendar of supplements whose days are past.
fn calendar(year: i32, blocks: bool) -> pb::SetCalendarRequest {
    let step = |verb: pb::DocumentVerb| pb::CalendarStep {
        verb: verb.into(),
        due_on: "2021-07-19".to_owned(),
        title: "Gửi dự toán".to_owned(),
        blocks,
        ..Default::default()
    };
    use pb::DocumentVerb::{Appraise, Approve, Endorse, Submit};
    let calendar = pb::Calendar {
        parent: jurisdiction_name("dt"),
        kind: pb::DocumentKind::SupplementEstimate.into(),
        fiscal_year: year,
        steps: [Submit, Endorse, Appraise, Approve].map(step).into(),
        ..Default::default()
    };
    pb::SetCalendarRequest { calendar: Some(calendar), ..Default::default() }
}

async fn supplement(h: &Harness, id: &str, title: &str) {
    supplement_of(h, id, 2020, title).await;
}

async fn supplement_of(h: &Harness, id: &str, year: i32, title: &str) {
    let mut request = create(id, year, vec![line("101", 5), line("102", 5), line("341", 5)]);
    for (number, line) in request.lines.iter_mut().enumerate() {
        line.line_id = format!("l{}", number + 1);
    }
    let estimate = request.estimate.as_mut().unwrap();
    (estimate.kind, estimate.title) = (pb::EstimateKind::Supplement.into(), title.to_owned());
    h.budget().create_estimate(by("drafter", request)).await.unwrap();
}

/// A figure that differs from the stage before, without a reason.
async fn judged(h: &Harness, id: &str, stage: &str, person: &str) {
    let mut changed = h.lines_of(id).await.remove(0);
    let amounts = changed.amounts.get_or_insert_default();
    if stage == "appraised" {
        amounts.appraised = Some(1);
    } else {
        amounts.decided = Some(1);
    }
    let path = format!("amounts.{stage}");
    h.budget().batch_write_lines(by(person, batch(id, vec![updated(changed, &[&path])]))).await.unwrap();
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = verbs(w);
    table.extend(batches(w));
    table.extend(reads());
    table.extend(inboxes(w));
    table.extend(super::changed::changed_lines());
    table.extend(super::holidays::table(w));
    table
}

/// A row of a verb: what is good, what was executed before, and the faults of every verb.
macro_rules! verb {
    ($w:expr, $method:literal, $Message:ident { $($field:ident: $value:expr),* }, $good:literal, $spent:literal) => {
        verb!($w, $method, $Message { $($field: $value),* }, $good, $spent, |m| m.name = estimate_name("none"))
    };
    ($w:expr, $method:literal, $Message:ident { $($field:ident: $value:expr),* }, $good:literal, $spent:literal, $missing:expr) => {{
        #[allow(clippy::needless_update, reason = "not every message has more fields than are stated")]
        let asked = |id: &str| pb::$Message {
            name: estimate_name(id),
            etag: $w.etag(&estimate_name(id)),
            reason: "Vì".to_owned(),
            $($field: $value,)*
            ..Default::default()
        };
        write($method, asked($good), pb::$Message { request_id: spent(), ..asked($spent) })
            .invalid("reason", |m| m.reason = "x".repeat(1_001))
            .reused(|m| m.request_id = spent())
            .missing("name", $missing)
    }};
}

/// Another document in place of the good one, with its etag unless that is spoilt.
macro_rules! instead {
    ($w:expr, $Message:ident, $id:literal) => {{
        let (name, etag) = (estimate_name($id), $w.etag(&estimate_name($id)));
        move |m: &mut pb::$Message| {
            m.name.clone_from(&name);
            if m.etag != old() {
                m.etag.clone_from(&etag);
            }
        }
    }};
}

fn denied<M: prost::Message + Clone + 'static>(
    row: Row<M>,
    reason: &'static str,
    spoil: impl Fn(&mut M) + 'static,
) -> Row<M> {
    row.fault("name", Code::PermissionDenied, reason, spoil)
}

fn returned(w: &World) -> Asked {
    let row = verb!(w, "Return", ReturnRequest { to_draft: true }, "submitted-1", "submitted-3", |m| {
        m.name = estimate_name("none");
        m.remarks.clear();
    });
    row.stale(|m| m.etag = old())
        .refused("name", "VERB_NOT_OPEN", {
            let instead = instead!(w, ReturnRequest, "approved-1");
            move |m: &mut pb::ReturnRequest| {
                instead(m);
                // A remark on a line of another document would be a fault of the message alone.
                m.remarks.clear();
            }
        })
        .refused("name", "INCLUDED_IN_PARENT", {
            let instead = instead!(w, ReturnRequest, "taken-endorsed");
            move |m: &mut pb::ReturnRequest| {
                instead(m);
                m.remarks.clear();
            }
        })
        .refused("remarks", "REFERENCE_UNKNOWN", |m| {
            let id = m.name.rsplit('/').next().unwrap_or_default().to_owned();
            m.remarks = vec![pb::LineRemark { line: line_name(&id, "none"), remark: "?".to_owned() }];
        })
        .done()
}

fn verbs(w: &World) -> Vec<Asked> {
    let submit = verb!(w, "Submit", SubmitRequest {}, "draft-1", "draft-2");
    let withdraw = verb!(w, "Withdraw", WithdrawRequest {}, "submitted-own-1", "submitted-own-2");
    let endorse = verb!(w, "Endorse", EndorseRequest {}, "submitted-1", "submitted-2");
    let appraise = verb!(w, "Appraise", AppraiseRequest {}, "endorsed-1", "endorsed-2");
    let approve = verb!(w, "Approve", ApproveRequest { act: act("12") }, "appraised-1", "appraised-2");
    let amend = verb!(w, "Amend", AmendRequest {}, "approved-1", "approved-2");
    let close = verb!(w, "Close", CloseRequest {}, "approved-1", "approved-3");
    let cancel = verb!(w, "Cancel", CancelRequest {}, "draft-1", "draft-3");
    vec![
        denied(submit, "SEPARATION_OF_DUTIES", instead!(w, SubmitRequest, "draft-approved"))
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, SubmitRequest, "appraised-1"))
            .refused("name", "DEADLINE_PASSED", instead!(w, SubmitRequest, "late-draft"))
            .refused("included", "INCLUSION_INVALID", {
                // The parent of the world's own unit does not stand below itself.
                let own = version(w, "endorsed-1");
                move |m| m.included = vec![own.clone()]
            })
            .refused("name", "FINDING", instead!(w, SubmitRequest, "untitled"))
            .done(),
        denied(withdraw, "NOT_SUBMITTER", instead!(w, WithdrawRequest, "submitted-1"))
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, WithdrawRequest, "draft-1"))
            .done(),
        denied(endorse, "SEPARATION_OF_DUTIES", instead!(w, EndorseRequest, "submitted-own-1"))
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, EndorseRequest, "draft-1"))
            .refused("name", "DEADLINE_PASSED", instead!(w, EndorseRequest, "late-submitted"))
            .done(),
        returned(w),
        denied(appraise, "SEPARATION_OF_DUTIES", instead!(w, AppraiseRequest, "endorsed-approved"))
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, AppraiseRequest, "draft-1"))
            .refused("name", "DEADLINE_PASSED", instead!(w, AppraiseRequest, "late-endorsed"))
            .refused("name", "STAGE_REASON_MISSING", instead!(w, AppraiseRequest, "endorsed-bare"))
            .done(),
        denied(approve, "SEPARATION_OF_DUTIES", instead!(w, ApproveRequest, "appraised-own"))
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, ApproveRequest, "draft-1"))
            .refused("name", "DEADLINE_PASSED", instead!(w, ApproveRequest, "late-appraised"))
            .refused("name", "PARENT_NOT_APPROVED", instead!(w, ApproveRequest, "taken-appraised"))
            .refused("name", "STAGE_REASON_MISSING", instead!(w, ApproveRequest, "appraised-bare"))
            .refused("name", "QUOTA_DECIDED", {
                let (name, etag) = (plan_name("s-quota"), w.etag(&plan_name("s-quota")));
                move |m| {
                    m.name.clone_from(&name);
                    if m.etag != old() {
                        m.etag.clone_from(&etag);
                    }
                }
            })
            .refused("name", "ALREADY_IN_FORCE", instead!(w, ApproveRequest, "redone"))
            .refused("name", "FINDING", instead!(w, ApproveRequest, "empty"))
            .refused("act", "ACT_DIFFERS", |m| m.act.as_mut().unwrap().signer = "Người khác".to_owned())
            .done(),
        amend.stale(|m| m.etag = old()).refused("name", "VERB_NOT_OPEN", instead!(w, AmendRequest, "draft-1")).done(),
        close.stale(|m| m.etag = old()).refused("name", "VERB_NOT_OPEN", instead!(w, CloseRequest, "draft-1")).done(),
        cancel
            .stale(|m| m.etag = old())
            .refused("name", "VERB_NOT_OPEN", instead!(w, CancelRequest, "approved-1"))
            .done(),
    ]
}

/// A row of a verb on many; one of them is spoilt.
macro_rules! batch_of {
    ($w:expr, $method:literal, $Message:ident { $($field:ident: $value:expr),* }, $good:literal, $spent:literal) => {{
        let asked = |id: &str| pb::$Message {
            parent: jurisdiction_name("dt"),
            documents: vec![version($w, id)],
            $($field: $value,)*
            ..Default::default()
        };
        write($method, asked($good), pb::$Message { request_id: spent(), ..asked($spent) })
            .invalid("reason", |m| m.reason = "x".repeat(1_001))
            .reused(|m| m.request_id = spent())
            .missing("name", |m| m.documents[0].name = estimate_name("none"))
    }};
}

macro_rules! of_many {
    ($w:expr, $id:literal) => {{
        let version = version($w, $id);
        move |m| {
            m.documents[0].name.clone_from(&version.name);
            if m.documents[0].etag != old() {
                m.documents[0].etag.clone_from(&version.etag);
            }
        }
    }};
}

fn version(w: &World, id: &str) -> pb::DocumentVersion {
    pb::DocumentVersion { name: estimate_name(id), etag: w.etag(&estimate_name(id)) }
}

fn batches(w: &World) -> Vec<Asked> {
    let endorse = batch_of!(w, "BatchEndorse", BatchEndorseRequest {}, "submitted-1", "submitted-4");
    let appraise = batch_of!(w, "BatchAppraise", BatchAppraiseRequest {}, "endorsed-1", "endorsed-3");
    let approve = batch_of!(w, "BatchApprove", BatchApproveRequest { act: act("12") }, "appraised-1", "appraised-3");
    vec![
        denied(endorse, "SEPARATION_OF_DUTIES", of_many!(w, "submitted-own-1"))
            .stale(|m| m.documents[0].etag = old())
            .refused("name", "VERB_NOT_OPEN", of_many!(w, "draft-1"))
            .refused("name", "DEADLINE_PASSED", of_many!(w, "late-submitted"))
            .done(),
        denied(appraise, "SEPARATION_OF_DUTIES", of_many!(w, "endorsed-approved"))
            .stale(|m| m.documents[0].etag = old())
            .refused("name", "VERB_NOT_OPEN", of_many!(w, "draft-1"))
            .refused("name", "DEADLINE_PASSED", of_many!(w, "late-endorsed"))
            .refused("name", "STAGE_REASON_MISSING", of_many!(w, "endorsed-bare"))
            .done(),
        denied(approve, "SEPARATION_OF_DUTIES", of_many!(w, "appraised-own"))
            .stale(|m| m.documents[0].etag = old())
            .refused("name", "VERB_NOT_OPEN", of_many!(w, "draft-1"))
            .refused("name", "DEADLINE_PASSED", of_many!(w, "late-appraised"))
            .refused("name", "PARENT_NOT_APPROVED", of_many!(w, "taken-appraised"))
            .refused("name", "STAGE_REASON_MISSING", of_many!(w, "appraised-bare"))
            .refused("name", "QUOTA_DECIDED", {
                let (name, etag) = (plan_name("s-quota"), w.etag(&plan_name("s-quota")));
                move |m| {
                    m.documents[0].name.clone_from(&name);
                    if m.documents[0].etag != old() {
                        m.documents[0].etag.clone_from(&etag);
                    }
                }
            })
            .refused("name", "ALREADY_IN_FORCE", of_many!(w, "redone"))
            .refused("name", "FINDING", of_many!(w, "empty"))
            .refused("act", "ACT_DIFFERS", |m| m.act.as_mut().unwrap().signer = "Người khác".to_owned())
            .done(),
    ]
}

fn reads() -> Vec<Asked> {
    let (name, parent) = (estimate_name("e1"), jurisdiction_name("dt"));
    vec![
        read("GetLife", pb::GetLifeRequest { name: name.clone(), read_at: None })
            .invalid("name", |m| m.name = "e1".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("CheckDocument", pb::CheckDocumentRequest { name: name.clone(), read_at: None })
            .invalid("name", |m| m.name = "e1".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListSteps", pb::ListStepsRequest { name: name.clone(), ..Default::default() })
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListDecisions", pb::ListDecisionsRequest { parent, document: name, ..Default::default() })
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("document", |m| m.document = estimate_name("none"))
            .refused("document", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn inboxes(w: &World) -> Vec<Asked> {
    let (parent, kind) = (jurisdiction_name("dt"), pb::DocumentKind::AnnualEstimate.into());
    let submissions =
        pb::ListSubmissionsRequest { unit: unit_name("dt", "khcn"), kind, fiscal_year: 2024, ..Default::default() };
    let fiscal_year = 2024;
    let get = pb::GetCalendarRequest { parent: parent.clone(), kind, fiscal_year, ..Default::default() };
    let set = |year: i32| pb::SetCalendarRequest { etag: w.etag(&format!("calendar {year}")), ..calendar(year, false) };
    let exception = |unit: &str| pb::CalendarException {
        unit: unit_name("dt", unit),
        due_on: "2030-01-01".to_owned(),
        reason: "Vì".to_owned(),
    };
    vec![
        super::changed::release(w),
        read("ListPending", pb::ListPendingRequest { parent: parent.clone(), ..Default::default() })
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListSubmissions", submissions)
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetCalendar", get)
            .invalid("kind", |m| m.kind = 0)
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("SuggestCalendar", pb::SuggestCalendarRequest { parent, kind, fiscal_year })
            .invalid("kind", |m| m.kind = 0)
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .done(),
        write("SetCalendar", set(2022), pb::SetCalendarRequest { request_id: spent(), ..set(2023) })
            .invalid("steps", |m| m.calendar.as_mut().unwrap().steps[0].due_on = "2021-02-30".to_owned())
            .reused(|m| m.request_id = spent())
            .missing("request_id", |m| {
                let calendar = m.calendar.as_mut().unwrap();
                calendar.parent = jurisdiction_name("nowhere");
                // A unit of another jurisdiction would be a fault of the message alone.
                calendar.steps.iter_mut().for_each(|step| step.exceptions.clear());
            })
            .stale(|m| m.etag = old())
            .refused("exceptions", "REFERENCE_UNKNOWN", move |m| {
                m.calendar.as_mut().unwrap().steps[1].exceptions = vec![exception("nowhere")];
            })
            .done(),
    ]
}
