//! What every kind of document has in common: its life, what checks find, and who may. Pure but for `store`.
//!
//! Absent: what a document says; figures and texts belong to its slice.

pub mod authority;
pub mod duties;
pub mod finding;
pub mod kind;
pub mod stages;
pub mod standing;
pub mod state;
pub(crate) mod store;
pub mod texts;
pub mod tree;
