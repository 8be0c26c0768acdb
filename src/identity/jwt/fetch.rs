//! One GET over https with the TLS that serves: no redirects, bounded in time and size.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::limits;

/// How long it may take from the first packet to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);

/// The body behind a URL.
pub async fn get(url: &http::Uri, authorities: &Path) -> Result<Bytes, String> {
    match tokio::time::timeout(PATIENCE, attempt(url, authorities)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(format!("cannot fetch {url}: {error}")),
        Err(_) => Err(format!("cannot fetch {url}: it takes too long")),
    }
}

async fn attempt(url: &http::Uri, authorities: &Path) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let host = url.host().ok_or("it names no host")?;
    let port = url.port_u16().unwrap_or(443);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await?;
    let connector = TlsConnector::from(Arc::new(configuration(authorities)?));
    let stream = connector.connect(ServerName::try_from(bare.to_owned())?, stream).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let task = tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request = http::Request::get(path)
        .header(http::header::HOST, url.authority().map_or(host, |authority| authority.as_str()))
        .header(http::header::ACCEPT, "application/jwk-set+json, application/json")
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    if answer.status() != http::StatusCode::OK {
        return Err(format!("it answers {}", answer.status()).into());
    }
    let body = Limited::new(answer.into_body(), limits::count(limits::KEY_SET_BYTES)).collect().await?;
    task.abort();
    Ok(body.to_bytes())
}

fn configuration(authorities: &Path) -> Result<ClientConfig, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_file_iter(authorities)?.flatten());
    if roots.is_empty() {
        return Err(format!("{} names no authority", authorities.display()).into());
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
