//! The table of generated lines.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::pay_lines as marks;
use crate::db::{Conn, audit, direct, record};
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;

record! {
    /// That a line was generated from an HR plan.
    version MarkRow in pay_lines, key(estimate, line), {
        estimate: String,
        line: String,
        plan: String,
        plan_revision: i64,
        in_force: i64,
    }
}

/// That a line was generated from an HR plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The id of the plan.
    pub plan: String,
    /// The revision of the text that its figure is from.
    pub plan_revision: i64,
    /// Whether that text was the one in force.
    pub in_force: bool,
    /// The revision that last wrote the mark.
    pub revision: i64,
}

/// The marks of the lines of an estimate, also of lines that are no longer there, by line.
pub fn marks_of(view: &mut View<'_>, estimate: &str) -> Result<BTreeMap<String, Mark>> {
    Ok(marks_of_many(view, &[estimate.to_owned()])?.remove(estimate).unwrap_or_default())
}

/// The marks of the lines of some estimates, by estimate and line.
pub fn marks_of_many(view: &mut View<'_>, estimates: &[String]) -> Result<BTreeMap<String, BTreeMap<String, Mark>>> {
    let mut found: BTreeMap<String, BTreeMap<String, Mark>> = BTreeMap::new();
    for estimates in view.conn.by_key(estimates, TEXTS_PER_STATEMENT) {
        let query = marks::table
            .filter(marks::jurisdiction.eq(view.jurisdiction).and(marks::estimate.eq_any(estimates)))
            .filter(marks::since.le(view.revision).and(marks::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<MarkRow>(conn))? {
            let mark = Mark {
                plan: row.plan,
                plan_revision: row.plan_revision,
                in_force: row.in_force != 0,
                revision: row.since,
            };
            found.entry(row.estimate).or_default().insert(row.line, mark);
        }
    }
    Ok(found)
}

/// Marks lines of an estimate, each beside the mark that it has already.
pub fn mark(tx: &mut Tx<'_>, estimate: &str, new: &[(String, Option<Mark>, Mark)]) -> Result<()> {
    let row = |line: &str, mark: &Mark, since: i64| MarkRow {
        jurisdiction: tx.stamp().jurisdiction,
        since,
        until: tx.stamp().until,
        estimate: estimate.to_owned(),
        line: line.to_owned(),
        plan: mark.plan.clone(),
        plan_revision: mark.plan_revision,
        in_force: i64::from(mark.in_force),
    };
    let old = |(line, old, _): &(String, Option<Mark>, Mark)| old.as_ref().map(|old| row(line, old, old.revision));
    let old: Vec<MarkRow> = new.iter().filter_map(old).collect();
    let new: Vec<MarkRow> = new.iter().map(|(line, _, new)| row(line, new, tx.revision())).collect();
    tx.close(&old)?;
    tx.open(&new)
}

/// Hands every row to the audit.
pub fn audit_marks(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, marks: MarkRow);
    Ok(())
}
