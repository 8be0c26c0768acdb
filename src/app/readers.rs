//! The reader threads: a fixed number, each with a connection of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot::Sender;

use crate::commit::{Queue, open_reader};
use crate::db::{Database, Engine, Session};
use crate::error::{Error, Reason, Result};
use crate::limits;

/// Runs on a connection; answers whether the connection is still of use.
type Job = Box<dyn FnMut(&mut Session) -> bool + Send>;

/// A fixed set of threads that read.
pub struct Readers {
    queue: Arc<Queue<Job>>,
}

impl Readers {
    /// Opens the connections and starts the threads.
    ///
    /// On SQLite only the first: the others open theirs when they have something to read, so that an idle server does not hold the
    /// schema once for each. On PostgreSQL all, so that one that has no room for them says so at the start.
    pub fn start(database: &Database, count: usize) -> Result<Self> {
        let queue = Arc::new(Queue::new(limits::count(limits::READ_QUEUE)));
        for number in 0..count.max(1) {
            let is_opened = number == 0 || database.engine() == Engine::Postgres;
            let session = is_opened.then(|| open_reader(database)).transpose()?;
            let (database, queue) = (database.clone(), queue.clone());
            std::thread::Builder::new()
                .name(format!("reader-{number}"))
                .spawn(move || serve(&database, session, &queue))
                .map_err(|e| Error::Internal(e.into()))?;
        }
        Ok(Self { queue })
    }

    /// How many reads wait.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Queues a read of a caller; `false` where there is no room for it.
    pub fn submit<T, F>(&self, caller: &str, deadline: Instant, read: F, reply: Sender<Result<T>>) -> bool
    where
        T: Send + 'static,
        F: Fn(&mut Session) -> Result<T> + Send + 'static,
    {
        let mut reply = Some(reply);
        let mut tries = 0;
        let job: Job = Box::new(move |session| {
            tries += 1;
            if reply.as_ref().is_none_or(Sender::is_closed) || deadline <= Instant::now() {
                // The caller has its DEADLINE_EXCEEDED already.
                return true;
            }
            let outcome =
                catch_unwind(AssertUnwindSafe(|| read(session))).unwrap_or_else(|_| Err(Error::bug("a read panicked")));
            if let Err(Error::Internal(_) | Error::Deadline) = outcome {
                session.reset();
            }
            let lost = matches!(outcome, Err(Error::Busy { reason: Reason::Busy, .. }));
            if lost && tries == 1 {
                // A connection that broke while it was idle is no reason to bother the caller.
                return false;
            }
            if let Some(reply) = reply.take() {
                drop(reply.send(outcome));
            }
            !lost
        });
        self.queue.push(caller, job).is_ok()
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn serve(database: &Database, mut session: Option<Session>, queue: &Queue<Job>) {
    while let Some((queued, mut job)) = queue.pop() {
        metrics::histogram!("kehoach_read_queue_seconds").record(queued.elapsed().as_secs_f64());
        for _ in 0..2 {
            if session.is_none() {
                session = open_reader(database).inspect_err(say).ok();
            }
            match &mut session {
                Some(open) => {
                    if job(open) {
                        break;
                    }
                    session = None;
                }
                None => queue.pause(Duration::from_millis(limits::RETRY_MS)),
            }
        }
    }
}

/// That a database cannot be reached is said where that is found out; anything else is said here.
fn say(error: &Error) {
    if let Error::Internal(source) = error {
        tracing::warn!(error = %source, "a reader has no connection");
    }
}
