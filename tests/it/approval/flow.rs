//! One estimate from the first draft to a second amendment, and everything that is told of it.

use kehoach::document::state::Verb;
use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Close, Endorse, Return, Submit, Withdraw};
use kehoach::pb;
use kehoach::pb::DocumentVerb as Open;
use tonic::Code;

use super::{Doing, act, by, justified};
use crate::budget::{at, batch, created, estimate_name, line, requested, updated};
use crate::harness::{Harness, engines, fields, jurisdiction_name, refused, request_id};

const TO_APPROVAL: &[Verb] = &[Submit, Endorse, Appraise, Approve];

impl Harness {
    async fn steps(&self, id: &str) -> Vec<pb::Step> {
        let request = pb::ListStepsRequest { name: estimate_name(id), ..Default::default() };
        self.approval().list_steps(request).await.unwrap().into_inner().steps
    }

    async fn decisions(&self, id: &str) -> Vec<pb::Decision> {
        let (parent, document) = (jurisdiction_name("dt"), estimate_name(id));
        let request = pb::ListDecisionsRequest { parent, document, ..Default::default() };
        self.approval().list_decisions(request).await.unwrap().into_inner().decisions
    }

    async fn requests_instead(&self, id: &str, requested: i64) {
        let first = self.lines_of(id).await.into_iter().find(|line| line.name.ends_with("/first")).unwrap();
        let amounts = Some(pb::Amounts { requested: Some(requested), ..Default::default() });
        let operation = updated(pb::Line { amounts, ..first }, &["amounts.requested"]);
        self.budget().batch_write_lines(by("drafter", batch(id, vec![operation]))).await.unwrap();
    }
}

engines! {
    async fn from_a_draft_to_a_second_amendment(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        assert_eq!(h.life("e").await.open_verbs().collect::<Vec<_>>(), [Open::Submit, Open::Cancel]);
        h.walk("e", &[Submit, Withdraw, Submit, Return, Submit, Endorse, Return, Submit, Endorse, Appraise, Return]).await;
        assert_eq!((h.life("e").await.submission, h.life("e").await.state()), (4, pb::DocumentState::Draft));
        h.requests_instead("e", 90).await;
        let first = h.walk("e", TO_APPROVAL).await;
        assert_eq!((first.submission, first.number, first.in_force_revision), (5, 0, first.revision));
        assert_eq!(first.open_verbs().collect::<Vec<_>>(), [Open::Amend, Open::Close]);

        // The amendment that is given up leaves no trace but its steps.
        h.walk("e", &[Amend]).await;
        h.requests_instead("e", 70).await;
        let title = pb::Estimate { name: estimate_name("e"), title: "Khác".to_owned(), ..Default::default() };
        let etag = h.life("e").await.etag;
        let change = pb::UpdateEstimateRequest { estimate: Some(title), etag, ..Default::default() };
        h.budget().update_estimate(by("drafter", change)).await.unwrap();
        let back = h.walk("e", &[Cancel]).await;
        assert_eq!((back.state(), back.number, back.in_force_revision), (pb::DocumentState::Approved, 0, first.revision));
        let text = h.budget().get_estimate(pb::GetEstimateRequest { name: estimate_name("e"), read_at: None }).await.unwrap().into_inner();
        assert_eq!((text.title.as_str(), requested(&text), text.totals[0].amounts.unwrap().decided), ("Dự toán 2024", 90, Some(90)));

        // The amendment that is approved.
        h.walk("e", &[Amend]).await;
        h.requests_instead("e", 120).await;
        h.budget().batch_write_lines(by("drafter", batch("e", vec![created("second", line("341", 5))]))).await.unwrap();
        let second = h.walk("e", TO_APPROVAL).await;
        assert_eq!((second.number, second.in_force_revision), (1, second.revision));
        let decisions = h.decisions("e").await;
        let told: Vec<_> = decisions.iter().map(|one| (one.number, one.revision, one.previous_revision, one.person.as_str(), one.totals[0].before, one.totals[0].after, one.totals[0].difference)).collect();
        assert_eq!(told, [
            (1, second.revision, first.revision, "approver", Some(90), Some(125), 35),
            (0, first.revision, 0, "approver", None, Some(90), 90),
        ]);
        assert_eq!(decisions[0].act, act("12"));
        // What was decided first is read as it was.
        let then = pb::GetEstimateRequest { name: estimate_name("e"), read_at: Some(at(first.revision)) };
        let then = h.budget().get_estimate(then).await.unwrap().into_inner();
        assert_eq!((then.line_count, then.totals[0].amounts.unwrap().decided), (1, Some(90)));

        let closed = h.walk("e", &[Close]).await;
        assert_eq!((closed.state(), closed.open_verbs.len()), (pb::DocumentState::Closed, 0));
        let steps = h.steps("e").await;
        let verbs: Vec<_> = steps.iter().map(|step| step.verb()).collect();
        assert_eq!((verbs.len(), verbs[0], verbs[verbs.len() - 1]), (23, Open::Submit, Open::Close));
        assert!(steps.windows(2).all(|pair| pair[0].revision < pair[1].revision && pair[0].to == pair[1].from));
        let returned = steps.iter().find(|step| step.verb() == Open::Return).unwrap();
        assert_eq!((returned.person.as_str(), returned.reason.as_str(), returned.to()), ("reviewer", "Theo công văn.", pb::DocumentState::Draft));
        assert_eq!(steps[0].justifications, justified());
        h.is_sound();
    }

    async fn a_return_goes_one_step_back_with_its_remarks(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        let line = format!("{}/lines/first", estimate_name("e"));
        let remark = |line: &str| vec![pb::LineRemark { line: line.to_owned(), remark: "Thiếu thuyết minh.".to_owned() }];
        let etag = h.life("e").await.etag;
        let request = pb::ReturnRequest { name: estimate_name("e"), etag, reason: "Xem lại".to_owned(), remarks: remark(&line), ..Default::default() };
        let unknown = pb::ReturnRequest { remarks: remark(&format!("{}/lines/none", estimate_name("e"))), ..request.clone() };
        let before = h.standing();
        refused(h.approval().r#return(by("reviewer", unknown)).await, Code::FailedPrecondition, "REFERENCE_UNKNOWN");
        let other = pb::ReturnRequest { remarks: remark(&format!("{}/lines/first", estimate_name("f"))), ..request.clone() };
        let details = refused(h.approval().r#return(by("reviewer", other)).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["remarks[0].line"]);
        h.nothing_changed(&before);
        let life = h.approval().r#return(by("reviewer", request)).await.unwrap().into_inner();
        assert_eq!(life.state(), pb::DocumentState::Endorsed);
        let step = h.steps("e").await.pop().unwrap();
        assert_eq!((step.remarks, step.reason.as_str()), (remark(&line), "Xem lại"));
        // What was appraised is kept one step back, and gone in the draft.
        assert_eq!(h.lines_of("e").await[0].amounts.unwrap().appraised, Some(100));
        h.walk("e", &[Return]).await;
        assert_eq!(h.lines_of("e").await[0].amounts.unwrap().appraised, None);
    }

    async fn a_verb_is_repeated_by_its_request_id(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        let doing = Doing { request_id: Some(request_id(7)), ..h.doing(Submit, "e").await };
        let first = doing.clone().send(h.channel()).await.unwrap();
        assert_eq!(first.state(), pb::DocumentState::Submitted);
        let before = h.standing();
        assert_eq!(doing.clone().send(h.channel()).await.unwrap(), first);
        refused(Doing { etag: first.etag, ..doing.clone() }.send(h.channel()).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
        refused(Doing { request_id: None, ..doing }.send(h.channel()).await, Code::Aborted, "STALE_ETAG");
        h.nothing_changed(&before);
    }

    async fn findings_stop_a_submission_all_at_once_and_are_told_before(h: Harness) {
        h.budget_ground().await;
        let mut request = crate::budget::create("e", 2024, vec![line("101", 1)]);
        request.estimate.as_mut().unwrap().title = String::new();
        request.lines[0].line.as_mut().unwrap().amounts = Some(pb::Amounts { budget_n1: Some(4), ..Default::default() });
        h.budget().create_estimate(by("drafter", request)).await.unwrap();
        let check = pb::CheckDocumentRequest { name: estimate_name("e"), read_at: None };
        let found = h.approval().check_document(check).await.unwrap().into_inner();
        let rules: Vec<_> = found.findings.iter().map(|one| (one.rule.as_str(), one.severity())).collect();
        assert_eq!(rules, [("FORM-02", pb::Severity::Error), ("FORM-03", pb::Severity::Error), ("FORM-06", pb::Severity::Warning)]);
        assert_eq!(found.findings[0].suggestion, "Dự toán 2024");
        let before = h.standing();
        let etag = h.life("e").await.etag;
        let submit = pb::SubmitRequest { name: estimate_name("e"), etag, ..Default::default() };
        let details = refused(h.approval().submit(by("drafter", submit)).await, Code::FailedPrecondition, "FINDING");
        let stopped: Vec<_> = details.precondition_failure().unwrap().violations.iter().map(|one| one.r#type.clone()).collect();
        assert_eq!(stopped, ["FORM-02", "FORM-03", "FORM-06"]);
        let details = refused(h.does(Submit, "e").await, Code::FailedPrecondition, "FINDING");
        assert_eq!(details.precondition_failure().unwrap().violations.len(), 2);
        h.nothing_changed(&before);
    }

    async fn one_annual_estimate_of_a_unit_and_year_is_in_force(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", TO_APPROVAL).await;
        let mut redone = crate::budget::create("r", 2024, vec![line("101", 80)]);
        redone.estimate.as_mut().unwrap().kind = pb::EstimateKind::Redone.into();
        h.budget().create_estimate(by("drafter", redone)).await.unwrap();
        h.walk("r", &[Submit, Endorse, Appraise]).await;
        let before = h.standing();
        refused(h.does(Approve, "r").await, Code::FailedPrecondition, "ALREADY_IN_FORCE");
        h.nothing_changed(&before);
        h.walk("e", &[Close]).await;
        h.walk("r", &[Approve]).await;
        h.is_sound();
    }

    async fn an_act_is_stated_alike_each_time(h: Harness) {
        h.budget_ground().await;
        for (id, year) in [("e", 2024), ("f", 2025)] {
            h.drafted(id, year, 100).await;
            h.walk(id, &[Submit, Endorse, Appraise]).await;
        }
        h.walk("e", &[Approve]).await;
        let before = h.standing();
        let other = act("12").map(|act| pb::SignedAct { signer: "Người khác".to_owned(), ..act });
        let doing = Doing { act: other, ..h.doing(Approve, "f").await };
        refused(doing.send(h.channel()).await, Code::FailedPrecondition, "ACT_DIFFERS");
        h.nothing_changed(&before);
        h.walk("f", &[Approve]).await;
        assert_eq!(h.decisions("f").await[0].act, h.decisions("e").await[0].act);
        h.is_sound();
    }
}
