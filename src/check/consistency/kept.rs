//! What was found for a scope, kept for its later pages: what is found at a revision never changes again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Comparison, Count, Discrepancy};
use crate::limits;

/// The hash of the question, the jurisdiction, the revision, and who may see what.
pub type Key = ([u8; 32], String, i64, [u8; 32]);

/// Everything that was found, the gravest first.
#[derive(Debug, Default)]
pub struct Found {
    /// What does not agree, with the units from the top down.
    pub discrepancies: Vec<(Discrepancy, Vec<String>)>,
    /// By comparison, in the order of the words.
    pub counts: Vec<(Comparison, Count)>,
    /// How many are left out.
    pub omitted: usize,
}

/// What was found last; the oldest go first.
#[derive(Debug, Default)]
pub struct KeptFindings(Mutex<VecDeque<(Key, Arc<Found>)>>);

impl KeptFindings {
    /// What was found before for a question.
    pub fn find(&self, key: &Key) -> Option<Arc<Found>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(other, _)| other == key).map(|(_, found)| found.clone())
    }

    /// Keeps what was found.
    pub fn keep(&self, key: Key, found: Arc<Found>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((key, found));
        while kept.len() > limits::count(limits::CONSISTENCY_KEPT) {
            kept.pop_front();
        }
    }
}
