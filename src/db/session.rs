//! A connection that works in one jurisdiction at a time, as the walls of PostgreSQL demand.
//!
//! Whoever wants the connection says where: the setting that the policies rest on is sent when the jurisdiction is another than
//! before, and only then. Always outside a transaction, because a rollback would undo it.

use super::{Conn, Database, Opening, Value};
use crate::error::Result;

/// Lists the heads of all jurisdictions, and sees nothing else of any; the name of no jurisdiction.
const SURVEY: &str = "*";

const ENTER: &str = "SELECT set_config('kehoach.jurisdiction', ?, false)";

/// A connection and the jurisdiction that it is in.
pub struct Session {
    conn: Conn,
    /// As the setting says it; empty where it is none.
    entered: String,
}

impl Session {
    /// A new connection, which is in no jurisdiction yet.
    pub fn open(database: &Database, opening: Opening) -> Result<Self> {
        Ok(Self { conn: Conn::open(database, opening)?, entered: String::new() })
    }

    /// The connection in a jurisdiction.
    pub fn enter(&mut self, jurisdiction: &str) -> Result<&mut Conn> {
        if self.entered != jurisdiction {
            self.change(jurisdiction)?;
        }
        Ok(&mut self.conn)
    }

    /// The connection where the heads of all jurisdictions are seen.
    pub fn survey(&mut self) -> Result<&mut Conn> {
        self.enter(SURVEY)
    }

    /// The connection wherever it is: for what is seen from everywhere, and for what is no table.
    pub fn anywhere(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Leaves the jurisdiction after an error, whatever state the connection is in; it is entered anew by the next use.
    pub fn reset(&mut self) {
        self.entered.clear();
        // Where not even this works the connection is lost, and the setting with it.
        drop(self.send(""));
    }

    fn change(&mut self, jurisdiction: &str) -> Result<()> {
        // Not known until the database has said yes.
        self.entered.clear();
        self.send(jurisdiction)?;
        jurisdiction.clone_into(&mut self.entered);
        Ok(())
    }

    /// Only PostgreSQL has walls.
    fn send(&mut self, jurisdiction: &str) -> Result<()> {
        if let Conn::Pg(_) = self.conn {
            self.conn.execute_fixed(ENTER, &[Value::Text(jurisdiction)])?;
        }
        Ok(())
    }
}
