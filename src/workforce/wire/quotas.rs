//! The messages of quotas, counts and retirement.

use super::plans::plan_name;
use super::{day, jurisdiction, small};
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{in_force, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{StaffGroupName, StaffingItemName, UnitName, WorkforcePlanName};
use crate::pb;
use crate::workforce::actions::*;
use crate::workforce::headcount::{Row, Summary};
use crate::workforce::model::StaffKind;
use crate::workforce::model::staffing::{Assigned, Cohort, Quota, StaffingKind};
use crate::workforce::retirement::{Projected, Retirement};
use crate::workforce::store::QuotaFilter;

impl FromWire for ListQuotas {
    type Message = pb::ListQuotasRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = jurisdiction(&message.parent);
        let mut faults = Faults::default();
        let unit = UnitName::parse(&message.unit);
        let is_foreign = unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction);
        faults.when(is_foreign, "unit", "is of another jurisdiction");
        let from_on = day(&mut faults, "from_on", &message.from_on);
        let to_on = day(&mut faults, "to_on", &message.to_on);
        let inverted = from_on.is_some() && to_on.is_some() && to_on < from_on;
        faults.when(inverted, "to_on", "is before from_on");
        unless_invalid(faults.0)?;
        let filter = QuotaFilter { staff_kind: word(message.staff_kind), from_on, to_on, ..QuotaFilter::default() };
        Ok(Self { jurisdiction, unit, filter, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedQuotas {
    type Message = pb::ListQuotasResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { jurisdiction, quotas, next_page_token } = self;
        let message = |given: Assigned| quota(&jurisdiction, given);
        pb::ListQuotasResponse { quotas: quotas.into_iter().map(message).collect(), next_page_token }
    }
}

fn quota(jurisdiction: &str, given: Assigned) -> pb::Quota {
    let Assigned { quota, act_number, act_signed_on, act_authority } = given;
    let Quota { plan, demand, number: amendment, unit, staff_kind, starts_on, ends_on, count, revision } = quota;
    let collection = StaffingKind::Demand.collection();
    let jurisdiction = jurisdiction.to_owned();
    pb::Quota {
        unit: UnitName { jurisdiction: jurisdiction.clone(), unit }.to_string(),
        staff_kind: number(staff_kind),
        starts_on,
        ends_on,
        count,
        demand: StaffingItemName { jurisdiction, plan, collection, item: demand }.to_string(),
        act_number,
        act_signed_on,
        act_authority,
        number: small(amendment),
        revision,
    }
}

impl FromWire for SummarizeHeadcount {
    type Message = pb::SummarizeHeadcountRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let on = day(&mut faults, "on", &message.on).unwrap_or_default();
        unless_invalid(faults.0)?;
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: plan_name(&message.name, "name")?, on, read_at: read_at(message.read_at), in_force })
    }
}

impl IntoWire for Counted {
    type Message = pb::HeadcountSummary;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { unit, on, summary: Summary { established, contracts } } = self;
        let rows = |rows: Vec<Row>| rows.into_iter().map(row).collect();
        pb::HeadcountSummary { unit: unit.to_string(), on, established: rows(established), contracts: rows(contracts) }
    }
}

fn row(row: Row) -> pb::HeadcountRow {
    let Row { staff_kind, assigned, present } = row;
    let (assigned, act_number) = assigned.unzip();
    pb::HeadcountRow {
        staff_kind: number(staff_kind),
        assigned_count: assigned,
        present_count: present,
        vacant_count: assigned.map(|assigned| assigned - present),
        act_number: act_number.unwrap_or_default(),
    }
}

impl FromWire for ProjectRetirement {
    type Message = pb::ProjectRetirementRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: plan_name(&message.name, "name")?, read_at: read_at(message.read_at), in_force })
    }
}

impl IntoWire for Retirements {
    type Message = pb::RetirementProjection;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { plan, projected: Projected { retirements, years } } = self;
        let year = |((fiscal_year, staff_kind), count): ((i64, StaffKind), i64)| pb::RetirementYear {
            fiscal_year: small(fiscal_year),
            staff_kind: number(staff_kind),
            count: small(count),
        };
        pb::RetirementProjection {
            retirements: retirements.into_iter().map(|one| retirement(&plan, one)).collect(),
            years: years.into_iter().map(year).collect(),
        }
    }
}

fn retirement(plan: &WorkforcePlanName, one: Retirement) -> pb::Retirement {
    let Retirement { month, group, cohort, staff_kind, people, age, row } = one;
    let Cohort { staff_group: _, birth_month, gender, count, extension_months, ground: _, management: _ } = people;
    let WorkforcePlanName { jurisdiction, plan } = plan.clone();
    let collection = StaffingKind::Cohort.collection();
    let item = StaffingItemName { jurisdiction: jurisdiction.clone(), plan: plan.clone(), collection, item: cohort };
    pb::Retirement {
        month: month.first_day().get(..7).unwrap_or_default().to_owned(),
        leaves_on: month.plus(1).first_day(),
        staff_group: StaffGroupName { jurisdiction: jurisdiction.clone(), plan, group }.to_string(),
        cohort: item.to_string(),
        staff_kind: number(staff_kind),
        count: small(count),
        birth_month,
        gender: number(gender),
        age_months: small(age),
        extension_months: small(extension_months),
        parameter: row.key.name(&jurisdiction).to_string(),
        citation: row.citation,
        provenance: number(row.provenance),
    }
}
