//! What a database is known by: its incarnation and the key of its page tokens; and the lock on a SQLite file.

use std::fs::{File, OpenOptions};

use diesel::prelude::*;

use crate::clock::Clock;
use crate::db::schema::settings;
use crate::db::{Conn, Database, Opening, Session, record};
use crate::error::{Error, Result};
use crate::id::{Ids, SYSTEM};

/// What a database is known by.
#[derive(Clone)]
pub struct Instance {
    /// New after a restore, so that tokens and etags of the lost future are not taken for others.
    pub incarnation: String,
    /// Signs page tokens.
    pub token_key: Vec<u8>,
}

record! {
    /// One thing that the service remembers about this database.
    plain SettingRow in settings, {
        jurisdiction: String,
        name: String,
        value: Vec<u8>,
    }
}

/// Reads what the database is known by; the first to come decides it.
pub(super) fn load(database: &Database, ids: &Ids, clock: &Clock) -> Result<Instance> {
    let mut session = Session::open(database, Opening::Writer)?;
    let conn = session.enter(SYSTEM)?;
    if find(conn, "incarnation")?.is_none() {
        let mut key = vec![0u8; 32];
        getrandom::fill(&mut key).map_err(|e| Error::bug(format!("no randomness: {e}")))?;
        let id = ids.next(clock.now());
        let short = id.rsplit('-').next().unwrap_or(&id).to_owned();
        let row =
            |name: &str, value: Vec<u8>| SettingRow { jurisdiction: SYSTEM.to_owned(), name: name.to_owned(), value };
        let written = conn.insert(&[row("token_key", key), row("incarnation", short.into_bytes())]);
        // Another process that starts at the same time may have been first; then its choice holds.
        if let Err(error) = written
            && !crate::db::is_unique_violation(&error)
        {
            return Err(error.into());
        }
    }
    let missing = || Error::bug("the settings of this database are incomplete");
    let incarnation = find(conn, "incarnation")?.ok_or_else(missing)?;
    let token_key = find(conn, "token_key")?.ok_or_else(missing)?;
    let incarnation = String::from_utf8(incarnation).map_err(|e| Error::Internal(e.into()))?;
    Ok(Instance { incarnation, token_key })
}

fn find(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(settings::table.find((SYSTEM, name)).select(settings::value).first(conn).optional()?)
}

/// Whether the list of jurisdictions names this one.
pub(super) fn jurisdiction_exists(conn: &mut Conn, id: &str) -> Result<bool> {
    use crate::db::schema::jurisdictions;
    let found = jurisdictions::table
        .filter(jurisdictions::jurisdiction.eq(SYSTEM).and(jurisdictions::id.eq(id)))
        .select(jurisdictions::since)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Locks a SQLite database for this process: it has one writer, and that writer knows the head.
pub(super) fn lock_file(database: &Database) -> Result<Option<File>> {
    let Database::Sqlite(path) = database else { return Ok(None) };
    let mut name = path.clone().into_os_string();
    name.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|e| Error::bug(format!("cannot open the lock file {}: {e}", name.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(Error::bug(format!("another process serves {database}: it holds {}", name.display()))),
    }
}
