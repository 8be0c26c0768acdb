//! The tables of what a reviewer changed and nobody of the unit has acknowledged.

use diesel::prelude::*;

use crate::approval::model::Life;
use crate::clock::Micros;
use crate::commit::{Tx, View};
use crate::db::schema::{acknowledgements_due as due, changed_lines as lines};
use crate::db::{CURRENT, Conn, Db, audit, record};
use crate::error::Result;
use crate::word::Word;

record! {
    /// That lines of a document are to be acknowledged.
    version DueRow in acknowledgements_due, key(document), {
        document: String,
        kind: String,
        unit: String,
        changed_at: i64,
        line_count: i64,
    }
}

record! {
    /// That a line is to be acknowledged.
    version LineRow in changed_lines, key(document, line), {
        document: String,
        line: String,
    }
}

/// A document with lines to acknowledge.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its name below the jurisdiction.
    pub document: String,
    /// When it was appraised.
    pub changed_at: Micros,
    /// How many lines of it wait.
    pub line_count: i64,
}

/// Lets lines of a document that a reviewer changed wait for its unit.
pub fn begin(tx: &mut Tx<'_>, life: &Life, unit: &str, changed: &[String]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let stamp = tx.stamp();
    let header = DueRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        until: stamp.until,
        document: life.document.clone(),
        kind: life.kind.as_str().to_owned(),
        unit: unit.to_owned(),
        changed_at: tx.at(),
        line_count: count(changed.len()),
    };
    let row = |line: &String| LineRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        until: stamp.until,
        document: life.document.clone(),
        line: line.clone(),
    };
    tx.open(&[header])?;
    tx.open(changed.iter().map(row).collect::<Vec<_>>())
}

/// Takes lines that wait from the inbox; answers how many of the document are left there.
pub fn acknowledge(tx: &mut Tx<'_>, document: &str, acknowledged: &[String]) -> Result<i64> {
    let mut gone = rows(&mut tx.view(), document)?;
    let all = gone.len();
    gone.retain(|row| acknowledged.contains(&row.line));
    let left = count(all - gone.len());
    tx.close(&gone)?;
    if let Some(old) = header(tx, document)? {
        if left == 0 {
            tx.close(&[old])?;
        } else {
            let stamp = tx.stamp();
            let new = DueRow { since: stamp.since, until: stamp.until, line_count: left, ..old.clone() };
            tx.replace(&old, new)?;
        }
    }
    Ok(left)
}

/// Takes a document from the inbox: the figures of its reviewer are gone.
pub fn end(tx: &mut Tx<'_>, document: &str) -> Result<()> {
    let gone = rows(&mut tx.view(), document)?;
    tx.close(&gone)?;
    match header(tx, document)? {
        Some(old) => tx.close(&[old]),
        None => Ok(()),
    }
}

fn header(tx: &mut Tx<'_>, document: &str) -> Result<Option<DueRow>> {
    let view = tx.view();
    let of = due::jurisdiction.eq(view.jurisdiction).and(due::document.eq(document));
    Ok(due::table.filter(of).filter(due::until.eq(CURRENT)).first(view.conn).optional()?)
}

fn rows(view: &mut View<'_>, document: &str) -> Result<Vec<LineRow>> {
    Ok(lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::document.eq(document)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .load(view.conn)?)
}

/// The lines of a document that wait, in order.
pub fn waiting_lines(view: &mut View<'_>, document: &str) -> Result<Vec<String>> {
    let mut waiting: Vec<String> = rows(view, document)?.into_iter().map(|row| row.line).collect();
    waiting.sort_unstable();
    Ok(waiting)
}

/// How many lines the revision that is read took from the inbox, and how many it left.
pub fn acknowledged_at(view: &mut View<'_>, document: &str) -> Result<(i64, i64)> {
    let gone = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::document.eq(document)))
        .filter(lines::until.eq(view.revision))
        .count()
        .get_result(view.conn)?;
    Ok((gone, count(rows(view, document)?.len())))
}

/// The documents of some units with lines to acknowledge, the longest waiting first, from a place in that order on.
pub fn waiting(
    view: &mut View<'_>,
    units: Option<&[String]>,
    from: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut query = due::table
        .filter(due::jurisdiction.eq(view.jurisdiction))
        .filter(due::since.le(view.revision).and(due::until.gt(view.revision)))
        .order((due::changed_at, due::document))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(units) = units {
        query = query.filter(due::unit.eq_any(units));
    }
    if let Some((at, document)) = from {
        let behind = due::changed_at.eq(*at).and(due::document.ge(document));
        query = query.filter(due::changed_at.gt(*at).or(behind));
    }
    let waiting =
        |row: DueRow| Waiting { document: row.document, changed_at: row.changed_at, line_count: row.line_count };
    Ok(query.load::<DueRow>(view.conn)?.into_iter().map(waiting).collect())
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, due: DueRow, lines: LineRow);
    Ok(())
}
