//! Encoded answers, kept in bounded memory for as long as they are true.
//!
//! An answer that was read at the head is true until the journal names something that it depends on; one that was read at
//! a named revision is true for ever. Absent: time; nothing here expires.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{ReadAt, Visibility};
use crate::commit::Observer;
use crate::limits;

/// How many commits of a jurisdiction are remembered for answers that are still being read.
const REMEMBERED: usize = 256;

/// What an answer takes of memory beside its bytes and its request: the names that it depends on, and the maps.
const OVERHEAD: usize = 600;

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
    /// Who may have it: callers who may see the same.
    pub visibility: Visibility,
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

/// The answers to one request: one for each that callers may see.
type Variants = Vec<Known>;

/// Answers to one request that are kept for different callers; beyond, the oldest goes.
const VARIANTS: usize = 8;

/// The answers, by method and request.
#[derive(Debug, Default)]
pub struct Cache(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Variants>,
    /// Oldest first; keys of entries that are gone may still stand here.
    order: VecDeque<Key>,
    bytes: usize,
    by_name: HashMap<(String, String), HashSet<Key>>,
    by_jurisdiction: HashMap<String, HashSet<Key>>,
    recent: HashMap<String, VecDeque<(i64, Vec<String>)>>,
}

type Key = (&'static str, Bytes);

impl Cache {
    /// The answer to a request, if it is kept and still true; `sees` tells what the caller may see of a jurisdiction.
    pub fn get(
        &self,
        method: &'static str,
        request: &Bytes,
        sees: impl FnOnce(&str) -> Option<Visibility>,
    ) -> Option<Kept> {
        let state = self.lock();
        let variants = state.entries.get(&(method, request.clone()))?;
        let visibility = sees(&variants.first()?.kept.jurisdiction)?;
        variants.iter().find(|known| known.kept.visibility == visibility).map(|known| known.kept.clone())
    }

    /// Whose journal ends the answers that are kept for a request, if there are any.
    pub fn home(&self, method: &'static str, request: &Bytes) -> Option<String> {
        let state = self.lock();
        let first = state.entries.get(&(method, request.clone()))?.first();
        first.map(|known| known.kept.jurisdiction.clone())
    }

    /// The answer for those who may see this, with what is known of it.
    pub fn known(&self, method: &'static str, request: &Bytes, visibility: &Visibility) -> Option<Known> {
        let state = self.lock();
        let mut variants = state.entries.get(&(method, request.clone()))?.iter();
        variants.find(|known| known.kept.visibility == *visibility).cloned()
    }

    /// Takes note that the answer that was true at one head is true at a later one.
    pub fn confirm(&self, method: &'static str, request: &Bytes, visibility: &Visibility, from: i64, to: i64) {
        // Whatever stands here with the same head says the same, even if it was read again meanwhile.
        let mut state = self.lock();
        for known in state.entries.get_mut(&(method, request.clone())).into_iter().flatten() {
            if known.kept.visibility == *visibility && known.head == from {
                known.head = known.head.max(to);
            }
        }
    }

    /// Keeps an answer that was read while `head` was the head, unless something it depends on changed since.
    pub fn keep(&self, method: &'static str, request: Bytes, kept: Kept, depends: &Depends, head: i64) {
        // The request is a piece of what came over the connection, which it would keep alive.
        let request = Bytes::copy_from_slice(&request);
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
        state.put(key, Known { kept, depends: depends.clone(), head });
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
    fn put(&mut self, key: Key, new: Known) {
        let size = |known: &Known| known.kept.bytes.len() + key.1.len() + OVERHEAD;
        let variants = self.entries.entry(key.clone()).or_default();
        let is_first = variants.is_empty();
        let full = variants.len() >= VARIANTS;
        let same = variants.iter().position(|other| other.kept.visibility == new.kept.visibility);
        if let Some(place) = same.or(full.then_some(0)) {
            let old = variants.remove(place);
            self.bytes = self.bytes.saturating_sub(size(&old));
        }
        self.bytes += size(&new);
        variants.push(new);
        if is_first {
            self.order.push_back(key);
        }
    }

    fn remove(&mut self, key: &Key) {
        for known in self.entries.remove(key).unwrap_or_default() {
            self.bytes = self.bytes.saturating_sub(known.kept.bytes.len() + key.1.len() + OVERHEAD);
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
        Kept { bytes: Bytes::from_static(text.as_bytes()), jurisdiction: "j".to_owned(), visibility: [0; 32] }
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
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), Some(kept("a")));
        cache.committed("j", 3, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), None);
    }

    #[test]
    fn an_answer_that_was_overtaken_while_it_was_read_is_not_kept() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.committed("j", 2, &["x".to_owned()]);
        cache.keep("m", request.clone(), kept("old"), &on("x"), 1);
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), None);
        cache.keep("m", request.clone(), kept("new"), &on("x"), 2);
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), Some(kept("new")));
    }

    #[test]
    fn a_reader_slower_than_the_memory_of_commits_keeps_nothing() {
        let cache = Cache::default();
        for revision in 2..=(REMEMBERED as i64 + 4) {
            cache.committed("j", revision, &["y".to_owned()]);
        }
        cache.keep("m", Bytes::from_static(b"q"), kept("a"), &on("x"), 1);
        assert_eq!(cache.get("m", &Bytes::from_static(b"q"), |_| Some([0; 32])), None);
    }

    #[test]
    fn callers_who_may_see_something_else_get_another_answer_and_strangers_none() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        let of = |text, who| Kept { visibility: [who; 32], ..kept(text) };
        cache.keep("m", request.clone(), of("a", 1), &on("x"), 1);
        cache.keep("m", request.clone(), of("b", 2), &on("x"), 1);
        let get = |who: u8| cache.get("m", &request, |_| Some([who; 32]));
        assert_eq!((get(1), get(2), get(3)), (Some(of("a", 1)), Some(of("b", 2)), None));
        assert_eq!(cache.get("m", &request, |_| None), None);
        cache.committed("j", 2, &["x".to_owned()]);
        assert_eq!((get(1), get(2)), (None, None));
    }

    #[test]
    fn a_confirmed_answer_is_true_at_the_later_head_and_never_at_an_earlier_one() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        let head = || cache.known("m", &request, &[0; 32]).map(|known| known.head);
        cache.confirm("m", &request, &[0; 32], 1, 5);
        assert_eq!(head(), None);
        cache.keep("m", request.clone(), kept("a"), &on("x"), 1);
        for (from, to, then) in [(1, 3, 3), (1, 9, 3), (3, 2, 3), (3, 4, 4)] {
            cache.confirm("m", &request, &[0; 32], from, to);
            assert_eq!(head(), Some(then));
        }
    }

    #[test]
    fn another_jurisdiction_changes_nothing() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.keep("m", request.clone(), kept("a"), &Depends::Everything, 1);
        cache.committed("k", 2, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), Some(kept("a")));
    }
}
