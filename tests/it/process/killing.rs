//! `kill -9` at random moments: nothing that was acknowledged is lost, nothing is half there, and repeats have one effect.
//!
//! `KEHOACH_TEST_KILLS` gives the number of kills of a campaign.

use std::time::{Duration, Instant};

use kehoach::db::Engine;
use kehoach::fsck;
use kehoach::pb;

use super::ground::{Writer, prepare, read};
use super::{Process, Start, is_sound, program};
use crate::dice::{Dice, often};
use crate::harness::{Place, revision_of};
use crate::postgres::free_port;

const WRITERS: u64 = 8;

async fn kills(engine: Engine, usual: u64, test: &str) {
    let Some(place) = Place::new(engine) else { return };
    let mut dice = Dice::new(test);
    let count = often("KEHOACH_TEST_KILLS", usual);
    let start = Start { port: free_port(), ..Default::default() };
    let mut server = Process::start_with(&place, &start).await;
    let before = prepare(server.address, WRITERS).await;
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    let mut checked = vec![0; writers.len()];
    let mut starts = Vec::new();
    for cycle in 0..count {
        let address = server.address;
        let working: Vec<_> = writers.into_iter().map(|writer| tokio::spawn(writer.write(address))).collect();
        tokio::time::sleep(Duration::from_millis(dice.within(1..120))).await;
        server.kill();
        writers = Vec::new();
        for work in working {
            writers.push(work.await.unwrap());
        }
        if cycle % 4 == 3 {
            killed_while_it_starts(&place, Duration::from_millis(dice.within(0..60))).await;
        }
        let started = Instant::now();
        server = Process::start_with(&place, &start).await;
        server.organisation().list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.unwrap();
        starts.push(started.elapsed());
        for (writer, from) in writers.iter().zip(&mut checked) {
            for estimate in &writer.acknowledged[*from..] {
                assert_eq!(read(server.address, &estimate.name).await, *estimate, "cycle {cycle}");
            }
            *from = writer.acknowledged.len();
        }
        if cycle % 8 == 0 {
            assert_eq!(fsck::check(place.database()).unwrap().faults, Vec::<String>::new(), "cycle {cycle}");
        }
    }
    let (mut acknowledged, mut settled) = (0, Vec::new());
    for writer in writers {
        let writer = writer.settle(server.address).await;
        acknowledged += writer.acknowledged.len();
        settled.push(writer);
    }
    let list = pb::ListUnitsRequest { parent: "jurisdictions/dt".to_owned(), ..Default::default() };
    let head = revision_of(&server.organisation().list_units(list).await.unwrap());
    assert_eq!(head, before + i64::try_from(acknowledged).unwrap(), "something was done twice, or half");
    for estimate in settled.iter().flat_map(|writer| &writer.acknowledged) {
        assert_eq!(read(server.address, &estimate.name).await, *estimate);
    }
    server.kill();
    is_sound(&place);
    starts.sort_unstable();
    println!(
        "{count} kills, {acknowledged} writes acknowledged, serving again after {:?} to {:?}",
        starts[0],
        starts[starts.len() - 1]
    );
    // The machine does much else while the tests run, so only the quickest is looked at: one that waits for a lock of the dead would not be.
    assert!(starts[0] < Duration::from_secs(2), "serving again takes {starts:?}");
    assert!(u64::try_from(acknowledged).unwrap() > count, "too little was written: {acknowledged}");
}

/// A process that is killed while it reads what the last one left.
async fn killed_while_it_starts(place: &Place, after: Duration) {
    let mut child = program(place, &[]);
    let mut child =
        child.args(["--dev", "--listen", "127.0.0.1:0"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    tokio::time::sleep(after).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_kill_on_sqlite() {
    kills(Engine::Sqlite, 40, "nothing_acknowledged_is_lost_by_kill_on_sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_kill_on_postgresql() {
    kills(Engine::Postgres, 5, "nothing_acknowledged_is_lost_by_kill_on_postgresql").await;
}
