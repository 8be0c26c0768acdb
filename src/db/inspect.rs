//! What the engines say about themselves: the shape of the schema and the plan of a query.
//!
//! Only tests ask; the service never does.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::conn::Conn;
use crate::error::Result;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The columns and constraints of every table, one a line, in words that do not depend on the engine.
pub fn shape(conn: &mut Conn) -> Result<Vec<String>> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(SQLITE_SHAPE).load(conn)?,
        Conn::Pg(conn) => diesel::sql_query(POSTGRES_SHAPE).load(conn)?,
    };
    Ok(lines.into_iter().map(|row| row.line).collect())
}

/// The conditions that rows are checked by, as each engine keeps them: on SQLite the statement that made the table, on
/// PostgreSQL one condition a line; the name of the table first.
pub fn checks(conn: &mut Conn) -> Result<Vec<String>> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(SQLITE_CHECKS).load(conn)?,
        Conn::Pg(conn) => diesel::sql_query(POSTGRES_CHECKS).load(conn)?,
    };
    Ok(lines.into_iter().map(|row| row.line).collect())
}

/// The plan of a query, whatever is bound, one step a line.
pub fn explain(conn: &mut Conn, sql: &str) -> Result<Vec<String>> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => explain_sqlite(conn, sql)?,
        Conn::Pg(conn) => explain_postgres(conn, sql)?,
    };
    Ok(lines.into_iter().map(|row| row.line).collect())
}

fn explain_sqlite(conn: &mut diesel::SqliteConnection, sql: &str) -> Result<Vec<Line>> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
    Ok(steps.into_iter().map(|step| Line { line: step.detail }).collect())
}

fn explain_postgres(conn: &mut diesel::PgConnection, sql: &str) -> Result<Vec<Line>> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        step: String,
    }
    // Small tables are scanned because that is cheaper; the question here is whether an index can serve.
    diesel::sql_query("SET enable_seqscan = off").execute(conn)?;
    let binds = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
    let steps: Vec<Step> = if binds == 0 {
        diesel::sql_query(format!("EXPLAIN {sql}")).load(conn)?
    } else {
        let nulls = vec!["NULL"; binds].join(", ");
        conn.batch_execute(&format!("SET plan_cache_mode = force_generic_plan; PREPARE explained AS {sql}"))?;
        let steps = diesel::sql_query(format!("EXPLAIN EXECUTE explained ({nulls})")).load(conn)?;
        conn.batch_execute("DEALLOCATE explained; RESET plan_cache_mode")?;
        steps
    };
    diesel::sql_query("RESET enable_seqscan").execute(conn)?;
    Ok(steps.into_iter().map(|step| Line { line: step.step }).collect())
}

const SQLITE_SHAPE: &str = "
    SELECT t.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'integer' WHEN 'TEXT' THEN 'text' ELSE 'bytes' END
           || CASE WHEN c.\"notnull\" = 1 THEN ' not null' ELSE '' END AS line
      FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '__diesel_schema_migrations'
    UNION ALL
    SELECT t.name || ' ' || CASE i.origin WHEN 'pk' THEN 'primary key' WHEN 'u' THEN 'unique' ELSE i.name END
           || CASE WHEN i.\"unique\" = 1 AND i.origin = 'c' THEN ' unique' ELSE '' END
           || CASE WHEN i.partial = 1 THEN ' partial' ELSE '' END
           || ' (' || (SELECT group_concat(x.name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x) || ')'
      FROM sqlite_schema t, pragma_index_list(t.name) i
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '__diesel_schema_migrations'
    UNION ALL
    SELECT t.name || ' references ' || f.\"table\" || ' (' || group_concat(f.\"from\" || ' -> ' || f.\"to\", ', ') || ')'
      FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
     GROUP BY t.name, f.id
     ORDER BY 1";

const POSTGRES_SHAPE: &str = "
    SELECT c.table_name || '.' || c.column_name || ' '
           || CASE c.data_type WHEN 'bigint' THEN 'integer' WHEN 'text' THEN 'text' ELSE 'bytes' END
           || CASE WHEN c.is_nullable = 'NO' THEN ' not null' ELSE '' END AS line
      FROM information_schema.columns c
     WHERE c.table_schema = current_schema() AND c.table_name <> '__diesel_schema_migrations'
    UNION ALL
    SELECT t.relname || ' ' || CASE WHEN i.indisprimary THEN 'primary key' WHEN k.contype = 'u' THEN 'unique' ELSE x.relname END
           || CASE WHEN i.indisunique AND k.contype IS NULL THEN ' unique' ELSE '' END
           || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END
           || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY p.position)
                         FROM unnest(i.indkey) WITH ORDINALITY p (number, position)
                         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.number) || ')'
      FROM pg_index i
      JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
      LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
     WHERE n.nspname = current_schema() AND t.relname <> '__diesel_schema_migrations'
    UNION ALL
    SELECT t.relname || ' references ' || r.relname || ' ('
           || (SELECT string_agg(a.attname || ' -> ' || b.attname, ', ' ORDER BY p.position)
                 FROM unnest(k.conkey, k.confkey) WITH ORDINALITY p (child, parent, position)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.child
                 JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = p.parent) || ')'
      FROM pg_constraint k
      JOIN pg_class t ON t.oid = k.conrelid
      JOIN pg_class r ON r.oid = k.confrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE k.contype = 'f' AND n.nspname = current_schema()
     ORDER BY 1";

const SQLITE_CHECKS: &str = "
    SELECT name || ' ' || sql AS line FROM sqlite_schema
     WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '__diesel_schema_migrations'";

const POSTGRES_CHECKS: &str = "
    SELECT t.relname || ' ' || pg_get_constraintdef(k.oid) AS line
      FROM pg_constraint k
      JOIN pg_class t ON t.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE k.contype = 'c' AND n.nspname = current_schema()";
