//! The table of refusals: appended to, with a dense number in each jurisdiction.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Refused;
use crate::db::schema::access_log;
use crate::db::{Conn, Database, Opening, is_unique_violation, record};
use crate::error::Result;

record! {
    /// One refusal, or several that were counted together.
    plain Row in access_log, {
        jurisdiction: String,
        number: i64,
        at: i64,
        actor: String,
        method: String,
        reason: String,
        occurrences: i64,
    }
}

/// How often a number that another process took first is sought anew.
const TRIES: usize = 5;

/// Appends, over a connection that is opened when it is needed.
pub struct Log {
    database: Database,
    conn: Option<Conn>,
}

impl Log {
    pub fn new(database: Database) -> Self {
        Self { database, conn: None }
    }

    /// Writes all, or nothing.
    pub fn write(&mut self, refusals: &[(Refused, i64)]) -> Result<()> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => open(&self.database)?,
        };
        for attempt in 1.. {
            match append(&mut conn, refusals) {
                Ok(()) => break,
                Err(error) => {
                    // A connection that was lost is not kept; the next batch gets a new one.
                    conn.run("ROLLBACK")?;
                    if attempt == TRIES || !is_unique_violation(&error) {
                        return Err(error.into());
                    }
                }
            }
        }
        self.conn = Some(conn);
        Ok(())
    }
}

/// On SQLite without waiting for the disk: a lost tail is no lost promise here, and the one writer is not held up.
fn open(database: &Database) -> Result<Conn> {
    let mut conn = Conn::open(database, Opening::Writer)?;
    if let Conn::Sqlite(_) = conn {
        conn.run("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")?;
    }
    Ok(conn)
}

fn append(conn: &mut Conn, refusals: &[(Refused, i64)]) -> diesel::QueryResult<()> {
    conn.begin_write()?;
    let mut numbers: BTreeMap<&str, i64> = BTreeMap::new();
    let mut rows = Vec::new();
    for (refused, occurrences) in refusals {
        let jurisdiction = refused.jurisdiction.as_str();
        let last = match numbers.get(jurisdiction) {
            Some(last) => *last,
            None => last_number(conn, jurisdiction)?,
        };
        numbers.insert(jurisdiction, last + 1);
        rows.push(Row {
            jurisdiction: refused.jurisdiction.clone(),
            number: last + 1,
            at: refused.at,
            actor: refused.actor.clone(),
            method: refused.method.to_owned(),
            reason: refused.reason.as_str().to_owned(),
            occurrences: *occurrences,
        });
    }
    conn.insert(&rows)?;
    conn.run("COMMIT")
}

fn last_number(conn: &mut Conn, jurisdiction: &str) -> diesel::QueryResult<i64> {
    let found = access_log::table
        .filter(access_log::jurisdiction.eq(jurisdiction))
        .order(access_log::number.desc())
        .select(access_log::number)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}
