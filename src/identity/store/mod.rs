//! The tables of principals, their mappings and tokens, which stand in the journal of `system`.

mod principals;
mod tokens;

pub use principals::*;
pub use tokens::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row of a jurisdiction's journal to the audit; only `system` has any here.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_principals(conn, jurisdiction, rows)?;
    audit_tokens(conn, jurisdiction, rows)
}
