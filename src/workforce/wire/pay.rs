//! The messages of staff groups and of what they cost.

use std::collections::HashSet;

use super::{coefficient, day, jurisdiction, small};
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{number, number_or_none, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::pb;
use crate::workforce::actions::ExplainPay;
use crate::workforce::explain::{ExplainedMonth, Explanation, Factor, Part, Total};
use crate::workforce::model::{Given, Grade, ONE, StaffGroup, What};

impl FromWire for ExplainPay {
    type Message = pb::ExplainPayRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let group = message.staff_group.and_then(|group| staff_group(group, "staff_group", &mut faults));
        faults.when(group.is_none() && faults.0.is_empty(), "staff_group", "is not whole");
        unless_invalid(faults.0)?;
        let group = group.ok_or_else(|| crate::error::Error::invalid("staff_group", "is required"))?;
        Ok(Self {
            jurisdiction: jurisdiction(&message.parent),
            fiscal_year: i64::from(message.fiscal_year),
            group,
            read_at: read_at(message.read_at),
        })
    }
}

/// Reads a group; none where something of it is missing, which the rules of its fields name.
pub fn staff_group(message: pb::StaffGroup, path: &str, faults: &mut Faults) -> Option<StaffGroup> {
    use pb::staff_group::Grade as Message;
    let pb::StaffGroup {
        display_name,
        staff_kind,
        count,
        full_time_bp,
        grade,
        step,
        next_step_on,
        preserved_coefficient,
        starts_on,
        ends_on,
        given,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    let display_name = faults.name(&at("display_name"), &display_name, false);
    let next_step_on = day(faults, &at("next_step_on"), &next_step_on);
    let starts_on = day(faults, &at("starts_on"), &starts_on);
    let ends_on = day(faults, &at("ends_on"), &ends_on);
    let inverted = starts_on.is_some() && ends_on.is_some() && ends_on <= starts_on;
    faults.when(inverted, &at("ends_on"), "is not after starts_on");
    let preserved = coefficient(faults, &at("preserved_coefficient"), &preserved_coefficient).unwrap_or_default();
    let has_steps = matches!(grade, Some(Message::Rank(_) | Message::Scale(_)));
    faults.when(has_steps && step == 0, &at("step"), "is required with a rank or a scale");
    faults.when(!has_steps && step != 0, &at("step"), "belongs to a rank or a scale");
    faults.when(!has_steps && next_step_on.is_some(), &at("next_step_on"), "belongs to a rank or a scale");
    faults.when(matches!(grade, Some(Message::Vacant(false))), &at("vacant"), "is false; leave it out");
    let given = self::given(given, path, faults);
    let grade = match grade? {
        Message::Rank(rank) => Grade::Rank(rank, i64::from(step)),
        Message::Scale(scale) => Grade::Scale(scale, i64::from(step)),
        Message::Coefficient(text) => Grade::Coefficient(coefficient(faults, &at("coefficient"), &text)?),
        Message::Vacant(_) => Grade::Vacant,
    };
    Some(StaffGroup {
        display_name,
        staff_kind: word(staff_kind)?,
        count: i64::from(count),
        full_time_bp: full_time_bp.map_or(ONE, i64::from),
        grade,
        preserved,
        next_step_on,
        starts_on,
        ends_on,
        given,
    })
}

fn given(messages: Vec<pb::GivenPay>, path: &str, faults: &mut Faults) -> Vec<Given> {
    use pb::given_pay::What as Message;
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(messages.len());
    for (position, message) in messages.into_iter().enumerate() {
        let at = |field: &str| format!("{path}.given[{position}].{field}");
        faults.when(!seen.insert(message.component.clone()), &at("component"), "is given already");
        let what = match message.what {
            Some(Message::Coefficient(text)) => coefficient(faults, &at("coefficient"), &text).map(What::Coefficient),
            Some(Message::Allowance(code)) => Some(What::Entry(code)),
            Some(Message::RateBp(rate)) => Some(What::Rate(i64::from(rate))),
            Some(Message::SinceOn(since)) => day(faults, &at("since_on"), &since).map(What::Since),
            // The rule of the field says so.
            None => None,
        };
        all.extend(what.map(|what| Given { component: message.component, what }));
    }
    all
}

impl IntoWire for Explanation {
    type Message = pb::PayExplanation;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { months, totals, pay, bonus } = self;
        pb::PayExplanation {
            months: months.into_iter().map(month).collect(),
            totals: totals.into_iter().map(total).collect(),
            pay_amount: pay,
            bonus_amount: bonus,
        }
    }
}

fn month(month: ExplainedMonth) -> pb::PayMonth {
    let ExplainedMonth { starts_on, step, parts, pay } = month;
    let parts = parts.into_iter().map(part).collect();
    pb::PayMonth { starts_on, step: step.map(small).unwrap_or_default(), parts, pay_amount: pay }
}

fn part(part: Part) -> pb::PayPart {
    let Part { component, display_name, category, economic_code, person, amount, factors } = part;
    pb::PayPart {
        component,
        display_name,
        category: number(category),
        economic_code,
        person_amount: person,
        amount,
        factors: factors.into_iter().map(factor).collect(),
    }
}

fn factor(factor: Factor) -> pb::PayFactor {
    let Factor { kind, value, source, components } = factor;
    let provenance = number_or_none(source.as_ref().map(|source| source.provenance));
    let (parameter, citation) = source.map(|source| (source.parameter, source.citation)).unwrap_or_default();
    pb::PayFactor { kind: number(kind), value, parameter, citation, provenance, components }
}

fn total(total: Total) -> pb::PayTotal {
    let Total { component, category, economic_code, amount } = total;
    pb::PayTotal { component, category: number(category), economic_code, amount }
}
