//! What every kind of document has in common: its life, and what checks find. Pure but for `store`.
//!
//! Absent: what a document says; figures and texts belong to its slice.

pub mod finding;
pub mod state;
pub(crate) mod store;
