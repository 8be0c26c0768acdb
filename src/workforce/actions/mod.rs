//! What may be done with pay parameters and HR plans.

mod parameters;
mod plans;
mod staffing;

pub use parameters::*;
pub use plans::*;
pub use staffing::*;
