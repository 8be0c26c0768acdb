//! A client that sends prepared bytes and keeps answers as bytes: the load costs as little as it can.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kehoach::grpc::codec::Raw;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// One connection.
#[derive(Clone)]
pub struct Client(tonic::client::Grpc<Channel>);

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().tcp_nodelay(true).connect_lazy();
        Self(tonic::client::Grpc::new(channel).max_decoding_message_size(64 << 20))
    }

    pub async fn call(&mut self, path: &'static str, message: Bytes) -> Result<Bytes, Status> {
        self.0.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(self.0.unary(Request::new(message), path, Raw).await?.into_inner())
    }
}

/// What a loop saw.
pub struct Measured {
    pub failed: usize,
    elapsed: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    pub fn percentile(&self, share: f64) -> f64 {
        let position = (self.latencies.len().saturating_sub(1) as f64 * share) as usize;
        self.latencies.get(position).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// A number of callers, each of which calls again as soon as it is answered.
pub async fn closed_loop<F>(address: SocketAddr, callers: usize, last: Duration, ask: F) -> Measured
where
    F: Fn(usize) -> (&'static str, Bytes),
{
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let connections: Vec<Client> = (0..4).map(|_| Client::new(address)).collect();
    let loops = (0..callers).map(|caller| {
        let mut client = connections[caller % connections.len()].clone();
        let (next, ask) = (next.clone(), &ask);
        async move {
            let mut latencies = Vec::new();
            let mut failed = 0;
            while started.elapsed() < last {
                let (path, message) = ask(next.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                match client.call(path, message).await {
                    Ok(_) => latencies.push(sent.elapsed()),
                    Err(_) => failed += 1,
                }
            }
            (latencies, failed)
        }
    });
    let outcomes = futures_util::future::join_all(loops).await;
    let elapsed = started.elapsed();
    let failed = outcomes.iter().map(|(_, failed)| failed).sum();
    let mut latencies: Vec<Duration> = outcomes.into_iter().flat_map(|(latencies, _)| latencies).collect();
    latencies.sort();
    Measured { failed, elapsed, latencies }
}
