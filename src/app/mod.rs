//! The machine as the slices see it: read at a revision, write under the gate, keep what was answered.
//!
//! It knows jurisdictions, revisions and encoded answers, and no subject beyond them.

mod cache;
mod call;
pub mod etag;
mod jobs;
mod kept;
mod moments;
mod readers;
mod refusals;
mod shelf;
mod store;
mod together;

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

pub use cache::{Cache, Depends, Kept};
pub use call::{Answer, Call, Keep, ReadAt, Visibility};
use jobs::Work;
pub use readers::Readers;
pub use refusals::{Logged, RefusalFilter, list_refused};
use refusals::{Refusals, Refused};
pub use shelf::Shelf;
pub use store::Instance;
pub use together::Seen;
use together::Together;

use crate::access::{Moment, Standings, concerns};
use crate::clock::Clock;
use crate::commit::{Alarm, Entry, Executing, First, Head, Heads, Observer, Settings, Tx, View, Writers, journal};
use crate::db::{self, Conn, Database, Engine, Migration, Session};
use crate::document::authority::Rule;
use crate::document::standing::Standing;
use crate::error::{Error, Reason, Result};
use crate::id::{Ids, JurisdictionName, SYSTEM};
use crate::identity::model::SERVER;

/// Everything a call needs; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    writers: Writers,
    readers: Readers,
    alarm: Arc<Alarm>,
    heads: Arc<Heads>,
    together: Together,
    cache: Arc<Cache>,
    standings: Arc<Standings>,
    shelf: Shelf,
    instance: Instance,
    refusals: Refusals,
    known: RwLock<HashSet<String>>,
    options: Options,
    /// Keeps other processes away from a SQLite file for as long as this one lives.
    _lock: Option<std::fs::File>,
}

/// How to open the machine.
#[derive(Clone)]
pub struct Options {
    /// Where the data is.
    pub database: Database,
    /// Where to migrate as the owner of the tables; needed on PostgreSQL only.
    pub migrate: Option<Database>,
    /// Writer threads on PostgreSQL.
    pub writers: usize,
    /// Reader threads.
    pub readers: usize,
    /// Whether this process alone may write to a PostgreSQL database.
    pub sole_writer: bool,
    /// The clock.
    pub clock: Clock,
    /// The maker of ids.
    pub ids: Ids,
    /// Whether nobody is authenticated: for development, on loopback only.
    pub is_dev: bool,
}

impl App {
    /// Opens the database, migrates it where that is this process's business, and starts the threads.
    pub fn open(options: Options) -> Result<Self> {
        let lock = store::lock_file(&options.database)?;
        prepare_schema(&options)?;
        let instance = store::load(&options.database, &options.ids, &options.clock)?;
        let heads = Arc::new(Heads::default());
        let cache = Arc::new(Cache::default());
        let standings = Arc::new(Standings::default());
        let observer: Arc<dyn Observer> = Arc::new(Told { cache: cache.clone(), standings: standings.clone() });
        let settings = Settings {
            database: options.database.clone(),
            writers: options.writers,
            sole_writer: options.sole_writer,
            clock: options.clock.clone(),
            alarm: Arc::default(),
        };
        let writers = Writers::start(&settings, &heads, &observer)?;
        let readers = Readers::start(&options.database, options.readers)?;
        let known = RwLock::new(HashSet::from([SYSTEM.to_owned()]));
        let alarm = settings.alarm;
        Ok(Self(Arc::new(Inner {
            writers,
            readers,
            alarm,
            heads,
            together: Together::default(),
            cache,
            standings,
            shelf: Shelf::default(),
            instance,
            refusals: Refusals::start(&options.database)?,
            known,
            options,
            _lock: lock,
        })))
    }

    /// The engine below.
    pub fn engine(&self) -> Engine {
        self.0.options.database.engine()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.options.clock
    }

    /// A fresh id.
    pub fn new_id(&self) -> String {
        self.0.options.ids.next(self.clock().now())
    }

    /// Whether nobody is authenticated, and whoever calls may do everything.
    pub fn is_dev(&self) -> bool {
        self.0.options.is_dev
    }

    /// What this database is known by.
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    /// The encoded answers that are kept.
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// What slices keep in memory between calls.
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// The head of a jurisdiction where this process knows it for certain.
    pub fn known_head(&self, jurisdiction: &str) -> Option<i64> {
        self.0.heads.get(jurisdiction).map(|head| head.revision)
    }

    /// How often any head has moved in this process.
    pub fn head_moves(&self) -> u64 {
        self.0.heads.moves()
    }

    /// Raised where the disk failed, after which this process writes no more and shall end.
    pub fn alarm(&self) -> &Alarm {
        &self.0.alarm
    }

    /// Commands and reads that wait for a thread.
    pub fn waiting(&self) -> (usize, usize) {
        (self.0.writers.waiting(), self.0.readers.waiting())
    }

    /// Executes a command in the journal of a jurisdiction and answers once it is durable.
    ///
    /// `run` may run twice. `replay` reads the same answer again at the revision of the first execution.
    pub async fn write<T, F, R>(&self, call: &Call, jurisdiction: &str, run: F, replay: R) -> Result<Answer<T>>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<(Entry, T)> + Send + 'static,
        R: Fn(&mut View<'_>, &First) -> Result<T> + Send + 'static,
    {
        let (reply, answered) = tokio::sync::oneshot::channel();
        let executing = Executing {
            jurisdiction: jurisdiction.to_owned(),
            actor: call.actor.clone(),
            on_behalf_of: call.on_behalf_of.clone(),
            method: call.method,
            command_id: self.new_id(),
            request: call.request.clone(),
            reason: call.reason.clone(),
            deadline: call.deadline,
            validate_only: call.validate_only,
        };
        let (app, asking) = (self.clone(), call.clone());
        let checked = move |tx: &mut Tx<'_>| {
            app.admit(tx, &asking)?;
            run(tx)
        };
        let (app, asking) = (self.clone(), call.clone());
        // Whoever may not ask any more gets no answer again either.
        let again = move |tx: &mut Tx<'_>, first: &First| {
            app.admit(tx, &asking)?;
            replay(&mut tx.view().at(first.revision), first)
        };
        self.0.writers.submit(Box::new(Work::new(executing, checked, again, reply)));
        let outcome = in_time(call.deadline, answered).await;
        self.note_denial(call, jurisdiction, outcome.as_ref().err());
        outcome
    }

    /// Reads a jurisdiction at a revision, which is settled first and named in the answer.
    pub async fn read<T, F>(&self, call: &Call, jurisdiction: &str, at: ReadAt, read: F) -> Result<Answer<T>>
    where
        T: Send + 'static,
        F: Fn(&mut View<'_>) -> Result<T> + Send + 'static,
    {
        let app = self.clone();
        let asked = jurisdiction.to_owned();
        let asking = call.clone();
        let outcome = self.read_raw(call, move |session| {
            let jurisdiction = asked.as_str();
            if matches!(at, ReadAt::Instant(instant) if instant > asking.at) {
                return Err(Error::invalid("read_at.instant", "lies in the future"));
            }
            let conn = session.enter(jurisdiction)?;
            let (head, system) = app.heads(conn, jurisdiction)?;
            app.require(conn, jurisdiction)?;
            let standing = app.standing(conn, &asking, (jurisdiction, head, head, false), system)?;
            if let Rule::Whole(action) = asking.rule {
                standing.may_here(action)?;
            }
            let revision = settle(conn, jurisdiction, at, head)?;
            let value = read(&mut View { conn, jurisdiction, revision, standing: &standing })?;
            Ok(Answer { value, head, revision, replayed: false, visibility: standing.visibility })
        });
        let outcome = outcome.await;
        self.note_denial(call, jurisdiction, outcome.as_ref().err());
        outcome
    }

    /// Notes in the access log that a call was refused because nobody knows who makes it.
    pub fn note_stranger(&self, method: &'static str) {
        let (jurisdiction, at) = (SYSTEM.to_owned(), self.clock().now());
        let (actor, reason) = (String::new(), Reason::Unauthenticated);
        self.0.refusals.note(Refused { jurisdiction, at, actor, method, reason });
    }

    /// Notes in the access log that a call was denied, if it was.
    fn note_denial(&self, call: &Call, jurisdiction: &str, error: Option<&Error>) {
        if let Some(Error::Denied { reason, .. }) = error {
            let (jurisdiction, actor) = (jurisdiction.to_owned(), call.actor.clone());
            self.0.refusals.note(Refused { jurisdiction, at: call.at, actor, method: call.method, reason: *reason });
        }
    }

    /// Runs a closure on a reader thread.
    pub async fn read_raw<T, F>(&self, call: &Call, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Session) -> Result<T> + Send + 'static,
    {
        self.read_for(&call.actor, call.deadline, read).await
    }

    /// The same on behalf of nobody in particular.
    pub async fn read_by<T, F>(&self, deadline: Instant, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Session) -> Result<T> + Send + 'static,
    {
        self.read_for("", deadline, read).await
    }

    /// The same on behalf of a caller, where there is no call yet.
    pub async fn read_for<T, F>(&self, caller: &str, deadline: Instant, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Session) -> Result<T> + Send + 'static,
    {
        let (reply, answered) = tokio::sync::oneshot::channel();
        if !self.0.readers.submit(caller, deadline, read, reply) {
            return Err(Error::Busy { reason: Reason::QueueFull, retry_ms: crate::limits::RETRY_MS });
        }
        in_time(deadline, answered).await
    }

    /// The head of a jurisdiction: known where this process alone writes, asked for otherwise.
    pub fn head(&self, conn: &mut Conn, jurisdiction: &str) -> Result<i64> {
        if let Some(head) = self.0.heads.get(jurisdiction) {
            return Ok(head.revision);
        }
        let head: Head = journal::head(conn, jurisdiction)?;
        self.0.heads.note(jurisdiction, head);
        Ok(head.revision)
    }

    /// The heads of a jurisdiction and of `system`, on which calendars and credentials rest: known, or asked for in one statement.
    fn heads(&self, conn: &mut Conn, jurisdiction: &str) -> Result<(i64, i64)> {
        if let (Some(own), Some(system)) = (self.known_head(jurisdiction), self.known_head(SYSTEM)) {
            return Ok((own, system));
        }
        let (own, system) = journal::head_beside_system(conn, jurisdiction)?;
        self.0.heads.note(jurisdiction, own);
        self.0.heads.note(SYSTEM, system);
        Ok((own.revision, system.revision))
    }

    /// Refuses a jurisdiction that does not exist. One that exists does so for ever, so it is asked for once.
    fn require(&self, conn: &mut Conn, jurisdiction: &str) -> Result<()> {
        if self.0.known.read().unwrap_or_else(PoisonError::into_inner).contains(jurisdiction) {
            return Ok(());
        }
        if !store::jurisdiction_exists(conn, jurisdiction)? {
            let name = JurisdictionName { jurisdiction: jurisdiction.to_owned() };
            return Err(Error::NotFound { kind: "Jurisdiction", name: name.to_string() });
        }
        self.0.known.write().unwrap_or_else(PoisonError::into_inner).insert(jurisdiction.to_owned());
        Ok(())
    }

    /// Says who executes a command, in its own transaction, and refuses whom the jurisdiction alone refuses.
    fn admit(&self, tx: &mut Tx<'_>, call: &Call) -> Result<()> {
        let (gate, seen) = (tx.gate(), tx.revision());
        let view = tx.view();
        self.require(view.conn, view.jurisdiction)?;
        let moment = (view.jurisdiction, gate.committed, seen, gate.touched);
        let system = self.head(view.conn, SYSTEM)?;
        let standing = self.standing(view.conn, call, moment, system)?;
        if let Rule::Whole(action) = call.rule {
            tx.permit(standing.may_here(action)?);
        }
        tx.stand(standing);
        Ok(())
    }

    /// What the caller may do in a jurisdiction today, given the newest revision that is committed, the newest that is
    /// seen, and whether what lies between changed it.
    fn standing(
        &self,
        conn: &mut Conn,
        call: &Call,
        moment: (&str, i64, i64, bool),
        system: i64,
    ) -> Result<Arc<Standing>> {
        let (jurisdiction, committed, seen, touched) = moment;
        let day = self.0.standings.day(conn, jurisdiction, call, system)?;
        if self.is_dev() || call.actor == SERVER {
            let standing = Standing::everything(jurisdiction, &call.actor, &call.on_behalf_of, day);
            return Ok(Arc::new(standing));
        }
        let moment = Moment { jurisdiction, committed, seen, touched, day: &day };
        self.0.standings.find(conn, (&call.actor, &call.on_behalf_of), moment)
    }

    /// The standing of anybody at the moment of a view, by itself or in the place of another.
    pub fn standing_of(&self, view: &mut View<'_>, who: (&str, &str), head: i64) -> Result<Arc<Standing>> {
        let day = view.standing.day.clone();
        let (jurisdiction, touched) = (view.jurisdiction, false);
        let moment = Moment { jurisdiction, committed: head, seen: head, touched, day: &day };
        self.0.standings.find(view.conn, who, moment)
    }

    /// What the answers to a caller are kept under, where this process knows it without asking the database.
    pub fn visibility(&self, call: &Call, jurisdiction: &str) -> Option<Visibility> {
        if self.is_dev() {
            return Some([0; 32]);
        }
        let head = self.known_head(jurisdiction)?;
        self.0.standings.visibility(call, jurisdiction, head, self.known_head(SYSTEM))
    }
}

/// Who is told about every command that was committed.
struct Told {
    cache: Arc<Cache>,
    standings: Arc<Standings>,
}

impl Observer for Told {
    fn committed(&self, jurisdiction: &str, revision: i64, names: &[String]) {
        self.standings.committed(jurisdiction, revision, names);
        self.cache.committed(jurisdiction, revision, names);
    }

    fn concerns_authority(&self, name: &str) -> bool {
        concerns(name)
    }
}

async fn in_time<T>(deadline: Instant, answered: tokio::sync::oneshot::Receiver<Result<T>>) -> Result<T> {
    match tokio::time::timeout_at(deadline.into(), answered).await {
        Ok(Ok(outcome)) => outcome,
        // The thread dropped the call, which it does only while it has no connection.
        Ok(Err(_)) => Err(Error::Busy { reason: Reason::Busy, retry_ms: crate::limits::RETRY_MS }),
        Err(_) => Err(Error::Deadline),
    }
}

fn prepare_schema(options: &Options) -> Result<()> {
    match (&options.migrate, options.database.engine()) {
        (Some(owner), _) => {
            db::migrate(owner, Migration::Up)?;
            db::grant(owner, &options.database)?;
        }
        (None, Engine::Sqlite) => drop(db::migrate(&options.database, Migration::Up)?),
        (None, Engine::Postgres) => {
            let steps = db::pending_migrations(&options.database)?;
            if steps > 0 {
                return Err(Error::bug(format!(
                    "{steps} migrations have not run on this database: run `kehoach migrate` as the owner of its tables, or give --migrate-url"
                )));
            }
        }
    }
    if db::passes_walls(&options.database)? {
        tracing::warn!(
            "the role of the database passes the walls between jurisdictions: serve as one that is no superuser and has no BYPASSRLS"
        );
    }
    Ok(())
}

/// The revision that a read is made at.
fn settle(conn: &mut Conn, jurisdiction: &str, at: ReadAt, head: i64) -> Result<i64> {
    match at {
        ReadAt::Head => Ok(head),
        ReadAt::Revision(revision) if revision <= head => Ok(revision),
        ReadAt::Revision(revision) => Err(Error::refused(
            Reason::RevisionNotReached,
            "read_at.revision",
            format!("revision {revision} has not been reached; the head is {head}"),
        )),
        ReadAt::Instant(instant) => Ok(journal::revision_at(conn, jurisdiction, instant)?.min(head)),
    }
}
