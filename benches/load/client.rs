//! Clients that send prepared bytes and keep answers as bytes, in a closed loop or an open one: the load costs as little as it can.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kehoach::grpc::codec::Raw;
use tokio::sync::Semaphore;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// Connections of an open loop. In a closed one each caller has its own, as services have, and as the clients of pgbench.
const CONNECTIONS: usize = 16;

/// Callers that stand ready in an open loop.
const READY: usize = 1_024;

/// A method and the encoded request.
pub type Ask = (&'static str, Bytes);

/// Where a server listens, and what it is shown with every call.
#[derive(Clone)]
pub struct Door {
    pub address: SocketAddr,
    /// The value of `authorization`, where the server authenticates.
    pub credential: Option<MetadataValue<Ascii>>,
}

/// One connection.
#[derive(Clone)]
pub struct Client {
    grpc: tonic::client::Grpc<Channel>,
    credential: Option<MetadataValue<Ascii>>,
}

impl Client {
    pub fn new(door: &Door) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{}", door.address)).unwrap();
        let channel = endpoint.tcp_nodelay(true).connect_lazy();
        let grpc = tonic::client::Grpc::new(channel).max_decoding_message_size(64 << 20);
        Self { grpc, credential: door.credential.clone() }
    }

    pub async fn call(&mut self, (path, message): Ask) -> Result<Bytes, Status> {
        self.ready().await?;
        let request = self.shown(message);
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(self.grpc.unary(request, path, Raw).await?.into_inner())
    }

    /// A stream of messages to one answer.
    pub async fn send(&mut self, path: &'static str, messages: Vec<Bytes>) -> Result<Bytes, Status> {
        self.ready().await?;
        let request = self.shown(futures_util::stream::iter(messages));
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(self.grpc.client_streaming(request, path, Raw).await?.into_inner())
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.grpc.ready().await.map_err(|error| Status::unknown(error.to_string()))
    }

    /// A request that shows the credential.
    fn shown<T>(&self, content: T) -> Request<T> {
        let mut request = Request::new(content);
        if let Some(credential) = &self.credential {
            request.metadata_mut().insert("authorization", credential.clone());
        }
        request
    }
}

/// A caller of a closed loop: says what it asks next, and is told the answer.
pub trait Caller: Send + 'static {
    /// The next question; none where there is nothing left to ask.
    fn next(&mut self) -> Option<Ask>;
    /// What was answered.
    fn heard(&mut self, _answer: Bytes) {}
}

/// Questions by number, which several callers ask in turn.
#[derive(Clone)]
pub struct InTurn<F> {
    next: Arc<AtomicUsize>,
    end: usize,
    ask: F,
}

impl<F: Fn(usize) -> Ask + Clone + Send + Sync + 'static> InTurn<F> {
    /// Callers who together ask each of `end` questions once.
    pub fn callers(callers: usize, end: usize, ask: F) -> Vec<Box<dyn Caller>> {
        let one = Self { next: Arc::default(), end, ask };
        (0..callers).map(|_| Box::new(one.clone()) as Box<dyn Caller>).collect()
    }
}

impl<F: Fn(usize) -> Ask + Send + 'static> Caller for InTurn<F> {
    fn next(&mut self) -> Option<Ask> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then(|| (self.ask)(number))
    }
}

/// What a loop saw.
#[derive(Default)]
pub struct Measured {
    pub calls: usize,
    pub failed: usize,
    /// What the first call that failed was told.
    pub fault: Option<Status>,
    /// Processor time of the server for each call, in microseconds, where it was looked at.
    pub processor: Option<f64>,
    elapsed: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.calls as f64 / self.elapsed.as_secs_f64()
    }

    /// In milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let position = (self.latencies.len().saturating_sub(1) as f64 * share) as usize;
        self.latencies.get(position).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// Loops that ran one after the other, as one.
    pub fn joined(parts: Vec<Self>) -> Self {
        let elapsed = parts.iter().map(|part| part.elapsed).sum();
        let micros = parts.iter().map(|part| part.processor.unwrap_or_default() * part.calls as f64).sum::<f64>();
        let mut joined = Self::gathered(elapsed, parts);
        joined.processor = Some(micros / joined.calls.max(1) as f64);
        joined
    }

    fn gathered(elapsed: Duration, parts: Vec<Self>) -> Self {
        let mut all = Self { elapsed, ..Self::default() };
        for part in parts {
            all.calls += part.calls;
            all.failed += part.failed;
            all.fault = all.fault.or(part.fault);
            all.latencies.extend(part.latencies);
        }
        all.latencies.sort();
        all
    }

    fn note(&mut self, latency: Duration, outcome: Result<Bytes, Status>) -> Option<Bytes> {
        match outcome {
            Ok(answer) => {
                self.calls += 1;
                self.latencies.push(latency);
                Some(answer)
            }
            Err(status) => {
                self.failed += 1;
                self.fault.get_or_insert(status);
                None
            }
        }
    }
}

/// Callers, each of which calls again as soon as it is answered, until the time is over or nobody has anything left to ask.
pub async fn closed_loop(doors: &[Door], callers: Vec<Box<dyn Caller>>, last: Duration) -> Measured {
    let connections = connections(doors, callers.len()).await;
    let started = Instant::now();
    let loops: Vec<_> = callers
        .into_iter()
        .enumerate()
        .map(|(place, mut caller)| {
            let mut client = connections[place % connections.len()].clone();
            tokio::spawn(async move {
                let mut measured = Measured::default();
                while started.elapsed() < last {
                    let Some(ask) = caller.next() else { break };
                    let sent = Instant::now();
                    let outcome = client.call(ask).await;
                    if let Some(answer) = measured.note(sent.elapsed(), outcome) {
                        caller.heard(answer);
                    }
                }
                measured
            })
        })
        .collect();
    let parts = futures_util::future::try_join_all(loops).await.unwrap();
    Measured::gathered(started.elapsed(), parts)
}

/// Calls at a rate, whether the ones before are answered or not. A latency begins when the call was meant to be sent.
///
/// So many callers stand ready that a call waits for a free one only where the server is far behind, and then its wait counts.
pub async fn open_loop<F>(doors: &[Door], rate: f64, last: Duration, ask: F) -> Measured
where
    F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
{
    let connections = connections(doors, CONNECTIONS).await;
    let total = (rate * last.as_secs_f64()) as usize;
    let (due, next) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let started = Instant::now();
    let meant = move |number: usize| started + Duration::from_secs_f64(number as f64 / rate);
    let callers: Vec<_> = (0..READY)
        .map(|place| {
            let mut client = connections[place % connections.len()].clone();
            let (due, next, ask) = (due.clone(), next.clone(), ask.clone());
            tokio::spawn(async move {
                let mut measured = Measured::default();
                loop {
                    due.acquire().await.unwrap().forget();
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= total {
                        return measured;
                    }
                    let outcome = client.call(ask(number)).await;
                    measured.note(meant(number).elapsed(), outcome);
                }
            })
        })
        .collect();
    // A thread of its own: the runtime's timers tell no time below a millisecond.
    let pacer = std::thread::spawn(move || {
        let mut sent = 0;
        while sent < total {
            let now = ((started.elapsed().as_secs_f64() * rate) as usize + 1).min(total);
            due.add_permits(now - sent);
            sent = now;
            std::thread::park_timeout(meant(sent).saturating_duration_since(Instant::now()));
        }
        due.add_permits(READY);
    });
    let parts = futures_util::future::try_join_all(callers).await.unwrap();
    pacer.join().unwrap();
    Measured::gathered(started.elapsed(), parts)
}

/// Connections that are open already; each of them is asked for something that is not there.
async fn connections(doors: &[Door], count: usize) -> Vec<Client> {
    let mut connections: Vec<Client> = (0..count).map(|place| Client::new(&doors[place % doors.len()])).collect();
    for connection in &mut connections {
        let _ = connection.call(("/nobody.Nobody/Knows", Bytes::new())).await;
    }
    connections
}
