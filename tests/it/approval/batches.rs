//! One verb on many documents: all of them or none, or those that can be moved.

use kehoach::document::state::Verb::{Appraise, Endorse, Submit};
use kehoach::pb;
use tonic::Code;

use super::{act, by, justified};
use crate::budget::estimate_name;
use crate::harness::{Harness, engines, fields, jurisdiction_name, refused, request_id};

impl Harness {
    async fn three_appraised(&self) -> Vec<pb::DocumentVersion> {
        self.budget_ground().await;
        let mut documents = Vec::new();
        for (id, year) in [("a", 2024), ("b", 2025), ("c", 2026)] {
            self.drafted(id, year, 10).await;
            let life = self.walk(id, &[Submit, Endorse, Appraise]).await;
            documents.push(pb::DocumentVersion { name: life.name, etag: life.etag });
        }
        documents
    }
}

fn approve(documents: Vec<pb::DocumentVersion>, best_effort: bool) -> pb::BatchApproveRequest {
    let (parent, act, justifications) = (jurisdiction_name("dt"), act("5"), justified());
    pb::BatchApproveRequest { parent, documents, best_effort, act, justifications, ..Default::default() }
}

engines! {
    async fn one_act_approves_many_in_one_revision(h: Harness) {
        let documents = h.three_appraised().await;
        let head = h.revision("dt").await;
        let request = pb::BatchApproveRequest { request_id: Some(request_id(3)), ..approve(documents, false) };
        let answer = h.approval().batch_approve(by("approver", request.clone())).await.unwrap().into_inner();
        let told: Vec<_> = answer.results.iter().map(|one| (one.name.clone(), one.life.as_ref().unwrap().state(), one.life.as_ref().unwrap().revision)).collect();
        let expected: Vec<_> = ["a", "b", "c"].map(|id| (estimate_name(id), pb::DocumentState::Approved, head + 1)).into();
        assert_eq!(told, expected);
        assert_eq!(h.revision("dt").await, head + 1);
        let again = h.approval().batch_approve(by("approver", request)).await.unwrap().into_inner();
        assert_eq!((again, h.revision("dt").await), (answer, head + 1));
        h.is_sound();
    }

    async fn all_or_none(h: Harness) {
        let mut documents = h.three_appraised().await;
        documents[1].etag = "\"00000001c0de-1\"".to_owned();
        let before = h.standing();
        refused(h.approval().batch_approve(by("approver", approve(documents.clone(), false))).await, Code::Aborted, "STALE_ETAG");
        documents[1].name = estimate_name("none");
        refused(h.approval().batch_approve(by("approver", approve(documents.clone(), false))).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        documents[1].name = documents[0].name.clone();
        let details = refused(h.approval().batch_approve(by("approver", approve(documents.clone(), false))).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["documents[1].name"]);
        documents[1].name = "jurisdictions/hcm/estimates/x".to_owned();
        let details = refused(h.approval().batch_approve(by("approver", approve(documents, true))).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["documents[1].name"]);
        h.nothing_changed(&before);
    }

    async fn those_that_can_be_moved(h: Harness) {
        let mut documents = h.three_appraised().await;
        documents[0].etag = "\"00000001c0de-1\"".to_owned();
        documents.push(pb::DocumentVersion { name: estimate_name("none"), etag: documents[1].etag.clone() });
        h.drafted("d", 2027, 10).await;
        documents.push(pb::DocumentVersion { name: estimate_name("d"), etag: h.life("d").await.etag });
        let request = pb::BatchApproveRequest { request_id: Some(request_id(4)), ..approve(documents.clone(), true) };
        let answer = h.approval().batch_approve(by("approver", request.clone())).await.unwrap().into_inner();
        let told: Vec<_> = answer.results.iter().map(|one| (one.life.is_some(), one.reason.as_str())).collect();
        assert_eq!(told, [(false, "STALE_ETAG"), (true, ""), (true, ""), (false, "RESOURCE_NOT_FOUND"), (false, "VERB_NOT_OPEN")]);
        assert!(answer.results.iter().all(|one| one.life.is_some() == one.message.is_empty()));
        let again = h.approval().batch_approve(by("approver", request)).await.unwrap().into_inner();
        assert_eq!(again, answer);
        // Where none can be moved the call fails as the first of them does.
        let before = h.standing();
        let rest = vec![documents[0].clone(), documents[3].clone()];
        refused(h.approval().batch_approve(by("approver", approve(rest, true))).await, Code::Aborted, "STALE_ETAG");
        h.nothing_changed(&before);
    }

    async fn many_are_endorsed_and_appraised(h: Harness) {
        h.budget_ground().await;
        let mut documents = Vec::new();
        for (id, year) in [("a", 2024), ("b", 2025)] {
            h.drafted(id, year, 10).await;
            let life = h.walk(id, &[Submit]).await;
            documents.push(pb::DocumentVersion { name: life.name, etag: life.etag });
        }
        let parent = jurisdiction_name("dt");
        let request = pb::BatchEndorseRequest { parent: parent.clone(), documents, ..Default::default() };
        let moved = h.approval().batch_endorse(by("head", request)).await.unwrap().into_inner().results;
        let version = |one: pb::BatchResult| pb::DocumentVersion { name: one.name, etag: one.life.unwrap().etag };
        let documents: Vec<_> = moved.into_iter().map(version).collect();
        let request = pb::BatchAppraiseRequest { parent, documents, ..Default::default() };
        let moved = h.approval().batch_appraise(by("reviewer", request)).await.unwrap().into_inner().results;
        assert!(moved.iter().all(|one| one.life.as_ref().unwrap().state() == pb::DocumentState::Appraised));
        assert_eq!(h.lines_of("b").await[0].amounts.unwrap().appraised, Some(10));
    }
}
