//! The second yardstick: plain SQLite. The same rows in the same tables, prepared, one transaction for each command, FULL.
//!
//! What a command writes is learnt from one that the server executed, so the yardstick cannot fall behind the schema. Absent:
//! everything that the server does beside writing: checks, hashes, the request itself.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

const CURRENT: i64 = i64::MAX;

/// A database whose lock nobody holds, opened as the server opens its own.
pub fn open(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;",
    )
    .unwrap();
    conn.set_prepared_statement_cache_capacity(64);
    conn
}

/// A statement and what it binds; the values that differ from one command to the next are filled in.
struct Statement {
    sql: String,
    values: Vec<Value>,
    /// Where values go that differ.
    slots: Vec<(usize, Slot)>,
}

#[derive(Clone, Copy)]
enum Slot {
    /// The revision.
    Number,
    /// The estimate.
    Estimate,
    /// The estimate as its document is named.
    Document,
    /// A text that is unique.
    Unique,
}

/// What one command wrote.
pub struct Written(Vec<Statement>);

impl Written {
    /// Reads the rows that a revision opened and closed, and its journal row.
    ///
    /// `is_new`: the command made an estimate, so each repeat makes another one.
    pub fn read(conn: &Connection, jurisdiction: &str, revision: i64, is_new: bool) -> Self {
        let tables =
            texts(conn, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'");
        let mut closes = Vec::new();
        let mut inserts = Vec::new();
        // Facts before what refers to them: the order in which the tables were made.
        for table in tables {
            let columns = texts(conn, &format!("SELECT name FROM pragma_table_info('{table}')"));
            let has = |name: &str| columns.iter().any(|column| column == name);
            if has("until") {
                let rows = rows(conn, &table, &format!("jurisdiction = '{jurisdiction}' AND until = {revision}"));
                closes.extend(rows.iter().map(|row| close(conn, &table, &columns, row)));
            }
            let opened = if table == "journal" { "revision" } else { "since" };
            if has(opened) {
                let rows = rows(conn, &table, &format!("jurisdiction = '{jurisdiction}' AND {opened} = {revision}"));
                inserts.extend(rows.into_iter().map(|row| insert(&table, &columns, row, is_new)));
            }
        }
        let head = Statement {
            sql: "UPDATE heads SET revision = ?, at = at + 1, hash = hash WHERE jurisdiction = ?".to_owned(),
            values: vec![Value::Null, Value::Text(jurisdiction.to_owned())],
            slots: vec![(0, Slot::Number)],
        };
        closes.extend(inserts);
        closes.push(head);
        Self(closes)
    }

    pub fn rows(&self) -> usize {
        self.0.len()
    }

    /// Writes it again and again, so many times in each transaction; `estimate` names the estimate of a number.
    pub fn again(&self, conn: &Connection, last: Duration, together: i64, estimate: impl Fn(i64) -> String) -> f64 {
        let sql = "SELECT max(revision) FROM journal";
        let first: i64 = conn.query_row(sql, [], |row| row.get(0)).unwrap();
        let (mut count, started) = (0, Instant::now());
        while started.elapsed() < last {
            count += 1;
            let number = first + count;
            if count % together == 1 % together {
                conn.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
            }
            for Statement { sql, values, slots } in &self.0 {
                let mut values = values.clone();
                for (place, slot) in slots {
                    values[*place] = match slot {
                        Slot::Number => Value::Integer(number),
                        Slot::Estimate => Value::Text(estimate(number)),
                        Slot::Document => Value::Text(format!("estimates/{}", estimate(number))),
                        Slot::Unique => Value::Text(format!("0190f5a0-0000-7000-8000-{number:012x}")),
                    };
                }
                let written = conn.prepare_cached(sql).unwrap().execute(params_from_iter(values)).unwrap();
                assert_eq!(written, 1, "{sql}");
            }
            if count % together == 0 {
                conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
            }
        }
        if count % together != 0 {
            conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
        }
        count as f64 / started.elapsed().as_secs_f64()
    }
}

fn texts(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let found = statement.query_map([], |row| row.get(0)).unwrap();
    found.collect::<Result<_, _>>().unwrap()
}

/// The rows of a table that meet a condition.
pub fn rows(conn: &Connection, table: &str, condition: &str) -> Vec<Vec<Value>> {
    let mut statement = conn.prepare(&format!("SELECT * FROM {table} WHERE {condition}")).unwrap();
    let width = statement.column_count();
    let found = statement.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
    found.unwrap().collect::<Result<_, _>>().unwrap()
}

fn insert(table: &str, columns: &[String], mut values: Vec<Value>, is_new: bool) -> Statement {
    let mut slots = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        match column.as_str() {
            "since" | "revision" => slots.push((place, Slot::Number)),
            "until" => values[place] = Value::Integer(CURRENT),
            "estimate" => slots.push((place, Slot::Estimate)),
            "document" => slots.push((place, Slot::Document)),
            // The key of an estimate must be free: a reference series has a name of its own.
            "kind" if is_new => values[place] = Value::Text("REFERENCE".to_owned()),
            "series" if is_new => slots.push((place, Slot::Unique)),
            "command_id" => slots.push((place, Slot::Unique)),
            "request_id" if values[place] != Value::Null => slots.push((place, Slot::Unique)),
            "line" if !is_new => slots.push((place, Slot::Unique)),
            "sequence" if !is_new && table == "line_versions" => slots.push((place, Slot::Number)),
            _ => {}
        }
    }
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", "));
    Statement { sql, values, slots }
}

/// Ends the current row with the same key.
fn close(conn: &Connection, table: &str, columns: &[String], row: &[Value]) -> Statement {
    let key = "pk > 0 AND name NOT IN ('since', 'until')";
    let keys = texts(conn, &format!("SELECT name FROM pragma_table_info('{table}') WHERE {key}"));
    let mut sql = format!("UPDATE {table} SET until = ? WHERE until = {CURRENT}");
    let (mut values, mut slots) = (vec![Value::Null], vec![(0, Slot::Number)]);
    for key in keys {
        sql.push_str(&format!(" AND {key} = ?"));
        let place = columns.iter().position(|column| *column == key).unwrap();
        if key == "estimate" {
            slots.push((values.len(), Slot::Estimate));
        }
        values.push(row[place].clone());
    }
    Statement { sql, values, slots }
}
