//! The third yardstick: pgbench with prepared statements, on the same cluster, in the same database, for the same rows.
//!
//! Its scripts are the statements that the server's answers rest on, written by hand; the writing transaction is learnt from one
//! that the server executed. Absent: percentiles, which pgbench tells only through a log that slows it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use super::postgres;

/// A found program with the database that it is run on.
pub struct Pgbench {
    program: PathBuf,
    folder: PathBuf,
    url: String,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    told: String,
}

/// All texts that a query tells in its column `told`.
pub fn told(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = diesel::sql_query(sql).load::<Told>(conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.told).collect()
}

impl Pgbench {
    /// `None` (said loudly) where pgbench is missing; it lies beside PostgreSQL's server programs.
    pub fn new(url: &str, folder: &std::path::Path) -> Option<Self> {
        let beside = postgres::programs().map(|programs| programs.join("pgbench"));
        let program = beside.into_iter().chain([PathBuf::from("pgbench")]).find(|program| {
            Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
        });
        if program.is_none() {
            println!("SKIPPED: pgbench is missing: install PostgreSQL's programs (Debian: apt-get install postgresql)");
        }
        Some(Self { program: program?, folder: folder.to_owned(), url: url.to_owned() })
    }

    /// Transactions a second of a script.
    pub fn run(&self, script: &str, clients: usize, last: Duration) -> f64 {
        let file = self.folder.join("pgbench.sql");
        std::fs::write(&file, script).unwrap();
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string()]);
        // Where its counting begins: not where a run with another number of clients has counted.
        command.args(["-D", &format!("k={clients}00000")]);
        command.args(["-T", &last.as_secs().max(1).to_string(), "-f"]).arg(&file).arg(&self.url);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
        match rate {
            Some(rate) if output.status.success() && !text.contains("aborted") => rate,
            _ => panic!("pgbench: {}", String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default()),
        }
    }
}

/// The header and the 50 lines of one of some estimates, as a read at the head asks for them.
pub fn read_script(estimates: usize, revision: i64) -> String {
    let holds = format!("jurisdiction = 'dt' AND estimate = 'e' || :n AND since <= {revision} AND until > {revision}");
    format!(
        "\\set n random(0, {})
         SELECT * FROM estimate_versions WHERE {holds} LIMIT 1;
         SELECT * FROM line_versions WHERE {holds} AND sequence > 0 ORDER BY sequence LIMIT 51;",
        estimates - 1
    )
}

/// 100 estimates of a year, and their totals.
pub fn list_script(first_year: i32, years: usize, revision: i64) -> String {
    format!(
        "\\set year random({first_year}, {})
         WITH page AS (
             SELECT * FROM estimate_versions
             WHERE jurisdiction = 'dt' AND fiscal_year = :year AND since <= {revision} AND until > {revision}
             ORDER BY fiscal_year, unit, kind, series, sequence LIMIT 101)
         SELECT * FROM page LEFT JOIN estimate_totals t ON t.jurisdiction = 'dt' AND t.estimate = page.estimate
             AND t.since <= {revision} AND t.until > {revision};",
        first_year + years as i32 - 1
    )
}

/// The transaction that writes the rows that a revision opened, with ids of its own each time.
///
/// It takes no gate, so the clients wait for each other nowhere but at the disk.
pub fn write_script(conn: &mut PgConnection, revision: i64) -> (String, usize) {
    let tables = told(
        conn,
        "SELECT c.relname::text AS told FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
         WHERE s.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE '\\_%' ORDER BY c.oid",
    );
    let mut statements = String::new();
    let mut written = 0;
    for table in tables {
        let columns = told(
            conn,
            &format!(
                "SELECT column_name::text AS told FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
            ),
        );
        let opened = if table == "journal" { "revision" } else { "since" };
        if !columns.iter().any(|column| column == opened) {
            continue;
        }
        let texts: Vec<String> = columns.iter().map(|column| value_sql(column)).collect();
        let rows = told(
            conn,
            &format!(
                "SELECT {} AS told FROM {table} WHERE jurisdiction = 'dt' AND {opened} = {revision}",
                texts.join(" || ', ' || ")
            ),
        );
        if !rows.is_empty() {
            written += rows.len();
            let rows: Vec<String> = rows.iter().map(|row| format!("({row})")).collect();
            let statement = format!("INSERT INTO {table} ({}) VALUES {};\n", columns.join(", "), rows.join(", "));
            statements.push_str(&statement);
        }
    }
    // Numbers that no other client and no other run of a script has.
    let number =
        format!("\\set k :k + 1\n\\set n {revision}000000000 + :client_id * 10000000 + :k\n\\set u :k % 100\n");
    (format!("{number}BEGIN;\n{statements}COMMIT;\n"), written)
}

/// The SQL that tells the value of a column as SQL: itself, or what makes it another one each time.
fn value_sql(column: &str) -> String {
    match column {
        "since" | "revision" => "':n'".to_owned(),
        "jurisdiction" => "'''yard'''".to_owned(),
        "unit" => "'(''u'' || :u)'".to_owned(),
        "estimate" | "command_id" => "'(''y-'' || :n)'".to_owned(),
        "document" => "'(''estimates/y-'' || :n)'".to_owned(),
        "request_id" => "CASE WHEN request_id IS NULL THEN 'NULL' ELSE '(''y-'' || :n)' END".to_owned(),
        // The key of an estimate must be free: a reference series has a name of its own.
        "kind" => "'''REFERENCE'''".to_owned(),
        "series" => "'(''y-'' || :n)'".to_owned(),
        _ => format!("quote_nullable({column})"),
    }
}

/// A connection for what is asked once.
pub fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}
