//! Keys of an issuer that are fetched over https: from a server that is trusted, or not at all.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kehoach::db::Engine;
use kehoach::identity::jwt::{self, Origin};
use kehoach::limits;
use kehoach::pb;
use kehoach::server::Settings;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::certificates::{Authority, Certified};
use super::keys::Pair;
use crate::harness::{Folder, Listening, Locked, START};

/// An https server that answers everything alike, until the test ends.
async fn serve(certified: &Certified, status: u16, body: String) -> SocketAddr {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.key_der.clone()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certified.der.clone())], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, body) = (acceptor.clone(), body.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    let body = if request.uri().path() == "/keys" { body.clone() } else { String::new() };
                    async move {
                        let answer = http::Response::builder().status(status).header("location", "/keys");
                        Ok::<_, Infallible>(answer.body(Full::new(Bytes::from(body))).unwrap())
                    }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    address
}

/// A server that expects the keys there.
async fn expecting(s: &Locked, address: SocketAddr, authorities: PathBuf) -> Listening {
    let url = format!("https://localhost:{}/keys", address.port()).parse().unwrap();
    let jwt = jwt::Settings {
        keys: Origin::Url { url, authorities },
        issuer: "https://id".to_owned(),
        audience: "kehoach".to_owned(),
    };
    Listening::start(&s.h.app, Settings { jwt: Some(jwt), ..Settings::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_fetched_from_a_server_that_is_trusted_and_from_no_other() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    let (authority, stranger, folder) = (Authority::new(), Authority::new(), Folder::new());
    let trusted = folder.join("ca.pem");
    std::fs::write(&trusted, &authority.pem).unwrap();
    let principal = s.principal("svc").await;
    let subject = Some(pb::ForeignSubject { issuer: "https://id".to_owned(), subject: "u".to_owned() });
    let request = pb::MapSubjectRequest { name: principal.name, etag: principal.etag, subject, ..Default::default() };
    s.identity().map_subject(request).await.unwrap();
    let pair = Pair::ed25519();
    let claims = json!({"iss": "https://id", "sub": "u", "aud": "kehoach", "exp": START / 1_000_000 + 60});
    let token = pair.token(&json!({"alg": "EdDSA", "kid": "k"}), &claims);
    let keys = json!({ "keys": [pair.jwk("k")] }).to_string();
    let padded = |size: usize| format!("{keys}{}", " ".repeat(size - keys.len()));
    let limit = limits::count(limits::KEY_SET_BYTES);
    let good = authority.server();
    for (what, certified, status, body, taken) in [
        ("trusted", &good, 200, keys.clone(), true),
        ("as large as it may be", &good, 200, padded(limit), true),
        ("larger", &good, 200, padded(limit + 1), false),
        ("not trusted", &stranger.server(), 200, keys.clone(), false),
        ("a redirect", &good, 302, keys.clone(), false),
        ("an error", &good, 500, keys.clone(), false),
        ("no set of keys", &good, 200, "<html>".to_owned(), false),
    ] {
        let address = serve(certified, status, body).await;
        let server = expecting(&s, address, trusted.clone()).await;
        assert_eq!(server.list(&token).await.is_ok(), taken, "{what}");
        // Whatever becomes of the keys, a token of ours is good.
        server.list(&s.admin).await.unwrap();
    }
    let nobody: SocketAddr = "127.0.0.1:1".parse().unwrap();
    assert!(expecting(&s, nobody, trusted).await.list(&token).await.is_err());
}
