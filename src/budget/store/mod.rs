//! The tables of estimates and lines.

mod check;
mod estimates;
mod lines;

pub use check::check;
pub use estimates::*;
pub use lines::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::fsck::Rows;
use crate::word::Word;

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_estimates(conn, jurisdiction, rows)?;
    audit_lines(conn, jurisdiction, rows)
}

fn word<W: Word>(text: &str) -> Result<W> {
    W::parse(text).ok_or_else(|| Error::bug(format!("the word {text} is stored and not known")))
}
