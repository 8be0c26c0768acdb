//! Envelopes: what units are told from above before they ask, and what they may not exceed or fall below when they are decided on.

mod actions;
pub(crate) mod findings;
mod grpc;
mod model;
mod position;
mod rules;
mod store;
mod wire;

pub(crate) use store::audit;

pub use grpc::routes;
