//! Who writes which figure when, and what is filled in.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Return, Submit};
use kehoach::pb;
use tonic::Code;

use super::by;
use crate::budget::{batch, created, deleted, estimate_name, line, updated};
use crate::harness::{Harness, engines, refused, violations};

impl Harness {
    async fn amounts(&self, id: &str, line: &str) -> pb::Amounts {
        self.one(id, line).await.amounts.unwrap()
    }

    async fn one(&self, id: &str, line: &str) -> pb::Line {
        self.lines_of(id).await.into_iter().find(|one| one.name.ends_with(&format!("/{line}"))).unwrap()
    }

    /// Writes one figure of a line, with its reason where there is one.
    async fn writes(
        &self,
        person: &str,
        (id, line): (&str, &str),
        stage: &str,
        (figure, reason): (i64, &str),
    ) -> Result<(), tonic::Status> {
        let mut changed = self.one(id, line).await;
        let amounts = changed.amounts.get_or_insert_default();
        match stage {
            "requested" => amounts.requested = Some(figure),
            "appraised" => (amounts.appraised, changed.appraised_reason) = (Some(figure), reason.to_owned()),
            _ => (amounts.decided, changed.decided_reason) = (Some(figure), reason.to_owned()),
        }
        let (amount, why) = (format!("amounts.{stage}"), format!("{stage}_reason"));
        let paths = if reason.is_empty() { vec![amount.as_str()] } else { vec![amount.as_str(), why.as_str()] };
        self.budget().batch_write_lines(by(person, batch(id, vec![updated(changed, &paths)]))).await.map(drop)
    }
}

engines! {
    async fn each_stage_is_written_in_its_state_alone(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        let first = ("e", "first");
        for (verb, writable, writer) in [
            (None, "requested", "drafter"),
            (Some(Submit), "", ""),
            (Some(Endorse), "appraised", "reviewer"),
            (Some(Appraise), "decided", "approver"),
            (Some(Approve), "", ""),
        ] {
            if let Some(verb) = verb {
                h.walk("e", &[verb]).await;
            }
            for stage in ["requested", "appraised", "decided"] {
                let who = if stage == "decided" { "approver" } else { "drafter" };
                if stage == writable {
                    h.writes(writer, first, stage, (100, "")).await.unwrap();
                    continue;
                }
                let before = h.standing();
                let outcome = h.writes(who, first, stage, (101, "")).await;
                let reason = outcome.as_ref().err().map(crate::harness::reason_of).unwrap_or_default();
                let rule = if writable.is_empty() { "NOT_DRAFT" } else { "STAGE_NOT_WRITABLE" };
                let expected = [rule, "SEPARATION_OF_DUTIES"];
                assert!(expected.contains(&reason.as_str()), "{stage} after {verb:?}: {outcome:?}");
                h.nothing_changed(&before);
            }
        }
    }

    async fn an_empty_stage_takes_the_one_before_and_a_difference_needs_a_reason(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.budget().batch_write_lines(by("drafter", batch("e", vec![created("second", line("341", 50))]))).await.unwrap();
        h.walk("e", &[Submit, Endorse]).await;
        h.writes("reviewer", ("e", "first"), "appraised", (80, "")).await.unwrap();
        let before = h.standing();
        let details = refused(h.does(Appraise, "e").await, Code::FailedPrecondition, "STAGE_REASON_MISSING");
        assert_eq!(violations(&details).len(), 1);
        h.nothing_changed(&before);
        h.writes("reviewer", ("e", "first"), "appraised", (80, "Vượt định mức")).await.unwrap();
        // A reviewer adds a line that nobody requested, and deletes none.
        let added = pb::Line { amounts: Some(pb::Amounts { appraised: Some(7), ..Default::default() }), appraised_reason: "Bổ sung".to_owned(), ..line("102", 0) };
        h.budget().batch_write_lines(by("reviewer", batch("e", vec![created("third", added)]))).await.unwrap();
        let second = h.one("e", "second").await;
        let gone = h.budget().batch_write_lines(by("reviewer", batch("e", vec![deleted(&second)]))).await;
        refused(gone, Code::FailedPrecondition, "LINE_NOT_DELETABLE");
        h.walk("e", &[Appraise]).await;
        h.writes("approver", ("e", "second"), "decided", (40, "Cân đối")).await.unwrap();
        h.walk("e", &[Approve]).await;
        let told = |amounts: pb::Amounts| (amounts.requested, amounts.appraised, amounts.decided);
        assert_eq!(told(h.amounts("e", "first").await), (Some(100), Some(80), Some(80)));
        assert_eq!(told(h.amounts("e", "second").await), (Some(50), Some(50), Some(40)));
        assert_eq!(told(h.amounts("e", "third").await), (None, Some(7), Some(7)));

        // An amendment starts from what was decided; a line in force is set to 0, not deleted.
        h.walk("e", &[Amend]).await;
        assert_eq!(told(h.amounts("e", "second").await), (Some(40), None, None));
        let second = h.one("e", "second").await;
        let added = created("fourth", line("341", 1));
        h.budget().batch_write_lines(by("drafter", batch("e", vec![added]))).await.unwrap();
        let fourth = h.one("e", "fourth").await;
        let before = h.standing();
        let outcome = h.budget().batch_write_lines(by("drafter", batch("e", vec![deleted(&fourth), deleted(&second)]))).await;
        let details = refused(outcome, Code::FailedPrecondition, "LINE_NOT_DELETABLE");
        assert_eq!(violations(&details)[0].1, "operations[1].delete.line");
        h.nothing_changed(&before);
        h.budget().batch_write_lines(by("drafter", batch("e", vec![deleted(&fourth)]))).await.unwrap();
        h.writes("drafter", ("e", "second"), "requested", (0, "")).await.unwrap();
        h.walk("e", &[Submit, Endorse, Appraise, Approve]).await;
        assert_eq!(told(h.amounts("e", "second").await), (Some(0), Some(0), Some(0)));
        h.is_sound();
    }

    async fn a_return_takes_away_what_it_undoes(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse]).await;
        h.writes("reviewer", ("e", "first"), "appraised", (80, "Vượt định mức")).await.unwrap();
        h.walk("e", &[Appraise, Return]).await;
        let first = h.one("e", "first").await;
        let amounts = first.amounts.unwrap();
        assert_eq!((amounts.requested, amounts.appraised, amounts.decided, first.appraised_reason.as_str()), (Some(100), None, None, ""));
        let delete = pb::DeleteEstimateRequest { name: estimate_name("e"), etag: h.life("e").await.etag, ..Default::default() };
        h.budget().delete_estimate(by("drafter", delete)).await.unwrap();
    }

    async fn a_reference_has_no_approval(h: Harness) {
        h.budget_ground().await;
        let mut request = crate::budget::create("r", 2024, vec![line("101", 1)]);
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.kind, estimate.series) = (pb::EstimateKind::Reference.into(), "quyet-toan".to_owned());
        h.budget().create_estimate(by("drafter", request)).await.unwrap();
        assert_eq!(h.life("r").await.open_verbs.len(), 0);
        let before = h.standing();
        refused(h.does(Submit, "r").await, Code::FailedPrecondition, "VERB_NOT_OPEN");
        h.nothing_changed(&before);
    }
}
