//! Plans over several years: goals, indicators, tasks and money.

mod actions;
mod batch;
mod comparison;
pub(crate) mod frame;
mod grpc;
pub(crate) mod life;
pub(crate) mod model;
mod monitoring;
pub(crate) mod store;
mod wire;

pub(crate) use actions::{load, visible};
pub use grpc::routes;
