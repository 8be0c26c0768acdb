//! Budget estimates and their lines.

mod actions;
mod batch;
mod compare;
mod comparison;
mod copy;
mod grpc;
mod import;
pub(crate) mod model;
mod rollup;
pub(crate) mod store;
mod summary;
mod wire;

pub use grpc::routes;
