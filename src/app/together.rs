//! The heads that calls need, asked for by many of them in one statement where other processes may write.
//!
//! A call is answered by a statement that began after it came, so it misses nothing that was committed before it. While one
//! runs, those that come wait together for the next: the more calls, the more share one, and two at most are waited for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot::{Sender, channel};

use super::App;
use crate::db::Session;
use crate::limits;

/// What was seen of a jurisdiction after a call came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The jurisdiction.
    pub jurisdiction: Arc<str>,
    /// Its head.
    pub head: i64,
    /// The head of `system`, on which calendars and credentials rest.
    pub system: i64,
}

/// Who waits for the next statement, by jurisdiction; nobody stands here where none is running or about to.
#[derive(Debug, Default)]
pub struct Together(Mutex<HashMap<String, Vec<Sender<Seen>>>>);

impl Together {
    /// Lets one more wait; whether it is the first, who has to ask.
    fn wait(&self, jurisdiction: &str, caller: Sender<Seen>) -> bool {
        let mut all = self.lock();
        match all.get_mut(jurisdiction) {
            Some(waiting) => {
                waiting.push(caller);
                false
            }
            None => {
                all.insert(jurisdiction.to_owned(), vec![caller]);
                true
            }
        }
    }

    /// Those whom a statement answers that begins now.
    fn begin(&self, jurisdiction: &str) -> Vec<Sender<Seen>> {
        self.lock().get_mut(jurisdiction).map(std::mem::take).unwrap_or_default()
    }

    /// Whether somebody came since the last statement began; where not, whoever comes next is the first again.
    fn goes_on(&self, jurisdiction: &str) -> bool {
        let mut all = self.lock();
        let goes_on = all.get(jurisdiction).is_some_and(|waiting| !waiting.is_empty());
        if !goes_on {
            all.remove(jurisdiction);
        }
        goes_on
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Sender<Seen>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The heads as they stand after this call came; nothing where they could not be asked for, which whoever reads then learns.
    pub async fn see(&self, jurisdiction: &str, deadline: Instant) -> Option<Seen> {
        let (caller, answered) = channel();
        if self.0.together.wait(jurisdiction, caller) {
            // Apart from the call, which may be given up while others wait for the same.
            tokio::spawn(self.clone().ask_for_all(jurisdiction.into()));
        }
        tokio::time::timeout_at(deadline.into(), answered).await.ok()?.ok()
    }

    async fn ask_for_all(self, jurisdiction: Arc<str>) {
        loop {
            let (app, asked) = (self.clone(), jurisdiction.clone());
            let read = move |session: &mut Session| {
                let callers = app.0.together.begin(&asked);
                let (head, system) = app.heads(session.enter(&asked)?, &asked)?;
                for caller in callers {
                    // Who does not wait any more needs no answer.
                    drop(caller.send(Seen { jurisdiction: asked.clone(), head, system }));
                }
                Ok(())
            };
            let deadline = Instant::now() + limits::millis(limits::DEADLINE_MS);
            if self.read_by(deadline, read).await.is_err() {
                // Nobody waits for what does not come.
                drop(self.0.together.begin(&jurisdiction));
            }
            if !self.0.together.goes_on(&jurisdiction) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_answers_those_who_came_before_it_began() {
        let together = Together::default();
        let caller = || channel().0;
        assert!(together.wait("a", caller()));
        assert!(!together.wait("a", caller()));
        assert!(together.wait("b", caller()));
        assert_eq!(together.begin("a").len(), 2);
        // One who comes while it runs waits for the next.
        assert!(!together.wait("a", caller()));
        assert!(together.goes_on("a"));
        assert_eq!(together.begin("a").len(), 1);
        assert!(!together.goes_on("a"));
        assert!(together.wait("a", caller()));
    }
}
