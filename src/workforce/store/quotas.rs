//! The table of quotas, and the acts that gave them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::{acts, decisions, quotas};
use crate::db::{CURRENT, Conn, Db, audit, direct, record};
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};
use crate::workforce::model::StaffKind;
use crate::workforce::model::staffing::{Assigned, Quota};

record! {
    /// What a decision gave.
    version QuotaRow in quotas, key(plan, demand), {
        plan: String,
        demand: String,
        number: i64,
        unit: String,
        staff_kind: String,
        starts_on: String,
        ends_on: String,
        head_count: i64,
    }
}

/// What a list of quotas is narrowed to; nothing narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct QuotaFilter {
    /// Of these units.
    pub units: Option<Vec<String>>,
    /// The units whose quotas may be known of; none is all.
    pub visible: Option<Vec<String>>,
    /// Of this kind.
    pub staff_kind: Option<StaffKind>,
    /// Holding on this day or later.
    pub from_on: Option<String>,
    /// Holding on this day or before.
    pub to_on: Option<String>,
}

/// Where a page of quotas begins: unit, kind and first day of the last one before it.
pub type AfterQuota = (String, String, String);

/// One page of quotas with their acts, by unit, kind and first day; `limit` are read.
pub fn list_quotas(
    view: &mut View<'_>,
    filter: &QuotaFilter,
    after: Option<&AfterQuota>,
    limit: i64,
) -> Result<Vec<Assigned>> {
    let mut query = quotas::table
        .filter(quotas::jurisdiction.eq(view.jurisdiction))
        .filter(quotas::since.le(view.revision).and(quotas::until.gt(view.revision)))
        .order((quotas::unit, quotas::staff_kind, quotas::starts_on))
        .limit(limit)
        .into_boxed::<Db>();
    for units in [&filter.units, &filter.visible].into_iter().flatten() {
        query = query.filter(quotas::unit.eq_any(units));
    }
    if let Some(kind) = filter.staff_kind {
        query = query.filter(quotas::staff_kind.eq(kind.as_str()));
    }
    if let Some(day) = &filter.from_on {
        query = query.filter(quotas::ends_on.gt(day));
    }
    if let Some(day) = &filter.to_on {
        query = query.filter(quotas::starts_on.le(day));
    }
    if let Some((unit, kind, day)) = after {
        let in_kind = quotas::staff_kind.eq(kind).and(quotas::starts_on.gt(day));
        let in_unit = quotas::unit.eq(unit).and(quotas::staff_kind.gt(kind).or(in_kind));
        query = query.filter(quotas::unit.gt(unit).or(in_unit));
    }
    let found = query.load::<QuotaRow>(view.conn)?.into_iter().map(quota_of).collect::<Result<Vec<_>>>()?;
    with_acts(view, found)
}

/// The quotas that a plan gave, at the revision of the view.
pub fn quotas_of(view: &mut View<'_>, plan: &str) -> Result<Vec<Quota>> {
    let query = quotas::table
        .filter(quotas::jurisdiction.eq(view.jurisdiction).and(quotas::plan.eq(plan)))
        .filter(quotas::since.le(view.revision).and(quotas::until.gt(view.revision)))
        .order(quotas::demand);
    direct!(view.conn, |conn| query.load::<QuotaRow>(conn))?.into_iter().map(quota_of).collect()
}

/// Quotas with the acts of the decisions that gave them.
fn with_acts(view: &mut View<'_>, found: Vec<Quota>) -> Result<Vec<Assigned>> {
    let mut documents: Vec<String> = found.iter().map(document).collect();
    documents.sort();
    documents.dedup();
    let rows: Vec<(String, i64, String, String, String)> = decisions::table
        .inner_join(acts::table.on(acts::jurisdiction.eq(decisions::jurisdiction).and(acts::act.eq(decisions::act))))
        .filter(decisions::jurisdiction.eq(view.jurisdiction).and(decisions::document.eq_any(documents)))
        .select((decisions::document, decisions::number, acts::number, acts::signed_on, acts::authority))
        .load(view.conn)?;
    let acts: BTreeMap<(String, i64), (String, String, String)> = rows
        .into_iter()
        .map(|(document, number, act, day, authority)| ((document, number), (act, day, authority)))
        .collect();
    let assigned = |quota: Quota| {
        let act = acts.get(&(document(&quota), quota.number)).cloned();
        let (act_number, act_signed_on, act_authority) =
            act.ok_or_else(|| Error::bug("a quota was given by no act"))?;
        Ok(Assigned { quota, act_number, act_signed_on, act_authority })
    };
    found.into_iter().map(assigned).collect()
}

/// The plan of a quota, below its jurisdiction.
fn document(quota: &Quota) -> String {
    format!("workforcePlans/{}", quota.plan)
}

/// Writes new quotas.
pub fn insert_quotas(tx: &mut Tx<'_>, new: &[Quota]) -> Result<()> {
    let rows: Vec<QuotaRow> = new.iter().map(|quota| quota_row(tx, quota, tx.revision())).collect();
    tx.open(&rows)
}

/// Ends quotas as they were read.
pub fn end_quotas(tx: &mut Tx<'_>, old: &[Quota]) -> Result<()> {
    let rows: Vec<QuotaRow> = old.iter().map(|quota| quota_row(tx, quota, quota.revision)).collect();
    tx.close(&rows)
}

fn quota_row(tx: &Tx<'_>, new: &Quota, since: i64) -> QuotaRow {
    let stamp = tx.stamp();
    let Quota { plan, demand, number, unit, staff_kind, starts_on, ends_on, count, revision: _ } = new.clone();
    QuotaRow {
        jurisdiction: stamp.jurisdiction,
        since,
        until: stamp.until,
        plan,
        demand,
        number,
        unit,
        staff_kind: staff_kind.as_str().to_owned(),
        starts_on,
        ends_on,
        head_count: count,
    }
}

fn quota_of(row: QuotaRow) -> Result<Quota> {
    Ok(Quota {
        plan: row.plan,
        demand: row.demand,
        number: row.number,
        unit: row.unit,
        staff_kind: word(&row.staff_kind)?,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        count: row.head_count,
        revision: row.since,
    })
}

/// Current quotas that hold on the same day for the same people, which SQL cannot forbid, each with what is wrong.
pub fn overlapping(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let rows = quotas::table
        .filter(quotas::jurisdiction.eq(jurisdiction).and(quotas::until.eq(CURRENT)))
        .order((quotas::unit, quotas::staff_kind, quotas::starts_on))
        .load::<QuotaRow>(conn)?;
    let all: Vec<Quota> = rows.into_iter().map(quota_of).collect::<Result<_>>()?;
    let meeting = all.windows(2).filter_map(|pair| match pair {
        [first, second] if first.meets(second) => {
            let (one, other) = (&first.demand, &second.demand);
            Some(format!("quotas of {} in {jurisdiction}: demands {one} and {other} meet", first.unit))
        }
        _ => None,
    });
    Ok(meeting.collect())
}

/// Hands every row to the audit.
pub fn audit_quotas(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, quotas: QuotaRow);
    Ok(())
}
