//! The listener: our own accept loop, so that every limit of HTTP/2 is ours to state, and a drain that ends in time.

mod connection;
mod gate;
mod guard;
mod metrics;
mod services;
pub mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use metrics::serve as serve_metrics;
pub use services::{ROUTES, rule_of, service_names};

use crate::app::App;
use crate::identity::{Authenticator, jwt};
use crate::limits;
use connection::Serving;
use gate::Gate;
use tls::Tls;

/// A server that runs until it is told to stop.
pub struct Server {
    listener: TcpListener,
    app: App,
    authenticator: Arc<Authenticator>,
    tls: Option<Arc<Tls>>,
    open_reflection: bool,
    times: Times,
}

/// How a server meets its callers.
#[derive(Clone)]
pub struct Settings {
    /// Whether reflection answers everybody; else it answers those who are known.
    pub open_reflection: bool,
    /// The files of TLS; without them it speaks in clear.
    pub tls: Option<tls::Files>,
    /// The issuer whose JWTs count.
    pub jwt: Option<jwt::Settings>,
    /// How long connections may take and live.
    pub times: Times,
}

/// How long connections may take and live.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For the handshake of TLS.
    pub handshake: Duration,
    /// From then to the first request.
    pub first_request: Duration,
    /// From then until the peer is told to go.
    pub age: Duration,
    /// From then to the end of its calls.
    pub grace: Duration,
}

impl Default for Times {
    /// As the limits say.
    fn default() -> Self {
        Self {
            handshake: limits::millis(limits::HANDSHAKE_MS),
            first_request: limits::millis(limits::FIRST_REQUEST_MS),
            age: limits::millis(limits::CONNECTION_AGE_MS),
            grace: limits::millis(limits::CONNECTION_GRACE_MS),
        }
    }
}

impl Default for Settings {
    /// As on loopback: reflection is open, nothing is encrypted.
    fn default() -> Self {
        Self { open_reflection: true, tls: None, jwt: None, times: Times::default() }
    }
}

impl Settings {
    /// Whether the files of TLS can be used; a sentence where they cannot.
    pub fn check_files(&self) -> Result<(), String> {
        self.tls.clone().map_or(Ok(()), |files| Tls::open(files).map(drop))
    }
}

impl Server {
    /// A server on a listener that is bound already, as [`Settings::default`] has it.
    pub fn new(listener: TcpListener, app: App) -> Self {
        let authenticator = Arc::new(Authenticator::new(app.clone()));
        Self { listener, app, authenticator, tls: None, open_reflection: true, times: Times::default() }
    }

    /// The same with settings; a sentence where a file cannot be used.
    pub async fn open(listener: TcpListener, app: App, settings: Settings) -> Result<Self, String> {
        let Settings { open_reflection, tls, jwt, times } = settings;
        let authenticator = Arc::new(Authenticator::open(app.clone(), jwt).await?);
        let tls = tls.map(Tls::open).transpose()?.map(Arc::new);
        Ok(Self { listener, app, authenticator, tls, open_reflection, times })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` turns true, then lets calls in flight finish, for a bounded time.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (services, health) = services::assemble(&self.app, &self.authenticator, self.open_reflection).await;
        let gate = Arc::new(Gate::default());
        let serving = Serving { tls: self.tls, times: self.times, services, stop: stop.clone() };
        let mut failures = 0_u64;
        loop {
            tokio::select! {
                biased;
                _ = stopped(&mut stop) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, from)) => {
                        failures = 0;
                        match gate.pass(from.ip()) {
                            Some(passed) => connection::spawn(stream, from, serving.clone(), passed),
                            // Closed at once: a client learns it in time to go elsewhere.
                            None => ::metrics::counter!("kehoach_connections_refused_total").increment(1),
                        }
                    }
                    Err(error) => {
                        // Out of descriptors, most likely: wait for some to be given back. Said once, however long it lasts.
                        if failures == 0 {
                            tracing::warn!(%error, "cannot accept connections");
                        }
                        failures += 1;
                        tokio::time::sleep(limits::millis(limits::RETRY_MS)).await;
                    }
                },
            }
        }
        drop(self.listener);
        health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        let until = Instant::now() + limits::millis(limits::DRAIN_MS);
        while gate.count() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let left = gate.count();
        if left > 0 {
            tracing::warn!(connections = left, "stopped with connections that would not end");
        }
    }
}

/// Waits until `stop` is true, or whoever holds its other end is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
