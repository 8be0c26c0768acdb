//! People and their pay: what pay is calculated from, what people cost, and HR plans.

pub(crate) mod actions;
mod batch;
mod decide;
mod explain;
pub(crate) mod findings;
mod grpc;
mod headcount;
pub(crate) mod life;
mod many;
pub(crate) mod model;
#[allow(missing_docs, reason = "public for the benches only")]
pub(crate) mod pay;
pub(crate) mod pay_lines;
mod project;
mod retirement;
mod shipped;
mod simulate;
mod staffing;
pub(crate) mod store;
mod tuples;
mod wire;

pub(crate) use actions::load;
pub use grpc::routes;

/// What the benches measure alone; no part of the service's face.
#[doc(hidden)]
pub mod inside {
    pub use super::model::{Given, Grade, Parameter, StaffGroup, StaffKind, What};
    pub use super::pay::{Month, Tables, calculate};
    pub use super::shipped::find;
}
