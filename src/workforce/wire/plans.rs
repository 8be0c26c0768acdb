//! The messages of HR plans and their staff groups.

use std::collections::HashSet;

use super::pay::{group_message, staff_group};
use super::{jurisdiction, small};
use crate::budget::model::LegalBasis;
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{in_force, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{StaffGroupName, UnitName, WorkforcePlanName};
use crate::period::is_day;
use crate::workforce::actions::*;
use crate::workforce::batch::GroupOperation;
use crate::workforce::model::{PlanKey, WorkforcePlan};
use crate::workforce::project::{Cell, Sums};
use crate::workforce::store::PlanFilter;
use crate::{mutations, pb};

mutations!(
    pb::CreateWorkforcePlanRequest,
    pb::UpdateWorkforcePlanRequest,
    pb::DeleteWorkforcePlanRequest,
    pb::BatchWriteStaffGroupsRequest,
);

const WRITABLE: &[&str] = &["title", "legal_basis", "unit", "first_year", "last_year"];
const READABLE: &[&str] = &[
    "name",
    "sequence",
    "state",
    "submission",
    "number",
    "in_force_revision",
    "staff_group_count",
    "revision",
    "etag",
    "created_at",
    "updated_at",
];

/// Reads the name of a plan.
pub fn plan_name(name: &str, field: &str) -> Result<WorkforcePlanName> {
    WorkforcePlanName::parse(name).ok_or_else(|| Error::invalid(field, "is not the name of an HR plan"))
}

/// The id of the unit that a name names, none where it is empty; it must be of this jurisdiction.
fn unit(name: &str, jurisdiction: &str, faults: &mut Faults) -> Option<String> {
    let name = UnitName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, "workforce_plan.unit", "is of another jurisdiction");
    Some(name.unit)
}

fn legal_basis(messages: Vec<pb::LegalBasis>, faults: &mut Faults) -> Vec<LegalBasis> {
    let read = |(at, message): (usize, pb::LegalBasis)| {
        let pb::LegalBasis { number, issued_on, issuer, title } = message;
        let field = |name: &str| format!("workforce_plan.legal_basis[{at}].{name}");
        faults.when(!issued_on.is_empty() && !is_day(&issued_on), &field("issued_on"), "is not a day");
        LegalBasis {
            number: faults.name(&field("number"), &number, false),
            issuer: faults.name(&field("issuer"), &issuer, false),
            title: faults.name(&field("title"), &title, false),
            issued_on,
        }
    };
    messages.into_iter().enumerate().map(read).collect()
}

impl FromWire for CreateWorkforcePlan {
    type Message = pb::CreateWorkforcePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction(&message.parent);
        let body = message.workforce_plan.unwrap_or_default();
        let owner = unit(&body.unit, &jurisdiction, &mut faults);
        faults.when(owner.is_none(), "workforce_plan.unit", "is required");
        faults.when(body.first_year < 1900, "workforce_plan.first_year", "is required, 1900 or later");
        faults.when(body.last_year < 1900, "workforce_plan.last_year", "is required, 1900 or later");
        let key = PlanKey {
            unit: owner.unwrap_or_default(),
            first_year: i64::from(body.first_year),
            last_year: i64::from(body.last_year),
            sequence: 0,
        };
        let new = WorkforcePlan {
            id: message.workforce_plan_id,
            key,
            title: faults.name("workforce_plan.title", &body.title, true),
            legal_basis: legal_basis(body.legal_basis, &mut faults),
            state: State::Draft,
            submission: 0,
            number: 0,
            in_force: None,
            shown_in_force: false,
            group_count: 0,
            last_sequence: 0,
            revision: 0,
            created_at: 0,
            updated_at: 0,
            jurisdiction,
        };
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetWorkforcePlan {
    type Message = pb::GetWorkforcePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: plan_name(&message.name, "name")?, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for ListWorkforcePlans {
    type Message = pb::ListWorkforcePlansRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = jurisdiction(&message.parent);
        let unit = UnitName::parse(&message.unit);
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        let filter = PlanFilter {
            year: Some(i64::from(message.year)).filter(|year| *year != 0),
            states: message.states.iter().filter_map(|state| word::<State>(*state)).collect(),
            in_force: in_force(message.read_at.as_ref()),
            ..PlanFilter::default()
        };
        Ok(Self { jurisdiction, unit, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdateWorkforcePlan {
    type Message = pb::UpdateWorkforcePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, WRITABLE, READABLE, &mut faults.0);
        let body = message.workforce_plan.unwrap_or_default();
        let name = plan_name(&body.name, "workforce_plan.name")?;
        let owner = unit(&body.unit, &name.jurisdiction, &mut faults);
        let ask = Self {
            title: faults.name("workforce_plan.title", &body.title, mask.writes("title", false)),
            legal_basis: legal_basis(body.legal_basis, &mut faults),
            stated: (owner, i64::from(body.first_year), i64::from(body.last_year)),
            name,
            etag: message.etag,
            mask,
        };
        unless_invalid(faults.0)?;
        Ok(ask)
    }
}

impl FromWire for DeleteWorkforcePlan {
    type Message = pb::DeleteWorkforcePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: plan_name(&message.name, "name")?, etag: message.etag })
    }
}

impl FromWire for BatchWriteStaffGroups {
    type Message = pb::BatchWriteStaffGroupsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let plan = plan_name(&message.parent, "parent")?;
        let mut seen = HashSet::new();
        let mut operations = Vec::with_capacity(message.operations.len());
        for (position, operation) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{position}]");
            let Some((operation, field)) = self::operation(operation, &plan, &path, &mut faults) else { continue };
            let again = !operation.id().is_empty() && !seen.insert(operation.id().to_owned());
            faults.when(again, &field, "is in an earlier operation already");
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { plan, operations })
    }
}

/// Reads an operation, with the field that names its group; none where something is missing, which the rules of its fields name.
fn operation(
    message: pb::StaffGroupOperation,
    plan: &WorkforcePlanName,
    path: &str,
    faults: &mut Faults,
) -> Option<(GroupOperation, String)> {
    use pb::staff_group_operation::Operation;
    let mut id = |name: &str, field: &str| {
        let named = StaffGroupName::parse(name);
        faults.when(named.is_none(), field, "is not the name of a staff group");
        let named = named?;
        let foreign = (&named.jurisdiction, &named.plan) != (&plan.jurisdiction, &plan.plan);
        faults.when(foreign, field, "is of another plan than the request");
        Some(named.group)
    };
    match message.operation? {
        Operation::Create(body) => {
            let group = staff_group(body.staff_group?, &format!("{path}.create.staff_group"), faults)?;
            Some((GroupOperation::Create { id: body.staff_group_id, group }, format!("{path}.create.staff_group_id")))
        }
        Operation::Replace(body) => {
            let message = body.staff_group?;
            let field = format!("{path}.replace.staff_group.name");
            let id = id(&message.name, &field)?;
            let group = staff_group(message, &format!("{path}.replace.staff_group"), faults)?;
            Some((GroupOperation::Replace { id, group, etag: body.etag }, field))
        }
        Operation::Delete(body) => {
            let field = format!("{path}.delete.name");
            Some((GroupOperation::Delete { id: id(&body.name, &field)?, etag: body.etag }, field))
        }
    }
}

impl FromWire for ListStaffGroups {
    type Message = pb::ListStaffGroupsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { plan: plan_name(&message.parent, "parent")?, read_at: read_at(message.read_at), in_force, page })
    }
}

impl FromWire for ProjectPayroll {
    type Message = pb::ProjectPayrollRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: plan_name(&message.name, "name")?, read_at: read_at(message.read_at), in_force })
    }
}

impl IntoWire for Gone {
    type Message = ();

    fn into_wire(self, _: &Sending<'_>) {}
}

impl IntoWire for WorkforcePlan {
    type Message = pb::WorkforcePlan;

    fn into_wire(self, sending: &Sending<'_>) -> pb::WorkforcePlan {
        let name = self.name().to_string();
        let WorkforcePlan {
            jurisdiction,
            id: _,
            key: PlanKey { unit, first_year, last_year, sequence },
            title,
            legal_basis,
            state,
            submission,
            number: amendment,
            in_force,
            shown_in_force,
            group_count,
            last_sequence: _,
            revision,
            created_at,
            updated_at,
        } = self;
        let basis =
            |LegalBasis { number, issued_on, issuer, title }| pb::LegalBasis { number, issued_on, issuer, title };
        pb::WorkforcePlan {
            name,
            unit: UnitName { jurisdiction, unit }.to_string(),
            first_year: small(first_year),
            last_year: small(last_year),
            sequence: small(sequence),
            title,
            legal_basis: legal_basis.into_iter().map(basis).collect(),
            state: number(state),
            submission: small(submission),
            number: small(amendment),
            in_force_revision: in_force.unwrap_or_default(),
            staff_group_count: small(group_count),
            revision,
            etag: sending.showing(shown_in_force).etag(revision),
            created_at: timestamp(created_at),
            updated_at: timestamp(updated_at),
        }
    }
}

impl IntoWire for ListedPlans {
    type Message = pb::ListWorkforcePlansResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plans, next_page_token } = self;
        let workforce_plans = plans.into_iter().map(|plan| plan.into_wire(sending)).collect();
        pb::ListWorkforcePlansResponse { workforce_plans, next_page_token }
    }
}

impl IntoWire for WrittenGroups {
    type Message = pb::BatchWriteStaffGroupsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, groups } = self;
        let etag = sending.etag(plan.revision);
        let group = |(name, stands): (String, bool)| pb::WrittenStaffGroup {
            name,
            etag: if stands { etag.clone() } else { String::new() },
        };
        pb::BatchWriteStaffGroupsResponse {
            staff_groups: groups.into_iter().map(group).collect(),
            workforce_plan: Some(plan.into_wire(sending)),
        }
    }
}

impl IntoWire for ListedGroups {
    type Message = pb::ListStaffGroupsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, in_force, groups, next_page_token } = self;
        let sending = sending.showing(in_force);
        let message = |one: crate::workforce::model::PlannedGroup| {
            let WorkforcePlanName { jurisdiction, plan } = plan.clone();
            let name = StaffGroupName { jurisdiction, plan, group: one.id }.to_string();
            pb::StaffGroup {
                name,
                revision: one.revision,
                etag: sending.etag(one.revision),
                ..group_message(one.group)
            }
        };
        pb::ListStaffGroupsResponse { staff_groups: groups.into_iter().map(message).collect(), next_page_token }
    }
}

impl IntoWire for Projection {
    type Message = pb::PayrollProjection;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, sums: Sums { years, cells } } = self;
        let year = |(place, (pay_amount, bonus_amount)): (usize, (i64, i64))| pb::PayrollYear {
            fiscal_year: small(plan.key.first_year + i64::try_from(place).unwrap_or_default()),
            pay_amount,
            bonus_amount,
            rows: Vec::new(),
        };
        let mut years: Vec<pb::PayrollYear> = years.into_iter().enumerate().map(year).collect();
        for (Cell { year, staff_kind, category, component, economic_code }, amount) in cells {
            if let Some(of_year) = years.get_mut(year) {
                let (staff_kind, category) = (number(staff_kind), number(category));
                of_year.rows.push(pb::PayrollRow { staff_kind, category, component, economic_code, amount });
            }
        }
        pb::PayrollProjection { workforce_plan: Some(plan.into_wire(sending)), years }
    }
}
