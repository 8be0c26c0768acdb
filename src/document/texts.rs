//! The texts of several documents, each at a revision of its own, so that one statement reads what many say. Pure.

use std::collections::BTreeMap;

/// Documents of one statement; both engines allow many times more binds.
pub const TEXTS_PER_STATEMENT: usize = 1_000;

/// The revision of the text of each document, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, i64>);

impl Texts {
    /// The text of one document.
    pub fn of(document: &str, revision: i64) -> Self {
        Self(BTreeMap::from([(document.to_owned(), revision)]))
    }

    /// The revision of a document's text.
    pub fn revision(&self, document: &str) -> Option<i64> {
        self.0.get(document).copied()
    }

    /// The documents.
    pub fn ids(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The first and the last revision.
    pub fn span(&self) -> (i64, i64) {
        let revisions = || self.0.values().copied();
        (revisions().min().unwrap_or_default(), revisions().max().unwrap_or_default())
    }

    /// Whether a row of a document that holds in some revisions is in its text.
    pub fn has(&self, document: &str, since: i64, until: i64) -> bool {
        self.revision(document).is_some_and(|revision| since <= revision && revision < until)
    }

    /// The same in parts that fit one statement each.
    pub fn divided(&self) -> Vec<Self> {
        let all: Vec<(&String, &i64)> = self.0.iter().collect();
        let part = |part: &[(&String, &i64)]| part.iter().map(|(id, at)| ((*id).clone(), **at)).collect();
        all.chunks(TEXTS_PER_STATEMENT).map(part).collect()
    }
}

impl FromIterator<(String, i64)> for Texts {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_in_a_text_while_it_holds() {
        let texts: Texts = [("a".to_owned(), 5), ("b".to_owned(), 9)].into_iter().collect();
        assert_eq!(texts.span(), (5, 9));
        assert!(texts.has("a", 5, 6) && texts.has("b", 1, i64::MAX));
        assert!(!texts.has("a", 6, 9) && !texts.has("a", 1, 5) && !texts.has("c", 1, 9));
        assert_eq!(texts.divided(), std::slice::from_ref(&texts));
    }
}
