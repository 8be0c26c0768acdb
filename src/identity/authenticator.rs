//! Tells whose a call is, once, before anything else of it is looked at.
//!
//! What was found good is kept in bounded memory, by the SHA-256 of the credential, for as long as the head of `system` is
//! the one at which it was found; its expiry is looked at each time. So a revocation or suspension holds from the next call on,
//! in every process. Absent: reasons; whatever is wrong with a credential, the answer is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::secret::Secret;
use super::store;
use crate::app::App;
use crate::clock::Micros;
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::id::SYSTEM;
use crate::limits;

/// The actor with `--dev` when the metadata names nobody.
const DEV_ACTOR: &str = "dev";

/// Whoever makes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The principal, as journals name it.
    pub principal: String,
}

/// Knows credentials.
pub struct Authenticator {
    app: App,
    known: RwLock<HashMap<Key, Known>>,
    verifying: Semaphore,
}

/// The SHA-256 of a credential.
type Key = [u8; 32];

/// A credential that was found good.
#[derive(Clone)]
struct Known {
    caller: Arc<Caller>,
    /// The head of `system` at which it was found.
    head: i64,
    expires_at: Micros,
}

/// What a verification at the store found.
struct Found {
    head: i64,
    /// Principal and expiry of a credential that is good; nothing where it is not, or where it is known and no head has moved.
    good: Option<(String, Micros)>,
    still_known: bool,
}

impl Authenticator {
    /// One that knows nothing yet.
    pub fn new(app: App) -> Self {
        let verifying = Semaphore::new(limits::count(limits::VERIFICATIONS));
        Self { app, known: RwLock::default(), verifying }
    }

    /// An id for a call that is refused before there is one.
    pub fn new_call_id(&self) -> String {
        self.app.new_id()
    }

    /// The caller that the headers of a call prove, or the one answer that everybody else gets.
    pub async fn authenticate(&self, headers: &HeaderMap, deadline: Instant) -> Result<Arc<Caller>> {
        if self.app.is_dev() {
            return dev_actor(headers).map(|principal| Arc::new(Caller { principal }));
        }
        let text = bearer(headers).ok_or(Error::Unauthenticated)?;
        let key: Key = Sha256::digest(text).into();
        let known = self.known(&key);
        if let Some(known) = &known
            && self.app.known_head(SYSTEM) == Some(known.head)
        {
            return Ok(known.caller.clone());
        }
        let secret = Secret::parse(text).ok_or(Error::Unauthenticated)?;
        self.verify(key, secret, known, deadline).await
    }

    /// What is known of a credential and has not expired.
    fn known(&self, key: &Key) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        known.filter(|known| self.app.clock().now() < known.expires_at)
    }

    async fn verify(&self, key: Key, secret: Secret, known: Option<Known>, deadline: Instant) -> Result<Arc<Caller>> {
        // A flood of bad credentials waits here and not in the queue of reads. Those that were good pass by.
        let _permit = match known {
            Some(_) => None,
            None => Some(self.permit(deadline).await?),
        };
        let (app, now) = (self.app.clone(), self.app.clock().now());
        let known_at = known.as_ref().map(|known| known.head);
        let read = move |conn: &mut Conn| {
            // The head first: whatever changes later moves it, and then the credential is verified anew.
            let head = app.head(conn, SYSTEM)?;
            if known_at == Some(head) {
                return Ok(Found { head, good: None, still_known: true });
            }
            Ok(Found { head, good: look_up(conn, &secret, now)?, still_known: false })
        };
        let found = self.app.read_by(deadline, read).await?;
        if let Some(known) = known.filter(|_| found.still_known) {
            return Ok(known.caller);
        }
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Some((principal, expires_at)) = found.good else {
            all.remove(&key);
            return Err(Error::Unauthenticated);
        };
        if all.len() >= limits::count(limits::CREDENTIAL_CACHE) {
            all.clear();
        }
        let caller = Arc::new(Caller { principal });
        all.insert(key, Known { caller: caller.clone(), head: found.head, expires_at });
        Ok(caller)
    }

    async fn permit(&self, deadline: Instant) -> Result<tokio::sync::SemaphorePermit<'_>> {
        match tokio::time::timeout_at(deadline.into(), self.verifying.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::Busy { reason: Reason::Busy, retry_ms: limits::RETRY_MS }),
            Err(_) => Err(Error::Deadline),
        }
    }
}

/// Principal and expiry of a token that is good now.
fn look_up(conn: &mut Conn, secret: &Secret, now: Micros) -> Result<Option<(String, Micros)>> {
    let Some((token, hash)) = store::find_secret(conn, secret.id())? else { return Ok(None) };
    if !secret.is_of(&hash) || !token.is_good(now) || !store::is_active(conn, &token.principal)? {
        return Ok(None);
    }
    Ok(Some((token.principal, token.expires_at)))
}

/// The one bearer credential of a call; none where there are several, or where it is not of that form.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?;
    if values.next().is_some() || value.len() > limits::count(limits::CREDENTIAL_BYTES) {
        return None;
    }
    let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty();
    let is_token68 = |c: u8| c.is_ascii_alphanumeric() || b"-._~+/=".contains(&c);
    (fits && credential.bytes().all(is_token68)).then_some(credential)
}

/// Whoever the metadata says acts, with `--dev`.
fn dev_actor(headers: &HeaderMap) -> Result<String> {
    let Some(value) = headers.get("kehoach-user") else { return Ok(DEV_ACTOR.to_owned()) };
    let text = value.to_str().unwrap_or_default().trim();
    let fits = !text.is_empty() && text.len() <= 100 && text.bytes().all(|c| c.is_ascii_graphic());
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Error::invalid("kehoach-user", "must be 1 to 100 printable ASCII characters without blanks"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn one_bearer_credential_is_read() {
        assert_eq!(bearer(&headers(&["Bearer a.b-c_d"])), Some("a.b-c_d"));
        assert_eq!(bearer(&headers(&["bearer x"])), Some("x"));
        let long = format!("Bearer {}", "x".repeat(limits::count(limits::CREDENTIAL_BYTES) - 7));
        assert!(bearer(&headers(&[&long])).is_some());
    }

    #[test]
    fn anything_else_is_no_credential() {
        let long = format!("Bearer {}", "x".repeat(limits::count(limits::CREDENTIAL_BYTES) - 6));
        for bad in ["", "Bearer", "Bearer ", "Bearer  x", "Bearer x ", "Bearer x y", "Basic x", "x", "Bearer é", &long]
        {
            assert_eq!(bearer(&headers(&[bad])), None, "{bad:.20}");
        }
        assert_eq!(bearer(&headers(&["Bearer a", "Bearer a"])), None);
        assert_eq!(bearer(&headers(&[])), None);
    }
}
