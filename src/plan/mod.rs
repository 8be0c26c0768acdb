//! Plans over several years: goals, indicators, tasks and money.

mod actions;
mod batch;
pub(crate) mod changes;
mod comparison;
pub(crate) mod frame;
mod grpc;
pub(crate) mod life;
pub(crate) mod model;
mod monitoring;
pub(crate) mod review;
mod rollup;
pub(crate) mod store;
pub(crate) mod wire;

pub(crate) use actions::{load, visible};
pub use grpc::routes;
