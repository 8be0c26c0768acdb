//! What may be done with grants and delegations, and what is said about them: load, permit, decide, save.

mod delegations;
mod grants;
mod questions;
mod refusals;

pub use delegations::*;
pub use grants::*;
pub use questions::*;
pub use refusals::*;

use crate::commit::View;
use crate::error::{Reason, Refusal, Result};
use crate::id::{PrincipalName, SYSTEM, UnitName};
use crate::identity::store as principals;
use crate::organisation::store as units;

/// A page of things.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_page_token: String,
}

/// What a grant or a delegation names and is not there.
fn unknown(view: &mut View<'_>, path: &str, principal: (&str, &str), unit: Option<&str>) -> Result<Vec<Refusal>> {
    let mut refusals = Vec::new();
    let (field, id) = principal;
    // Principals stand in the journal of `system`, and their ids are never used again.
    let mut system = View { conn: view.conn, jurisdiction: SYSTEM, ..*view };
    if !principals::principal_is_taken(&mut system, id)? && !view.standing.everything {
        let name = PrincipalName { principal: id.to_owned() };
        let text = format!("{name} does not exist");
        refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.{field}"), text));
    }
    if let Some(unit) = unit
        && units::find_unit(view, unit)?.is_none()
    {
        let name = UnitName { jurisdiction: view.jurisdiction.to_owned(), unit: unit.to_owned() };
        let text = format!("{name} does not exist");
        refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.unit"), text));
    }
    Ok(refusals)
}
