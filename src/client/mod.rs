//! What this program says to a server, as any other client would: over gRPC, with a token, nothing behind its back.
//!
//! Absent: certificates of its own; and the other methods, for which there is grpcurl.

mod connection;
mod demo;
mod import;
mod mapping;
mod progress;
mod review;

pub use connection::Door;
pub use demo::{Demo, load as load_demo};
pub use import::{Failure, Import, run};
pub use mapping::read as read_mapping;
pub use review::{Review, tell as tell_review};
