//! The table of staff groups.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::staff_groups as groups;
use crate::db::{CURRENT, Conn, audit, direct, record};
use crate::document::texts::Texts;
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};
use crate::workforce::model::{Grade, PlannedGroup, StaffGroup};

/// Groups named in one statement.
const NAMED_PER_STATEMENT: usize = 1_000;

record! {
    /// A group of a plan.
    version GroupRow in staff_groups, key(plan, staff_group), {
        plan: String,
        staff_group: String,
        sequence: i64,
        display_name: String,
        staff_kind: String,
        head_count: i64,
        full_time_bp: i64,
        rank: Option<String>,
        scale: Option<String>,
        step: Option<i64>,
        coefficient: Option<i64>,
        preserved: i64,
        next_step_on: Option<String>,
        starts_on: Option<String>,
        ends_on: Option<String>,
        given: String,
    }
}

/// One page of groups in the order of entry, after a sequence number; `limit` are read.
pub fn list_groups(view: &mut View<'_>, plan: &str, after: i64, limit: i64) -> Result<Vec<PlannedGroup>> {
    let query = groups::table
        .filter(groups::jurisdiction.eq(view.jurisdiction).and(groups::plan.eq(plan)))
        .filter(groups::since.le(view.revision).and(groups::until.gt(view.revision)))
        .filter(groups::sequence.gt(after))
        .order(groups::sequence)
        .limit(limit);
    let rows = direct!(view.conn, |conn| query.load::<GroupRow>(conn))?;
    rows.into_iter().map(group_of).collect()
}

/// All groups of a plan in the order of entry.
pub fn all_groups(view: &mut View<'_>, plan: &str) -> Result<Vec<PlannedGroup>> {
    list_groups(view, plan, 0, i64::MAX)
}

/// All groups of some plans, each as its text has them, by plan and in the order of entry.
pub fn groups_of(view: &mut View<'_>, texts: &Texts) -> Result<BTreeMap<String, Vec<PlannedGroup>>> {
    let mut found: BTreeMap<String, Vec<PlannedGroup>> = BTreeMap::new();
    for texts in texts.divided() {
        let (first, last) = texts.span();
        let query = groups::table
            .filter(groups::jurisdiction.eq(view.jurisdiction).and(groups::plan.eq_any(texts.ids())))
            .filter(groups::since.le(last).and(groups::until.gt(first)))
            .order((groups::plan, groups::sequence));
        let rows: Vec<GroupRow> = direct!(view.conn, |conn| query.load(conn))?;
        for row in rows.into_iter().filter(|row| texts.has(&row.plan, row.since, row.until)) {
            found.entry(row.plan.clone()).or_default().push(group_of(row)?);
        }
    }
    Ok(found)
}

/// One group as it stands at the revision of the view.
pub fn find_group(view: &mut View<'_>, plan: &str, group: &str) -> Result<Option<PlannedGroup>> {
    Ok(some_groups(view, plan, &[group.to_owned()])?.into_values().next())
}

/// Some groups as they stand at the revision of the view, by id; those that are not there are left out.
pub fn some_groups(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<BTreeMap<String, PlannedGroup>> {
    let mut found = BTreeMap::new();
    for ids in view.conn.by_key(ids, NAMED_PER_STATEMENT) {
        let query = groups::table
            .filter(groups::jurisdiction.eq(view.jurisdiction).and(groups::plan.eq(plan)))
            .filter(groups::since.le(view.revision).and(groups::until.gt(view.revision)))
            .filter(groups::staff_group.eq_any(ids));
        for row in direct!(view.conn, |conn| query.load::<GroupRow>(conn))? {
            found.insert(row.staff_group.clone(), group_of(row)?);
        }
    }
    Ok(found)
}

/// Those of some ids that a group of the plan has, now or in the past.
pub fn taken_groups(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for ids in view.conn.by_key(ids, NAMED_PER_STATEMENT) {
        let query = groups::table
            .filter(groups::jurisdiction.eq(view.jurisdiction).and(groups::plan.eq(plan)))
            .filter(groups::staff_group.eq_any(ids))
            .select(groups::staff_group)
            .distinct();
        found.extend(direct!(view.conn, |conn| query.load::<String>(conn))?);
    }
    Ok(found)
}

/// Writes new groups.
pub fn insert_groups(tx: &mut Tx<'_>, plan: &str, new: &[PlannedGroup]) -> Result<()> {
    let row = |group: &PlannedGroup| group_row(tx, plan, group, tx.revision());
    let rows: Vec<GroupRow> = new.iter().map(row).collect::<Result<_>>()?;
    tx.open(&rows)
}

/// Ends groups as they were read.
pub fn end_groups(tx: &mut Tx<'_>, plan: &str, old: &[PlannedGroup]) -> Result<()> {
    let row = |group: &PlannedGroup| group_row(tx, plan, group, group.revision);
    let rows: Vec<GroupRow> = old.iter().map(row).collect::<Result<_>>()?;
    tx.close(&rows)
}

fn group_row(tx: &Tx<'_>, plan: &str, new: &PlannedGroup, since: i64) -> Result<GroupRow> {
    let stamp = tx.stamp();
    let StaffGroup {
        display_name,
        staff_kind,
        count,
        full_time_bp,
        grade,
        preserved,
        next_step_on,
        starts_on,
        ends_on,
        given,
    } = new.group.clone();
    let (rank, scale, step, coefficient) = match grade {
        Grade::Rank(rank, step) => (Some(rank), None, Some(step), None),
        Grade::Scale(scale, step) => (None, Some(scale), Some(step), None),
        Grade::Coefficient(coefficient) => (None, None, None, Some(coefficient)),
        Grade::Vacant => (None, None, None, None),
    };
    Ok(GroupRow {
        jurisdiction: stamp.jurisdiction,
        since,
        until: stamp.until,
        plan: plan.to_owned(),
        staff_group: new.id.clone(),
        sequence: new.sequence,
        display_name,
        staff_kind: staff_kind.as_str().to_owned(),
        head_count: count,
        full_time_bp,
        rank,
        scale,
        step,
        coefficient,
        preserved,
        next_step_on,
        starts_on,
        ends_on,
        given: serde_json::to_string(&given).map_err(|e| Error::Internal(e.into()))?,
    })
}

fn group_of(row: GroupRow) -> Result<PlannedGroup> {
    let grade = match (row.rank, row.scale, row.step, row.coefficient) {
        (Some(rank), _, Some(step), _) => Grade::Rank(rank, step),
        (_, Some(scale), Some(step), _) => Grade::Scale(scale, step),
        (_, _, _, Some(coefficient)) => Grade::Coefficient(coefficient),
        _ => Grade::Vacant,
    };
    let group = StaffGroup {
        display_name: row.display_name,
        staff_kind: word(&row.staff_kind)?,
        count: row.head_count,
        full_time_bp: row.full_time_bp,
        grade,
        preserved: row.preserved,
        next_step_on: row.next_step_on,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        given: serde_json::from_str(&row.given).map_err(|e| Error::Internal(e.into()))?,
    };
    Ok(PlannedGroup { id: row.staff_group, sequence: row.sequence, group, revision: row.since })
}

/// How many current groups each plan has.
pub fn count_current(conn: &mut Conn, jurisdiction: &str) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = groups::table
        .filter(groups::jurisdiction.eq(jurisdiction).and(groups::until.eq(CURRENT)))
        .group_by(groups::plan)
        .select((groups::plan, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Hands every row to the audit.
pub fn audit_groups(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, groups: GroupRow);
    Ok(())
}
