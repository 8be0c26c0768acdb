//! The review of a year: what a unit planned and reached, put together from what the other slices say. Absent: tables of its own.

mod actions;
mod grpc;
mod model;
mod wire;

pub use grpc::routes;
