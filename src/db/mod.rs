//! The two engines: how a database is named, opened, migrated and written in bulk.
//!
//! Absent: any knowledge of what the rows mean; that is the business of each slice's `store.rs`.

mod bulk;
mod conn;
mod fixed;
mod inspect;
mod record;
mod rights;
pub(crate) mod schema;
mod session;
mod stored;

use std::fmt;
use std::path::PathBuf;

pub use bulk::Inserts;
pub use conn::{Conn, Db, Opening, is_connection_lost, is_disk_failure, is_unique_violation};
pub(crate) use conn::{direct, take_writer_lock};
pub(crate) use fixed::{Forever, Question};
pub use inspect::{checks, explain, shape};
pub use record::{CURRENT, Column, Columns, Encoder, Keyed, Record, Value, Versioned};
pub(crate) use record::{audit, columns, keyed, record};
pub use rights::{grant, passes_walls};
pub use session::Session;
pub(crate) use stored::Stored;

use crate::error::{Error, Result};

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, inside the process.
    Sqlite,
    /// PostgreSQL, over libpq.
    Postgres,
}

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A connection string, which may hold a password and is never printed whole.
    Postgres(String),
}

impl Database {
    /// Reads `sqlite:PATH` or `postgres://…`; anything else is an error and never the name of a new file.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() || path.contains(['?', '*', ':']) {
                    return Err("sqlite: needs the path of a file, without options".to_owned());
                }
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            None => Err("a database is sqlite:PATH or postgres://user@host/name".to_owned()),
        }
    }

    /// The engine that this database runs on.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl fmt::Display for Database {
    /// The place without user, password and options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                write!(f, "postgres://{}", host.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What to do with the steps of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migration {
    /// Runs every step that has not run.
    Up,
    /// Undoes every step, the newest first: loses all data, for tests.
    Down,
}

/// Brings the schema up or down; answers how many steps ran.
pub fn migrate(database: &Database, direction: Migration) -> Result<usize> {
    conn::migrate(database, direction)
}

/// How many steps of this binary have not run on this database.
pub fn pending_migrations(database: &Database) -> Result<usize> {
    conn::pending(database)
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        conn::classify(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_forms_name_a_database() {
        assert_eq!(Database::parse("sqlite:a.db"), Ok(Database::Sqlite("a.db".into())));
        assert_eq!(Database::parse("sqlite:///var/a.db"), Ok(Database::Sqlite("/var/a.db".into())));
        assert!(Database::parse("postgres://u:p@h/d").is_ok());
        for bad in [
            "",
            "a.db",
            "sqlite:",
            "postgress://h/d",
            "postgre://h/d",
            "mysql://h/d",
            "sqlite::memory:",
            "sqlite:a?mode=ro",
        ] {
            assert!(Database::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let database = Database::parse("postgres://user:s3cret@db.example/kehoach?sslmode=require").unwrap();
        assert_eq!(format!("{database} {database:?}"), "postgres://db.example/kehoach postgres://db.example/kehoach");
    }
}
