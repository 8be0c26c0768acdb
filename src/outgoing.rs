//! Connections with TLS that this program opens to others: to an issuer of keys, and to a server of its own kind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::error::Source;

/// Where systems keep the list of authorities that they trust.
const AUTHORITIES: &[&str] =
    &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The authorities that are named, or else those of the system, where it has a list.
pub fn authorities(named: Option<&Path>) -> Option<PathBuf> {
    let system = || AUTHORITIES.iter().map(PathBuf::from).find(|path| path.exists());
    named.map(PathBuf::from).or_else(system)
}

/// Connects to the host of a URL, which must show a certificate of one of these authorities for that name.
///
/// `protocol` is what is spoken inside, as ALPN names it, where the other side is to be told.
pub async fn connect(
    url: &http::Uri,
    authorities: &Path,
    protocol: Option<&str>,
) -> Result<TlsStream<TcpStream>, Source> {
    let host = url.host().ok_or("it names no host")?;
    let port = url.port_u16().unwrap_or(443);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut config = configuration(authorities)?;
    config.alpn_protocols = protocol.into_iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect((bare, port)).await?;
    let connector = TlsConnector::from(Arc::new(config));
    Ok(connector.connect(ServerName::try_from(bare.to_owned())?, stream).await?)
}

fn configuration(authorities: &Path) -> Result<ClientConfig, Source> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_file_iter(authorities)?.flatten());
    if roots.is_empty() {
        return Err(format!("{} names no authority", authorities.display()).into());
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
