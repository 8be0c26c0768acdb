//! The life of documents: the verbs, the acts that decide, and what was done before.

mod actions;
mod batch;
mod grpc;
mod kinds;
mod lists;
mod model;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
