//! The tables of plans and their items.

mod actuals;
mod check;
mod items;
mod plans;

pub use actuals::*;
pub use check::check;
pub use items::*;
pub use plans::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_plans(conn, jurisdiction, rows)?;
    audit_items(conn, jurisdiction, rows)?;
    audit_actuals(conn, jurisdiction, rows)
}
