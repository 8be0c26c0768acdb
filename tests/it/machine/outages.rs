//! PostgreSQL goes away: what was acknowledged stays, and a client that repeats as told never notices more than a delay.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kehoach::db::Engine;
use kehoach::pb;
use tonic::Code;

use super::are_dense;
use crate::harness::{Harness, Place, new_unit, request_id};
use crate::postgres::{Cluster, Options, Stop};

/// Ends every connection to the database but the one that asks.
const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Creates units one after another until told to stop, repeating as the refusals say; gives what was acknowledged.
async fn write(h: &Harness, writer: u64, stop: Arc<AtomicBool>) -> Vec<pb::Unit> {
    let mut client = h.organisation();
    let mut acknowledged = Vec::new();
    for number in 0..10_000 {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let request_id = Some(request_id(writer * 10_000 + number));
        let request = pb::CreateUnitRequest { request_id, ..new_unit("dt", &format!("u{writer}-{number}")) };
        let started = Instant::now();
        let unit = loop {
            match client.create_unit(request.clone()).await {
                Ok(response) => break response.into_inner(),
                Err(status) => {
                    assert_eq!(status.code(), Code::Unavailable, "not for repeating: {status:?}");
                    assert!(started.elapsed() < Duration::from_secs(30), "it never comes back: {status:?}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        acknowledged.push(unit);
    }
    acknowledged
}

/// Writes from eight sides while `trouble` lasts; then every acknowledged unit is there, once.
async fn survives(h: Arc<Harness>, trouble: impl AsyncFnOnce(&Harness)) {
    h.jurisdiction("dt").await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (h, stop) = (h.clone(), stop.clone());
            tokio::spawn(async move { write(&h, writer, stop).await })
        })
        .collect();
    trouble(&h).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.store(true, Ordering::Release);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(acknowledged.len() > 8, "only {} writes", acknowledged.len());
    for unit in &acknowledged {
        let id = unit.name.rsplit('/').next().unwrap();
        assert_eq!(h.get_unit("dt", id).await, *unit, "what was acknowledged is lost");
    }
    assert_eq!(h.revision("dt").await, i64::try_from(acknowledged.len()).unwrap(), "something was done twice");
    are_dense(acknowledged.iter().map(|unit| unit.revision).collect());
    h.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_broke_while_idle_are_no_reason_to_bother_the_caller() {
    let Some(h) = Harness::new(Engine::Postgres).await else { return };
    h.jurisdiction("dt").await;
    for number in 0..3 {
        h.sql(TERMINATE);
        h.unit("dt", &format!("u{number}")).await;
        h.sql(TERMINATE);
        assert_eq!(h.revision("dt").await, number + 1);
    }
    h.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_connections_are_killed() {
    let Some(h) = Harness::new(Engine::Postgres).await else { return };
    survives(Arc::new(h), async |h| {
        for _ in 0..15 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            h.sql(TERMINATE);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_postgres_restarts() {
    let Some(cluster) = Cluster::start(Options::default()) else { return };
    let h = Arc::new(Harness::at(Place::of(&cluster), |_| {}).await);
    survives(h, async |_| {
        for how in [Stop::Crash, Stop::Fast] {
            tokio::time::sleep(Duration::from_millis(200)).await;
            tokio::task::block_in_place(|| {
                cluster.stop(how);
                cluster.resume();
            });
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_is_busy_and_not_a_bug() {
    let Some(cluster) = Cluster::start(Options::default()) else { return };
    let h = Harness::at(Place::of(&cluster), |_| {}).await;
    h.jurisdiction("dt").await;
    tokio::task::block_in_place(|| cluster.stop(Stop::Fast));
    for _ in 0..2 {
        crate::harness::refused(h.organisation().create_unit(new_unit("dt", "a")).await, Code::Unavailable, "BUSY");
        let list = pb::ListJurisdictionsRequest::default();
        crate::harness::refused(h.organisation().list_jurisdictions(list).await, Code::Unavailable, "BUSY");
    }
    tokio::task::block_in_place(|| cluster.resume());
    h.unit("dt", "a").await;
    assert_eq!(h.revision("dt").await, 1);
    h.is_sound();
}
