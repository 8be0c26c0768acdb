//! Envelopes: what units are told from above before they ask, and what they may not exceed or fall below when they are decided on.

mod actions;
pub(crate) mod findings;
mod grpc;
pub(crate) mod model;
mod position;
pub(crate) mod rules;
pub(crate) mod store;
mod wire;

pub(crate) use store::audit;

pub use grpc::routes;
