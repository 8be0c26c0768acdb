//! Rows that are written: how each is bound, keyed and hashed, from one list of its columns.
//!
//! Absent: reading; queries are plain diesel in each slice's `store.rs`.

/// `until` of a row that is current.
pub const CURRENT: i64 = i64::MAX;

/// One column of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A text or NULL.
    OptText(Option<&'a str>),
    /// A whole number; booleans are 0 and 1.
    Int(i64),
    /// A whole number or NULL.
    OptInt(Option<i64>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes or NULL.
    OptBytes(Option<&'a [u8]>),
}

/// A row that can be inserted: its table, its columns in order, and their values in the same order.
pub trait Record: 'static {
    /// The table.
    const TABLE: &'static str;
    /// The columns, in the order of [`Record::values`].
    const COLUMNS: &'static [&'static str];
    /// Appends one value for each column.
    fn values<'a>(&'a self, into: &mut Vec<Value<'a>>);
}

/// What tells one version of a row of a jurisdiction from all others: enough to end it.
pub trait Keyed: 'static {
    /// The table.
    const TABLE: &'static str;
    /// The columns that, with `jurisdiction` and `since`, make the key.
    const KEY: &'static [&'static str];
    /// Appends the values of [`Keyed::KEY`].
    fn key<'a>(&'a self, into: &mut Vec<Value<'a>>);
    /// The revision that wrote the row.
    fn since(&self) -> i64;
}

/// A row of one jurisdiction that the journal accounts for: `since` says which revision wrote it.
pub trait Versioned: Record + Keyed {
    /// The revision that ended it, [`CURRENT`] while it holds; facts that never end have none.
    fn until(&self) -> Option<i64>;
}

/// Where a value comes from.
pub trait Column {
    /// The value as it is bound.
    fn value(&self) -> Value<'_>;
}

impl Column for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Column for Option<String> {
    fn value(&self) -> Value<'_> {
        Value::OptText(self.as_deref())
    }
}

impl Column for i64 {
    fn value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}

impl Column for Option<i64> {
    fn value(&self) -> Value<'_> {
        Value::OptInt(*self)
    }
}

impl Column for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl Column for Option<Vec<u8>> {
    fn value(&self) -> Value<'_> {
        Value::OptBytes(self.as_deref())
    }
}

/// Declares the row of a table: `version` for rows that end, `fact` for rows that never do, `plain` for the machine's own.
///
/// The fields after `jurisdiction`, `since` (and `until`) stand in the order of the table's columns.
macro_rules! record {
    ($(#[$doc:meta])* version $Row:ident in $table:ident, key($($key:ident),+), { $($field:ident: $type:ty,)* }) => {
        $crate::db::record!($(#[$doc])* plain $Row in $table, {
            jurisdiction: String, since: i64, until: i64, $($field: $type,)*
        });
        $crate::db::keyed!($Row in $table, key($($key),+));
        impl $crate::db::Versioned for $Row {
            fn until(&self) -> Option<i64> { Some(self.until) }
        }
    };
    ($(#[$doc:meta])* fact $Row:ident in $table:ident, key($($key:ident),+), { $($field:ident: $type:ty,)* }) => {
        $crate::db::record!($(#[$doc])* plain $Row in $table, {
            jurisdiction: String, since: i64, $($field: $type,)*
        });
        $crate::db::keyed!($Row in $table, key($($key),+));
        impl $crate::db::Versioned for $Row {
            fn until(&self) -> Option<i64> { None }
        }
    };
    ($(#[$doc:meta])* plain $Row:ident in $table:ident, { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable)]
        pub(super) struct $Row { $(pub(super) $field: $type,)* }

        impl $crate::db::Record for $Row {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field),)*];
            fn values<'a>(&'a self, into: &mut Vec<$crate::db::Value<'a>>) {
                $(into.push($crate::db::Column::value(&self.$field));)*
            }
        }
    };
}
pub(crate) use record;

/// Says by which of its fields a row is told from the others of its table.
macro_rules! keyed {
    ($Row:ident in $table:ident, key($($key:ident),+)) => {
        impl $crate::db::Keyed for $Row {
            const TABLE: &'static str = stringify!($table);
            const KEY: &'static [&'static str] = &[$(stringify!($key),)+];
            fn key<'a>(&'a self, into: &mut Vec<$crate::db::Value<'a>>) {
                $(into.push($crate::db::Column::value(&self.$key));)+
            }
            fn since(&self) -> i64 { self.since }
        }
    };
}
pub(crate) use keyed;

/// What is read of a table by a question that is given as text.
pub trait Columns {
    /// The types of the columns.
    type Sql;
    /// The columns, each of a table named `t` and followed by a comma.
    const LIST: &'static str;
}

/// Declares what is read of a table: some of its columns, and what each becomes.
macro_rules! columns {
    ($(#[$doc:meta])* $Row:ident of $table:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, diesel::Queryable)]
        pub(super) struct $Row { $($field: $type,)* }

        impl $Row {
            /// The columns, in the order of the fields.
            pub(super) const COLUMNS: ($($table::$field,)*) = ($($table::$field,)*);
        }

        impl $crate::db::Columns for $Row {
            type Sql = ($(diesel::dsl::SqlTypeOf<$table::$field>,)*);
            const LIST: &'static str = concat!($("t.", stringify!($field), ", ",)*);
        }
    };
}
pub(crate) use columns;

/// Hands every row of some tables of a jurisdiction to the audit.
macro_rules! audit {
    ($conn:expr, $jurisdiction:expr, $rows:expr, $($table:ident: $Row:ty),+ $(,)?) => {
        $(for row in $table::table.filter($table::jurisdiction.eq($jurisdiction)).load::<$Row>($conn)? {
            $rows.add(&row);
        })+
    };
}
pub(crate) use audit;

/// Writes values so that no two different lists give the same bytes: a tag, then a length or a fixed width.
///
/// This is version 1 of the encoding that journal hashes rest on; it is never changed, only followed by another.
#[derive(Debug)]
pub struct Encoder(Vec<u8>);

impl Default for Encoder {
    /// With room for most rows, so that it need not grow.
    fn default() -> Self {
        Self(Vec::with_capacity(1_024))
    }
}

impl Encoder {
    /// Appends one value.
    pub fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Text(text) | Value::OptText(Some(text)) => self.sized(1, text.as_bytes()),
            Value::Int(number) | Value::OptInt(Some(number)) => {
                self.0.push(2);
                self.0.extend_from_slice(&number.to_be_bytes());
            }
            Value::Bytes(bytes) | Value::OptBytes(Some(bytes)) => self.sized(3, bytes),
            Value::OptText(None) | Value::OptInt(None) | Value::OptBytes(None) => self.0.push(0),
        }
    }

    /// Appends each of some values.
    pub fn values(&mut self, values: &[Value<'_>]) {
        for value in values {
            self.value(*value);
        }
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Forgets what was written, and keeps the room for it.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn sized(&mut self, tag: u8, bytes: &[u8]) {
        self.0.push(tag);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(values: &[Value<'_>]) -> Vec<u8> {
        let mut encoder = Encoder::default();
        encoder.values(values);
        encoder.bytes().to_vec()
    }

    #[test]
    fn neighbours_cannot_run_into_each_other() {
        assert_ne!(encoded(&[Value::Text("ab"), Value::Text("c")]), encoded(&[Value::Text("a"), Value::Text("bc")]));
        assert_ne!(encoded(&[Value::OptText(None)]), encoded(&[Value::Text("")]));
        assert_ne!(encoded(&[Value::OptInt(None)]), encoded(&[Value::Int(0)]));
    }

    #[test]
    fn a_value_and_the_same_optional_value_are_one() {
        assert_eq!(encoded(&[Value::Int(-1)]), encoded(&[Value::OptInt(Some(-1))]));
    }
}
