//! The tables of plans: facts, header, texts.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::budget::model::LegalBasis;
use crate::commit::{Tx, View};
use crate::db::schema::{plan_texts as texts, plan_versions as versions, plans as facts};
use crate::db::{Conn, Db, Forever, audit, direct, record};
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::plan::model::{Kind, Plan};
use crate::word::{Word, stored as word};

record! {
    /// That a plan exists.
    fact FactRow in plans, key(plan), {
        plan: String,
        at: i64,
        unit: String,
        kind: String,
    }
}

record! {
    /// The header.
    version HeaderRow in plan_versions, key(plan), {
        plan: String,
        at: i64,
        created_at: i64,
        unit: String,
        kind: String,
        title: String,
        label: String,
        first_year: i64,
        last_year: i64,
        base_year: Option<i64>,
        state: String,
        submission: i64,
        number: i64,
        in_force: Option<i64>,
        item_count: i64,
        last_sequence: i64,
    }
}

record! {
    /// The long texts and references.
    version TextRow in plan_texts, key(plan), {
        plan: String,
        narrative: String,
        legal_basis: String,
        refers_to: String,
    }
}

/// What a list of plans is narrowed to; empty lists narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    /// Owned by one of these units.
    pub units: Option<Vec<String>>,
    /// For some kinds the units whose plans may be known of; none is all.
    pub visible: Vec<(Vec<Kind>, Option<Vec<String>>)>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Covering this year.
    pub year: Option<i64>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Only those with a text in force, and that text of them.
    pub in_force: bool,
}

/// Plans of one statement.
const PLANS_PER_STATEMENT: usize = 1_000;

/// Where a page of plans begins: first year, unit and id of the last one before it.
pub type After = (i64, String, String);

/// Whether an id is taken, now or in the past.
pub fn plan_is_taken(view: &mut View<'_>, plan: &str) -> Result<bool> {
    let query = facts::table.find((view.jurisdiction, plan)).select(facts::since);
    Ok(direct!(view.conn, |conn| query.first::<i64>(conn)).optional()?.is_some())
}

/// A plan with its texts, as it stands at the revision of the view.
pub fn find_plan(view: &mut View<'_>, plan: &str) -> Result<Option<Plan>> {
    let Some(mut found) = find_header(view, plan)? else { return Ok(None) };
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::plan.eq(plan)))
        .filter(texts::since.le(view.revision).and(texts::until.gt(view.revision)));
    if let Some(text) = direct!(view.conn, |conn| query.first::<TextRow>(conn)).optional()? {
        found.legal_basis = parsed(&text.legal_basis)?;
        found.refers_to = parsed(&text.refers_to)?;
        found.narrative = text.narrative;
    }
    Ok(Some(found))
}

/// A plan without texts.
pub fn find_header(view: &mut View<'_>, plan: &str) -> Result<Option<Plan>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq(plan)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
    direct!(view.conn, |conn| query.first::<HeaderRow>(conn)).optional()?.map(plan_of).transpose()
}

/// A plan as the text in force has it; none where it was never approved.
pub fn find_in_force(view: &mut View<'_>, plan: &str) -> Result<Option<Plan>> {
    let Some(life) = find_header(view, plan)? else { return Ok(None) };
    let Some(in_force) = life.in_force else { return Ok(None) };
    let text = find_plan(&mut view.at(in_force), plan)?;
    Ok(text.map(|text| shown(text, &life)))
}

/// What the text in force says, at the place in life of another revision.
fn shown(text: Plan, life: &Plan) -> Plan {
    Plan {
        state: life.state,
        submission: life.submission,
        number: life.number,
        in_force: life.in_force,
        shown_in_force: true,
        ..text
    }
}

/// Those of some ids that no plan has at the revision of the view.
pub fn unknown_plans(view: &mut View<'_>, plans: &[String]) -> Result<Vec<String>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq_any(plans)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(versions::plan);
    let known: Vec<String> = direct!(view.conn, |conn| query.load(conn))?;
    Ok(plans.iter().filter(|plan| !known.contains(plan)).cloned().collect())
}

/// Some plans without texts.
pub fn some_headers(view: &mut View<'_>, ids: &[&str]) -> Result<Vec<Plan>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(PLANS_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq_any(ids)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<HeaderRow>(conn))? {
            found.push(plan_of(row)?);
        }
    }
    Ok(found)
}

/// One page of plans by first year, unit and id, without texts, each with its place in the list; `limit` are read.
pub fn list_plans(
    view: &mut View<'_>,
    filter: &PlanFilter,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<(After, Plan)>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order((versions::first_year, versions::unit, versions::plan))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(units) = &filter.units {
        query = query.filter(versions::unit.eq_any(units));
    }
    for (kinds, units) in &filter.visible {
        if let Some(units) = units {
            query = query.filter(versions::kind.ne_all(spelled(kinds)).or(versions::unit.eq_any(units)));
        }
    }
    if !filter.kinds.is_empty() {
        query = query.filter(versions::kind.eq_any(spelled(&filter.kinds)));
    }
    if let Some(year) = filter.year {
        query = query.filter(versions::first_year.le(year).and(versions::last_year.ge(year)));
    }
    if !filter.states.is_empty() {
        query = query.filter(versions::state.eq_any(spelled(&filter.states)));
    }
    if filter.in_force {
        query = query.filter(versions::in_force.is_not_null());
    }
    if let Some((year, unit, plan)) = after {
        let in_unit = versions::unit.gt(unit).or(versions::unit.eq(unit).and(versions::plan.gt(plan)));
        query = query.filter(versions::first_year.gt(*year).or(versions::first_year.eq(*year).and(in_unit)));
    }
    let found: Vec<Plan> = query.load::<HeaderRow>(view.conn)?.into_iter().map(plan_of).collect::<Result<_>>()?;
    // The place is that of the moment, also where the text in force has other years.
    let places: Vec<After> = found.iter().map(|plan| (plan.first_year, plan.unit.clone(), plan.id.clone())).collect();
    let found = if filter.in_force { in_force(view, &found)? } else { found };
    Ok(places.into_iter().zip(found).collect())
}

/// The headers in force of some plans: each approval wrote the header anew, with its own revision as the one in force.
pub fn in_force(view: &mut View<'_>, plans: &[Plan]) -> Result<Vec<Plan>> {
    let mut found = HashMap::new();
    for plans in plans.chunks(PLANS_PER_STATEMENT) {
        let ids: Vec<&str> = plans.iter().map(|plan| plan.id.as_str()).collect();
        let wanted: HashMap<&str, Option<i64>> = plans.iter().map(|plan| (plan.id.as_str(), plan.in_force)).collect();
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::plan.eq_any(ids)))
            .filter(versions::in_force.eq(versions::since.nullable()).and(versions::since.le(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<HeaderRow>(conn))? {
            if wanted.get(row.plan.as_str()) == Some(&Some(row.since)) {
                found.insert(row.plan.clone(), plan_of(row)?);
            }
        }
    }
    let mut text = |life: &Plan| found.remove(&life.id).ok_or_else(|| Error::bug("a text in force is not there"));
    plans.iter().map(|life| Ok(shown(text(life)?, life))).collect()
}

fn spelled<W: Word>(words: &[W]) -> Vec<&'static str> {
    words.iter().map(|word| word.as_str()).collect()
}

/// A plan as reading it again would show it, once this command has written it.
pub fn as_written(tx: &Tx<'_>, plan: Plan) -> Plan {
    let created_at = if plan.revision == 0 { tx.at() } else { plan.created_at };
    Plan { revision: tx.revision(), created_at, updated_at: tx.at(), ..plan }
}

/// Writes a new plan, without its items.
pub fn insert_plan(tx: &mut Tx<'_>, new: &Plan) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        plan: new.id.clone(),
        at: tx.at(),
        unit: new.unit.clone(),
        kind: new.kind.as_str().to_owned(),
    };
    tx.open(&[fact])?;
    let header = header_row(tx, new, tx.at());
    tx.open(&[header])?;
    let text = text_row(tx, new)?;
    tx.open(&[text])
}

/// Replaces the header of a plan; texts are saved apart.
pub fn save_plan(tx: &mut Tx<'_>, new: &Plan) -> Result<()> {
    let header = header_row(tx, new, new.created_at);
    // What ends is known by its key and its revision, with which `new` was read.
    let old = HeaderRow { since: new.revision, ..header.clone() };
    tx.replace(&old, header)
}

/// Replaces the texts of a plan.
pub fn save_texts(tx: &mut Tx<'_>, new: &Plan) -> Result<()> {
    let old = current_texts(tx, &new.id)?;
    tx.close(&old)?;
    let text = text_row(tx, new)?;
    tx.open(&[text])
}

/// Ends a plan: header and texts; its items are ended apart.
pub fn end_plan(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    let header = HeaderRow { since: plan.revision, ..header_row(tx, plan, plan.created_at) };
    tx.close(&[header])?;
    let texts = current_texts(tx, &plan.id)?;
    tx.close(&texts)
}

fn current_texts(tx: &mut Tx<'_>, plan: &str) -> Result<Vec<TextRow>> {
    let view = tx.view();
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::plan.eq(plan)))
        .filter(texts::until.eq(Forever));
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}

fn header_row(tx: &Tx<'_>, new: &Plan, created_at: i64) -> HeaderRow {
    let stamp = tx.stamp();
    HeaderRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: new.id.clone(),
        at: tx.at(),
        created_at,
        unit: new.unit.clone(),
        kind: new.kind.as_str().to_owned(),
        title: new.title.clone(),
        label: new.label.clone(),
        first_year: new.first_year,
        last_year: new.last_year,
        base_year: new.base_year,
        state: new.state.as_str().to_owned(),
        submission: new.submission,
        number: new.number,
        in_force: new.in_force,
        item_count: new.item_count,
        last_sequence: new.last_sequence,
    }
}

fn text_row(tx: &Tx<'_>, new: &Plan) -> Result<TextRow> {
    let stamp = tx.stamp();
    Ok(TextRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: new.id.clone(),
        narrative: new.narrative.clone(),
        legal_basis: json::<Vec<LegalBasis>>(&new.legal_basis)?,
        refers_to: json(&new.refers_to)?,
    })
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.into()))
}

pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Internal(e.into()))
}

fn plan_of(row: HeaderRow) -> Result<Plan> {
    Ok(Plan {
        jurisdiction: row.jurisdiction,
        id: row.plan,
        unit: row.unit,
        kind: word(&row.kind)?,
        title: row.title,
        label: row.label,
        first_year: row.first_year,
        last_year: row.last_year,
        base_year: row.base_year,
        refers_to: Vec::new(),
        narrative: String::new(),
        legal_basis: Vec::new(),
        state: word(&row.state)?,
        submission: row.submission,
        number: row.number,
        in_force: row.in_force,
        shown_in_force: false,
        item_count: row.item_count,
        last_sequence: row.last_sequence,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// Hands every row of the tables of plans to the audit.
pub fn audit_plans(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: HeaderRow, texts: TextRow);
    Ok(())
}
