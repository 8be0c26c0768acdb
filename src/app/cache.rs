//! Encoded answers, kept in bounded memory for as long as they are true.
//!
//! An answer that was read at the head is true until the journal names something that it depends on; one that was read at
//! a named revision is true for ever. Absent: time; nothing here expires.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::ReadAt;
use crate::commit::Observer;
use crate::limits;

/// How many commits of a jurisdiction are remembered for answers that are still being read.
const REMEMBERED: usize = 256;

/// What ends an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Depends {
    /// Nothing: it shows a revision that was named.
    Nothing,
    /// A command that names one of these objects.
    Names(Vec<String>),
    /// Any command of the jurisdiction.
    Everything,
}

impl Depends {
    /// On one object, where the head is read.
    pub fn on(read_at: ReadAt, name: String) -> Self {
        if read_at == ReadAt::Head { Self::Names(vec![name]) } else { Self::Nothing }
    }

    /// On everything, where the head is read.
    pub fn everything(read_at: ReadAt) -> Self {
        if read_at == ReadAt::Head { Self::Everything } else { Self::Nothing }
    }
}

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The encoded message.
    pub bytes: Bytes,
    /// The jurisdiction whose head is to be named beside it.
    pub jurisdiction: String,
}

/// An answer that is kept, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The answer.
    pub kept: Kept,
    /// What ends it.
    pub depends: Depends,
    /// A head at which it is true. Where this process alone writes, it is true at the newest as well.
    pub head: i64,
}

/// The answers, by method and request.
#[derive(Debug, Default)]
pub struct Cache(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Known>,
    /// Oldest first; keys of entries that are gone may still stand here.
    order: VecDeque<Key>,
    bytes: usize,
    by_name: HashMap<(String, String), HashSet<Key>>,
    by_jurisdiction: HashMap<String, HashSet<Key>>,
    recent: HashMap<String, VecDeque<(i64, Vec<String>)>>,
}

type Key = (&'static str, Bytes);

impl Cache {
    /// The answer to a request, if it is kept and still true.
    pub fn get(&self, method: &'static str, request: &Bytes) -> Option<Kept> {
        self.lock().entries.get(&(method, request.clone())).map(|known| known.kept.clone())
    }

    /// The same with what is known of it.
    pub fn known(&self, method: &'static str, request: &Bytes) -> Option<Known> {
        self.lock().entries.get(&(method, request.clone())).cloned()
    }

    /// Takes note that the answer that was true at one head is true at a later one.
    pub fn confirm(&self, method: &'static str, request: &Bytes, from: i64, to: i64) {
        // Whatever stands here with the same head says the same, even if it was read again meanwhile.
        if let Some(known) = self.lock().entries.get_mut(&(method, request.clone()))
            && known.head == from
        {
            known.head = known.head.max(to);
        }
    }

    /// Keeps an answer that was read while `head` was the head, unless something it depends on changed since.
    pub fn keep(&self, method: &'static str, request: Bytes, kept: Kept, depends: &Depends, head: i64) {
        let size = kept.bytes.len() + request.len();
        if size > limits::count(limits::ANSWER_CACHE_ENTRY_BYTES) {
            return;
        }
        let mut state = self.lock();
        if state.changed_since(&kept.jurisdiction, depends, head) {
            return;
        }
        let key = (method, request);
        match depends {
            Depends::Nothing => {}
            Depends::Names(names) => {
                for name in names {
                    state.by_name.entry((kept.jurisdiction.clone(), name.clone())).or_default().insert(key.clone());
                }
            }
            Depends::Everything => {
                state.by_jurisdiction.entry(kept.jurisdiction.clone()).or_default().insert(key.clone());
            }
        }
        let known = Known { kept, depends: depends.clone(), head };
        if state.entries.insert(key.clone(), known).is_none() {
            state.bytes += size;
            state.order.push_back(key);
        }
        while state.bytes > limits::count(limits::ANSWER_CACHE_BYTES) {
            match state.order.pop_front() {
                Some(oldest) => state.remove(&oldest),
                None => break,
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = State::default();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Cache {
    fn committed(&self, jurisdiction: &str, revision: i64, names: &[String]) {
        let mut state = self.lock();
        let mut ended = state.by_jurisdiction.remove(jurisdiction).unwrap_or_default();
        for name in names {
            ended.extend(state.by_name.remove(&(jurisdiction.to_owned(), name.clone())).unwrap_or_default());
        }
        for key in ended {
            state.remove(&key);
        }
        let recent = state.recent.entry(jurisdiction.to_owned()).or_default();
        recent.push_back((revision, names.to_vec()));
        if recent.len() > REMEMBERED {
            recent.pop_front();
        }
    }
}

impl State {
    fn remove(&mut self, key: &Key) {
        if let Some(known) = self.entries.remove(key) {
            self.bytes = self.bytes.saturating_sub(known.kept.bytes.len() + key.1.len());
        }
        if self.order.len() > 2 * self.entries.len() + REMEMBERED {
            let entries = &self.entries;
            self.order.retain(|key| entries.contains_key(key));
            self.by_name.retain(|_, keys| {
                keys.retain(|key| entries.contains_key(key));
                !keys.is_empty()
            });
        }
    }

    /// Whether a commit after `head` ends an answer; also where too many came to be sure.
    fn changed_since(&self, jurisdiction: &str, depends: &Depends, head: i64) -> bool {
        let Some(recent) = self.recent.get(jurisdiction) else { return false };
        let newest = recent.back().map_or(0, |(revision, _)| *revision);
        let oldest = recent.front().map_or(0, |(revision, _)| *revision);
        match depends {
            Depends::Nothing => false,
            Depends::Everything => newest > head,
            Depends::Names(_) if newest > head && oldest > head + 1 => true,
            Depends::Names(names) => recent
                .iter()
                .filter(|(revision, _)| *revision > head)
                .any(|(_, touched)| touched.iter().any(|name| names.contains(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &'static str) -> Kept {
        Kept { bytes: Bytes::from_static(text.as_bytes()), jurisdiction: "j".to_owned() }
    }

    fn on(name: &str) -> Depends {
        Depends::Names(vec![name.to_owned()])
    }

    #[test]
    fn an_answer_ends_with_the_command_that_names_its_object() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.keep("m", request.clone(), kept("a"), &on("x"), 1);
        cache.committed("j", 2, &["y".to_owned()]);
        assert_eq!(cache.get("m", &request), Some(kept("a")));
        cache.committed("j", 3, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request), None);
    }

    #[test]
    fn an_answer_that_was_overtaken_while_it_was_read_is_not_kept() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.committed("j", 2, &["x".to_owned()]);
        cache.keep("m", request.clone(), kept("old"), &on("x"), 1);
        assert_eq!(cache.get("m", &request), None);
        cache.keep("m", request.clone(), kept("new"), &on("x"), 2);
        assert_eq!(cache.get("m", &request), Some(kept("new")));
    }

    #[test]
    fn a_reader_slower_than_the_memory_of_commits_keeps_nothing() {
        let cache = Cache::default();
        for revision in 2..=(REMEMBERED as i64 + 4) {
            cache.committed("j", revision, &["y".to_owned()]);
        }
        cache.keep("m", Bytes::from_static(b"q"), kept("a"), &on("x"), 1);
        assert_eq!(cache.get("m", &Bytes::from_static(b"q")), None);
    }

    #[test]
    fn a_confirmed_answer_is_true_at_the_later_head_and_never_at_an_earlier_one() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        let head = || cache.known("m", &request).map(|known| known.head);
        cache.confirm("m", &request, 1, 5);
        assert_eq!(head(), None);
        cache.keep("m", request.clone(), kept("a"), &on("x"), 1);
        for (from, to, then) in [(1, 3, 3), (1, 9, 3), (3, 2, 3), (3, 4, 4)] {
            cache.confirm("m", &request, from, to);
            assert_eq!(head(), Some(then));
        }
    }

    #[test]
    fn another_jurisdiction_changes_nothing() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.keep("m", request.clone(), kept("a"), &Depends::Everything, 1);
        cache.committed("k", 2, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request), Some(kept("a")));
    }
}
