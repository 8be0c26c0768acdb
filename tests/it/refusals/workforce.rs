//! The faults of WorkforceService, and the rows that they need.

use kehoach::document::state::Verb::Submit;
use kehoach::pb;
use kehoach::pb::pay_parameter::Value;
use kehoach::pb::pay_parameter_operation::Operation;
use tonic::Code;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::workforce::plans::{created, group_name, groups, new_plan, plan_name};
use crate::workforce::{adopt, asked, batch, parameter, parameter_name, percent, removed, servants, written};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// The rows that ship, and a base so high that pay does not fit.
pub async fn make(world: &mut World, h: &Harness) {
    h.workforce().adopt_pay_parameters(adopt()).await.unwrap();
    let huge = pb::PayComponent {
        method: pb::PayMethod::Coefficient.into(),
        category: pb::PayCategory::Other.into(),
        base: "huge".to_owned(),
        ..Default::default()
    };
    let rows = vec![
        written(parameter("huge", "2020-01-01", Value::BaseSalaryAmount(1_000_000_000_000)), ""),
        written(parameter("huge", "2020-01-01", Value::Component(huge)), ""),
    ];
    h.workforce().batch_write_pay_parameters(batch(rows)).await.unwrap();
    for segment in ["base-salary.base.2026-07-01", "base-salary.base.2024-07-01"] {
        let request = pb::GetPayParameterRequest { name: parameter_name(segment), read_at: None };
        let found = h.workforce().get_pay_parameter(request).await.unwrap().into_inner();
        world.keep(found.name, found.etag);
    }
    for id in ["w1", "w2", "w3", "w-submitted", "w-full", "w-missing", "w-huge"] {
        h.workforce_plan(id).await;
    }
    let huge =
        pb::GivenPay { component: "huge".to_owned(), what: Some(pb::given_pay::What::Coefficient("100".to_owned())) };
    let huge = pb::StaffGroup { given: vec![huge], ..servants(1_000_000, "01.003", 3) };
    for (plan, group) in [("w-missing", servants(1, "none", 1)), ("w-huge", huge)] {
        let write = groups(plan, vec![created("bad", group)]);
        h.workforce().batch_write_staff_groups(by("drafter", write)).await.unwrap();
    }
    h.carries_workforce("w-submitted", &[Submit]).await;
    // 10,000 groups would take their time.
    h.sql("UPDATE workforce_plan_versions SET group_count = 10000, last_sequence = 10000 WHERE plan = 'w-full'");
    for id in ["w1", "w2", "w3", "w-submitted", "w-full"] {
        let plan = h.get_workforce_plan(id).await;
        world.keep(plan.name, plan.etag);
        for group in h.staff_groups(id, None).await {
            world.keep(group.name, group.etag);
        }
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = reads();
    table.extend([adoption(), rows(w), pay(), create_plan(), update_plan(w), delete_plan(w), write_groups(w)]);
    table.extend(plan_reads());
    table
}

fn adoption() -> Asked {
    let earlier = pb::AdoptPayParametersRequest { request_id: spent(), reason: "again".to_owned(), ..adopt() };
    write("AdoptPayParameters", adopt(), earlier)
        .invalid("set", |m| m.pay_set = "vn".to_owned())
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| m.parent = jurisdiction_name("nowhere"))
        .missing("set", |m| m.pay_set = "paySets/none".to_owned())
        .done()
}

fn rows(w: &World) -> Asked {
    let base = "base-salary.base.2026-07-01";
    let row = || parameter("base", "2026-07-01", Value::BaseSalaryAmount(2_530_000));
    let good = batch(vec![written(row(), &w.etag(&parameter_name(base)))]);
    let other = parameter("base", "2024-07-01", Value::BaseSalaryAmount(2_340_000));
    let etag = w.etag(&parameter_name("base-salary.base.2024-07-01"));
    let earlier = pb::BatchWritePayParametersRequest { request_id: spent(), ..batch(vec![written(other, &etag)]) };
    let of = |scale: &str| Value::RankScale(scale.to_owned());
    write("BatchWritePayParameters", good, earlier)
        .invalid("twice", move |m| m.operations.push(written(row(), "")))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // Names of another jurisdiction would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Write(_))));
        })
        .missing("removed", |m| m.operations.push(removed("base-salary.base.1990-01-01", &old())))
        .fault("stale", Code::Aborted, "STALE_ETAG", |m| {
            m.operations.push(written(parameter("base", "2023-07-01", Value::BaseSalaryAmount(1)), &old()));
        })
        .refused("unknown", "PAY_REFERENCE_UNKNOWN", move |m| {
            m.operations.push(written(parameter("x", "2026-01-01", of("none")), ""));
        })
        .refused("order", "PAY_COMPONENT_ORDER", |m| m.operations.push(written(percent("self", &["self"], 1), "")))
        .done()
}

fn reads() -> Vec<Asked> {
    let name = parameter_name("base-salary.base.2026-07-01");
    vec![
        read("ListPaySets", pb::ListPaySetsRequest {}).done(),
        read("GetPayParameter", pb::GetPayParameterRequest { name, read_at: None })
            .invalid("name", |m| m.name = "base".to_owned())
            .missing("name", |m| m.name = parameter_name("base-salary.none.2026-07-01"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read(
            "ListPayParameters",
            pb::ListPayParametersRequest { parent: jurisdiction_name("dt"), ..Default::default() },
        )
        .invalid("page_size", |m| m.page_size = -1)
        .token(|m| m.page_token = "none".to_owned())
        .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
        .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .done(),
    ]
}

fn pay() -> Asked {
    let coefficient = pb::given_pay::What::Coefficient("100".to_owned());
    let huge = pb::GivenPay { component: "huge".to_owned(), what: Some(coefficient) };
    read("ExplainPay", asked(2026, servants(1_000_000, "01.003", 3)))
        .invalid("year", |m| m.fiscal_year = 0)
        .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
        .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .refused("group", "PAY_PARAMETER_MISSING", |m| m.staff_group = Some(servants(1, "none", 1)))
        .refused("group", "AMOUNT_OVERFLOW", move |m| {
            m.staff_group = m.staff_group.take().map(|group| pb::StaffGroup { given: vec![huge.clone()], ..group });
        })
        .done()
}

fn create_plan() -> Asked {
    let earlier = pb::CreateWorkforcePlanRequest { request_id: spent(), ..new_plan("w-spent") };
    write("CreateWorkforcePlan", new_plan("w-fresh"), earlier)
        .invalid("title", |m| m.workforce_plan.as_mut().unwrap().title = String::new())
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // A unit of another jurisdiction would be a fault of the message alone.
            m.workforce_plan.as_mut().unwrap().unit = "jurisdictions/nowhere/units/khcn".to_owned();
        })
        .exists("id", "ALREADY_EXISTS", |m| m.workforce_plan_id = "w1".to_owned())
        .refused("unit", "REFERENCE_UNKNOWN", |m| m.workforce_plan.as_mut().unwrap().unit = unit_name("dt", "nowhere"))
        .refused("unit", "UNIT_CLOSED", |m| m.workforce_plan.as_mut().unwrap().unit = unit_name("dt", "closed"))
        .refused("years", "PLAN_YEAR_OUTSIDE", |m| m.workforce_plan.as_mut().unwrap().last_year = 2035)
        .done()
}

fn update_plan(w: &World) -> Asked {
    let update = |id: &str| pb::UpdateWorkforcePlanRequest {
        workforce_plan: Some(pb::WorkforcePlan {
            name: plan_name(id), title: "Mới".to_owned(), ..Default::default()
        }),
        etag: w.etag(&plan_name(id)),
        ..Default::default()
    };
    let submitted = w.etag(&plan_name("w-submitted"));
    let earlier = pb::UpdateWorkforcePlanRequest { request_id: spent(), ..update("w2") };
    write("UpdateWorkforcePlan", update("w1"), earlier)
        .invalid("mask", |m| m.update_mask = Some(prost_types::FieldMask { paths: vec!["none".to_owned()] }))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.workforce_plan.as_mut().unwrap().name = plan_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "NOT_DRAFT", move |m| {
            m.workforce_plan.as_mut().unwrap().name = plan_name("w-submitted");
            if m.etag != old() {
                m.etag.clone_from(&submitted);
            }
        })
        .refused("years", "FIELD_IMMUTABLE", |m| m.workforce_plan.as_mut().unwrap().last_year = 2030)
        .done()
}

fn delete_plan(w: &World) -> Asked {
    let delete = |id: &str| pb::DeleteWorkforcePlanRequest {
        name: plan_name(id),
        etag: w.etag(&plan_name(id)),
        ..Default::default()
    };
    let submitted = w.etag(&plan_name("w-submitted"));
    let earlier = pb::DeleteWorkforcePlanRequest { request_id: spent(), ..delete("w3") };
    write("DeleteWorkforcePlan", delete("w1"), earlier)
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = plan_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "NOT_DRAFT", move |m| {
            m.name = plan_name("w-submitted");
            if m.etag != old() {
                m.etag.clone_from(&submitted);
            }
        })
        .done()
}

fn write_groups(w: &World) -> Asked {
    use pb::staff_group_operation::Operation as Groups;
    type Batch = pb::BatchWriteStaffGroupsRequest;
    // A weaker fault may have named another plan: the group is one of that.
    let delete = |m: &Batch, group: &str| {
        let (name, etag) = (format!("{}/staffGroups/{group}", m.parent), old());
        let delete = pb::DeleteStaffGroupOperation { name, etag };
        pb::StaffGroupOperation { operation: Some(Groups::Delete(delete)) }
    };
    let fresh = |id: &str| created(id, servants(1, "01.003", 1));
    let submitted = w.etag(&group_name("w-submitted", "v"));
    let earlier = Batch { request_id: spent(), ..groups("w2", vec![fresh("spent")]) };
    write("BatchWriteStaffGroups", groups("w1", vec![fresh("fresh")]), earlier)
        .invalid("twice", move |m| m.operations.extend([fresh("twice"), fresh("twice")]))
        .reused(|m| m.request_id = spent())
        .missing("parent", |m| {
            m.parent = plan_name("none");
            // Groups of another plan would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Groups::Create(_))));
        })
        .missing("missing", move |m| {
            let operation = delete(m, "none");
            m.operations.push(operation);
        })
        .fault("stale", Code::Aborted, "STALE_ETAG", move |m| {
            let operation = delete(m, "v");
            m.operations.push(operation);
        })
        .exists("exists", "ALREADY_EXISTS", move |m| m.operations.push(fresh("a")))
        .refused("parent", "NOT_DRAFT", move |m| {
            m.parent = plan_name("w-submitted");
            // What a weaker fault deletes is the group of that plan.
            for one in &mut m.operations {
                if let Some(Groups::Delete(delete)) = &mut one.operation {
                    delete.name = delete.name.replace("/w1/", "/w-submitted/");
                    delete.etag.clone_from(&submitted);
                }
            }
        })
        .limit("parent", "GROUPS_PER_PLAN", |m| m.parent = plan_name("w-full"))
        .done()
}

fn plan_reads() -> Vec<Asked> {
    vec![
        read("GetWorkforcePlan", pb::GetWorkforcePlanRequest { name: plan_name("w1"), read_at: None })
            .invalid("name", |m| m.name = "w1".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read(
            "ListWorkforcePlans",
            pb::ListWorkforcePlansRequest { parent: jurisdiction_name("dt"), ..Default::default() },
        )
        .invalid("states", |m| m.states = vec![1, 1])
        .token(|m| m.page_token = "none".to_owned())
        .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
        .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
        .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .done(),
        read("ListStaffGroups", pb::ListStaffGroupsRequest { parent: plan_name("w1"), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = plan_name("none"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ProjectPayroll", pb::ProjectPayrollRequest { name: plan_name("w1"), read_at: None })
            .invalid("name", |m| m.name = "w1".to_owned())
            .missing("name", |m| m.name = plan_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("name", "PAY_PARAMETER_MISSING", |m| m.name = plan_name("w-missing"))
            .refused("name", "AMOUNT_OVERFLOW", |m| m.name = plan_name("w-huge"))
            .done(),
    ]
}
