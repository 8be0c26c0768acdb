//! From bytes to bytes: the one road that every call takes, whatever its method.
//!
//! Identity and time are read once, here. A method is a row of a slice's `grpc.rs`: its path and its action. Answers are encoded
//! by us, so that one that is kept goes out again as it is. Absent: generated server traits, which would encode every time.

pub mod call;
pub mod codec;
pub mod faults;
pub mod fields;
mod language;
pub mod mask;
pub mod page;
mod repeated;
pub mod status;
pub mod types;
mod upload;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prost::Message;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response};

use crate::app::{Answer, App, Call, Depends, Instance, Keep, Kept, Seen};
use crate::document::authority::Rule;
use crate::error::{Error, Reason, Result};
use crate::identity::{Authenticator, Caller, Peer, Proven};
use crate::limits;
use codec::Raw;
use fields::{Path, Validate, Violations};
pub use repeated::Repeated;
pub use upload::{FromUpload, Piece, Upload, upload};

/// A question in the words of its slice, made from a message.
pub trait FromWire: Sized {
    /// The message.
    type Message: Message + Default + Validate + 'static;
    /// Reads a message whose single fields are in order; names every field that is wrong in the light of others.
    fn from_wire(message: Self::Message) -> Result<Self>;
}

/// An answer in the words of its slice, made into a message.
pub trait IntoWire {
    /// The message.
    type Message: Message;
    /// Writes the message.
    fn into_wire(self, sending: &Sending<'_>) -> Self::Message;
    /// Writes the message as bytes; whoever has parts of it encoded already puts them together.
    fn into_bytes(self, sending: &Sending<'_>) -> Result<Vec<u8>>
    where
        Self: Sized,
    {
        let message = self.into_wire(sending);
        let size = message.encoded_len();
        require_size(size)?;
        let mut bytes = Vec::with_capacity(size);
        message.encode_raw(&mut bytes);
        Ok(bytes)
    }
}

/// Refuses an answer that is larger than any may be.
fn require_size(size: usize) -> Result<()> {
    if size > limits::count(limits::ANSWER_BYTES) {
        let (reason, limit) = (Reason::MessageTooLarge, limits::ANSWER_BYTES);
        return Err(Error::Limit { reason, limit, subject: "bytes of the answer".to_owned() });
    }
    Ok(())
}

/// What an answer needs that is not in it.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    instance: &'a Instance,
    /// There is no version to send back: the command was only tried, or what is shown is not what a change would change.
    without_etags: bool,
}

impl Sending<'_> {
    /// The etag of an object that a revision last changed.
    pub fn etag(&self, revision: i64) -> String {
        if self.without_etags { String::new() } else { crate::app::etag::of(self.instance, revision) }
    }

    /// The same for a part of the answer, which has no etags where it shows a text in force.
    pub fn showing(self, in_force: bool) -> Self {
        Self { without_etags: self.without_etags || in_force, ..self }
    }
}

/// What every request message of a mutation has.
pub trait Mutation {
    /// Its request id, whether it only asks, and the reason given.
    fn envelope(&self) -> (Option<&str>, bool, &str);
}

/// Declares request messages as mutations.
#[macro_export]
macro_rules! mutations {
    ($($Message:ty),* $(,)?) => {
        $(impl $crate::grpc::Mutation for $Message {
            fn envelope(&self) -> (Option<&str>, bool, &str) {
                (self.request_id.as_deref(), self.validate_only, &self.reason)
            }
        })*
    };
}

/// What a handler answers: encoded bytes with the revisions to name beside them.
pub struct Sent {
    bytes: Bytes,
    head: Option<i64>,
    replayed: bool,
}

type Streaming = dyn Fn(App, Call, upload::Messages) -> BoxFuture<'static, Result<Sent>> + Send + Sync;

/// How long after its deadline a call that has not even been read is given up.
const LATE: std::time::Duration = std::time::Duration::from_millis(50);

type Unary = dyn Fn(App, Call, Bytes) -> BoxFuture<'static, Result<Sent>> + Send + Sync;

/// How a method is served.
#[derive(Clone)]
enum Handler {
    /// A read, whose encoded answer may be kept.
    Read(Arc<Unary>),
    /// A mutation.
    Write(Arc<Unary>),
    /// A mutation whose content comes in many messages.
    Upload(Arc<Streaming>),
}

/// One method: its path and how it is served.
#[derive(Clone)]
pub struct Route {
    /// The path, as `/kehoach.v1.BudgetService/GetEstimate`.
    pub path: &'static str,
    /// Who may call it.
    pub rule: Rule,
    handler: Handler,
    calls: metrics::Histogram,
}

impl Route {
    /// Until when a call may take, its own deadline permitting.
    fn deadline(&self, headers: &http::HeaderMap) -> Instant {
        match self.handler {
            Handler::Upload(_) => call::deadline_within(headers, limits::IMPORT_DEADLINE_MS),
            Handler::Read(_) | Handler::Write(_) => call::deadline(headers),
        }
    }
}

/// A method that reads.
pub fn read<A, T, F, R>(path: &'static str, rule: Rule, action: F) -> Route
where
    A: FromWire + Send + 'static,
    T: IntoWire + Send + 'static,
    F: Fn(App, Call, A) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Keep<T>>> + Send + 'static,
{
    let handler = move |app: App, call: Call, bytes: Bytes| {
        async move {
            let ask = ask::<A>(decode(bytes.clone())?)?;
            let Keep { answer, jurisdiction, depends } = action(app.clone(), call, ask).await?;
            let (head, visibility) = (answer.head, answer.visibility);
            let sent = encode(&app, answer, false)?;
            // What shows an old revision is asked for once, and not kept.
            if depends != Depends::Nothing {
                let kept = Kept { bytes: sent.bytes.clone(), jurisdiction, visibility };
                app.cache().keep(path, bytes, kept, &depends, head);
            }
            Ok(sent)
        }
        .boxed()
    };
    Route { path, rule, handler: Handler::Read(Arc::new(handler)), calls: latency(path) }
}

/// A method that changes something.
pub fn write<A, T, F, R>(path: &'static str, rule: Rule, action: F) -> Route
where
    A: FromWire + Send + 'static,
    A::Message: Mutation,
    T: IntoWire + Send + 'static,
    F: Fn(App, Call, A) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Answer<T>>> + Send + 'static,
{
    let handler = move |app: App, mut call: Call, bytes: Bytes| {
        async move {
            let message = decode::<A::Message>(bytes)?;
            call::complete(&mut call, &message);
            let tried = call.validate_only;
            let answer = action(app.clone(), call, ask(message)?).await?;
            encode(&app, answer, tried)
        }
        .boxed()
    };
    Route { path, rule, handler: Handler::Write(Arc::new(handler)), calls: latency(path) }
}

fn latency(path: &'static str) -> metrics::Histogram {
    metrics::histogram!("kehoach_call_seconds", "method" => path)
}

fn decode<M: Message + Default>(bytes: Bytes) -> Result<M> {
    M::decode(bytes).map_err(|e| Error::invalid("", format!("the message cannot be decoded: {e}")))
}

/// Checks every field by itself and in the light of the others, and names all that are wrong.
fn ask<A: FromWire>(message: A::Message) -> Result<A> {
    let mut violations = Violations::default();
    message.validate(&Path::root(), &mut violations);
    match (violations.into_result(), A::from_wire(message)) {
        (Ok(()), outcome) => outcome,
        (Err(Error::Invalid(mut first)), Err(Error::Invalid(more))) => {
            let fresh: Vec<_> =
                more.into_iter().filter(|one| first.iter().all(|other| other.field != one.field)).collect();
            first.extend(fresh);
            Err(Error::Invalid(first))
        }
        (Err(error), _) => Err(error),
    }
}

fn encode<T: IntoWire>(app: &App, answer: Answer<T>, tried: bool) -> Result<Sent> {
    let Answer { value, head, replayed, .. } = answer;
    let bytes = value.into_bytes(&Sending { instance: app.instance(), without_etags: tried })?;
    Ok(Sent { bytes: bytes.into(), head: Some(head), replayed })
}

/// All methods of the service, as tower serves them.
#[derive(Clone)]
pub struct Methods {
    app: App,
    authenticator: Arc<Authenticator>,
    routes: Arc<HashMap<&'static str, Route>>,
}

impl Methods {
    /// The service of some routes.
    pub fn new(app: App, authenticator: Arc<Authenticator>, routes: Vec<Route>) -> Self {
        Self { app, authenticator, routes: Arc::new(routes.into_iter().map(|route| (route.path, route)).collect()) }
    }
}

impl tower::Service<http::Request<tonic::body::Body>> for Methods {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let (app, authenticator) = (self.app.clone(), self.authenticator.clone());
        let Some(route) = self.routes.get(request.uri().path()).cloned() else {
            return async { Ok(status::unknown_method().into_http()) }.boxed();
        };
        async move {
            let (started, deadline) = (Instant::now(), route.deadline(request.headers()));
            // Before the message is read: nobody unknown makes the server hold one.
            let peer = request.extensions().get::<Peer>();
            let Proven { caller, seen } = match authenticator.authenticate(request.headers(), peer, deadline).await {
                Ok(proven) => proven,
                Err(error) => return Ok(turned_away(&app, &route, started, request.into_parts().0.headers, error)),
            };
            // What this call holds of the server it holds until it is answered.
            let _admitted = match caller.admit().await {
                Ok(admitted) => admitted,
                Err(error) => return Ok(turned_away(&app, &route, started, request.into_parts().0.headers, error)),
            };
            let mut grpc = tonic::server::Grpc::new(Raw)
                .max_decoding_message_size(limits::count(limits::MESSAGE_BYTES))
                .max_encoding_message_size(limits::count(limits::ANSWER_BYTES))
                .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
            // Compressing costs more than sending; it is done for those who ask for it.
            if request.headers().contains_key("grpc-accept-encoding") && wants_gzip(&request) {
                grpc = grpc.send_compressed(tonic::codec::CompressionEncoding::Gzip);
            }
            let serving = Serving { app: app.clone(), route: route.clone(), caller, seen, started, deadline };
            let serving = async {
                match &route.handler {
                    Handler::Upload(_) => grpc.client_streaming(serving, upload::watched(request)).await,
                    Handler::Read(_) | Handler::Write(_) => grpc.unary(serving, request).await,
                }
            };
            // The message itself may never end; what is done with it ends at the deadline by itself.
            let Ok(response) = tokio::time::timeout_at((deadline + LATE).into(), serving).await else {
                return Ok(turned_away(&app, &route, started, http::HeaderMap::new(), Error::Deadline));
            };
            // Every error of ours has details; one without was found before our handler saw the call.
            match tonic::Status::from_header_map(response.headers()).as_ref().and_then(status::of_framing) {
                None => Ok(response),
                Some(error) => {
                    let refused = finish(&route, started, &MetadataMap::new(), Err(error), &app.new_id());
                    Ok(refused.map_or_else(|status| status.into_http(), |_| response))
                }
            }
        }
        .boxed()
    }
}

/// Clients name gzip among what they accept without wanting it; this header says that they do.
fn wants_gzip(request: &http::Request<tonic::body::Body>) -> bool {
    request.headers().get("kehoach-compress").is_some_and(|value| value == "gzip")
}

struct Serving {
    app: App,
    route: Route,
    caller: Arc<Caller>,
    seen: Option<Seen>,
    started: Instant,
    deadline: Instant,
}

impl tonic::server::UnaryService<Bytes> for Serving {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, tonic::Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let (app, route, caller) = (self.app.clone(), self.route.clone(), self.caller.clone());
        let (seen, started, deadline) = (self.seen.take(), self.started, self.deadline);
        async move {
            let (metadata, _, bytes) = request.into_parts();
            let mut call = match call::begin(&app, &route, &caller, &metadata, deadline) {
                Ok(call) => call,
                Err(error) => return finish(&route, started, &metadata, Err(error), &app.new_id()),
            };
            // The one door through which a kept answer goes out: only to who may see it now.
            if let Some(sent) = kept(&app, &route, &call, &bytes) {
                return finish(&route, started, &metadata, Ok(sent), "");
            }
            call.new_id = app.new_id();
            let id = call.new_id.clone();
            if let Some(sent) = confirmed(&app, &route, (&call, &bytes), &caller, seen).await {
                return finish(&route, started, &metadata, Ok(sent), &id);
            }
            let outcome = match &route.handler {
                Handler::Read(handler) | Handler::Write(handler) => bounded(deadline, handler(app, call, bytes)).await,
                Handler::Upload(_) => Err(Error::bug("a stream was served as one message")),
            };
            finish(&route, started, &metadata, outcome, &id)
        }
        .boxed()
    }
}

impl tonic::server::ClientStreamingService<Bytes> for Serving {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, tonic::Status>>;

    fn call(&mut self, request: Request<tonic::Streaming<Bytes>>) -> Self::Future {
        let (app, route, caller) = (self.app.clone(), self.route.clone(), self.caller.clone());
        let (started, deadline) = (self.started, self.deadline);
        async move {
            let (metadata, extensions, messages) = request.into_parts();
            let messages = upload::Messages::new(messages, &extensions);
            let mut call = match call::begin(&app, &route, &caller, &metadata, deadline) {
                Ok(call) => call,
                Err(error) => return finish(&route, started, &metadata, Err(error), &app.new_id()),
            };
            call.new_id = app.new_id();
            let id = call.new_id.clone();
            let outcome = match &route.handler {
                Handler::Upload(handler) => bounded(deadline, handler(app, call, messages)).await,
                Handler::Read(_) | Handler::Write(_) => Err(Error::bug("one message was served as a stream")),
            };
            finish(&route, started, &metadata, outcome, &id)
        }
        .boxed()
    }
}

/// Ends at the deadline and turns a panic into an error, so that neither takes the connection along.
async fn bounded(deadline: Instant, work: BoxFuture<'static, Result<Sent>>) -> Result<Sent> {
    let guarded = std::panic::AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout_at(deadline.into(), guarded).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::bug("a handler panicked")),
        Err(_) => Err(Error::Deadline),
    }
}

/// The answer to a call that is refused before its message is read.
fn turned_away(
    app: &App,
    route: &Route,
    started: Instant,
    headers: http::HeaderMap,
    error: Error,
) -> http::Response<tonic::body::Body> {
    if matches!(error, Error::Unauthenticated) {
        app.note_stranger(route.path);
    }
    route.calls.record(started.elapsed().as_secs_f64());
    refuse(route, started, &MetadataMap::from_headers(headers), error, &app.new_id()).into_http()
}

/// The answer that is kept for exactly these bytes, where this process knows the head to name beside it.
fn kept(app: &App, route: &Route, call: &Call, bytes: &Bytes) -> Option<Sent> {
    if !matches!(route.handler, Handler::Read(_)) {
        return None;
    }
    let moves = app.head_moves();
    let kept = app.cache().get(route.path, bytes, |jurisdiction| app.visibility(call, jurisdiction))?;
    let head = app.known_head(&kept.jurisdiction)?;
    // What is kept ends before the head moves. So what was found while no head moved is true at the head named beside it.
    (app.head_moves() == moves).then(|| Sent { bytes: kept.bytes, head: Some(head), replayed: false })
}

/// The answer that is kept for exactly these bytes where others may write, once the database has said what the head is.
///
/// If that fails, so will the read, which says why.
async fn confirmed(
    app: &App,
    route: &Route,
    asking: (&Call, &Bytes),
    caller: &Caller,
    seen: Option<Seen>,
) -> Option<Sent> {
    let (call, bytes) = asking;
    if !matches!(route.handler, Handler::Read(_)) {
        return None;
    }
    let home = app.cache().home(route.path, bytes)?;
    let seen = match seen.filter(|seen| *seen.jurisdiction == *home) {
        Some(seen) => seen,
        None => app.see(&home, call.deadline).await?,
    };
    caller.came_to(&seen.jurisdiction);
    let bytes = app.still_true(call, bytes, &seen).await.ok()??;
    Some(Sent { bytes, head: Some(seen.head), replayed: false })
}

/// Names the revisions, counts the call, says how it ended.
fn finish(
    route: &Route,
    started: Instant,
    metadata: &MetadataMap,
    outcome: Result<Sent>,
    id: &str,
) -> Result<Response<Bytes>, tonic::Status> {
    let elapsed = started.elapsed();
    route.calls.record(elapsed.as_secs_f64());
    let duration_ms = elapsed.as_secs_f64() * 1000.0;
    match outcome {
        Ok(sent) => {
            metrics::counter!("kehoach_calls_total", "method" => route.path, "code" => "OK").increment(1);
            if matches!(route.handler, Handler::Read(_)) {
                tracing::debug!(rpc.method = route.path, call.id = id, code = "OK", duration_ms, "call");
            } else {
                tracing::info!(
                    rpc.method = route.path,
                    call.id = id,
                    code = "OK",
                    revision = sent.head,
                    replayed = sent.replayed,
                    duration_ms,
                    "call"
                );
            }
            let mut response = Response::new(sent.bytes);
            if let Some(head) = sent.head {
                response.metadata_mut().insert("kehoach-revision", head.into());
            }
            if sent.replayed {
                response.metadata_mut().insert("kehoach-replayed", tonic::metadata::MetadataValue::from_static("true"));
            }
            Ok(response)
        }
        Err(error) => Err(refuse(route, started, metadata, error, id)),
    }
}

/// Counts a call that failed, and says how.
fn refuse(route: &Route, started: Instant, metadata: &MetadataMap, error: Error, id: &str) -> tonic::Status {
    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
    let status = status::of(error, metadata, id);
    let code = status::code_name(status.code());
    metrics::counter!("kehoach_calls_total", "method" => route.path, "code" => code).increment(1);
    tracing::info!(rpc.method = route.path, call.id = id, code, duration_ms, "call");
    status
}
