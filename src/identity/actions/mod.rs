//! What may be done with principals and their credentials: permit, load, decide, save.
//!
//! An administrator is permitted before anything is looked up, so that nobody else learns what there is.

mod principals;
mod tokens;

pub use principals::*;
pub use tokens::*;

use super::store;
use crate::app::{App, Call};
use crate::commit::View;
use crate::error::{Error, Reason, Result};

/// A page of things.
#[derive(Clone)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

/// Who asks, as far as this slice judges it: at the head and now, also for a read of an old revision.
#[derive(Clone)]
struct Asker {
    actor: String,
    is_dev: bool,
}

impl Asker {
    fn new(app: &App, call: &Call) -> Self {
        Self { actor: call.actor.clone(), is_dev: app.is_dev() }
    }

    fn is_administrator(&self, view: &mut View<'_>) -> Result<bool> {
        Ok(self.is_dev || store::is_administrator(view.conn, &self.actor)?)
    }

    fn require_administrator(&self, view: &mut View<'_>) -> Result<()> {
        if self.is_administrator(view)? {
            return Ok(());
        }
        Err(Error::Denied { reason: Reason::NotAdministrator, needs: "an administrator of the service".to_owned() })
    }

    /// Whether it may know and change what belongs to a principal: its own, or an administrator's all.
    fn owns(&self, view: &mut View<'_>, principal: &str) -> Result<bool> {
        Ok(self.actor == principal || self.is_administrator(view)?)
    }
}

/// Refuses everybody but an active administrator of the service; in the command's own transaction.
pub fn require_administrator(app: &App, call: &Call, view: &mut View<'_>) -> Result<()> {
    Asker::new(app, call).require_administrator(view)
}
