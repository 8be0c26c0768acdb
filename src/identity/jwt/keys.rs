//! The public keys of an issuer (RFC 7517), each for the one algorithm that its kind allows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

use crate::limits;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA PKCS#1 v1.5 with SHA-256, keys of 2,048 bits or more.
    Rs256,
}

impl Algorithm {
    /// The algorithm of a header; none for those that are not taken.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    kid: Option<String>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Ed25519(Vec<u8>),
    /// The uncompressed point.
    P256(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// The keys of an issuer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// Reads a set; keys of other kinds or for other uses are passed over. An error where none is left.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(bytes).map_err(|error| format!("is not a set of keys: {error}"))?;
        let keys = set.keys.into_iter().take(limits::count(limits::KEY_SET_KEYS));
        let keys: Vec<Key> = keys.filter_map(|key| usable(serde_json::from_value(key).ok()?)).collect();
        if keys.is_empty() { Err("has no key for EdDSA, ES256 or RS256".to_owned()) } else { Ok(Self(keys)) }
    }

    /// The key that a token names; one that names none needs a set in which there is no choice.
    pub fn find(&self, algorithm: Algorithm, kid: Option<&str>) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| key.algorithm() == algorithm);
        match kid {
            Some(kid) => fitting.find(|key| key.kid.as_deref() == Some(kid)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

impl Key {
    fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Ed25519(_) => Algorithm::EdDsa,
            Material::P256(_) => Algorithm::Es256,
            Material::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// Whether this key made the signature.
    pub fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&signature::ED25519, key).verify(signed, signature).is_ok()
            }
            Material::P256(key) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key).verify(signed, signature).is_ok()
            }
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&signature::RSA_PKCS1_2048_8192_SHA256, signed, signature)
                .is_ok(),
        }
    }
}

fn usable(jwk: Jwk) -> Option<Key> {
    let Jwk { kty, kid, alg, usage, key_ops, crv, x, y, n, e } = jwk;
    let for_signatures = usage.is_none_or(|usage| usage == "sig");
    let to_verify = key_ops.is_none_or(|operations| operations.iter().any(|one| one == "verify"));
    if !for_signatures || !to_verify {
        return None;
    }
    let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let material = match (kty.as_str(), crv.as_deref()) {
        ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(x).filter(|x| x.len() == 32)?),
        ("EC", Some("P-256")) => {
            let (x, y) = (bytes(x).filter(|x| x.len() == 32)?, bytes(y).filter(|y| y.len() == 32)?);
            Material::P256([vec![4], x, y].concat())
        }
        ("RSA", None) => Material::Rsa { n: bytes(n)?, e: bytes(e)? },
        _ => return None,
    };
    let key = Key { kid, material };
    // A key that says which algorithm it is for is for no other.
    alg.is_none_or(|alg| Algorithm::parse(&alg) == Some(key.algorithm())).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"e","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn set(keys: &[&str]) -> Result<KeySet, String> {
        KeySet::parse(format!("{{\"keys\":[{}]}}", keys.join(",")).as_bytes())
    }

    #[test]
    fn a_key_is_found_by_its_name_or_where_there_is_no_choice() {
        let one = set(&[ED]).unwrap();
        assert!(one.find(Algorithm::EdDsa, Some("e")).is_some() && one.find(Algorithm::EdDsa, None).is_some());
        assert!(one.find(Algorithm::EdDsa, Some("f")).is_none() && one.find(Algorithm::Es256, Some("e")).is_none());
        let two = set(&[ED, &ED.replace("\"e\"", "\"f\"")]).unwrap();
        assert!(two.find(Algorithm::EdDsa, None).is_none() && two.find(Algorithm::EdDsa, Some("f")).is_some());
    }

    #[test]
    fn keys_for_something_else_are_passed_over() {
        for other in [
            r#"{"kty":"oct","kid":"o","k":"c2VjcmV0"}"#.to_owned(),
            ED.replace("\"kid\"", "\"use\":\"enc\",\"kid\""),
            ED.replace("\"kid\"", "\"alg\":\"ES256\",\"kid\""),
            ED.replace("\"kid\"", "\"key_ops\":[\"sign\"],\"kid\""),
            ED.replace("Ed25519", "Ed448"),
            ED.replace("11qY", ""),
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#.to_owned(),
            r#"{"kty":"RSA","n":"AQAB"}"#.to_owned(),
            "7".to_owned(),
        ] {
            assert!(set(&[&other]).is_err(), "{other}");
            assert_eq!(set(&[&other, ED]), set(&[ED]), "{other}");
        }
    }

    #[test]
    fn what_is_no_set_is_an_error() {
        for bad in ["", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}"] {
            assert!(KeySet::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
