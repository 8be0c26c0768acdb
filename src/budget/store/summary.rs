//! Roll-ups: the estimates of some years, and sums of their lines or of their kept totals.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::gather::{CellColumns, CellRow, cell_of, gather};
pub use super::statement::Chosen;
use super::statement::{ESTIMATES_PER_STATEMENT, LATEST, Statement, found};
use super::{LineFilter, code_condition, column, conditions};
use crate::budget::model::{Autonomy, Nature, Side, Stage, Sum};
use crate::budget::summary::{Attribute, Header, Part};
use crate::commit::View;
use crate::db::schema::{estimate_versions as versions, estimates as facts};
use crate::db::{Conn, Db, direct};
use crate::error::Result;
use crate::word::{Word, stored as word};

/// Units that a statement is narrowed to; more are told apart afterwards.
const UNITS_PER_STATEMENT: usize = 500;

type HeaderColumns = (String, String, i64, String, String, i64, String, String, Option<i64>, i64);

const HEADER: (
    versions::estimate,
    versions::unit,
    versions::fiscal_year,
    versions::kind,
    versions::series,
    versions::sequence,
    versions::scheme,
    versions::state,
    versions::in_force,
    versions::since,
) = (
    versions::estimate,
    versions::unit,
    versions::fiscal_year,
    versions::kind,
    versions::series,
    versions::sequence,
    versions::scheme,
    versions::state,
    versions::in_force,
    versions::since,
);

fn header_of(columns: HeaderColumns) -> Result<Header> {
    let (estimate, unit, fiscal_year, kind, series, sequence, scheme, state, in_force, revision) = columns;
    let (kind, state) = (word(&kind)?, word(&state)?);
    Ok(Header { estimate, unit, fiscal_year, kind, series, sequence, scheme, state, in_force, revision })
}

/// The estimates of some years, of these units where they are few.
pub fn headers(view: &mut View<'_>, years: &[i64], units: &[String]) -> Result<Vec<Header>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::fiscal_year.eq_any(years)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(HEADER)
        .into_boxed::<Db>();
    if units.len() <= UNITS_PER_STATEMENT {
        query = query.filter(versions::unit.eq_any(units));
    }
    query.load::<HeaderColumns>(view.conn)?.into_iter().map(header_of).collect()
}

/// Some estimates, by id.
pub fn headers_of(view: &mut View<'_>, estimates: &[String]) -> Result<Vec<Header>> {
    let mut found = Vec::new();
    for ids in estimates.chunks(ESTIMATES_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq_any(ids)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
            .order(versions::estimate)
            .select(HEADER);
        for columns in query.load::<HeaderColumns>(view.conn)? {
            found.push(header_of(columns)?);
        }
    }
    Ok(found)
}

/// Which rows of the estimates are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All that hold.
    All,
    /// Those of them that end with this revision or before.
    EndedBy(i64),
    /// Those of them that begin after this revision.
    BegunAfter(i64),
}

/// What is to be added up.
pub struct Sums<'a> {
    pub chosen: &'a [Chosen],
    pub rows: Rows,
    /// What is told apart, up to three.
    pub attributes: &'a [Attribute],
    /// Empty means all.
    pub stages: &'a [Stage],
    /// Subtrees are expanded.
    pub filter: &'a LineFilter,
    /// As the stage decided the latest of the three that a line states; the other stages say nothing then.
    pub latest: bool,
}

/// Estimates as far as a roll-up needs them, at one revision and at a later one.
pub struct Moved {
    pub before: Vec<Header>,
    pub after: Vec<Header>,
}

/// The units and years of some estimates, whether they are still there or not.
pub fn groups_of(view: &mut View<'_>, estimates: &[String]) -> Result<BTreeSet<(String, i64)>> {
    let mut found = BTreeSet::new();
    for ids in view.conn.by_key(estimates, ESTIMATES_PER_STATEMENT) {
        let query =
            facts::table.filter(facts::jurisdiction.eq(view.jurisdiction)).select((facts::unit, facts::fiscal_year));
        let rows: Vec<(String, i64)> = match ids {
            [one] => direct!(view.conn, |conn| query.filter(facts::estimate.eq(one)).load(conn))?,
            ids => direct!(view.conn, |conn| query.filter(facts::estimate.eq_any(ids)).load(conn))?,
        };
        found.extend(rows);
    }
    Ok(found)
}

/// All estimates of some units and years, as they were at an earlier revision and as they are at that of the view.
pub fn moved(view: &mut View<'_>, groups: &BTreeSet<(String, i64)>, earlier: i64) -> Result<Moved> {
    let mut moved = Moved { before: Vec::new(), after: Vec::new() };
    let keys: Vec<&(String, i64)> = groups.iter().collect();
    for keys in view.conn.by_key(&keys, UNITS_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction))
            .filter(versions::until.gt(earlier).and(versions::since.le(view.revision)))
            .select((HEADER, (versions::since, versions::until)));
        let rows: Vec<(HeaderColumns, (i64, i64))> = match keys {
            [(unit, year)] => {
                let query = query.filter(versions::fiscal_year.eq(year).and(versions::unit.eq(unit)));
                direct!(view.conn, |conn| query.load(conn))?
            }
            // Several units and years have more pairs than are asked for; those are left out below.
            keys => {
                let units: BTreeSet<&str> = keys.iter().map(|(unit, _)| unit.as_str()).collect();
                let years: BTreeSet<i64> = keys.iter().map(|(_, year)| *year).collect();
                let query = query.filter(versions::fiscal_year.eq_any(years).and(versions::unit.eq_any(units)));
                direct!(view.conn, |conn| query.load(conn))?
            }
        };
        for (columns, (since, until)) in rows {
            let header = header_of(columns)?;
            if keys.binary_search(&&(header.unit.clone(), header.fiscal_year)).is_err() {
                continue;
            }
            let holds = |revision| since <= revision && revision < until;
            let (was, is) = (holds(earlier), holds(view.revision));
            moved.before.extend(was.then(|| header.clone()));
            moved.after.extend(is.then_some(header));
        }
    }
    Ok(moved)
}

/// As the statement selects them: the cell, and its sum: how many lines, and of each stage the sum and how many state it.
type SumColumns = (CellColumns, BigInt, Six, Six);
type Six = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);
type SumRow = (CellRow, i64, SixSums, SixSums);
type SixSums = (i64, i64, i64, i64, i64, i64);

fn part((cell, line_count, sums, counts): SumRow) -> Part {
    let six = |(n2, n1, expected, requested, appraised, decided)| [n2, n1, expected, requested, appraised, decided];
    (cell_of(cell), Sum { line_count, sums: six(sums), counts: six(counts) })
}

/// Whether the kept totals can answer: nothing is told apart or narrowed that they do not hold.
pub fn totals_suffice(sums: &Sums<'_>) -> bool {
    let rest = LineFilter { sides: Vec::new(), natures: Vec::new(), autonomies: Vec::new(), ..sums.filter.clone() };
    let kept = |attribute: &Attribute| {
        attribute.is_of_estimate() || matches!(attribute, Attribute::Nature | Attribute::Autonomy)
    };
    !sums.latest && rest == LineFilter::default() && sums.attributes.iter().all(kept)
}

/// Adds up, over the kept totals where they suffice and over the lines otherwise.
///
/// The totals do not know the other end of a transfer, so these lines are always read.
pub fn add_up(view: &mut View<'_>, sums: &Sums<'_>) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for chosen in sums.chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let sums = Sums { chosen, ..*sums };
        if !totals_suffice(&sums) {
            parts.extend(run(view, &sums, Table::Lines)?);
            continue;
        }
        parts.extend(run(view, &sums, Table::Totals)?);
        // What ended may have been the last transfer, so its lines are asked without asking whether there are any.
        let transfers = match sums.rows {
            Rows::EndedBy(_) | Rows::BegunAfter(_) => chosen.to_vec(),
            Rows::All => {
                let givers = with_transfers(view, chosen)?;
                chosen.iter().filter(|one| givers.contains(&one.estimate)).cloned().collect()
            }
        };
        if !transfers.is_empty() {
            parts.extend(run(view, &Sums { chosen: &transfers, ..sums }, Table::Transfers)?);
        }
    }
    Ok(parts)
}

fn with_transfers(view: &mut View<'_>, chosen: &[Chosen]) -> Result<HashSet<String>> {
    let mut statement = Statement::of(chosen);
    statement.push("SELECT DISTINCT t.estimate");
    statement.join("estimate_totals", "estimate", view.jurisdiction);
    statement.push(&format!(" AND t.nature = '{}'", Nature::TransferDown.as_str()));
    let givers: Vec<String> = found!(statement, view, Text);
    Ok(givers.into_iter().collect())
}

/// Where a statement finds what it adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    /// All lines.
    Lines,
    /// The kept totals, transfers left out.
    Totals,
    /// The lines that are transfers.
    Transfers,
}

fn run(view: &mut View<'_>, sums: &Sums<'_>, table: Table) -> Result<Vec<Part>> {
    let mut statement = Statement::of(sums.chosen);
    let columns: Vec<Option<String>> =
        (0..3).map(|place| sums.attributes.get(place).copied().and_then(column_of)).collect();
    // SQLite would sort all lines to tell them apart, which takes longer than to read them.
    let gathers = matches!(view.conn, Conn::Sqlite(_)) && table != Table::Totals;
    let figures = if gathers { figures(sums) } else { added(sums, table) };
    let counterpart = if table == Table::Totals { UNSTATED } else { "t.counterpart" };
    statement.push("SELECT CAST(chosen.class AS BIGINT), t.side, ");
    for column in &columns {
        statement.push(column.as_deref().unwrap_or(UNSTATED));
        statement.push(", ");
    }
    statement.push(&format!("{counterpart}, {}", figures.join(", ")));
    let name = if table == Table::Totals { "estimate_totals" } else { "line_versions" };
    statement.join(name, "estimate", view.jurisdiction);
    match sums.rows {
        Rows::All => {}
        Rows::EndedBy(revision) => statement.push(&format!(" AND t.until <= {revision}")),
        Rows::BegunAfter(revision) => statement.push(&format!(" AND t.since > {revision}")),
    }
    narrow(&mut statement, sums.filter, table);
    if gathers {
        return gather(view, &statement);
    }
    statement.push(" GROUP BY chosen.class, t.side");
    let kept = (table != Table::Totals).then_some(counterpart);
    for column in columns.iter().flatten().map(String::as_str).chain(kept) {
        statement.push(&format!(", {column}"));
    }
    let rows: Vec<SumRow> = found!(statement, view, SumColumns);
    Ok(rows.into_iter().map(part).collect())
}

const UNSTATED: &str = "CAST(NULL AS TEXT)";

/// The column that an attribute of a line is read from.
fn column_of(attribute: Attribute) -> Option<String> {
    if attribute.is_of_estimate() {
        return None;
    }
    let name = match attribute.dimension() {
        Some(dimension) => column(dimension).to_owned(),
        None => attribute.as_str().to_ascii_lowercase(),
    };
    Some(format!("t.{name}"))
}

/// The figure of each stage of one line, none where it is not asked for.
fn figures(sums: &Sums<'_>) -> Vec<String> {
    Stage::ALL.iter().map(|stage| figure(sums, *stage).unwrap_or_else(|| "CAST(NULL AS BIGINT)".to_owned())).collect()
}

fn figure(sums: &Sums<'_>, stage: Stage) -> Option<String> {
    if sums.latest {
        return (stage == Stage::Decided).then(|| LATEST.to_owned());
    }
    let asked = sums.stages.is_empty() || sums.stages.contains(&stage);
    asked.then(|| format!("t.{}", stage.as_str().to_ascii_lowercase()))
}

/// How many lines, the sum of each stage, and how many lines state it.
fn added(sums: &Sums<'_>, table: Table) -> Vec<String> {
    let kept = table == Table::Totals;
    let nothing = || "CAST(0 AS BIGINT)".to_owned();
    let asked: Vec<Option<String>> = Stage::ALL.iter().map(|stage| figure(sums, *stage)).collect();
    let sum = |figure: &String| format!("CAST(COALESCE(SUM({figure}), 0) AS BIGINT)");
    let count = |figure: &String| {
        if kept { format!("CAST(SUM({figure}_count) AS BIGINT)") } else { format!("COUNT({figure})") }
    };
    let lines = if kept { "CAST(SUM(t.line_count) AS BIGINT)" } else { "COUNT(*)" };
    let mut list = vec![lines.to_owned()];
    list.extend(asked.iter().map(|figure| figure.as_ref().map_or_else(nothing, sum)));
    list.extend(asked.iter().map(|figure| figure.as_ref().map_or_else(nothing, count)));
    list
}

/// Adds the conditions of a filter.
fn narrow(statement: &mut Statement, filter: &LineFilter, table: Table) {
    among::<Side>(statement, "side", &filter.sides);
    among::<Nature>(statement, "nature", &filter.natures);
    among::<Autonomy>(statement, "autonomy", &filter.autonomies);
    let transfer = Nature::TransferDown.as_str();
    match table {
        Table::Lines => {}
        Table::Totals => statement.push(&format!(" AND t.nature <> '{transfer}'")),
        Table::Transfers => statement.push(&format!(" AND t.nature = '{transfer}'")),
    }
    for condition in conditions(filter) {
        statement.push(&format!(" AND {condition}"));
    }
    for codes in &filter.codes {
        let (parts, texts) = code_condition(codes);
        let unset = format!(
            " AND ({}",
            if codes.unset { format!("{} IS NULL", column(codes.dimension)) } else { "1 = 0".to_owned() }
        );
        statement.push(&unset);
        for (part, text) in parts.iter().zip(&texts) {
            statement.push(&format!(" OR {part}"));
            statement.bind(text);
            statement.push(if part.ends_with("LIKE ") { " ESCAPE '\\'" } else { "" });
        }
        statement.push(")");
    }
    if let Some(delegated) = filter.delegated {
        statement.push(&format!(" AND t.delegated = {}", i64::from(delegated)));
    }
    let texts = [("counterpart", &filter.counterpart), ("project", &filter.project), ("plan_task", &filter.plan_task)];
    for (name, text) in texts {
        if let Some(text) = text {
            statement.push(&format!(" AND t.{name} = "));
            statement.bind(text);
        }
    }
}

fn among<W: Word>(statement: &mut Statement, name: &str, words: &[W]) {
    if !words.is_empty() {
        let list: Vec<String> = words.iter().map(|word| format!("'{}'", word.as_str())).collect();
        statement.push(&format!(" AND t.{name} IN ({})", list.join(", ")));
    }
}
