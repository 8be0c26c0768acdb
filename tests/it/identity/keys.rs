//! Key pairs of issuers of JWTs, and tokens signed with them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

/// A key pair of an issuer.
pub enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl Pair {
    pub fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    pub fn p256() -> Self {
        let (how, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        Self::P256(EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &random).unwrap())
    }

    /// Always the same: making one takes seconds.
    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::from_der(&STANDARD.decode(RSA).unwrap()).unwrap()))
    }

    /// What the header of its tokens says.
    pub fn alg(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    /// The public key as a set of keys has it.
    pub fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": text(pair.public_key().as_ref())})
            }
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": text(&point[1..33]), "y": text(&point[33..])})
            }
            Self::Rsa(pair) => {
                let ring::signature::RsaPublicKeyComponents { n, e } =
                    ring::signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (text(&n), text(&e));
                json!({"kty": "RSA", "kid": kid, "alg": "RS256", "n": n, "e": e})
            }
        }
    }

    /// The public key, for those who would use it as a shared secret.
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Self::P256(pair) => pair.public_key().as_ref().to_vec(),
            Self::Rsa(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn sign(&self, signed: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(signed).as_ref().to_vec(),
            Self::P256(pair) => pair.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature).unwrap();
                signature
            }
        }
    }

    /// A token with this header and these claims.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        self.raw(&header.to_string(), &claims.to_string())
    }

    /// A token of these texts, whatever they are.
    pub fn raw(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// A key of 2,048 bits that protects nothing: PKCS#1.
const RSA: &str = "\
    MIIEowIBAAKCAQEAklkUQ5jw4F+hVWA/9spOoXeWDAy6JPiHpSqqQl7EIrNKUkro8G4lu9qxbfPT1Qj9Pba6wHiYW4AygmHVI2cn35DC4JCK4E\
    cfUf5LjVIrjStKBjqWbih7/aRhVonVKqzPY6xi/vdohv/yvJUsgo5GAyYj50DaP2pDSI2j+f+/cB5qaCf2/NP6IX6jllvWiQa8Rd7eEn3kDmgk\
    Peer9h5PgGJznx/ds0fre2TxJmVYbciawvH7ew47V0Hc9I6eZBqTl/WuKv8xFZrd9uGJeOOneB05Sd2mhdesffEk1oMRCUwR6GfeRKAyv+1R6/\
    o/J//j0f/J43pHXr8+RwLqZM8KLwIDAQABAoIBAEVuJYL8aCrKs8vBYhc/W5aXGYSV9SndDt15JFVgiES+MqBgEasfVp+M3WiAqRsErMA+lNMD\
    Y6TlaREaQPgO1IfoMcxARuKoW1+W+VkOhsLuqqvR19RjOI/ZEKTxt0QLwEhVXJIB5oFFpG97hiZaQTT1P0tTJTe4vjsJl6Xfg3849yNBK3MaSi\
    WOtHUcgGigH3zKXx9ipQfjoHkwuytPn5Nhsje1B4z36lbVNde8Bprwm1HBTbF3MS950dgKADi+PUajbOZdD7m08bX4F4x31GgkXumykJG5iAOt\
    pnrijr0/On2NdeZdxadQ4VKgT0GhojLv9IidoB4Zo2vrX5EEMkECgYEAxm7RJiSbsYLZiZ8qqN1iFKjKKaHM6dGScqp7XNVPM4wnIUTcFpoTlo\
    2vFtYKn6yfqnFuIEBIx685x2wTnVXODGtisJruG5RHxLvrF24wNyb5tPGgiVL8j7Tnjr/ssEL5tqRB0HMwF5/qTmNDIqfe0B6bEJOW6qgOvW22\
    o4UDzOcCgYEAvM4HF42Cktr5VNIy4OQOPetRZ2RTifFoxraN5js7gX/UptFtk+baGMzpSnsnY/ToEnO6mRtxetjZRfbpREkZh11PvfOUJWw1Q8\
    H6tuc8TrDn6cyEse21hRQ2lwn3BwedWb6qWz+jttSakrzFdI0p+H39JjBaHjTIAYtJN9pUJ3kCgYEAqE/0/ZqNqWro5C/q+mMVv5pQKDIC4s2N\
    n891Zg/U509ZHYIQAOfd95TkT8VsK3Y71FH0bEy6rw21P68vkAPpC2XGxzATCbejjH8s8KnZId7gbZeKaRDIA4kZ5F5tADE/KKl43bvmrhNJpg\
    XSO0IS34smUlAt8YptPkYiZd78kz8CgYAwv10zZpUVB7aigNckG53VvOE6ubub/RmZXN8MV7TIfdHQ9He/XTZoetetJFkKRNx6jyjZiS1mk4Cd\
    wN9/gwQ1YBFLsQ1KEEM8aGQsP03h32kxg12rdv2MC6kAnFEMnpmw5zqi7q59cS0rv9OXgS8Z+qWW65sI+4W8aFMSOavKuQKBgFh28jqpo2fPzA\
    mHNyW1OqMl/VgeeY0OR/UpfsTQDBqcomRGeqAlnQzrSDQgzLgiGZLDGQ/hs0FqXlwSPf0zufhPaHsEIH512NH9nsfoWN/l62JuAoXBrtb/fFtS\
    bV5zTLSKN+EetUaV2r2X7YfnbQdQyONV9T3LjoETYZ2JZ+KF";
