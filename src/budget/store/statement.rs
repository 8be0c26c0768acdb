//! Statements over the estimates that count, each at its revision: how they begin, join and bind.

use crate::db::{Question, Value};

/// Estimates that one statement names; both engines allow several times more binds.
pub const ESTIMATES_PER_STATEMENT: usize = 5_000;

/// The latest of the three stages that a line states.
pub const LATEST: &str = "COALESCE(t.decided, t.appraised, t.requested)";

/// An estimate that counts.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub estimate: String,
    /// The number of its class.
    pub class: usize,
    /// The revision at which it counts.
    pub at: i64,
}

/// The text of a statement and the texts that are bound in it, which are all that comes from a caller.
pub struct Statement {
    sql: String,
    texts: Vec<String>,
    /// The first and the last revision at which an estimate counts.
    between: (i64, i64),
}

impl Statement {
    /// Begins with the estimates that count, as a table `chosen`.
    pub fn of(chosen: &[Chosen]) -> Self {
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
    pub fn join(&mut self, table: &str, column: &str, jurisdiction: &str) {
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

    /// The question that it has become, with columns of the types `ST`.
    pub fn question<'a, ST>(&'a self, values: &'a [Value<'a>]) -> Question<'a, ST> {
        Question::once(&self.sql, values)
    }

    /// What is bound in the question.
    pub fn values(&self) -> Vec<Value<'_>> {
        self.texts.iter().map(|text| Value::Text(text)).collect()
    }

    /// Binds a text and writes its place.
    pub fn bind(&mut self, text: &str) {
        self.texts.push(text.to_owned());
        self.sql.push('?');
    }

    /// Writes words of our own.
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}

/// The rows that a statement finds, with columns of some types. No function, because what diesel asks of these types cannot be said of
/// two engines and any lifetime.
macro_rules! found {
    ($statement:expr, $view:expr, $Columns:ty) => {{
        let values = $statement.values();
        let question = $statement.question::<$Columns>(&values);
        $crate::db::direct!($view.conn, |conn| diesel::RunQueryDsl::load(question, conn))?
    }};
}
pub(super) use found;
