//! Who calls: principals, their credentials, and how a call is told whose it is.

mod actions;
mod admission;
mod authenticator;
mod bootstrap;
mod grpc;
pub mod jwt;
pub(crate) mod model;
mod peer;
mod recovery;
mod secret;
pub(crate) mod store;
mod wire;

pub use authenticator::{Authenticator, Caller, Proven};
pub use bootstrap::{FirstToken, first_administrator};
pub use grpc::routes;
pub use peer::Peer;
pub use recovery::recover_administrator;
pub use secret::Secret;
