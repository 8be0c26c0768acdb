//! Page tokens: opaque, authenticated, bound to the query, the revision and the incarnation of the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use prost::Message;
use sha2::{Digest, Sha256};

use crate::app::{Instance, ReadAt};
use crate::error::{Error, Reason, Result, Violation};
use crate::limits;

/// A page as a request asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many items at most.
    pub size: i64,
    /// The token of the page before, as it was sent.
    pub token: String,
    /// The hash of everything else in the request.
    pub query: [u8; 32],
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The revision of the first page, which all pages show.
    pub read_at: ReadAt,
    /// The sort key of the last item before this page; empty for the first page.
    pub after: Vec<String>,
}

/// What a token holds.
#[derive(Clone, PartialEq, Message)]
struct Token {
    #[prost(int64, tag = "1")]
    revision: i64,
    #[prost(string, repeated, tag = "2")]
    after: Vec<String>,
    #[prost(bytes = "vec", tag = "3")]
    query: Vec<u8>,
    #[prost(string, tag = "4")]
    incarnation: String,
}

const TAG: usize = 16;

impl Page {
    /// The page of a request: its size, its token, and the message with both taken out.
    pub fn new<M: Message>(size: i32, token: String, rest: &M) -> Self {
        let size = if size == 0 { limits::PAGE_SIZE_DEFAULT as i64 } else { i64::from(size) };
        Self { size, token, query: Sha256::digest(rest.encode_to_vec()).into() }
    }

    /// Where this page begins: at `read_at` for the first, where the token says for the others.
    pub fn start(&self, instance: &Instance, read_at: ReadAt) -> Result<Start> {
        if self.token.is_empty() {
            return Ok(Start { read_at, after: Vec::new() });
        }
        let bad = |text: &str| {
            let reason = Reason::PageTokenInvalid;
            Error::Invalid(vec![Violation { field: "page_token".to_owned(), description: text.to_owned(), reason }])
        };
        let foreign = || bad("was not made by this service");
        if self.token.len() > limits::count(limits::PAGE_TOKEN_BYTES) {
            return Err(foreign());
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.token).map_err(|_| foreign())?;
        let (tag, body) = bytes.split_at_checked(TAG).ok_or_else(foreign)?;
        mac(instance, body)?.verify_truncated_left(tag).map_err(|_| foreign())?;
        let token = Token::decode(body).map_err(|_| foreign())?;
        if token.incarnation != instance.incarnation {
            return Err(bad("is older than the last restore; begin again without it"));
        }
        if token.query != self.query {
            return Err(bad("belongs to another query; send every other field unchanged"));
        }
        Ok(Start { read_at: ReadAt::Revision(token.revision), after: token.after })
    }

    /// The token of the next page, which begins after an item with this sort key.
    pub fn next(&self, instance: &Instance, revision: i64, after: Vec<String>) -> Result<String> {
        let token = Token { revision, after, query: self.query.to_vec(), incarnation: instance.incarnation.clone() };
        let body = token.encode_to_vec();
        let mut bytes = mac(instance, &body)?.finalize().into_bytes()[..TAG].to_vec();
        bytes.extend(body);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Cuts a list that was read one item longer than the page, and makes the token of the next page where there is one.
    pub fn cut<T>(
        &self,
        instance: &Instance,
        revision: i64,
        items: &mut Vec<T>,
        key: impl Fn(&T) -> Vec<String>,
    ) -> Result<String> {
        let more = self.trim(items);
        self.after(instance, revision, items.last().filter(|_| more).map(key))
    }

    /// Cuts a list that was read one item longer than the page; tells whether there are more items than fit.
    pub fn trim<T>(&self, items: &mut Vec<T>) -> bool {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        more
    }

    /// The token of the page after the item with a key; empty where there is none.
    pub fn after(&self, instance: &Instance, revision: i64, last: Option<Vec<String>>) -> Result<String> {
        last.map_or(Ok(String::new()), |last| self.next(instance, revision, last))
    }

    /// Cuts a list that was read whole to the page that begins at a place of it, and makes the token of the next page where there is one:
    /// of the place where that begins.
    pub fn part<T>(
        &self,
        instance: &Instance,
        revision: i64,
        items: &mut Vec<T>,
        (begin, place): (usize, impl FnOnce(String) -> Vec<String>),
    ) -> Result<String> {
        let end = begin.saturating_add(usize::try_from(self.size).unwrap_or(usize::MAX));
        let is_last = items.len() <= end;
        items.truncate(end);
        items.drain(..begin.min(items.len()));
        if is_last { Ok(String::new()) } else { self.next(instance, revision, place(end.to_string())) }
    }
}

fn mac(instance: &Instance, body: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&instance.token_key).map_err(|e| Error::Internal(e.into()))?;
    mac.update(body);
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance() -> Instance {
        Instance { incarnation: "abc".to_owned(), token_key: vec![7; 32] }
    }

    fn page(token: &str, query: &str) -> Page {
        Page::new(0, token.to_owned(), &query.to_owned())
    }

    #[test]
    fn a_token_leads_to_where_it_was_made() {
        let token = page("", "q").next(&instance(), 9, vec!["k".to_owned()]).unwrap();
        let start = page(&token, "q").start(&instance(), ReadAt::Head).unwrap();
        assert_eq!(start, Start { read_at: ReadAt::Revision(9), after: vec!["k".to_owned()] });
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let token = page("", "q").next(&instance(), 9, vec!["k".to_owned()]).unwrap();
        for position in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            if changed != token {
                assert!(page(&changed, "q").start(&instance(), ReadAt::Head).is_err(), "{position}");
            }
        }
    }

    #[test]
    fn a_token_serves_one_query_and_one_incarnation() {
        let token = page("", "q").next(&instance(), 9, Vec::new()).unwrap();
        assert!(page(&token, "other").start(&instance(), ReadAt::Head).is_err());
        let restored = Instance { incarnation: "new".to_owned(), ..instance() };
        assert!(page(&token, "q").start(&restored, ReadAt::Head).is_err());
    }
}
