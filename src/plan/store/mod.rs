//! The tables of plans and their items.

mod actuals;
mod changes;
mod check;
mod items;
mod plans;
mod rollup;

pub use actuals::*;
pub use changes::{Change, Place, Touched, changes};
pub use check::check;
pub use items::*;
pub use plans::*;
pub use rollup::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_plans(conn, jurisdiction, rows)?;
    audit_items(conn, jurisdiction, rows)?;
    audit_actuals(conn, jurisdiction, rows)
}
