//! The messages of `budget.proto`, to and from the words of this slice.

mod compare;
mod estimates;
pub(super) mod lines;
mod summary;

use crate::error::Violation;
use crate::id::UnitName;
use crate::period::is_day;
use crate::text;

/// Collects what is wrong with a message.
#[derive(Default)]
pub(super) struct Faults(pub Vec<Violation>);

impl Faults {
    pub fn when(&mut self, wrong: bool, field: impl FnOnce() -> String, description: &str) {
        if wrong {
            self.0.push(Violation::new(field(), description));
        }
    }

    /// A text in the form in which it is kept.
    pub fn text(&mut self, field: impl FnOnce() -> String, value: &str, long: bool) -> String {
        let kept = text::kept(value);
        self.when(text::has_controls(&kept, long), field, "holds control characters");
        kept
    }

    /// A day, or an empty text.
    pub fn day(&mut self, field: impl FnOnce() -> String, value: String) -> String {
        self.when(!value.is_empty() && !is_day(&value), field, "is not a day of the calendar");
        value
    }

    /// The id of the unit that a name names, none where it is empty; it must be of this jurisdiction.
    pub fn unit(&mut self, field: impl FnOnce() -> String, value: &str, jurisdiction: &str) -> Option<String> {
        let name = UnitName::parse(value)?;
        self.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
        Some(name.unit)
    }
}
