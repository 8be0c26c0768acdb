//! The tables of units.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::commit::{Tx, View};
use crate::db::schema::{
    unit_codes as codes, unit_functions as functions, unit_successors as successors, unit_versions as versions,
    units as facts,
};
use crate::db::{CURRENT, Db, audit, direct, record};
use crate::error::Result;
use crate::limits;
use crate::organisation::model::{AutonomyGroup, ExternalCode, GovernmentLevel, HeldFunction, Kind, Unit, UnitLevel};
use crate::word::{Word, stored as word};

record! {
    /// That a unit exists.
    fact FactRow in units, key(unit), {
        unit: String,
        at: i64,
    }
}

record! {
    /// What it is and where it stands.
    version VersionRow in unit_versions, key(unit), {
        unit: String,
        at: i64,
        parent: Option<String>,
        display_name: String,
        kind: String,
        government_level: String,
        unit_level: String,
        autonomy_group: Option<String>,
        opens_on: Option<String>,
        closes_on: Option<String>,
        search: String,
    }
}

record! {
    /// What it does for others.
    version FunctionRow in unit_functions, key(unit, function, starts_on), {
        unit: String,
        function: String,
        starts_on: String,
        ends_on: Option<String>,
    }
}

record! {
    /// A code by which others know it.
    version CodeRow in unit_codes, key(unit, system, code), {
        unit: String,
        system: String,
        code: String,
    }
}

record! {
    /// Who goes on with its work.
    version SuccessorRow in unit_successors, key(unit, successor), {
        unit: String,
        successor: String,
    }
}

/// What a list of units is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// These ids only.
    pub among: Option<Vec<String>>,
    /// Open (`true`) or closed (`false`) on a day.
    pub open_on: Option<(bool, String)>,
    /// Patterns that all must be found.
    pub patterns: Vec<String>,
}

/// Whether an id is taken, now or in the past.
pub fn unit_is_taken(view: &mut View<'_>, unit: &str) -> Result<bool> {
    let query = facts::table.find((view.jurisdiction, unit)).select(facts::since);
    Ok(direct!(view.conn, |conn| query.first::<i64>(conn)).optional()?.is_some())
}

/// The first day on which a unit no longer exists, if one is known; `None` where there is no such unit at the revision of the view.
pub fn closing_day(view: &mut View<'_>, unit: &str) -> Result<Option<Option<String>>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::unit.eq(unit)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(versions::closes_on);
    Ok(direct!(view.conn, |conn| query.first::<Option<String>>(conn)).optional()?)
}

/// The unit that has an external code at the revision of the view.
pub fn find_unit_by_code(view: &mut View<'_>, code: &ExternalCode) -> Result<Option<String>> {
    let found = codes::table
        .filter(
            codes::jurisdiction
                .eq(view.jurisdiction)
                .and(codes::system.eq(&code.system))
                .and(codes::code.eq(&code.code)),
        )
        .filter(codes::since.le(view.revision).and(codes::until.gt(view.revision)))
        .select(codes::unit)
        .first(view.conn)
        .optional()?;
    Ok(found)
}

/// A unit as it stands at the revision of the view.
pub fn find_unit(view: &mut View<'_>, unit: &str) -> Result<Option<Unit>> {
    let filter = Filter { among: Some(vec![unit.to_owned()]), ..Filter::default() };
    Ok(list_units(view, &filter, "", 1)?.pop())
}

/// The units among some that make documents of their own in a year that begins on a day: those with a level.
pub fn owing(view: &mut View<'_>, among: Vec<String>, day: String) -> Result<Vec<Unit>> {
    let filter = Filter { among: Some(among), open_on: Some((true, day)), ..Filter::default() };
    let mut units = list_units(view, &filter, "", i64::MAX)?;
    units.retain(|unit| unit.unit_level != UnitLevel::None);
    Ok(units)
}

/// The units directly below one.
pub fn children(view: &mut View<'_>, parent: &str) -> Result<Vec<Unit>> {
    let ids = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::parent.eq(parent)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(versions::unit)
        .load::<String>(view.conn)?;
    let limit = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    list_units(view, &Filter { among: Some(ids), ..Filter::default() }, "", limit)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = BigInt)]
    depth: i64,
}

/// The units above one, nearest first; the order of the join is said, as for those below.
pub fn ancestors(view: &mut View<'_>, unit: &str) -> Result<Vec<String>> {
    let places = walk(
        view,
        unit,
        "WITH RECURSIVE up (unit, parent, depth) AS (
             SELECT unit, parent, CAST(0 AS BIGINT) FROM unit_versions
              WHERE jurisdiction = $1 AND unit = $2 AND since <= $3 AND until > $3
              UNION ALL
             SELECT v.unit, v.parent, up.depth + 1 FROM up CROSS JOIN unit_versions v
              WHERE v.jurisdiction = $1 AND v.unit = up.parent AND v.since <= $3 AND v.until > $3 AND up.depth < $4)
         SELECT unit, depth FROM up WHERE depth > 0 ORDER BY depth",
    )?;
    Ok(places.into_iter().map(|place| place.unit).collect())
}

/// A unit and all below it, with the depth below it.
///
/// The order of the join is said, because SQLite would otherwise look through all units for each one that it finds.
pub fn subtree(view: &mut View<'_>, unit: &str) -> Result<Vec<(String, i64)>> {
    let places = walk(
        view,
        unit,
        "WITH RECURSIVE down (unit, depth) AS (
             SELECT unit, CAST(0 AS BIGINT) FROM unit_versions
              WHERE jurisdiction = $1 AND unit = $2 AND since <= $3 AND until > $3
              UNION ALL
             SELECT v.unit, down.depth + 1 FROM down CROSS JOIN unit_versions v
              WHERE v.jurisdiction = $1 AND v.parent = down.unit AND v.since <= $3 AND v.until > $3 AND down.depth < $4)
         SELECT unit, depth FROM down ORDER BY depth, unit",
    )?;
    Ok(places.into_iter().map(|place| (place.unit, place.depth)).collect())
}

fn walk(view: &mut View<'_>, unit: &str, sql: &str) -> Result<Vec<Step>> {
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(view.jurisdiction)
        .bind::<Text, _>(unit)
        .bind::<BigInt, _>(view.revision)
        .bind::<BigInt, _>(i64::try_from(2 * limits::TREE_DEPTH).unwrap_or(i64::MAX))
        .load(view.conn)?)
}

/// One page of units by id, of which `limit` are read.
pub fn list_units(view: &mut View<'_>, filter: &Filter, after: &str, limit: i64) -> Result<Vec<Unit>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::unit.gt(after))
        .order(versions::unit)
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(among) = &filter.among {
        query = query.filter(versions::unit.eq_any(among));
    }
    match &filter.open_on {
        Some((true, day)) => {
            query = query
                .filter(versions::opens_on.is_null().or(versions::opens_on.le(day)))
                .filter(versions::closes_on.is_null().or(versions::closes_on.gt(day)));
        }
        Some((false, day)) => query = query.filter(versions::closes_on.le(day)),
        None => {}
    }
    for pattern in &filter.patterns {
        query = query.filter(versions::search.like(pattern).escape('\\'));
    }
    let rows = query.load::<VersionRow>(view.conn)?;
    complete(view, rows)
}

/// Adds functions, codes and successors: one statement for each, however many units.
fn complete(view: &mut View<'_>, rows: Vec<VersionRow>) -> Result<Vec<Unit>> {
    let ids: Vec<String> = rows.iter().map(|row| row.unit.clone()).collect();
    let created = facts::table
        .filter(facts::jurisdiction.eq(view.jurisdiction).and(facts::unit.eq_any(&ids)))
        .load::<FactRow>(view.conn)?;
    let created: BTreeMap<String, i64> = created.into_iter().map(|fact| (fact.unit, fact.at)).collect();
    let (functions, codes, successors) =
        (function_rows(view, &ids)?, code_rows(view, &ids)?, successor_rows(view, &ids)?);
    rows.into_iter()
        .map(|row| {
            let mut unit = unit_of(view.jurisdiction, row)?;
            unit.created_at = created.get(&unit.id).copied().unwrap_or_default();
            for row in functions.iter().filter(|row| row.unit == unit.id) {
                unit.functions.push(HeldFunction {
                    starts_on: row.starts_on.clone(),
                    function: word(&row.function)?,
                    ends_on: row.ends_on.clone(),
                });
            }
            let own_codes = codes.iter().filter(|row| row.unit == unit.id);
            unit.external_codes =
                own_codes.map(|row| ExternalCode { system: row.system.clone(), code: row.code.clone() }).collect();
            unit.successors =
                successors.iter().filter(|row| row.unit == unit.id).map(|row| row.successor.clone()).collect();
            Ok(unit)
        })
        .collect()
}

fn function_rows(view: &mut View<'_>, ids: &[String]) -> Result<Vec<FunctionRow>> {
    Ok(functions::table
        .filter(functions::jurisdiction.eq(view.jurisdiction).and(functions::unit.eq_any(ids)))
        .filter(functions::since.le(view.revision).and(functions::until.gt(view.revision)))
        .order((functions::unit, functions::starts_on, functions::function))
        .load(view.conn)?)
}

fn code_rows(view: &mut View<'_>, ids: &[String]) -> Result<Vec<CodeRow>> {
    Ok(codes::table
        .filter(codes::jurisdiction.eq(view.jurisdiction).and(codes::unit.eq_any(ids)))
        .filter(codes::since.le(view.revision).and(codes::until.gt(view.revision)))
        .order((codes::unit, codes::system, codes::code))
        .load(view.conn)?)
}

fn successor_rows(view: &mut View<'_>, ids: &[String]) -> Result<Vec<SuccessorRow>> {
    Ok(successors::table
        .filter(successors::jurisdiction.eq(view.jurisdiction).and(successors::unit.eq_any(ids)))
        .filter(successors::since.le(view.revision).and(successors::until.gt(view.revision)))
        .order((successors::unit, successors::successor))
        .load(view.conn)?)
}

fn unit_of(jurisdiction: &str, row: VersionRow) -> Result<Unit> {
    Ok(Unit {
        jurisdiction: jurisdiction.to_owned(),
        id: row.unit,
        parent: row.parent,
        display_name: row.display_name,
        kind: word::<Kind>(&row.kind)?,
        government_level: word::<GovernmentLevel>(&row.government_level)?,
        unit_level: word::<UnitLevel>(&row.unit_level)?,
        autonomy_group: row.autonomy_group.as_deref().map(word::<AutonomyGroup>).transpose()?,
        functions: Vec::new(),
        external_codes: Vec::new(),
        opens_on: row.opens_on,
        closes_on: row.closes_on,
        successors: Vec::new(),
        revision: row.since,
        created_at: row.at,
        updated_at: row.at,
    })
}

/// Writes a new unit.
pub fn insert_unit(tx: &mut Tx<'_>, new: &Unit) -> Result<()> {
    insert_units(tx, std::slice::from_ref(new))
}

/// Writes new units, none below another of them.
pub fn insert_units(tx: &mut Tx<'_>, new: &[Unit]) -> Result<()> {
    let (stamp, at) = (tx.stamp(), tx.at());
    let fact =
        |new: &Unit| FactRow { jurisdiction: stamp.jurisdiction.clone(), since: stamp.since, unit: new.id.clone(), at };
    let facts: Vec<FactRow> = new.iter().map(fact).collect();
    tx.open(facts)?;
    let rows: Vec<VersionRow> = new.iter().map(|new| version_row(tx, new)).collect();
    tx.open(rows)?;
    for new in new {
        let (functions, codes, successors) = part_rows(tx, new);
        tx.open(functions)?;
        tx.open(codes)?;
        tx.open(successors)?;
    }
    Ok(())
}

/// Every id that a unit has or had.
pub fn taken_units(view: &mut View<'_>) -> Result<std::collections::BTreeSet<String>> {
    let ids = facts::table.filter(facts::jurisdiction.eq(view.jurisdiction)).select(facts::unit);
    Ok(ids.load::<String>(view.conn)?.into_iter().collect())
}

/// Every code of a system, with the unit that has it.
pub fn units_of_system(view: &mut View<'_>, system: &str) -> Result<Vec<(String, String)>> {
    Ok(codes::table
        .filter(codes::jurisdiction.eq(view.jurisdiction).and(codes::system.eq(system)))
        .filter(codes::since.le(view.revision).and(codes::until.gt(view.revision)))
        .select((codes::code, codes::unit))
        .load(view.conn)?)
}

/// Replaces a unit; of functions, codes and successors only what differs is written.
pub fn save_unit(tx: &mut Tx<'_>, new: &Unit) -> Result<()> {
    let mut view = tx.view();
    let old = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::unit.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<VersionRow>(view.conn)?;
    let ids = [new.id.clone()];
    let (old_functions, old_codes, old_successors) =
        (function_rows(&mut view, &ids)?, code_rows(&mut view, &ids)?, successor_rows(&mut view, &ids)?);
    let row = version_row(tx, new);
    tx.replace(&old, row)?;
    let (functions, codes, successors) = part_rows(tx, new);
    let same_function = |a: &FunctionRow, b: &FunctionRow| {
        (&a.function, &a.starts_on, &a.ends_on) == (&b.function, &b.starts_on, &b.ends_on)
    };
    replace_parts(tx, old_functions, functions, same_function)?;
    replace_parts(tx, old_codes, codes, |a, b| (&a.system, &a.code) == (&b.system, &b.code))?;
    replace_parts(tx, old_successors, successors, |a, b| a.successor == b.successor)
}

/// Closes the old rows that have no equal among the new ones, and opens the new ones that have none among the old.
fn replace_parts<R: crate::db::Versioned + Clone>(
    tx: &mut Tx<'_>,
    mut old: Vec<R>,
    mut new: Vec<R>,
    same: impl Fn(&R, &R) -> bool,
) -> Result<()> {
    new.retain(|row| match old.iter().position(|other| same(row, other)) {
        Some(position) => {
            old.swap_remove(position);
            false
        }
        None => true,
    });
    tx.close(&old)?;
    tx.open(new)
}

fn version_row(tx: &Tx<'_>, new: &Unit) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        unit: new.id.clone(),
        at: tx.at(),
        parent: new.parent.clone(),
        display_name: new.display_name.clone(),
        kind: new.kind.as_str().to_owned(),
        government_level: new.government_level.as_str().to_owned(),
        unit_level: new.unit_level.as_str().to_owned(),
        autonomy_group: new.autonomy_group.map(|group| group.as_str().to_owned()),
        opens_on: new.opens_on.clone(),
        closes_on: new.closes_on.clone(),
        search: new.search(),
    }
}

fn part_rows(tx: &Tx<'_>, new: &Unit) -> (Vec<FunctionRow>, Vec<CodeRow>, Vec<SuccessorRow>) {
    let stamp = tx.stamp();
    let (jurisdiction, since, until) = (&stamp.jurisdiction, stamp.since, stamp.until);
    let functions = new.functions.iter().map(|held| FunctionRow {
        jurisdiction: jurisdiction.clone(),
        since,
        until,
        unit: new.id.clone(),
        function: held.function.as_str().to_owned(),
        starts_on: held.starts_on.clone(),
        ends_on: held.ends_on.clone(),
    });
    let codes = new.external_codes.iter().map(|code| CodeRow {
        jurisdiction: jurisdiction.clone(),
        since,
        until,
        unit: new.id.clone(),
        system: code.system.clone(),
        code: code.code.clone(),
    });
    let successors = new.successors.iter().map(|successor| SuccessorRow {
        jurisdiction: jurisdiction.clone(),
        since,
        until,
        unit: new.id.clone(),
        successor: successor.clone(),
    });
    (functions.collect(), codes.collect(), successors.collect())
}

/// Hands every row of a jurisdiction to the audit.
pub fn audit_units(conn: &mut crate::db::Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow, functions: FunctionRow, codes: CodeRow, successors: SuccessorRow);
    Ok(())
}

/// Every fault in the tree of units as it stands: a cycle, or a unit below one that does not exist.
pub fn check(conn: &mut crate::db::Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let places = versions::table
        .filter(versions::jurisdiction.eq(jurisdiction).and(versions::until.eq(CURRENT)))
        .select((versions::unit, versions::parent))
        .load::<(String, Option<String>)>(conn)?;
    let parents: BTreeMap<&str, Option<&str>> =
        places.iter().map(|(unit, parent)| (unit.as_str(), parent.as_deref())).collect();
    let mut faults = Vec::new();
    for unit in parents.keys() {
        let mut above = *unit;
        let mut steps = 0;
        while let Some(Some(parent)) = parents.get(above) {
            above = parent;
            steps += 1;
            if steps > limits::TREE_DEPTH {
                faults.push(format!("unit {unit} of {jurisdiction}: it stands below itself, or too deep"));
                break;
            }
        }
        if !parents.contains_key(above) {
            faults.push(format!("unit {unit} of {jurisdiction}: it stands below {above}, which does not exist"));
        }
    }
    Ok(faults)
}

/// Where a unit stands, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub unit: String,
    /// The unit above, none for a root.
    pub parent: Option<String>,
    /// What people call it.
    pub display_name: String,
    /// The first day on which it no longer exists.
    pub closes_on: Option<String>,
}

/// Where every unit of the jurisdiction stands at the revision of the view.
pub fn places(view: &mut View<'_>) -> Result<Vec<Place>> {
    let rows = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select((versions::unit, versions::parent, versions::display_name, versions::closes_on))
        .load::<(String, Option<String>, String, Option<String>)>(view.conn)?;
    let place = |(unit, parent, display_name, closes_on)| Place { unit, parent, display_name, closes_on };
    Ok(rows.into_iter().map(place).collect())
}
