//! Who may do what in a jurisdiction: grants, delegations, and the standing of whoever calls.

mod actions;
mod four_eyes;
mod grpc;
pub(crate) mod model;
mod standings;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
pub use standings::{Moment, Standings, concerns, on_behalf_of};
