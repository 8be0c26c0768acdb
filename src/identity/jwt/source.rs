//! Where the keys of an issuer come from, and how they are kept fresh: a file that may change, or an https URL.
//!
//! The last good set is kept for as long as no better one can be had.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Instant;

use tokio::sync::Notify;

use super::fetch;
use super::keys::KeySet;
use crate::limits;

/// Where keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, read again when it changes.
    File(PathBuf),
    /// An https URL, and the file of the authorities that its server is trusted by.
    Url {
        /// `https://host/path`.
        url: http::Uri,
        /// PEM.
        authorities: PathBuf,
    },
}

/// The keys as they were last read.
pub struct Source {
    origin: Origin,
    keys: RwLock<Arc<KeySet>>,
    /// Counts the changes, so that what was verified with other keys is verified anew.
    generation: AtomicU64,
    wanted: Notify,
}

impl Source {
    /// Reads the keys. Those of a file must be there; those of a URL may come later.
    pub async fn open(origin: Origin) -> Result<Arc<Self>, String> {
        let (first, healthy) = match (&origin, read(&origin).await) {
            (_, Ok(keys)) => (keys, true),
            (Origin::File(_), Err(sentence)) => return Err(sentence),
            (Origin::Url { .. }, Err(sentence)) => {
                tracing::warn!(error = sentence, "the keys of the issuer of JWTs cannot be had yet");
                (KeySet::default(), false)
            }
        };
        let source = Arc::new(Self {
            origin,
            keys: RwLock::new(Arc::new(first)),
            generation: AtomicU64::new(1),
            wanted: Notify::new(),
        });
        tokio::spawn(keep_fresh(Arc::downgrade(&source), healthy));
        Ok(source)
    }

    /// The keys, and which generation they are.
    pub fn keys(&self) -> (Arc<KeySet>, u64) {
        // Read before the keys: then keys are never taken for a newer generation than they are of.
        let generation = self.generation();
        (self.keys.read().unwrap_or_else(PoisonError::into_inner).clone(), generation)
    }

    /// Which generation the keys are.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Says that a key was named that is not in the set.
    pub fn want(&self) {
        self.wanted.notify_one();
    }

    fn replace(&self, keys: KeySet) {
        let mut old = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if **old != keys {
            *old = Arc::new(keys);
            drop(old);
            self.generation.fetch_add(1, Ordering::AcqRel);
            tracing::info!("the keys of the issuer of JWTs changed");
        }
    }
}

async fn read(origin: &Origin) -> Result<KeySet, String> {
    match origin {
        Origin::File(path) => {
            let bytes = tokio::task::spawn_blocking({
                let path = path.clone();
                move || std::fs::read(path)
            });
            let bytes = bytes.await.map_err(|error| error.to_string())?;
            let bytes = bytes.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            KeySet::parse(&bytes).map_err(|error| format!("{} {error}", path.display()))
        }
        Origin::Url { url, authorities } => {
            let bytes = fetch::get(url, authorities).await?;
            KeySet::parse(&bytes).map_err(|error| format!("{url} {error}"))
        }
    }
}

/// Reads the keys again and again, for as long as somebody uses them.
async fn keep_fresh(source: Weak<Source>, mut healthy: bool) {
    let mut said = false;
    loop {
        let Some(strong) = source.upgrade() else { return };
        let is_file = matches!(strong.origin, Origin::File(_));
        let pause = limits::millis(match (is_file, healthy) {
            (true, _) => limits::FILE_CHECK_MS,
            (false, true) => limits::KEY_SET_REFRESH_MS,
            (false, false) => limits::KEY_SET_RETRY_MS,
        });
        let waited = Instant::now();
        let wanted = tokio::time::timeout(pause, strong.wanted.notified()).await.is_ok();
        if wanted && !is_file {
            let rest = limits::millis(limits::KEY_SET_RETRY_MS).saturating_sub(waited.elapsed());
            tokio::time::sleep(rest).await;
        }
        match read(&strong.origin).await {
            Ok(keys) => {
                (healthy, said) = (true, false);
                strong.replace(keys);
            }
            Err(error) => {
                healthy = false;
                if !said {
                    tracing::warn!(error, "the keys of the issuer of JWTs cannot be read; the last good ones are kept");
                }
                said = true;
            }
        }
    }
}
