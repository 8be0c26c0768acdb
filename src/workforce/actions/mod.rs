//! What may be done with pay parameters, HR plans, funding rules and the lines of estimates that follow from them.

mod funding;
mod parameters;
mod pay_lines;
mod payroll;
mod plans;
mod staffing;

pub use funding::*;
pub use parameters::*;
pub use pay_lines::*;
pub use payroll::*;
pub use plans::*;
pub use staffing::*;
