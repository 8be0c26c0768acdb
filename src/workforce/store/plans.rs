//! The tables of HR plans: facts and header.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::{workforce_plan_versions as versions, workforce_plans as facts};
use crate::db::{CURRENT, Conn, Db, audit, direct, record};
use crate::document::state::State;
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};
use crate::workforce::model::{PlanKey, WorkforcePlan};

record! {
    /// That a plan exists, with its key.
    fact FactRow in workforce_plans, key(plan), {
        plan: String,
        at: i64,
        unit: String,
        first_year: i64,
        last_year: i64,
        sequence: i64,
    }
}

record! {
    /// The header.
    version HeaderRow in workforce_plan_versions, key(plan), {
        plan: String,
        at: i64,
        created_at: i64,
        unit: String,
        first_year: i64,
        last_year: i64,
        sequence: i64,
        title: String,
        legal_basis: String,
        state: String,
        submission: i64,
        number: i64,
        in_force: Option<i64>,
        group_count: i64,
        last_sequence: i64,
    }
}

/// What a list of plans is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    /// Owned by one of these units; none is any.
    pub units: Option<Vec<String>>,
    /// The units whose plans may be known of; none is all.
    pub visible: Option<Vec<String>>,
    /// Covering this year.
    pub year: Option<i64>,
    /// In one of these states; empty is any.
    pub states: Vec<State>,
    /// Only those with a text in force, and that text of them.
    pub in_force: bool,
}

/// Where a page of plans begins: first year, unit and id of the last one before it.
pub type After = (i64, String, String);

/// Whether an id is taken, now or in the past.
pub fn plan_is_taken(view: &mut View<'_>, plan: &str) -> Result<bool> {
    let query = facts::table.find((view.jurisdiction, plan)).select(facts::since);
    Ok(direct!(view.conn, |conn| query.first::<i64>(conn)).optional()?.is_some())
}

/// The last sequence number of the plans of a unit and these years, also of those that ended.
pub fn last_sequence(view: &mut View<'_>, key: &PlanKey) -> Result<i64> {
    let query = facts::table
        .filter(facts::jurisdiction.eq(view.jurisdiction).and(facts::unit.eq(&key.unit)))
        .filter(facts::first_year.eq(key.first_year).and(facts::last_year.eq(key.last_year)))
        .order(facts::sequence.desc())
        .select(facts::sequence);
    Ok(direct!(view.conn, |conn| query.first::<i64>(conn)).optional()?.unwrap_or_default())
}

/// A plan as it stands at the revision of the view.
pub fn find_plan(view: &mut View<'_>, plan: &str) -> Result<Option<WorkforcePlan>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq(plan)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
    direct!(view.conn, |conn| query.first::<HeaderRow>(conn)).optional()?.map(plan_of).transpose()
}

/// Some plans as they stand at the revision of the view, by id.
pub fn some_plans(view: &mut View<'_>, ids: &[String]) -> Result<BTreeMap<String, WorkforcePlan>> {
    let mut found = BTreeMap::new();
    for ids in view.conn.by_key(ids, TEXTS_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq_any(ids)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<HeaderRow>(conn))? {
            found.insert(row.plan.clone(), plan_of(row)?);
        }
    }
    Ok(found)
}

/// A plan as the text in force has it; none where it was never approved.
pub fn find_in_force(view: &mut View<'_>, plan: &str) -> Result<Option<WorkforcePlan>> {
    let Some(life) = find_plan(view, plan)? else { return Ok(None) };
    shown(view, life)
}

/// What the text in force of a plan says, at the plan's place in life.
fn shown(view: &mut View<'_>, life: WorkforcePlan) -> Result<Option<WorkforcePlan>> {
    let Some(in_force) = life.in_force else { return Ok(None) };
    let text = find_plan(&mut view.at(in_force), &life.id)?;
    Ok(text.map(|text| WorkforcePlan {
        state: life.state,
        submission: life.submission,
        number: life.number,
        in_force: life.in_force,
        shown_in_force: true,
        ..text
    }))
}

/// One page of plans by first year, unit and id; `limit` are read.
pub fn list_plans(
    view: &mut View<'_>,
    filter: &PlanFilter,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<WorkforcePlan>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order((versions::first_year, versions::unit, versions::plan))
        .limit(limit)
        .into_boxed::<Db>();
    for units in [&filter.units, &filter.visible].into_iter().flatten() {
        query = query.filter(versions::unit.eq_any(units));
    }
    if let Some(year) = filter.year {
        query = query.filter(versions::first_year.le(year).and(versions::last_year.ge(year)));
    }
    if !filter.states.is_empty() {
        let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        query = query.filter(versions::state.eq_any(states));
    }
    if filter.in_force {
        query = query.filter(versions::in_force.is_not_null());
    }
    if let Some((year, unit, plan)) = after {
        let in_unit = versions::unit.gt(unit).or(versions::unit.eq(unit).and(versions::plan.gt(plan)));
        query = query.filter(versions::first_year.gt(*year).or(versions::first_year.eq(*year).and(in_unit)));
    }
    let found = query.load::<HeaderRow>(view.conn)?.into_iter().map(plan_of).collect::<Result<Vec<_>>>()?;
    if !filter.in_force {
        return Ok(found);
    }
    let text = |life| shown(view, life)?.ok_or_else(|| Error::bug("a text in force is not there"));
    found.into_iter().map(text).collect()
}

/// A plan as reading it again would show it, once this command has written it.
pub fn as_written(tx: &Tx<'_>, plan: WorkforcePlan) -> WorkforcePlan {
    let created_at = if plan.revision == 0 { tx.at() } else { plan.created_at };
    WorkforcePlan { revision: tx.revision(), created_at, updated_at: tx.at(), ..plan }
}

/// Writes a new plan, without its groups.
pub fn insert_plan(tx: &mut Tx<'_>, new: &WorkforcePlan) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        plan: new.id.clone(),
        at: tx.at(),
        unit: new.key.unit.clone(),
        first_year: new.key.first_year,
        last_year: new.key.last_year,
        sequence: new.key.sequence,
    };
    tx.open(&[fact])?;
    let header = header_row(tx, new, tx.at())?;
    tx.open(&[header])
}

/// Replaces the header of a plan.
pub fn save_plan(tx: &mut Tx<'_>, new: &WorkforcePlan) -> Result<()> {
    let header = header_row(tx, new, new.created_at)?;
    // What ends is known by its key and its revision, with which `new` was read.
    let old = HeaderRow { since: new.revision, ..header.clone() };
    tx.replace(&old, header)
}

/// Ends a plan; its groups are ended apart.
pub fn end_plan(tx: &mut Tx<'_>, plan: &WorkforcePlan) -> Result<()> {
    let header = HeaderRow { since: plan.revision, ..header_row(tx, plan, plan.created_at)? };
    tx.close(&[header])
}

fn header_row(tx: &Tx<'_>, new: &WorkforcePlan, created_at: i64) -> Result<HeaderRow> {
    let stamp = tx.stamp();
    Ok(HeaderRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: new.id.clone(),
        at: tx.at(),
        created_at,
        unit: new.key.unit.clone(),
        first_year: new.key.first_year,
        last_year: new.key.last_year,
        sequence: new.key.sequence,
        title: new.title.clone(),
        legal_basis: serde_json::to_string(&new.legal_basis).map_err(|e| Error::Internal(e.into()))?,
        state: new.state.as_str().to_owned(),
        submission: new.submission,
        number: new.number,
        in_force: new.in_force,
        group_count: new.group_count,
        last_sequence: new.last_sequence,
    })
}

fn plan_of(row: HeaderRow) -> Result<WorkforcePlan> {
    Ok(WorkforcePlan {
        jurisdiction: row.jurisdiction,
        id: row.plan,
        key: PlanKey { unit: row.unit, first_year: row.first_year, last_year: row.last_year, sequence: row.sequence },
        title: row.title,
        legal_basis: serde_json::from_str(&row.legal_basis).map_err(|e| Error::Internal(e.into()))?,
        state: word(&row.state)?,
        submission: row.submission,
        number: row.number,
        in_force: row.in_force,
        shown_in_force: false,
        group_count: row.group_count,
        last_sequence: row.last_sequence,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// The current plans with the number of groups that their headers say.
pub fn counted_current(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<(String, i64)>> {
    Ok(versions::table
        .filter(versions::jurisdiction.eq(jurisdiction).and(versions::until.eq(CURRENT)))
        .select((versions::plan, versions::group_count))
        .load(conn)?)
}

/// Hands every row to the audit.
pub fn audit_plans(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: HeaderRow);
    Ok(())
}
