//! The messages of `classification.proto`, to and from the words of this slice.

mod codes;
mod conversions;
mod schemes;

use crate::grpc::faults::Faults;
use crate::id::{JurisdictionName, SchemeName};
use crate::{mutations, pb};

mutations!(
    pb::AdoptSchemeRequest,
    pb::CreateSchemeRequest,
    pb::UpdateSchemeRequest,
    pb::BatchWriteCodesRequest,
    pb::BatchWriteConversionsRequest,
);

/// The first fiscal year there can be; the last is a rule of the fields.
const FIRST_YEAR: i32 = 1900;

fn jurisdiction(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

/// The scheme that a name names; where it is none, the rule of the field says so.
fn scheme_name(name: &str) -> SchemeName {
    SchemeName::parse(name).unwrap_or_else(|| SchemeName { jurisdiction: String::new(), scheme: String::new() })
}

/// A last fiscal year, none where it is open.
fn last_year(faults: &mut Faults, field: &str, year: i32) -> Option<i64> {
    faults.when((1..FIRST_YEAR).contains(&year), field, "is before 1900; 0 means open");
    (year != 0).then_some(i64::from(year))
}

/// A year as a message has it; none is 0.
fn year(year: Option<i64>) -> i32 {
    year.and_then(|year| i32::try_from(year).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::classification::model::Dimension>("DIMENSION_", |number| {
            pb::Dimension::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::classification::model::SpendField>("SPEND_FIELD_", |number| {
            pb::SpendField::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::classification::model::FinancingClass>("FINANCING_CLASS_", |number| {
            pb::FinancingClass::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::classification::model::Provenance>("PROVENANCE_", |number| {
            pb::Provenance::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
