//! The faults of the headcount of HR plans, and the plans that they need.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::staffing_operation::Operation;
use tonic::Code;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::workforce::plans::{new_plan, plan_name};
use crate::workforce::staffing::{cohort, created, demand, item, item_name, quotas, staffing};
use crate::workforce::{batch, written};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// A demand of two people in a year.
fn asks(id: &str, year: i32) -> pb::StaffingOperation {
    created(id, item(demand(year, ""), Some(2)))
}

/// Plans in the states that are needed, each with the demands `d1` to `d3`, in years in which nobody else plans.
pub async fn make(world: &mut World, h: &Harness) {
    for (id, year) in [
        ("s1", 2031),
        ("s2", 2033),
        ("s-submitted", 2035),
        ("s-endorsed", 2037),
        ("s-own", 2039),
        ("s-given", 2041),
        ("s-quota", 2041),
    ] {
        let mut new = new_plan(id);
        let plan = new.workforce_plan.as_mut().unwrap();
        (plan.first_year, plan.last_year) = (year, year + 1);
        h.workforce().create_workforce_plan(by("drafter", new)).await.unwrap();
        let from = |id: &str, day: &str| created(id, item(demand(year, &format!("{year}-{day}")), Some(2)));
        let demands = vec![asks("d1", year), from("d2", "03-01"), from("d3", "04-01")];
        h.writes_staffing("drafter", id, demands).await.unwrap();
    }
    h.carries_workforce("s-submitted", &[Submit]).await;
    h.carries_workforce("s-endorsed", &[Submit, Endorse]).await;
    h.carries_workforce("s-given", &[Submit, Endorse, Appraise, Approve]).await;
    h.carries_workforce("s-quota", &[Submit, Endorse, Appraise]).await;
    h.carries_workforce("s-own", &[Submit, Endorse, Appraise]).await;
    h.moves_workforce_as("boss", Approve, "s-own").await.unwrap();
    h.carries_workforce("s-own", &[Amend]).await;
    for id in ["s1", "s-submitted", "s-endorsed", "s-quota"] {
        let plan = h.get_workforce_plan(id).await;
        world.keep(plan.name, plan.etag);
        for item in h.staffing(id, None).await {
            world.keep(item.name, item.etag);
        }
    }
    // A cohort of whom no row says when they retire.
    h.workforce_plan("s-ageless").await;
    h.writes_staffing("drafter", "s-ageless", vec![created("c", item(cohort("a", "1990-06", 10), None))])
        .await
        .unwrap();
    let ages = pb::ListPayParametersRequest {
        parent: jurisdiction_name("dt"),
        kind: pb::PayParameterKind::RetirementAge.into(),
        code: "male".to_owned(),
        ..Default::default()
    };
    let ages = h.workforce().list_pay_parameters(ages).await.unwrap().into_inner().pay_parameters;
    // What is not there is adopted again; what ends soon stays so.
    let ended = ages.into_iter().map(|row| {
        let (ends_on, etag) = (format!("{}02", &row.starts_on[..8]), row.etag.clone());
        written(pb::PayParameter { ends_on, ..row }, &etag)
    });
    h.workforce().batch_write_pay_parameters(batch(ended.collect())).await.unwrap();
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = vec![write_staffing(w)];
    table.extend(reads());
    table
}

fn write_staffing(w: &World) -> Asked {
    type Batch = pb::BatchWriteStaffingRequest;
    // A weaker fault may have named another plan: the item is one of that.
    let delete = |m: &Batch, item: &str, etag: String| {
        let delete = pb::DeleteStaffingOperation { name: format!("{}/demands/{item}", m.parent), etag };
        pb::StaffingOperation { operation: Some(Operation::Delete(delete)) }
    };
    let only_new = |m: &mut Batch| m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
    let submitted = w.etag(&item_name("s-submitted", "demands/d2"));
    let endorsed = w.etag(&item_name("s-endorsed", "demands/d3"));
    let decided = pb::StagedFigure { decided: Some(1), ..Default::default() };
    let decided = pb::StaffingItem { figure: Some(decided), ..item(cohort("a", "1990-01", 1), None) };
    let decided = pb::StaffingItem { content: item(demand(2031, "2031-02-01"), None).content, ..decided };
    let earlier = Batch { request_id: spent(), ..staffing("s2", vec![asks("spent", 2034)]) };
    write("BatchWriteStaffing", staffing("s1", vec![asks("fresh", 2032)]), earlier)
        .invalid("twice", |m| m.operations.extend([asks("twice", 2032), asks("twice", 2032)]))
        .reused(|m| m.request_id = spent())
        .missing("parent", move |m| {
            m.parent = plan_name("none");
            // Items of another plan would be a fault of the message alone.
            only_new(m);
        })
        .missing("missing", move |m| {
            let operation = delete(m, "none", old());
            m.operations.push(operation);
        })
        .fault("missing", Code::PermissionDenied, "SEPARATION_OF_DUTIES", move |m| {
            m.parent = plan_name("s-own");
            only_new(m);
        })
        .fault("stale", Code::Aborted, "STALE_ETAG", move |m| {
            let operation = delete(m, "d2", old());
            m.operations.push(operation);
        })
        .exists("exists", "ALREADY_EXISTS", |m| m.operations.push(asks("d1", 2032)))
        .refused("parent", "NOT_DRAFT", move |m| {
            m.parent = plan_name("s-submitted");
            // What a weaker fault deletes is the item of that plan.
            for one in &mut m.operations {
                if let Some(Operation::Delete(delete)) = &mut one.operation {
                    delete.name = delete.name.replace("/s1/", "/s-submitted/");
                    delete.etag.clone_from(&submitted);
                }
            }
        })
        .refused("parent", "LINE_NOT_DELETABLE", move |m| {
            m.parent = plan_name("s-endorsed");
            let operation = delete(m, "d3", endorsed.clone());
            m.operations.push(operation);
        })
        .refused("stage", "STAGE_NOT_WRITABLE", move |m| m.operations.push(created("decided", decided.clone())))
        .refused("group", "REFERENCE_UNKNOWN", |m| {
            m.operations.push(created("who", item(cohort("none", "1990-01", 1), None)))
        })
        .refused("year", "PLAN_YEAR_OUTSIDE", |m| m.operations.push(asks("late", 2050)))
        .refused("again", "STAFFING_TWICE", |m| m.operations.push(asks("again", 2031)))
        .done()
}

fn reads() -> Vec<Asked> {
    vec![
        read("ListStaffing", pb::ListStaffingRequest { parent: plan_name("s1"), ..Default::default() })
            .invalid("kinds", |m| m.kinds = vec![1, 1])
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = plan_name("none"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListQuotas", quotas())
            .invalid("from_on", |m| m.from_on = "2026-02-30".to_owned())
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read(
            "SummarizeHeadcount",
            pb::SummarizeHeadcountRequest { name: plan_name("s1"), on: "2031-05-01".to_owned(), read_at: None },
        )
        .invalid("on", |m| m.on = "2031-02-30".to_owned())
        .missing("name", |m| m.name = plan_name("none"))
        .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .done(),
        read("ProjectRetirement", pb::ProjectRetirementRequest { name: plan_name("s1"), read_at: None })
            .invalid("name", |m| m.name = "s1".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("name", "PAY_PARAMETER_MISSING", |m| m.name = plan_name("s-ageless"))
            .done(),
    ]
}
