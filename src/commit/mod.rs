//! The write path: commands in order, in groups, each with its revision and journal row, answered after COMMIT.
//!
//! A command is a closure that may run twice; it gets a [`Tx`], without which nothing can be written, and leaves an
//! [`Entry`], without which nothing is committed. Absent: retries of refused commands; a refusal is an answer.

mod alarm;
mod group;
mod heads;
pub mod journal;
mod queue;
mod request;
mod tx;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

pub use alarm::Alarm;
pub use group::LostWrites;
pub use heads::Heads;
pub use journal::Head;
pub use queue::Queue;
pub use request::First;
pub use tx::{Change, Entry, Passed, RowHasher, Stamp, Tx, View, digest};

use crate::clock::Clock;
use crate::db::{Database, Engine, Opening, Session};
use crate::error::{Error, Reason, Result};
use crate::limits;

/// The caller's own id for a call, with the SHA-256 of the call's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// A UUID.
    pub id: String,
    /// The hash of everything that the request says.
    pub fingerprint: [u8; 32],
}

/// What the journal is told about a command, beside what the command itself leaves.
#[derive(Debug, Clone)]
pub struct Executing {
    /// The jurisdiction whose journal it goes into.
    pub jurisdiction: String,
    /// Who executes it.
    pub actor: String,
    /// Whom that one stands in for; empty for nobody.
    pub on_behalf_of: String,
    /// The method, as `/kehoach.v1.BudgetService/CreateEstimate`.
    pub method: &'static str,
    /// Made by the server; looks the outcome up after a lost COMMIT.
    pub command_id: String,
    /// Given by the caller, or nothing.
    pub request: Option<Request>,
    /// Why, in the caller's words.
    pub reason: String,
    /// After this instant nothing is begun or released.
    pub deadline: Instant,
    /// Everything but the effect.
    pub validate_only: bool,
}

/// A command on its way to a writer.
pub trait Command: Send {
    /// What the journal is told.
    fn executing(&self) -> &Executing;
    /// Runs the command; it may run again if its transaction is lost.
    fn execute(&mut self, tx: &mut Tx<'_>) -> Result<Entry>;
    /// Reads the first answer again, at the revision of its first execution.
    fn replay(&mut self, tx: &mut Tx<'_>, first: &First) -> Result<()>;
    /// Sends the answer; called once, after COMMIT.
    fn answer(self: Box<Self>, outcome: Result<Outcome>);
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The head after it.
    pub head: i64,
    /// Whether this is the answer of an earlier execution.
    pub replayed: bool,
}

/// Is told about every command that was committed, before its caller is.
pub trait Observer: Send + Sync {
    /// A command committed in `jurisdiction` as `revision`, touching `names`.
    fn committed(&self, jurisdiction: &str, revision: i64, names: &[String]);
    /// Whether a command that names an object changes what authority rests on.
    fn concerns_authority(&self, _name: &str) -> bool {
        false
    }
}

/// The writer threads.
pub struct Writers {
    queues: Vec<Arc<Queue<Box<dyn Command>>>>,
    threads: Vec<JoinHandle<()>>,
}

/// What the writers need to know.
#[derive(Clone)]
pub struct Settings {
    /// Where to write.
    pub database: Database,
    /// How many writers; SQLite has one, and so has a sole writer on PostgreSQL.
    pub writers: usize,
    /// Whether no other process may write to this PostgreSQL database.
    pub sole_writer: bool,
    /// The clock of the gate.
    pub clock: Clock,
    /// Raised where the disk fails.
    pub alarm: Arc<Alarm>,
}

impl Writers {
    /// Opens the connections and starts the threads.
    pub fn start(settings: &Settings, heads: &Arc<Heads>, observer: &Arc<dyn Observer>) -> Result<Self> {
        let count = match settings.database.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres if settings.sole_writer => 1,
            Engine::Postgres => settings.writers.max(1),
        };
        let mut writers = Self { queues: Vec::new(), threads: Vec::new() };
        for number in 0..count {
            let queue = Arc::new(Queue::new(limits::count(limits::WRITE_QUEUE)));
            let session = group::open_writer(settings)?;
            let writer = group::Writer::new(settings.clone(), session, queue.clone(), heads.clone(), observer.clone());
            let thread = std::thread::Builder::new()
                .name(format!("writer-{number}"))
                .spawn(move || writer.run())
                .map_err(|e| Error::Internal(e.into()))?;
            writers.queues.push(queue);
            writers.threads.push(thread);
        }
        heads.set_sole_writer(settings.database.engine() == Engine::Sqlite || settings.sole_writer);
        Ok(writers)
    }

    /// Queues a command for the writer of its jurisdiction, or refuses it at once.
    pub fn submit(&self, command: Box<dyn Command>) {
        let executing = command.executing();
        if executing.deadline <= Instant::now() {
            return command.answer(Err(Error::Deadline));
        }
        let mut hasher = DefaultHasher::new();
        executing.jurisdiction.hash(&mut hasher);
        let position = usize::try_from(hasher.finish() % self.queues.len().max(1) as u64).unwrap_or_default();
        let actor = executing.actor.clone();
        let full = Error::Busy { reason: Reason::QueueFull, retry_ms: limits::RETRY_MS };
        match self.queues.get(position) {
            Some(queue) => {
                if let Err(command) = queue.push(&actor, command) {
                    command.answer(Err(full));
                }
            }
            None => command.answer(Err(full)),
        }
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.queues.iter().map(|queue| queue.waiting()).sum()
    }

    /// Serves what is queued, refuses what comes, and waits for the threads to end.
    pub fn stop(mut self) {
        for queue in &self.queues {
            queue.close();
        }
        for thread in self.threads.drain(..) {
            // A writer that panicked has already said so in the log.
            drop(thread.join());
        }
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        for queue in &self.queues {
            queue.close();
        }
    }
}

/// Opens a connection for reading.
pub fn open_reader(database: &Database) -> Result<Session> {
    Session::open(database, Opening::Reader)
}
