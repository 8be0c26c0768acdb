//! The methods of `WorkforceService` and `PayrollService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    let mut routes = plans();
    routes.extend(payroll());
    routes
}

/// Parameters, plans, headcounts and quotas.
fn plans() -> Vec<Route> {
    vec![
        read("/kehoach.v1.WorkforceService/ListPaySets", Whole(Action::ReadDirectory), actions::list_pay_sets),
        write(
            "/kehoach.v1.WorkforceService/AdoptPayParameters",
            Whole(Action::ManageSchemes),
            actions::adopt_pay_parameters,
        ),
        write(
            "/kehoach.v1.WorkforceService/BatchWritePayParameters",
            Whole(Action::ManageSchemes),
            actions::batch_write_pay_parameters,
        ),
        read("/kehoach.v1.WorkforceService/GetPayParameter", Object(Action::ReadMember), actions::get_pay_parameter),
        read("/kehoach.v1.WorkforceService/ListPayParameters", Whole(Action::ReadMember), actions::list_pay_parameters),
        read("/kehoach.v1.WorkforceService/ExplainPay", Whole(Action::ReadMember), actions::explain_pay),
        write(
            "/kehoach.v1.WorkforceService/CreateWorkforcePlan",
            Object(Action::DraftDocument),
            actions::create_workforce_plan,
        ),
        read(
            "/kehoach.v1.WorkforceService/GetWorkforcePlan",
            Object(Action::ReadDocument),
            actions::get_workforce_plan,
        ),
        read(
            "/kehoach.v1.WorkforceService/ListWorkforcePlans",
            Whole(Action::ReadMember),
            actions::list_workforce_plans,
        ),
        write(
            "/kehoach.v1.WorkforceService/UpdateWorkforcePlan",
            Object(Action::DraftDocument),
            actions::update_workforce_plan,
        ),
        write(
            "/kehoach.v1.WorkforceService/DeleteWorkforcePlan",
            Object(Action::DraftDocument),
            actions::delete_workforce_plan,
        ),
        write(
            "/kehoach.v1.WorkforceService/BatchWriteStaffGroups",
            Object(Action::DraftDocument),
            actions::batch_write_staff_groups,
        ),
        read("/kehoach.v1.WorkforceService/ListStaffGroups", Object(Action::ReadDocument), actions::list_staff_groups),
        write(
            "/kehoach.v1.WorkforceService/BatchWriteStaffing",
            Object(Action::DraftDocument),
            actions::batch_write_staffing,
        ),
        read("/kehoach.v1.WorkforceService/ListStaffing", Object(Action::ReadDocument), actions::list_staffing),
        read("/kehoach.v1.WorkforceService/ListQuotas", Whole(Action::ReadMember), actions::list_quotas),
        read(
            "/kehoach.v1.WorkforceService/SummarizeHeadcount",
            Object(Action::ReadDocument),
            actions::summarize_headcount,
        ),
        read(
            "/kehoach.v1.WorkforceService/ProjectRetirement",
            Object(Action::ReadDocument),
            actions::project_retirement,
        ),
        read("/kehoach.v1.WorkforceService/ProjectPayroll", Object(Action::ReadDocument), actions::project_payroll),
    ]
}

/// Pay in estimates, and what would change it.
fn payroll() -> Vec<Route> {
    vec![
        write(
            "/kehoach.v1.PayrollService/BatchWriteFundingRules",
            Object(Action::ManageFunding),
            actions::batch_write_funding_rules,
        ),
        read("/kehoach.v1.PayrollService/GetFundingRule", Object(Action::ReadMember), actions::get_funding_rule),
        read("/kehoach.v1.PayrollService/ListFundingRules", Whole(Action::ReadMember), actions::list_funding_rules),
        write(
            "/kehoach.v1.PayrollService/GeneratePayLines",
            Object(Action::DraftDocument),
            actions::generate_pay_lines,
        ),
        read("/kehoach.v1.PayrollService/ComparePayLines", Object(Action::ReadDocument), actions::compare_pay_lines),
        read("/kehoach.v1.PayrollService/SummarizePayroll", Whole(Action::ReadMember), actions::summarize_payroll),
        read("/kehoach.v1.PayrollService/SimulateWorkforce", Whole(Action::ReadMember), actions::simulate_workforce),
    ]
}
