//! Etags: the revision that last changed an object, in this incarnation of the database.

use super::Instance;
use crate::commit::{View, journal};
use crate::error::{Error, Result, Stale};

/// How many commands are looked through to say what changed.
const LOOKED_AT: i64 = 500;

/// The etag of an object that a revision last changed.
pub fn of(instance: &Instance, revision: i64) -> String {
    format!("\"{}-{revision}\"", instance.incarnation)
}

/// The revision that an etag names; `None` where it is of another incarnation or no etag at all, which is as good as stale.
pub fn revision(instance: &Instance, etag: &str) -> Option<i64> {
    let (incarnation, revision) = etag.trim_matches('"').rsplit_once('-')?;
    if incarnation != instance.incarnation {
        return None;
    }
    revision.parse().ok()
}

/// Refuses an etag that is not of the revision that last changed the object, and says which methods changed it since.
pub fn require(instance: &Instance, view: &mut View<'_>, seen: &str, name: &str, current: i64) -> Result<()> {
    let seen = revision(instance, seen);
    if seen == Some(current) {
        return Ok(());
    }
    let after = seen.filter(|seen| *seen < current).unwrap_or(current - 1);
    let mut changed: Vec<String> = journal::between(view.conn, view.jurisdiction, after, current, LOOKED_AT)?
        .into_iter()
        .filter(|entry| entry.names.iter().any(|touched| touched == name))
        .map(|entry| format!("{} at revision {}", entry.method.rsplit('/').next().unwrap_or_default(), entry.revision))
        .collect();
    // The newest changes are the ones to look at first.
    changed.reverse();
    changed.truncate(10);
    let current = of(instance, current);
    Err(Error::Stale(vec![Stale { name: name.to_owned(), field: "etag".to_owned(), current, changed }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_read_in_its_own_incarnation_only() {
        let instance = |incarnation: &str| Instance { incarnation: incarnation.to_owned(), token_key: Vec::new() };
        let etag = of(&instance("a1"), 7);
        assert_eq!(etag, "\"a1-7\"");
        assert_eq!(revision(&instance("a1"), &etag), Some(7));
        assert_eq!(revision(&instance("b2"), &etag), None);
        for bad in ["", "7", "a1-", "a1-x", "-7"] {
            assert_eq!(revision(&instance("a1"), bad), None, "{bad}");
        }
    }
}
