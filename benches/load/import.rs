//! P8: an import of 100,000 lines, beside the engine's own bulk load of the rows that it wrote.
//!
//! The import comes over the socket as a file, is read, checked and written in one revision. The yardstick is handed the rows: on
//! SQLite by prepared inserts in one transaction, on PostgreSQL by COPY in one transaction, into the same tables of another database.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kehoach::db::{Database, Engine};
use kehoach::pb;
use prost::Message;
use rusqlite::params_from_iter;

use super::ask::{self, JURISDICTION};
use super::plain;
use super::postgres::{self, Role};
use super::report::{Report, Verdict};
use super::site::Site;

/// Rows of the file.
const ROWS: usize = 100_000;
/// The same to see that it works.
const FEW: usize = 5_000;
/// What an import may take of memory, in MiB.
const MEMORY: f64 = 256.0;
/// What an import writes, facts before what refers to them; the one row of the journal is left to the server.
const TABLES: [&str; 5] = ["estimates", "estimate_versions", "estimate_texts", "estimate_totals", "line_versions"];

pub async fn measure(site: &Site, report: &mut Report) {
    let rows = if site.scale.quick { FEW } else { ROWS };
    let mut own = site.another("import");
    own.serve(1, &site.more()).await;
    own.lay_beginnings().await;
    let messages = messages(rows);
    let started = Instant::now();
    let summary = own.client().send("/kehoach.v1.BudgetService/ImportLines", messages).await.unwrap();
    let took = started.elapsed();
    let summary = pb::ImportSummary::decode(summary).unwrap();
    assert_eq!(summary.lines_created, rows as i64);
    let (_, most) = own.server().memory();
    own.stop();
    let mut bare = site.another("bulk");
    bare.serve(1, &site.more()).await;
    bare.lay_beginnings().await;
    bare.stop();
    let bulk = match site.engine {
        Engine::Sqlite => Some(("prepared inserts", inserts(&own, &bare))),
        Engine::Postgres => copy(&own, &bare).map(|took| ("COPY", took)),
    };
    let name = format!("P8 import of {rows} lines");
    match bulk {
        Some((with, bulk)) => {
            let told = format!("{with} ({}:{} ms)", took.as_millis(), bulk.as_millis());
            report.figure(&name, Verdict::at_least(bulk.as_secs_f64() / took.as_secs_f64(), &told, 0.5));
        }
        None => report.figure(&name, Verdict::told(took.as_secs_f64() * 1000.0, "ms")),
    }
    report.figure("P8 memory at most, while it imports", Verdict::at_most(most, "MiB", MEMORY));
}

/// A file whose rows go to the estimates of all units, which it makes; every line is one that a unit drafts.
fn messages(rows: usize) -> Vec<Bytes> {
    let mut file = String::from("unit,chapter,function,item,text,actual,budget,requested\n");
    for number in 0..rows {
        let line = ask::line(number % 1_000);
        let [actual, budget, requested] =
            line.amounts.map(|sums| [sums.actual_n2, sums.budget_n1, sums.requested]).unwrap().map(Option::unwrap);
        writeln!(
            file,
            "u{},{},{},{},\"{}\",{actual},{budget},{requested}",
            number % ask::UNITS,
            line.administrative_code,
            line.functional_code,
            line.economic_code,
            line.description
        )
        .unwrap();
    }
    use pb::import_lines_request::Content;
    let chunks = file.as_bytes().chunks(256 << 10).map(|chunk| Content::Chunk(chunk.to_vec().into()));
    let contents = std::iter::once(Content::Header(header())).chain(chunks);
    contents.map(|content| pb::ImportLinesRequest { content: Some(content) }.encode_to_vec().into()).collect()
}

fn header() -> pb::ImportHeader {
    let column = |(column, field): (&str, &str)| pb::ImportColumn {
        column: column.to_owned(),
        field: field.to_owned(),
        ..Default::default()
    };
    let constant =
        |(field, value): (&str, &str)| pb::ImportConstant { field: field.to_owned(), value: value.to_owned() };
    let columns = [
        ("unit", "unit.id"),
        ("chapter", "administrative_code"),
        ("function", "functional_code"),
        ("item", "economic_code"),
        ("text", "description"),
        ("actual", "amounts.actual_n2"),
        ("budget", "amounts.budget_n1"),
        ("requested", "amounts.requested"),
    ];
    let constants = [("side", "EXPENDITURE"), ("nature", "RECURRENT"), ("autonomy", "AUTONOMOUS")];
    let spread = pb::ImportSpread {
        fiscal_year: ask::FIRST_YEAR,
        kind: pb::EstimateKind::Annual.into(),
        title: "Dự toán".to_owned(),
        ..Default::default()
    };
    pb::ImportHeader {
        parent: JURISDICTION.to_owned(),
        destination: Some(pb::import_header::Destination::Spread(spread)),
        columns: columns.map(column).into(),
        constants: constants.map(constant).into(),
        create_missing: Some(pb::CreateMissing { estimates: true, ..Default::default() }),
        ..Default::default()
    }
}

/// The rows of one database into another by prepared inserts.
fn inserts(from: &Site, to: &Site) -> Duration {
    let path = |site: &Site| match Database::parse(&site.url).unwrap() {
        Database::Sqlite(path) => path,
        Database::Postgres(_) => unreachable!("the site is of SQLite"),
    };
    let (from, to) = (plain::open(&path(from)), plain::open(&path(to)));
    let tables = TABLES.map(|table| (table, plain::rows(&from, table, "true")));
    // Nothing that the file holds is a long text.
    let tables = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
    let started = Instant::now();
    to.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (table, rows) in tables {
        let places = vec!["?"; rows[0].len()].join(", ");
        let mut insert = to.prepare(&format!("INSERT INTO {table} VALUES ({places})")).unwrap();
        for row in rows {
            insert.execute(params_from_iter(row)).unwrap();
        }
    }
    to.execute_batch("COMMIT").unwrap();
    started.elapsed()
}

/// The same by COPY; `None` (said loudly) where psql is missing.
fn copy(from: &Site, to: &Site) -> Option<Duration> {
    let beside = postgres::programs()?.join("psql");
    let program = if beside.exists() { beside } else { "psql".into() };
    let run = |site: &Site, commands: &[String]| {
        let mut psql = Command::new(&program);
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-d"]).arg(site.url_as(Role::Superuser));
        psql.args(commands.iter().flat_map(|command| ["-c", command.as_str()]));
        psql.output().map(|output| {
            assert!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        })
    };
    let file = |table: &str| from.folder.join(table).with_extension("copy").display().to_string();
    let out = TABLES.map(|table| format!("\\copy {table} to '{}'", file(table)));
    if run(from, &out).is_err() {
        println!("SKIPPED: psql is missing: install PostgreSQL's programs (Debian: apt-get install postgresql)");
        return None;
    }
    let back = TABLES.map(|table| format!("\\copy {table} from '{}'", file(table)));
    let started = Instant::now();
    run(to, &back).unwrap();
    Some(started.elapsed())
}
