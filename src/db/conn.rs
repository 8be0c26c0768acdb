//! One connection type over both engines, opened with the settings that the promises rest on.
//!
//! Absent: a pool. Writers and readers are threads of our own, each with a connection.
#![allow(missing_docs, reason = "the derive of the connection enum writes undocumented items")]

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Database, Migration};
use crate::error::{Error, Reason, Result};
use crate::limits;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Older versions can corrupt a database in WAL mode.
const SQLITE_OLDEST: i32 = 3_051_003;

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Pg(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// The common back end of both engines.
pub type Db = MultiBackend;

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The gate: waits for a lock for a bounded time.
    Writer,
    /// Reads only; the database refuses anything else.
    Reader,
}

/// Runs a query on the connection of the engine itself. Through the enum, each use writes the text of the statement anew and each
/// column takes a detour, which doubles the cost of a read; so what is asked often is asked directly.
///
/// The query is written once and typed twice: it cannot be boxed.
macro_rules! direct {
    ($conn:expr, |$direct:ident| $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($direct) => $query,
            $crate::db::Conn::Pg($direct) => $query,
        }
    };
}
pub(crate) use direct;

/// Few enough keys that SQLite finds the kept statement of one key sooner again than it prepares one for all of them.
const ONE_BY_ONE: usize = 32;

impl Conn {
    /// Opens a connection with every setting made and read back.
    ///
    /// Never through the derived `establish`, which tries one engine after the other and takes any text for a file.
    pub fn open(database: &Database, opening: Opening) -> Result<Self> {
        match database {
            Database::Sqlite(path) => {
                let path = path.to_str().ok_or_else(|| Error::bug("the database path is not Unicode"))?;
                let mut conn = diesel::SqliteConnection::establish(path).map_err(|e| Error::Internal(e.into()))?;
                prepare_sqlite(&mut conn, opening)?;
                Ok(Self::Sqlite(conn))
            }
            Database::Postgres(url) => {
                let mut conn = diesel::PgConnection::establish(url).map_err(unreachable_database)?;
                prepare_postgres(&mut conn, opening)?;
                Ok(Self::Pg(conn))
            }
        }
    }

    /// Runs statements that bind nothing and answer nothing.
    pub fn run(&mut self, sql: &str) -> Result<(), Diesel> {
        match self {
            Self::Pg(conn) => conn.batch_execute(sql),
            Self::Sqlite(conn) => conn.batch_execute(sql),
        }
    }

    /// Divides keys among statements: up to `most` for each, but each by itself where statements cost no round trip and the keys
    /// are few. A statement of one key is prepared once; diesel prepares one with a list each time.
    pub fn by_key<'a, T>(&self, keys: &'a [T], most: usize) -> std::slice::Chunks<'a, T> {
        match self {
            Self::Sqlite(_) if keys.len() <= ONE_BY_ONE => keys.chunks(1),
            Self::Sqlite(_) | Self::Pg(_) => keys.chunks(most),
        }
    }

    /// Begins the transaction that a group of commands shares.
    pub fn begin_write(&mut self) -> Result<(), Diesel> {
        match self {
            Self::Pg(conn) => conn.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
            Self::Sqlite(conn) => conn.batch_execute("BEGIN IMMEDIATE"),
        }
    }
}

fn prepare_sqlite(conn: &mut diesel::SqliteConnection, opening: Opening) -> Result<()> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let version = linked_sqlite_version();
    if version < SQLITE_OLDEST {
        return Err(Error::bug(format!("SQLite {version} is older than {SQLITE_OLDEST} and can corrupt a database")));
    }
    // The time to wait comes first: the change of the journal mode may have to wait already.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 4000;",
    )?;
    if opening == Opening::Reader {
        // There are several, and what one does not hold, the system does.
        conn.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096")?;
    }
    for (pragma, expected) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let query = format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}");
        let found = diesel::sql_query(query).get_result::<Setting>(conn)?.value;
        if found != expected {
            return Err(Error::bug(format!("PRAGMA {pragma} reads {found} instead of {expected}")));
        }
    }
    Ok(())
}

fn linked_sqlite_version() -> i32 {
    libsqlite3_sys::SQLITE_VERSION_NUMBER
}

fn prepare_postgres(conn: &mut diesel::PgConnection, opening: Opening) -> Result<()> {
    conn.batch_execute(
        "SET TIME ZONE 'UTC'; SET lock_timeout = '5s'; SET client_min_messages = 'warning'; SET synchronous_commit = 'on';
         SET idle_in_transaction_session_timeout = '60s'; SET statement_timeout = '30s'; SET jit = off;",
    )?;
    if opening == Opening::Reader {
        conn.batch_execute("SET default_transaction_read_only = on")?;
    }
    Ok(())
}

pub fn migrate(database: &Database, direction: Migration) -> Result<usize> {
    match Conn::open(database, Opening::Writer)? {
        Conn::Sqlite(mut conn) => run_steps(&mut conn, SQLITE, direction),
        Conn::Pg(mut conn) => {
            // Several processes may start at once; the lock goes with the connection.
            conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(7020116)")?;
            run_steps(&mut conn, POSTGRES, direction)
        }
    }
}

fn run_steps<C, B>(conn: &mut C, steps: EmbeddedMigrations, direction: Migration) -> Result<usize>
where
    C: MigrationHarness<B>,
    B: diesel::backend::Backend + 'static,
    EmbeddedMigrations: MigrationSource<B>,
{
    let ran = match direction {
        Migration::Up => conn.run_pending_migrations(steps).map(|ran| ran.len()),
        Migration::Down => conn.revert_all_migrations(steps).map(|ran| ran.len()),
    };
    ran.map_err(Error::Internal)
}

pub fn pending(database: &Database) -> Result<usize> {
    match Conn::open(database, Opening::Writer)? {
        Conn::Sqlite(mut conn) => conn.pending_migrations(SQLITE).map(|steps| steps.len()).map_err(Error::Internal),
        Conn::Pg(mut conn) => pending_on_postgres(&mut conn),
    }
}

/// Asked without diesel, which would make its table where it is missing: the role of the service may make none.
fn pending_on_postgres(conn: &mut diesel::PgConnection) -> Result<usize> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let mut left: Vec<String> = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES)
        .map_err(Error::Internal)?
        .iter()
        .map(|step| step.name().version().to_string())
        .collect();
    let found = "SELECT to_regclass('__diesel_schema_migrations')::TEXT AS version WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL";
    if diesel::sql_query(found).load::<Step>(conn)?.is_empty() {
        return Ok(left.len());
    }
    let denied = "SELECT 'denied' AS version WHERE NOT has_table_privilege('__diesel_schema_migrations', 'SELECT')";
    if !diesel::sql_query(denied).load::<Step>(conn)?.is_empty() {
        return Err(Error::bug(
            "the role of the service has no rights on the tables: run `kehoach migrate` with --migrate-url as their owner",
        ));
    }
    let ran =
        diesel::sql_query("SELECT version::TEXT AS version FROM __diesel_schema_migrations").load::<Step>(conn)?;
    left.retain(|step| ran.iter().all(|ran| ran.version != *step));
    Ok(left.len())
}

/// Whether the connection is of no further use.
pub fn is_connection_lost(error: &Diesel) -> bool {
    const SIGNS: &[&str] = &[
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "connection not open",
    ];
    if let Diesel::DatabaseError(kind, info) = error {
        return matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
            || SIGNS.iter().any(|sign| info.message().contains(sign));
    }
    matches!(error, Diesel::BrokenTransactionManager)
}

/// Whether SQLite could not read or write its files, or could not bring what it wrote to the disk.
pub fn is_disk_failure(error: &Error) -> bool {
    let Error::Internal(source) = error else { return false };
    matches!(source.downcast_ref(), Some(Diesel::DatabaseError(_, info)) if info.message().contains("disk I/O error"))
}

/// Whether a unique constraint refused the statement.
pub fn is_unique_violation(error: &Diesel) -> bool {
    matches!(error, Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// The error that a failed statement means to the caller.
pub fn classify(error: Diesel) -> Error {
    let busy = |reason| Error::Busy { reason, retry_ms: limits::RETRY_MS };
    if is_connection_lost(&error) {
        return busy(Reason::Busy);
    }
    if let Diesel::DatabaseError(kind, info) = &error {
        let text = info.message();
        if matches!(kind, DatabaseErrorKind::SerializationFailure)
            || text.contains("lock timeout")
            || text.contains("deadlock detected")
            || text.contains("database is locked")
            // A full disk: nothing was written, and there may be room in a moment.
            || text.contains("database or disk is full")
        {
            return busy(Reason::Busy);
        }
        if text.contains("statement timeout") {
            return Error::Deadline;
        }
        if text.contains("bigint out of range") || text.contains("integer overflow") {
            return Error::refused(Reason::AmountOverflow, "", "a sum of amounts does not fit 64 bits");
        }
    }
    Error::Internal(error.into())
}

fn unreachable_database(error: diesel::ConnectionError) -> Error {
    tracing::warn!(
        retry_after_ms = Duration::from_millis(limits::RETRY_MS).as_millis() as u64,
        "cannot reach the database"
    );
    drop(error);
    Error::Busy { reason: Reason::Busy, retry_ms: limits::RETRY_MS }
}

/// Takes the lock that tells the processes on one PostgreSQL apart: shared by all that write, or held by one alone.
///
/// It is a session lock, so it ends with the connection, whatever becomes of the process.
pub fn take_writer_lock(conn: &mut diesel::PgConnection, alone: bool) -> Result<()> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        taken: bool,
    }
    let sql = if alone {
        "SELECT pg_try_advisory_lock(7020117) AS taken"
    } else {
        "SELECT pg_try_advisory_lock_shared(7020117) AS taken"
    };
    if diesel::sql_query(sql).get_result::<Taken>(conn)?.taken {
        return Ok(());
    }
    let reason = if alone { "other processes write to this database" } else { "a sole writer has this database" };
    Err(Error::Internal(reason.into()))
}
