//! Jurisdictions and the tree of their units.

mod actions;
mod grpc;
pub(crate) mod model;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
