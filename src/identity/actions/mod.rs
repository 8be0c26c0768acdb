//! What may be done with principals and their credentials: load, decide, save.
//!
//! What is for administrators is permitted before anything is looked up, so that nobody else learns what there is.

mod principals;
mod tokens;

pub use principals::*;
pub use tokens::*;

use crate::commit::View;
use crate::document::authority::Action;

/// A page of things.
#[derive(Clone)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

/// Whether the caller may know and change what belongs to a principal: its own, or an administrator's all.
fn owns(view: &View<'_>, principal: &str) -> bool {
    let standing = view.standing;
    standing.actor == principal || standing.may_here(Action::ManagePrincipals).is_ok()
}
