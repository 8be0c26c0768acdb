//! Statements of one fixed shape for any record: insert many, close many.
//!
//! PostgreSQL takes all rows as arrays in one statement; SQLite takes a few rows in each of many statements, which cost it
//! no round trip. Both are cached, which diesel's own batch inserts and updates are not.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{Error as Diesel, QueryResult};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::conn::Conn;
use super::fixed::FOREVER;
use super::record::{Keyed, Record, Value};

/// Rows of one statement on PostgreSQL: keeps one message within a few megabytes.
const ROWS_PER_STATEMENT: usize = 5_000;

/// Inserts of one statement: a command that writes more kinds of rows writes them with several.
const TABLES_PER_STATEMENT: usize = 12;
/// Rows of one statement on SQLite: spreads the cost of opening and closing a table and its indexes.
const ROWS_AT_ONCE: usize = 32;
/// The same for what is left of them.
const FEW_AT_ONCE: usize = 4;

impl Conn {
    /// Inserts rows.
    pub fn insert<R: Record>(&mut self, rows: &[R]) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => {
                let (batches, rest) = rows.as_chunks::<ROWS_AT_ONCE>();
                for rows in batches {
                    InsertSome::<R, ROWS_AT_ONCE>::of(rows).execute(conn)?;
                }
                let (batches, rest) = rest.as_chunks::<FEW_AT_ONCE>();
                for rows in batches {
                    InsertSome::<R, FEW_AT_ONCE>::of(rows).execute(conn)?;
                }
                for row in rest {
                    InsertSome::<R, 1>::of(std::array::from_ref(row)).execute(conn)?;
                }
            }
            Self::Pg(conn) => {
                for rows in rows.chunks(ROWS_PER_STATEMENT) {
                    let columns = transpose(R::COLUMNS.len(), rows, Record::values);
                    InsertMany::<R> { columns, record: PhantomData }.execute(conn)?;
                }
            }
        }
        Ok(())
    }

    /// Ends current rows at a revision, each of which must be there.
    pub fn close<R: Keyed>(&mut self, jurisdiction: &str, revision: i64, rows: &[R]) -> QueryResult<()> {
        let closed = match self {
            Self::Sqlite(conn) => {
                let mut closed = 0;
                for row in rows {
                    let mut key = Vec::with_capacity(R::KEY.len());
                    row.key(&mut key);
                    closed += CloseOne::<R> { jurisdiction, revision, key, record: PhantomData }.execute(conn)?;
                }
                closed
            }
            Self::Pg(conn) => {
                let mut closed = 0;
                for rows in rows.chunks(ROWS_PER_STATEMENT) {
                    let columns = transpose(R::KEY.len(), rows, Keyed::key);
                    closed += CloseMany::<R> { jurisdiction, revision, columns, record: PhantomData }.execute(conn)?;
                }
                closed
            }
        };
        if closed == rows.len() { Ok(()) } else { Err(Diesel::NotFound) }
    }
}

/// One column of many rows.
enum Values<'a> {
    Text(Vec<Option<&'a str>>),
    Int(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

/// The columns of some rows, whose values `each` appends one after the other.
fn transpose<'a, R>(width: usize, rows: &'a [R], each: impl Fn(&'a R, &mut Vec<Value<'a>>)) -> Vec<Values<'a>> {
    let mut columns: Vec<Values<'a>> = Vec::with_capacity(width);
    let mut values = Vec::with_capacity(width);
    for row in rows {
        each(row, &mut values);
        for (position, value) in values.drain(..).enumerate() {
            let (column, room) = (columns.get_mut(position), rows.len());
            match (column, value) {
                (Some(Values::Text(column)), Value::Text(text)) => column.push(Some(text)),
                (Some(Values::Text(column)), Value::OptText(text)) => column.push(text),
                (Some(Values::Int(column)), Value::Int(number)) => column.push(Some(number)),
                (Some(Values::Int(column)), Value::OptInt(number)) => column.push(number),
                (Some(Values::Bytes(column)), Value::Bytes(bytes)) => column.push(Some(bytes)),
                (Some(Values::Bytes(column)), Value::OptBytes(bytes)) => column.push(bytes),
                (_, value) => columns.push(Values::of(value, room)),
            }
        }
    }
    columns
}

impl<'a> Values<'a> {
    /// A column that begins with a value and has room for more.
    fn of(first: Value<'a>, room: usize) -> Self {
        fn begun<T>(first: Option<T>, room: usize) -> Vec<Option<T>> {
            let mut values = Vec::with_capacity(room);
            values.push(first);
            values
        }
        match first {
            Value::Text(text) => Self::Text(begun(Some(text), room)),
            Value::OptText(text) => Self::Text(begun(text, room)),
            Value::Int(number) => Self::Int(begun(Some(number), room)),
            Value::OptInt(number) => Self::Int(begun(number, room)),
            Value::Bytes(bytes) => Self::Bytes(begun(Some(bytes), room)),
            Value::OptBytes(bytes) => Self::Bytes(begun(bytes, room)),
        }
    }
}

fn push_names<B: diesel::backend::Backend>(out: &mut AstPass<'_, '_, B>, names: &[&str]) -> QueryResult<()> {
    for (position, name) in names.iter().enumerate() {
        if position > 0 {
            out.push_sql(", ");
        }
        out.push_identifier(name)?;
    }
    Ok(())
}

fn push_arrays<'b>(out: &mut AstPass<'_, 'b, Pg>, columns: &'b [Values<'b>]) -> QueryResult<()> {
    for (position, column) in columns.iter().enumerate() {
        if position > 0 {
            out.push_sql(", ");
        }
        match column {
            Values::Text(values) => out.push_bind_param::<Array<Nullable<Text>>, _>(values)?,
            Values::Int(values) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(values)?,
            Values::Bytes(values) => out.push_bind_param::<Array<Nullable<Binary>>, _>(values)?,
        }
    }
    Ok(())
}

fn push_value<'b>(out: &mut AstPass<'_, 'b, Sqlite>, value: &'b Value<'b>) -> QueryResult<()> {
    match value {
        Value::Text(text) | Value::OptText(Some(text)) => out.push_bind_param::<Text, str>(text),
        Value::Int(number) | Value::OptInt(Some(number)) => out.push_bind_param::<BigInt, _>(number),
        Value::Bytes(bytes) | Value::OptBytes(Some(bytes)) => out.push_bind_param::<Binary, [u8]>(bytes),
        Value::OptText(None) | Value::OptInt(None) | Value::OptBytes(None) => {
            out.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>)
        }
    }
}

/// `INSERT … VALUES (…), …` of a fixed number of rows.
struct InsertSome<'a, R, const ROWS: usize> {
    /// Those of one row after the other.
    values: Vec<Value<'a>>,
    record: PhantomData<R>,
}

impl<'a, R: Record, const ROWS: usize> InsertSome<'a, R, ROWS> {
    fn of(rows: &'a [R; ROWS]) -> Self {
        let mut values = Vec::with_capacity(ROWS * R::COLUMNS.len());
        rows.iter().for_each(|row| row.values(&mut values));
        Self { values, record: PhantomData }
    }
}

impl<R: Record, const ROWS: usize> QueryFragment<Sqlite> for InsertSome<'_, R, ROWS> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" (");
        push_names(&mut out, R::COLUMNS)?;
        out.push_sql(") VALUES ");
        for (row, values) in self.values.chunks(R::COLUMNS.len()).enumerate() {
            out.push_sql(if row == 0 { "(" } else { "), (" });
            for (position, value) in values.iter().enumerate() {
                if position > 0 {
                    out.push_sql(", ");
                }
                push_value(&mut out, value)?;
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

/// `INSERT … SELECT * FROM UNNEST(…)` of many rows.
struct InsertMany<'a, R> {
    columns: Vec<Values<'a>>,
    record: PhantomData<R>,
}

impl<R: Record> QueryFragment<Pg> for InsertMany<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" (");
        push_names(&mut out, R::COLUMNS)?;
        out.push_sql(") SELECT * FROM UNNEST(");
        push_arrays(&mut out, &self.columns)?;
        out.push_sql(")");
        Ok(())
    }
}

/// `UPDATE … SET until` of one current row.
struct CloseOne<'a, R> {
    jurisdiction: &'a str,
    revision: i64,
    key: Vec<Value<'a>>,
    record: PhantomData<R>,
}

impl<R: Keyed> QueryFragment<Sqlite> for CloseOne<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" SET until = ");
        out.push_bind_param::<BigInt, _>(&self.revision)?;
        out.push_sql(" WHERE jurisdiction = ");
        out.push_bind_param::<Text, str>(self.jurisdiction)?;
        for (name, value) in R::KEY.iter().zip(&self.key) {
            out.push_sql(" AND ");
            out.push_identifier(name)?;
            out.push_sql(" = ");
            push_value(&mut out, value)?;
        }
        out.push_sql(" AND until = ");
        out.push_sql(FOREVER);
        Ok(())
    }
}

/// `UPDATE … SET until … FROM UNNEST(…)` of many current rows.
struct CloseMany<'a, R> {
    jurisdiction: &'a str,
    revision: i64,
    columns: Vec<Values<'a>>,
    record: PhantomData<R>,
}

impl<R: Keyed> QueryFragment<Pg> for CloseMany<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" AS t SET until = ");
        out.push_bind_param::<BigInt, _>(&self.revision)?;
        out.push_sql(" FROM UNNEST(");
        push_arrays(&mut out, &self.columns)?;
        out.push_sql(") AS k (");
        push_names(&mut out, R::KEY)?;
        out.push_sql(") WHERE t.jurisdiction = ");
        out.push_bind_param::<Text, str>(self.jurisdiction)?;
        for name in R::KEY {
            out.push_sql(" AND t.");
            out.push_identifier(name)?;
            out.push_sql(" = k.");
            out.push_identifier(name)?;
        }
        out.push_sql(" AND t.until = ");
        out.push_sql(FOREVER);
        Ok(())
    }
}

// The text depends on the type and on the number of rows, which is part of the type.
impl<R: Record, const ROWS: usize> QueryId for InsertSome<'_, R, ROWS> {
    type QueryId = InsertSome<'static, R, ROWS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}
impl<C, R: Record, const ROWS: usize> RunQueryDsl<C> for InsertSome<'_, R, ROWS> {}

macro_rules! fixed_statement {
    ($Statement:ident, $Bound:ident) => {
        // The text depends on the type alone, so diesel may keep the prepared statement under the type.
        impl<R: $Bound> QueryId for $Statement<'_, R> {
            type QueryId = $Statement<'static, R>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl<C, R: $Bound> RunQueryDsl<C> for $Statement<'_, R> {}
    };
}
fixed_statement!(InsertMany, Record);

/// Rows of several tables that wait to be written together: PostgreSQL takes them as one statement, which costs one round trip.
///
/// Absent: SQLite, whose statements cost none.
#[derive(Default)]
pub struct Inserts(Vec<Box<dyn Rows>>);

/// Rows of one table, whatever they are.
trait Rows {
    fn count(&self) -> usize;
    fn insert(&self) -> TableRows<'_>;
}

/// The rows of one table as PostgreSQL takes them.
struct TableRows<'a> {
    table: &'static str,
    names: &'static [&'static str],
    columns: Vec<Values<'a>>,
}

impl<R: Record> Rows for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn insert(&self) -> TableRows<'_> {
        let columns = transpose(R::COLUMNS.len(), self, Record::values);
        TableRows { table: R::TABLE, names: R::COLUMNS, columns }
    }
}

impl Inserts {
    /// Adds rows.
    pub fn push<R: Record>(&mut self, rows: Vec<R>) {
        if !rows.is_empty() {
            self.0.push(Box::new(rows));
        }
    }

    /// Whether no row waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether more rows wait than one statement should have.
    pub fn is_full(&self) -> bool {
        self.0.len() >= TABLES_PER_STATEMENT
            || self.0.iter().map(|rows| rows.count()).sum::<usize>() >= ROWS_PER_STATEMENT
    }
}

impl Conn {
    /// Inserts all rows that wait; constraints are judged once all are there.
    pub fn insert_all(&mut self, inserts: &Inserts) -> QueryResult<()> {
        if let Self::Pg(conn) = self
            && !inserts.is_empty()
        {
            InsertAll { inserts: inserts.0.iter().map(|rows| rows.insert()).collect() }.execute(conn)?;
        }
        Ok(())
    }
}

/// `WITH i0 AS (INSERT …), … INSERT …` of the rows of several tables.
struct InsertAll<'a> {
    inserts: Vec<TableRows<'a>>,
}

impl QueryFragment<Pg> for InsertAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let last = self.inserts.len().saturating_sub(1);
        for (number, rows) in self.inserts.iter().enumerate() {
            if number < last {
                out.push_sql(if number == 0 { "WITH i" } else { ", i" });
                out.push_sql(&number.to_string());
                out.push_sql(" AS (");
            } else if last > 0 {
                out.push_sql(" ");
            }
            out.push_sql("INSERT INTO ");
            out.push_identifier(rows.table)?;
            out.push_sql(" (");
            push_names(&mut out, rows.names)?;
            out.push_sql(") SELECT * FROM UNNEST(");
            push_arrays(&mut out, &rows.columns)?;
            out.push_sql(if number < last { "))" } else { ")" });
        }
        Ok(())
    }
}

// The text is not known from the type, so diesel finds the prepared statement by the text.
impl QueryId for InsertAll<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for InsertAll<'_> {}

fixed_statement!(CloseOne, Keyed);
fixed_statement!(CloseMany, Keyed);
