//! Nobody approves what they worked on, by any path; and one approval counts.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Close, Endorse, Return, Submit, Withdraw};
use kehoach::pb;
use tonic::Code;

use super::{Doing, by, justified};
use crate::budget::{batch, create, created, estimate_name, line};
use crate::harness::{Harness, engines, jurisdiction_name, reason_of, refused, request_id};

fn denied(outcome: Result<pb::Life, tonic::Status>) {
    refused(outcome, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
}

engines! {
    async fn whoever_worked_on_a_document_never_approves_it(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.budget().batch_write_lines(by("co-drafter", batch("e", vec![created("b", line("101", 1))]))).await.unwrap();
        h.does_as("submitter", Submit, "e").await.unwrap();
        h.does_as("head", Endorse, "e").await.unwrap();
        let appraised = pb::Line { amounts: Some(pb::Amounts { appraised: Some(2), ..Default::default() }), appraised_reason: "Thêm".to_owned(), ..line("102", 0) };
        h.budget().batch_write_lines(by("second-reviewer", batch("e", vec![created("c", appraised)]))).await.unwrap();
        h.does_as("reviewer", Appraise, "e").await.unwrap();
        let before = h.standing();
        let workers = ["drafter", "co-drafter", "submitter", "head", "second-reviewer", "reviewer"];
        for worker in workers {
            denied(h.does_as(worker, Approve, "e").await);
        }
        h.nothing_changed(&before);
        h.does_as("approver", Approve, "e").await.unwrap();
        // It holds for every later text, in both directions.
        h.does_as("amender", Amend, "e").await.unwrap();
        let worked = h.budget().batch_write_lines(by("approver", batch("e", vec![created("d", line("101", 1))]))).await;
        refused(worked, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
        denied(h.does_as("approver", Submit, "e").await);
        h.does_as("another", Submit, "e").await.unwrap();
        denied(h.does_as("approver", Endorse, "e").await);
        h.does_as("head", Endorse, "e").await.unwrap();
        denied(h.does_as("approver", Appraise, "e").await);
        h.does_as("reviewer", Appraise, "e").await.unwrap();
        for worker in workers.into_iter().chain(["another"]) {
            denied(h.does_as(worker, Approve, "e").await);
        }
        h.does_as("approver", Approve, "e").await.unwrap();
        h.is_sound();
    }

    async fn nobody_endorses_what_they_submitted_and_only_they_withdraw_it(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit]).await;
        let before = h.standing();
        denied(h.does_as("drafter", Endorse, "e").await);
        refused(h.does_as("other", Withdraw, "e").await, Code::PermissionDenied, "NOT_SUBMITTER");
        h.nothing_changed(&before);
        let open = |person: &'static str| {
            let request = by(person, pb::GetLifeRequest { name: estimate_name("e"), read_at: None });
            let mut client = h.approval();
            async move { client.get_life(request).await.unwrap().into_inner().open_verbs().collect::<Vec<_>>() }
        };
        assert_eq!(open("drafter").await, [pb::DocumentVerb::Withdraw, pb::DocumentVerb::Return]);
        assert_eq!(open("other").await, [pb::DocumentVerb::Endorse, pb::DocumentVerb::Return]);
        h.walk("e", &[Withdraw]).await;
        h.does_as("other", Submit, "e").await.unwrap();
        // The last submission counts, not the one that was taken back.
        h.does_as("drafter", Endorse, "e").await.unwrap();
    }

    async fn what_is_submitted_for_somebody_is_submitted_by_both(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        let submit = pb::SubmitRequest { name: estimate_name("e"), etag: h.life("e").await.etag, justifications: justified(), ..Default::default() };
        let mut request = by("deputy", submit);
        request.metadata_mut().insert("kehoach-on-behalf-of", "head".parse().unwrap());
        h.approval().submit(request).await.unwrap();
        let before = h.standing();
        denied(h.does_as("head", Endorse, "e").await);
        denied(h.does_as("deputy", Endorse, "e").await);
        refused(h.does_as("other", Withdraw, "e").await, Code::PermissionDenied, "NOT_SUBMITTER");
        h.nothing_changed(&before);
        h.does_as("head", Withdraw, "e").await.unwrap();
        h.does_as("drafter", Submit, "e").await.unwrap();
        h.does_as("head", Endorse, "e").await.unwrap();
        h.is_sound();
    }

    async fn a_copy_and_a_new_estimate_have_hands_of_their_own(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise, Approve]).await;
        let stage = pb::StageCopy { source: pb::Stage::Decided.into(), target: pb::Stage::Requested.into(), factor_bp: None };
        let copy = pb::CopyEstimateRequest { name: estimate_name("e"), estimate_id: "c".to_owned(), fiscal_year: 2025, kind: pb::EstimateKind::Annual.into(), stages: vec![stage], ..Default::default() };
        h.budget().copy_estimate(by("approver", copy)).await.unwrap();
        let title = pb::Estimate { name: estimate_name("c"), title: "Dự toán 2025".to_owned(), ..Default::default() };
        let change = pb::UpdateEstimateRequest { estimate: Some(title), etag: h.life("c").await.etag, ..Default::default() };
        h.budget().update_estimate(by("drafter", change)).await.unwrap();
        h.walk("c", &[Submit, Endorse, Appraise]).await;
        denied(h.does(Approve, "c").await);
        h.does_as("council", Approve, "c").await.unwrap();
    }

    async fn the_table_refuses_what_the_code_would_let_pass(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise, Approve]).await;
        let again = "INSERT INTO document_hands (jurisdiction, since, document, person, part) SELECT jurisdiction, since, document, person, 'APPROVED' FROM document_hands WHERE person = 'drafter'";
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| h.sql(again)));
        assert!(outcome.is_err(), "a person has two parts in one document");
        h.is_sound();
    }

    async fn one_of_twelve_approvals_at_once_is_done(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        let doing = h.doing(Approve, "e").await;
        let tries = (0..12).map(|number| {
            let (doing, channel) = (Doing { person: format!("approver-{number}"), ..doing.clone() }, h.channel());
            tokio::spawn(doing.send(channel))
        });
        let (mut done, mut stale) = (0, 0);
        for outcome in futures_util::future::join_all(tries).await {
            match outcome.unwrap() {
                Ok(_) => done += 1,
                Err(status) if reason_of(&status) == "STALE_ETAG" => stale += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((done, stale), (1, 11));
        let request = pb::ListDecisionsRequest { parent: jurisdiction_name("dt"), document: estimate_name("e"), ..Default::default() };
        assert_eq!(h.approval().list_decisions(request).await.unwrap().into_inner().decisions.len(), 1);
        h.is_sound();
    }

    async fn the_same_approval_sent_many_times_has_one_effect(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        let doing = Doing { request_id: Some(request_id(9)), ..h.doing(Approve, "e").await };
        let tries = (0..50).map(|_| tokio::spawn(doing.clone().send(h.channel())));
        let mut answers = Vec::new();
        for outcome in futures_util::future::join_all(tries).await {
            answers.push(outcome.unwrap().unwrap());
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(h.life("e").await.revision, answers[0].revision);
        h.is_sound();
    }

    async fn what_stands_still_is_not_counted_as_work(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 100).await;
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        // Sending back judges; it is no hand in the document.
        h.does_as("approver", Return, "e").await.unwrap();
        h.walk("e", &[Submit, Endorse, Appraise, Approve, Amend, Cancel, Close]).await;
        let mut fresh = create("f", 2025, vec![line("101", 5)]);
        fresh.lines[0].line_id = "first".to_owned();
        h.budget().create_estimate(by("drafter", fresh)).await.unwrap();
        h.walk("f", &[Cancel]).await;
        h.is_sound();
    }
}
