//! Where a test's data lies: a folder with a SQLite file, or a database of a throw-away PostgreSQL cluster.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kehoach::app::Options;
use kehoach::clock::Clock;
use kehoach::db::{Database, Engine};
use kehoach::id::Ids;

use crate::postgres::{self, Cluster, Role};

/// A database of one test, gone with the last clone of this.
#[derive(Clone)]
pub struct Place(Arc<Kept>);

struct Kept {
    database: Database,
    remains: Remains,
}

/// What there is to remove.
enum Remains {
    Folder(PathBuf),
    Database(&'static Cluster),
    /// It goes with its cluster.
    Nothing,
}

impl Place {
    /// A fresh one; `None` (said loudly) where the engine is missing.
    pub fn new(engine: Engine) -> Option<Self> {
        let (database, remains) = match engine {
            Engine::Sqlite => {
                let folder = new_folder();
                (Database::Sqlite(folder.join("test.db")), Remains::Folder(folder))
            }
            Engine::Postgres => {
                let cluster = postgres::cluster()?;
                (Database::Postgres(cluster.new_database()), Remains::Database(cluster))
            }
        };
        Some(Self(Arc::new(Kept { database, remains })))
    }

    /// A fresh database of a cluster that the test itself stops and starts.
    pub fn of(cluster: &Cluster) -> Self {
        Self(Arc::new(Kept { database: Database::Postgres(cluster.new_database()), remains: Remains::Nothing }))
    }

    /// Where it is, as the service opens it.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The same as who owns the tables.
    pub fn owned(&self) -> Database {
        self.as_role(Role::Owner)
    }

    /// The same as a person with SQL, whom nothing holds.
    pub fn bare(&self) -> Database {
        self.as_role(Role::Superuser)
    }

    fn as_role(&self, role: Role) -> Database {
        match self.database() {
            Database::Postgres(url) => Database::Postgres(role.of(url)),
            file @ Database::Sqlite(_) => file.clone(),
        }
    }

    /// How a test opens it.
    pub fn options(&self, clock: Clock, ids: Ids) -> Options {
        Options {
            database: self.database().clone(),
            migrate: Some(self.owned()),
            writers: 2,
            readers: 2,
            sole_writer: false,
            clock,
            ids,
            is_dev: true,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        match (&self.remains, &self.database) {
            (Remains::Folder(folder), _) => drop(fs::remove_dir_all(folder)),
            (Remains::Database(cluster), Database::Postgres(url)) => cluster.drop_database(url),
            (Remains::Database(_) | Remains::Nothing, _) => {}
        }
    }
}

/// A new folder below the folder for temporary files.
pub fn new_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("kehoach-test-{}-{number}", std::process::id()));
    // What a process of the same number left behind when it was killed.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}
