//! Secrets: made of randomness, shown once, compared in constant time, and never printed.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{Error, Result};

/// What every token begins with, so that scanners of source code can find one that leaked.
const PREFIX: &str = "khk_";
/// Hexadecimal digits of the id.
const ID_DIGITS: usize = 20;
/// Hexadecimal digits of the secret: 32 bytes.
const SECRET_DIGITS: usize = 64;

/// A whole token, `khk_{id}_{secret}`. Absent on purpose: Debug and Display.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn random() -> Result<Self> {
        let mut bytes = [0u8; (ID_DIGITS + SECRET_DIGITS) / 2];
        getrandom::fill(&mut bytes).map_err(|e| Error::bug(format!("no randomness: {e}")))?;
        let digits = hex(&bytes);
        let (id, secret) = digits.split_at(ID_DIGITS);
        Ok(Self(format!("{PREFIX}{id}_{secret}")))
    }

    /// The token that a text is; `None` where it is not of the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex = |part: &str| part.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
        let fits = id.len() == ID_DIGITS && secret.len() == SECRET_DIGITS && is_hex(id) && is_hex(secret);
        fits.then(|| Self(text.to_owned()))
    }

    /// The id, which is no secret.
    pub fn id(&self) -> &str {
        self.parts().0
    }

    /// What is stored of the secret.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.parts().1).into()
    }

    /// Whether this is the secret of which `hash` is stored, in a time that says nothing about where they differ.
    pub fn is_of(&self, hash: &[u8]) -> bool {
        self.hash().as_slice().ct_eq(hash).into()
    }

    /// The whole text, for the one moment at which it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, &str) {
        let rest = self.0.get(PREFIX.len()..).unwrap_or_default();
        rest.split_once('_').unwrap_or_default()
    }
}

/// Random bytes that make two commitments to the same name differ.
pub fn salt() -> Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::bug(format!("no randomness: {e}")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_made() {
        let made = Secret::random().unwrap();
        let read = Secret::parse(made.reveal()).unwrap();
        assert_eq!((read.id(), read.hash()), (made.id(), made.hash()));
        assert_eq!(made.reveal().len(), 89);
        assert!(read.is_of(&made.hash()) && !read.is_of(&Secret::random().unwrap().hash()) && !read.is_of(&[]));
    }

    #[test]
    fn other_forms_are_no_tokens() {
        let good = Secret::random().unwrap().reveal().to_owned();
        let (head, tail) = good.split_at(88);
        let bad = [
            String::new(),
            head.to_owned(),
            format!("{good}0"),
            format!("{head}g"),
            format!("{head}{}", tail.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")),
            good.replace("khk_", "KHK_"),
            good.replacen("khk_", "khk", 1),
            format!(" {good}"),
            format!("{good} "),
            good.replacen('_', "__", 1),
        ];
        for text in bad {
            assert!(Secret::parse(&text).is_none(), "{} characters", text.len());
        }
    }
}
