//! The journal and its head: what is read under the gate and what is written before COMMIT.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::Executing;
use super::tx::{Entry, Tx};
use crate::clock::Micros;
use crate::db::schema::{heads, journal};
use crate::db::{Conn, Db, Encoder, Record, Value, direct, record};
use crate::error::{Error, Result};
use crate::id::SYSTEM;

/// The newest revision of a jurisdiction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Its number; 0 before the first command.
    pub revision: i64,
    /// Its instant.
    pub at: Micros,
    /// The hash of its journal row.
    pub hash: [u8; 32],
}

record! {
    /// An executed command.
    plain JournalRow in journal, {
        jurisdiction: String,
        revision: i64,
        at: i64,
        actor: String,
        on_behalf_of: String,
        method: String,
        command_id: String,
        request_id: Option<String>,
        fingerprint: Option<Vec<u8>>,
        names: String,
        reason: String,
        row_count: i64,
        row_digest: Vec<u8>,
        previous_hash: Vec<u8>,
        hash: Vec<u8>,
    }
}

record! {
    /// What a replay cannot read again.
    plain AnswerRow in answers, {
        jurisdiction: String,
        revision: i64,
        answer: Vec<u8>,
    }
}

record! {
    /// The head of a journal that has had none.
    plain HeadRow in heads, {
        jurisdiction: String,
        revision: i64,
        at: i64,
        hash: Vec<u8>,
    }
}

/// Passes the gate of a jurisdiction: on PostgreSQL the head's row is locked until the transaction ends; on SQLite
/// `BEGIN IMMEDIATE` has already excluded every other writer. `None` where there is no row yet.
pub(super) fn pass_gate(conn: &mut Conn, jurisdiction: &str) -> Result<Option<Head>> {
    let row = match conn {
        Conn::Pg(conn) => {
            let gate = || heads::table.find(jurisdiction).for_no_key_update();
            match gate().first::<HeadRow>(conn).optional()? {
                Some(row) => Some(row),
                // What is not there cannot be locked, so two processes would both write the first revision. The insert makes
                // one wait for the other; it goes with the transaction if the command is refused.
                None => {
                    diesel::sql_query(FIRST_HEAD).bind::<diesel::sql_types::Text, _>(jurisdiction).execute(conn)?;
                    gate().first::<HeadRow>(conn).optional()?
                }
            }
        }
        Conn::Sqlite(conn) => heads::table.find(jurisdiction).first::<HeadRow>(conn).optional()?,
    };
    row.map(head_of).transpose()
}

/// Revision 0, with 32 zero bytes for the hash that no journal row has.
const FIRST_HEAD: &str = "INSERT INTO heads (jurisdiction, revision, at, hash)
    VALUES ($1, 0, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING";

/// The head as it stands, without the gate; revision 0 before the first command.
pub fn head(conn: &mut Conn, jurisdiction: &str) -> Result<Head> {
    let row = direct!(conn, |conn| heads::table.find(jurisdiction).first::<HeadRow>(conn)).optional()?;
    Ok(row.map(head_of).transpose()?.unwrap_or_default())
}

/// The heads of a jurisdiction and of `system` as they stand, in one statement; revision 0 before the first command.
pub fn head_beside_system(conn: &mut Conn, jurisdiction: &str) -> Result<(Head, Head)> {
    let either = heads::jurisdiction.eq(jurisdiction).or(heads::jurisdiction.eq(SYSTEM));
    let rows = direct!(conn, |conn| heads::table.filter(either).load::<HeadRow>(conn))?;
    let (mut own, mut system) = (Head::default(), Head::default());
    for row in rows {
        match row.jurisdiction == jurisdiction {
            true => own = head_of(row)?,
            false => system = head_of(row)?,
        }
    }
    Ok((own, if jurisdiction == SYSTEM { own } else { system }))
}

fn head_of(row: HeadRow) -> Result<Head> {
    Ok(Head { revision: row.revision, at: row.at, hash: thirty_two(row.hash)? })
}

/// Moves the head, which is inserted by the first command of a jurisdiction.
pub(super) fn move_head(conn: &mut Conn, jurisdiction: &str, found: bool, head: Head) -> Result<()> {
    let Head { revision, at, hash } = head;
    if found {
        let values = [Value::Int(revision), Value::Int(at), Value::Bytes(&hash), Value::Text(jurisdiction)];
        conn.execute_fixed("UPDATE heads SET revision = ?, at = ?, hash = ? WHERE jurisdiction = ?", &values)?;
    } else {
        conn.insert(&[HeadRow { jurisdiction: jurisdiction.to_owned(), revision, at, hash: hash.to_vec() }])?;
    }
    Ok(())
}

/// Appends the row of a command that has run, and answers the new head.
pub(super) fn append(tx: &mut Tx<'_>, executing: &Executing, entry: &Entry, previous: [u8; 32]) -> Result<Head> {
    let (row_count, row_digest) = tx.digest();
    let names = serde_json::to_string(&entry.names).map_err(|e| Error::Internal(e.into()))?;
    let stamp = tx.stamp();
    let mut row = JournalRow {
        jurisdiction: stamp.jurisdiction.clone(),
        revision: tx.revision(),
        at: tx.at(),
        actor: executing.actor.clone(),
        on_behalf_of: executing.on_behalf_of.clone(),
        method: executing.method.to_owned(),
        command_id: executing.command_id.clone(),
        request_id: executing.request.as_ref().map(|request| request.id.clone()),
        fingerprint: executing.request.as_ref().map(|request| request.fingerprint.to_vec()),
        names,
        reason: executing.reason.clone(),
        row_count,
        row_digest: row_digest.to_vec(),
        previous_hash: previous.to_vec(),
        hash: Vec::new(),
    };
    let hash = chained(&row);
    row.hash = hash.to_vec();
    tx.insert(vec![row].into())?;
    if !entry.answer.is_empty() {
        let (jurisdiction, revision, answer) = (stamp.jurisdiction, tx.revision(), entry.answer.clone());
        tx.insert(vec![AnswerRow { jurisdiction, revision, answer }].into())?;
    }
    tx.settle()?;
    Ok(Head { revision: tx.revision(), at: tx.at(), hash })
}

/// The hash that chains a row to the one before: every column but the hash itself.
fn chained(row: &JournalRow) -> [u8; 32] {
    let (mut encoder, mut values) = (Encoder::default(), Vec::with_capacity(JournalRow::COLUMNS.len()));
    row.values(&mut values);
    for (name, value) in JournalRow::COLUMNS.iter().zip(values) {
        if *name != "hash" {
            encoder.value(value);
        }
    }
    Sha256::digest(encoder.bytes()).into()
}

/// The last revision at or before an instant; 0 where the instant lies before the first.
pub fn revision_at(conn: &mut Conn, jurisdiction: &str, at: Micros) -> Result<i64> {
    let found = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction).and(journal::at.le(at)))
        .order(journal::at.desc())
        .select(journal::revision)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// When a revision was made; of one that is not committed yet, when the last one before it was. None before the first.
pub fn made_at(conn: &mut Conn, jurisdiction: &str, revision: i64) -> Result<Option<Micros>> {
    let query = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction).and(journal::revision.le(revision)))
        .order(journal::revision.desc())
        .select(journal::at);
    Ok(direct!(conn, |conn| query.first::<i64>(conn)).optional()?)
}

/// Whether a command was committed.
pub(super) fn is_committed(conn: &mut Conn, jurisdiction: &str, command_id: &str) -> Result<bool> {
    let found = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction).and(journal::command_id.eq(command_id)))
        .select(journal::revision)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// One executed command as other parts of the service read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its revision.
    pub revision: i64,
    /// Who executed it.
    pub actor: String,
    /// Whom that one stood in for; empty for nobody.
    pub on_behalf_of: String,
    /// The method, as `/kehoach.v1.BudgetService/CreateEstimate`.
    pub method: String,
    /// The names touched.
    pub names: Vec<String>,
}

/// The commands after a revision and up to another, in order, at most `limit` of them.
pub fn between(conn: &mut Conn, jurisdiction: &str, after: i64, up_to: i64, limit: i64) -> Result<Vec<Recorded>> {
    let query = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction))
        .filter(journal::revision.gt(after).and(journal::revision.le(up_to)))
        .order(journal::revision)
        .limit(limit)
        .select((journal::revision, journal::actor, journal::on_behalf_of, journal::method, journal::names));
    let rows = direct!(conn, |conn| query.load::<(i64, String, String, String, String)>(conn))?;
    rows.into_iter()
        .map(|(revision, actor, on_behalf_of, method, names)| {
            let names = serde_json::from_str(&names).map_err(|e| Error::Internal(e.into()))?;
            Ok(Recorded { revision, actor, on_behalf_of, method, names })
        })
        .collect()
}

/// Whether a command after a revision names anything like this pattern of LIKE; those of a transaction are seen in it.
pub fn names_since(conn: &mut Conn, jurisdiction: &str, after: i64, pattern: &str) -> Result<bool> {
    let query = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction).and(journal::revision.gt(after)))
        .filter(journal::names.like(pattern))
        .select(journal::revision);
    Ok(direct!(conn, |conn| query.first::<i64>(conn)).optional()?.is_some())
}

/// Checks density, chain and hashes of a journal against its head; answers every fault in words.
pub fn verify(conn: &mut Conn, jurisdiction: &str, mut row: impl FnMut(i64, i64, &[u8])) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut expected = 1;
    let mut previous = [0u8; 32].to_vec();
    let mut last_at = i64::MIN;
    loop {
        let page = journal::table
            .filter(journal::jurisdiction.eq(jurisdiction).and(journal::revision.ge(expected)))
            .order(journal::revision)
            .limit(1_000)
            .load::<JournalRow>(conn)?;
        if page.is_empty() {
            break;
        }
        for found in page {
            if found.revision != expected {
                faults.push(format!("journal of {jurisdiction}: revision {expected} is missing"));
            }
            if found.previous_hash != previous || chained(&found).as_slice() != found.hash {
                faults.push(format!("journal of {jurisdiction}: the chain breaks at revision {}", found.revision));
            }
            if found.at <= last_at {
                faults.push(format!("journal of {jurisdiction}: time does not rise at revision {}", found.revision));
            }
            row(found.revision, found.row_count, &found.row_digest);
            last_at = found.at;
            expected = found.revision + 1;
            previous = found.hash;
        }
    }
    let head = head(conn, jurisdiction)?;
    if head.revision != expected - 1 || (head.revision > 0 && head.hash.as_slice() != previous) {
        faults.push(format!(
            "journal of {jurisdiction}: the head names revision {}, the journal ends at {}",
            head.revision,
            expected - 1
        ));
    }
    Ok(faults)
}

/// The jurisdictions that have a journal.
pub fn jurisdictions(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(heads::table.select(heads::jurisdiction).order(heads::jurisdiction).into_boxed::<Db>().load(conn)?)
}

fn thirty_two(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::bug("a hash does not have 32 bytes"))
}
