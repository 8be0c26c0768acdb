//! The table of the items of a headcount.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::staffing_items as items;
use crate::db::{CURRENT, Conn, Db, audit, direct, record};
use crate::document::stages::{Stage, Staged};
use crate::document::texts::Texts;
use crate::error::{Error, Result};
use crate::word::Word;
use crate::workforce::model::StaffKind;
use crate::workforce::model::staffing::{Figures, StaffingItem, StaffingKind};

/// Items named in one statement.
const NAMED_PER_STATEMENT: usize = 1_000;

record! {
    /// An item of a plan.
    version ItemRow in staffing_items, key(plan, item), {
        plan: String,
        item: String,
        sequence: i64,
        kind: String,
        unit: Option<String>,
        staff_kind: Option<String>,
        year: Option<i64>,
        requested: Option<i64>,
        appraised: Option<i64>,
        decided: Option<i64>,
        appraised_reason: Option<String>,
        decided_reason: Option<String>,
        content: String,
    }
}

/// What a list of items is narrowed to; nothing narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct StaffingFilter {
    /// Of one of these kinds.
    pub kinds: Vec<StaffingKind>,
    /// About this unit.
    pub unit: Option<String>,
    /// About this kind of staff.
    pub staff_kind: Option<StaffKind>,
    /// About this year.
    pub year: Option<i64>,
}

/// One page of items in the order of entry, after a sequence number; `limit` are read.
pub fn list_staffing(
    view: &mut View<'_>,
    plan: &str,
    filter: &StaffingFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<StaffingItem>> {
    let mut query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
        .filter(items::sequence.gt(after))
        .order(items::sequence)
        .limit(limit)
        .into_boxed::<Db>();
    if !filter.kinds.is_empty() {
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query = query.filter(items::kind.eq_any(kinds));
    }
    if let Some(unit) = &filter.unit {
        query = query.filter(items::unit.eq(unit));
    }
    if let Some(kind) = filter.staff_kind {
        query = query.filter(items::staff_kind.eq(kind.as_str()));
    }
    if let Some(year) = filter.year {
        query = query.filter(items::year.eq(year));
    }
    query.load::<ItemRow>(view.conn)?.into_iter().map(item_of).collect()
}

/// All items of a plan in the order of entry.
pub fn all_staffing(view: &mut View<'_>, plan: &str) -> Result<Vec<StaffingItem>> {
    list_staffing(view, plan, &StaffingFilter::default(), 0, i64::MAX)
}

/// The items of some kinds of some plans, each as its text has them, by plan and in the order of entry.
pub fn staffing_of(
    view: &mut View<'_>,
    texts: &Texts,
    kinds: &[StaffingKind],
) -> Result<BTreeMap<String, Vec<StaffingItem>>> {
    let mut found: BTreeMap<String, Vec<StaffingItem>> = BTreeMap::new();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    for texts in texts.divided() {
        let (first, last) = texts.span();
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq_any(texts.ids())))
            .filter(items::since.le(last).and(items::until.gt(first)).and(items::kind.eq_any(&kinds)))
            .order((items::plan, items::sequence));
        let rows: Vec<ItemRow> = direct!(view.conn, |conn| query.load(conn))?;
        for row in rows.into_iter().filter(|row| texts.has(&row.plan, row.since, row.until)) {
            found.entry(row.plan.clone()).or_default().push(item_of(row)?);
        }
    }
    Ok(found)
}

/// One item as it stands at the revision of the view.
pub fn find_staffing(view: &mut View<'_>, plan: &str, item: &str) -> Result<Option<StaffingItem>> {
    Ok(some_staffing(view, plan, &[item.to_owned()])?.into_values().next())
}

/// Some items as they stand at the revision of the view, by id; those that are not there are left out.
pub fn some_staffing(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<BTreeMap<String, StaffingItem>> {
    let mut found = BTreeMap::new();
    for ids in view.conn.by_key(ids, NAMED_PER_STATEMENT) {
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
            .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
            .filter(items::item.eq_any(ids));
        for row in direct!(view.conn, |conn| query.load::<ItemRow>(conn))? {
            found.insert(row.item.clone(), item_of(row)?);
        }
    }
    Ok(found)
}

/// Those of some ids that an item of the plan has, now or in the past.
pub fn taken_staffing(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for ids in view.conn.by_key(ids, NAMED_PER_STATEMENT) {
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
            .filter(items::item.eq_any(ids))
            .select(items::item)
            .distinct();
        found.extend(direct!(view.conn, |conn| query.load::<String>(conn))?);
    }
    Ok(found)
}

/// Writes new items.
pub fn insert_staffing(tx: &mut Tx<'_>, plan: &str, new: &[StaffingItem]) -> Result<()> {
    let row = |item: &StaffingItem| item_row(tx, plan, item, tx.revision());
    let rows: Vec<ItemRow> = new.iter().map(row).collect::<Result<_>>()?;
    tx.open(&rows)
}

/// Ends items as they were read.
pub fn end_staffing(tx: &mut Tx<'_>, plan: &str, old: &[StaffingItem]) -> Result<()> {
    let row = |item: &StaffingItem| item_row(tx, plan, item, item.revision);
    let rows: Vec<ItemRow> = old.iter().map(row).collect::<Result<_>>()?;
    tx.close(&rows)
}

fn item_row(tx: &Tx<'_>, plan: &str, item: &StaffingItem, since: i64) -> Result<ItemRow> {
    let stamp = tx.stamp();
    let (content, figures) = (&item.content, &item.figures);
    let reason = |stage| figures.reason(stage).map(str::to_owned);
    Ok(ItemRow {
        jurisdiction: stamp.jurisdiction,
        since,
        until: stamp.until,
        plan: plan.to_owned(),
        item: item.id.clone(),
        sequence: item.sequence,
        kind: content.kind().as_str().to_owned(),
        unit: content.unit().map(str::to_owned),
        staff_kind: content.staff_kind().map(|kind| kind.as_str().to_owned()),
        year: content.year(),
        requested: figures.figure(Stage::Requested),
        appraised: figures.figure(Stage::Appraised),
        decided: figures.figure(Stage::Decided),
        appraised_reason: reason(Stage::Appraised),
        decided_reason: reason(Stage::Decided),
        content: serde_json::to_string(content).map_err(|e| Error::Internal(e.into()))?,
    })
}

fn item_of(row: ItemRow) -> Result<StaffingItem> {
    Ok(StaffingItem {
        id: row.item,
        sequence: row.sequence,
        content: serde_json::from_str(&row.content).map_err(|e| Error::Internal(e.into()))?,
        figures: Figures {
            figures: [row.requested, row.appraised, row.decided],
            reasons: [None, row.appraised_reason, row.decided_reason],
        },
        revision: row.since,
    })
}

/// How many items a plan has at the revision of the view.
pub fn count_staffing(view: &mut View<'_>, plan: &str) -> Result<i64> {
    let query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
        .count();
    Ok(direct!(view.conn, |conn| query.get_result(conn))?)
}

/// The plans that have current items.
pub fn plans_with_staffing(conn: &mut Conn, jurisdiction: &str) -> Result<BTreeSet<String>> {
    let plans: Vec<String> = items::table
        .filter(items::jurisdiction.eq(jurisdiction).and(items::until.eq(CURRENT)))
        .select(items::plan)
        .distinct()
        .load(conn)?;
    Ok(plans.into_iter().collect())
}

/// Hands every row to the audit.
pub fn audit_staffing(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, items: ItemRow);
    Ok(())
}
