//! The listener: our own accept loop, so that every limit of HTTP/2 is ours to state, and a drain that ends in time.

mod connection;
mod guard;
mod metrics;
mod services;
pub mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use metrics::serve as serve_metrics;
pub use services::{ROUTES, service_names};

use crate::app::App;
use crate::identity::{Authenticator, jwt};
use crate::limits;
use tls::Tls;

/// A server that runs until it is told to stop.
pub struct Server {
    listener: TcpListener,
    app: App,
    authenticator: Arc<Authenticator>,
    tls: Option<Arc<Tls>>,
    open_reflection: bool,
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
}

impl Default for Settings {
    /// As on loopback: reflection is open, nothing is encrypted.
    fn default() -> Self {
        Self { open_reflection: true, tls: None, jwt: None }
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
        Self { listener, app, authenticator, tls: None, open_reflection: true }
    }

    /// The same with settings; a sentence where a file cannot be used.
    pub async fn open(listener: TcpListener, app: App, settings: Settings) -> Result<Self, String> {
        let authenticator = Arc::new(Authenticator::open(app.clone(), settings.jwt).await?);
        let tls = settings.tls.map(Tls::open).transpose()?.map(Arc::new);
        Ok(Self { listener, app, authenticator, tls, open_reflection: settings.open_reflection })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` turns true, then lets calls in flight finish, for a bounded time.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (services, health) = services::assemble(&self.app, &self.authenticator, self.open_reflection).await;
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            tokio::select! {
                biased;
                _ = stopped(&mut stop) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => connection::spawn(stream, self.tls.clone(), services.clone(), stop.clone(), open.clone()),
                    Err(error) => {
                        // Out of descriptors, most likely: wait for some to be given back.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(limits::millis(limits::RETRY_MS)).await;
                    }
                },
            }
        }
        drop(self.listener);
        health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        let until = Instant::now() + limits::millis(limits::DRAIN_MS);
        while open.load(Ordering::Acquire) > 0 && Instant::now() < until {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let left = open.load(Ordering::Acquire);
        if left > 0 {
            tracing::warn!(connections = left, "stopped with connections that would not end");
        }
    }
}

/// Waits until `stop` is true, or whoever holds its other end is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
