//! Budget estimates and their lines.

mod actions;
mod batch;
mod compare;
mod comparison;
mod copy;
mod form;
mod grpc;
pub(crate) mod life;
pub(crate) mod model;
mod rollup;
mod stages;
pub(crate) mod store;
mod summary;
mod wire;

pub use grpc::routes;
