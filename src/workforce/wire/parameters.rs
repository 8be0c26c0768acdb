//! The messages of pay parameters.

use std::collections::HashMap;

use super::{coefficient, day, decimal, jurisdiction, small};
use crate::classification::model::Provenance;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, number_or_none, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::PayParameterName;
use crate::pb;
use crate::period::is_day;
use crate::workforce::actions::{
    AdoptPayParameters, Adopted, BatchWritePayParameters, GetPayParameter, ListPayParameters, ListPaySets,
    ListedParameters, NamedParameter, Operation, PaySets, WrittenParameters,
};
use crate::workforce::model::{
    Component, NonAutonomy, Parameter, ParameterKey, ParameterKind, PayMethod, Scale, Value, step_of,
};
use crate::workforce::store::ParameterFilter;

impl FromWire for ListPaySets {
    type Message = pb::ListPaySetsRequest;

    fn from_wire(_: Self::Message) -> Result<Self> {
        Ok(Self)
    }
}

impl IntoWire for PaySets {
    type Message = pb::ListPaySetsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let sets = self.0.iter().map(|set| pb::PaySet {
            name: format!("paySets/{}", set.id),
            display_name: set.display_name.to_owned(),
            english_name: set.english_name.to_owned(),
            note: set.note.to_owned(),
            parameter_count: i32::try_from(set.rows.len()).unwrap_or(i32::MAX),
        });
        pb::ListPaySetsResponse { pay_sets: sets.collect() }
    }
}

impl FromWire for AdoptPayParameters {
    type Message = pb::AdoptPayParametersRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let pay_set = message.pay_set.strip_prefix("paySets/").unwrap_or_default().to_owned();
        Ok(Self { jurisdiction: jurisdiction(&message.parent), pay_set })
    }
}

impl IntoWire for Adopted {
    type Message = pb::AdoptPayParametersResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let (added_count, kept_count) = (count(self.added), count(self.kept));
        pb::AdoptPayParametersResponse { added_count, kept_count, revision: self.revision }
    }
}

impl FromWire for BatchWritePayParameters {
    type Message = pb::BatchWritePayParametersRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::pay_parameter_operation::Operation as Message;
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction(&message.parent);
        let mut seen: HashMap<ParameterKey, usize> = HashMap::new();
        let mut operations = Vec::with_capacity(message.operations.len());
        for (position, operation) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{position}]");
            let (operation, field) = match operation.operation {
                Some(Message::Write(body)) => {
                    (write(body, &format!("{path}.write.parameter"), &mut faults), "write.parameter.code")
                }
                Some(Message::Remove(body)) => {
                    (remove(body, &jurisdiction, &format!("{path}.remove.name"), &mut faults), "remove.name")
                }
                // The rule of the field says so.
                None => continue,
            };
            let Some(operation) = operation else { continue };
            if let Some(first) = seen.get(&operation.key) {
                let text = format!("operations[{first}] has this row already");
                faults.when(true, &format!("{path}.{field}"), &text);
            } else {
                seen.insert(operation.key.clone(), position);
            }
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, operations })
    }
}

fn write(message: pb::WritePayParameterOperation, path: &str, faults: &mut Faults) -> Option<Operation> {
    let parameter = parameter(message.parameter?, path, faults)?;
    Some(Operation { key: parameter.key.clone(), write: Some(parameter), etag: message.etag })
}

fn remove(
    message: pb::RemovePayParameterOperation,
    jurisdiction: &str,
    field: &str,
    faults: &mut Faults,
) -> Option<Operation> {
    let name = PayParameterName::parse(&message.name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction than the request");
    let key = ParameterKey::of_segment(&name.parameter);
    faults.when(key.is_none(), field, "is not the name of a pay parameter");
    Some(Operation { key: key?, write: None, etag: message.etag })
}

/// Reads a row; none where it says nothing, which the rule of the field names.
pub fn parameter(message: pb::PayParameter, path: &str, faults: &mut Faults) -> Option<Parameter> {
    let pb::PayParameter {
        name: _,
        kind: _,
        code,
        starts_on,
        ends_on,
        display_name,
        value,
        provenance,
        citation,
        note,
        revision: _,
        etag: _,
        updated_at: _,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    faults.when(!is_day(&starts_on), &at("starts_on"), "is not a day");
    let ends_on = day(faults, &at("ends_on"), &ends_on);
    faults.when(ends_on.as_ref().is_some_and(|end| *end <= starts_on), &at("ends_on"), "is not after starts_on");
    let value = self::value(value?, path, faults)?;
    let kind = value.kind();
    let bad_step = kind == ParameterKind::Step && step_of(&code).is_none();
    faults.when(bad_step, &at("code"), "of a step is that of its scale, a point and a number from 1 to 99");
    let bad_age = kind == ParameterKind::RetirementAge && !["male", "female"].contains(&code.as_str());
    faults.when(bad_age, &at("code"), "of an age of retirement is male or female");
    Some(Parameter {
        key: ParameterKey { kind, code, starts_on },
        ends_on,
        display_name: faults.name(&at("display_name"), &display_name, false),
        value,
        provenance: word(provenance).unwrap_or(Provenance::Own),
        citation: faults.name(&at("citation"), &citation, false),
        note: faults.long(&at("note"), &note),
        revision: 0,
        updated_at: 0,
    })
}

fn value(message: pb::pay_parameter::Value, path: &str, faults: &mut Faults) -> Option<Value> {
    use pb::pay_parameter::Value as Message;
    let at = |field: &str| format!("{path}.{field}");
    Some(match message {
        Message::BaseSalaryAmount(amount) => Value::BaseSalary(amount),
        Message::Scale(scale) => Value::Scale(Scale {
            months_per_step: i64::from(scale.months_per_step),
            beyond_bp: i64::from(scale.beyond_bp),
            later_bp: i64::from(scale.later_bp),
        }),
        Message::StepCoefficient(text) => Value::Step(coefficient(faults, &at("step_coefficient"), &text)?),
        Message::RankScale(scale) => Value::Rank(scale),
        Message::Allowance(allowance) => {
            let value = coefficient(faults, &at("allowance.coefficient"), &allowance.coefficient)?;
            Value::Allowance(allowance.component, value)
        }
        Message::Component(message) => Value::Component(component(message, &at("component"), faults)?),
        Message::EntryCoefficient(text) => Value::Entry(coefficient(faults, &at("entry_coefficient"), &text)?),
        Message::RetirementAgeMonths(months) => Value::RetirementAge(i64::from(months)),
        Message::NonAutonomy(pb::PayNonAutonomy { staff_kinds, category }) => Value::NonAutonomous(NonAutonomy {
            staff_kinds: staff_kinds.into_iter().filter_map(word).collect(),
            category: word(category),
        }),
    })
}

/// Reads a component; none where a word of it is not known, which the rules of its fields name.
fn component(message: pb::PayComponent, path: &str, faults: &mut Faults) -> Option<Component> {
    let pb::PayComponent {
        method,
        category,
        base,
        percent_of,
        rate_bp,
        later_bp,
        opens_after_months,
        coefficient: text,
        cap_coefficient,
        staff_kinds,
        economic_code,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    let (method, category) = (word::<PayMethod>(method)?, word(category)?);
    let cap = coefficient(faults, &at("cap_coefficient"), &cap_coefficient);
    let is_percent = method == PayMethod::Percent;
    let multiplies = matches!(method, PayMethod::Grade | PayMethod::Coefficient);
    faults.when((multiplies || cap.is_some()) && base.is_empty(), &at("base"), "is required with this method or a cap");
    faults.when(!multiplies && cap.is_none() && !base.is_empty(), &at("base"), "is of no use to this method");
    faults.when(multiplies && !percent_of.is_empty(), &at("percent_of"), "belongs to percentages");
    faults.when(!multiplies && percent_of.is_empty(), &at("percent_of"), "is required with this method");
    faults.when(!is_percent && rate_bp.is_some(), &at("rate_bp"), "belongs to PERCENT");
    faults.when(!is_percent && later_bp != 0, &at("later_bp"), "belongs to PERCENT");
    faults.when(!is_percent && opens_after_months != 0, &at("opens_after_months"), "belongs to PERCENT");
    faults.when(!is_percent && cap.is_some(), &at("cap_coefficient"), "belongs to PERCENT");
    let own = coefficient(faults, &at("coefficient"), &text);
    faults.when(method != PayMethod::Coefficient && own.is_some(), &at("coefficient"), "belongs to COEFFICIENT");
    Some(Component {
        method,
        category,
        base: Some(base).filter(|base| !base.is_empty()),
        percent_of,
        rate_bp: rate_bp.map(i64::from),
        later_bp: i64::from(later_bp),
        opens_after_months: i64::from(opens_after_months),
        coefficient: own,
        cap,
        staff_kinds: staff_kinds.into_iter().filter_map(word).collect(),
        economic_code,
    })
}

impl IntoWire for WrittenParameters {
    type Message = pb::BatchWritePayParametersResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written = |(name, stands)| {
            let etag = if stands { etag.clone() } else { String::new() };
            pb::WrittenPayParameter { name, etag }
        };
        let parameters = self.names.into_iter().map(written).collect();
        pb::BatchWritePayParametersResponse { parameters, revision: self.revision }
    }
}

impl FromWire for GetPayParameter {
    type Message = pb::GetPayParameterRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let bad = || Error::invalid("name", "is not the name of a pay parameter");
        let PayParameterName { jurisdiction, parameter } = PayParameterName::parse(&message.name).ok_or_else(bad)?;
        let key = ParameterKey::of_segment(&parameter).ok_or_else(bad)?;
        Ok(Self { jurisdiction, key, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListPayParameters {
    type Message = pb::ListPayParametersRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        faults.when(!message.code.is_empty() && message.kind == 0, "kind", "is needed with code");
        let filter = ParameterFilter {
            kind: word(message.kind),
            code: Some(message.code).filter(|code| !code.is_empty()),
            in_force_on: day(&mut faults, "in_force_on", &message.in_force_on),
            after: None,
        };
        unless_invalid(faults.0)?;
        let jurisdiction = jurisdiction(&message.parent);
        Ok(Self { jurisdiction, filter, read_at: read_at(message.read_at), page })
    }
}

fn message(jurisdiction: &str, parameter: Parameter, sending: &Sending<'_>) -> pb::PayParameter {
    use pb::pay_parameter::Value as Message;
    let Parameter { key, ends_on, display_name, value, provenance, citation, note, revision, updated_at } = parameter;
    let name = key.name(jurisdiction).to_string();
    let value = match value {
        Value::BaseSalary(amount) => Message::BaseSalaryAmount(amount),
        Value::Scale(Scale { months_per_step, beyond_bp, later_bp }) => Message::Scale(pb::PayScale {
            months_per_step: small(months_per_step),
            beyond_bp: small(beyond_bp),
            later_bp: small(later_bp),
        }),
        Value::Step(coefficient) => Message::StepCoefficient(decimal(coefficient)),
        Value::Rank(scale) => Message::RankScale(scale),
        Value::Allowance(component, coefficient) => {
            Message::Allowance(pb::PayAllowance { component, coefficient: decimal(coefficient) })
        }
        Value::Component(component) => Message::Component(component_message(component)),
        Value::Entry(coefficient) => Message::EntryCoefficient(decimal(coefficient)),
        Value::RetirementAge(months) => Message::RetirementAgeMonths(small(months)),
        Value::NonAutonomous(NonAutonomy { staff_kinds, category }) => Message::NonAutonomy(pb::PayNonAutonomy {
            staff_kinds: staff_kinds.into_iter().map(number).collect(),
            category: number_or_none(category),
        }),
    };
    pb::PayParameter {
        name,
        kind: number(key.kind),
        code: key.code,
        starts_on: key.starts_on,
        ends_on: ends_on.unwrap_or_default(),
        display_name,
        value: Some(value),
        provenance: number(provenance),
        citation,
        note,
        revision,
        etag: sending.etag(revision),
        updated_at: timestamp(updated_at),
    }
}

fn component_message(component: Component) -> pb::PayComponent {
    let Component {
        method,
        category,
        base,
        percent_of,
        rate_bp,
        later_bp,
        opens_after_months,
        coefficient,
        cap,
        staff_kinds,
        economic_code,
    } = component;
    pb::PayComponent {
        method: number(method),
        category: number(category),
        base: base.unwrap_or_default(),
        percent_of,
        rate_bp: rate_bp.map(small),
        later_bp: small(later_bp),
        opens_after_months: small(opens_after_months),
        coefficient: coefficient.map(decimal).unwrap_or_default(),
        cap_coefficient: cap.map(decimal).unwrap_or_default(),
        staff_kinds: staff_kinds.into_iter().map(number).collect(),
        economic_code,
    }
}

impl IntoWire for NamedParameter {
    type Message = pb::PayParameter;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        message(&self.jurisdiction, self.parameter, sending)
    }
}

impl IntoWire for ListedParameters {
    type Message = pb::ListPayParametersResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { jurisdiction, parameters, next_page_token } = self;
        let parameters = parameters.into_iter().map(|one| message(&jurisdiction, one, sending));
        pb::ListPayParametersResponse { pay_parameters: parameters.collect(), next_page_token }
    }
}
