//! The table of refusals: appended to, with a dense number in each jurisdiction.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Refused;
use crate::clock::Micros;
use crate::commit::View;
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

/// Which refusals are asked for.
#[derive(Debug, Clone, Default)]
pub struct RefusalFilter {
    /// Of this caller only.
    pub actor: Option<String>,
    /// From this instant on.
    pub from: Option<Micros>,
    /// Before this instant.
    pub until: Option<Micros>,
}

/// A refusal as it was logged.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Its number in the jurisdiction.
    pub number: i64,
    /// When; of several, the first.
    pub at: Micros,
    /// Who, empty where that is not known.
    pub actor: String,
    /// The method.
    pub method: String,
    /// Why.
    pub reason: String,
    /// How many were counted together.
    pub occurrences: i64,
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

/// One page of the log by time and number, of which `limit` are read.
pub fn list_refused(
    view: &mut View<'_>,
    filter: &RefusalFilter,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Logged>> {
    let mut query = access_log::table
        .filter(access_log::jurisdiction.eq(view.jurisdiction))
        .order((access_log::at, access_log::number))
        .limit(limit)
        .into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(access_log::actor.eq(actor));
    }
    if let Some(until) = filter.until {
        query = query.filter(access_log::at.lt(until));
    }
    if let Some(from) = filter.from {
        query = query.filter(access_log::at.ge(from));
    }
    if let Some((at, number)) = after {
        // The first condition says twice what the second says, so that an index finds where the page begins.
        query = query.filter(access_log::at.ge(at));
        query = query.filter(access_log::at.gt(at).or(access_log::number.gt(number)));
    }
    let rows = query.load::<Row>(view.conn)?;
    Ok(rows.into_iter().map(logged).collect())
}

fn logged(row: Row) -> Logged {
    let Row { number, at, actor, method, reason, occurrences, jurisdiction: _ } = row;
    Logged { number, at, actor, method, reason, occurrences }
}
