//! The faults of PlanService, and the plans that they need.

use kehoach::document::state::Verb::{Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::plan_item::Content;
use kehoach::pb::plan_operation::Operation;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::plan::{
    actual, batch, created, deleted, funding, goal, indicator, new_item, new_plan, plan_name, reported, usual_items,
};

const FAR: i64 = 1 << 40;
const MOST: i64 = 1_000_000_000_000_000_000;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// Plans with the usual items: drafts, one that was submitted, and one that is said to be full.
pub async fn make(world: &mut World, h: &Harness) {
    for id in ["p1", "p2", "p3", "p-submitted", "p-full"] {
        h.plan(id).await;
    }
    h.carried("p-submitted", &[Submit]).await;
    // One in force, of which something is reported, and the same that is not.
    for id in ["p-reported", "p-reporting"] {
        let mut request = new_plan(id, usual_items());
        request.plan.as_mut().unwrap().kind = pb::PlanKind::ActionProgramme.into();
        let derived = pb::Indicator { formula: "{i} * 2".to_owned(), ..indicator("") };
        request.items.push(new_item("d", Content::Indicator(derived)));
        // What is planned for two years fits for each of them, and not for both.
        for (year, nature) in [2014, 2015].into_iter().flat_map(|year| (1..=8).map(move |nature| (year, nature))) {
            let nature_of = pb::Nature::try_from(nature).unwrap();
            request.items.push(new_item(&format!("f-{year}-{nature}"), funding("t", year, nature_of, MOST)));
        }
        h.plans().create_plan(by("drafter", request)).await.unwrap();
    }
    h.carried("p-reported", &[Submit, Endorse, Appraise, Approve]).await;
    let first = vec![actual("i", 2011, "1"), actual("i", 2012, "2")];
    h.plans().record_actuals(reported("p-reported", first)).await.unwrap();
    // 20,000 items would take minutes.
    h.sql("UPDATE plan_versions SET item_count = 20000, last_sequence = 20000 WHERE plan = 'p-full'");
    for id in ["p1", "p2", "p3", "p-submitted", "p-full"] {
        let plan = h.get_plan(id).await;
        world.keep(plan.name, plan.etag);
        for item in h.items(id).await {
            world.keep(item.name, item.etag);
        }
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    vec![create_plan(), update_plan(w), delete_plan(w), batch_write_plan(w), record_actuals()]
        .into_iter()
        .chain(reads())
        .chain(measured())
        .collect()
}

/// The reads of a plan's text and of what changed.
fn reads() -> Vec<Asked> {
    vec![
        read("ComparePlan", pb::ComparePlanRequest { name: plan_name("p1"), ..Default::default() })
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.left = Some(at(FAR)))
            .done(),
        read("ListPlanChanges", pb::ListPlanChangesRequest { parent: plan_name("p-reported"), ..Default::default() })
            .invalid("size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = plan_name("none"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("since", "REVISION_NOT_REACHED", |m| m.since_revision = FAR)
            .done(),
        read("ListActuals", pb::ListActualsRequest { parent: plan_name("p-reported"), ..Default::default() })
            .invalid("year", |m| m.year = 9_999)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = plan_name("none"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetPlan", pb::GetPlanRequest { name: plan_name("p1"), read_at: None })
            .invalid("name", |m| m.name = "p1".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListPlans", pb::ListPlansRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("kinds", |m| m.kinds = vec![1, 1])
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetPlanItem", pb::GetPlanItemRequest { name: item_name("p1", "goals/g"), read_at: None })
            .invalid("name", |m| m.name = plan_name("p1"))
            .missing("name", |m| m.name = item_name("p1", "goals/none"))
            .missing("name", |m| m.name = item_name("none", "goals/g"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListPlanItems", pb::ListPlanItemsRequest { parent: plan_name("p1"), ..Default::default() })
            .invalid("kinds", |m| m.kinds = vec![1, 1])
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = plan_name("none"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

/// The reads of what was reached.
fn measured() -> Vec<Asked> {
    vec![
        read("SummarizeIndicators", summary())
            .invalid("years", |m| m.last_year = 2030)
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| {
                m.parent = jurisdiction_name("nowhere");
                m.unit = String::new();
            })
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("SummarizeFrame", pb::SummarizeFrameRequest { name: plan_name("p-reported"), read_at: None })
            .invalid("name", |m| m.name = "x".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ReviewPlan", pb::ReviewPlanRequest { name: plan_name("p-reported"), year: 2013, ..Default::default() })
            .invalid("at_risk", |m| m.at_risk_bp = 10_000)
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("name", "NOT_IN_FORCE", |m| m.name = plan_name("p-reporting"))
            .refused("year", "PLAN_YEAR_OUTSIDE", |m| m.year = 2016)
            .refused("since", "REVISION_NOT_REACHED", |m| m.since_revision = FAR)
            .refused("year", "AMOUNT_OVERFLOW", |m| m.year = 2015)
            .done(),
        read("ExplainIndicator", explain("p-reported", "indicators/i"))
            .invalid("name", |m| m.name = plan_name("p-reported"))
            .missing("name", |m| m.name = item_name("none", "indicators/i"))
            .missing("name", |m| m.name = item_name("p-reported", "indicators/none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("name", "NOT_IN_FORCE", |m| m.name = item_name("p-reporting", "indicators/i"))
            .refused("year", "PLAN_YEAR_OUTSIDE", |m| m.year = 2016)
            .done(),
    ]
}

fn item_name(plan: &str, item: &str) -> String {
    format!("{}/{item}", plan_name(plan))
}

fn summary() -> pb::SummarizeIndicatorsRequest {
    pb::SummarizeIndicatorsRequest {
        parent: jurisdiction_name("dt"),
        unit: unit_name("dt", "khcn"),
        kind: pb::PlanKind::ActionProgramme.into(),
        codes: vec!["KHCN.03".to_owned()],
        first_year: 2011,
        last_year: 2015,
        ..Default::default()
    }
}

fn explain(plan: &str, indicator: &str) -> pb::ExplainIndicatorRequest {
    pb::ExplainIndicatorRequest { name: item_name(plan, indicator), ..Default::default() }
}

fn record_actuals() -> Asked {
    let push = |m: &mut pb::RecordActualsRequest, mut one: pb::Actual| {
        one.indicator =
            one.indicator.replace("/plans/p/", &format!("/plans/{}/", m.parent.rsplit('/').next().unwrap()));
        m.actuals.push(one);
    };
    let good = reported("p-reported", vec![actual("i", 2013, "3")]);
    let earlier = reported("p-reported", vec![actual("i", 2014, "4")]);
    write("RecordActuals", good, pb::RecordActualsRequest { request_id: spent(), ..earlier })
        .invalid("reason", |m| m.actuals[0].reason = "x".to_owned())
        .reused(|m| m.request_id = spent())
        .missing("parent", |m| {
            m.parent = plan_name("none");
            for one in &mut m.actuals {
                one.indicator = one.indicator.replace("/p-reported/", "/none/").replace("/p-reporting/", "/none/");
            }
        })
        .missing("indicator", move |m| push(m, actual("none", 2013, "3")))
        .fault("stale", tonic::Code::Aborted, "STALE_ETAG", move |m| {
            push(m, pb::Actual { etag: old(), ..actual("i", 2015, "5") })
        })
        .refused("parent", "NOT_IN_FORCE", |m| {
            m.parent = plan_name("p-reporting");
            for one in &mut m.actuals {
                one.indicator = one.indicator.replace("/p-reported/", "/p-reporting/");
            }
        })
        .refused("outside", "PLAN_YEAR_OUTSIDE", move |m| push(m, actual("i", 2016, "3")))
        .refused("derived", "ACTUAL_DERIVED", move |m| push(m, actual("d", 2013, "3")))
        .refused("unfit", "ACTUAL_UNFIT", move |m| push(m, pb::Actual { quarter: 1, ..actual("i", 2013, "3.5") }))
        .refused("status", "ACTUAL_STATUS", move |m| {
            let status = pb::ActualStatus::Revised.into();
            push(m, pb::Actual { quarter: 2, status, reason: "x".to_owned(), ..actual("i", 2013, "3") });
        })
        .done()
}

/// An indicator that is computed from itself.
fn circle() -> Content {
    Content::Indicator(pb::Indicator { formula: "{circle}".to_owned(), ..indicator("") })
}

fn create_plan() -> Asked {
    let earlier = pb::CreatePlanRequest { request_id: spent(), ..new_plan("p-spent", Vec::new()) };
    write("CreatePlan", new_plan("p-fresh", vec![new_item("g", goal("Mục tiêu"))]), earlier)
        .invalid("kind", |m| m.plan.as_mut().unwrap().kind = 0)
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // A unit of another jurisdiction would be a fault of the message alone.
            m.plan.as_mut().unwrap().unit = "jurisdictions/nowhere/units/khcn".to_owned();
        })
        .exists("id", "ALREADY_EXISTS", |m| m.plan_id = "p1".to_owned())
        .refused("unit", "REFERENCE_UNKNOWN", |m| m.plan.as_mut().unwrap().unit = unit_name("dt", "nowhere"))
        .refused("unit", "UNIT_CLOSED", |m| {
            let plan = m.plan.as_mut().unwrap();
            (plan.unit, plan.first_year, plan.last_year) = (unit_name("dt", "closed"), 2021, 2025);
        })
        .refused("years", "PLAN_YEAR_OUTSIDE", |m| m.plan.as_mut().unwrap().last_year = 2035)
        .refused("items", "FORMULA_INVALID", |m| m.items.push(new_item("circle", circle())))
        .done()
}

fn update_plan(w: &World) -> Asked {
    let update = |id: &str| pb::UpdatePlanRequest {
        plan: Some(pb::Plan { name: plan_name(id), title: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&plan_name(id)),
        ..Default::default()
    };
    let submitted = update("p-submitted");
    write("UpdatePlan", update("p1"), pb::UpdatePlanRequest { request_id: spent(), ..update("p2") })
        .invalid("mask", |m| m.update_mask = Some(prost_types::FieldMask { paths: vec!["none".to_owned()] }))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.plan.as_mut().unwrap().name = plan_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "NOT_DRAFT", move |m| {
            m.plan.as_mut().unwrap().name = plan_name("p-submitted");
            if m.etag != old() {
                m.etag.clone_from(&submitted.etag);
            }
        })
        .refused("kind", "FIELD_IMMUTABLE", |m| m.plan.as_mut().unwrap().kind = pb::PlanKind::Annual.into())
        .refused("refers_to", "REFERENCE_UNKNOWN", |m| m.plan.as_mut().unwrap().refers_to = vec![plan_name("none")])
        .refused("years", "PLAN_YEAR_OUTSIDE", |m| m.plan.as_mut().unwrap().last_year = 2010)
        .done()
}

fn delete_plan(w: &World) -> Asked {
    let delete =
        |id: &str| pb::DeletePlanRequest { name: plan_name(id), etag: w.etag(&plan_name(id)), ..Default::default() };
    let submitted = delete("p-submitted");
    write("DeletePlan", delete("p1"), pb::DeletePlanRequest { request_id: spent(), ..delete("p3") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = plan_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "NOT_DRAFT", move |m| {
            m.name.clone_from(&submitted.name);
            if m.etag != old() {
                m.etag.clone_from(&submitted.etag);
            }
        })
        .done()
}

fn batch_write_plan(w: &World) -> Asked {
    type Batch = pb::BatchWritePlanRequest;
    let push = |m: &mut Batch, operation| m.operations.push(pb::PlanOperation { operation: Some(operation) });
    // A weaker fault may have named another plan: the item is one of that.
    let delete = |m: &Batch, item: &str| {
        deleted(&pb::PlanItem { name: format!("{}/{item}", m.parent), etag: old(), ..Default::default() })
    };
    let etags: Vec<(String, String)> =
        ["p1", "p-full"].map(|id| item_name(id, "goals/g")).map(|name| (name.clone(), w.etag(&name))).into();
    let submitted = w.etag(&item_name("p-submitted", "goals/g"));
    let earlier = Batch { request_id: spent(), ..batch("p2", vec![created("spent", goal("Mục tiêu"))]) };
    write("BatchWritePlan", batch("p1", vec![created("fresh", goal("Mục tiêu"))]), earlier)
        .invalid("twice", move |m| (0..2).for_each(|_| push(m, delete(m, "fundings/f"))))
        .reused(|m| m.request_id = spent())
        .missing("parent", |m| {
            m.parent = plan_name("none");
            // Items of another plan would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
        })
        .missing("missing", move |m| push(m, delete(m, "goals/none")))
        .fault("stale", tonic::Code::Aborted, "STALE_ETAG", move |m| push(m, delete(m, "tasks/t")))
        .exists("exists", "ALREADY_EXISTS", move |m| push(m, created("i", goal("Mục tiêu"))))
        .refused("parent", "NOT_DRAFT", move |m| {
            m.parent = plan_name("p-submitted");
            // What a weaker fault deletes is the item of that plan.
            for one in &mut m.operations {
                if let Some(Operation::Delete(delete)) = &mut one.operation {
                    delete.name = delete.name.replace("/p1/", "/p-submitted/");
                    delete.etag.clone_from(&submitted);
                }
            }
        })
        .refused("unknown", "REFERENCE_UNKNOWN", move |m| {
            push(m, created("", Content::Indicator(indicator("nowhere"))))
        })
        .refused("year", "PLAN_YEAR_OUTSIDE", move |m| {
            push(m, created("", funding("", 2030, pb::Nature::Recurrent, 1)))
        })
        .refused("circle", "FORMULA_INVALID", move |m| push(m, created("circle", circle())))
        .refused("used", "ITEM_IN_USE", move |m| {
            let name = format!("{}/goals/g", m.parent);
            let etag = etags.iter().find(|(known, _)| *known == name).map(|(_, etag)| etag.clone()).unwrap_or_default();
            push(m, deleted(&pb::PlanItem { name, etag, ..Default::default() }));
        })
        .limit("parent", "ITEMS_PER_PLAN", |m| m.parent = plan_name("p-full"))
        .done()
}
