//! Statements that are given as text: those of a fixed text are prepared once on each connection, which diesel's own updates are not.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::ValidGrouping;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::conn::{Conn, direct};
use super::record::Value;

/// [`CURRENT`](super::CURRENT) as a statement says it.
pub(super) const FOREVER: &str = "9223372036854775807";

impl Conn {
    /// Runs a statement in which `?` stands for each value; answers how many rows it changed.
    pub fn execute_fixed(&mut self, sql: &'static str, values: &[Value<'_>]) -> QueryResult<usize> {
        let fixed = Fixed { sql, values, again: true };
        direct!(self, |conn| fixed.execute(conn))
    }
}

/// A question that is given as text, whose answer has columns of the types `ST`.
pub struct Question<'a, ST> {
    fixed: Fixed<'a>,
    columns: PhantomData<ST>,
}

impl<'a, ST> Question<'a, ST> {
    /// A question of a fixed text, in which `?` stands for each value.
    pub fn new(sql: &'static str, values: &'a [Value<'a>]) -> Self {
        Self { fixed: Fixed { sql, values, again: true }, columns: PhantomData }
    }

    /// The same of a text that is asked once, and not kept prepared.
    pub fn once(sql: &'a str, values: &'a [Value<'a>]) -> Self {
        Self { fixed: Fixed { sql, values, again: false }, columns: PhantomData }
    }
}

impl<B: Backend, ST> QueryFragment<B> for Question<'_, ST>
where
    for<'a> Fixed<'a>: QueryFragment<B>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        self.fixed.walk_ast(out)
    }
}

// As for [`Fixed`].
impl<ST> QueryId for Question<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Question<'_, ST> {
    type SqlType = ST;
}

impl<C, ST> RunQueryDsl<C> for Question<'_, ST> {}

struct Fixed<'a> {
    sql: &'a str,
    values: &'a [Value<'a>],
    /// Whether the same text comes again.
    again: bool,
}

impl Fixed<'_> {
    /// Writes the text up to each value, then has the value bound.
    fn walk<'b, B: Backend>(
        &'b self,
        mut out: AstPass<'_, 'b, B>,
        bind: impl Fn(&mut AstPass<'_, 'b, B>, &'b Value<'b>) -> QueryResult<()>,
    ) -> QueryResult<()> {
        if !self.again {
            out.unsafe_to_cache_prepared();
        }
        let mut values = self.values.iter();
        for (position, text) in self.sql.split('?').enumerate() {
            if position > 0
                && let Some(value) = values.next()
            {
                bind(&mut out, value)?;
            }
            out.push_sql(text);
        }
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Fixed<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out, |out, value| match value {
            Value::Text(text) | Value::OptText(Some(text)) => out.push_bind_param::<Text, str>(text),
            Value::Int(number) | Value::OptInt(Some(number)) => out.push_bind_param::<BigInt, _>(number),
            Value::Bytes(bytes) | Value::OptBytes(Some(bytes)) => out.push_bind_param::<Binary, [u8]>(bytes),
            Value::OptText(None) | Value::OptInt(None) | Value::OptBytes(None) => {
                out.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>)
            }
        })
    }
}

impl QueryFragment<Pg> for Fixed<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out, |out, value| match value {
            Value::Text(text) => out.push_bind_param::<Text, str>(text),
            Value::OptText(text) => out.push_bind_param::<Nullable<Text>, _>(text),
            Value::Int(number) => out.push_bind_param::<BigInt, _>(number),
            Value::OptInt(number) => out.push_bind_param::<Nullable<BigInt>, _>(number),
            Value::Bytes(bytes) => out.push_bind_param::<Binary, [u8]>(bytes),
            Value::OptBytes(bytes) => out.push_bind_param::<Nullable<Binary>, _>(bytes),
        })
    }
}

// The text is not known from the type, so diesel finds the prepared statement by the text.
impl QueryId for Fixed<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Fixed<'_> {}

/// `until` of a current row, as a constant in the text of a statement. A plan can rest on the partial index of current rows only
/// where the text says so.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Forever;

impl<B: Backend> QueryFragment<B> for Forever {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        out.push_sql(FOREVER);
        Ok(())
    }
}

impl Expression for Forever {
    type SqlType = BigInt;
}

impl<T> AppearsOnTable<T> for Forever {}
impl<T> SelectableExpression<T> for Forever {}

impl<G> ValidGrouping<G> for Forever {
    type IsAggregate = diesel::expression::is_aggregate::Never;
}
