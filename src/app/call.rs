//! One call: who makes it, when, until when, and what is common to every request and answer.

use std::time::Instant;

use crate::app::Depends;
use crate::clock::Micros;
use crate::commit::Request;
use crate::document::authority::Rule;

/// What is known about a call before its message is looked at, and the parts that all messages share.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who makes it.
    pub actor: String,
    /// Whom that one stands in for; empty for nobody.
    pub on_behalf_of: String,
    /// Who may make it.
    pub rule: Rule,
    /// The method, as `/kehoach.v1.BudgetService/CreateEstimate`.
    pub method: &'static str,
    /// When it arrived; whatever depends on today depends on this.
    pub at: Micros,
    /// When an answer is of no more use.
    pub deadline: Instant,
    /// The caller's own id of a mutation, or nothing.
    pub request: Option<Request>,
    /// Everything but the effect.
    pub validate_only: bool,
    /// Why, in the caller's words; kept in the journal.
    pub reason: String,
    /// A fresh id for what the call makes when the caller names nothing: one closure run twice makes the same.
    pub new_id: String,
}

/// Which revision a read is made at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum ReadAt {
    /// The newest.
    #[default]
    Head,
    /// One that was named.
    Revision(i64),
    /// The last at or before an instant.
    Instant(Micros),
}

/// A value with the revisions it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// The head of the jurisdiction when the value was read.
    pub head: i64,
    /// The revision that the value shows.
    pub revision: i64,
    /// Whether an earlier execution of the same request is answered again.
    pub replayed: bool,
    /// What it may be kept under: others with the same say may have it.
    pub visibility: Visibility,
}

/// Stands for what a caller may see; the same for callers who may see the same.
pub type Visibility = [u8; 32];

impl<T> Answer<T> {
    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { value, head, revision, replayed, visibility } = self;
        Answer { value: change(value), head, revision, replayed, visibility }
    }

    /// The answer as one that may be kept for as long as nothing it depends on changes.
    pub fn kept(self, jurisdiction: &str, depends: Depends) -> Keep<T> {
        Keep { answer: self, jurisdiction: jurisdiction.to_owned(), depends }
    }
}

/// An answer with what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep<T> {
    /// The answer.
    pub answer: Answer<T>,
    /// Whose journal ends it.
    pub jurisdiction: String,
    /// What it depends on.
    pub depends: Depends,
}
