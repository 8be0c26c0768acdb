//! The life of documents: the verbs, the acts that decide, and what was done before.

mod acknowledge;
mod actions;
mod batch;
mod calendar;
mod desk;
mod grpc;
mod inbox;
mod kinds;
mod lists;
mod model;
mod regimes;
mod release;
pub(crate) mod store;
mod wire;

pub use grpc::routes;
pub(crate) use wire::finding;
