//! The road of a method whose request is a stream: a header, then the content in pieces.
//!
//! The content is handed on as it comes and never held; its hash makes the fingerprint, so that a repeat may cut it otherwise.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use hyper::body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::fields::{Path, Validate, Violations};
use super::{FromWire, Handler, IntoWire, Mutation, Route, ask, call, decode, encode, latency};
use crate::app::{Answer, App, Call};
use crate::document::authority::Rule;
use crate::error::{Error, Reason, Result};
use crate::limits;

/// The messages of a stream as they come.
pub struct Messages {
    stream: tonic::Streaming<Bytes>,
    broken: Broken,
}

/// Whether a body broke off. A caller that goes away ends the stream of the library as one that is finished would, and half
/// a file would pass for a whole one.
#[derive(Clone, Default)]
struct Broken(Arc<AtomicBool>);

impl Messages {
    /// The messages of a request whose body is watched.
    pub fn new(stream: tonic::Streaming<Bytes>, extensions: &http::Extensions) -> Self {
        Self { stream, broken: extensions.get::<Broken>().cloned().unwrap_or_default() }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        let broke = |text: &str| Error::invalid("", format!("the stream broke off: {text}"));
        match self.stream.next().await {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(status)) => Err(broke(status.message())),
            None if self.broken.0.load(Ordering::Acquire) => Err(broke("the caller went away")),
            None => Ok(None),
        }
    }
}

/// A request whose body is watched for breaking off.
pub fn watched(request: http::Request<tonic::body::Body>) -> http::Request<tonic::body::Body> {
    let broken = Broken::default();
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(broken.clone());
    http::Request::from_parts(parts, tonic::body::Body::new(Watched { body, broken }))
}

struct Watched {
    body: tonic::body::Body,
    broken: Broken,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(Some(Err(_)))) {
            self.broken.0.store(true, Ordering::Release);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What a message of a stream holds.
pub enum Piece<H> {
    /// The header.
    Header(Box<H>),
    /// A piece of the content.
    Chunk(Bytes),
}

/// A question whose content comes in pieces behind the message that asks.
pub trait FromUpload: FromWire<Message: Mutation> {
    /// A message of the stream.
    type Envelope: prost::Message + Default + Validate;
    /// What it holds; `None` where it holds nothing.
    fn piece(envelope: Self::Envelope) -> Option<Piece<Self::Message>>;
}

/// The content of a stream, behind its header.
pub struct Upload<A> {
    messages: Messages,
    hash: Sha256,
    bytes: u64,
    of: std::marker::PhantomData<fn(A)>,
}

impl<A: FromUpload> Upload<A> {
    /// The next piece of the content; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        match next_piece::<A>(&mut self.messages).await? {
            None => Ok(None),
            Some(Piece::Header(_)) => Err(Error::invalid("header", "is the first message and comes once")),
            Some(Piece::Chunk(chunk)) => {
                self.bytes += chunk.len() as u64;
                if self.bytes > limits::IMPORT_BYTES {
                    let (reason, limit) = (Reason::MessageTooLarge, limits::IMPORT_BYTES);
                    return Err(Error::Limit { reason, limit, subject: "bytes of the file".to_owned() });
                }
                self.hash.update(&chunk);
                Ok(Some(chunk))
            }
        }
    }

    /// How many bytes of content came.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds the hash of the content to what a repeat is compared by.
    pub fn seal(self, call: &mut Call) {
        if let Some(request) = &mut call.request {
            let whole = Sha256::new().chain_update(request.fingerprint).chain_update(self.hash.finalize());
            request.fingerprint = whole.finalize().into();
        }
    }
}

async fn next_piece<A: FromUpload>(messages: &mut Messages) -> Result<Option<Piece<A::Message>>> {
    let Some(bytes) = messages.next().await? else { return Ok(None) };
    let envelope = decode::<A::Envelope>(bytes)?;
    let mut violations = Violations::default();
    // The header is checked by itself, so that its fields are named from its own root.
    let piece = match A::piece(envelope) {
        None => return Err(Error::invalid("content", "is required")),
        Some(Piece::Chunk(chunk)) => {
            let most = i64::try_from(limits::IMPORT_CHUNK_BYTES).ok();
            super::fields::bytes_len(&Path::root().field("chunk"), &chunk, None, most, &mut violations);
            Piece::Chunk(chunk)
        }
        Some(header @ Piece::Header(_)) => header,
    };
    violations.into_result()?;
    Ok(Some(piece))
}

/// A method that changes something by what a stream brings.
pub fn upload<A, T, F, R>(path: &'static str, rule: Rule, action: F) -> Route
where
    A: FromUpload + Send + 'static,
    A::Message: Send,
    T: IntoWire + Send + 'static,
    F: Fn(App, Call, A, Upload<A>) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Answer<T>>> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(limits::count(limits::IMPORTS_AT_ONCE)));
    let handler = move |app: App, mut call: Call, mut messages: Messages| {
        let room = room.clone();
        async move {
            let header = match next_piece::<A>(&mut messages).await? {
                Some(Piece::Header(header)) => *header,
                Some(Piece::Chunk(_)) | None => {
                    return Err(Error::invalid("header", "is required, as the first message"));
                }
            };
            call::complete(&mut call, &header);
            let tried = call.validate_only;
            let ask = ask::<A>(header)?;
            // What is staged is held in memory, so only so many stage at a time.
            let full = Error::Busy { reason: Reason::QueueFull, retry_ms: limits::RETRY_MS };
            let _place = room.try_acquire().map_err(|_| full)?;
            let upload = Upload { messages, hash: Sha256::new(), bytes: 0, of: std::marker::PhantomData };
            let answer = action(app.clone(), call, ask, upload).await?;
            encode(&app, answer, tried)
        }
        .boxed()
    };
    Route { path, rule, handler: Handler::Upload(Arc::new(handler)), calls: latency(path) }
}
