//! What a command works with: a view of the tables at its own revision, and the only way to change them.
//!
//! Absent: COMMIT. A command cannot end its transaction; the group that it belongs to does.

use std::borrow::Cow;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::clock::Micros;
use crate::db::{CURRENT, Conn, Encoder, Inserts, Record, Value, Versioned};
use crate::document::standing::{Permit, Standing};
use crate::error::{Error, Result};

/// The tables of one jurisdiction as they stand at one revision.
pub struct View<'a> {
    /// The connection that reads.
    pub conn: &'a mut Conn,
    /// The jurisdiction.
    pub jurisdiction: &'a str,
    /// The revision: rows with `since <= revision < until` hold.
    pub revision: i64,
    /// What the caller may do, at the head and now, whatever the revision.
    pub standing: &'a Standing,
}

impl<'a> View<'a> {
    /// A view for the machine's own use: its caller may nothing.
    pub fn bare(conn: &'a mut Conn, jurisdiction: &'a str, revision: i64) -> Self {
        View { conn, jurisdiction, revision, standing: Standing::nobody() }
    }

    /// The same jurisdiction at another revision.
    pub fn at(&mut self, revision: i64) -> View<'_> {
        View { conn: self.conn, jurisdiction: self.jurisdiction, revision, standing: self.standing }
    }
}

/// What a row of this command is stamped with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The revision that the command makes.
    pub since: i64,
    /// The end of rows that are current.
    pub until: i64,
}

/// The right to write: exists only inside a command, under the gate of one jurisdiction.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    jurisdiction: &'a str,
    revision: i64,
    at: Micros,
    changes: Vec<Change>,
    gate: Passed,
    standing: Arc<Standing>,
    permitted: bool,
    /// Rows that were opened and are not written yet, on PostgreSQL.
    waiting: Inserts,
    /// Why some of them could not be written.
    failed: Option<Error>,
}

/// What a command finds behind the gate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passed {
    /// The newest revision that is committed.
    pub committed: i64,
    /// Whether an earlier command of the same transaction changed what authority rests on.
    pub touched: bool,
}

/// One row that was opened or closed, as the journal's digest counts it.
struct Change {
    table: &'static str,
    /// No longer than it is: a command may change a hundred thousand rows.
    key: Box<[u8]>,
    hash: [u8; 32],
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn, jurisdiction: &'a str, revision: i64, at: Micros, gate: Passed) -> Self {
        let standing = Standing::nobody().clone();
        let (changes, waiting) = (Vec::new(), Inserts::default());
        Self { conn, jurisdiction, revision, at, changes, gate, standing, permitted: false, waiting, failed: None }
    }

    /// What was found behind the gate.
    pub fn gate(&self) -> Passed {
        self.gate
    }

    /// Says who executes the command.
    pub fn stand(&mut self, standing: Arc<Standing>) {
        self.standing = standing;
    }

    /// What the caller may do.
    pub fn standing(&self) -> &Arc<Standing> {
        &self.standing
    }

    /// Shows the proof that the caller is entitled, without which nothing is written.
    pub fn permit(&mut self, _: Permit) {
        self.permitted = true;
    }

    fn require_permit(&self) -> Result<()> {
        if self.permitted { Ok(()) } else { Err(Error::bug("a command writes without a permit")) }
    }

    /// The tables with this command's own changes in them.
    pub fn view(&mut self) -> View<'_> {
        // What is opened is seen. If it cannot be written, the command fails by that in the end, whatever it reads meanwhile.
        if let Err(error) = self.write_waiting() {
            self.failed.get_or_insert(error);
        }
        View { conn: self.conn, jurisdiction: self.jurisdiction, revision: self.revision, standing: &self.standing }
    }

    /// The revision that this command makes.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// The instant of this command, as the journal will say it.
    pub fn at(&self) -> Micros {
        self.at
    }

    /// What a new row carries.
    pub fn stamp(&self) -> Stamp {
        Stamp { jurisdiction: self.jurisdiction.to_owned(), since: self.revision, until: CURRENT }
    }

    /// Inserts rows that hold from this revision on.
    ///
    /// On PostgreSQL they wait for the others of the command, so that a constraint may refuse them later: when the command looks
    /// at the tables again, or in the end.
    pub fn open<'r, R: Versioned + Clone>(&mut self, rows: impl Into<Cow<'r, [R]>>) -> Result<()> {
        self.require_permit()?;
        let rows = rows.into();
        for row in rows.iter() {
            self.changes.push(opened(row));
        }
        self.insert(rows)
    }

    /// Inserts rows without counting them: those of the machine itself.
    pub(super) fn insert<R: Record + Clone>(&mut self, rows: Cow<'_, [R]>) -> Result<()> {
        if matches!(self.conn, Conn::Sqlite(_)) {
            return Ok(self.conn.insert(&rows)?);
        }
        self.waiting.push(rows.into_owned());
        if self.waiting.is_full() { self.write_waiting() } else { Ok(()) }
    }

    fn write_waiting(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        Ok(self.conn.insert_all(&std::mem::take(&mut self.waiting))?)
    }

    /// Writes whatever waits, and tells what could not be written before.
    pub(super) fn settle(&mut self) -> Result<()> {
        self.write_waiting()?;
        self.failure().map_or(Ok(()), Err)
    }

    /// Why rows could not be written, where that was found when the command looked at the tables.
    pub(super) fn failure(&mut self) -> Option<Error> {
        self.failed.take()
    }

    /// Ends rows that this command read as current: they hold up to the revision before this one.
    ///
    /// A row that this very command opened cannot be closed again; a command writes each row once.
    pub fn close<R: Versioned>(&mut self, rows: &[R]) -> Result<()> {
        self.require_permit()?;
        for row in rows {
            if row.since() >= self.revision {
                return Err(Error::bug(format!("a row of {} is written twice by one command", R::TABLE)));
            }
            self.changes.push(closed(row));
        }
        Ok(self.conn.close(self.jurisdiction, self.revision, rows)?)
    }

    /// Ends one row and opens its successor.
    pub fn replace<R: Versioned + Clone>(&mut self, old: &R, new: R) -> Result<()> {
        self.close(std::slice::from_ref(old))?;
        self.open(vec![new])
    }

    /// Count and digest of every row with `since` or `until` equal to this revision, in (table, key) order.
    pub(super) fn digest(&mut self) -> (i64, [u8; 32]) {
        self.changes.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
        let mut digest = Digests::default();
        for change in &self.changes {
            digest.add(&change.hash);
        }
        (i64::try_from(self.changes.len()).unwrap_or(i64::MAX), digest.finish())
    }
}

/// The digest of a revision's rows, fed in (table, key) order.
#[derive(Default)]
pub struct Digests(Sha256);

impl Digests {
    /// Adds the hash of one row.
    pub fn add(&mut self, hash: &[u8; 32]) {
        self.0.update(hash);
    }

    /// The digest of all that was added.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// What sorts a row within its revision: its key, and `+` for opened or `-` for closed.
pub fn sort_key<R: Versioned>(row: &R, sign: &str) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.values(&row.key());
    encoder.value(Value::Text(sign));
    encoder.finish()
}

/// The hash of a row as it was opened: every column but `until`, which is overwritten later.
pub fn opened_hash<R: Versioned>(row: &R) -> [u8; 32] {
    let mut encoder = Encoder::default();
    encoder.value(Value::Text(R::TABLE));
    encoder.value(Value::Text("+"));
    for (name, value) in R::COLUMNS.iter().zip(row.values()) {
        if *name != "until" {
            encoder.value(value);
        }
    }
    Sha256::digest(encoder.finish()).into()
}

/// The hash of a row as it was closed: which version of which row ended.
pub fn closed_hash<R: Versioned>(row: &R) -> [u8; 32] {
    let mut encoder = Encoder::default();
    encoder.value(Value::Text(R::TABLE));
    encoder.value(Value::Text("-"));
    encoder.values(&row.key());
    encoder.value(Value::Int(row.since()));
    Sha256::digest(encoder.finish()).into()
}

fn opened<R: Versioned>(row: &R) -> Change {
    Change { table: R::TABLE, key: sort_key(row, "+").into_boxed_slice(), hash: opened_hash(row) }
}

fn closed<R: Versioned>(row: &R) -> Change {
    Change { table: R::TABLE, key: sort_key(row, "-").into_boxed_slice(), hash: closed_hash(row) }
}

/// What a command leaves in the journal; without one there is nothing to commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The resource names touched.
    pub names: Vec<String>,
    /// What a replay needs and cannot read again; empty for almost every command.
    pub answer: Vec<u8>,
}

impl Entry {
    /// An entry that names one object.
    pub fn of(name: impl ToString) -> Self {
        Self { names: vec![name.to_string()], answer: Vec::new() }
    }
}
