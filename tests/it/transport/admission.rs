//! Who wants more than its share waits for itself, and nobody else does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use kehoach::app::Call;
use kehoach::commit::Tx;
use kehoach::db::{Engine, Session};
use kehoach::document::authority::{Action, Rule};
use kehoach::error::{Error, Reason};
use kehoach::{limits, pb};
use tonic::Code;

use crate::harness::{Harness, Locked, engines, refused};

/// What one read or command costs in these tests, whatever the machine does meanwhile.
const WORK: Duration = Duration::from_millis(2);

/// How long each measure lasts.
const LAST: Duration = Duration::from_millis(1_500);

/// Those who keep to their share.
const HONEST: usize = 5;

/// What each of them has in flight: enough never to leave its turn unused.
const MODEST: usize = 2;

fn call(h: &Harness, actor: &str) -> Call {
    Call {
        actor: actor.to_owned(),
        on_behalf_of: String::new(),
        rule: Rule::Whole(Action::ReadDirectory),
        method: "/kehoach.v1.OrganisationService/CreateUnit",
        at: h.clock.now(),
        deadline: Instant::now() + Duration::from_secs(30),
        request: None,
        validate_only: false,
        reason: String::new(),
        new_id: h.app.new_id(),
    }
}

fn work() {
    let until = Instant::now() + WORK;
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        std::thread::park_timeout(left);
    }
}

/// What one caller does again and again.
#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
}

async fn once(h: &Harness, kind: Kind, actor: &str) {
    let call = call(h, actor);
    match kind {
        Kind::Read => {
            let read = |_: &mut Session| {
                work();
                Ok(())
            };
            h.app.read_raw(&call, read).await.unwrap();
        }
        Kind::Write => {
            let run = |_: &mut Tx<'_>| {
                work();
                Err::<(kehoach::commit::Entry, ()), _>(Error::refused(Reason::NotDraft, "test", "no trace"))
            };
            assert!(h.app.write(&call, "system", run, |_, _| Ok(())).await.is_err());
        }
    }
}

/// How many calls each honest caller made, while another one kept so many in flight.
async fn honest_calls(h: &Arc<Harness>, kind: Kind, greedy: usize) -> Vec<usize> {
    let until = Instant::now() + LAST;
    let caller = |actor: String| {
        let (h, count) = (h.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        let task = tokio::spawn(async move {
            while Instant::now() < until {
                once(&h, kind, &actor).await;
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        (task, count)
    };
    let wanting: Vec<_> = (0..greedy).map(|_| caller("greedy".to_owned())).collect();
    let honest: Vec<_> = (0..HONEST * MODEST).map(|number| caller(format!("honest-{}", number % HONEST))).collect();
    let mut counts = Vec::new();
    for (task, count) in honest {
        task.await.unwrap();
        counts.push(count.load(Ordering::Relaxed));
    }
    for (task, _) in wanting {
        task.await.unwrap();
    }
    counts
}

async fn greed_costs_others_nothing(h: Harness, kind: Kind) {
    let h = Arc::new(h);
    // A machine that is busy with other things between the two measures spoils a pair of them. A queue that is not fair leaves
    // a few hundredths of the share, so none of its pairs would do.
    let mut seen = Vec::new();
    for _ in 0..6 {
        // The share of each: what it gets where one more like it calls beside it.
        let share: usize = honest_calls(&h, kind, MODEST).await.iter().sum();
        let beside_greed: usize = honest_calls(&h, kind, 100 * MODEST).await.iter().sum();
        if share > 20 && beside_greed * 100 >= share * 95 {
            return;
        }
        seen.push((beside_greed, share));
    }
    panic!("calls beside the greedy one, and beside a modest one: {seen:?}");
}

engines! {
    async fn a_hundred_reads_of_one_caller_leave_the_others_their_share(h: Harness) {
        greed_costs_others_nothing(h, Kind::Read).await;
    }

    async fn a_hundred_commands_of_one_caller_leave_the_others_their_share(h: Harness) {
        greed_costs_others_nothing(h, Kind::Write).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_principal_has_so_many_calls_in_flight_and_others_are_not_refused() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    let (greedy, modest) = (s.caller("greedy").await.1, s.caller("modest").await.1);
    // Known before the readers are busy, so that nobody waits to be verified.
    assert!(s.is_good(&greedy).await && s.is_good(&modest).await);
    let (go, gone) = channel::<()>();
    let (began, begun) = channel::<()>();
    let gone = Arc::new(std::sync::Mutex::new(gone));
    let held: Vec<_> = (0..2)
        .map(|_| {
            let (app, call, gone) = (s.h.app.clone(), call(&s.h, "test"), gone.clone());
            let began = std::sync::Mutex::new(began.clone());
            tokio::spawn(async move {
                let read = move |_: &mut Session| {
                    let _ = began.lock().unwrap().send(());
                    let _ = gone.lock().unwrap().recv_timeout(Duration::from_secs(20));
                    Ok(())
                };
                drop(app.read_raw(&call, read).await);
            })
        })
        .collect();
    for _ in 0..2 {
        tokio::task::block_in_place(|| begun.recv_timeout(Duration::from_secs(20))).unwrap();
    }
    let list = |secret: &str| {
        let mut client = s.h.organisation_as(secret);
        let at = pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(1)), in_force: false };
        let request = pb::ListJurisdictionsRequest { read_at: Some(at), ..Default::default() };
        tokio::spawn(async move { client.list_jurisdictions(request).await.map(drop) })
    };
    let allowed = limits::count(limits::CALLS_PER_PRINCIPAL);
    let running: Vec<_> = (0..allowed).map(|_| list(&greedy)).collect();
    let started = Instant::now();
    while s.h.app.waiting().1 < allowed {
        assert!(started.elapsed() < Duration::from_secs(20), "{:?} wait", s.h.app.waiting());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let details = refused(list(&greedy).await.unwrap(), Code::Unavailable, "SHARE_EXCEEDED");
    assert!(details.retry_info().is_some());
    let other = list(&modest);
    tokio::time::sleep(Duration::from_millis(limits::ADMISSION_WAIT_MS * 2)).await;
    assert!(!other.is_finished(), "it waits for a reader and is not refused");
    drop(go);
    for task in running.into_iter().chain([other]) {
        task.await.unwrap().unwrap();
    }
    list(&greedy).await.unwrap().unwrap();
    for task in held {
        task.await.unwrap();
    }
}
