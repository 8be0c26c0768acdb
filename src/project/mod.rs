//! Projects of science and technology: from proposal to acceptance, their money, and what estimates and plans say of them.

mod actions;
mod batch;
mod grpc;
pub(crate) mod lists;
pub(crate) mod model;
mod parameters;
mod references;
pub(crate) mod review;
mod shipped;
pub(crate) mod store;
mod wire;

pub(crate) use actions::load;
pub use grpc::routes;
pub use model::states;
