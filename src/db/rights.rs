//! What the role of the service may do with the tables on PostgreSQL: what it does, and nothing more.
//!
//! A row is read and appended, and of a version the end is set. The journal and every fact can be changed by nobody but the owner
//! of the tables. Absent: roles themselves; an administrator of the database makes them, as the README shows.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::{Conn, Database, Opening};
use crate::error::Result;

/// What is overwritten beside the end of a version.
const OVERWRITTEN: &[(&str, &str)] = &[("heads", "revision, at, hash"), ("principal_names", "display_name, salt")];

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    passes_walls: bool,
}

/// Gives the role of the service its rights on every table, and takes all others from it, where it is not the owner itself.
pub fn grant(owner: &Database, service: &Database) -> Result<()> {
    let (Conn::Pg(mut owner), Conn::Pg(mut service)) =
        (Conn::open(owner, Opening::Writer)?, Conn::open(service, Opening::Reader)?)
    else {
        return Ok(());
    };
    let (owned_by, name) = (role(&mut owner)?.name, role(&mut service)?.name);
    if owned_by == name {
        return Ok(());
    }
    // Several processes may start at once; the lock goes with the connection.
    owner.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(7020116)")?;
    Ok(owner.batch_execute(&statement(&name))?)
}

/// Whether the role of the service is one that no policy binds.
pub fn passes_walls(service: &Database) -> Result<bool> {
    match Conn::open(service, Opening::Reader)? {
        Conn::Pg(mut conn) => Ok(role(&mut conn)?.passes_walls),
        Conn::Sqlite(_) => Ok(false),
    }
}

fn role(conn: &mut diesel::PgConnection) -> Result<Role> {
    let query = "SELECT rolname::TEXT AS name, rolsuper OR rolbypassrls AS passes_walls FROM pg_roles WHERE rolname = current_user";
    Ok(diesel::sql_query(query).get_result(conn)?)
}

/// One statement, so that nobody sees it half done.
fn statement(role: &str) -> String {
    let role = role.replace('\'', "''");
    let overwritten: String = OVERWRITTEN
        .iter()
        .map(|(table, columns)| format!("EXECUTE format('GRANT UPDATE ({columns}) ON {table} TO %s', service);\n"))
        .collect();
    format!(
        "DO $rights$
         DECLARE
             service TEXT := quote_ident('{role}');
             tables TEXT := quote_ident(current_schema());
             found RECORD;
         BEGIN
             EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', tables, service);
             EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM %s', tables, service);
             EXECUTE format('GRANT SELECT ON __diesel_schema_migrations TO %s', service);
             FOR found IN
                 SELECT c.oid::REGCLASS AS name,
                        EXISTS (SELECT FROM pg_attribute e WHERE e.attrelid = c.oid AND e.attname = 'until') AS versioned
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'jurisdiction'
                  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::REGNAMESPACE
             LOOP
                 EXECUTE format('GRANT SELECT, INSERT ON %s TO %s', found.name, service);
                 IF found.versioned THEN
                     EXECUTE format('GRANT UPDATE (until) ON %s TO %s', found.name, service);
                 END IF;
             END LOOP;
             {overwritten}
         END
         $rights$;"
    )
}
