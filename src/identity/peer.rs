//! Whom the client certificate of a connection names, settled once for all of its calls.

use std::sync::Arc;

use sha2::{Digest, Sha256};

/// The client certificate of a connection, whose chain and validity were checked when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer(Option<Arc<Named>>);

/// The one URI of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// As the certificate has it.
    pub uri: String,
    /// What it is known by among credentials.
    pub key: [u8; 32],
}

impl Peer {
    /// A certificate with one URI.
    pub fn named(uri: &str) -> Self {
        // A bearer credential has no such character, so that no two kinds of credentials share a key.
        let key = Sha256::new().chain_update(b"\0certificate\0").chain_update(uri).finalize().into();
        Self(Some(Arc::new(Named { uri: uri.to_owned(), key })))
    }

    /// A certificate that names nobody, or several.
    pub fn nobody() -> Self {
        Self(None)
    }

    /// Whom it names.
    pub fn name(&self) -> Option<&Arc<Named>> {
        self.0.as_ref()
    }
}
