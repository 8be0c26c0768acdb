//! The table of thresholds.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::project_parameters as parameters;
use crate::db::{Conn, audit, direct, record};
use crate::error::Result;
use crate::project::model::parameters::{Parameter, Parameters};
use crate::word::{Word, stored as word};

record! {
    /// One dated threshold.
    version ParameterRow in project_parameters, key(kind, starts_on), {
        kind: String,
        starts_on: String,
        at: i64,
        value: i64,
        provenance: String,
        citation: String,
        note: String,
    }
}

/// All thresholds as they stand at the revision of the view, by kind and first day; there are some dozens.
pub fn all_parameters(view: &mut View<'_>) -> Result<Parameters> {
    let query = parameters::table
        .filter(parameters::jurisdiction.eq(view.jurisdiction))
        .filter(parameters::since.le(view.revision).and(parameters::until.gt(view.revision)));
    let rows = direct!(view.conn, |conn| query.load::<ParameterRow>(conn))?;
    let mut found = rows.into_iter().map(parameter_of).collect::<Result<Vec<_>>>()?;
    found.sort_by(|a, b| (a.kind, &a.starts_on).cmp(&(b.kind, &b.starts_on)));
    Ok(Parameters(found))
}

/// Writes new rows.
pub fn insert_parameters(tx: &mut Tx<'_>, new: &[Parameter]) -> Result<()> {
    let rows: Vec<ParameterRow> = new.iter().map(|one| parameter_row(tx, one)).collect();
    tx.open(rows)
}

/// Ends rows as they were read.
pub fn end_parameters(tx: &mut Tx<'_>, old: &[Parameter]) -> Result<()> {
    let row = |one: &Parameter| ParameterRow { since: one.revision, ..parameter_row(tx, one) };
    let rows: Vec<ParameterRow> = old.iter().map(row).collect();
    tx.close(&rows)
}

fn parameter_row(tx: &Tx<'_>, one: &Parameter) -> ParameterRow {
    let stamp = tx.stamp();
    ParameterRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        kind: one.kind.as_str().to_owned(),
        starts_on: one.starts_on.clone(),
        at: tx.at(),
        value: one.value,
        provenance: one.provenance.as_str().to_owned(),
        citation: one.citation.clone(),
        note: one.note.clone(),
    }
}

fn parameter_of(row: ParameterRow) -> Result<Parameter> {
    Ok(Parameter {
        kind: word(&row.kind)?,
        starts_on: row.starts_on,
        value: row.value,
        provenance: word(&row.provenance)?,
        citation: row.citation,
        note: row.note,
        revision: row.since,
        updated_at: row.at,
    })
}

/// Hands every row of the table of thresholds to the audit.
pub fn audit_parameters(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, parameters: ParameterRow);
    Ok(())
}
