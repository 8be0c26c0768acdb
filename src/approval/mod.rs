//! The life of documents: the verbs, the acts that decide, and what was done before.

mod acknowledge;
pub(crate) mod actions;
mod batch;
mod calendar;
mod desk;
mod due;
mod grpc;
mod holidays;
mod inbox;
pub(crate) mod kinds;
mod lists;
pub(crate) mod model;
mod regimes;
mod release;
mod shipped;
pub(crate) mod store;
pub(crate) mod wire;
mod working_days;

pub use grpc::routes;
pub(crate) use wire::finding;
