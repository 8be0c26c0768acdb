//! Exactly once: what an earlier use of a request id tells about this one.

use diesel::prelude::*;

use super::Request;
use crate::db::schema::{answers, journal};
use crate::db::{Conn, direct};
use crate::error::{Error, Result};

/// The first execution of a request, from which its answer is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// The revision that it made.
    pub revision: i64,
    /// The names that it touched.
    pub names: Vec<String>,
    /// What it left because it cannot be read again.
    pub answer: Vec<u8>,
}

/// The first execution of this request by this caller, if there was one; an error where its content was another.
pub(super) fn find(
    conn: &mut Conn,
    jurisdiction: &str,
    actor: &str,
    method: &str,
    request: &Request,
) -> Result<Option<First>> {
    let query = journal::table
        .filter(journal::jurisdiction.eq(jurisdiction))
        .filter(journal::actor.eq(actor).and(journal::method.eq(method)))
        .filter(journal::request_id.eq(&request.id))
        .select((journal::revision, journal::fingerprint, journal::names));
    let found = direct!(conn, |conn| query.first::<(i64, Option<Vec<u8>>, String)>(conn)).optional()?;
    let Some((revision, fingerprint, names)) = found else { return Ok(None) };
    if fingerprint.as_deref() != Some(request.fingerprint.as_slice()) {
        return Err(Error::RequestIdReused);
    }
    let names = serde_json::from_str(&names).map_err(|e| Error::Internal(e.into()))?;
    let answer = answers::table
        .find((jurisdiction, revision))
        .select(answers::answer)
        .first::<Vec<u8>>(conn)
        .optional()?
        .unwrap_or_default();
    Ok(Some(First { revision, names, answer }))
}
