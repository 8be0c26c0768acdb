//! One connection: its settings, its calls, its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tonic::service::Routes;
use tower::ServiceExt;

use super::Times;
use super::gate::Passed;
use super::tls::{self, Tls};
use crate::identity::Peer;
use crate::limits;

/// What all connections have in common.
#[derive(Clone)]
pub struct Serving {
    /// Where it is encrypted.
    pub tls: Option<Arc<Tls>>,
    /// How long things may take.
    pub times: Times,
    /// What answers.
    pub services: Routes,
    /// Whether the server stops.
    pub stop: watch::Receiver<bool>,
}

/// Serves a connection on a task of its own.
pub fn spawn(stream: TcpStream, from: SocketAddr, serving: Serving, passed: Passed) {
    tokio::spawn(async move {
        let _passed = passed;
        // Small messages both ways: without this each answer would wait for an acknowledgement.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let age = aged(serving.times.age, from);
        let Some(tls) = &serving.tls else { return serve(stream, None, age, serving).await };
        let handshake = tls.acceptor().accept(stream);
        // A peer that is slow, or speaks no TLS, learns nothing and costs nothing more.
        if let Ok(Ok(stream)) = tokio::time::timeout(serving.times.handshake, handshake).await {
            let peer = tls::peer(stream.get_ref().1.peer_certificates());
            serve(stream, peer, age, serving).await;
        }
    });
}

/// The age at which a connection is told to go, up to a tenth more or less, so that not all go at once.
fn aged(age: Duration, from: SocketAddr) -> Duration {
    age * (900 + u32::from(from.port()) % 201) / 1_000
}

/// Answers the calls of a connection until it ends, has its age, or the server stops.
async fn serve<S>(stream: S, peer: Option<Peer>, age: Duration, serving: Serving)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Serving { times, services, mut stop, .. } = serving;
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let services = services.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        asks.store(true, Ordering::Relaxed);
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        request
    });
    let connection = settings().serve_connection(TokioIo::new(stream), TowerToHyperService::new(services));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        grace = due(&asked, &times, age, &mut stop) => {
            // One that has asked for nothing is closed as it is: nothing is cut.
            if let Some(grace) = grace {
                connection.as_mut().graceful_shutdown();
                drop(tokio::time::timeout(grace, connection).await);
            }
        }
    }
}

/// Waits until a connection has to end, and says how long its calls may finish; nothing where it never made one.
async fn due(asked: &AtomicBool, times: &Times, age: Duration, stop: &mut watch::Receiver<bool>) -> Option<Duration> {
    let drain = limits::millis(limits::DRAIN_MS);
    tokio::select! {
        () = super::stopped(stop) => return Some(drain),
        () = tokio::time::sleep(times.first_request) => {}
    }
    if !asked.load(Ordering::Relaxed) {
        return None;
    }
    tokio::select! {
        () = super::stopped(stop) => Some(drain),
        () = tokio::time::sleep(age.saturating_sub(times.first_request)) => Some(times.grace),
    }
}

fn settings() -> hyper::server::conn::http2::Builder<TokioExecutor> {
    let mut settings = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    settings
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::CONCURRENT_STREAMS as u32)
        .max_pending_accept_reset_streams(limits::count(limits::PENDING_RESETS))
        .max_local_error_reset_streams(limits::count(limits::PENDING_RESETS))
        .max_header_list_size(limits::HEADER_LIST_BYTES as u32)
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES as u32)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES as u32)
        .max_send_buf_size(limits::count(limits::STREAM_WINDOW_BYTES))
        .keep_alive_interval(Some(limits::millis(limits::KEEPALIVE_MS)))
        .keep_alive_timeout(limits::millis(limits::KEEPALIVE_TIMEOUT_MS));
    settings
}
