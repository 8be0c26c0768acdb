//! Roll-ups: the estimates of some years, and sums of their lines or of their kept totals.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::{LineFilter, code_condition, column, conditions};
use crate::budget::model::{Autonomy, Nature, Side, Stage, Sum};
use crate::budget::summary::{Attribute, Cell, Header, Part};
use crate::commit::View;
use crate::db::schema::{estimate_versions as versions, estimates as facts};
use crate::db::{Db, direct};
use crate::error::Result;
use crate::word::{Word, stored as word};

/// Estimates that one statement names; both engines allow several times more binds.
pub(super) const ESTIMATES_PER_STATEMENT: usize = 5_000;

/// Units that a statement is narrowed to; more are told apart afterwards.
const UNITS_PER_STATEMENT: usize = 500;

/// The latest of the three stages that a line states.
pub(super) const LATEST: &str = "COALESCE(t.decided, t.appraised, t.requested)";

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

/// An estimate that counts.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub estimate: String,
    /// The number of its class.
    pub class: usize,
    /// The revision at which it counts.
    pub at: i64,
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

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = BigInt)]
    class: i64,
    #[diesel(sql_type = Text)]
    side: String,
    #[diesel(sql_type = Nullable<Text>)]
    first: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    second: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    third: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    counterpart: Option<String>,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    s0: i64,
    #[diesel(sql_type = BigInt)]
    s1: i64,
    #[diesel(sql_type = BigInt)]
    s2: i64,
    #[diesel(sql_type = BigInt)]
    s3: i64,
    #[diesel(sql_type = BigInt)]
    s4: i64,
    #[diesel(sql_type = BigInt)]
    s5: i64,
    #[diesel(sql_type = BigInt)]
    c0: i64,
    #[diesel(sql_type = BigInt)]
    c1: i64,
    #[diesel(sql_type = BigInt)]
    c2: i64,
    #[diesel(sql_type = BigInt)]
    c3: i64,
    #[diesel(sql_type = BigInt)]
    c4: i64,
    #[diesel(sql_type = BigInt)]
    c5: i64,
}

impl SumRow {
    fn part(self) -> Result<Part> {
        let sum = Sum {
            line_count: self.lines,
            sums: [self.s0, self.s1, self.s2, self.s3, self.s4, self.s5],
            counts: [self.c0, self.c1, self.c2, self.c3, self.c4, self.c5],
        };
        let cell = Cell {
            class: usize::try_from(self.class).unwrap_or(usize::MAX),
            side: word(&self.side)?,
            columns: [self.first, self.second, self.third],
            counterpart: self.counterpart,
        };
        Ok((cell, sum))
    }
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
    #[derive(QueryableByName)]
    struct Giver {
        #[diesel(sql_type = Text)]
        estimate: String,
    }
    let mut statement = Statement::of(chosen);
    statement.push("SELECT DISTINCT t.estimate AS estimate");
    statement.join("estimate_totals", "estimate", view.jurisdiction);
    statement.push(&format!(" AND t.nature = '{}'", Nature::TransferDown.as_str()));
    Ok(statement.load::<Giver>(view)?.into_iter().map(|giver| giver.estimate).collect())
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

/// The text of a statement and the texts that are bound in it, which are all that comes from a caller.
pub(super) struct Statement {
    sql: String,
    texts: Vec<String>,
    /// The first and the last revision at which an estimate counts.
    between: (i64, i64),
}

impl Statement {
    /// Begins with the estimates that count, as a table `chosen`.
    pub(super) fn of(chosen: &[Chosen]) -> Self {
        let sql = "WITH chosen (estimate, class, at) AS (VALUES ".to_owned();
        let first = chosen.iter().map(|one| one.at).min().unwrap_or_default();
        let last = chosen.iter().map(|one| one.at).max().unwrap_or_default();
        let mut statement = Self { sql, texts: Vec::new(), between: (first, last) };
        for (position, Chosen { estimate, class, at }) in chosen.iter().enumerate() {
            statement.push(if position == 0 { "(" } else { ", (" });
            statement.bind(estimate);
            statement.push(&format!(", {class}, {at})"));
        }
        statement.push(") ");
        statement
    }

    /// Joins the rows `t` of a table that hold for each estimate, named by a column, at its revision.
    ///
    /// The order of the join is said, because SQLite would otherwise guess it. The revisions are said as numbers first, because
    /// PostgreSQL knows how many rows a number leaves, and nothing of a column of `chosen`: it would read the whole table.
    pub(super) fn join(&mut self, table: &str, column: &str, jurisdiction: &str) {
        self.push(&format!(
            " FROM chosen CROSS JOIN {table} t WHERE t.{column} = chosen.estimate AND t.jurisdiction = "
        ));
        self.bind(jurisdiction);
        let (first, last) = self.between;
        self.push(&format!(" AND t.until > {first} AND t.since <= {last}"));
        if first < last {
            self.push(" AND t.until > chosen.at AND t.since <= chosen.at");
        }
    }

    pub(super) fn load<R>(self, view: &mut View<'_>) -> Result<Vec<R>>
    where
        R: QueryableByName<Db> + 'static,
    {
        let mut query = diesel::sql_query(self.sql).into_boxed::<Db>();
        for text in self.texts {
            query = query.bind::<Text, _>(text);
        }
        Ok(query.load::<R>(view.conn)?)
    }

    /// Binds a text and writes its place.
    fn bind(&mut self, text: &str) {
        self.texts.push(text.to_owned());
        self.sql.push_str(&format!("${}", self.texts.len()));
    }

    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}

fn run(view: &mut View<'_>, sums: &Sums<'_>, table: Table) -> Result<Vec<Part>> {
    let mut statement = Statement::of(sums.chosen);
    let columns: Vec<String> = sums.attributes.iter().filter_map(|attribute| column_of(*attribute)).collect();
    statement.push(&format!("SELECT CAST(chosen.class AS BIGINT) AS class, t.side AS side, {}", selected(sums, table)));
    let name = if table == Table::Totals { "estimate_totals" } else { "line_versions" };
    statement.join(name, "estimate", view.jurisdiction);
    match sums.rows {
        Rows::All => {}
        Rows::EndedBy(revision) => statement.push(&format!(" AND t.until <= {revision}")),
        Rows::BegunAfter(revision) => statement.push(&format!(" AND t.since > {revision}")),
    }
    narrow(&mut statement, sums.filter, table);
    statement.push(" GROUP BY chosen.class, t.side");
    for column in columns {
        statement.push(&format!(", {column}"));
    }
    if table != Table::Totals {
        statement.push(", t.counterpart");
    }
    statement.load::<SumRow>(view)?.into_iter().map(SumRow::part).collect()
}

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

fn selected(sums: &Sums<'_>, table: Table) -> String {
    let mut list = Vec::new();
    for (position, name) in ["first", "second", "third"].into_iter().enumerate() {
        let column = sums.attributes.get(position).and_then(|attribute| column_of(*attribute));
        list.push(format!("{} AS {name}", column.unwrap_or_else(|| "CAST(NULL AS TEXT)".to_owned())));
    }
    let kept = table == Table::Totals;
    list.push(format!("{} AS counterpart", if kept { "CAST(NULL AS TEXT)" } else { "t.counterpart" }));
    list.push(format!("{} AS lines", if kept { "CAST(SUM(t.line_count) AS BIGINT)" } else { "COUNT(*)" }));
    for (position, stage) in Stage::ALL.iter().enumerate() {
        let name = stage.as_str().to_ascii_lowercase();
        let count = if kept { format!("CAST(SUM(t.{name}_count) AS BIGINT)") } else { format!("COUNT(t.{name})") };
        let asked = sums.stages.is_empty() || sums.stages.contains(stage);
        let (sum, count) = if sums.latest && *stage == Stage::Decided {
            (format!("CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT)"), format!("COUNT({LATEST})"))
        } else if asked && !sums.latest {
            (format!("CAST(COALESCE(SUM(t.{name}), 0) AS BIGINT)"), count)
        } else {
            ("CAST(0 AS BIGINT)".to_owned(), "CAST(0 AS BIGINT)".to_owned())
        };
        list.push(format!("{sum} AS s{position}, {count} AS c{position}"));
    }
    list.join(", ")
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
