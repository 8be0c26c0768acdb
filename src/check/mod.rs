//! Rules that cite the law: which there are, in which years they hold, what they rest on, and how grave a jurisdiction takes them.

mod across;
mod actions;
mod budget;
#[allow(missing_docs, reason = "the proto explains each field")]
mod consistency;
mod grpc;
pub mod judge;
pub mod rules;
mod store;
mod wire;

pub(crate) use actions::{Subject, findings};
pub(crate) use store::audit;

pub use grpc::routes;
