//! Estimates as lists show them, kept encoded: what one says at a revision never changes again, whatever list it stands in.
//!
//! Each is known by the revision that last changed it or any of its lines, which the list finds first. Absent: ends; one that
//! was changed is found no more, because its revision is another.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::model::{Estimate, Key};
use crate::limits;

/// What one takes of memory beside its bytes: its key twice, and the maps.
const OVERHEAD: usize = 300;

/// One of a list.
#[derive(Debug, Clone)]
pub enum Listed {
    /// Kept.
    Kept(Arc<Kept>),
    /// Read.
    Read(Box<Estimate>),
}

impl Listed {
    /// The key by which it stands in the list.
    pub fn key(&self) -> &Key {
        match self {
            Self::Kept(kept) => &kept.key,
            Self::Read(estimate) => &estimate.key,
        }
    }
}

/// The estimates that are kept, by jurisdiction and id; the oldest go first.
#[derive(Debug, Default)]
pub struct KeptEstimates(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: HashMap<String, HashMap<String, Arc<Kept>>>,
    order: VecDeque<(String, String)>,
    bytes: usize,
}

/// One that is kept, with the key by which it stands in a list.
#[derive(Debug)]
pub struct Kept {
    pub revision: i64,
    pub bytes: Bytes,
    pub key: Key,
}

impl KeptEstimates {
    /// Those of some estimates that are kept as these revisions left them, in the same order.
    pub fn find(&self, jurisdiction: &str, wanted: &[(String, i64)]) -> Vec<Option<Listed>> {
        let state = self.lock();
        let all = state.kept.get(jurisdiction);
        let one = |(id, revision): &(String, i64)| {
            let kept = all?.get(id).filter(|kept| kept.revision == *revision)?;
            Some(Listed::Kept(kept.clone()))
        };
        wanted.iter().map(one).collect()
    }

    /// Keeps one as it was encoded.
    pub fn keep(&self, (jurisdiction, id): (String, String), kept: Kept) {
        let mut state = self.lock();
        state.bytes += kept.bytes.len() + OVERHEAD;
        match state.kept.entry(jurisdiction.clone()).or_default().insert(id.clone(), Arc::new(kept)) {
            Some(old) => state.bytes = state.bytes.saturating_sub(old.bytes.len() + OVERHEAD),
            None => state.order.push_back((jurisdiction, id)),
        }
        while state.bytes > limits::count(limits::LISTED_BYTES) {
            let Some((jurisdiction, id)) = state.order.pop_front() else { break };
            if let Some(old) = state.kept.get_mut(&jurisdiction).and_then(|all| all.remove(&id)) {
                state.bytes = state.bytes.saturating_sub(old.bytes.len() + OVERHEAD);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Kind;
    use super::*;

    fn key(unit: &str) -> Key {
        Key { unit: unit.to_owned(), fiscal_year: 2024, kind: Kind::Annual, series: String::new(), sequence: 1 }
    }

    fn found(kept: &KeptEstimates, jurisdiction: &str, id: &str, revision: i64) -> Option<Bytes> {
        match kept.find(jurisdiction, &[(id.to_owned(), revision)]).remove(0)? {
            Listed::Kept(kept) => Some(kept.bytes.clone()),
            Listed::Read(_) => None,
        }
    }

    #[test]
    fn an_estimate_is_found_at_its_own_revision_only() {
        let kept = KeptEstimates::default();
        let keep = |revision, text| {
            let one = Kept { revision, bytes: Bytes::from_static(text), key: key("u") };
            kept.keep(("j".to_owned(), "e".to_owned()), one);
        };
        keep(3, b"old");
        assert_eq!(found(&kept, "j", "e", 3), Some(Bytes::from_static(b"old")));
        keep(5, b"new");
        let all =
            [("j", 3), ("j", 4), ("j", 5), ("k", 5)].map(|(jurisdiction, at)| found(&kept, jurisdiction, "e", at));
        assert_eq!(all, [None, None, Some(Bytes::from_static(b"new")), None]);
    }

    #[test]
    fn the_oldest_go_first() {
        let kept = KeptEstimates::default();
        let big = Bytes::from(vec![0; limits::count(limits::LISTED_BYTES) / 2]);
        for id in ["a", "b"] {
            let one = Kept { revision: 1, bytes: big.clone(), key: key("u") };
            kept.keep(("j".to_owned(), id.to_owned()), one);
        }
        assert_eq!(["a", "b"].map(|id| found(&kept, "j", id, 1).is_some()), [false, true]);
    }
}
