//! One writer: takes what is queued, runs it as a group in one transaction, commits once, then answers all.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::journal::{self, Head};
use super::queue::Queue;
use super::tx::{Passed, Tx};
use super::{Command, Heads, Observer, Outcome, Settings, request};
use crate::db::{self, Conn, Database, Opening, Session};
use crate::error::{Error, Reason, Result};
use crate::limits;

/// How long the outcome of a lost COMMIT is looked for.
const LOOK_UP: Duration = Duration::from_secs(5);

/// How many times as long as the last COMMIT a group executes at least, where commands wait.
const COMMITS: u32 = 3;

/// The transaction of a group is gone, with everything in it.
#[derive(Debug)]
pub struct LostWrites(pub Error);

/// A thread that writes.
pub(super) struct Writer {
    settings: Settings,
    session: Option<Session>,
    queue: Arc<Queue<Box<dyn Command>>>,
    heads: Arc<Heads>,
    observer: Arc<dyn Observer>,
    /// How long the last COMMIT took.
    committed_in: Duration,
}

/// A command in the queue.
type Waiting = Box<dyn Command>;

/// A command that has run, with what it came to.
struct Ran {
    command: Box<dyn Command>,
    outcome: Result<Outcome>,
    /// What to tell the observer, where it wrote.
    wrote: Option<(i64, Vec<String>)>,
}

/// The gate of one jurisdiction inside a group.
struct Gate {
    found: bool,
    base: Head,
    head: Head,
    /// Whether a command of the group changed what authority rests on.
    touched: bool,
    /// What the commands of the group name.
    names: Vec<String>,
}

/// The savepoint of a transaction: never more than one, which each command sets anew.
///
/// It is released only where the next is set, which saves a round trip; COMMIT releases what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Savepoint {
    /// Not set.
    #[default]
    Unset,
    /// Set, and nothing done since, or all of it undone.
    Fresh,
    /// A command ended well since it was set.
    Passed,
}

impl Savepoint {
    /// Sets it behind the command that ended well, so that the next can be undone alone.
    fn set(&mut self, conn: &mut Conn) -> Result<(), LostWrites> {
        let set = match (*self, &conn) {
            (Self::Fresh, _) => Ok(()),
            (Self::Unset, _) => conn.execute_fixed("SAVEPOINT command", &[]).map(drop),
            (Self::Passed, Conn::Pg(_)) => conn.run("RELEASE SAVEPOINT command; SAVEPOINT command"),
            (Self::Passed, Conn::Sqlite(_)) => conn
                .execute_fixed("RELEASE SAVEPOINT command", &[])
                .and_then(|_| conn.execute_fixed("SAVEPOINT command", &[]).map(drop)),
        };
        *self = Self::Fresh;
        set.map_err(|error| LostWrites(error.into()))
    }

    /// Undoes what was done since it was set.
    fn undo(&mut self, conn: &mut Conn) -> Result<(), LostWrites> {
        *self = Self::Fresh;
        conn.run("ROLLBACK TO command").map_err(|error| LostWrites(error.into()))
    }
}

/// The gates that a transaction has passed, by jurisdiction, and its savepoint.
#[derive(Default)]
struct Gates {
    passed: BTreeMap<String, Gate>,
    savepoint: Savepoint,
}

/// Opens a connection that may write, with the lock that tells processes apart on PostgreSQL.
pub(super) fn open_writer(settings: &Settings) -> Result<Session> {
    let mut session = Session::open(&settings.database, Opening::Writer)?;
    match session.anywhere() {
        Conn::Pg(pg) => db::take_writer_lock(pg, settings.sole_writer)?,
        // SQLite opens for reading alone, and says nothing, what it could not open for writing.
        // Only a statement that writes finds out; this one writes what is there, and is undone.
        conn @ Conn::Sqlite(_) => {
            conn.begin_write()?;
            conn.run("PRAGMA user_version = 0")?;
            conn.run("ROLLBACK")?;
        }
    }
    Ok(session)
}

impl Writer {
    pub(super) fn new(
        settings: Settings,
        session: Session,
        queue: Arc<Queue<Box<dyn Command>>>,
        heads: Arc<Heads>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self { settings, session: Some(session), queue, heads, observer, committed_in: Duration::ZERO }
    }

    /// Serves the queue until it is closed and empty.
    pub(super) fn run(mut self) {
        while let Some((queued, first)) = self.queue.pop() {
            metrics::histogram!("kehoach_write_queue_seconds").record(queued.elapsed().as_secs_f64());
            let Some(mut session) = self.connection() else {
                first.answer(Err(busy()));
                continue;
            };
            match self.run_group(&mut session, first) {
                Ok(()) => self.session = Some(session),
                Err(commands) => {
                    // The whole transaction is gone. One command was at fault, so each gets a transaction of its own.
                    self.session = Some(session);
                    self.run_singly(commands);
                }
            }
            if self.settings.alarm.is_raised() {
                return self.refuse_all();
            }
        }
    }

    /// Refuses what waits and what comes. After a failed write or fsync nobody knows what of the file is on the disk and
    /// what is only in memory; the next process reads it again and goes on from what is there.
    fn refuse_all(&self) {
        self.queue.close();
        while let Some((_, command)) = self.queue.pop() {
            command.answer(Err(busy()));
        }
    }

    /// Raises the alarm where an error says that the disk failed.
    fn watch_disk(&self, error: &Error) {
        if db::is_disk_failure(error) && !self.settings.alarm.is_raised() {
            let error = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(
                error,
                "the disk failed: this process writes no more and ends; start it again once the disk is sound"
            );
            self.settings.alarm.raise();
        }
    }

    fn connection(&mut self) -> Option<Session> {
        if let Some(session) = self.session.take() {
            return Some(session);
        }
        // A sole writer that lost its connection cannot know what others wrote meanwhile.
        if self.heads.is_sole_writer() && matches!(self.settings.database, Database::Postgres(_)) {
            self.heads.set_sole_writer(false);
        }
        match open_writer(&Settings { sole_writer: false, ..self.settings.clone() }) {
            Ok(session) => Some(session),
            Err(_) => {
                self.queue.pause(limits::millis(limits::RETRY_MS));
                None
            }
        }
    }

    /// Runs a group; gives the commands back where the transaction was lost before COMMIT was sent.
    fn run_group(&mut self, session: &mut Session, first: Box<dyn Command>) -> Result<(), Vec<Box<dyn Command>>> {
        let home = first.executing().jurisdiction.clone();
        let mut ran = Vec::new();
        let mut gates = Gates::default();
        let conn = match begin(session, &home) {
            Ok(conn) => conn,
            Err(lost) => return self.give_up(session, vec![first], ran, lost),
        };
        let one_jurisdiction = matches!(conn, Conn::Pg(_));
        let mut started = None;
        let mut next = Some(first);
        while let Some(command) = next.take() {
            match self.run_command(conn, &mut gates, command) {
                Ok(done) => ran.push(done),
                Err((command, lost)) => return self.give_up(session, vec![command], ran, lost),
            }
            // From behind the gate on: where another process held it for long, all that waited meanwhile goes through together.
            let begun = *started.get_or_insert_with(Instant::now);
            if !self.is_full(ran.len(), begun.elapsed()) {
                let fits = |command: &Waiting| !one_jurisdiction || command.executing().jurisdiction == home;
                next = self.queue.pop_if(fits).map(|(queued, command)| {
                    metrics::histogram!("kehoach_write_queue_seconds").record(queued.elapsed().as_secs_f64());
                    command
                });
            }
        }
        metrics::histogram!("kehoach_group_commands").record(ran.len() as f64);
        if let Err(lost) = move_heads(conn, &gates.passed) {
            return self.give_up(session, Vec::new(), ran, lost);
        }
        self.commit(session, ran, &gates.passed);
        Ok(())
    }

    /// Whether a group shall commit before it runs one more command.
    ///
    /// Also where it would soon have taken all that wait: while its callers are answered and ask again, the others keep the writer
    /// busy. That pays once a COMMIT is a small part of it.
    fn is_full(&self, ran: usize, elapsed: Duration) -> bool {
        ran >= limits::count(limits::GROUP_COMMANDS)
            || elapsed >= limits::millis(limits::GROUP_EXECUTION_MS)
            || (elapsed >= COMMITS * self.committed_in && self.queue.waiting() <= ran)
    }

    /// Ends what is left of a transaction and hands its commands back to be run again.
    fn give_up(
        &mut self,
        session: &mut Session,
        mut commands: Vec<Box<dyn Command>>,
        ran: Vec<Ran>,
        lost: LostWrites,
    ) -> Result<(), Vec<Box<dyn Command>>> {
        tracing::warn!(error = %lost.0, commands = commands.len() + ran.len(), "a group of commands lost its transaction");
        self.watch_disk(&lost.0);
        drop(session.anywhere().run("ROLLBACK"));
        session.reset();
        commands.splice(0..0, ran.into_iter().map(|ran| ran.command));
        Err(commands)
    }

    /// Runs each command in a transaction of its own; one that loses it again is answered.
    fn run_singly(&mut self, commands: Vec<Box<dyn Command>>) {
        for command in commands {
            if self.settings.alarm.is_raised() {
                command.answer(Err(busy()));
                continue;
            }
            let Some(mut session) = self.usable_connection() else {
                command.answer(Err(busy()));
                continue;
            };
            if let Err((command, lost)) = self.run_alone(&mut session, command) {
                drop(session.anywhere().run("ROLLBACK"));
                session.reset();
                self.watch_disk(&lost.0);
                command.answer(Err(if self.settings.alarm.is_raised() { busy() } else { lost.0 }));
            }
            self.session = Some(session);
        }
    }

    /// Runs a command in a transaction of its own; gives it back where that was lost.
    fn run_alone(&mut self, session: &mut Session, command: Waiting) -> Result<(), (Waiting, LostWrites)> {
        let home = command.executing().jurisdiction.clone();
        let conn = match begin(session, &home) {
            Ok(conn) => conn,
            Err(lost) => return Err((command, lost)),
        };
        let mut gates = Gates::default();
        let ran = self.run_command(conn, &mut gates, command)?;
        if let Err(lost) = move_heads(conn, &gates.passed) {
            return Err((ran.command, lost));
        }
        self.commit(session, vec![ran], &gates.passed);
        Ok(())
    }

    /// The connection if it still answers, or a new one.
    fn usable_connection(&mut self) -> Option<Session> {
        let mut session = self.connection()?;
        if session.anywhere().run("SELECT 1").is_ok() {
            return Some(session);
        }
        drop(session);
        self.connection()
    }

    /// Commits, tells the observer, then answers everybody.
    fn commit(&mut self, session: &mut Session, ran: Vec<Ran>, gates: &BTreeMap<String, Gate>) {
        let wrote = ran.iter().find(|ran| ran.wrote.is_some()).map(|ran| ran.command.executing().clone());
        let Some(executing) = wrote else {
            // Nothing to keep: refusals, replays and trials only.
            drop(session.anywhere().run("ROLLBACK"));
            return answer_all(ran);
        };
        let begun = Instant::now();
        let committed = session.anywhere().run("COMMIT");
        self.committed_in = begun.elapsed();
        let decided = match committed {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::error!(error = %error, "COMMIT failed");
                self.watch_disk(&error.into());
                // What this process sees after a failed fsync is not what the next one will find.
                if self.settings.alarm.is_raised() {
                    Err(true)
                } else {
                    self.look_up(session, &executing.jurisdiction, &executing.command_id)
                }
            }
        };
        match decided {
            Ok(()) => {
                // What is kept ends before the head moves, so that no old answer is given beside the new head.
                for done in &ran {
                    if let Some((revision, names)) = &done.wrote {
                        self.observer.committed(&done.command.executing().jurisdiction, *revision, names);
                    }
                }
                for (jurisdiction, gate) in gates.iter().filter(|(_, gate)| gate.head != gate.base) {
                    self.heads.note(jurisdiction, gate.head);
                }
                answer_all(ran);
            }
            Err(unknown) => {
                for done in ran {
                    let error = if unknown { Error::OutcomeUnknown } else { busy() };
                    done.command.answer(Err(error));
                }
            }
        }
    }

    /// Runs one command behind its SAVEPOINT; gives it back where the transaction was lost.
    fn run_command(
        &self,
        conn: &mut Conn,
        Gates { passed: gates, savepoint }: &mut Gates,
        mut command: Box<dyn Command>,
    ) -> Result<Ran, (Box<dyn Command>, LostWrites)> {
        let executing = command.executing().clone();
        if executing.deadline <= Instant::now() {
            return Ok(Ran { command, outcome: Err(Error::Deadline), wrote: None });
        }
        let jurisdiction = executing.jurisdiction.clone();
        if !gates.contains_key(&jurisdiction) {
            match journal::pass_gate(conn, &jurisdiction) {
                Ok(head) => {
                    let base = head.unwrap_or_default();
                    let gate = Gate { found: head.is_some(), base, head: base, touched: false, names: Vec::new() };
                    gates.insert(jurisdiction.clone(), gate);
                }
                Err(error) => return Err((command, LostWrites(error))),
            }
        }
        let Some(gate) = gates.get_mut(&jurisdiction) else {
            return Ok(Ran { command, outcome: Err(Error::bug("a gate that was passed is missing")), wrote: None });
        };
        let at = self.settings.clock.now().max(gate.head.at + 1);
        if let Err(lost) = savepoint.set(conn) {
            return Err((command, lost));
        }
        let result = catch_unwind(AssertUnwindSafe(|| attempt(conn, &mut command, gate, at)))
            .unwrap_or_else(|_| Err(Error::bug("a command panicked")));
        let (outcome, wrote, end) = match result {
            Ok(Done::Wrote(head, names)) => {
                gate.head = head;
                gate.touched |= names.iter().any(|name| self.observer.concerns_authority(name));
                gate.names.extend_from_slice(&names);
                (Ok(Outcome { head: head.revision, replayed: false }), Some((head.revision, names)), End::Keep)
            }
            Ok(Done::Tried) => (Ok(Outcome { head: gate.head.revision, replayed: false }), None, End::Undo),
            Ok(Done::Replayed) => (Ok(Outcome { head: gate.head.revision, replayed: true }), None, End::Undo),
            Err(error) => (Err(error), None, End::Undo),
        };
        if let Err(error) = &outcome
            && db::is_disk_failure(error)
        {
            return Err((command, LostWrites(outcome.err().unwrap_or_else(busy))));
        }
        let ended = match end {
            End::Keep => {
                *savepoint = Savepoint::Passed;
                Ok(())
            }
            End::Undo => savepoint.undo(conn),
        };
        match ended {
            Ok(()) => Ok(Ran { command, outcome, wrote }),
            Err(lost) => Err((command, LostWrites(outcome.err().unwrap_or(lost.0)))),
        }
    }

    /// Whether a command whose COMMIT was lost is in the journal: `Err(false)` if not, `Err(true)` if that cannot be learnt.
    ///
    /// The gate is passed first: then the old transaction has ended, one way or the other.
    fn look_up(&mut self, session: &mut Session, jurisdiction: &str, command_id: &str) -> Result<(), bool> {
        drop(session.anywhere().run("ROLLBACK"));
        session.reset();
        let until = Instant::now() + LOOK_UP;
        while Instant::now() < until {
            let found = begin(session, jurisdiction).map_err(|lost| lost.0).and_then(|conn| {
                journal::pass_gate(conn, jurisdiction)?;
                let found = journal::is_committed(conn, jurisdiction, command_id)?;
                conn.run("ROLLBACK")?;
                Ok(found)
            });
            match found {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(false),
                Err(_) => {
                    self.queue.pause(limits::millis(limits::RETRY_MS));
                    if let Ok(mut fresh) = open_writer(&Settings { sole_writer: false, ..self.settings.clone() }) {
                        if self.heads.is_sole_writer() && matches!(fresh.anywhere(), Conn::Pg(_)) {
                            self.heads.set_sole_writer(false);
                        }
                        *session = fresh;
                    }
                }
            }
        }
        Err(true)
    }
}

/// Begins a transaction in a jurisdiction, which is entered before: a rollback would undo it.
fn begin<'a>(session: &'a mut Session, jurisdiction: &str) -> Result<&'a mut Conn, LostWrites> {
    let conn = session.enter(jurisdiction).map_err(LostWrites)?;
    conn.begin_write().map_err(|error| LostWrites(error.into()))?;
    Ok(conn)
}

/// What becomes of what a command did.
#[derive(Debug, Clone, Copy)]
enum End {
    Keep,
    Undo,
}

/// How a command ended inside its savepoint.
enum Done {
    Wrote(Head, Vec<String>),
    Tried,
    Replayed,
}

fn attempt(conn: &mut Conn, command: &mut Box<dyn Command>, gate: &Gate, at: i64) -> Result<Done> {
    let (head, executing) = (gate.head, command.executing().clone());
    let passed = Passed { committed: gate.base.revision, touched: gate.touched };
    if let Some(request) = &executing.request {
        let found = request::find(conn, &executing.jurisdiction, &executing.actor, executing.method, request)?;
        if let Some(first) = found {
            let mut tx = Tx::new(conn, &executing.jurisdiction, (head.revision, at), passed, &gate.names);
            command.replay(&mut tx, &first)?;
            return Ok(Done::Replayed);
        }
    }
    let mut tx = Tx::new(conn, &executing.jurisdiction, (head.revision + 1, at), passed, &gate.names);
    let entry = command.execute(&mut tx).map_err(|error| tx.failure().unwrap_or(error))?;
    if executing.validate_only {
        tx.settle()?;
        return Ok(Done::Tried);
    }
    let head = journal::append(&mut tx, &executing, &entry, head.hash)?;
    // The last moment at which a command can be left out of its group.
    if executing.deadline <= Instant::now() {
        return Err(Error::Deadline);
    }
    Ok(Done::Wrote(head, entry.names))
}

fn move_heads(conn: &mut Conn, gates: &BTreeMap<String, Gate>) -> Result<(), LostWrites> {
    for (jurisdiction, gate) in gates.iter().filter(|(_, gate)| gate.head != gate.base) {
        journal::move_head(conn, jurisdiction, gate.found, gate.head).map_err(LostWrites)?;
    }
    Ok(())
}

fn answer_all(ran: Vec<Ran>) {
    for done in ran {
        done.command.answer(done.outcome);
    }
}

fn busy() -> Error {
    Error::Busy { reason: Reason::Busy, retry_ms: limits::RETRY_MS }
}
