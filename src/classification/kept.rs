//! The codes of schemes, kept in memory between commands: every line that is written asks for six of them.
//!
//! What is kept says at which revision it was true, and is used only where the journal names no scheme since then, this
//! transaction's own commands included. So a command never judges by codes other than those that it sees. Absent: expiry.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use super::model::{Code, Dimension};
use super::store;
use crate::commit::{Tx, journal};
use crate::error::Result;
use crate::limits;

/// What the name of whatever belongs to a scheme contains.
const IN_SCHEMES: &str = "/schemes/";

/// The same as a pattern of LIKE.
fn names_scheme() -> String {
    format!("%{IN_SCHEMES}%")
}

/// The codes of a scheme by dimension and code.
pub type Codes = BTreeMap<(Dimension, String), Code>;

/// The codes that are kept, by jurisdiction and scheme.
#[derive(Debug, Default)]
pub struct KeptCodes(RwLock<HashMap<(String, String), Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    /// The newest revision at which it is known to be true.
    at: i64,
    /// None where they are too many to be kept.
    codes: Option<Arc<Codes>>,
}

impl KeptCodes {
    /// All codes of a scheme as a command sees them; none where it has to ask for those that it needs.
    pub fn of(&self, tx: &mut Tx<'_>, scheme: &str) -> Result<Option<Arc<Codes>>> {
        let committed = tx.gate().committed;
        if tx.earlier().iter().any(|name| name.contains(IN_SCHEMES)) {
            // An earlier command of this transaction changed them, and may yet be lost with it.
            return Ok(None);
        }
        let mut view = tx.view();
        let key = (view.jurisdiction.to_owned(), scheme.to_owned());
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(kept) = kept.filter(|kept| kept.at <= committed)
            && !(kept.at < committed && journal::names_since(view.conn, view.jurisdiction, kept.at, &names_scheme())?)
        {
            if kept.at < committed {
                self.confirm(&key, kept.at, committed);
            }
            return Ok(kept.codes);
        }
        let most = limits::count(limits::SCHEME_CODES);
        let all = store::codes_up_to(&mut view.at(committed), scheme, most + 1)?;
        let codes = (all.len() <= most).then(|| Arc::new(all));
        self.keep(key, Kept { at: committed, codes: codes.clone() });
        Ok(codes)
    }

    fn confirm(&self, key: &(String, String), from: i64, to: i64) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = all.get_mut(key).filter(|kept| kept.at == from) {
            kept.at = to;
        }
    }

    fn keep(&self, key: (String, String), fresh: Kept) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::count(limits::SCHEMES_KEPT) && !all.contains_key(&key) {
            all.clear();
        }
        all.insert(key, fresh);
    }
}
