//! Budget classifications: schemes, their codes, and conversions between them.

pub(crate) mod model;
pub(crate) mod store;
