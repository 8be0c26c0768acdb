//! What the server is measured against: a bare tonic method, and plain SQLite with one transaction for each write.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kehoach::db::{Conn, Database, Opening};
use kehoach::grpc::codec::Raw;
use tonic::{Request, Response, Status};

pub const BARE_PATH: &str = "/bare.Bare/Get";

/// A tonic service that answers the same bytes to every call.
#[derive(Clone)]
struct Bare(Bytes);

impl tonic::server::NamedService for Bare {
    const NAME: &'static str = "bare.Bare";
}

impl tonic::server::UnaryService<Bytes> for Bare {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let answer = self.0.clone();
        async move { Ok(Response::new(answer)) }.boxed()
    }
}

impl tower::Service<http::Request<tonic::body::Body>> for Bare {
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

/// Serves the same bytes with tonic's own server.
pub async fn bare(answer: Bytes) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    tokio::spawn(tonic::transport::Server::builder().add_service(Bare(answer)).serve_with_incoming(incoming));
    address
}

/// Creates a second of an estimate with 50 lines, each in a transaction of its own, with SQL alone: a row for the estimate, 50
/// narrow rows for its lines, and the commit that the server's promise costs.
pub fn one_transaction_per_write(last: Duration) -> f64 {
    let folder = std::env::temp_dir().join(format!("kehoach-plain-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut conn = Conn::open(&Database::Sqlite(folder.join("plain.db")), Opening::Writer).unwrap();
    conn.run("CREATE TABLE e (id INTEGER PRIMARY KEY, title TEXT) STRICT; CREATE TABLE l (e INTEGER, n INTEGER, code TEXT, text TEXT, amount INTEGER, PRIMARY KEY (e, n)) STRICT").unwrap();
    let lines: Vec<String> = (0..50).map(|n| format!("({{e}}, {n}, '6001', 'Dòng {n}', {n})")).collect();
    let lines = lines.join(", ");
    let (mut count, started) = (0, Instant::now());
    while started.elapsed() < last {
        let rows = lines.replace("{e}", &count.to_string());
        conn.run(&format!("BEGIN IMMEDIATE; INSERT INTO e VALUES ({count}, 'x'); INSERT INTO l VALUES {rows}; COMMIT"))
            .unwrap();
        count += 1;
    }
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    drop(conn);
    let _ = std::fs::remove_dir_all(&folder);
    rate
}
