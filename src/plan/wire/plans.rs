//! The messages of plans.

use super::{items, plan_name, unit};
use crate::budget::model::LegalBasis;
use crate::document::state::State;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{JurisdictionName, PlanName, UnitName};
use crate::period::is_day;
use crate::plan::actions::*;
use crate::plan::model::{Kind, Plan};
use crate::plan::store::PlanFilter;
use crate::{mutations, pb};

mutations!(pb::CreatePlanRequest, pb::UpdatePlanRequest, pb::DeletePlanRequest, pb::BatchWritePlanRequest,);

const WRITABLE: &[&str] = &[
    "title",
    "label",
    "first_year",
    "last_year",
    "base_year",
    "refers_to",
    "narrative",
    "legal_basis",
    "unit",
    "kind",
];
const READABLE: &[&str] = &[
    "name",
    "state",
    "item_count",
    "money_binds",
    "revision",
    "etag",
    "created_at",
    "updated_at",
    "submission",
    "number",
    "in_force_revision",
];

fn jurisdiction_of(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

fn legal_basis(messages: Vec<pb::LegalBasis>, faults: &mut Faults) -> Vec<LegalBasis> {
    let read = |(at, message): (usize, pb::LegalBasis)| {
        let pb::LegalBasis { number, issued_on, issuer, title } = message;
        let field = |name: &str| format!("plan.legal_basis[{at}].{name}");
        faults.when(!issued_on.is_empty() && !is_day(&issued_on), &field("issued_on"), "is not a day of the calendar");
        LegalBasis {
            number: faults.name(&field("number"), &number, false),
            issuer: faults.name(&field("issuer"), &issuer, false),
            title: faults.name(&field("title"), &title, false),
            issued_on,
        }
    };
    messages.into_iter().enumerate().map(read).collect()
}

fn refers_to(names: &[String], jurisdiction: &str, faults: &mut Faults) -> Vec<String> {
    let read = |(at, name): (usize, &String)| {
        let PlanName { jurisdiction: of, plan } = PlanName::parse(name)?;
        faults.when(of != jurisdiction, &format!("plan.refers_to[{at}]"), "is of another jurisdiction");
        Some(plan)
    };
    names.iter().enumerate().filter_map(read).collect()
}

/// A year of a message; 0 is not stated.
fn year(value: i32, field: &str, required: bool, faults: &mut Faults) -> i64 {
    let missing = value == 0 && required;
    faults.when(missing || value != 0 && value < 1900, field, if missing { "is required" } else { "is before 1900" });
    i64::from(value)
}

impl FromWire for CreatePlan {
    type Message = pb::CreatePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let body = message.plan.unwrap_or_default();
        let owner = unit(&body.unit, &jurisdiction, "plan.unit", &mut faults);
        faults.when(owner.is_none(), "plan.unit", "is required");
        let kind = word::<Kind>(body.kind);
        faults.when(kind.is_none(), "plan.kind", "is required");
        let base_year = year(body.base_year, "plan.base_year", false, &mut faults);
        let new = Plan {
            id: message.plan_id,
            unit: owner.unwrap_or_default(),
            kind: kind.unwrap_or(Kind::Development),
            title: faults.name("plan.title", &body.title, true),
            label: faults.name("plan.label", &body.label, false),
            first_year: year(body.first_year, "plan.first_year", true, &mut faults),
            last_year: year(body.last_year, "plan.last_year", true, &mut faults),
            base_year: Some(base_year).filter(|year| *year != 0),
            refers_to: refers_to(&body.refers_to, &jurisdiction, &mut faults),
            narrative: faults.long("plan.narrative", &body.narrative),
            legal_basis: legal_basis(body.legal_basis, &mut faults),
            state: State::Draft,
            submission: 0,
            number: 0,
            in_force: None,
            shown_in_force: false,
            item_count: 0,
            last_sequence: 0,
            revision: 0,
            created_at: 0,
            updated_at: 0,
            jurisdiction,
        };
        let items = items::creates(message.items, &new.jurisdiction, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { new, items })
    }
}

impl FromWire for GetPlan {
    type Message = pb::GetPlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name: plan_name(&message.name, "name")?, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for ListPlans {
    type Message = pb::ListPlansRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = UnitName::parse(&message.unit);
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        if message.unit_only && unit.is_none() {
            return Err(Error::invalid("unit", "is required with unit_only"));
        }
        let filter = PlanFilter {
            units: None,
            visible: Vec::new(),
            kinds: message.kinds.iter().filter_map(|kind| word(*kind)).collect(),
            year: Some(i64::from(message.year)).filter(|year| *year != 0),
            states: message.states.iter().filter_map(|state| word::<State>(*state)).collect(),
            in_force: in_force(message.read_at.as_ref()),
        };
        Ok(Self { jurisdiction, unit, unit_only: message.unit_only, filter, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdatePlan {
    type Message = pb::UpdatePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, WRITABLE, READABLE, &mut faults.0);
        let body = message.plan.unwrap_or_default();
        let name = plan_name(&body.name, "plan.name")?;
        let writes = |field: &str| mask.writes(field, false);
        let years = (
            year(body.first_year, "plan.first_year", writes("first_year"), &mut faults),
            year(body.last_year, "plan.last_year", writes("last_year"), &mut faults),
            year(body.base_year, "plan.base_year", false, &mut faults),
        );
        let ask = Self {
            title: faults.name("plan.title", &body.title, writes("title")),
            label: faults.name("plan.label", &body.label, false),
            years,
            refers_to: refers_to(&body.refers_to, &name.jurisdiction, &mut faults),
            narrative: faults.long("plan.narrative", &body.narrative),
            legal_basis: legal_basis(body.legal_basis, &mut faults),
            unit: unit(&body.unit, &name.jurisdiction, "plan.unit", &mut faults),
            kind: word(body.kind),
            name,
            etag: message.etag,
            mask,
        };
        unless_invalid(faults.0)?;
        Ok(ask)
    }
}

impl FromWire for DeletePlan {
    type Message = pb::DeletePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: plan_name(&message.name, "name")?, etag: message.etag })
    }
}

impl IntoWire for Gone {
    type Message = ();

    fn into_wire(self, _: &Sending<'_>) {}
}

impl IntoWire for Plan {
    type Message = pb::Plan;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Plan {
        let name = self.name().to_string();
        let Plan {
            jurisdiction,
            id: _,
            unit,
            kind,
            title,
            label,
            first_year,
            last_year,
            base_year,
            refers_to,
            narrative,
            legal_basis,
            state,
            submission,
            number: amendment,
            in_force,
            shown_in_force,
            item_count,
            last_sequence: _,
            revision,
            created_at,
            updated_at,
        } = self;
        let other = |plan: String| PlanName { jurisdiction: jurisdiction.clone(), plan }.to_string();
        let basis =
            |LegalBasis { number, issued_on, issuer, title }| pb::LegalBasis { number, issued_on, issuer, title };
        pb::Plan {
            name,
            unit: UnitName { jurisdiction: jurisdiction.clone(), unit }.to_string(),
            kind: number(kind),
            title,
            label,
            first_year: count(first_year),
            last_year: count(last_year),
            base_year: count(base_year.unwrap_or_default()),
            refers_to: refers_to.into_iter().map(other).collect(),
            narrative,
            legal_basis: legal_basis.into_iter().map(basis).collect(),
            state: number(state),
            item_count: count(item_count),
            money_binds: kind.money_binds(),
            revision,
            etag: sending.showing(shown_in_force).etag(revision),
            created_at: timestamp(created_at),
            updated_at: timestamp(updated_at),
            submission: count(submission),
            number: count(amendment),
            in_force_revision: in_force.unwrap_or_default(),
        }
    }
}

impl IntoWire for ListedPlans {
    type Message = pb::ListPlansResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plans, next_page_token } = self;
        let plans = plans.into_iter().map(|plan| plan.into_wire(sending)).collect();
        pb::ListPlansResponse { plans, next_page_token }
    }
}

impl IntoWire for Written {
    type Message = pb::BatchWritePlanResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, items } = self;
        let etag = sending.etag(plan.revision);
        let item = |(name, is_there): (String, bool)| pb::WrittenPlanItem {
            name,
            etag: if is_there { etag.clone() } else { String::new() },
        };
        pb::BatchWritePlanResponse { items: items.into_iter().map(item).collect(), plan: Some(plan.into_wire(sending)) }
    }
}
