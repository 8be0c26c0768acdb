//! What callers may do, kept for as long as the journal names no unit, grant or delegation.
//!
//! What is kept says for which revision it holds, and is used at no other: either a commit that touches none of it moves it on,
//! or the journal since is looked through, or it is read anew. So a grant and its end hold from the next command on, in every
//! process. Absent: expiry; the day is part of the question.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use super::model::{self, Delegation, Grant};
use super::store;
use crate::app::Call;
use crate::commit::{Observer, journal};
use crate::db::Conn;
use crate::document::standing::Standing;
use crate::document::tree::Tree;
use crate::error::{Error, Reason, Result};
use crate::id::{SYSTEM, is_principal};
use crate::identity::store as principals;
use crate::limits;
use crate::organisation::store as units;
use crate::period;
use crate::word::Word;

/// Commands since that are looked through; after more, everything is read anew.
const LOOKED_THROUGH: i64 = 256;

/// Who asks, and on which day.
type Asking = (String, String);

/// The standings of every caller, by jurisdiction.
#[derive(Debug, Default)]
pub struct Standings {
    facts: RwLock<HashMap<String, Facts>>,
    /// The time zone of each jurisdiction, with the head of `system` at which it was read.
    zones: RwLock<HashMap<String, (i64, String)>>,
}

/// What authority knows of one jurisdiction.
#[derive(Debug, Clone)]
struct Facts {
    /// The revision up to which it holds.
    at: i64,
    /// The revision at which it was read.
    epoch: i64,
    day: String,
    grants: Arc<Vec<Grant>>,
    delegations: Arc<Vec<Delegation>>,
    tree: Option<Arc<Tree>>,
    made: HashMap<Asking, Arc<Standing>>,
}

/// A moment at which somebody's standing is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The jurisdiction.
    pub jurisdiction: &'a str,
    /// The newest revision that is committed.
    pub committed: i64,
    /// The newest that this transaction sees.
    pub seen: i64,
    /// Whether this transaction changed, before this command, what authority rests on.
    pub touched: bool,
    /// The day.
    pub day: &'a str,
}

/// Whether a command that names an object changes what authority rests on.
pub fn concerns(name: &str) -> bool {
    ["/units/", "/grants/", "/delegations/"].iter().any(|part| name.contains(part))
}

impl Observer for Standings {
    fn committed(&self, jurisdiction: &str, revision: i64, names: &[String]) {
        let mut all = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        let Some(facts) = all.get_mut(jurisdiction) else { return };
        if names.iter().any(|name| concerns(name)) {
            all.remove(jurisdiction);
        } else if facts.at == revision - 1 {
            facts.at = revision;
        }
    }
}

impl Standings {
    /// The day in a jurisdiction at the instant of a call; `system_head` was asked for, or known, after the call came.
    pub fn day(&self, conn: &mut Conn, jurisdiction: &str, call: &Call, system_head: i64) -> Result<String> {
        if jurisdiction == SYSTEM {
            return Ok(period::day(call.at, "UTC"));
        }
        if let Some(day) = self.known_day(jurisdiction, call, Some(system_head)) {
            return Ok(day);
        }
        let zone = units::calendar(conn, jurisdiction)?.1;
        let day = period::day(call.at, &zone);
        // What was read later than the head is at least as new as it.
        let mut zones = self.zones.write().unwrap_or_else(PoisonError::into_inner);
        zones.insert(jurisdiction.to_owned(), (system_head, zone));
        Ok(day)
    }

    fn known_day(&self, jurisdiction: &str, call: &Call, system_head: Option<i64>) -> Option<String> {
        let zones = self.zones.read().unwrap_or_else(PoisonError::into_inner);
        let (head, zone) = zones.get(jurisdiction)?;
        (Some(*head) == system_head).then(|| period::day(call.at, zone))
    }

    /// What the answers to a caller are kept under, where that is known without asking the database.
    pub fn visibility(&self, call: &Call, jurisdiction: &str, head: i64, system_head: Option<i64>) -> Option<[u8; 32]> {
        if jurisdiction == SYSTEM {
            // What is kept of it shows the directory, which is the same for everybody.
            return Some([0; 32]);
        }
        let day = self.known_day(jurisdiction, call, system_head)?;
        let all = self.facts.read().unwrap_or_else(PoisonError::into_inner);
        let facts = all.get(jurisdiction).filter(|facts| facts.at == head && facts.day == day)?;
        let made = facts.made.get(&(call.actor.clone(), call.on_behalf_of.clone()))?;
        Some(made.visibility)
    }

    /// What a principal may do, by itself or in the place of another; refused where nothing is lent to it.
    pub fn find(&self, conn: &mut Conn, who: (&str, &str), moment: Moment<'_>) -> Result<Arc<Standing>> {
        let (actor, on_behalf_of) = who;
        if moment.jurisdiction == SYSTEM {
            return Ok(Arc::new(Standing {
                jurisdiction: SYSTEM.to_owned(),
                actor: actor.to_owned(),
                on_behalf_of: on_behalf_of.to_owned(),
                // That somebody is an administrator is not lent.
                administrator: on_behalf_of.is_empty() && principals::is_administrator(conn, actor)?,
                day: moment.day.to_owned(),
                ..Standing::default()
            }));
        }
        let mut facts = self.facts(conn, moment)?;
        let asking = (actor.to_owned(), on_behalf_of.to_owned());
        if let Some(made) = facts.made.get(&asking) {
            return Ok(made.clone());
        }
        let is_scoped = facts.grants.iter().any(|grant| grant.unit.is_some())
            || facts.delegations.iter().any(|delegation| delegation.unit.is_some());
        if facts.tree.is_none() && is_scoped {
            facts.tree = Some(Arc::new(store::tree(conn, moment.jurisdiction, moment.seen, moment.day)?));
        }
        let standing = Arc::new(facts.standing(moment.jurisdiction, actor, on_behalf_of)?);
        self.keep(moment, facts, asking, standing.clone());
        Ok(standing)
    }

    /// The facts for a moment: those that are kept, or read anew.
    fn facts(&self, conn: &mut Conn, moment: Moment<'_>) -> Result<Facts> {
        let kept = self.facts.read().unwrap_or_else(PoisonError::into_inner).get(moment.jurisdiction).cloned();
        if let Some(mut kept) = kept.filter(|kept| kept.day == moment.day && !moment.touched) {
            // A reader that is behind is judged by what holds now.
            if kept.at >= moment.committed {
                return Ok(kept);
            }
            let (after, up_to) = (kept.at, moment.committed);
            let since = journal::between(conn, moment.jurisdiction, after, up_to, LOOKED_THROUGH)?;
            let is_whole = i64::try_from(since.len()).unwrap_or_default() == up_to - after;
            if is_whole && !since.iter().flat_map(|entry| &entry.names).any(|name| concerns(name)) {
                kept.at = up_to;
                self.move_on(moment.jurisdiction, kept.epoch, up_to);
                return Ok(kept);
            }
        }
        Ok(Facts {
            at: moment.committed,
            epoch: moment.committed,
            day: moment.day.to_owned(),
            grants: Arc::new(store::all_grants(conn, moment.jurisdiction, moment.seen)?),
            delegations: Arc::new(store::all_delegations(conn, moment.jurisdiction, moment.seen)?),
            tree: None,
            made: HashMap::new(),
        })
    }

    /// Takes note that nothing up to a revision changed what was read at an epoch.
    fn move_on(&self, jurisdiction: &str, epoch: i64, up_to: i64) {
        let mut all = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = all.get_mut(jurisdiction).filter(|facts| facts.epoch == epoch) {
            facts.at = facts.at.max(up_to);
        }
    }

    /// Keeps what was made, unless this transaction sees more than is committed or newer facts are kept.
    fn keep(&self, moment: Moment<'_>, mut facts: Facts, asking: Asking, standing: Arc<Standing>) {
        if moment.touched {
            return;
        }
        let mut all = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(moment.jurisdiction) {
            Some(kept) if kept.epoch == facts.epoch && kept.day == facts.day => {
                kept.at = kept.at.max(facts.at);
                kept.tree = kept.tree.take().or(facts.tree);
                if kept.made.len() >= limits::count(limits::CREDENTIAL_CACHE) {
                    kept.made.clear();
                }
                kept.made.insert(asking, standing);
            }
            Some(kept) if kept.at > facts.at => {}
            Some(_) | None => {
                facts.made.insert(asking, standing);
                all.insert(moment.jurisdiction.to_owned(), facts);
            }
        }
    }
}

impl Facts {
    fn standing(&self, jurisdiction: &str, actor: &str, on_behalf_of: &str) -> Result<Standing> {
        let tree = self.tree.clone().unwrap_or_default();
        let held = if on_behalf_of.is_empty() {
            model::own(&self.grants, actor, &self.day)
        } else {
            let lent = model::lent(&self.grants, &self.delegations, (actor, on_behalf_of), &self.day, &tree);
            lent.ok_or_else(|| Error::Denied {
                reason: Reason::DelegationMissing,
                needs: format!("a delegation in force from {on_behalf_of}"),
                facts: Vec::new(),
            })?
        };
        let mut digest = Sha256::new();
        digest.update(self.epoch.to_be_bytes());
        digest.update(self.day.as_bytes());
        for one in &held {
            digest.update(one.role.as_str());
            digest.update([0]);
            digest.update(one.scope.as_deref().unwrap_or("/"));
            digest.update([0]);
        }
        Ok(Standing {
            jurisdiction: jurisdiction.to_owned(),
            actor: actor.to_owned(),
            on_behalf_of: on_behalf_of.to_owned(),
            held,
            day: self.day.clone(),
            tree,
            visibility: digest.finalize().into(),
            ..Standing::default()
        })
    }
}

/// Whom a call says that it stands in for; refused where that cannot be a principal.
pub fn on_behalf_of(text: &str) -> Result<String> {
    if is_principal(text) {
        return Ok(text.to_owned());
    }
    Err(Error::invalid("kehoach-on-behalf-of", "is not the id of a principal"))
}
