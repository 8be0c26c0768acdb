//! Imports: what the header of one says, the file as it comes, what is staged of it, and the command that writes it all.
//!
//! Everything that can be known without stored facts is found while the file comes, outside the gate. The command looks units,
//! codes and estimates up once each, and inserts in chunks. Absent: a staging table; what is staged is small, and bounded.

mod action;
mod cell;
mod draft;
mod file;
mod missing;
mod plan;
mod stage;
mod target;
mod write;

pub use action::import_lines;
pub use cell::{Decimal, Format, Grouping};
pub use plan::{
    Create, Destination, EstimateVersion, Field, Filter, ImportLines, Mapping, NewUnits, Source, Spread, Test, Wide,
};
pub use write::{Imported, SideSum};
