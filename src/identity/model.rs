//! What a principal and a token are, and what may become of them. Pure: no store, no clock, no randomness.

use sha2::{Digest, Sha256};

use crate::clock::Micros;
use crate::error::{Error, Reason, Result};
use crate::id::{PrincipalName, TokenName};
use crate::limits;
use crate::words;

/// The actor of what the server does by itself; no principal has this id.
pub const SERVER: &str = "kehoach";

/// Microseconds of a day.
pub const DAY: Micros = 86_400_000_000;

words! {
    /// What a principal is.
    Kind {
        Person "PERSON",
        Service "SERVICE",
    }
}

words! {
    /// Whether the credentials of a principal are good.
    State {
        Active "ACTIVE",
        Suspended "SUSPENDED",
    }
}

words! {
    /// What maps to a principal.
    MappingKind {
        /// The URI of a client certificate.
        Certificate "CERTIFICATE",
        /// Issuer and subject of a JWT.
        Jwt "JWT",
    }
}

/// A person or a service that calls.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its id, as journals name it.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// What people call it; empty where it was erased.
    pub display_name: String,
    /// What the journal holds in place of the name.
    pub name_commitment: [u8; 32],
    /// Whether it manages principals, credentials and jurisdictions.
    pub administrator: bool,
    /// Whether its credentials are good.
    pub state: State,
    /// Who it is for others.
    pub mappings: Vec<Mapping>,
    /// The revision of `system` that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

/// Who a principal is for others: a URI (then the issuer is empty), or issuer and subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mapping {
    /// Which of the two.
    pub kind: MappingKind,
    /// The issuer of a JWT.
    pub issuer: String,
    /// The subject of a JWT, or a URI.
    pub subject: String,
}

impl Mapping {
    /// The URI of a client certificate.
    pub fn certificate(uri: impl Into<String>) -> Self {
        Self { kind: MappingKind::Certificate, issuer: String::new(), subject: uri.into() }
    }

    /// The subject of an issuer of JWTs.
    pub fn jwt(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { kind: MappingKind::Jwt, issuer: issuer.into(), subject: subject.into() }
    }
}

impl Principal {
    /// Its resource name.
    pub fn name(&self) -> PrincipalName {
        PrincipalName { principal: self.id.clone() }
    }

    /// Whether it is one of those of whom one must be left.
    pub fn is_active_administrator(&self) -> bool {
        self.administrator && self.state == State::Active
    }

    /// Refuses a further mapping beyond the limit.
    pub fn require_room_for_mapping(&self) -> Result<()> {
        let limit = limits::MAPPINGS_PER_PRINCIPAL;
        if self.mappings.len() < limits::count(limit) {
            return Ok(());
        }
        Err(Error::Limit { reason: Reason::MappingsPerPrincipal, limit, subject: "mappings of a principal".to_owned() })
    }
}

/// What the journal holds of a name that can be erased.
pub fn commitment(salt: &[u8], display_name: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(display_name).finalize().into()
}

/// Refuses a change that would leave nobody who could undo it; `others` are the other active administrators.
pub fn require_administrator_left(before: &Principal, after: &Principal, others: i64) -> Result<()> {
    if before.is_active_administrator() && !after.is_active_administrator() && others == 0 {
        let subject = before.name().to_string();
        return Err(Error::refused(Reason::LastAdministrator, subject, "no active administrator would be left"));
    }
    Ok(())
}

/// Refuses a suspension by oneself.
pub fn require_other(actor: &str, principal: &Principal) -> Result<()> {
    if actor == principal.id {
        let subject = principal.name().to_string();
        return Err(Error::refused(Reason::OwnPrincipal, subject, "nobody suspends themself"));
    }
    Ok(())
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub principal: String,
    /// What it is for.
    pub label: String,
    /// From this instant on it is refused.
    pub expires_at: Micros,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
    /// The token in its place.
    pub successor: Option<String>,
    /// The revision of `system` that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Token {
    /// Its resource name.
    pub fn name(&self) -> TokenName {
        TokenName { principal: self.principal.clone(), token: self.id.clone() }
    }

    /// Whether it is good at an instant.
    pub fn is_good(&self, now: Micros) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// The token as it ends after a successor was made, or the reason why none can be.
    pub fn rotated(self, successor: &str, overlap: Micros, now: Micros) -> Result<Self> {
        let subject = self.name().to_string();
        if !self.is_good(now) {
            return Err(Error::refused(Reason::TokenEnded, subject, "the token is revoked or has expired"));
        }
        if let Some(successor) = &self.successor {
            let text = format!("the token was rotated already; {successor} is in its place");
            return Err(Error::refused(Reason::TokenEnded, subject, text));
        }
        let expires_at = self.expires_at.min(now.saturating_add(overlap));
        Ok(Self { expires_at, successor: Some(successor.to_owned()), ..self })
    }
}

/// When a token ends: as asked, or after the default; an error where that is past or too far away.
pub fn expiry(asked: Option<Micros>, now: Micros) -> Result<Micros> {
    let days = |count: u64| now.saturating_add(DAY.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)));
    match asked {
        None => Ok(days(limits::TOKEN_DAYS_DEFAULT)),
        Some(at) if at <= now => Err(Error::invalid("expires_at", "lies in the past")),
        Some(at) if at > days(limits::TOKEN_DAYS_MAX) => {
            Err(Error::invalid("expires_at", format!("lies more than {} days ahead", limits::TOKEN_DAYS_MAX)))
        }
        Some(at) => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires_at: Micros) -> Token {
        Token {
            id: "t".to_owned(),
            principal: "p".to_owned(),
            label: String::new(),
            expires_at,
            revoked_at: None,
            successor: None,
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn principal(administrator: bool, state: State) -> Principal {
        Principal {
            id: "p".to_owned(),
            kind: Kind::Person,
            display_name: "P".to_owned(),
            name_commitment: [0; 32],
            administrator,
            state,
            mappings: Vec::new(),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn a_token_is_good_up_to_its_end_and_not_at_it() {
        assert!(token(10).is_good(9) && !token(10).is_good(10));
        assert!(!Token { revoked_at: Some(1), ..token(10) }.is_good(5));
    }

    #[test]
    fn a_rotation_never_lengthens_a_life_and_happens_once() {
        assert_eq!(token(100).rotated("n", 50, 10).unwrap().expires_at, 60);
        assert_eq!(token(100).rotated("n", 500, 10).unwrap().expires_at, 100);
        assert_eq!(token(100).rotated("n", 0, 10).unwrap().expires_at, 10);
        assert!(token(100).rotated("n", 50, 10).unwrap().rotated("m", 0, 20).is_err());
        assert!(token(10).rotated("n", 50, 10).is_err());
    }

    #[test]
    fn an_expiry_lies_ahead_and_not_too_far() {
        let last = DAY * i64::try_from(limits::TOKEN_DAYS_MAX).unwrap();
        assert_eq!(expiry(None, 0).unwrap(), DAY * 90);
        assert_eq!(expiry(Some(1), 0).unwrap(), 1);
        assert_eq!(expiry(Some(last), 0).unwrap(), last);
        assert!(expiry(Some(0), 0).is_err() && expiry(Some(last + 1), 0).is_err());
    }

    #[test]
    fn one_active_administrator_is_left() {
        let (yes, no) = (principal(true, State::Active), principal(false, State::Active));
        let suspended = principal(true, State::Suspended);
        assert!(
            require_administrator_left(&yes, &no, 0).is_err()
                && require_administrator_left(&yes, &suspended, 0).is_err()
        );
        assert!(require_administrator_left(&yes, &no, 1).is_ok() && require_administrator_left(&yes, &yes, 0).is_ok());
        assert!(
            require_administrator_left(&no, &no, 0).is_ok() && require_administrator_left(&suspended, &no, 0).is_ok()
        );
    }
}
