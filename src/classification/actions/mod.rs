//! What may be done with schemes, codes and conversions: load, decide, save.
//!
//! The journal names the scheme that a batch writes to, not each of its thousands of codes: whatever shows codes depends
//! on their scheme.

mod codes;
mod conversions;
mod schemes;

pub use codes::*;
pub use conversions::*;
pub use schemes::*;

use super::model::Scheme;
use super::store;
use crate::app::{Instance, etag};
use crate::commit::View;
use crate::error::{Error, Result, Stale};
use crate::id::SchemeName;

/// A page of things.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

/// A scheme, for a member of the jurisdiction.
fn load_scheme(view: &mut View<'_>, name: &SchemeName) -> Result<Scheme> {
    let missing = || Error::NotFound { kind: "Scheme", name: name.to_string() };
    store::find_scheme(view, &name.scheme)?.filter(|_| view.standing.is_member()).ok_or_else(missing)
}

/// What is stale where one object of a batch was read at another revision than the one that last changed it.
///
/// `current` is none where the object is not there, and `seen` is empty where the caller knows of none.
fn stale(instance: &Instance, seen: &str, current: Option<i64>, name: String, field: String) -> Option<Stale> {
    let same = match current {
        Some(revision) => etag::revision(instance, seen) == Some(revision),
        None => seen.is_empty(),
    };
    let changed = current.map(|revision| format!("revision {revision}"));
    let current = current.map(|revision| etag::of(instance, revision)).unwrap_or_default();
    (!same).then(|| Stale { name, field, current, changed: changed.into_iter().collect() })
}
