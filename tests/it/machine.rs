//! The machine: exactly once, in order, durable, and nobody taken along by another's fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kehoach::app::Call;
use kehoach::commit::{Entry, Tx};
use kehoach::db::Engine;
use kehoach::error::Error;
use kehoach::pb;
use tonic::Code;

use crate::harness::{Harness, Place, engines, jurisdiction_name, refused, request_id, revision_of, was_replayed};

fn call() -> Call {
    Call {
        actor: "tester".to_owned(),
        method: "/test/Write",
        at: 0,
        deadline: Instant::now() + Duration::from_secs(20),
        request: None,
        validate_only: false,
        reason: String::new(),
        new_id: String::new(),
    }
}

/// A command that leaves a journal row and nothing else.
fn note(_: &mut Tx<'_>) -> Result<(Entry, ()), Error> {
    Ok((Entry::of("jurisdictions/dt"), ()))
}

fn unit(id: &str, name: &str) -> pb::CreateUnitRequest {
    pb::CreateUnitRequest {
        parent: jurisdiction_name("dt"),
        unit_id: id.to_owned(),
        unit: Some(pb::Unit {
            display_name: name.to_owned(),
            kind: pb::UnitKind::Department.into(),
            government_level: pb::GovernmentLevel::Province.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

engines! {
    async fn one_request_id_sent_fifty_times_at_once_has_one_effect_and_one_answer(h: Harness) {
        h.jurisdiction("dt").await;
        let mut request = unit("", "Sở");
        request.request_id = Some(request_id(7));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (mut client, request) = (h.organisation(), request.clone());
            calls.spawn(async move { client.create_unit(request).await.unwrap() });
        }
        let answers = calls.join_all().await;
        let replayed = answers.iter().filter(|answer| was_replayed(answer)).count();
        let mut messages: Vec<pb::Unit> = answers.into_iter().map(tonic::Response::into_inner).collect();
        messages.dedup();
        assert_eq!((replayed, messages.len()), (49, 1));
        assert_eq!(h.revision("dt").await, 1);
        request.unit.as_mut().unwrap().display_name = "Sở khác".to_owned();
        let before = h.standing();
        refused(h.organisation().create_unit(request).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
        h.nothing_changed(&before);
    }

    async fn a_command_that_panics_takes_nobody_along(h: Harness) {
        h.jurisdiction("dt").await;
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..40 {
            let app = h.app().clone();
            calls.spawn(async move {
                let run = move |tx: &mut Tx<'_>| if number % 4 == 0 { panic!("on purpose") } else { note(tx) };
                app.write(&call(), "dt", run, |_, _| Ok(())).await.map(|answer| answer.head)
            });
        }
        let outcomes = calls.join_all().await;
        let (good, bad): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (30, 10));
        assert!(bad.iter().all(|outcome| matches!(outcome, Err(Error::Internal(_)))));
        let mut heads: Vec<i64> = good.into_iter().map(Result::unwrap).collect();
        heads.sort_unstable();
        assert_eq!(heads, (1..=30).collect::<Vec<_>>(), "revisions are dense and each is answered once");
        h.is_sound();
    }

    async fn writers_in_two_jurisdictions_leave_two_dense_journals(h: Harness) {
        h.jurisdiction("dt").await;
        h.jurisdiction("ct").await;
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..64 {
            let app = h.app().clone();
            let jurisdiction = if number % 2 == 0 { "dt" } else { "ct" };
            calls.spawn(async move {
                for _ in 0..5 {
                    app.write(&call(), jurisdiction, note, |_, _| Ok(())).await.unwrap();
                }
            });
        }
        calls.join_all().await;
        assert_eq!((h.revision("dt").await, h.revision("ct").await), (160, 160));
        h.is_sound();
    }

    async fn a_trial_says_what_would_be_and_leaves_no_trace(h: Harness) {
        h.jurisdiction("dt").await;
        let before = h.standing();
        let mut request = unit("khcn", "Sở");
        request.validate_only = true;
        request.request_id = Some(request_id(1));
        let answer = h.organisation().create_unit(request.clone()).await.unwrap();
        assert_eq!((answer.get_ref().etag.as_str(), revision_of(&answer)), ("", 0));
        h.nothing_changed(&before);
        request.validate_only = false;
        assert!(!was_replayed(&h.organisation().create_unit(request).await.unwrap()));
    }

    async fn a_deadline_that_passes_in_the_queue_is_answered_and_nothing_is_written(h: Harness) {
        h.jurisdiction("dt").await;
        let free = Arc::new(AtomicBool::new(false));
        let (app, held) = (h.app().clone(), free.clone());
        let busy = tokio::spawn(async move {
            let run = move |tx: &mut Tx<'_>| {
                while !held.load(Ordering::Acquire) {
                    std::hint::spin_loop();
                }
                note(tx)
            };
            app.write(&call(), "dt", run, |_, _| Ok(())).await.map(|answer| answer.head)
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Not by a client: one that sends a deadline keeps it itself, and who is first would be chance.
        let late = Call { deadline: Instant::now() + Duration::from_millis(100), ..call() };
        let asked = Instant::now();
        assert!(matches!(h.app().write(&late, "dt", note, |_, _| Ok(())).await, Err(Error::Deadline)));
        assert!(asked.elapsed() < Duration::from_secs(5));
        free.store(true, Ordering::Release);
        assert_eq!(busy.await.unwrap().unwrap(), 1);
        assert_eq!(h.revision("dt").await, 1, "the late command was not executed");
        h.is_sound();
    }

    async fn what_a_read_names_as_head_is_never_behind_what_was_answered(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        for _ in 0..30 {
            let (mut client, app) = (h.organisation(), h.app().clone());
            let written = app.write(&call(), "dt", note, |_, _| Ok(())).await.unwrap().head;
            let key = Some(pb::get_unit_request::Key::Name("jurisdictions/dt/units/khcn".to_owned()));
            let read = client.get_unit(pb::GetUnitRequest { key, read_at: None }).await.unwrap();
            assert_eq!(revision_of(&read), written);
            assert_eq!(read.get_ref().revision, 1, "a write elsewhere does not change the object");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_one_sqlite_file_is_refused() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let options = h.options().clone();
    let refusal = kehoach::app::App::open(options).err().unwrap();
    let cause = std::error::Error::source(&refusal).map(ToString::to_string).unwrap_or_default();
    assert!(cause.contains("another process serves"), "{cause}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_postgresql_see_each_other_at_once_and_stay_serial() {
    let Some(one) = Harness::new(Engine::Postgres).await else { return };
    let two = one.another().await;
    one.jurisdiction("dt").await;
    two.unit("dt", "a").await;
    assert_eq!(one.get_unit("dt", "a").await.display_name, "Sở a");
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..16 {
        let app = if number % 2 == 0 { one.app().clone() } else { two.app().clone() };
        calls.spawn(async move {
            for _ in 0..10 {
                app.write(&call(), "dt", note, |_, _| Ok(())).await.unwrap();
            }
        });
    }
    calls.join_all().await;
    assert_eq!((one.revision("dt").await, two.revision("dt").await), (161, 161));
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sole_writer_has_its_postgresql_for_itself() {
    let Some(place) = Place::new(Engine::Postgres) else { return };
    let sole = Harness::at(place, |options| options.sole_writer = true).await;
    sole.jurisdiction("dt").await;
    for sole_writer in [false, true] {
        let mut options = sole.options().clone();
        options.sole_writer = sole_writer;
        assert!(kehoach::app::App::open(options).is_err(), "sole_writer: {sole_writer}");
    }
    sole.unit("dt", "a").await;
    assert_eq!(sole.get_unit("dt", "a").await.display_name, "Sở a");
    sole.is_sound();
}
