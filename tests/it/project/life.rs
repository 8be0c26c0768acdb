//! Every state with every verb, executed; the table that a civil servant reads; and a project on its whole way.

use std::path::PathBuf;

use kehoach::project::states::printed;
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused, request_id, violations, was_replayed};

#[test]
fn the_table_is_the_one_that_was_agreed_on() {
    let text: String = printed().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/project_states.txt");
    #[expect(clippy::disallowed_methods, reason = "the wish to rewrite the table is not a knob of the server")]
    if std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default().contains("bless") {
        std::fs::write(&path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        agreed == text,
        "tests/golden/project_states.txt is not what the code says; run with KEHOACH_TEST_REQUIRE=bless and read the difference"
    );
}

engines! {
    async fn every_verb_in_every_state_does_what_the_table_says(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        // Without a call, the only way on from LISTED is SELECT.
        let mut direct = new_project("direct");
        direct.project.as_mut().unwrap().method = pb::ProjectMethod::Direct.into();
        h.projects().create_project(by("drafter", direct)).await.unwrap();
        let direct = h.brought("direct", State::Listed).await;
        let mut done = Vec::new();
        for (number, from) in State::ALL.iter().enumerate() {
            let id = format!("p{number}");
            h.project(&id).await;
            let project = h.brought(&id, *from).await;
            assert_eq!(project.steps.len(), way_to(*from, pb::ProjectMethod::Selection).len());
            let heads = h.heads();
            for verb in Verb::ALL {
                let project = if (*from, *verb) == (State::Listed, Verb::Select) { &direct } else { &project };
                // Where it is not open, whoever does it elsewhere is told so.
                let elsewhere = || TRANSITIONS.iter().find(|row| row.verb == *verb);
                let who = mover(from.row(*verb).or_else(elsewhere).unwrap().who);
                let tried = pb::MoveProjectRequest { validate_only: true, ..moving(project, vec![made(*verb)]) };
                match h.projects().move_project(by(who, tried)).await {
                    Ok(moved) => {
                        let moved = moved.into_inner();
                        assert_eq!(moved.steps.last().unwrap().to, moved.state);
                        done.push((*from, *verb, state(&moved)));
                    }
                    Err(status) => {
                        let gate = from.gate(*verb).map(|gate| gate.0);
                        let reason = if gate.is_some() { "PROJECT_RULE" } else { "VERB_NOT_OPEN" };
                        let told = violations(&refused::<()>(Err(status), Code::FailedPrecondition, reason));
                        assert_eq!(told[0].0, gate.unwrap_or("VERB_NOT_OPEN"), "{from:?} {verb:?}");
                    }
                }
            }
            assert_eq!(h.heads(), heads, "a trial left a trace");
            assert_eq!(project.open_verbs, from.verbs().into_iter().map(verb_number).collect::<Vec<_>>());
        }
        done.sort();
        let mut agreed: Vec<_> = TRANSITIONS.iter().map(|row| (row.from, row.verb, row.then)).collect();
        agreed.sort();
        assert_eq!(done, agreed);
        h.is_sound();
    }

    async fn a_project_goes_its_whole_way_and_every_step_stays_readable(h: Harness) {
        h.proposed("p").await;
        let identified = h.moved("drafter", "p", vec![made(Verb::Order), made(Verb::Identify)]).await.unwrap().into_inner();
        assert_eq!((state(&identified), identified.steps.len()), (State::Identified, 2));
        h.moved("approver", "p", vec![made(Verb::List)]).await.unwrap();
        h.moved("drafter", "p", [Verb::Call, Verb::CloseBidding, Verb::Select, Verb::AppraiseBudget].map(made).to_vec()).await.unwrap();
        let approved = h.moved("approver", "p", vec![made(Verb::Approve)]).await.unwrap().into_inner();
        assert_eq!((approved.approved_amount, approved.approved_state_amount), (Some(1_000), Some(900)));
        let funded = h.moved("drafter", "p", [Verb::Contract, Verb::Fund, Verb::Fund, Verb::Start].map(made).to_vec()).await.unwrap().into_inner();
        assert_eq!((funded.contract_number.as_str(), funded.contract_signed_on.as_str()), ("12/HĐ-SKHCN", "2025-07-31"));
        assert_eq!(funded.funding[0].assigned_amount, Some(600), "what acts assign adds up");
        let extended = h.moved("approver", "p", vec![made(Verb::Extend)]).await.unwrap().into_inner();
        assert_eq!((extended.ends_on.as_str(), extended.original_ends_on.as_str()), ("2026-06-01", "2026-01-01"));
        let last = [Verb::Inspect, Verb::AcceptGrassroots, Verb::SubmitResults, Verb::Accept, Verb::RegisterResult];
        let accepted = h.moved("drafter", "p", last.map(made).to_vec()).await.unwrap().into_inner();
        assert_eq!((accepted.rating(), accepted.accepted_on.as_str()), (pb::AcceptanceRating::Pass, "2025-07-31"));
        assert_eq!((accepted.late_days, accepted.registration_number.as_str()), (Some(0), "2025-01"));
        h.moved("approver", "p", vec![made(Verb::Recognise)]).await.unwrap();
        let done = h.moved("drafter", "p", [Verb::Settle, Verb::Liquidate, Verb::Transfer].map(made).to_vec()).await.unwrap().into_inner();
        assert_eq!((state(&done), done.steps.len(), done.open_verbs.len()), (State::Transferred, 22, 0));
        let step = &done.steps[2];
        assert_eq!((step.person.as_str(), step.r#move.as_ref().unwrap().act.clone()), ("approver", act("7")));
        // As it was: at the revision of a step, with the steps up to it.
        let then = pb::GetProjectRequest { name: project_name("p"), read_at: Some(at(approved.revision)) };
        assert_eq!(h.projects().get_project(then).await.unwrap().into_inner(), approved);
        h.is_sound();
    }

    async fn of_several_moves_all_are_made_or_none(h: Harness) {
        let project = h.proposed("p").await;
        let mut second = made(Verb::Identify);
        second.on = "2025-07-30".to_owned();
        let request = moving(&project, vec![made(Verb::Order), second]);
        let details = h.refuses(async { h.projects().move_project(by("drafter", request)).await }, Code::FailedPrecondition, "PROJECT_DAY").await;
        assert_eq!(violations(&details), [("PROJECT_DAY".to_owned(), "moves[1].on".to_owned())]);
        let mut future = made(Verb::Order);
        future.on = "2025-08-02".to_owned();
        refused(h.moved("drafter", "p", vec![future]).await, Code::FailedPrecondition, "PROJECT_DAY");
        let mut wrong = made(Verb::Order);
        (wrong.cause, wrong.contract_number) = (1, "x".to_owned());
        let wrong = h.moved("drafter", "p", vec![wrong, pb::ProjectMove { act: None, ..made(Verb::Drop) }]).await;
        let named = crate::harness::fields(&refused(wrong, Code::InvalidArgument, "FIELD_INVALID"));
        assert_eq!(named, ["moves[0].contract_number", "moves[0].cause", "moves[1].act"]);
    }

    async fn a_repeat_of_a_move_is_the_same_move_and_a_stale_one_none(h: Harness) {
        let project = h.proposed("p").await;
        let request = pb::MoveProjectRequest { request_id: Some(request_id(1)), ..moving(&project, vec![made(Verb::Order)]) };
        let first = h.projects().move_project(request.clone()).await.unwrap().into_inner();
        let again = h.projects().move_project(request.clone()).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), first);
        let late = pb::MoveProjectRequest { request_id: None, ..request };
        let details = refused(h.projects().move_project(late).await, Code::Aborted, "STALE_ETAG");
        assert!(details.error_info().unwrap().metadata.values().any(|value| value.contains("MoveProject")), "{details:?}");
        assert_eq!(h.get_project("p").await, first);
    }

    async fn nobody_decides_on_what_they_worked_on(h: Harness) {
        h.proposed("p").await;
        h.brought("p", State::Identified).await;
        refused(h.moved("drafter", "p", vec![made(Verb::List)]).await, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
        let listed = h.moved("approver", "p", vec![made(Verb::List)]).await.unwrap().into_inner();
        refused(h.moved("approver", "p", vec![made(Verb::Call)]).await, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
        let change = update(&listed, &["code"], |new| new.code = "X".to_owned());
        refused(h.projects().update_project(by("approver", change)).await, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
        // Nor in one request by different verbs.
        h.project("q").await;
        let all = [Verb::Order, Verb::Identify, Verb::List].map(made).to_vec();
        refused(h.moved("other", "q", all).await, Code::PermissionDenied, "SEPARATION_OF_DUTIES");
    }

    async fn thresholds_and_persons_are_those_of_the_jurisdiction(h: Harness) {
        h.proposed("p").await;
        h.projects().adopt_project_parameters(pb::AdoptProjectParametersRequest { parent: jurisdiction_name("dt"), ..Default::default() }).await.unwrap();
        h.brought("p", State::Called).await;
        let details = refused(h.moved("drafter", "p", vec![made(Verb::CloseBidding)]).await, Code::FailedPrecondition, "PROJECT_THRESHOLD");
        let told = &details.precondition_failure().unwrap().violations[0].description;
        assert_eq!(told, "CALL_DAYS is 30 (TT20/2023/TT-BKHCN): it was called on 2025-07-31, bids are taken until 2025-08-30");
        // A leader of a NATIONAL project that is under way leads no other.
        for id in ["n1", "n2"] {
            let mut national = new_project(id);
            let body = national.project.as_mut().unwrap();
            (body.level, body.method) = (pb::ProjectLevel::National.into(), pb::ProjectMethod::Direct.into());
            h.projects().create_project(by("drafter", national)).await.unwrap();
            h.brought(id, State::BudgetAppraised).await;
        }
        h.moved("approver", "n1", vec![made(Verb::Approve)]).await.unwrap();
        let details = refused(h.moved("approver", "n2", vec![made(Verb::Approve)]).await, Code::FailedPrecondition, "PROJECT_RULE");
        assert_eq!(violations(&details), [("PRJ-11".to_owned(), format!("{}.lead", project_name("n2")))]);
        // Nor do two of one batch escape.
        for id in ["n3", "n4"] {
            let mut national = new_project(id);
            let body = national.project.as_mut().unwrap();
            (body.level, body.method, body.lead) = (pb::ProjectLevel::National.into(), pb::ProjectMethod::Direct.into(), "CN-02".to_owned());
            h.projects().create_project(by("drafter", national)).await.unwrap();
            h.brought(id, State::BudgetAppraised).await;
        }
        let mut both = Vec::new();
        for id in ["n3", "n4"] {
            let pb::Project { name, etag, .. } = h.get_project(id).await;
            both.push(Operation::Move(pb::MoveProjectOperation { name, etag, moves: vec![made(Verb::Approve)] }));
        }
        let details = refused(h.projects().batch_write_projects(by("approver", batch(both))).await, Code::FailedPrecondition, "PROJECT_RULE");
        assert_eq!(violations(&details), [("PRJ-11".to_owned(), format!("{}.lead", project_name("n4")))]);
    }
}
