//! The disk fails under SQLite: each refusal says truly what was done, nothing is corrupt, and nothing is written after a failed fsync.
//!
//! `KEHOACH_TEST_FAULTS` gives the number of failures of a campaign; they are made by strace.

use std::time::Duration;

use kehoach::db::Database;
use kehoach::db::Engine;
use kehoach::pb;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use tonic::Code;
use tonic_types::StatusExt;

use super::ground::{estimate, prepare, read};
use super::{Process, Start, channel_to, is_sound, strace, unanswered};
use crate::dice::{Dice, often};
use crate::harness::{Place, refused};

/// `EX_IOERR`
const DISK: i32 = 74;

/// Calls of the script that meets each failure.
const CALLS: u64 = 24;

const GONE: Duration = Duration::from_secs(20);

/// strace on the files of a database, failing what the expression says.
fn failing(place: &Place, inject: &str) -> Option<Vec<String>> {
    let Database::Sqlite(path) = place.database() else { return None };
    let file = path.display().to_string();
    let (wal, inject) = (format!("{file}-wal"), format!("inject={inject}"));
    // The trace itself is of no interest, and standard error is the log of the server.
    strace(&["-o", "/dev/null", "-P", &file, "-P", &wal, "-e", &inject])
}

/// What became of the calls of the script: those that were answered, and those that were not.
#[derive(Default)]
struct Met {
    acknowledged: Vec<pb::Estimate>,
    open: Vec<pb::CreateEstimateRequest>,
    refusals: Vec<String>,
}

/// Creates estimates one after another on a disk that fails; every refusal has a type.
async fn script(address: std::net::SocketAddr) -> Met {
    let mut client = BudgetServiceClient::new(channel_to(address));
    let mut met = Met::default();
    for number in 1..=CALLS {
        let request = estimate(0, number);
        match client.create_estimate(request.clone()).await {
            Ok(response) => met.acknowledged.push(response.into_inner()),
            Err(status) => {
                let info = status.get_error_details().error_info().cloned();
                let typed =
                    info.is_some_and(|info| ["BUSY", "QUEUE_FULL", "OUTCOME_UNKNOWN"].contains(&info.reason.as_str()));
                assert!(typed || unanswered(&status), "a full or broken disk is no bug: {status:?}");
                met.refusals.push(status.message().to_owned());
                met.open.push(request);
            }
        }
    }
    met
}

/// The database after the failure, on a sound disk: all that was acknowledged, and one effect of each repeat.
async fn recovers(place: &Place, before: i64, met: Met, failure: &str) {
    let mut server = Process::start(place).await;
    let mut client = BudgetServiceClient::new(channel_to(server.address));
    let mut all = met.acknowledged;
    for request in met.open {
        let made = client.create_estimate(request).await;
        all.push(made.unwrap_or_else(|status| panic!("{failure}: {status:?}")).into_inner());
    }
    let mut revisions: Vec<i64> = all.iter().map(|estimate| estimate.revision).collect();
    revisions.sort_unstable();
    let dense: Vec<i64> = (before + 1..=before + i64::try_from(CALLS).unwrap()).collect();
    assert_eq!(revisions, dense, "{failure}: not one effect of each call");
    for estimate in all {
        assert_eq!(read(server.address, &estimate.name).await, estimate, "{failure}");
    }
    server.kill();
    is_sound(place);
}

/// A database with the ground of the script.
async fn prepared() -> Option<(Place, i64)> {
    let place = Place::new(Engine::Sqlite)?;
    let mut server = Process::start(&place).await;
    let before = prepare(server.address, 1).await;
    server.terminate();
    server.ended(GONE).await;
    Some((place, before))
}

/// Runs the script with one failure; says whether it was met.
async fn meets(inject: &str) -> Option<bool> {
    let (place, before) = prepared().await?;
    let under = failing(&place, inject)?;
    let started = Process::try_start(&place, &Start { under, ..Default::default() }).await;
    let mut server = match started {
        Ok(server) => server,
        Err((status, log)) => {
            // What fails before anything is served ends the process with a sentence.
            assert!(
                !status.success() && log.iter().any(|line| line.starts_with("kehoach: ")),
                "{inject}: {status:?} {log:?}"
            );
            recovers(
                &place,
                before,
                Met { open: (1..=CALLS).map(|number| estimate(0, number)).collect(), ..Met::default() },
                inject,
            )
            .await;
            return Some(true);
        }
    };
    let met = script(server.address).await;
    let failed = !met.refusals.is_empty();
    server.kill();
    recovers(&place, before, met, inject).await;
    Some(failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_of_the_disk_is_survived() {
    let mut dice = Dice::new("every_failure_of_the_disk_is_survived");
    let count = often("KEHOACH_TEST_FAULTS", 32);
    let mut felt = 0;
    for number in 0..count {
        // One failure that passes, or a disk that stays full.
        let inject = match number % 4 {
            0 => format!("pwrite64:error=EIO:when={}", dice.within(1..700)),
            1 => format!("pwrite64:error=ENOSPC:when={}+{}", dice.within(1..700), dice.within(1..3)),
            2 => format!("fsync,fdatasync:error=EIO:when={}", dice.within(1..CALLS + 4)),
            _ => format!("{}:error=EIO:when={}", dice.of(&["ftruncate", "pread64", "openat"]), dice.within(1..12)),
        };
        let Some(failed) = meets(&inject).await else { return };
        println!("{inject}: {}", if failed { "felt" } else { "not felt" });
        felt += u64::from(failed);
    }
    println!("{count} failures, {felt} felt by callers");
    assert!(felt * 3 >= count, "the failures do not reach the server: {felt} of {count}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_could_only_read_does_not_start() {
    // At one of these the file is opened for the writer; SQLite would fall back to reading, and say nothing.
    for when in 3..8 {
        let Some(_) = meets(&format!("openat:error=EIO:when={when}")).await else { return };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_fsync_nothing_is_written_and_the_process_ends() {
    let Some((place, before)) = prepared().await else { return };
    // The writer's own third: the threads of strace are counted one by one, and the first two are those of two good calls.
    let Some(under) = failing(&place, "fsync,fdatasync:error=EIO:when=4") else { return };
    let mut server = Process::start_with(&place, &Start { under, ..Default::default() }).await;
    let mut client = BudgetServiceClient::new(channel_to(server.address));
    let mut met = Met::default();
    for number in 1..=CALLS {
        let request = estimate(0, number);
        match client.create_estimate(request.clone()).await {
            Ok(response) if met.open.is_empty() => met.acknowledged.push(response.into_inner()),
            Ok(_) => panic!("it writes after a failed fsync"),
            Err(status) => {
                if met.open.is_empty() {
                    refused::<()>(Err(status), Code::Unavailable, "OUTCOME_UNKNOWN");
                }
                met.open.push(request);
            }
        }
    }
    assert!(!met.acknowledged.is_empty() && !met.open.is_empty());
    let status = server.ended(GONE).await;
    assert_eq!(status.code(), Some(DISK), "{}", server.log().join("\n"));
    let said = server.log().iter().filter(|line| line.contains("the disk failed")).count();
    assert_eq!(said, 1, "{}", server.log().join("\n"));
    recovers(&place, before, met, "a failed fsync").await;
}
