//! What a command works with: a view of the tables at its own revision, and the only way to change them.
//!
//! Absent: COMMIT. A command cannot end its transaction; the group that it belongs to does.

use std::borrow::Cow;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::clock::Micros;
use crate::db::{CURRENT, Conn, Encoder, Inserts, Keyed, Record, Value, Versioned};
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
    /// What earlier commands of the same transaction name.
    earlier: &'a [String],
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    table: &'static str,
    /// No longer than it is: a command may change a hundred thousand rows.
    key: Box<[u8]>,
    hash: [u8; 32],
}

impl<'a> Tx<'a> {
    pub(super) fn new(
        conn: &'a mut Conn,
        jurisdiction: &'a str,
        (revision, at): (i64, Micros),
        gate: Passed,
        earlier: &'a [String],
    ) -> Self {
        let standing = Standing::nobody().clone();
        let (changes, waiting) = (Vec::new(), Inserts::default());
        Self {
            conn,
            jurisdiction,
            revision,
            at,
            changes,
            gate,
            earlier,
            standing,
            permitted: false,
            waiting,
            failed: None,
        }
    }

    /// What was found behind the gate.
    pub fn gate(&self) -> Passed {
        self.gate
    }

    /// The names that earlier commands of the same transaction touch: those of the revisions between what is committed and this one.
    pub fn earlier(&self) -> &[String] {
        self.earlier
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
        let mut hasher = RowHasher::default();
        self.changes.reserve(rows.len());
        self.changes.extend(rows.iter().map(|row| hasher.opened(row)));
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
    pub fn close<R: Keyed>(&mut self, rows: &[R]) -> Result<()> {
        self.require_permit()?;
        let mut hasher = RowHasher::default();
        for row in rows {
            if row.since() >= self.revision {
                return Err(Error::bug(format!("a row of {} is written twice by one command", R::TABLE)));
            }
            self.changes.push(hasher.closed(row));
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
        digest(&mut self.changes)
    }
}

/// Count and digest of the rows of a revision, which are put in (table, key) order.
pub fn digest(changes: &mut [Change]) -> (i64, [u8; 32]) {
    changes.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
    let mut digest = Sha256::default();
    for change in &*changes {
        digest.update(change.hash);
    }
    (i64::try_from(changes.len()).unwrap_or(i64::MAX), digest.finalize().into())
}

/// Makes of rows what the journal's digest counts, with room that is used again for each.
#[derive(Default)]
pub struct RowHasher<'r> {
    values: Vec<Value<'r>>,
    encoder: Encoder,
}

impl<'r> RowHasher<'r> {
    /// A row as it was opened: every column but `until`, which is overwritten later.
    pub fn opened<R: Versioned>(&mut self, row: &'r R) -> Change {
        self.values.clear();
        row.values(&mut self.values);
        self.begin::<R>("+");
        for (name, value) in R::COLUMNS.iter().zip(&self.values) {
            if *name != "until" {
                self.encoder.value(*value);
            }
        }
        let hash = Sha256::digest(self.encoder.bytes()).into();
        Change { table: <R as Keyed>::TABLE, key: self.sort_key(row, "+"), hash }
    }

    /// A row as it was closed: which version of which row ended.
    pub fn closed<R: Keyed>(&mut self, row: &'r R) -> Change {
        self.values.clear();
        row.key(&mut self.values);
        self.begin::<R>("-");
        self.encoder.values(&self.values);
        self.encoder.value(Value::Int(row.since()));
        let hash = Sha256::digest(self.encoder.bytes()).into();
        Change { table: R::TABLE, key: self.sort_key(row, "-"), hash }
    }

    fn begin<R: Keyed>(&mut self, sign: &'static str) {
        self.encoder.clear();
        self.encoder.value(Value::Text(R::TABLE));
        self.encoder.value(Value::Text(sign));
    }

    /// What sorts a row within its revision: its key, and `+` for opened or `-` for closed.
    fn sort_key<R: Keyed>(&mut self, row: &'r R, sign: &'static str) -> Box<[u8]> {
        self.values.clear();
        row.key(&mut self.values);
        self.encoder.clear();
        self.encoder.values(&self.values);
        self.encoder.value(Value::Text(sign));
        self.encoder.bytes().into()
    }
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
