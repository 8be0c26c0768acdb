//! The messages of `plan.proto`, to and from the words of this slice.

mod changes;
mod compare;
mod frame;
mod items;
mod monitoring;
mod plans;
mod review;
mod rollup;

pub use items::task_message;
pub use monitoring::{actual_message, item};
pub use review::{
    AT_RISK, indicator_review_message, money_review_message, rating_counts, target_message, task_review_message,
};

use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::id::{PlanName, UnitName};
use crate::plan::model::number;

fn plan_name(name: &str, field: &str) -> Result<PlanName> {
    PlanName::parse(name).ok_or_else(|| Error::invalid(field, "is not the name of a plan"))
}

/// The id of the unit that a name names, none where it is empty; it must be of this jurisdiction.
fn unit(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<String> {
    let name = UnitName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name.unit)
}

/// A decimal of a message; none where it is empty. What has the form of one and is too large is a fault.
fn decimal(text: &str, field: &str, faults: &mut Faults) -> Option<i64> {
    let value = number::parse(text);
    faults.when(value.is_none() && !text.is_empty(), field, "does not fit");
    value
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same;
    use crate::plan::model::actuals::{Status, TaskState};
    use crate::plan::model::compare::Change;
    use crate::plan::model::review::{Rating, Stage};
    use crate::plan::model::rollup::LeftOut;
    use crate::plan::model::{Aggregation, Comparator, Direction, ItemKind, Kind, Part, RollUp, ValueKind};

    #[test]
    fn words_are_those_of_the_protos() {
        same! {
            Kind = PlanKind "PLAN_KIND_";
            ItemKind = PlanItemKind "PLAN_ITEM_KIND_";
            ValueKind = IndicatorValueKind "INDICATOR_VALUE_KIND_";
            Direction = IndicatorDirection "INDICATOR_DIRECTION_";
            Comparator = Comparator "COMPARATOR_";
            Aggregation = Aggregation "AGGREGATION_";
            Status = ActualStatus "ACTUAL_STATUS_";
            TaskState = ProgressState "PROGRESS_STATE_";
            Stage = ReviewStage "REVIEW_STAGE_";
            Rating = Rating "RATING_";
            Change = DifferenceKind "DIFFERENCE_KIND_";
            Part = FundingPart "FUNDING_PART_";
            RollUp = IndicatorRollUp "INDICATOR_ROLL_UP_";
            LeftOut = LeftOut "LEFT_OUT_";
        }
    }
}
