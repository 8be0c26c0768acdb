//! The faults of WorkforceService, and the rows that they need.

use kehoach::pb;
use kehoach::pb::pay_parameter::Value;
use kehoach::pb::pay_parameter_operation::Operation;
use tonic::Code;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name};
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
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = reads();
    table.extend([adoption(), rows(w), pay()]);
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
