//! An estimate that takes in those of the units below: held, released, approved first, and balanced by the last of them.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Endorse, Return, Submit, Withdraw};
use kehoach::pb;
use tonic::Code;

use super::{Doing, act, by, justified};
use crate::budget::{at, batch, create, created, estimate_name, line, updated};
use crate::harness::{Harness, engines, refused, unit_name, violations};

impl Harness {
    /// The department `khcn` with two centres below; each has an annual estimate with one line.
    pub async fn family(&self) {
        self.budget_ground().await;
        for unit in ["a", "b"] {
            self.unit_below("dt", unit, "khcn").await;
            self.child(unit, unit, 100).await;
        }
        self.drafted("p", 2024, 1_000).await;
    }

    async fn child(&self, id: &str, unit: &str, requested: i64) {
        let mut request = create(id, 2024, vec![line("101", requested)]);
        request.lines[0].line_id = "first".to_owned();
        request.estimate.as_mut().unwrap().unit = unit_name("dt", unit);
        self.budget().create_estimate(by("drafter", request)).await.unwrap();
    }

    pub async fn submit_with(&self, children: &[&str]) -> Result<pb::Life, tonic::Status> {
        let mut included = Vec::new();
        for child in children {
            let life = self.life(child).await;
            included.push(pb::DocumentVersion { name: life.name, etag: life.etag });
        }
        let (name, etag) = (estimate_name("p"), self.life("p").await.etag);
        let submit = pb::SubmitRequest { name, etag, included, justifications: justified(), ..Default::default() };
        self.approval().submit(by("drafter", submit)).await.map(tonic::Response::into_inner)
    }

    async fn included(&self, revision: Option<i64>) -> pb::ListIncludedResponse {
        let request = pb::ListIncludedRequest { name: estimate_name("p"), read_at: revision.map(at) };
        self.budget().list_included(by("reader", request)).await.unwrap().into_inner()
    }

    async fn names(&self) -> Vec<String> {
        let short = |one: pb::IncludedEstimate| one.name.rsplit('/').next().unwrap().to_owned();
        self.included(None).await.included.into_iter().map(short).collect()
    }

    async fn release(&self, child: &str) -> Result<pb::Life, tonic::Status> {
        let (name, etag) = (estimate_name("p"), self.life("p").await.etag);
        let request = pb::ReleaseRequest {
            name,
            etag,
            children: vec![estimate_name(child)],
            reason: "Làm lại".to_owned(),
            ..Default::default()
        };
        self.approval().release(by("head", request)).await.map(tonic::Response::into_inner)
    }

    /// Writes what is decided on the one line of a child.
    async fn decides(&self, id: &str, decided: i64) {
        let mut first = self.lines_of(id).await.remove(0);
        first.amounts.get_or_insert_default().decided = Some(decided);
        first.decided_reason = "Phân bổ".to_owned();
        let operation = updated(first, &["amounts.decided", "decided_reason"]);
        self.budget().batch_write_lines(by("approver", batch(id, vec![operation]))).await.unwrap();
    }
}

fn requested(totals: &[pb::EstimateTotal]) -> Option<i64> {
    totals.first()?.amounts?.requested
}

engines! {
    async fn children_are_fixed_when_the_parent_is_submitted(h: Harness) {
        h.family().await;
        let before = h.standing();
        let details = refused(h.submit_with(&["a"]).await, Code::FailedPrecondition, "INCLUSION_INVALID");
        assert_eq!(violations(&details), [("INCLUSION_INVALID".to_owned(), "included[0].name".to_owned())]);
        h.nothing_changed(&before);
        h.walk("a", &[Submit, Endorse]).await;
        h.walk("b", &[Submit]).await;
        let taken = h.life("a").await.revision;
        let (name, etag) = (estimate_name("p"), h.life("p").await.etag);
        let submit = pb::SubmitRequest { name, etag, include_endorsed: true, justifications: justified(), ..Default::default() };
        h.approval().submit(by("drafter", submit)).await.unwrap();
        let told = h.included(None).await;
        assert_eq!((told.included.len(), told.included[0].revision, told.included[0].submission), (1, taken, 1));
        assert_eq!((requested(&told.own_totals), requested(&told.consolidated_totals)), (Some(1_000), Some(1_100)));
        // What becomes of the child later does not change what was taken in.
        let mut more = line("101", 0);
        more.amounts = Some(pb::Amounts { appraised: Some(7), ..Default::default() });
        more.appraised_reason = "Bổ sung".to_owned();
        h.budget().batch_write_lines(by("reviewer", batch("a", vec![created("more", more)]))).await.unwrap();
        assert_eq!(h.included(None).await, told);
        // Back in its draft the parent holds nobody.
        h.walk("p", &[Withdraw]).await;
        assert_eq!(h.included(None).await.included, Vec::new());
        assert_eq!(h.included(Some(taken + 1)).await.included.len(), 0);
        h.is_sound();
    }

    async fn what_is_taken_in_is_held_until_it_is_released(h: Harness) {
        h.family().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.walk("b", &[Submit, Endorse]).await;
        h.submit_with(&["a", "b"]).await.unwrap();
        let before = h.standing();
        refused(h.does(Return, "a").await, Code::FailedPrecondition, "INCLUDED_IN_PARENT");
        refused(h.release("p").await, Code::FailedPrecondition, "INCLUSION_INVALID");
        h.nothing_changed(&before);
        let life = h.release("a").await.unwrap();
        assert_eq!((life.state(), life.revision), (pb::DocumentState::Submitted, h.revision("dt").await));
        assert_eq!(h.names().await, ["b"]);
        h.walk("a", &[Return, Submit, Endorse]).await;
        // Nobody is taken in by two.
        let mut other = create("q", 2024, vec![line("101", 5)]);
        other.estimate.as_mut().unwrap().kind = pb::EstimateKind::Redone.into();
        h.budget().create_estimate(by("drafter", other)).await.unwrap();
        let b = h.life("b").await;
        let (name, etag) = (estimate_name("q"), h.life("q").await.etag);
        let included = vec![pb::DocumentVersion { name: b.name, etag: b.etag }];
        let submit = pb::SubmitRequest { name, etag, included, justifications: justified(), ..Default::default() };
        refused(h.approval().submit(by("drafter", submit)).await, Code::FailedPrecondition, "INCLUSION_INVALID");
        h.walk("p", &[Endorse]).await;
        h.release("b").await.unwrap();
        h.walk("p", &[Appraise]).await;
        refused(h.release("b").await, Code::FailedPrecondition, "VERB_NOT_OPEN");
        h.is_sound();
    }

    async fn the_parent_comes_first_and_the_last_child_ties(h: Harness) {
        h.family().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.walk("b", &[Submit, Endorse]).await;
        h.submit_with(&["a", "b"]).await.unwrap();
        h.walk("p", &[Endorse]).await;
        // Finance cuts the whole by 30, to be distributed, and keeps a reserve of 10.
        let cut = |amount: i64| pb::Line {
            amounts: Some(pb::Amounts { appraised: Some(amount), ..Default::default() }),
            appraised_reason: "Cân đối".to_owned(),
            unallocated: true,
            ..line("101", 0)
        };
        h.budget().batch_write_lines(by("reviewer", batch("p", vec![created("cut", cut(-30)), created("reserve", cut(10))]))).await.unwrap();
        h.walk("p", &[Appraise]).await;
        h.walk("a", &[Appraise]).await;
        h.walk("b", &[Appraise]).await;
        let before = h.standing();
        refused(h.does(Approve, "a").await, Code::FailedPrecondition, "PARENT_NOT_APPROVED");
        h.nothing_changed(&before);
        h.walk("p", &[Approve]).await;
        h.decides("a", 80).await;
        let first = h.does(Approve, "a").await.unwrap();
        let informs: Vec<_> = first.findings.iter().filter(|one| one.rule == "BUD-01").collect();
        assert_eq!((informs.len(), informs[0].severity()), (1, pb::Severity::Info));
        let details = refused(h.does(Approve, "b").await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details)[0].0, "BUD-01");
        let check = pb::CheckDocumentRequest { name: estimate_name("b"), read_at: None };
        let found = h.approval().check_document(by("approver", check)).await.unwrap().into_inner().findings;
        let bud = found.iter().find(|one| one.rule == "BUD-01").unwrap();
        // 1,000 of its own, 10 in reserve, 200 - 30 to give; 80 were given.
        assert_eq!((bud.expected.as_str(), bud.actual.as_str(), bud.difference), ("1180", "1190", Some(10)));
        assert!(bud.citations.iter().any(|one| one.contains("Điều 50.1a")));
        h.decides("b", 90).await;
        let last = h.does(Approve, "b").await.unwrap();
        assert!(last.findings.iter().all(|one| one.rule != "BUD-01"));
        h.is_sound();
    }

    async fn an_amendment_takes_in_anew_and_gives_back_what_it_had(h: Harness) {
        h.family().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.submit_with(&["a"]).await.unwrap();
        h.walk("p", &[Endorse, Appraise, Approve]).await;
        h.walk("a", &[Appraise, Approve]).await;
        h.walk("p", &[Amend]).await;
        assert_eq!(h.names().await, Vec::<String>::new());
        h.walk("p", &[Cancel]).await;
        assert_eq!(h.names().await, ["a"]);
        h.walk("p", &[Amend]).await;
        h.walk("b", &[Submit, Endorse]).await;
        h.submit_with(&["a", "b"]).await.unwrap();
        assert_eq!(h.names().await, ["a", "b"]);
        let approved = Doing { act: act("13"), ..h.doing(Approve, "b").await };
        h.walk("b", &[Appraise]).await;
        let etag = h.life("b").await.etag;
        refused(Doing { etag, ..approved }.send(h.channel()).await, Code::FailedPrecondition, "PARENT_NOT_APPROVED");
        h.is_sound();
    }
}
