//! How the methods of WorkforceService are called in the grid.

use kehoach::pb;
use kehoach::pb::pay_parameter::Value;
use prost::Message;

use super::ground::Ground;
use crate::harness::jurisdiction_name;
use crate::workforce::pay_lines::{generate, rule, rule_name, ruled, rules, share};
use crate::workforce::plans::{created, groups, new_plan};
use crate::workforce::staffing;
use crate::workforce::{adopt, asked, batch, parameter, parameter_name, servants, written};

/// A request that is in order; what changes something is only tried.
pub fn pay(method: &str, plan: &pb::WorkforcePlan, estimate: &pb::Estimate) -> Option<Vec<u8>> {
    planned(method, plan).or_else(|| calculated(method)).or_else(|| booked(method, estimate))
}

fn booked(method: &str, estimate: &pb::Estimate) -> Option<Vec<u8>> {
    let parent = jurisdiction_name("dt");
    let own = || rule("khcn", vec![share("341", "", 10_000)]);
    Some(match method {
        "BatchWriteFundingRules" => {
            let later = pb::FundingRule { starts_on: "2030-01-01".to_owned(), ..own() };
            pb::BatchWriteFundingRulesRequest { validate_only: true, ..rules(vec![ruled(later, "")]) }.encode_to_vec()
        }
        "GetFundingRule" => {
            let name = rule_name("khcn", "-.-.2020-01-01");
            pb::GetFundingRuleRequest { name, read_at: None }.encode_to_vec()
        }
        "ListFundingRules" => pb::ListFundingRulesRequest { parent, ..Default::default() }.encode_to_vec(),
        "SummarizePayroll" => {
            let years = pb::SummarizePayrollRequest { parent, first_year: 2026, last_year: 2026, ..Default::default() };
            years.encode_to_vec()
        }
        "SimulateWorkforce" => {
            let years =
                pb::SimulateWorkforceRequest { parent, first_year: 2026, last_year: 2026, ..Default::default() };
            years.encode_to_vec()
        }
        "GeneratePayLines" => {
            pb::GeneratePayLinesRequest { validate_only: true, ..generate(estimate, "w") }.encode_to_vec()
        }
        "ComparePayLines" => {
            pb::ComparePayLinesRequest { estimate: estimate.name.clone(), read_at: None }.encode_to_vec()
        }
        _ => return None,
    })
}

/// The pay parameters, and an HR plan of the department.
pub async fn made(g: &Ground) -> pb::WorkforcePlan {
    let mut client = g.h.workforce_as(&g.an);
    client.adopt_pay_parameters(adopt()).await.unwrap();
    let own = rule("khcn", vec![share("341", "", 10_000)]);
    g.h.payroll_as(&g.an).batch_write_funding_rules(rules(vec![ruled(own, "")])).await.unwrap();
    let drafter = g.holder("workforce-drafter", pb::Role::Drafter, "khcn").await;
    g.h.workforce_as(&drafter).create_workforce_plan(new_plan("w")).await.unwrap().into_inner()
}

fn planned(method: &str, plan: &pb::WorkforcePlan) -> Option<Vec<u8>> {
    let (validate_only, name, etag) = (true, plan.name.clone(), plan.etag.clone());
    Some(match method {
        "CreateWorkforcePlan" => pb::CreateWorkforcePlanRequest { validate_only, ..new_plan("new") }.encode_to_vec(),
        "GetWorkforcePlan" => pb::GetWorkforcePlanRequest { name, read_at: None }.encode_to_vec(),
        "ListWorkforcePlans" => {
            pb::ListWorkforcePlansRequest { parent: jurisdiction_name("dt"), ..Default::default() }.encode_to_vec()
        }
        "UpdateWorkforcePlan" => {
            let workforce_plan = Some(pb::WorkforcePlan { name, title: "X".to_owned(), ..Default::default() });
            pb::UpdateWorkforcePlanRequest { workforce_plan, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "DeleteWorkforcePlan" => {
            pb::DeleteWorkforcePlanRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "BatchWriteStaffGroups" => {
            let operations = vec![created("new", servants(1, "01.003", 1))];
            pb::BatchWriteStaffGroupsRequest { validate_only, ..groups("w", operations) }.encode_to_vec()
        }
        "ListStaffGroups" => pb::ListStaffGroupsRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "BatchWriteStaffing" => {
            let demand = staffing::item(staffing::demand(2026, ""), Some(1));
            let operations = vec![staffing::created("new", demand)];
            pb::BatchWriteStaffingRequest { validate_only, ..staffing::staffing("w", operations) }.encode_to_vec()
        }
        "ListStaffing" => pb::ListStaffingRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "ListQuotas" => staffing::quotas().encode_to_vec(),
        "SummarizeHeadcount" => {
            pb::SummarizeHeadcountRequest { name, on: "2026-05-01".to_owned(), read_at: None }.encode_to_vec()
        }
        "ProjectRetirement" => pb::ProjectRetirementRequest { name, read_at: None }.encode_to_vec(),
        "ProjectPayroll" => pb::ProjectPayrollRequest { name, read_at: None }.encode_to_vec(),
        _ => return None,
    })
}

fn calculated(method: &str) -> Option<Vec<u8>> {
    let parent = jurisdiction_name("dt");
    let row = || parameter("base", "2030-01-01", Value::BaseSalaryAmount(1));
    Some(match method {
        "ListPaySets" => pb::ListPaySetsRequest {}.encode_to_vec(),
        "AdoptPayParameters" => pb::AdoptPayParametersRequest { validate_only: true, ..adopt() }.encode_to_vec(),
        "BatchWritePayParameters" => {
            let rows = batch(vec![written(row(), "")]);
            pb::BatchWritePayParametersRequest { validate_only: true, ..rows }.encode_to_vec()
        }
        "GetPayParameter" => {
            let name = parameter_name("base-salary.base.2026-07-01");
            pb::GetPayParameterRequest { name, read_at: None }.encode_to_vec()
        }
        "ListPayParameters" => pb::ListPayParametersRequest { parent, ..Default::default() }.encode_to_vec(),
        "ExplainPay" => {
            let grade = Some(pb::staff_group::Grade::Coefficient("2.34".to_owned()));
            let staff_kind = pb::StaffKind::CivilServant.into();
            asked(2026, pb::StaffGroup { staff_kind, count: 1, grade, ..Default::default() }).encode_to_vec()
        }
        _ => return None,
    })
}
