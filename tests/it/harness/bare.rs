//! A client without manners of its own: tonic's channel would end a call at its deadline before the server can answer.

use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use tokio::net::TcpStream;
use tonic::body::Body;

use super::Harness;

/// Sends what it is given and waits for what comes.
#[derive(Clone)]
pub struct Bare(SendRequest<Body>);

impl Bare {
    /// Over a connection that is there.
    pub async fn over<S>(stream: S) -> hyper::Result<Self>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }
}

impl Harness {
    /// A client of OrganisationService over a connection of its own.
    pub async fn bare(&self) -> OrganisationServiceClient<Bare> {
        let stream = TcpStream::connect(self.address).await.unwrap_or_else(|error| panic!("no connection: {error}"));
        let bare = Bare::over(stream).await.unwrap_or_else(|error| panic!("no handshake: {error}"));
        let origin = format!("http://{}", self.address).parse().unwrap_or_else(|error| panic!("{error}"));
        OrganisationServiceClient::with_origin(bare, origin)
    }
}

impl tower::Service<http::Request<Body>> for Bare {
    type Response = http::Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.0.send_request(request).boxed()
    }
}
