//! Between the wire and the calls: connections that come and go, callers that want too much, refusals that are noted, and
//! what must never be said anywhere.

mod admission;
mod canaries;
mod connections;
mod open;
mod refusals;
