//! The first yardstick: a bare tonic method that answers the same bytes to every call, in a process of its own as the server is.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kehoach::grpc::codec::Raw;
use tonic::{Request, Response, Status};

use super::client::{Ask, Door};

const PATH: &str = "/bare.Bare/Get";

/// The other process; it ends when this is dropped.
pub struct Bare {
    process: Child,
    pub door: Door,
}

impl Bare {
    /// Starts this program again to serve some bytes.
    pub fn start(folder: &Path, answer: &Bytes) -> Self {
        let file = folder.join("bare");
        std::fs::write(&file, answer).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut process = command.arg("--bare").arg(&file).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let door = Door { address: address.trim().parse().unwrap(), credential: None };
        Self { process, door }
    }

    /// A call with a request as it goes to the server.
    pub fn ask(request: &Bytes) -> impl Fn(usize) -> Ask + Clone + Send + Sync + 'static {
        let request = request.clone();
        move |_| (PATH, request.clone())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves the bytes of a file with tonic's own server until the process is ended.
pub async fn serve(file: &Path) {
    let answer = Bytes::from(std::fs::read(file).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = tonic::transport::Server::builder().add_service(Answering(answer));
    server.serve_with_incoming(incoming).await.unwrap();
}

#[derive(Clone)]
struct Answering(Bytes);

impl tonic::server::NamedService for Answering {
    const NAME: &'static str = "bare.Bare";
}

impl tonic::server::UnaryService<Bytes> for Answering {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let answer = self.0.clone();
        async move { Ok(Response::new(answer)) }.boxed()
    }
}

impl tower::Service<http::Request<tonic::body::Body>> for Answering {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let service = self.clone();
        async move { Ok(tonic::server::Grpc::new(Raw).unary(service, request).await) }.boxed()
    }
}
