//! The walls between jurisdictions on PostgreSQL: what a statement that forgets its condition finds, which is nothing.
//!
//! SQLite has none; the rest of the suite runs on PostgreSQL with the walls up, as a role that owns nothing.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kehoach::app::{App, ReadAt};
use kehoach::commit::{Entry, Tx, View};
use kehoach::db::{self, Conn, Database, Engine, Opening};

use crate::harness::Harness;
use crate::machine::call;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Tables with rows of jurisdictions that lack a wall.
const UNWALLED: &str = "
    SELECT c.relname::TEXT AS line FROM pg_class c
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::REGNAMESPACE
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'jurisdiction')
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
               SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'wall' AND p.polcmd = '*' AND p.polwithcheck IS NULL
                  AND pg_get_expr(p.polqual, p.polrelid) = '(jurisdiction = current_setting(''kehoach.jurisdiction''::text, true))'))
     ORDER BY 1";

/// Every table of the service, and every rule of a wall beside `wall` itself.
const TABLES: &str = "SELECT tablename::TEXT AS line FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1";
const DOORS: &str = "
    SELECT tablename || ' ' || cmd || ' ' || qual AS line FROM pg_policies
     WHERE schemaname = current_schema() AND policyname <> 'wall' ORDER BY 1";

fn open(database: &Database) -> PgConnection {
    match Conn::open(database, Opening::Writer).unwrap() {
        Conn::Pg(conn) => conn,
        Conn::Sqlite(_) => panic!("SQLite has no walls"),
    }
}

fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = diesel::sql_query(sql).load(conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.line).collect()
}

fn count(conn: &mut PgConnection, table: &str, condition: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM {table} WHERE {condition}");
    diesel::sql_query(&sql).get_result::<Count>(conn).unwrap_or_else(|error| panic!("{sql}: {error}")).count
}

fn run(conn: &mut PgConnection, sql: &str) -> Result<usize, String> {
    diesel::sql_query(sql).execute(conn).map_err(|error| error.to_string())
}

/// Every table that has rows of jurisdictions.
fn walled(conn: &mut PgConnection) -> Vec<String> {
    let tables = lines(conn, TABLES).into_iter().filter(|table| table != "__diesel_schema_migrations");
    tables.collect()
}

/// A jurisdiction with something in most tables, and another beside it.
async fn two_jurisdictions() -> Option<Harness> {
    let h = Harness::new(Engine::Postgres).await?;
    h.budget_ground().await;
    h.budget().create_estimate(crate::budget::create("e", 2024, vec![crate::budget::line("101", 1)])).await.unwrap();
    h.jurisdiction("hn").await;
    h.unit("hn", "khcn").await;
    Some(h)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_stands_behind_a_wall_and_a_new_one_without_is_found() {
    let Some(h) = Harness::new(Engine::Postgres).await else { return };
    let mut owner = open(&h.place().owned());
    assert_eq!(lines(&mut owner, UNWALLED), Vec::<String>::new(), "a later step walls its own tables");
    for table in walled(&mut owner) {
        assert_eq!(count(&mut owner, &table, "TRUE"), 0, "{table}: the owner sees rows without a jurisdiction");
    }
    assert_eq!(
        lines(&mut owner, DOORS),
        [
            "heads SELECT ((jurisdiction = 'system'::text) OR (current_setting('kehoach.jurisdiction'::text, true) = '*'::text))",
            "jurisdiction_versions SELECT (jurisdiction = 'system'::text)",
            "jurisdictions SELECT (jurisdiction = 'system'::text)",
            "principal_versions SELECT (jurisdiction = 'system'::text)",
            "principals SELECT (jurisdiction = 'system'::text)",
        ]
    );
    run(&mut owner, "CREATE TABLE fresh (jurisdiction TEXT NOT NULL, x BIGINT)").unwrap();
    assert_eq!(lines(&mut owner, UNWALLED), ["fresh"]);
    run(&mut owner, "ALTER TABLE fresh ENABLE ROW LEVEL SECURITY").unwrap();
    run(&mut owner, "CREATE POLICY wall ON fresh USING (jurisdiction = current_setting('kehoach.jurisdiction', true))")
        .unwrap();
    assert_eq!(lines(&mut owner, UNWALLED), ["fresh"], "the owner is not held");
}

/// Statements that name no jurisdiction, or a foreign one, in each table: none reads a row, changes one or adds one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_of_the_service_reaches_another_jurisdiction() {
    let Some(h) = two_jurisdictions().await else { return };
    let mut bare = open(&h.place().bare());
    let mut filled = 0;
    for database in [h.database().clone(), h.place().owned()] {
        let mut conn = open(&database);
        let is_owner = database != *h.database();
        for table in walled(&mut bare) {
            let directory = if is_in_directory(&table) { "jurisdiction <> 'system'" } else { "TRUE" };
            run(&mut conn, "RESET kehoach.jurisdiction").unwrap();
            assert_eq!(count(&mut conn, &table, directory), 0, "{table}: seen from nowhere");
            run(&mut conn, "SET kehoach.jurisdiction = 'hn'").unwrap();
            let foreign = format!("jurisdiction <> 'hn' AND {directory}");
            assert_eq!(count(&mut conn, &table, &foreign), 0, "{table}: seen from hn");
            let own = "jurisdiction = 'hn'";
            assert_eq!(count(&mut conn, &table, own), count(&mut bare, &table, own), "{table}: its own are missing");
            let there = count(&mut bare, &table, "TRUE");
            filled += usize::from(count(&mut bare, &table, "jurisdiction <> 'hn'") > 0);
            // What is wrong with the row otherwise is not even looked at.
            let added = run(&mut conn, &format!("INSERT INTO {table} (jurisdiction) VALUES ('dt')")).unwrap_err();
            assert!(added.contains("violates row-level security policy"), "{table}: {added}");
            if is_owner {
                for sql in [format!("UPDATE {table} SET jurisdiction = jurisdiction WHERE {foreign}"), format!("DELETE FROM {table} WHERE jurisdiction <> 'hn'")] {
                    assert_eq!(run(&mut conn, &sql), Ok(0), "{sql}");
                }
            } else if !lines(&mut bare, &format!("SELECT attname::TEXT AS line FROM pg_attribute WHERE attrelid = '{table}'::REGCLASS AND attname = 'until'")).is_empty() {
                assert_eq!(run(&mut conn, &format!("UPDATE {table} SET until = until - 1 WHERE {foreign}")), Ok(0), "{table}");
            }
            assert_eq!(count(&mut bare, &table, "TRUE"), there, "{table}");
        }
    }
    assert!(filled > 20, "there was little to see: {filled}");
    h.is_sound();
}

/// What may be read from everywhere, of `system` alone.
fn is_in_directory(table: &str) -> bool {
    ["heads", "jurisdictions", "jurisdiction_versions", "principals", "principal_versions"].contains(&table)
}

/// A slice that forgets its condition: the walls answer for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_that_forgets_the_jurisdiction_finds_its_own_alone() {
    let Some(h) = two_jurisdictions().await else { return };
    let forgetful = |view: &mut View<'_>| {
        let sql =
            "SELECT DISTINCT jurisdiction AS line FROM unit_versions UNION SELECT DISTINCT jurisdiction FROM journal";
        let Conn::Pg(conn) = view.conn else { return Ok(Vec::new()) };
        let seen: Vec<Line> = diesel::sql_query(sql).load(conn)?;
        Ok(seen.into_iter().map(|row| row.line).collect::<Vec<_>>())
    };
    // Back and forth, so that each connection moves.
    for jurisdiction in ["hn", "dt", "hn", "system", "dt", "dt"] {
        let seen = h.app.read(&call(&h), jurisdiction, ReadAt::Head, forgetful).await.unwrap();
        assert_eq!(seen.value, [jurisdiction]);
    }
    let before = h.standing();
    let overwriting = |tx: &mut Tx<'_>| {
        tx.view().conn.run("UPDATE unit_versions SET until = until - 1 WHERE jurisdiction = 'dt'")?;
        Ok((Entry::of("units"), ()))
    };
    h.app.write(&call(&h), "hn", overwriting, |_, _| Ok(())).await.unwrap();
    let adding = |tx: &mut Tx<'_>| {
        tx.view().conn.run("INSERT INTO units (jurisdiction, since, unit, at) VALUES ('dt', 1, 'forged', 1)")?;
        Ok((Entry::of("units"), ()))
    };
    let error = h.app.write(&call(&h), "hn", adding, |_, _| Ok(())).await.unwrap_err();
    assert!(format!("{error:?}").contains("row-level security"), "{error:?}");
    let (rows, heads) = (h.standing(), h.heads());
    let of = |heads: &[(String, i64, [u8; 32])]| heads.iter().find(|head| head.0 == "dt").cloned();
    assert_eq!((of(&heads), rows.rows()), (of(before.heads()), before.rows()), "something changed in dt");
    h.is_sound();
}

/// What the service has no use for, it may not do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_has_the_rights_that_it_uses_and_no_others() {
    let Some(h) = two_jurisdictions().await else { return };
    let mut service = open(h.database());
    run(&mut service, "SET kehoach.jurisdiction = 'dt'").unwrap();
    for sql in [
        "UPDATE journal SET actor = 'nobody'",
        "DELETE FROM journal",
        "DELETE FROM unit_versions",
        "TRUNCATE journal",
        "UPDATE unit_versions SET display_name = ''",
        "UPDATE units SET unit = 'x'",
        "UPDATE access_log SET actor = ''",
        "UPDATE settings SET value = ''",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')",
        "CREATE TABLE mine (x BIGINT)",
        "CREATE POLICY open ON units USING (TRUE)",
        "ALTER TABLE units DISABLE ROW LEVEL SECURITY",
        "ALTER ROLE kehoach BYPASSRLS",
        "SET ROLE kehoach_owner",
    ] {
        let refused = run(&mut service, sql).unwrap_err();
        let denied = ["permission denied", "must be owner", "must be superuser", "must have"];
        assert!(denied.iter().any(|words| refused.contains(words)), "{sql}: {refused}");
    }
    // The wall can be said to be an error, but not to be open.
    run(&mut service, "SET row_security = off").unwrap();
    let refused = run(&mut service, "SELECT * FROM units").unwrap_err();
    assert!(refused.contains("would be affected by row-level security policy"), "{refused}");
}

/// A small installation: one role owns and serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_owns_the_tables_serves_behind_the_same_walls() {
    let Some(h) = two_jurisdictions().await else { return };
    let mut options = h.options();
    options.database = h.place().owned();
    let other = h.another_with(options.clone()).await;
    assert_eq!(other.get_unit("hn", "khcn").await.display_name, "Sở khcn");
    other.unit("hn", "more").await;
    assert!(!db::passes_walls(&options.database).unwrap());
    assert!(db::passes_walls(&h.place().bare()).unwrap(), "nothing holds a superuser");
    // Without rights the service says so, and does not start.
    h.sql("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM kehoach");
    options.database = h.database().clone();
    options.migrate = None;
    let refused = App::open(options).err().map(|error| format!("{error:?}")).unwrap_or_default();
    assert!(refused.contains("has no rights on the tables"), "{refused}");
}
