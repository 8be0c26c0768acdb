//! The tables of schemes, codes and conversions.

mod codes;
mod conversions;
mod schemes;

pub use codes::*;
pub use conversions::*;
pub use schemes::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_schemes(conn, jurisdiction, rows)?;
    audit_codes(conn, jurisdiction, rows)?;
    audit_conversions(conn, jurisdiction, rows)
}
