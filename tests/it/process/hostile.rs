//! Peers that mean harm, frame by frame: the server stays up, stays small, and serves whoever is honest beside them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kehoach::db::Engine;
use kehoach::pb;

use super::attacks::ATTACKS;
use super::{Process, channel_to};
use crate::harness::{Place, new_jurisdiction};

/// What an attack may cost, also all of them together.
const MEMORY: u64 = 64 << 20;

/// The longest that an honest caller waits while others attack, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(5);

/// One way to mean harm.
pub type Attack = (&'static str, fn(SocketAddr) -> BoxFuture<'static, ()>);

/// Asks again and again until told to stop: how often, and the longest that it waited.
async fn honest(address: SocketAddr, stop: Arc<AtomicBool>) -> (usize, Duration) {
    let mut client = pb::organisation_service_client::OrganisationServiceClient::new(channel_to(address));
    let (mut calls, mut longest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Acquire) {
        let asked = Instant::now();
        let answer = client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await;
        assert!(answer.is_ok(), "an honest caller is refused: {answer:?}");
        longest = longest.max(asked.elapsed());
        calls += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (calls, longest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_outlives_every_attack_and_serves_the_honest() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let mut server = Process::start(&place).await;
    let address = server.address;
    server.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn(honest(address, stop.clone()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = server.memory();
    let mut most = 0;
    for (name, attack) in ATTACKS {
        let began = Instant::now();
        let survived = std::panic::AssertUnwindSafe(attack(address)).catch_unwind().await;
        assert!(survived.is_ok(), "{name}: the attack itself failed");
        let fresh = pb::organisation_service_client::OrganisationServiceClient::new(channel_to(address))
            .list_jurisdictions(pb::ListJurisdictionsRequest::default())
            .await;
        assert!(fresh.is_ok(), "{name}: a new caller is refused: {fresh:?}\n{}", server.log().join("\n"));
        let grown = server.memory().saturating_sub(before);
        most = most.max(grown);
        println!("{name}: {:?}, {} KiB more than before", began.elapsed(), grown >> 10);
        assert!(grown <= MEMORY, "{name}: it grew by {} MiB", grown >> 20);
    }
    stop.store(true, Ordering::Release);
    let (calls, longest) = beside.await.unwrap();
    println!(
        "{} attacks; {calls} honest calls beside them, the longest took {longest:?}; at most {} MiB more",
        ATTACKS.len(),
        most >> 20
    );
    assert!(longest < PATIENCE, "an honest caller waited for {longest:?}");
    assert!(!server.log().iter().any(|line| line.contains("panicked")), "{}", server.log().join("\n"));
    server.terminate();
    assert!(server.ended(Duration::from_secs(10)).await.success());
}
