//! Who calls: principals, their credentials, and how a call is told whose it is.

mod actions;
mod authenticator;
mod bootstrap;
mod grpc;
pub(crate) mod model;
mod secret;
pub(crate) mod store;
mod wire;

pub use authenticator::{Authenticator, Caller};
pub use bootstrap::{FirstToken, first_administrator};
pub use grpc::routes;
pub use secret::Secret;
