//! The faults of PayrollService, and the estimate, the rules and the codes that they need.

use kehoach::pb;
use kehoach::pb::funding_rule_operation::Operation;
use kehoach::pb::pay_parameter::Value;
use tonic::Code;

use super::world::{World, estimate_name};
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::{at, create};
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::workforce::pay_lines::{economic_codes, rule, rule_name, ruled, rules, share, unruled};
use crate::workforce::plans::{created, group_name, groups, new_plan, plan_name};
use crate::workforce::{batch, parameter, percent, servants, written};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// The rule for civil servants.
fn usual() -> pb::FundingRule {
    pb::FundingRule { staff_kind: pb::StaffKind::CivilServant.into(), ..rule("khcn", vec![share("341", "", 10_000)]) }
}

/// Plans of people whose pay is booked on no code that can be used, and one that no rule books.
const ODD: &[(&str, pb::StaffKind, &str)] = &[
    ("w-unknown", pb::StaffKind::PublicEmployeeBudget, "999"),
    ("w-group", pb::StaffKind::PublicEmployeeRevenue, "340"),
    ("w-closed", pb::StaffKind::SupportContract, "199"),
    ("w-unfunded", pb::StaffKind::TaskContract, ""),
];

/// Estimates that lines are generated in, rules and plans, and the codes of sub-items.
pub async fn make(world: &mut World, h: &Harness) {
    h.classification().batch_write_codes(economic_codes()).await.unwrap();
    let earlier = pb::FundingRule { starts_on: "2010-01-01".to_owned(), ..usual() };
    let mut operations = vec![ruled(usual(), ""), ruled(earlier, "")];
    for (plan, staff_kind, code) in ODD {
        let staff_kind = (*staff_kind).into();
        if !code.is_empty() {
            let shares = vec![share(code, "", 10_000)];
            operations.push(ruled(pb::FundingRule { staff_kind, ..rule("khcn", shares) }, ""));
        }
        h.workforce().create_workforce_plan(by("drafter", new_plan(plan))).await.unwrap();
        let group = pb::StaffGroup { staff_kind, ..servants(1, "01.003", 3) };
        h.workforce().batch_write_staff_groups(by("drafter", groups(plan, vec![created("a", group)]))).await.unwrap();
    }
    let made = h.payroll().batch_write_funding_rules(rules(operations)).await.unwrap().into_inner();
    for one in made.funding_rules {
        world.keep(one.name, one.etag);
    }
    for (id, year) in [("pay", 2025), ("pay-spent", 2025), ("pay-past", 2019), ("pay-full", 2025)] {
        let request = create(id, year, Vec::new());
        let made = h.budget().create_estimate(by("drafter", request)).await.unwrap().into_inner();
        world.keep(made.name, made.etag);
    }
    plans_of_years(h).await;
    // 200,000 lines would take minutes, and as many groups.
    h.sql("UPDATE workforce_plan_versions SET group_count = 200001, last_sequence = 200001 WHERE plan = 'y-many'");
    h.sql("UPDATE estimate_versions SET line_count = 200000, last_sequence = 200000 WHERE estimate = 'pay-full'");
}

/// More components than ten years of them fit an answer, for the one kind of people who are planned then.
fn wide() -> Vec<pb::PayParameterOperation> {
    let component = pb::PayComponent {
        method: pb::PayMethod::Coefficient.into(),
        category: pb::PayCategory::Other.into(),
        base: "base".to_owned(),
        coefficient: "1".to_owned(),
        staff_kinds: vec![pb::StaffKind::TaskContract.into()],
        ..Default::default()
    };
    let row = |number| parameter(&format!("wide-{number}"), "2040-01-01", Value::Component(component.clone()));
    (0..1_001).map(|number| written(row(number), "")).collect()
}

/// Plans of years of their own: a good one, and those that cannot be calculated or are too large.
async fn plans_of_years(h: &Harness) {
    let huge =
        pb::GivenPay { component: "huge".to_owned(), what: Some(pb::given_pay::What::Coefficient("100".to_owned())) };
    let huge = pb::StaffGroup { given: vec![huge], ..servants(1_000_000, "01.003", 3) };
    let good = || servants(1, "01.003", 3);
    h.workforce().batch_write_pay_parameters(batch(wide())).await.unwrap();
    for (id, first, last, group) in [
        ("y-good", 2030, 2030, good()),
        ("y-missing", 2031, 2031, servants(1, "none", 3)),
        ("y-huge", 2032, 2032, huge),
        ("y-many", 2033, 2033, good()),
        ("y-wide", 2040, 2049, pb::StaffGroup { staff_kind: pb::StaffKind::TaskContract.into(), ..good() }),
    ] {
        let mut plan = new_plan(id);
        let body = plan.workforce_plan.as_mut().unwrap();
        (body.first_year, body.last_year) = (first, last);
        h.workforce().create_workforce_plan(by("drafter", plan)).await.unwrap();
        h.workforce().batch_write_staff_groups(by("drafter", groups(id, vec![created("a", group)]))).await.unwrap();
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = vec![write_rules(w), generate(w), summarize(), simulate()];
    table.extend(reads());
    table
}

fn write_rules(w: &World) -> Asked {
    let (first, second) =
        (rule_name("khcn", "civil-servant.-.2020-01-01"), rule_name("khcn", "civil-servant.-.2010-01-01"));
    let earlier = pb::FundingRule { starts_on: "2010-01-01".to_owned(), ..usual() };
    let earlier = rules(vec![ruled(earlier, &w.etag(&second))]);
    let earlier = pb::BatchWriteFundingRulesRequest { request_id: spent(), ..earlier };
    write("BatchWriteFundingRules", rules(vec![ruled(usual(), &w.etag(&first))]), earlier)
        .invalid("twice", move |m| m.operations.push(ruled(usual(), "")))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // Names of another jurisdiction would be a fault of the message alone.
            for one in &mut m.operations {
                if let Some(Operation::Write(write)) = &mut one.operation {
                    write.funding_rule.as_mut().unwrap().unit = "jurisdictions/nowhere/units/khcn".to_owned();
                }
            }
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Write(_))));
        })
        .missing("removed", |m| m.operations.push(unruled(&rule_name("khcn", "-.-.1990-01-01"), &old())))
        .fault("stale", Code::Aborted, "STALE_ETAG", |m| {
            m.operations.push(ruled(pb::FundingRule { starts_on: "2030-01-01".to_owned(), ..usual() }, &old()));
        })
        .refused("unit", "REFERENCE_UNKNOWN", |m| {
            m.operations.push(ruled(rule("nowhere", vec![share("341", "", 10_000)]), ""));
        })
        .refused("component", "PAY_REFERENCE_UNKNOWN", |m| {
            m.operations.push(ruled(pb::FundingRule { component: "none".to_owned(), ..usual() }, ""));
        })
        .done()
}

fn generate(w: &World) -> Asked {
    let ask = |estimate: &str| pb::GeneratePayLinesRequest {
        estimate: estimate_name(estimate),
        workforce_plan: plan_name("w1"),
        etag: w.etag(&estimate_name(estimate)),
        ..Default::default()
    };
    let earlier = pb::GeneratePayLinesRequest { request_id: spent(), ..ask("pay-spent") };
    let (full, submitted, past) =
        (w.etag(&estimate_name("pay-full")), w.etag(&estimate_name("submitted")), w.etag(&estimate_name("pay-past")));
    let instead = |m: &mut pb::GeneratePayLinesRequest, estimate: &str, etag: &str| {
        m.estimate = estimate_name(estimate);
        if m.etag != old() {
            m.etag = etag.to_owned();
        }
    };
    write("GeneratePayLines", ask("pay"), earlier)
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("estimate", |m| m.estimate = estimate_name("none"))
        .missing("plan", |m| m.workforce_plan = plan_name("none"))
        .missing("in_force", |m| m.from_in_force = true)
        .stale(|m| m.etag = old())
        .refused("estimate", "NOT_DRAFT", move |m| instead(m, "submitted", &submitted))
        .refused("estimate", "PAY_PLAN_UNFIT", move |m| instead(m, "pay-past", &past))
        .refused("plan", "PAY_PARAMETER_MISSING", |m| m.workforce_plan = plan_name("w-missing"))
        .refused("plan", "AMOUNT_OVERFLOW", |m| m.workforce_plan = plan_name("w-huge"))
        .refused("plan", "FUNDING_RULE_MISSING", |m| m.workforce_plan = plan_name("w-unfunded"))
        .refused("plan", "CODE_UNKNOWN", |m| m.workforce_plan = plan_name("w-unknown"))
        .refused("plan", "CODE_NOT_POSTABLE", |m| m.workforce_plan = plan_name("w-group"))
        .refused("plan", "CODE_CLOSED", |m| m.workforce_plan = plan_name("w-closed"))
        .limit("estimate", "LINES_PER_ESTIMATE", move |m| instead(m, "pay-full", &full))
        .done()
}

fn summarize() -> Asked {
    let good = pb::SummarizePayrollRequest {
        parent: jurisdiction_name("dt"),
        unit: unit_name("dt", "khcn"),
        first_year: 2030,
        last_year: 2030,
        ..Default::default()
    };
    let of = |m: &mut pb::SummarizePayrollRequest, year| (m.first_year, m.last_year) = (year, year);
    read("SummarizePayroll", good)
        .invalid("read_at", |m| m.unit = "khcn".to_owned())
        .missing("unit", |m| (m.parent, m.unit) = (jurisdiction_name("nowhere"), String::new()))
        .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
        .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .refused("years", "PAY_PARAMETER_MISSING", move |m| of(m, 2031))
        .refused("years", "AMOUNT_OVERFLOW", move |m| of(m, 2032))
        .limit("years", "PAY_GROUPS", move |m| of(m, 2033))
        .limit("years", "TOO_MANY_ROWS", |m| (m.first_year, m.last_year) = (2040, 2049))
        .done()
}

fn simulate() -> Asked {
    let count = |group: &str| pb::SimulatedCount { staff_group: group_name("y-good", group), count: 2 };
    let good = pb::SimulateWorkforceRequest {
        parent: jurisdiction_name("dt"),
        unit: unit_name("dt", "khcn"),
        first_year: 2030,
        last_year: 2030,
        recruitments: vec![pb::SimulatedRecruitment {
            unit: unit_name("dt", "khcn"),
            staff_group: Some(servants(1, "01.003", 1)),
        }],
        ..Default::default()
    };
    let of = |m: &mut pb::SimulateWorkforceRequest, year| (m.first_year, m.last_year) = (year, year);
    let rank = |scale: &str| parameter("x", "2026-01-01", Value::RankScale(scale.to_owned()));
    read("SimulateWorkforce", good)
        .invalid("caps", |m| m.caps.push(pb::SimulatedCap::default()))
        .invalid("twice", move |m| m.counts.extend([count("a"), count("a")]))
        .missing("unit", |m| {
            (m.parent, m.unit) = (jurisdiction_name("nowhere"), String::new());
            // Names of another jurisdiction would be a fault of the message alone.
            (m.recruitments, m.counts) = (Vec::new(), Vec::new());
        })
        .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
        .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .refused("counts", "REFERENCE_UNKNOWN", move |m| m.counts.push(count("none")))
        .refused("rank", "PAY_REFERENCE_UNKNOWN", move |m| m.pay_parameters.push(rank("none")))
        .refused("order", "PAY_COMPONENT_ORDER", |m| m.pay_parameters.push(percent("self", &["self"], 1)))
        .refused("years", "PAY_PARAMETER_MISSING", move |m| of(m, 2031))
        .refused("years", "AMOUNT_OVERFLOW", move |m| of(m, 2032))
        .limit("years", "PAY_GROUPS", move |m| of(m, 2033))
        .limit("years", "TOO_MANY_ROWS", |m| {
            (m.first_year, m.last_year) = (2040, 2049);
            m.counts.push(pb::SimulatedCount { staff_group: group_name("y-wide", "a"), count: 2 });
        })
        .done()
}

fn reads() -> Vec<Asked> {
    let name = rule_name("khcn", "civil-servant.-.2020-01-01");
    vec![
        read("GetFundingRule", pb::GetFundingRuleRequest { name, read_at: None })
            .invalid("name", |m| m.name = "rule".to_owned())
            .missing("name", |m| m.name = rule_name("khcn", "-.none.2020-01-01"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListFundingRules", pb::ListFundingRulesRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ComparePayLines", pb::ComparePayLinesRequest { estimate: estimate_name("pay"), read_at: None })
            .invalid("estimate", |m| m.estimate = unit_name("dt", "khcn"))
            .missing("estimate", |m| m.estimate = estimate_name("none"))
            .refused("estimate", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}
