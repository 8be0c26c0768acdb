//! The tables of projects and of the thresholds for their moves.

mod changes;
mod check;
mod money;
mod parameters;
mod projects;
mod steps;

pub use changes::{Among, Changed, changed_projects};
pub use check::check;
pub use money::*;
pub use parameters::*;
pub use projects::*;
pub use steps::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::fsck::Rows;

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.into()))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Internal(e.into()))
}

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_projects(conn, jurisdiction, rows)?;
    audit_money(conn, jurisdiction, rows)?;
    audit_steps(conn, jurisdiction, rows)?;
    audit_parameters(conn, jurisdiction, rows)
}
