//! Who may do what: grants, delegations, what is hidden, and every cell of the table of authority.

mod delegations;
mod grants;
mod grid;
mod ground;
mod table;
mod visibility;
