//! The table of refusals: appended to, with a dense number in each jurisdiction.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Refused;
use crate::db::schema::access_log;
use crate::db::{Conn, Database, Opening, Session, is_unique_violation, record};
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
    session: Option<Session>,
}

impl Log {
    pub fn new(database: Database) -> Self {
        Self { database, session: None }
    }

    /// Writes those of each jurisdiction, all or none.
    pub fn write(&mut self, refusals: &[(Refused, i64)]) -> Result<()> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => open(&self.database)?,
        };
        let mut of_each: BTreeMap<&str, Vec<&(Refused, i64)>> = BTreeMap::new();
        for refusal in refusals {
            of_each.entry(&refusal.0.jurisdiction).or_default().push(refusal);
        }
        // A connection that was lost is not kept; the next batch gets a new one.
        for (jurisdiction, refusals) in of_each {
            write_those_of(session.enter(jurisdiction)?, jurisdiction, &refusals)?;
        }
        self.session = Some(session);
        Ok(())
    }
}

fn write_those_of(conn: &mut Conn, jurisdiction: &str, refusals: &[&(Refused, i64)]) -> Result<()> {
    for attempt in 1.. {
        match append(conn, jurisdiction, refusals) {
            Ok(()) => break,
            Err(error) => {
                conn.run("ROLLBACK")?;
                if attempt == TRIES || !is_unique_violation(&error) {
                    return Err(error.into());
                }
            }
        }
    }
    Ok(())
}

/// On SQLite without waiting for the disk: a lost tail is no lost promise here, and the one writer is not held up.
fn open(database: &Database) -> Result<Session> {
    let mut session = Session::open(database, Opening::Writer)?;
    let conn = session.anywhere();
    if let Conn::Sqlite(_) = conn {
        conn.run("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")?;
    }
    Ok(session)
}

fn append(conn: &mut Conn, jurisdiction: &str, refusals: &[&(Refused, i64)]) -> diesel::QueryResult<()> {
    conn.begin_write()?;
    let last = last_number(conn, jurisdiction)?;
    let rows: Vec<Row> = (last + 1..)
        .zip(refusals)
        .map(|(number, (refused, occurrences))| Row {
            jurisdiction: refused.jurisdiction.clone(),
            number,
            at: refused.at,
            actor: refused.actor.clone(),
            method: refused.method.to_owned(),
            reason: refused.reason.as_str().to_owned(),
            occurrences: *occurrences,
        })
        .collect();
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
