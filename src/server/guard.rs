//! A service that answers callers who are known only: reflection, where it is not open to everybody.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::server::NamedService;
use tower::Service;

use crate::grpc::{call, status};
use crate::identity::{Authenticator, Peer};

/// A service behind authentication.
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    authenticator: Arc<Authenticator>,
}

impl<S> Guarded<S> {
    /// Puts a service behind authentication.
    pub fn new(inner: S, authenticator: &Arc<Authenticator>) -> Self {
        Self { inner, authenticator: authenticator.clone() }
    }
}

impl<S: NamedService> NamedService for Guarded<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Guarded<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        // The one that said it is ready is used; a clone would have to be asked again.
        let inner = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, inner);
        let (authenticator, id) = (self.authenticator.clone(), self.authenticator.new_call_id());
        async move {
            let deadline = call::deadline(request.headers());
            let peer = request.extensions().get::<Peer>();
            match authenticator.authenticate(request.headers(), peer, deadline).await {
                Ok(_) => ready.call(request).await,
                Err(error) => {
                    let metadata = MetadataMap::from_headers(request.into_parts().0.headers);
                    Ok(status::of(error, &metadata, &id).into_http())
                }
            }
        }
        .boxed()
    }
}
