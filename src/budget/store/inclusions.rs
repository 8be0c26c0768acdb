//! The table of which estimates take which others in.

use diesel::prelude::*;

use crate::budget::model::inclusion::Inclusion;
use crate::commit::{Tx, View};
use crate::db::schema::inclusions;
use crate::db::{Conn, audit, record};
use crate::error::Result;

record! {
    /// That an estimate takes another in.
    version InclusionRow in inclusions, key(child), {
        child: String,
        parent: String,
        submission: i64,
        revision: i64,
    }
}

/// What an estimate takes in, by id.
pub fn included(view: &mut View<'_>, parent: &str) -> Result<Vec<Inclusion>> {
    Ok(rows(view, parent)?.into_iter().map(inclusion_of).collect())
}

/// What takes one of these in.
pub fn including(view: &mut View<'_>, children: &[String]) -> Result<Vec<Inclusion>> {
    let rows = inclusions::table
        .filter(inclusions::jurisdiction.eq(view.jurisdiction).and(inclusions::child.eq_any(children)))
        .filter(inclusions::since.le(view.revision).and(inclusions::until.gt(view.revision)))
        .order(inclusions::child)
        .load::<InclusionRow>(view.conn)?;
    Ok(rows.into_iter().map(inclusion_of).collect())
}

/// Everything that ever took one of these in up to the revision of the view, the latest first, each with the revision at which that
/// ended.
pub fn ever_including(view: &mut View<'_>, children: &[String]) -> Result<Vec<(Inclusion, i64)>> {
    let rows = inclusions::table
        .filter(inclusions::jurisdiction.eq(view.jurisdiction).and(inclusions::child.eq_any(children)))
        .filter(inclusions::since.le(view.revision))
        .order((inclusions::since.desc(), inclusions::child))
        .load::<InclusionRow>(view.conn)?;
    let with_end = |row: InclusionRow| {
        let until = row.until;
        (inclusion_of(row), until)
    };
    Ok(rows.into_iter().map(with_end).collect())
}

fn rows(view: &mut View<'_>, parent: &str) -> Result<Vec<InclusionRow>> {
    Ok(inclusions::table
        .filter(inclusions::jurisdiction.eq(view.jurisdiction).and(inclusions::parent.eq(parent)))
        .filter(inclusions::since.le(view.revision).and(inclusions::until.gt(view.revision)))
        .order(inclusions::child)
        .load::<InclusionRow>(view.conn)?)
}

fn inclusion_of(row: InclusionRow) -> Inclusion {
    let InclusionRow { child, parent, submission, revision, since, .. } = row;
    Inclusion { parent, child, submission, revision, since }
}

/// Takes estimates in.
pub fn begin(tx: &mut Tx<'_>, new: &[Inclusion]) -> Result<()> {
    let stamp = tx.stamp();
    let row = |one: &Inclusion| InclusionRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        until: stamp.until,
        child: one.child.clone(),
        parent: one.parent.clone(),
        submission: one.submission,
        revision: one.revision,
    };
    tx.open(new.iter().map(row).collect::<Vec<_>>())
}

/// Lets estimates go that another takes in: these, or all.
pub fn end(tx: &mut Tx<'_>, parent: &str, children: Option<&[String]>) -> Result<()> {
    let mut gone = rows(&mut tx.view(), parent)?;
    gone.retain(|row| children.is_none_or(|children| children.contains(&row.child)));
    tx.close(&gone)
}

/// Hands every row to the audit.
pub fn audit_inclusions(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, inclusions: InclusionRow);
    Ok(())
}
