//! Connections: so many and no more, no longer than they may, and gone when they ask for nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use kehoach::db::Engine;
use kehoach::server::{Settings, Times};
use kehoach::{limits, pb};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::transport::Endpoint;
use tonic_types::StatusExt;

use crate::harness::{Harness, Listening, Place};
use crate::process::frames::{self, Raw};
use crate::process::{Process, Start};

const GOAWAY: u8 = 7;
const SOON: Duration = Duration::from_secs(10);
const PATH: &str = "/kehoach.v1.OrganisationService/ListJurisdictions";

/// Short times, so that no test waits for long.
fn times() -> Times {
    Times {
        handshake: Duration::from_millis(200),
        first_request: Duration::from_millis(200),
        age: Duration::from_millis(500),
        grace: Duration::from_millis(300),
    }
}

async fn listening(h: &Harness, times: Times) -> Listening {
    Listening::start(&h.app, Settings { times, ..Settings::default() }).await
}

/// Waits for the server to close; how long that took.
async fn closed(mut peer: Raw) -> Duration {
    let started = Instant::now();
    while peer.next(SOON).await.is_some() {}
    started.elapsed()
}

/// Sends one call and reads its answer.
async fn ask(peer: &mut Raw, stream: u32) {
    let call = [
        frames::frame(frames::HEADERS, frames::END_HEADERS, stream, &frames::call_headers(PATH)),
        frames::frame(frames::DATA, frames::END_STREAM, stream, &frames::message(&[])),
    ];
    peer.send(&call.concat()).await;
    while let Some(frame) = peer.next(SOON).await {
        if frame.kind == frames::DATA && frame.stream == stream {
            return;
        }
    }
    panic!("no answer on stream {stream}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_nothing_is_let_go() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let server = listening(&h, times()).await;
    let silent = Raw::silent(server.address).await;
    let mut half = Raw::silent(server.address).await;
    half.send(&frames::PREFACE[..9]).await;
    let greeted = Raw::greeted(server.address, &[]).await;
    for peer in [silent, half, greeted] {
        let took = closed(peer).await;
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    // Who has asked once stays until its age.
    let long = listening(&h, Times { age: Duration::from_secs(60), ..times() }).await;
    let mut peer = Raw::greeted(long.address, &[]).await;
    ask(&mut peer, 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    ask(&mut peer, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_of_age_is_told_to_go_and_its_calls_finish() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let server = listening(&h, times()).await;
    let mut peer = Raw::greeted(server.address, &[]).await;
    ask(&mut peer, 1).await;
    // A call whose message is not finished when the connection is told to go.
    peer.send(&frames::frame(frames::HEADERS, frames::END_HEADERS, 3, &frames::call_headers(PATH))).await;
    let told = loop {
        let frame = peer.next(SOON).await.unwrap_or_else(|| panic!("it was closed without a word"));
        if frame.kind == GOAWAY {
            break Instant::now();
        }
    };
    peer.send(&frames::frame(frames::DATA, frames::END_STREAM, 3, &frames::message(&[]))).await;
    let mut answered = false;
    while let Some(frame) = peer.next(SOON).await {
        answered |= frame.kind == frames::DATA && frame.stream == 3;
    }
    assert!(answered, "the call in flight was cut");
    assert!(told.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_never_ends_does_not_outlive_the_grace() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let server = listening(&h, times()).await;
    let mut peer = Raw::greeted(server.address, &[]).await;
    peer.send(&frames::frame(frames::HEADERS, frames::END_HEADERS, 1, &frames::call_headers(PATH))).await;
    let took = closed(peer).await;
    let longest = times().age + times().grace + Duration::from_secs(2);
    assert!(took < longest, "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_repeats_notices_nothing_of_the_age_of_its_connections() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let server = listening(&h, times()).await;
    let channel = Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect().await.unwrap();
    let until = Instant::now() + Duration::from_secs(2);
    let (mut calls, mut repeats) = (0, 0);
    while Instant::now() < until {
        let mut client = pb::organisation_service_client::OrganisationServiceClient::new(channel.clone());
        match client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await {
            Ok(_) => calls += 1,
            // The client had not sent it yet when its connection went.
            Err(status) => {
                assert!(status.get_error_details().error_info().is_none(), "{status:?}");
                repeats += 1;
            }
        }
    }
    assert!(calls > 50 && repeats <= 5, "{calls} calls, {repeats} repeats");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_never_ends_is_given_up_at_the_deadline() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let mut peer = Raw::greeted(h.address, &[]).await;
    let headers = [frames::call_headers(PATH), frames::literal("grpc-timeout", "200m")].concat();
    peer.send(&frames::frame(frames::HEADERS, frames::END_HEADERS, 1, &headers)).await;
    peer.send(&frames::frame(frames::DATA, 0, 1, &frames::message(&[0; 100])[..50])).await;
    let started = Instant::now();
    while let Some(frame) = peer.next(SOON).await {
        if frame.kind == frames::HEADERS && frame.stream == 1 {
            break;
        }
    }
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(150) && took < Duration::from_secs(2), "{took:?}");
}

/// Whether a connection is let in: one that is not is closed at once.
async fn is_let_in(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let mut byte = [0];
    match tokio::time::timeout(Duration::from_millis(300), stream.read(&mut byte)).await {
        // What comes first is what the server says of itself.
        Ok(Ok(1)) | Err(_) => Some(stream),
        Ok(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_has_so_many_connections_and_gets_another_when_one_ends() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let server = Process::start(&place).await;
    let allowed = limits::count(limits::CONNECTIONS_PER_ADDRESS);
    let mut held = Vec::new();
    for _ in 0..allowed {
        held.push(TcpStream::connect(server.address).await.unwrap());
    }
    assert!(is_let_in(server.address).await.is_none(), "one more was let in");
    held.truncate(allowed - 2);
    let started = Instant::now();
    while is_let_in(server.address).await.is_none() {
        assert!(started.elapsed() < SOON, "nobody is let in any more");
    }
    drop(held);
    let mut client = server.organisation();
    client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_descriptors_it_waits_says_so_once_and_goes_on() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let few = ["sh", "-c", "ulimit -n 64 && exec \"$0\" \"$@\""].map(str::to_owned);
    let server = Process::start_with(&place, &Start { under: few.to_vec(), ..Default::default() }).await;
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(TcpStream::connect(server.address).await.unwrap());
    }
    let started = Instant::now();
    let told = || server.log().iter().filter(|line| line.contains("cannot accept connections")).count();
    while told() == 0 {
        assert!(started.elapsed() < SOON, "it never runs out");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(told(), 1);
    drop(held);
    let started = Instant::now();
    let mut client = server.organisation();
    while client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.is_err() {
        assert!(started.elapsed() < SOON, "it does not go on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
