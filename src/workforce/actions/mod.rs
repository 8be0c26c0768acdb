//! What may be done with pay parameters and HR plans.

mod parameters;
mod plans;

pub use parameters::*;
pub use plans::*;
