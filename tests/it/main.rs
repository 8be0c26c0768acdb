//! Black-box tests: a real server, a real client, both engines.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

mod access;
mod approval;
mod budget;
mod check;
mod classification;
mod coverage;
mod dice;
mod envelope;
mod harness;
mod identity;
mod machine;
mod organisation;
mod plan;
mod plans;
mod postgres;
mod process;
mod project;
mod real_data;
mod refusals;
mod require;
mod review;
mod schema;
mod tour;
mod transport;
mod walls;
mod workforce;
