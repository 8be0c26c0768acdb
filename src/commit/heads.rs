//! The heads that this process knows because it is the only one that writes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::journal::Head;

/// The newest revision of each jurisdiction, as far as this process made or asked for it.
#[derive(Debug, Default)]
pub struct Heads {
    sole_writer: AtomicBool,
    moves: AtomicU64,
    known: RwLock<HashMap<String, Head>>,
}

impl Heads {
    /// Whether no other process can write, so that what is known here is the truth.
    pub fn is_sole_writer(&self) -> bool {
        self.sole_writer.load(Ordering::Acquire)
    }

    /// Begins or ends the mode in which this process alone writes. What was known is forgotten:
    /// another process may have written since.
    pub fn set_sole_writer(&self, sole: bool) {
        self.sole_writer.store(false, Ordering::Release);
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.sole_writer.store(sole, Ordering::Release);
    }

    /// The head of a jurisdiction where it is known for certain.
    pub fn get(&self, jurisdiction: &str) -> Option<Head> {
        if !self.is_sole_writer() {
            return None;
        }
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(jurisdiction).copied()
    }

    /// How often a head was taken note of.
    pub fn moves(&self) -> u64 {
        self.moves.load(Ordering::Acquire)
    }

    /// Takes note of a head. An older one than is known changes nothing: a reader may be slower than the writer.
    pub fn note(&self, jurisdiction: &str, head: Head) {
        // Counted before it shows: whoever sees the new head sees that a head has moved.
        self.moves.fetch_add(1, Ordering::AcqRel);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(jurisdiction) {
            Some(old) if old.revision >= head.revision => {}
            Some(old) => *old = head,
            None => {
                known.insert(jurisdiction.to_owned(), head);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_where_others_may_write() {
        let heads = Heads::default();
        heads.note("a", Head { revision: 3, ..Head::default() });
        assert_eq!(heads.get("a"), None);
    }

    #[test]
    fn a_slow_reader_does_not_turn_the_head_back() {
        let heads = Heads::default();
        heads.set_sole_writer(true);
        for revision in [3, 2] {
            heads.note("a", Head { revision, ..Head::default() });
        }
        assert_eq!(heads.get("a").map(|head| head.revision), Some(3));
    }
}
