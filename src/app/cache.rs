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

/// The answers to one request: one for each that callers may see.
type Variants = Vec<Kept>;

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
        let visibility = sees(&variants.first()?.jurisdiction)?;
        variants.iter().find(|kept| kept.visibility == visibility).cloned()
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
        state.put(key, kept);
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
    fn put(&mut self, key: Key, kept: Kept) {
        let size = kept.bytes.len() + key.1.len();
        let variants = self.entries.entry(key.clone()).or_default();
        let is_first = variants.is_empty();
        let full = variants.len() >= VARIANTS;
        let same = variants.iter().position(|other| other.visibility == kept.visibility);
        if let Some(place) = same.or(full.then_some(0)) {
            let old = variants.remove(place);
            self.bytes = self.bytes.saturating_sub(old.bytes.len() + key.1.len());
        }
        variants.push(kept);
        self.bytes += size;
        if is_first {
            self.order.push_back(key);
        }
    }

    fn remove(&mut self, key: &Key) {
        for kept in self.entries.remove(key).unwrap_or_default() {
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
    fn another_jurisdiction_changes_nothing() {
        let cache = Cache::default();
        let request = Bytes::from_static(b"q");
        cache.keep("m", request.clone(), kept("a"), &Depends::Everything, 1);
        cache.committed("k", 2, &["x".to_owned()]);
        assert_eq!(cache.get("m", &request, |_| Some([0; 32])), Some(kept("a")));
    }
}
