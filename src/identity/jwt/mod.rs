//! JWTs of one foreign issuer: read, verified with its keys, and reduced to issuer and subject.
//!
//! Absent: algorithms with a shared secret and `none`, keys that a token brings along, and reasons: a token is good or not.

mod fetch;
mod keys;
mod source;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

pub use keys::{Algorithm, KeySet};
pub use source::{Origin, Source};

use crate::clock::Micros;
use crate::limits;

/// What a server expects of JWTs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the keys of the issuer are.
    pub keys: Origin,
    /// The claim `iss`.
    pub issuer: String,
    /// What the claim `aud` must name.
    pub audience: String,
}

/// Whom a good token names, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The claim `sub`.
    pub subject: String,
    /// From this instant on it is refused.
    pub expires_at: Micros,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Why a token was not taken: only the server's own decisions look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not good, whatever the keys are.
    Bad,
    /// It names a key that is not in the set, which may be older than the key.
    UnknownKey,
}

/// What a token claims, once its signature and every claim hold at an instant.
pub fn verify(token: &str, keys: &KeySet, settings: &Settings, now: Micros) -> Result<Claimed, Fault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Bad)?;
    let (header, claims) = signed.split_once('.').ok_or(Fault::Bad)?;
    let header: Header = part(header)?;
    let is_jwt = |typ: &str| ["jwt", "at+jwt", "application/at+jwt"].iter().any(|one| typ.eq_ignore_ascii_case(one));
    // A critical extension that is not understood makes the token void (RFC 7515, 4.1.11), and none is understood here.
    if header.crit.is_some() || !header.typ.as_deref().is_none_or(is_jwt) {
        return Err(Fault::Bad);
    }
    let algorithm = Algorithm::parse(&header.alg).ok_or(Fault::Bad)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Fault::Bad)?;
    let key = keys.find(algorithm, header.kid.as_deref()).ok_or(Fault::UnknownKey)?;
    if !key.verifies(signed.as_bytes(), &signature) {
        return Err(Fault::Bad);
    }
    claimed(part(claims)?, settings, now).ok_or(Fault::Bad)
}

fn claimed(claims: Claims, settings: &Settings, now: Micros) -> Option<Claimed> {
    let skew = limits::CLOCK_SKEW_MS as i64 * 1_000;
    let expires_at = micros(claims.exp)?.checked_add(skew)?;
    let starts_at = claims.nbf.map_or(Some(Micros::MIN), |at| micros(at)?.checked_sub(skew))?;
    let issued_at = claims.iat.map_or(Some(Micros::MIN), |at| micros(at)?.checked_sub(skew))?;
    let is_meant_for_us = match &claims.aud {
        Audience::One(one) => *one == settings.audience,
        Audience::Many(many) => many.contains(&settings.audience),
    };
    let holds = claims.iss == settings.issuer
        && is_meant_for_us
        && now < expires_at
        && starts_at <= now
        && issued_at <= now
        && !claims.sub.is_empty()
        && claims.sub.len() <= 300;
    holds.then_some(Claimed { subject: claims.sub, expires_at })
}

/// Seconds as a JWT counts them, which may be a fraction; none for what no clock shows.
fn micros(seconds: f64) -> Option<Micros> {
    (0.0..1e11).contains(&seconds).then_some((seconds * 1e6) as Micros)
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Bad)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::Bad)
}
