//! People and their pay: what pay is calculated from, and what people cost.

mod actions;
mod explain;
mod grpc;
pub(crate) mod model;
#[allow(missing_docs, reason = "public for the benches only")]
mod pay;
mod shipped;
pub(crate) mod store;
mod wire;

pub use grpc::routes;

/// What the benches measure alone; no part of the service's face.
#[doc(hidden)]
pub mod inside {
    pub use super::model::{Given, Grade, Parameter, StaffGroup, StaffKind, What};
    pub use super::pay::{Month, Tables, calculate};
    pub use super::shipped::find;
}
