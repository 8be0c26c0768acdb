//! How the methods of WorkforceService are called in the grid.

use kehoach::pb;
use kehoach::pb::pay_parameter::Value;
use prost::Message;

use crate::harness::jurisdiction_name;
use crate::workforce::{adopt, asked, batch, parameter, parameter_name, written};

/// A request that is in order; what changes something is only tried.
pub fn pay(method: &str) -> Option<Vec<u8>> {
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
