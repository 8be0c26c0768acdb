//! Budget estimates and their lines.

mod actions;
mod batch;
mod copy;
mod grpc;
pub(crate) mod model;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
