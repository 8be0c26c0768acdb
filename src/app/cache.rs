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

/// The answers, by method and request.
#[derive(Debug, Default)]
pub struct Cache(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Kept>,
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
        self.lock().entries.get(&(method, request.clone())).cloned()
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
        if state.entries.insert(key.clone(), kept).is_none() {
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
        if let Some(kept) = self.entries.remove(key) {
            self.bytes = self.bytes.saturating_sub(kept.bytes.len() + key.1.len());
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
    fn another_jurisdiction_changes_nothing() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.keep("m", request.clone(), kept("a"), &Depends::Everything, 1);
        cache.committed("k", 2, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request), Some(kept("a")));
    }
}
