//! SIGTERM: whoever repeats as told notices nothing, and the process is gone in time, whatever its peers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kehoach::db::Engine;
use kehoach::pb;
use tonic::Status;

use super::frames::{self, Raw};
use super::{Process, Start, all_units, channel_to, is_sound, persist, unanswered};
use crate::harness::{Place, jurisdiction_name, new_jurisdiction, new_unit, request_id, was_replayed};
use crate::postgres::free_port;

/// What the README promises.
const GONE: Duration = Duration::from_secs(10);

/// Restarts under load.
const RESTARTS: usize = 5;

async fn restarts(engine: Engine) {
    let Some(place) = Place::new(engine) else { return };
    let start = Start { port: free_port(), ..Default::default() };
    let mut server = Process::start_with(&place, &start).await;
    let address = server.address;
    server.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8).map(|writer| tokio::spawn(write(address, writer, stop.clone()))).collect();
    let readers: Vec<_> = (0..4).map(|_| tokio::spawn(read(address, stop.clone()))).collect();
    for _ in 0..RESTARTS {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.terminate();
        let status = server.ended(GONE).await;
        assert!(status.success(), "{status:?}");
        server = Process::start_with(&place, &start).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.store(true, Ordering::Release);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    let stored = all_units(&server.organisation()).await;
    assert!(acknowledged.len() > 10, "only {} writes", acknowledged.len());
    assert_eq!(stored.len(), acknowledged.len(), "something was done twice, or not");
    for unit in acknowledged {
        assert!(stored.contains(&unit), "{} was acknowledged and is lost", unit.name);
    }
    server.terminate();
    server.ended(GONE).await;
    is_sound(&place);
}

/// Creates units one after another until told to stop; every one is acknowledged in the end.
async fn write(address: std::net::SocketAddr, writer: u64, stop: Arc<AtomicBool>) -> Vec<pb::Unit> {
    let client = pb::organisation_service_client::OrganisationServiceClient::new(channel_to(address));
    let mut acknowledged = Vec::new();
    for number in 0..100_000 {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let request_id = Some(request_id(writer * 100_000 + number));
        let request = pb::CreateUnitRequest { request_id, ..new_unit("dt", &format!("u{writer}-{number}")) };
        let unit = persist(|| {
            let (mut client, request) = (client.clone(), request.clone());
            async move { client.create_unit(request).await }
        });
        acknowledged.push(unit.await.into_inner());
    }
    acknowledged
}

/// Reads until told to stop.
async fn read(address: std::net::SocketAddr, stop: Arc<AtomicBool>) -> usize {
    let client = pb::organisation_service_client::OrganisationServiceClient::new(channel_to(address));
    let list = pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
    let mut reads = 0;
    while !stop.load(Ordering::Acquire) {
        persist(|| {
            let (mut client, list) = (client.clone(), list.clone());
            async move { client.list_units(list).await }
        })
        .await;
        reads += 1;
    }
    reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_across_restarts_on_sqlite() {
    restarts(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_across_restarts_on_postgresql() {
    restarts(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_flight_is_answered_although_the_server_stops() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let mut server = Process::start(&place).await;
    server.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let mut peer = Raw::greeted(server.address, &[]).await;
    let path = "/kehoach.v1.OrganisationService/CreateUnit";
    peer.send(&frames::frame(frames::HEADERS, frames::END_HEADERS, 1, &frames::call_headers(path))).await;
    // The server knows of the call before it is told to stop, and hears the rest of it afterwards.
    let heard = frames::frame(6, 0, 0, &[0; 8]);
    peer.send(&heard).await;
    while peer.next(GONE).await.is_some_and(|frame| frame.kind != 6) {}
    server.terminate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let unit = prost::Message::encode_to_vec(&new_unit("dt", "a"));
    peer.send(&frames::frame(frames::DATA, frames::END_STREAM, 1, &frames::message(&unit))).await;
    let mut answered = false;
    while let Some(frame) = peer.next(GONE).await {
        answered |= frame.kind == frames::DATA && frame.stream == 1 && !frame.payload.is_empty();
    }
    assert!(answered, "the call in flight was cut");
    assert!(server.ended(GONE).await.success());
    let server = Process::start(&place).await;
    assert_eq!(all_units(&server.organisation()).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_is_gone_in_time_although_its_peers_are_stuck() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let mut server = Process::start(&place).await;
    server.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let path = "/kehoach.v1.OrganisationService/CreateUnit";
    let silent = Raw::silent(server.address).await;
    let mut half = Raw::silent(server.address).await;
    half.send(&frames::PREFACE[..9]).await;
    // A call whose message never ends.
    let mut open = Raw::greeted(server.address, &[]).await;
    open.send(&frames::frame(frames::HEADERS, frames::END_HEADERS, 1, &frames::call_headers(path))).await;
    open.send(&frames::frame(frames::DATA, 0, 1, &frames::message(&[0; 100])[..50])).await;
    let deaf = deaf(&server).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut client = server.organisation();
    client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.unwrap();
    let started = Instant::now();
    server.terminate();
    let status = server.ended(GONE).await;
    assert!(status.success(), "{status:?}");
    let late: Result<_, Status> = client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await;
    assert!(late.is_err_and(|status| unanswered(&status)), "somebody answers after {:?}", started.elapsed());
    drop((silent, half, open, deaf));
    is_sound(&place);
}

/// A peer with large windows that asks and asks, and never reads an answer.
async fn deaf(server: &Process) -> Raw {
    let mut peer = Raw::greeted(server.address, &[(4, 0x7fff_ffff)]).await;
    peer.send(&frames::frame(frames::WINDOW_UPDATE, 0, 0, &0x7fff_0000_u32.to_be_bytes())).await;
    let path = "/kehoach.v1.ClassificationService/ListRegimes";
    for number in 0..2_000 {
        let stream = number * 2 + 1;
        let call = [
            frames::frame(frames::HEADERS, frames::END_HEADERS, stream, &frames::call_headers(path)),
            frames::frame(frames::DATA, frames::END_STREAM, stream, &frames::message(&[])),
        ];
        if !peer.send(&call.concat()).await {
            break;
        }
    }
    peer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_after_the_restart_gets_the_first_answer() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let mut server = Process::start(&place).await;
    server.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "") };
    let first = server.organisation().create_unit(request.clone()).await.unwrap().into_inner();
    server.terminate();
    server.ended(GONE).await;
    let server = Process::start(&place).await;
    let again = server.organisation().create_unit(request).await.unwrap();
    assert!(was_replayed(&again));
    assert_eq!(*again.get_ref(), first);
}
