//! Who may do what: grants, delegations, what is hidden, and every cell of the table of authority.

mod delegations;
mod grants;
mod grid;
pub mod ground;
mod importing;
mod pay;
mod planning;
mod portfolio;
mod refusals;
mod table;
mod visibility;
