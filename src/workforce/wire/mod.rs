//! The messages of `workforce.proto` and `payroll.proto`, to and from the words of this slice.

mod funding;
mod parameters;
mod pay;
mod pay_lines;
mod payroll;
mod plans;
mod quotas;
mod staffing;

use super::model::COEFFICIENT_DECIMALS;
use crate::grpc::faults::Faults;
use crate::id::JurisdictionName;
use crate::period::is_day;
use crate::{money, mutations, pb};

mutations!(pb::AdoptPayParametersRequest, pb::BatchWritePayParametersRequest);

fn jurisdiction(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

/// A coefficient of a message, none where it is empty. What is not of its form is a fault that the rule of the field names.
fn coefficient(faults: &mut Faults, field: &str, text: &str) -> Option<i64> {
    let value = money::scaled(text, COEFFICIENT_DECIMALS);
    faults.when(value.is_some_and(|value| value > 100 * super::model::ONE), field, "is above 100");
    value
}

fn decimal(value: i64) -> String {
    money::decimal(value, COEFFICIENT_DECIMALS)
}

/// A day of a message, none where it is empty.
fn day(faults: &mut Faults, field: &str, text: &str) -> Option<String> {
    faults.when(!text.is_empty() && !is_day(text), field, "is not a day");
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// A number within the bounds of its field.
fn small(value: i64) -> i32 {
    i32::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::{same, same_words};
    use crate::pb;
    use crate::workforce::explain::FactorKind;
    use crate::workforce::model::staffing::{
        ExtensionGround, Gender, HeadcountDimension, PositionApproval, PositionClass, PositionLoad, Regime,
        StaffingKind, TrainingKind, TrainingPlace,
    };
    use crate::workforce::model::{ParameterKind, PayCategory, PayMethod, StaffKind};

    #[test]
    fn words_of_headcounts_are_those_of_the_protos() {
        same! {
            StaffingKind = StaffingKind "STAFFING_KIND_";
            Regime = PositionRegime "POSITION_REGIME_";
            PositionClass = PositionClass "POSITION_CLASS_";
            PositionLoad = PositionLoad "POSITION_LOAD_";
            PositionApproval = PositionApproval "POSITION_APPROVAL_";
            TrainingKind = TrainingKind "TRAINING_KIND_";
            TrainingPlace = TrainingPlace "TRAINING_PLACE_";
            HeadcountDimension = HeadcountDimension "HEADCOUNT_DIMENSION_";
            Gender = Gender "GENDER_";
            ExtensionGround = ExtensionGround "EXTENSION_GROUND_";
        }
    }

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<ParameterKind>("PAY_PARAMETER_KIND_", |number| {
            pb::PayParameterKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<StaffKind>("STAFF_KIND_", |number| {
            pb::StaffKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<PayMethod>("PAY_METHOD_", |number| {
            pb::PayMethod::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<PayCategory>("PAY_CATEGORY_", |number| {
            pb::PayCategory::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<FactorKind>("PAY_FACTOR_KIND_", |number| {
            pb::PayFactorKind::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
