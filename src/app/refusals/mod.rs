//! The log of refused access: who was turned away from what, written aside by a thread of its own.
//!
//! A refusal moves no revision and waits for nothing here: it is handed over, counted where it comes too often, and
//! written in the next batch. Memory is bounded. What was not written yet is lost with the process, and what does not fit is
//! counted in the metrics only: the log shows that somebody tries, it does not prove how often.

mod store;

pub use store::{Logged, RefusalFilter, list_refused};

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::clock::Micros;
use crate::db::Database;
use crate::error::{Error, Reason, Result};
use crate::limits;

/// A call that was refused for who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The jurisdiction; `system` where the call names none.
    pub jurisdiction: String,
    /// When.
    pub at: Micros,
    /// Who, empty where that is not known.
    pub actor: String,
    /// The method, as `/kehoach.v1.BudgetService/CreateEstimate`.
    pub method: &'static str,
    /// Why.
    pub reason: Reason,
}

/// Takes refusals, and never waits.
///
/// The room for them is counted and not laid out, because a server that refuses nobody shall not hold it.
pub struct Refusals {
    send: Sender<Refused>,
    waiting: Arc<AtomicU64>,
}

impl Refusals {
    /// Starts the thread, which opens its connection with the first refusal.
    pub fn start(database: &Database) -> Result<Self> {
        let (send, receive) = channel();
        let waiting = Arc::new(AtomicU64::new(0));
        let (database, received) = (database.clone(), waiting.clone());
        std::thread::Builder::new()
            .name("refusals".to_owned())
            .spawn(move || keep(&database, &Queued { receive, waiting: received }))
            .map_err(|e| Error::Internal(e.into()))?;
        Ok(Self { send, waiting })
    }

    /// Hands a refusal over, or counts it where the thread is behind.
    pub fn note(&self, refused: Refused) {
        // Several at once may go beyond the limit, by as many as there are threads.
        let has_room = self.waiting.load(Ordering::Relaxed) < limits::REFUSAL_QUEUE;
        if has_room {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        }
        if !has_room || self.send.send(refused).is_err() {
            metrics::counter!("kehoach_refusals_not_logged_total").increment(1);
        }
    }
}

/// What was handed over, and how much of it waits.
struct Queued {
    receive: Receiver<Refused>,
    waiting: Arc<AtomicU64>,
}

impl Queued {
    /// The next; an error where none will come any more.
    fn next(&self) -> Result<Refused, RecvError> {
        self.receive.recv().inspect(|_| self.taken())
    }

    /// The same; an error also where none came in time.
    fn next_within(&self, time: Duration) -> Result<Refused, RecvTimeoutError> {
        self.receive.recv_timeout(time).inspect(|_| self.taken())
    }

    fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is written next: single refusals in their order, and the others of their second by what they have in common.
#[derive(Debug, Default)]
struct Batch {
    listed: Vec<Refused>,
    counted: BTreeMap<(String, String, &'static str, Reason), (Micros, i64)>,
    /// The second that is counted, and how many each caller had in it.
    second: i64,
    seen: HashMap<String, u64>,
}

impl Batch {
    fn add(&mut self, refused: Refused) {
        let second = refused.at.div_euclid(1_000_000);
        if second != self.second {
            self.second = second;
            self.seen.clear();
        }
        let seen = self.seen.entry(refused.actor.clone()).or_default();
        *seen += 1;
        if *seen <= limits::REFUSALS_LISTED {
            self.listed.push(refused);
            return;
        }
        let Refused { jurisdiction, at, actor, method, reason } = refused;
        let (first, count) = self.counted.entry((jurisdiction, actor, method, reason)).or_insert((at, 0));
        *first = (*first).min(at);
        *count += 1;
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.counted.is_empty()
    }

    /// What there is to write, each with how often it occurred.
    fn take(&mut self) -> Vec<(Refused, i64)> {
        let listed = std::mem::take(&mut self.listed).into_iter().map(|refused| (refused, 1));
        let counted = std::mem::take(&mut self.counted).into_iter();
        let counted = counted.map(|((jurisdiction, actor, method, reason), (at, count))| {
            (Refused { jurisdiction, at, actor, method, reason }, count)
        });
        listed.chain(counted).collect()
    }
}

/// Collects for a moment, writes, and begins again, until nobody can hand anything over any more.
fn keep(database: &Database, refusals: &Queued) {
    let mut log = store::Log::new(database.clone());
    let mut batch = Batch::default();
    loop {
        let Ok(first) = refusals.next() else { return };
        batch.add(first);
        let until = std::time::Instant::now() + limits::millis(limits::REFUSAL_BATCH_MS);
        let mut ended = false;
        loop {
            let left = until.saturating_duration_since(std::time::Instant::now());
            match refusals.next_within(left.max(Duration::from_millis(1))) {
                Ok(next) => batch.add(next),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    ended = true;
                    break;
                }
            }
            if left.is_zero() {
                break;
            }
        }
        if !batch.is_empty()
            && let Err(error) = log.write(&batch.take())
        {
            metrics::counter!("kehoach_refusals_not_logged_total").increment(1);
            tracing::warn!(%error, "refusals could not be logged");
        }
        if ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(at: Micros, actor: &str) -> Refused {
        let (jurisdiction, actor) = ("dt".to_owned(), actor.to_owned());
        Refused { jurisdiction, at, actor, method: "/m", reason: Reason::NotAdministrator }
    }

    #[test]
    fn ten_a_second_are_listed_and_the_others_counted() {
        let mut batch = Batch::default();
        for number in 0..25 {
            batch.add(refused(number, "a"));
        }
        batch.add(refused(30, "b"));
        let written = batch.take();
        let counts: Vec<_> =
            written.iter().map(|(refused, count)| (refused.actor.as_str(), refused.at, *count)).collect();
        assert_eq!(counts.len(), 12);
        assert_eq!((counts[9], counts[10], counts[11]), (("a", 9, 1), ("b", 30, 1), ("a", 10, 15)));
        // The next second begins anew, also within a batch; and what was written is not written again.
        batch.add(refused(999_999, "a"));
        batch.add(refused(1_000_000, "a"));
        let written = batch.take();
        assert_eq!(
            written.iter().map(|(refused, count)| (refused.at, *count)).collect::<Vec<_>>(),
            [(1_000_000, 1), (999_999, 1)]
        );
        assert!(batch.is_empty());
    }
}
