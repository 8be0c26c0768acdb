//! The methods of `PlanService`.

use super::{actions, changes, comparison, frame, monitoring, review, rollup};
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.PlanService/CreatePlan", Object(Action::DraftDocument), actions::create_plan),
        read("/kehoach.v1.PlanService/GetPlan", Object(Action::ReadDocument), actions::get_plan),
        read("/kehoach.v1.PlanService/ListPlans", Whole(Action::ReadMember), actions::list_plans),
        write("/kehoach.v1.PlanService/UpdatePlan", Object(Action::DraftDocument), actions::update_plan),
        write("/kehoach.v1.PlanService/DeletePlan", Object(Action::DraftDocument), actions::delete_plan),
        write("/kehoach.v1.PlanService/BatchWritePlan", Object(Action::DraftDocument), actions::batch_write_plan),
        read("/kehoach.v1.PlanService/GetPlanItem", Object(Action::ReadDocument), actions::get_plan_item),
        read("/kehoach.v1.PlanService/ListPlanItems", Object(Action::ReadDocument), actions::list_plan_items),
        read("/kehoach.v1.PlanService/ComparePlan", Object(Action::ReadDocument), comparison::compare_plan),
        read("/kehoach.v1.PlanService/ListPlanChanges", Object(Action::ReadDocument), changes::list_plan_changes),
        write("/kehoach.v1.PlanService/RecordActuals", Object(Action::DraftDocument), monitoring::record_actuals),
        read("/kehoach.v1.PlanService/ListActuals", Object(Action::ReadDocument), monitoring::list_actuals),
        read("/kehoach.v1.PlanService/ReviewPlan", Object(Action::ReadDocument), review::review_plan),
        read("/kehoach.v1.PlanService/ExplainIndicator", Object(Action::ReadDocument), monitoring::explain_indicator),
        read("/kehoach.v1.PlanService/SummarizeIndicators", Whole(Action::ReadMember), rollup::summarize_indicators),
        read("/kehoach.v1.PlanService/SummarizeFrame", Object(Action::ReadDocument), frame::summarize_frame),
    ]
}
