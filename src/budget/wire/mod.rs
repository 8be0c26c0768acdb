//! The messages of `budget.proto`, to and from the words of this slice.

mod compare;
mod consolidation;
mod estimates;
mod import;
mod included;
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

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::budget::model::Kind>("ESTIMATE_KIND_", |number| {
            pb::EstimateKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::document::state::State>("DOCUMENT_STATE_", |number| {
            pb::DocumentState::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Side>("SIDE_", |number| {
            pb::Side::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Nature>("NATURE_", |number| {
            pb::Nature::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Autonomy>("AUTONOMY_", |number| {
            pb::Autonomy::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Baseline>("BASELINE_", |number| {
            pb::Baseline::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Content>("SCIENCE_CONTENT_", |number| {
            pb::ScienceContent::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Channel>("FUND_CHANNEL_", |number| {
            pb::FundChannel::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::summary::Basis>("ROLLUP_BASIS_", |number| {
            pb::RollupBasis::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::summary::Attribute>("GROUP_ATTRIBUTE_", |number| {
            pb::GroupAttribute::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::budget::model::Stage>("STAGE_", |number| {
            pb::Stage::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
