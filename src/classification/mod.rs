//! Budget classifications: schemes, their codes, and conversions between them.

mod actions;
mod grpc;
pub(crate) mod kept;
pub(crate) mod model;
mod regimes;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
