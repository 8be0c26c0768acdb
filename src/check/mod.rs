//! Rules that cite the law: which there are, in which years they hold, what they rest on, and how grave a jurisdiction takes them.

mod actions;
mod budget;
mod grpc;
pub mod judge;
pub mod rules;
mod store;
mod wire;

pub(crate) use actions::findings;
pub(crate) use store::audit;

pub use grpc::routes;
