//! The table of which estimates take which others in.

use diesel::prelude::*;

use crate::budget::model::inclusion::Inclusion;
use crate::commit::{Tx, View};
use crate::db::schema::inclusions;
use crate::db::{Conn, audit, record};
use crate::error::Result;

/// Estimates of one statement.
const PARENTS_PER_STATEMENT: usize = 1_000;

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

/// What some estimates take in.
pub fn of_parents(view: &mut View<'_>, parents: &[String]) -> Result<Vec<Inclusion>> {
    let mut found = histories(view, parents)?;
    found.retain(|held| held.holds(view.revision));
    Ok(found.into_iter().map(|held| held.inclusion).collect())
}

/// That an estimate takes another in, and the revisions in which it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What is taken in.
    pub inclusion: Inclusion,
    since: i64,
    until: i64,
}

impl Held {
    /// Whether it is so at a revision.
    pub fn holds(&self, revision: i64) -> bool {
        self.since <= revision && revision < self.until
    }
}

/// What some estimates take in or have taken in, up to the revision of the view.
pub fn histories(view: &mut View<'_>, parents: &[String]) -> Result<Vec<Held>> {
    let mut found = Vec::new();
    for parents in parents.chunks(PARENTS_PER_STATEMENT) {
        let rows = inclusions::table
            .filter(inclusions::jurisdiction.eq(view.jurisdiction).and(inclusions::parent.eq_any(parents)))
            .filter(inclusions::since.le(view.revision))
            .order((inclusions::parent, inclusions::child))
            .load::<InclusionRow>(view.conn)?;
        let held = |row: InclusionRow| Held { since: row.since, until: row.until, inclusion: inclusion_of(row) };
        found.extend(rows.into_iter().map(held));
    }
    Ok(found)
}

fn rows(view: &mut View<'_>, parent: &str) -> Result<Vec<InclusionRow>> {
    Ok(inclusions::table
        .filter(inclusions::jurisdiction.eq(view.jurisdiction).and(inclusions::parent.eq(parent)))
        .filter(inclusions::since.le(view.revision).and(inclusions::until.gt(view.revision)))
        .order(inclusions::child)
        .load::<InclusionRow>(view.conn)?)
}

fn inclusion_of(row: InclusionRow) -> Inclusion {
    let InclusionRow { child, parent, submission, revision, .. } = row;
    Inclusion { parent, child, submission, revision }
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
