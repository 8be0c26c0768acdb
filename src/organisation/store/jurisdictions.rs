//! The tables of jurisdictions, which stand in the journal of `system`.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::{jurisdiction_versions as versions, jurisdictions as facts};
use crate::db::{Conn, audit, direct, record};
use crate::error::{Error, Result};
use crate::id::{JurisdictionName, SYSTEM};
use crate::organisation::model::Jurisdiction;
use crate::period::{FiscalCalendar, Labelling};
use crate::word::{Word, stored as word};

record! {
    /// What never changes about a jurisdiction.
    fact FactRow in jurisdictions, key(id), {
        id: String,
        at: i64,
        currency: String,
        currency_exponent: i64,
        fiscal_year_start_month: i64,
        fiscal_year_labelling: String,
    }
}

record! {
    /// What may change about it.
    version VersionRow in jurisdiction_versions, key(id), {
        id: String,
        at: i64,
        display_name: String,
        time_zone: String,
        search: String,
    }
}

/// Whether an id is taken, now or in the past.
pub fn jurisdiction_is_taken(view: &mut View<'_>, id: &str) -> Result<bool> {
    Ok(facts::table.find((SYSTEM, id)).select(facts::since).first::<i64>(view.conn).optional()?.is_some())
}

/// The ids of all jurisdictions but `system`.
pub fn jurisdiction_ids(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(facts::table.filter(facts::jurisdiction.eq(SYSTEM)).select(facts::id).order(facts::id).load(conn)?)
}

/// Writes a new jurisdiction.
pub fn insert_jurisdiction(tx: &mut Tx<'_>, new: &Jurisdiction) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        id: new.id.clone(),
        at: tx.at(),
        currency: new.currency.clone(),
        currency_exponent: new.currency_exponent,
        fiscal_year_start_month: new.calendar.start_month,
        fiscal_year_labelling: new.calendar.labelling.as_str().to_owned(),
    };
    tx.open(&[fact])?;
    let version = version_row(tx, new);
    tx.open(&[version])
}

/// Replaces what may change.
pub fn save_jurisdiction(tx: &mut Tx<'_>, new: &Jurisdiction) -> Result<()> {
    let old = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::id.eq(&new.id)))
        .filter(versions::until.eq(crate::db::CURRENT))
        .first::<VersionRow>(tx.view().conn)?;
    let row = version_row(tx, new);
    tx.replace(&old, row)
}

fn version_row(tx: &Tx<'_>, new: &Jurisdiction) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        id: new.id.clone(),
        at: tx.at(),
        display_name: new.display_name.clone(),
        time_zone: new.time_zone.clone(),
        search: new.search(),
    }
}

/// A jurisdiction as it stands at the revision of the view.
pub fn get_jurisdiction(view: &mut View<'_>, id: &str) -> Result<Jurisdiction> {
    find_jurisdiction(view, id)?.ok_or_else(|| not_found(id))
}

fn find_jurisdiction(view: &mut View<'_>, id: &str) -> Result<Option<Jurisdiction>> {
    let row = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::id.eq(id)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .first::<VersionRow>(view.conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let fact = facts::table.find((SYSTEM, id)).first::<FactRow>(view.conn)?;
    assemble(fact, row).map(Some)
}

/// When the fiscal years of a jurisdiction begin, which never changes.
pub fn fiscal_calendar(conn: &mut Conn, id: &str) -> Result<FiscalCalendar> {
    let query = facts::table.find((SYSTEM, id)).select((facts::fiscal_year_start_month, facts::fiscal_year_labelling));
    let found = direct!(conn, |conn| query.first::<(i64, String)>(conn)).optional()?;
    let (start_month, labelling) = found.ok_or_else(|| not_found(id))?;
    Ok(FiscalCalendar { start_month, labelling: word(&labelling)? })
}

/// The decimals of a jurisdiction's currency, which never change.
pub fn currency_exponent(conn: &mut Conn, id: &str) -> Result<i64> {
    let query = facts::table.find((SYSTEM, id)).select(facts::currency_exponent);
    direct!(conn, |conn| query.first::<i64>(conn)).optional()?.ok_or_else(|| not_found(id))
}

/// When the fiscal years of a jurisdiction begin and what time it keeps, at the head of `system`.
pub fn calendar(conn: &mut Conn, id: &str) -> Result<(FiscalCalendar, String)> {
    let mut view = View::bare(conn, SYSTEM, crate::db::CURRENT - 1);
    let jurisdiction = get_jurisdiction(&mut view, id)?;
    Ok((jurisdiction.calendar, jurisdiction.time_zone))
}

/// One page of jurisdictions by id, of which `limit` are read.
pub fn list_jurisdictions(
    view: &mut View<'_>,
    patterns: &[String],
    after: &str,
    limit: i64,
) -> Result<Vec<Jurisdiction>> {
    let mut query = versions::table
        .inner_join(facts::table.on(facts::jurisdiction.eq(versions::jurisdiction).and(facts::id.eq(versions::id))))
        .filter(versions::jurisdiction.eq(SYSTEM))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::id.gt(after))
        .order(versions::id)
        .limit(limit)
        .select((facts::all_columns, versions::all_columns))
        .into_boxed();
    for pattern in patterns {
        query = query.filter(versions::search.like(pattern).escape('\\'));
    }
    let rows = query.load::<(FactRow, VersionRow)>(view.conn)?;
    rows.into_iter().map(|(fact, row)| assemble(fact, row)).collect()
}

fn assemble(fact: FactRow, row: VersionRow) -> Result<Jurisdiction> {
    let labelling =
        Labelling::parse(&fact.fiscal_year_labelling).ok_or_else(|| Error::bug("an unknown labelling is stored"))?;
    Ok(Jurisdiction {
        id: row.id,
        display_name: row.display_name,
        currency: fact.currency,
        currency_exponent: fact.currency_exponent,
        time_zone: row.time_zone,
        calendar: FiscalCalendar { start_month: fact.fiscal_year_start_month, labelling },
        revision: row.since,
        created_at: fact.at,
        updated_at: row.at,
    })
}

fn not_found(id: &str) -> Error {
    Error::NotFound { kind: "Jurisdiction", name: JurisdictionName { jurisdiction: id.to_owned() }.to_string() }
}

/// Hands every row of a jurisdiction's journal to the audit; only `system` has any here.
pub fn audit_jurisdictions(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow);
    Ok(())
}
