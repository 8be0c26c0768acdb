//! What a reviewer changed waits for the unit until somebody there took note of it.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Return, Submit};
use kehoach::pb;
use tonic::Code;

use super::by;
use crate::budget::{batch, created, deleted, estimate_name, line, updated};
use crate::harness::{Harness, engines, jurisdiction_name, refused, violations};

impl Harness {
    /// An estimate with four lines, of which a reviewer cut the first and added the last.
    async fn changed(&self, id: &str) {
        self.drafted(id, 2024, 100).await;
        let more = ["second", "third"].map(|one| created(one, line("341", 50)));
        self.budget().batch_write_lines(by("drafter", batch(id, more.into()))).await.unwrap();
        self.walk(id, &[Submit, Endorse]).await;
        self.cut(id).await;
        let amounts = Some(pb::Amounts { appraised: Some(7), ..Default::default() });
        let added = pb::Line { amounts, appraised_reason: "Bổ sung".to_owned(), ..line("102", 0) };
        self.budget().batch_write_lines(by("reviewer", batch(id, vec![created("added", added)]))).await.unwrap();
        self.walk(id, &[Appraise]).await;
    }

    async fn cut(&self, id: &str) {
        let mut first = self.lines_of(id).await.into_iter().find(|line| line.name.ends_with("/first")).unwrap();
        first.amounts.get_or_insert_default().appraised = Some(80);
        first.appraised_reason = "Vượt định mức".to_owned();
        let paths = ["amounts.appraised", "appraised_reason"];
        self.budget().batch_write_lines(by("reviewer", batch(id, vec![updated(first, &paths)]))).await.unwrap();
    }

    /// The lines that wait, each with what was asked for and what was given.
    async fn waiting(&self, id: &str) -> Vec<(String, Option<i64>, i64)> {
        let request = pb::ListChangedLinesRequest { name: estimate_name(id), ..Default::default() };
        let lines = self.approval().list_changed_lines(by("drafter", request)).await.unwrap().into_inner().lines;
        let told = |line: pb::ChangedLine| {
            assert!(!line.appraised_reason.is_empty());
            (line.name.rsplit('/').next().unwrap().to_owned(), line.requested, line.appraised)
        };
        lines.into_iter().map(told).collect()
    }

    async fn acknowledge(&self, id: &str, lines: &[&str]) -> Result<(i32, i32), tonic::Status> {
        let name = estimate_name(id);
        let lines = lines.iter().map(|line| format!("{name}/lines/{line}")).collect();
        let request = pb::AcknowledgeLinesRequest { name, lines, ..Default::default() };
        let answer = self.approval().acknowledge_lines(by("drafter", request)).await?.into_inner();
        Ok((answer.acknowledged_count, answer.remaining_count))
    }

    /// The inbox of somebody: documents with how many lines are to be acknowledged, 0 where a verb is waited for.
    async fn inbox(&self, person: &str, page_size: i32) -> Vec<(String, i32)> {
        let mut request = pb::ListPendingRequest { parent: jurisdiction_name("dt"), page_size, ..Default::default() };
        let mut all = Vec::new();
        loop {
            let page = self.approval().list_pending(by(person, request.clone())).await.unwrap().into_inner();
            for one in page.documents {
                assert_eq!(one.changed_lines > 0, one.verb() == pb::DocumentVerb::Unspecified);
                all.push((one.document.rsplit('/').next().unwrap().to_owned(), one.changed_lines));
            }
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }
}

fn told(expected: &[(&str, i32)]) -> Vec<(String, i32)> {
    expected.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

engines! {
    async fn what_a_reviewer_changed_stays_until_each_line_is_acknowledged(h: Harness) {
        h.budget_ground().await;
        h.changed("e").await;
        assert_eq!(h.waiting("e").await, [("added".to_owned(), None, 7), ("first".to_owned(), Some(100), 80)]);
        // Whoever may do both finds both; on pages of one neither is lost.
        assert_eq!(h.inbox("nobody", 0).await, told(&[("e", 0), ("e", 2)]));
        assert_eq!(h.inbox("nobody", 1).await, told(&[("e", 0), ("e", 2)]));
        assert_eq!(h.inbox("drafter", 0).await, told(&[("e", 2)]));

        let before = h.standing();
        let details = refused(h.acknowledge("e", &["first", "second"]).await, Code::FailedPrecondition, "LINE_NOT_CHANGED");
        assert_eq!(violations(&details)[0].1, "lines[1]");
        h.nothing_changed(&before);
        let life = h.life("e").await;
        assert_eq!(h.acknowledge("e", &["first"]).await.unwrap(), (1, 1));
        assert_eq!(h.life("e").await, life);
        assert_eq!(h.inbox("drafter", 0).await, told(&[("e", 1)]));

        // A decision does not take note for the unit.
        h.walk("e", &[Approve]).await;
        assert_eq!(h.inbox("drafter", 0).await, told(&[("e", 1)]));
        assert_eq!(h.acknowledge("e", &[]).await.unwrap(), (1, 0));
        assert_eq!(h.inbox("drafter", 0).await, told(&[]));
        assert!(h.waiting("e").await.is_empty());
        refused(h.acknowledge("e", &[]).await, Code::FailedPrecondition, "LINE_NOT_CHANGED");
    }

    async fn a_return_or_an_amendment_takes_back_what_was_changed(h: Harness) {
        h.budget_ground().await;
        h.changed("e").await;
        h.walk("e", &[Return]).await;
        assert_eq!(h.inbox("drafter", 0).await, told(&[("e", 0)]));
        assert!(h.waiting("e").await.is_empty());
        // What the reviewer added is the drafter's again: to be asked for, or to go.
        let added = h.lines_of("e").await.into_iter().find(|line| line.name.ends_with("/added")).unwrap();
        h.budget().batch_write_lines(by("drafter", batch("e", vec![deleted(&added)]))).await.unwrap();
        h.walk("e", &[Submit, Endorse]).await;
        h.cut("e").await;
        h.walk("e", &[Appraise]).await;
        let at = h.life("e").await.revision;
        assert_eq!(h.inbox("drafter", 0).await, told(&[("e", 1)]));
        h.walk("e", &[Approve, Amend]).await;
        assert_eq!(h.inbox("drafter", 0).await, told(&[]));
        // What waited then is still told of then.
        let read_at = Some(crate::budget::at(at));
        let request = pb::ListChangedLinesRequest { name: estimate_name("e"), read_at, ..Default::default() };
        assert_eq!(h.approval().list_changed_lines(request).await.unwrap().into_inner().lines.len(), 1);
    }

    async fn a_repeat_with_the_same_id_gets_the_first_answer(h: Harness) {
        h.budget_ground().await;
        h.changed("e").await;
        let name = estimate_name("e");
        let request = pb::AcknowledgeLinesRequest {
            lines: vec![format!("{name}/lines/first")],
            name,
            request_id: Some("3f2c8f0e-6e0b-4c53-9e0d-5a6b7c8d9e0f".to_owned()),
            ..Default::default()
        };
        let first = h.approval().acknowledge_lines(by("drafter", request.clone())).await.unwrap().into_inner();
        h.acknowledge("e", &["added"]).await.unwrap();
        let again = h.approval().acknowledge_lines(by("drafter", request)).await.unwrap().into_inner();
        assert_eq!(again, first);
        assert_eq!((again.acknowledged_count, again.remaining_count), (1, 1));
    }
}
