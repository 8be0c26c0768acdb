//! One GET over https with the TLS that serves: no redirects, bounded in time and size.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use crate::error::Source;
use crate::{limits, outgoing};

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

async fn attempt(url: &http::Uri, authorities: &Path) -> Result<Bytes, Source> {
    let host = url.host().ok_or("it names no host")?;
    let stream = outgoing::connect(url, authorities, None).await?;
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
