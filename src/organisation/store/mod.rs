//! The tables of jurisdictions and units.

mod jurisdictions;
mod units;

pub use jurisdictions::*;
pub use units::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_jurisdictions(conn, jurisdiction, rows)?;
    audit_units(conn, jurisdiction, rows)
}
