//! The methods of `WorkforceService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
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
    ]
}
