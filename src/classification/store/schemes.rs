//! The tables of schemes.

use diesel::prelude::*;

use crate::classification::model::Scheme;
use crate::commit::{Tx, View};
use crate::db::schema::{estimate_versions as estimates, scheme_versions as versions, schemes as facts};
use crate::db::{CURRENT, Conn, audit, direct, record};
use crate::error::Result;

record! {
    /// That a scheme exists.
    fact FactRow in schemes, key(scheme), {
        scheme: String,
        at: i64,
        regime: Option<String>,
    }
}

record! {
    /// What it is called and when it holds.
    version VersionRow in scheme_versions, key(scheme), {
        scheme: String,
        at: i64,
        display_name: String,
        english_name: String,
        first_fiscal_year: i64,
        last_fiscal_year: Option<i64>,
        citation: String,
    }
}

/// Whether an id is taken, now or in the past.
pub fn scheme_is_taken(view: &mut View<'_>, scheme: &str) -> Result<bool> {
    Ok(facts::table
        .find((view.jurisdiction, scheme))
        .select(facts::since)
        .first::<i64>(view.conn)
        .optional()?
        .is_some())
}

/// A scheme as it stands at the revision of the view.
pub fn find_scheme(view: &mut View<'_>, scheme: &str) -> Result<Option<Scheme>> {
    let row = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::scheme.eq(facts::scheme))),
        )
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select((facts::all_columns, versions::all_columns))
        .first::<(FactRow, VersionRow)>(view.conn)
        .optional()?;
    Ok(row.map(assemble))
}

/// All schemes of the jurisdiction, by id; there are a handful.
pub fn all_schemes(view: &mut View<'_>) -> Result<Vec<Scheme>> {
    list_schemes(view, None, "", i64::MAX)
}

/// The id of the scheme that holds in a fiscal year.
pub fn scheme_of_year(view: &mut View<'_>, fiscal_year: i64) -> Result<Option<String>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::first_fiscal_year.le(fiscal_year))
        .filter(versions::last_fiscal_year.is_null().or(versions::last_fiscal_year.ge(fiscal_year)))
        .select(versions::scheme);
    Ok(direct!(view.conn, |conn| query.first(conn)).optional()?)
}

/// One page of schemes by id, of which `limit` are read; with a fiscal year only the one that holds then.
pub fn list_schemes(view: &mut View<'_>, fiscal_year: Option<i64>, after: &str, limit: i64) -> Result<Vec<Scheme>> {
    let mut query = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::scheme.eq(facts::scheme))),
        )
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::scheme.gt(after))
        .order(versions::scheme)
        .limit(limit)
        .select((facts::all_columns, versions::all_columns))
        .into_boxed();
    if let Some(year) = fiscal_year {
        query = query
            .filter(versions::first_fiscal_year.le(year))
            .filter(versions::last_fiscal_year.is_null().or(versions::last_fiscal_year.ge(year)));
    }
    let rows = query.load::<(FactRow, VersionRow)>(view.conn)?;
    Ok(rows.into_iter().map(assemble).collect())
}

/// The fiscal years of the estimates that use a scheme. Only whether a year is used is asked here, so the years are read from
/// the table of estimates without asking their slice, which depends on this one.
pub fn years_in_use(view: &mut View<'_>, scheme: &str) -> Result<Vec<i64>> {
    Ok(estimates::table
        .filter(estimates::jurisdiction.eq(view.jurisdiction).and(estimates::scheme.eq(scheme)))
        .filter(estimates::since.le(view.revision).and(estimates::until.gt(view.revision)))
        .select(estimates::fiscal_year)
        .distinct()
        .order(estimates::fiscal_year)
        .load(view.conn)?)
}

fn assemble((fact, row): (FactRow, VersionRow)) -> Scheme {
    Scheme {
        jurisdiction: row.jurisdiction,
        id: row.scheme,
        display_name: row.display_name,
        english_name: row.english_name,
        regime: fact.regime,
        first_fiscal_year: row.first_fiscal_year,
        last_fiscal_year: row.last_fiscal_year,
        citation: row.citation,
        revision: row.since,
        created_at: fact.at,
        updated_at: row.at,
    }
}

/// Writes a new scheme, without codes.
pub fn insert_scheme(tx: &mut Tx<'_>, new: &Scheme) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        scheme: new.id.clone(),
        at: tx.at(),
        regime: new.regime.clone(),
    };
    tx.open(&[fact])?;
    let row = version_row(tx, new);
    tx.open(&[row])
}

/// Replaces what may change about a scheme.
pub fn save_scheme(tx: &mut Tx<'_>, new: &Scheme) -> Result<()> {
    let view = tx.view();
    let old = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<VersionRow>(view.conn)?;
    let row = version_row(tx, new);
    tx.replace(&old, row)
}

fn version_row(tx: &Tx<'_>, new: &Scheme) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        scheme: new.id.clone(),
        at: tx.at(),
        display_name: new.display_name.clone(),
        english_name: new.english_name.clone(),
        first_fiscal_year: new.first_fiscal_year,
        last_fiscal_year: new.last_fiscal_year,
        citation: new.citation.clone(),
    }
}

/// Hands every row of a jurisdiction to the audit.
pub fn audit_schemes(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow);
    Ok(())
}
