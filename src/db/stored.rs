//! Words as they are read and written: compared where they lie in the answer of the database, and bound as they are, without a copy.

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow, Result};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteValue};

use super::Db;
use super::record::{Column, Value};
use crate::word::{Word, stored};

/// A word of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Stored<W>(pub W);

impl<W: Word> Column for Stored<W> {
    fn value(&self) -> Value<'_> {
        Value::Text(self.0.as_str())
    }
}

impl<W: Word> Column for Option<Stored<W>> {
    fn value(&self) -> Value<'_> {
        Value::OptText(self.as_ref().map(|word| word.0.as_str()))
    }
}

impl<W: Word> FromSql<Text, Sqlite> for Stored<W> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> Result<Self> {
        Ok(Self(stored(value.read_text())?))
    }
}

impl<W: Word> FromSql<Text, Db> for Stored<W> {
    fn from_sql(value: <Db as Backend>::RawValue<'_>) -> Result<Self> {
        let text = <String as FromSql<Text, Db>>::from_sql(value)?;
        Ok(Self(stored(&text)?))
    }
}

impl<W: Word> FromSql<Text, Pg> for Stored<W> {
    fn from_sql(value: PgValue<'_>) -> Result<Self> {
        Ok(Self(stored(std::str::from_utf8(value.as_bytes())?)?))
    }
}
