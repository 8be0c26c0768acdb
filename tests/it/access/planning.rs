//! How each method of PlanService and ReviewService is called in the grid.

use kehoach::pb;
use prost::Message;

use crate::harness::jurisdiction_name;
use crate::plan::{actual, batch, created, goal, new_plan, reported};

/// A request of a method that is in order; what changes something is only tried.
pub fn planning(method: &str, plan: &pb::Plan) -> Option<Vec<u8>> {
    let (validate_only, name, etag) = (true, plan.name.clone(), plan.etag.clone());
    Some(match method {
        "CreatePlan" => pb::CreatePlanRequest { validate_only, ..new_plan("new", Vec::new()) }.encode_to_vec(),
        "GetPlan" => pb::GetPlanRequest { name, read_at: None }.encode_to_vec(),
        "ListPlans" => pb::ListPlansRequest { parent: jurisdiction_name("dt"), ..Default::default() }.encode_to_vec(),
        "UpdatePlan" => {
            let plan = Some(pb::Plan { name, title: "X".to_owned(), ..Default::default() });
            pb::UpdatePlanRequest { plan, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "DeletePlan" => pb::DeletePlanRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "BatchWritePlan" => {
            pb::BatchWritePlanRequest { validate_only, ..batch("p", vec![created("new", goal("X"))]) }.encode_to_vec()
        }
        "GetPlanItem" => pb::GetPlanItemRequest { name: format!("{name}/goals/g"), read_at: None }.encode_to_vec(),
        "ListPlanItems" => pb::ListPlanItemsRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "ComparePlan" => pb::ComparePlanRequest { name, ..Default::default() }.encode_to_vec(),
        "ListPlanChanges" => pb::ListPlanChangesRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "SummarizeIndicators" => summary().encode_to_vec(),
        // The plan of the ground is a draft: whoever may is told that nothing of it is in force.
        "RecordActuals" => {
            pb::RecordActualsRequest { validate_only, ..reported("p", vec![actual("i", 2013, "1")]) }.encode_to_vec()
        }
        "ListActuals" => pb::ListActualsRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "SummarizeFrame" => pb::SummarizeFrameRequest { name, read_at: None }.encode_to_vec(),
        "ReviewYear" => {
            pb::ReviewYearRequest { unit: plan.unit.clone(), year: 2013, ..Default::default() }.encode_to_vec()
        }
        "ReviewPlan" => pb::ReviewPlanRequest { name, year: 2013, ..Default::default() }.encode_to_vec(),
        "ExplainIndicator" => {
            pb::ExplainIndicatorRequest { name: format!("{name}/indicators/i"), ..Default::default() }.encode_to_vec()
        }
        _ => return None,
    })
}

/// Asks for an indicator over all units.
fn summary() -> pb::SummarizeIndicatorsRequest {
    pb::SummarizeIndicatorsRequest {
        parent: jurisdiction_name("dt"),
        kind: pb::PlanKind::Development.into(),
        codes: vec!["N".to_owned()],
        first_year: 2013,
        ..Default::default()
    }
}
