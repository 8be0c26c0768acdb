//! TLS: certificate, key and authority of clients in files, read again when they change, without a connection dropped.
//!
//! Absent: resumption without a handshake (0-RTT), which could be replayed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto, version};

use crate::identity::Peer;
use crate::limits;

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate and its chain, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// The authorities whose client certificates count, PEM.
    pub client_authorities: Option<PathBuf>,
    /// Whether TLS 1.2 is spoken too.
    pub allows_tls12: bool,
}

/// The files as they were last read.
pub struct Tls {
    files: Files,
    state: Mutex<State>,
}

struct State {
    acceptor: TlsAcceptor,
    stamps: Vec<Stamp>,
    looked_at: Instant,
}

/// What changes when a file does.
type Stamp = Option<(SystemTime, u64)>;

impl Tls {
    /// Reads the files.
    pub fn open(files: Files) -> Result<Self, String> {
        let stamps = stamps(&files);
        let acceptor = read(&files)?;
        Ok(Self { files, state: Mutex::new(State { acceptor, stamps, looked_at: Instant::now() }) })
    }

    /// What the next connection is met with; looks at the files now and then. Files that cannot be read, as halfway through
    /// a renewal, leave what was read last in place.
    pub fn acceptor(&self) -> TlsAcceptor {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked_at.elapsed() >= limits::millis(limits::FILE_CHECK_MS) {
            state.looked_at = Instant::now();
            let stamps = stamps(&self.files);
            if stamps != state.stamps {
                match read(&self.files) {
                    Ok(acceptor) => {
                        state.acceptor = acceptor;
                        state.stamps = stamps;
                        tracing::info!("the certificate was read again");
                    }
                    Err(error) => {
                        tracing::warn!(error, "the changed certificate cannot be used; the last good one is kept")
                    }
                }
            }
        }
        state.acceptor.clone()
    }
}

fn stamps(files: &Files) -> Vec<Stamp> {
    let paths = [Some(&files.certificate), Some(&files.key), files.client_authorities.as_ref()];
    let stamp = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.into_iter().flatten().map(stamp).collect()
}

fn read(files: &Files) -> Result<TlsAcceptor, String> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| format!("cannot read a key from {}: {error}", files.key.display()))?;
    let provider = Arc::new(crypto::ring::default_provider());
    let versions: &[_] = if files.allows_tls12 { &[&version::TLS13, &version::TLS12] } else { &[&version::TLS13] };
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| error.to_string())?;
    let builder = match &files.client_authorities {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(|error| format!("{}: {error}", path.display()))?;
            }
            // A client without a certificate may still have a token.
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).allow_unauthenticated();
            builder.with_client_cert_verifier(verifier.build().map_err(|error| format!("{}: {error}", path.display()))?)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("{} and {}: {error}", files.certificate.display(), files.key.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let fault = |error| format!("cannot read certificates from {}: {error}", path.display());
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(fault)?.collect();
    let all = all.map_err(fault)?;
    if all.is_empty() { Err(format!("there is no certificate in {}", path.display())) } else { Ok(all) }
}

/// Whom the certificate of a client names: the one URI among its alternative names.
pub fn peer(chain: Option<&[CertificateDer<'_>]>) -> Option<Peer> {
    let certificate = chain?.first()?;
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else { return Some(Peer::nobody()) };
    let mut uris = certificate.valid_uri_names();
    Some(match (uris.next(), uris.next()) {
        (Some(uri), None) => Peer::named(uri),
        // Without a URI it names nobody; with several it would be a matter of choice whom.
        _ => Peer::nobody(),
    })
}
