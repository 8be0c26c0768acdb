//! The table of lines.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::reading::LineColumns;
use crate::budget::model::{Amounts, Autonomy, Baseline, Channel, Codes, Content, Line, Nature, Side, Stage};
use crate::classification::model::{Dimension, FinancingClass, SpendField};
use crate::commit::{Stamp, Tx, View};
use crate::db::schema::line_versions as lines;
use crate::db::{Db, Forever, Stored, direct, keyed, record};
use crate::error::Result;
use crate::text;
use crate::word::Word;

record! {
    /// A line.
    version LineRow in line_versions, key(estimate, line), {
        estimate: String,
        line: String,
        sequence: i64,
        side: Stored<Side>,
        administrative: Option<String>,
        functional: Option<String>,
        economic: Option<String>,
        source: Option<String>,
        programme: Option<String>,
        geographic: Option<String>,
        nature: Stored<Nature>,
        autonomy: Stored<Autonomy>,
        baseline: Option<Stored<Baseline>>,
        content: Option<Stored<Content>>,
        channel: Option<Stored<Channel>>,
        delegated: i64,
        counterpart: Option<String>,
        plan_task: Option<String>,
        project: Option<String>,
        description: String,
        search: String,
        quantity: Option<i64>,
        price: Option<i64>,
        norm: Option<i64>,
        actual_n2: Option<i64>,
        budget_n1: Option<i64>,
        expected_n1: Option<i64>,
        requested: Option<i64>,
        appraised: Option<i64>,
        decided: Option<i64>,
        appraised_reason: Option<String>,
        decided_reason: Option<String>,
        memo_currency: Option<String>,
        memo_amount: Option<i64>,
        memo_rate: Option<i64>,
        unallocated: i64,
    }
}

/// Which version of a line ends.
struct EndedLine {
    since: i64,
    estimate: String,
    line: String,
}
keyed!(EndedLine in line_versions, key(estimate, line));

/// How many ids one statement names; both engines allow many times more binds.
const IDS_PER_STATEMENT: usize = 2_000;

/// What a list of lines is narrowed to; empty lists narrow nothing, `None` in a list stands for "not stated".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LineFilter {
    pub sides: Vec<Side>,
    pub natures: Vec<Nature>,
    pub autonomies: Vec<Autonomy>,
    pub baselines: Vec<Option<Baseline>>,
    pub contents: Vec<Option<Content>>,
    pub channels: Vec<Option<Channel>>,
    pub codes: Vec<CodeFilter>,
    /// Of the functional code; turned into codes before the table is asked.
    pub fields: Vec<SpendField>,
    /// Of the source code; the same.
    pub financing_classes: Vec<FinancingClass>,
    pub unset_stages: Vec<Stage>,
    pub set_stages: Vec<Stage>,
    pub delegated: Option<bool>,
    pub counterpart: Option<String>,
    pub project: Option<String>,
    pub plan_task: Option<String>,
    /// Patterns that all must be found in the description.
    pub patterns: Vec<String>,
}

impl LineFilter {
    /// Whether the codes of a scheme must be known before the table can be asked.
    pub fn needs_scheme(&self) -> bool {
        let with_subtrees = self.codes.iter().any(|codes| !codes.subtrees.is_empty());
        with_subtrees || !self.fields.is_empty() || !self.financing_classes.is_empty()
    }
}

/// Conditions on the code of one dimension, of which one must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeFilter {
    pub dimension: Dimension,
    pub codes: Vec<String>,
    pub prefixes: Vec<String>,
    /// Roots of subtrees; turned into codes before the table is asked.
    pub subtrees: Vec<String>,
    pub unset: bool,
}

/// The order of a list of lines; equal ones stand by sequence, unstated ones last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    pub by: By,
    pub descending: bool,
}

/// What a list of lines is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    #[default]
    Sequence,
    Amount(Stage),
    Code(Dimension),
}

impl By {
    fn column(self) -> String {
        match self {
            By::Sequence => "sequence".to_owned(),
            By::Amount(stage) => stage.as_str().to_ascii_lowercase(),
            By::Code(dimension) => column(dimension).to_owned(),
        }
    }
}

/// The sort key of a line in an order: its value, none where it is not stated, and its sequence.
pub fn sort_key(line: &Line, order: Order) -> (Option<String>, i64) {
    let value = match order.by {
        By::Sequence => Some(line.sequence.to_string()),
        By::Amount(stage) => line.amounts.get(stage).map(|amount| amount.to_string()),
        By::Code(dimension) => line.codes.get(dimension).map(str::to_owned),
    };
    (value, line.sequence)
}

/// The column of a dimension.
pub fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Administrative => "administrative",
        Dimension::Functional => "functional",
        Dimension::Economic => "economic",
        Dimension::Source => "source",
        Dimension::Programme => "programme",
        Dimension::Geographic => "geographic",
    }
}

type Query<'a> = lines::BoxedQuery<'a, Db>;

/// One page of an estimate's lines, of which `limit` are read, after a sort key.
pub fn list_lines(
    view: &mut View<'_>,
    estimate: &str,
    filter: &LineFilter,
    order: Order,
    after: Option<&(Option<String>, i64)>,
    limit: i64,
) -> Result<Vec<Line>> {
    if *filter == LineFilter::default() && order == Order::default() {
        return next_lines(view, estimate, after.map_or(0, |(_, sequence)| *sequence), limit);
    }
    let query = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .limit(limit)
        .into_boxed::<Db>();
    let query = ordered(narrowed(query, filter), order, after).select(LineColumns::COLUMNS);
    Ok(query.load::<LineColumns>(view.conn)?.into_iter().map(Line::from).collect())
}

/// The next lines in the order of entry.
///
/// Those that stand today lie in the index in this order, so a page costs what it holds, however many lines the estimate has; those that
/// were replaced or deleted since the revision of the view are few, and are sorted.
fn next_lines(view: &mut View<'_>, estimate: &str, after: i64, limit: i64) -> Result<Vec<Line>> {
    let of_estimate = lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate));
    let next = of_estimate.and(lines::since.le(view.revision).and(lines::sequence.gt(after)));
    let query = lines::table.filter(next.and(lines::until.eq(Forever))).order(lines::sequence).limit(limit);
    let query = query.select(LineColumns::COLUMNS);
    let mut rows = direct!(view.conn, |conn| query.load::<LineColumns>(conn))?;
    let ended = lines::until.gt(view.revision).and(lines::until.lt(Forever));
    let query = lines::table.filter(next.and(ended)).order(lines::sequence).limit(limit);
    let query = query.select(LineColumns::COLUMNS);
    rows.extend(direct!(view.conn, |conn| query.load::<LineColumns>(conn))?);
    let mut found: Vec<Line> = rows.into_iter().map(Line::from).collect();
    found.sort_unstable_by_key(|line| line.sequence);
    // One that was replaced between the two statements is found by both.
    found.dedup_by_key(|line| line.sequence);
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

fn ordered<'a>(mut query: Query<'a>, order: Order, after: Option<&(Option<String>, i64)>) -> Query<'a> {
    let column = order.by.column();
    if order.by == By::Sequence {
        let after = after.map(|(_, sequence)| *sequence);
        return match (order.descending, after) {
            (false, after) => query.filter(lines::sequence.gt(after.unwrap_or_default())).order(lines::sequence),
            (true, None) => query.order(lines::sequence.desc()),
            (true, Some(after)) => query.filter(lines::sequence.lt(after)).order(lines::sequence.desc()),
        };
    }
    if let Some((value, sequence)) = after {
        let beyond = if order.descending { "<" } else { ">" };
        query = match value {
            None => query.filter(
                sql::<Bool>(&format!("({column} IS NULL AND sequence > ")).bind::<BigInt, _>(*sequence).sql(")"),
            ),
            Some(value) => {
                let open = sql::<Bool>(&format!("({column} IS NULL OR {column} {beyond} "));
                let same = format!(" OR ({column} = ");
                if matches!(order.by, By::Code(_)) {
                    let filter = open.bind::<Text, _>(value.clone()).sql(&same).bind::<Text, _>(value.clone());
                    query.filter(filter.sql(" AND sequence > ").bind::<BigInt, _>(*sequence).sql("))"))
                } else {
                    let value: i64 = value.parse().unwrap_or_default();
                    let filter = open.bind::<BigInt, _>(value).sql(&same).bind::<BigInt, _>(value);
                    query.filter(filter.sql(" AND sequence > ").bind::<BigInt, _>(*sequence).sql("))"))
                }
            }
        };
    }
    let direction = if order.descending { "DESC" } else { "ASC" };
    query
        .order(sql::<BigInt>(&format!("CASE WHEN {column} IS NULL THEN 1 ELSE 0 END")))
        .then_order_by(sql::<BigInt>(&format!("{column} {direction}")))
        .then_order_by(lines::sequence)
}

fn spelled<W: Word>(words: &[W]) -> Vec<&'static str> {
    words.iter().map(|word| word.as_str()).collect()
}

/// Adds the conditions of a filter. The nullable words are compared as text, with '' for "not stated".
fn narrowed<'a>(mut query: Query<'a>, filter: &LineFilter) -> Query<'a> {
    if !filter.sides.is_empty() {
        query = query.filter(lines::side.eq_any(spelled(&filter.sides)));
    }
    if !filter.natures.is_empty() {
        query = query.filter(lines::nature.eq_any(spelled(&filter.natures)));
    }
    if !filter.autonomies.is_empty() {
        query = query.filter(lines::autonomy.eq_any(spelled(&filter.autonomies)));
    }
    for condition in conditions(filter) {
        query = query.filter(sql::<Bool>(&condition));
    }
    for codes in &filter.codes {
        query = with_code(query, codes);
    }
    if let Some(delegated) = filter.delegated {
        query = query.filter(lines::delegated.eq(i64::from(delegated)));
    }
    if let Some(counterpart) = &filter.counterpart {
        query = query.filter(lines::counterpart.eq(counterpart.clone()));
    }
    if let Some(project) = &filter.project {
        query = query.filter(lines::project.eq(project.clone()));
    }
    if let Some(task) = &filter.plan_task {
        query = query.filter(lines::plan_task.eq(task.clone()));
    }
    for pattern in &filter.patterns {
        query = query.filter(lines::search.like(pattern.clone()).escape('\\'));
    }
    query
}

/// The conditions that are made of our own words only, so that nothing of a caller's is in their text.
pub fn conditions(filter: &LineFilter) -> Vec<String> {
    fn among<W: Word>(column: &str, words: &[Option<W>]) -> Option<String> {
        if words.is_empty() {
            return None;
        }
        let list: Vec<String> = words.iter().map(|word| format!("'{}'", word.map_or("", Word::as_str))).collect();
        Some(format!("COALESCE({column}, '') IN ({})", list.join(", ")))
    }
    let mut conditions = Vec::new();
    conditions.extend(among("baseline", &filter.baselines));
    conditions.extend(among("content", &filter.contents));
    conditions.extend(among("channel", &filter.channels));
    let stage = |stage: &Stage| stage.as_str().to_ascii_lowercase();
    conditions.extend(filter.unset_stages.iter().map(|unset| format!("{} IS NULL", stage(unset))));
    conditions.extend(filter.set_stages.iter().map(|set| format!("{} IS NOT NULL", stage(set))));
    conditions
}

/// One code condition as SQL with `?`-like places for its texts, which are given beside it.
pub fn code_condition(filter: &CodeFilter) -> (Vec<String>, Vec<String>) {
    let column = column(filter.dimension);
    let mut parts = Vec::new();
    let mut texts = Vec::new();
    for code in &filter.codes {
        parts.push(format!("{column} = "));
        texts.push(code.clone());
    }
    for prefix in &filter.prefixes {
        // Codes have no character that LIKE treats specially but the underscore.
        parts.push(format!("{column} LIKE "));
        texts.push(format!("{}%", prefix.replace('_', "\\_")));
    }
    (parts, texts)
}

fn with_code<'a>(query: Query<'a>, filter: &CodeFilter) -> Query<'a> {
    let column = column(filter.dimension);
    let first = if filter.unset { format!("({column} IS NULL") } else { "(1 = 0".to_owned() };
    let (parts, texts) = code_condition(filter);
    let mut condition: Box<dyn BoxableExpression<lines::table, Db, SqlType = Bool>> =
        Box::new(sql::<Bool>(&format!("{first})")));
    for (part, text) in parts.into_iter().zip(texts) {
        let like = part.ends_with("LIKE ");
        let end = if like { " ESCAPE '\\')" } else { ")" };
        let next = sql::<Bool>(&format!("({part}")).bind::<Text, _>(text).sql(end);
        condition = Box::new(condition.or(next));
    }
    query.filter(condition)
}

/// The current lines of an estimate with these ids.
pub fn current_lines(tx: &mut Tx<'_>, estimate: &str, ids: &[String]) -> Result<Vec<Line>> {
    let view = tx.view();
    let mut found = Vec::new();
    for ids in view.conn.by_key(ids, IDS_PER_STATEMENT) {
        let query = lines::table
            .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
            .filter(lines::until.eq(Forever))
            .select(LineColumns::COLUMNS);
        let rows = match ids {
            [one] => direct!(view.conn, |conn| query.filter(lines::line.eq(one)).load::<LineColumns>(conn))?,
            ids => direct!(view.conn, |conn| query.filter(lines::line.eq_any(ids)).load::<LineColumns>(conn))?,
        };
        found.extend(rows.into_iter().map(Line::from));
    }
    Ok(found)
}

/// The lines of an estimate with these ids, by id, as they stand at the revision of the view.
pub fn lines_of(view: &mut View<'_>, estimate: &str, ids: &[String]) -> Result<Vec<Line>> {
    let mut found = Vec::new();
    for ids in view.conn.by_key(ids, IDS_PER_STATEMENT) {
        let query = lines::table
            .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
            .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
            .filter(lines::line.eq_any(ids))
            .select(LineColumns::COLUMNS);
        found.extend(query.load::<LineColumns>(view.conn)?.into_iter().map(Line::from));
    }
    found.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

/// Those of some ids that a line of the estimate has at the revision of the view.
pub fn lines_there(view: &mut View<'_>, estimate: &str, ids: &[String]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for ids in view.conn.by_key(ids, IDS_PER_STATEMENT) {
        let query = lines::table
            .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
            .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
            .filter(lines::line.eq_any(ids))
            .select(lines::line);
        found.extend(query.load::<String>(view.conn)?);
    }
    Ok(found)
}

/// Those of some ids that a line of the estimate has, now or in the past.
pub fn taken_lines(tx: &mut Tx<'_>, estimate: &str, ids: &[String]) -> Result<Vec<String>> {
    let view = tx.view();
    let mut found = Vec::new();
    for ids in view.conn.by_key(ids, IDS_PER_STATEMENT) {
        let query = lines::table
            .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
            .select(lines::line)
            .distinct();
        let taken = match ids {
            [one] => direct!(view.conn, |conn| query.filter(lines::line.eq(one)).load::<String>(conn))?,
            ids => direct!(view.conn, |conn| query.filter(lines::line.eq_any(ids)).load::<String>(conn))?,
        };
        found.extend(taken);
    }
    Ok(found)
}

/// One line as it stands at the revision of the view.
pub fn find_line(view: &mut View<'_>, estimate: &str, line: &str) -> Result<Option<Line>> {
    let query = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)).and(lines::line.eq(line)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .select(LineColumns::COLUMNS);
    Ok(direct!(view.conn, |conn| query.first::<LineColumns>(conn)).optional()?.map(Line::from))
}

/// All lines of an estimate in the order of entry.
///
/// They are put in order here: SQLite would copy each row to sort them.
pub fn all_lines(view: &mut View<'_>, estimate: &str) -> Result<Vec<Line>> {
    let query = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .select(LineColumns::COLUMNS);
    let rows = direct!(view.conn, |conn| query.load::<LineColumns>(conn))?;
    let mut all: Vec<Line> = rows.into_iter().map(Line::from).collect();
    all.sort_unstable_by_key(|line| line.sequence);
    Ok(all)
}

/// Writes new lines.
pub fn insert_lines(tx: &mut Tx<'_>, estimate: &str, new: Vec<Line>) -> Result<()> {
    let stamp = tx.stamp();
    let rows: Vec<LineRow> = new.into_iter().map(|line| line_row(&stamp, estimate, line)).collect();
    tx.open(rows)
}

/// Writes new lines of several estimates.
pub fn insert_lines_of(tx: &mut Tx<'_>, new: Vec<(&str, Line)>) -> Result<()> {
    let stamp = tx.stamp();
    let rows: Vec<LineRow> = new.into_iter().map(|(estimate, line)| line_row(&stamp, estimate, line)).collect();
    tx.open(rows)
}

/// Ends lines as they were read.
pub fn end_lines(tx: &mut Tx<'_>, estimate: &str, old: &[Line]) -> Result<()> {
    let ended = |line: &Line| EndedLine { since: line.revision, estimate: estimate.to_owned(), line: line.id.clone() };
    let rows: Vec<EndedLine> = old.iter().map(ended).collect();
    tx.close(&rows)
}

fn line_row(stamp: &Stamp, estimate: &str, line: Line) -> LineRow {
    let Codes([administrative, functional, economic, source, programme, geographic]) = line.codes;
    let Amounts([actual_n2, budget_n1, expected_n1, requested, appraised, decided]) = line.amounts;
    let (memo_amount, memo_rate) =
        (line.memo.as_ref().map(|memo| memo.amount), line.memo.as_ref().and_then(|memo| memo.rate));
    LineRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        until: stamp.until,
        estimate: estimate.to_owned(),
        line: line.id,
        sequence: line.sequence,
        side: Stored(line.side),
        administrative,
        functional,
        economic,
        source,
        programme,
        geographic,
        nature: Stored(line.nature),
        autonomy: Stored(line.autonomy),
        baseline: line.baseline.map(Stored),
        content: line.content.map(Stored),
        channel: line.channel.map(Stored),
        delegated: i64::from(line.delegated),
        counterpart: line.counterpart,
        plan_task: line.plan_task,
        project: line.project,
        search: text::folded(&line.description),
        description: line.description,
        quantity: line.basis.map(|basis| basis.quantity),
        price: line.basis.map(|basis| basis.price),
        norm: line.basis.and_then(|basis| basis.norm),
        actual_n2,
        budget_n1,
        expected_n1,
        requested,
        appraised,
        decided,
        appraised_reason: line.appraised_reason,
        decided_reason: line.decided_reason,
        memo_currency: line.memo.map(|memo| memo.currency),
        memo_amount,
        memo_rate,
        unallocated: i64::from(line.unallocated),
    }
}
