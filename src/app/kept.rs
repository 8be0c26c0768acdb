//! Kept answers where other processes may write: each use asks the database for the head, and the journal for what happened since.
//!
//! An answer that is true at one head is true at a later one if no command in between names anything that it depends on.

use bytes::Bytes;

use super::{App, Call, Depends, Seen};
use crate::commit::journal;
use crate::db::{Conn, Session};
use crate::error::Result;

/// How many commands since are looked through; to look through more would cost as much as to read again.
const LOOKED_THROUGH: i64 = 64;

impl App {
    /// The answer that is kept for exactly these bytes, if it is still true at what was seen after the call came.
    pub async fn still_true(&self, call: &Call, request: &Bytes, seen: &Seen) -> Result<Option<Bytes>> {
        if let Some(bytes) = self.still_true_in_memory(call, request, seen) {
            return Ok(Some(bytes));
        }
        let (app, asking, request, seen) = (self.clone(), call.clone(), request.clone(), seen.clone());
        let read = move |session: &mut Session| {
            let Seen { jurisdiction, head, system } = &seen;
            let (head, system) = (*head, *system);
            let conn = session.enter(jurisdiction)?;
            let (cache, method) = (&app.0.cache, asking.method);
            // Who calls may see another answer than the one who asked first.
            let visibility = app.standing(conn, &asking, (jurisdiction, head, head, false), system)?.visibility;
            let Some(known) = cache.known(method, &request, &visibility) else { return Ok(None) };
            if !is_unchanged(conn, jurisdiction, &known.depends, (known.head, head))? {
                return Ok(None);
            }
            cache.confirm(method, &request, &visibility, known.head, head);
            Ok(Some(known.kept.bytes))
        };
        self.read_for(&call.actor, call.deadline, read).await
    }

    /// The same where all that it takes is in memory: who calls was judged at this head, and the answer was found true at it.
    fn still_true_in_memory(&self, call: &Call, request: &Bytes, seen: &Seen) -> Option<Bytes> {
        let Seen { jurisdiction, head, system } = seen;
        let visibility = match self.is_dev() {
            true => [0; 32],
            false => self.0.standings.visibility(call, jurisdiction, *head, Some(*system))?,
        };
        let known = self.0.cache.known(call.method, request, &visibility)?;
        (known.head == *head).then_some(known.kept.bytes)
    }
}

/// Whether no command after one revision and up to the head ends what depends on these names.
fn is_unchanged(conn: &mut Conn, jurisdiction: &str, depends: &Depends, span: (i64, i64)) -> Result<bool> {
    let (since, head) = span;
    if head == since {
        return Ok(true);
    }
    let Depends::Names(names) = depends else { return Ok(false) };
    if !(since..=since + LOOKED_THROUGH).contains(&head) {
        return Ok(false);
    }
    // The head moves in the transaction that writes the journal, so every row up to it is there; that none is missing is asked all
    // the same.
    let later = journal::between(conn, jurisdiction, since, head, LOOKED_THROUGH)?;
    let is_whole = i64::try_from(later.len()) == Ok(head - since);
    let is_touched = later.iter().flat_map(|command| &command.names).any(|name| names.contains(name));
    Ok(is_whole && !is_touched)
}
