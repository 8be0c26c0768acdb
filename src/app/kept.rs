//! Kept answers where other processes may write: each use asks the database for the head, and the journal for what happened since.
//!
//! An answer that is true at one head is true at a later one if no command in between names anything that it depends on.

use bytes::Bytes;

use super::{App, Call, Depends};
use crate::commit::journal;
use crate::db::Conn;
use crate::error::Result;

/// How many commands since are looked through; to look through more would cost as much as to read again.
const LOOKED_THROUGH: i64 = 64;

impl App {
    /// The answer that is kept for exactly these bytes, with the head at which it is still true.
    ///
    /// The head is asked for after the call came, so nothing that was committed before the call is missed.
    pub async fn still_true(&self, call: &Call, request: &Bytes) -> Result<Option<(Bytes, i64)>> {
        let Some(known) = self.0.cache.known(call.method, request) else { return Ok(None) };
        let (jurisdiction, depends, since) = (known.kept.jurisdiction.clone(), known.depends, known.head);
        let head = self.read_by(call.deadline, move |conn| unchanged(conn, &jurisdiction, &depends, since)).await?;
        Ok(head.map(|head| {
            self.0.cache.confirm(call.method, request, since, head);
            (known.kept.bytes, head)
        }))
    }
}

/// The head, if no command after a revision ends what depends on these names.
fn unchanged(conn: &mut Conn, jurisdiction: &str, depends: &Depends, since: i64) -> Result<Option<i64>> {
    let head = journal::head(conn, jurisdiction)?.revision;
    if head == since {
        return Ok(Some(head));
    }
    let Depends::Names(names) = depends else { return Ok(None) };
    if !(since..=since + LOOKED_THROUGH).contains(&head) {
        return Ok(None);
    }
    // The head moves in the transaction that writes the journal, so every row up to it is there; that none is missing is asked all
    // the same.
    let later = journal::between(conn, jurisdiction, since, head, LOOKED_THROUGH)?;
    let is_whole = i64::try_from(later.len()) == Ok(head - since);
    let is_touched = later.iter().flat_map(|command| &command.names).any(|name| names.contains(name));
    Ok((is_whole && !is_touched).then_some(head))
}
