//! Budget estimates and their lines.

#[allow(missing_docs, reason = "public for the benches only")]
mod actions;
pub(crate) mod balance;
pub(crate) mod batch;
mod compare;
mod comparison;
mod consolidation;
mod copy;
pub(crate) mod expand;
mod form;
mod grpc;
mod import;
#[cfg(test)]
pub(crate) use actions::draft;
pub(crate) use actions::load;

pub(crate) mod included;
pub(crate) mod latest;
pub(crate) mod life;
mod list;
mod listed;
pub(crate) mod model;
pub(crate) mod naming;
pub(crate) mod references;
pub(crate) mod rolled;
pub(crate) mod rollup;
mod stages;
pub(crate) mod store;
#[allow(missing_docs, reason = "public for the benches only")]
pub(crate) mod summary;
mod wire;

pub use grpc::routes;

/// What the benches measure alone; no part of the service's face.
#[doc(hidden)]
pub mod inside {
    pub use super::actions::CreateEstimate;
    pub use super::model::{CostBasis, Side, Sum};
    pub use super::summary::{Attribute, Cell, Cells, Class, Ground, GroupBy, Tree};
    pub use crate::classification::model::{Code, Dimension, Provenance};
}
