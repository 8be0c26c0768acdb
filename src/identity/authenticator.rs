//! Tells whose a call is, once, before anything else of it is looked at.
//!
//! What was found good is kept in bounded memory, by the SHA-256 of the credential, for as long as the head of `system` is
//! the one at which it was found; its expiry is looked at each time. So a revocation or suspension holds from the next call on,
//! in every process. Absent: reasons; whatever is wrong with a credential, the answer is the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::admission::{Admitted, Lane, Lanes};
use super::jwt;
use super::model::Mapping;
use super::peer::Peer;
use super::secret::Secret;
use super::store;
use crate::app::{App, Seen};
use crate::clock::Micros;
use crate::db::{Conn, Session};
use crate::error::{Error, Reason, Result};
use crate::id::SYSTEM;
use crate::limits;

/// The actor with `--dev` when the metadata names nobody.
const DEV_ACTOR: &str = "dev";

/// Whoever makes a call.
#[derive(Debug)]
pub struct Caller {
    /// The principal, as journals name it.
    pub principal: String,
    /// What it shares with all that it calls at the same time; nothing with `--dev`.
    lane: Option<Arc<Lane>>,
    /// Where it was last answered from what is kept, and so will ask again.
    place: Mutex<Arc<str>>,
}

/// Whose a call is.
#[derive(Debug, Clone)]
pub struct Proven {
    /// Who makes it.
    pub caller: Arc<Caller>,
    /// What was seen of the place where that one last was, where the credential had to be looked at anew.
    pub seen: Option<Seen>,
}

impl Proven {
    fn of(caller: Arc<Caller>) -> Self {
        Self { caller, seen: None }
    }
}

impl Caller {
    fn new(principal: String, lane: Option<Arc<Lane>>) -> Self {
        Self { principal, lane, place: Mutex::new(SYSTEM.into()) }
    }

    /// Takes note of where it asks.
    pub fn came_to(&self, jurisdiction: &Arc<str>) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if *place != *jurisdiction {
            *place = jurisdiction.clone();
        }
    }

    fn place(&self) -> Arc<str> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Admits one more call of this caller, after a short wait where it has many already.
    pub async fn admit(&self) -> Result<Option<Admitted>> {
        match &self.lane {
            Some(lane) => lane.admit().await.map(Some),
            None => Ok(None),
        }
    }
}

/// Knows credentials.
pub struct Authenticator {
    app: App,
    jwt: Option<Jwt>,
    known: RwLock<HashMap<Key, Known>>,
    lanes: Lanes,
    verifying: Semaphore,
}

/// The issuer whose JWTs count.
struct Jwt {
    settings: jwt::Settings,
    source: Arc<jwt::Source>,
}

/// The SHA-256 of a credential.
type Key = [u8; 32];

/// A credential that was found good.
#[derive(Clone)]
struct Known {
    caller: Arc<Caller>,
    /// The head of `system` at which it was found.
    head: i64,
    /// The keys of the issuer with which it was found; 0 where none were needed.
    generation: u64,
    expires_at: Micros,
}

/// What a credential proves by itself, before the store is asked whose that is.
#[derive(Clone)]
enum Proof {
    /// A token of ours, whose secret is still to be compared.
    Token(Secret),
    /// Somebody as others know them, until an instant.
    Mapped(Mapping, Micros),
}

impl Authenticator {
    /// One that knows nothing yet, and takes no JWTs.
    pub fn new(app: App) -> Self {
        let verifying = Semaphore::new(limits::count(limits::VERIFICATIONS));
        Self { app, jwt: None, known: RwLock::default(), lanes: Lanes::default(), verifying }
    }

    /// The same, which takes JWTs where an issuer is named.
    pub async fn open(app: App, jwt: Option<jwt::Settings>) -> Result<Self, String> {
        let jwt = match jwt {
            None => None,
            Some(settings) => Some(Jwt { source: jwt::Source::open(settings.keys.clone()).await?, settings }),
        };
        Ok(Self { jwt, ..Self::new(app) })
    }

    /// An id for a call that is refused before there is one.
    pub fn new_call_id(&self) -> String {
        self.app.new_id()
    }

    /// The caller that a call proves, or the one answer that everybody else gets.
    ///
    /// Where there is a header it counts, and a bad one is refused also on a connection with a certificate.
    pub async fn authenticate(&self, headers: &HeaderMap, peer: Option<&Peer>, deadline: Instant) -> Result<Proven> {
        if self.app.is_dev() {
            return dev_actor(headers).map(|principal| Proven::of(Arc::new(Caller::new(principal, None))));
        }
        if headers.contains_key(AUTHORIZATION) {
            let text = bearer(headers).ok_or(Error::Unauthenticated)?;
            let key: Key = Sha256::digest(text).into();
            return match self.recall(&key) {
                Recalled::Good(caller) => Ok(Proven::of(caller)),
                Recalled::Before(known) => self.verify(key, || self.prove(text), known, deadline).await,
            };
        }
        let named = peer.and_then(Peer::name).ok_or(Error::Unauthenticated)?;
        match self.recall(&named.key) {
            Recalled::Good(caller) => Ok(Proven::of(caller)),
            Recalled::Before(known) => {
                let proof = || Some((Proof::Mapped(Mapping::certificate(&named.uri), Micros::MAX), 0));
                self.verify(named.key, proof, known, deadline).await
            }
        }
    }

    /// What is known of a credential: that it is good, or that it was at another head.
    fn recall(&self, key: &Key) -> Recalled {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        let generation = self.jwt.as_ref().map_or(0, |jwt| jwt.source.generation());
        let holds = |known: &Known| {
            self.app.clock().now() < known.expires_at && (known.generation == 0 || known.generation == generation)
        };
        match known.filter(holds) {
            Some(known) if self.app.known_head(SYSTEM) == Some(known.head) => Recalled::Good(known.caller),
            known => Recalled::Before(known),
        }
    }

    /// What a bearer credential proves by itself, and with which keys.
    fn prove(&self, text: &str) -> Option<(Proof, u64)> {
        if let Some(secret) = Secret::parse(text) {
            return Some((Proof::Token(secret), 0));
        }
        let jwt = self.jwt.as_ref()?;
        let (keys, generation) = jwt.source.keys();
        match jwt::verify(text, &keys, &jwt.settings, self.app.clock().now()) {
            Ok(claimed) => {
                let mapping = Mapping::jwt(&jwt.settings.issuer, claimed.subject);
                Some((Proof::Mapped(mapping, claimed.expires_at), generation))
            }
            Err(jwt::Fault::Bad) => None,
            Err(jwt::Fault::UnknownKey) => {
                jwt.source.want();
                None
            }
        }
    }

    async fn verify(
        &self,
        key: Key,
        prove: impl Fn() -> Option<(Proof, u64)>,
        known: Option<Known>,
        deadline: Instant,
    ) -> Result<Proven> {
        // A flood of bad credentials waits here and not in the queue of reads. Those that were good wait for themselves.
        let _held = match &known {
            Some(known) => (known.caller.admit().await?, None),
            None => (None, Some(self.permit(deadline).await?)),
        };
        // One that was good is so while the head has not moved. It is asked for together with what the call will ask for next.
        if let Some(known) = &known
            && let Some(seen) = self.app.see(&known.caller.place(), deadline).await
            && seen.system == known.head
        {
            return Ok(Proven { caller: known.caller.clone(), seen: Some(seen) });
        }
        let (proof, generation) = prove().ok_or(Error::Unauthenticated)?;
        let (app, now) = (self.app.clone(), self.app.clock().now());
        let read = move |session: &mut Session| {
            // The head first: whatever changes later moves it, and then the credential is verified anew.
            let conn = session.enter(SYSTEM)?;
            let head = app.head(conn, SYSTEM)?;
            Ok(look_up(conn, &proof, now)?.map(|(principal, expires_at)| (head, principal, expires_at)))
        };
        let found = match &known {
            Some(known) => self.app.read_for(&known.caller.principal, deadline, read).await?,
            None => self.app.read_by(deadline, read).await?,
        };
        let Some((head, principal, expires_at)) = found else {
            self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
            return Err(Error::Unauthenticated);
        };
        let lane = Some(self.lanes.of(&principal));
        let caller = Arc::new(Caller::new(principal, lane));
        self.keep(key, Known { caller: caller.clone(), head, generation, expires_at });
        Ok(Proven::of(caller))
    }

    fn keep(&self, key: Key, known: Known) {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::count(limits::CREDENTIAL_CACHE) {
            all.clear();
        }
        all.insert(key, known);
    }

    async fn permit(&self, deadline: Instant) -> Result<tokio::sync::SemaphorePermit<'_>> {
        match tokio::time::timeout_at(deadline.into(), self.verifying.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::Busy { reason: Reason::Busy, retry_ms: limits::RETRY_MS }),
            Err(_) => Err(Error::Deadline),
        }
    }
}

/// What is known of a credential.
enum Recalled {
    /// It is good.
    Good(Arc<Caller>),
    /// It was good at another head, or nothing is known of it.
    Before(Option<Known>),
}

/// The active principal of a credential that is good now, and until when it is.
fn look_up(conn: &mut Conn, proof: &Proof, now: Micros) -> Result<Option<(String, Micros)>> {
    let found = match proof {
        Proof::Token(secret) => store::find_secret(conn, secret.id())?
            .filter(|(token, hash)| secret.is_of(hash) && token.is_good(now))
            .map(|(token, _)| (token.principal, token.expires_at)),
        Proof::Mapped(mapping, expires_at) => {
            store::find_mapped(conn, mapping)?.map(|principal| (principal, *expires_at))
        }
    };
    match found {
        Some((principal, expires_at)) if store::is_active(conn, &principal)? => Ok(Some((principal, expires_at))),
        Some(_) | None => Ok(None),
    }
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
