//! The tables of estimates and lines.

pub mod across;
mod check;
mod estimates;
mod few;
mod gather;
mod in_force;
pub mod inclusions;
mod lines;
mod listing;
mod naming;
mod place;
mod reading;
mod statement;
pub mod summary;
pub mod taken;

pub use check::check;
pub use estimates::*;
pub use few::few_lines;
pub use in_force::{find_in_force, find_text};
pub use lines::*;
pub use listing::{EstimateFilter, list_versions};
pub use naming::{Named, NamingLine, Text, lines_among, naming_lines, projects_named, yearly_estimates};
pub use place::place_of;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_estimates(conn, jurisdiction, rows)?;
    inclusions::audit_inclusions(conn, jurisdiction, rows)?;
    check::audit_lines(conn, jurisdiction, rows)
}
