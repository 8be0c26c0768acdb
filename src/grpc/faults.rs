//! Collects what is wrong with a message in the light of its other fields, so that all of it is named at once.

use crate::error::Violation;
use crate::text;

/// What is wrong with a message.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Violation>);

impl Faults {
    /// Adds a fault where there is one.
    pub fn when(&mut self, wrong: bool, field: &str, description: &str) {
        if wrong {
            self.0.push(Violation::new(field, description));
        }
    }

    /// A short text in the form in which it is kept.
    pub fn name(&mut self, field: &str, value: &str, required: bool) -> String {
        let kept = text::kept(value);
        self.when(required && kept.is_empty(), field, "is required");
        self.when(text::has_controls(&kept, false), field, "holds control characters");
        kept
    }

    /// A text of several lines in the form in which it is kept; it may be empty.
    pub fn long(&mut self, field: &str, value: &str) -> String {
        let kept = text::kept(value);
        self.when(text::has_controls(&kept, true), field, "holds control characters");
        kept
    }
}
