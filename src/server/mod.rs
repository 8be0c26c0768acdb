//! The listener: our own accept loop, so that every limit of HTTP/2 is ours to state, and a drain that ends in time.

mod connection;
mod guard;
mod metrics;
mod services;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use metrics::serve as serve_metrics;
pub use services::{ROUTES, rule_of, service_names};

use crate::app::App;
use crate::limits;

/// A server that runs until it is told to stop.
pub struct Server {
    listener: TcpListener,
    app: App,
    settings: Settings,
}

/// How a server meets its callers.
#[derive(Clone)]
pub struct Settings {
    /// Whether reflection answers everybody; else it answers those who are known.
    pub open_reflection: bool,
}

impl Default for Settings {
    /// As on loopback: reflection is open.
    fn default() -> Self {
        Self { open_reflection: true }
    }
}

impl Server {
    /// A server on a listener that is bound already.
    pub fn new(listener: TcpListener, app: App) -> Self {
        Self::with(listener, app, Settings::default())
    }

    /// The same with settings.
    pub fn with(listener: TcpListener, app: App, settings: Settings) -> Self {
        Self { listener, app, settings }
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` turns true, then lets calls in flight finish, for a bounded time.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (services, health) = services::assemble(&self.app, &self.settings).await;
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            tokio::select! {
                biased;
                _ = stopped(&mut stop) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => connection::spawn(stream, services.clone(), stop.clone(), open.clone()),
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
