//! One connection: its settings, its calls, its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tonic::service::Routes;
use tower::ServiceExt;

use super::tls::{self, Tls};
use crate::identity::Peer;
use crate::limits;

/// Serves a connection on a task of its own.
pub fn spawn(
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
    services: Routes,
    stop: watch::Receiver<bool>,
    open: Arc<AtomicUsize>,
) {
    open.fetch_add(1, Ordering::AcqRel);
    let guard = Open(open);
    tokio::spawn(async move {
        let _guard = guard;
        // Small messages both ways: without this each answer would wait for an acknowledgement.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let Some(tls) = tls else { return serve(stream, None, services, stop).await };
        let handshake = tls.acceptor().accept(stream);
        // A peer that is slow, or speaks no TLS, learns nothing and costs nothing more.
        if let Ok(Ok(stream)) = tokio::time::timeout(limits::millis(limits::HANDSHAKE_MS), handshake).await {
            let peer = tls::peer(stream.get_ref().1.peer_certificates());
            serve(stream, peer, services, stop).await;
        }
    });
}

/// Answers the calls of a connection until it ends, or the server does.
async fn serve<S>(stream: S, peer: Option<Peer>, services: Routes, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let services = services.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        request
    });
    let connection = settings().serve_connection(TokioIo::new(stream), TowerToHyperService::new(services));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = super::stopped(&mut stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(tokio::time::timeout(limits::millis(limits::DRAIN_MS), connection).await);
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

/// Counts a connection for as long as it lives.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
