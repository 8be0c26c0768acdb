//! The messages of `organisation.proto`, to and from the words of this slice.

use super::actions::*;
use super::model::{ExternalCode, HeldFunction, Jurisdiction, Unit, overlapping};
use crate::error::{Error, Result, Violation};
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{number, number_or_none, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{JurisdictionName, UnitName};
use crate::period::{FiscalCalendar, Labelling, is_day, is_time_zone};
use crate::{money, mutations, pb, text};

mutations!(
    pb::CreateJurisdictionRequest,
    pb::UpdateJurisdictionRequest,
    pb::CreateUnitRequest,
    pb::UpdateUnitRequest,
    pb::MoveUnitRequest,
    pb::CloseUnitRequest,
);

const JURISDICTION_FIELDS: &[&str] = &["display_name", "time_zone"];
const JURISDICTION_READABLE: &[&str] = &[
    "name",
    "currency_code",
    "currency_exponent",
    "fiscal_year_start_month",
    "fiscal_year_labelling",
    "revision",
    "etag",
    "created_at",
    "updated_at",
];
const UNIT_FIELDS: &[&str] = &[
    "display_name",
    "kind",
    "government_level",
    "unit_level",
    "functions",
    "external_codes",
    "opens_on",
    "autonomy_group",
    "parent_unit",
    "closes_on",
];
const UNIT_READABLE: &[&str] = &["name", "successors", "revision", "etag", "created_at", "updated_at"];

impl Faults {
    /// A day, or none where the text is empty.
    fn day(&mut self, field: &str, value: String) -> Option<String> {
        self.when(!value.is_empty() && !is_day(&value), field, "is not a day of the calendar");
        Some(value).filter(|value| !value.is_empty())
    }

    /// The unit that a name names, none where it is empty; it must be of this jurisdiction.
    fn unit(&mut self, field: &str, value: &str, jurisdiction: &str) -> Option<UnitName> {
        let name = UnitName::parse(value)?;
        self.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
        Some(name)
    }
}

fn jurisdiction(message: pb::Jurisdiction, id: String, mask: Option<&Mask>, faults: &mut Faults) -> Jurisdiction {
    let pb::Jurisdiction {
        name: _,
        display_name,
        currency_code,
        currency_exponent: _,
        time_zone,
        fiscal_year_start_month,
        fiscal_year_labelling,
        revision: _,
        etag: _,
        created_at: _,
        updated_at: _,
    } = message;
    let writes = |field: &str, populated: bool| mask.is_none_or(|mask| mask.writes(field, populated));
    let display_name =
        faults.name("jurisdiction.display_name", &display_name, writes("display_name", !display_name.is_empty()));
    let zone_written = writes("time_zone", !time_zone.is_empty());
    faults.when(
        zone_written && !is_time_zone(&time_zone),
        "jurisdiction.time_zone",
        "is not the IANA name of a time zone",
    );
    let exponent = money::exponent(&currency_code);
    faults.when(mask.is_none() && exponent.is_none(), "jurisdiction.currency_code", "is not a currency of ISO 4217");
    Jurisdiction {
        id,
        display_name,
        currency: currency_code,
        currency_exponent: exponent.unwrap_or_default(),
        time_zone,
        calendar: FiscalCalendar {
            start_month: i64::from(fiscal_year_start_month),
            labelling: word(fiscal_year_labelling).unwrap_or(Labelling::ByStart),
        },
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

impl FromWire for CreateJurisdiction {
    type Message = pb::CreateJurisdictionRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mut new =
            jurisdiction(message.jurisdiction.unwrap_or_default(), message.jurisdiction_id, None, &mut faults);
        new.calendar.start_month = new.calendar.start_month.max(1);
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetJurisdiction {
    type Message = pb::GetJurisdictionRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let id = JurisdictionName::parse(&message.name).map(|name| name.jurisdiction).unwrap_or_default();
        Ok(Self { id, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListJurisdictions {
    type Message = pb::ListJurisdictionsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { query: message.query, read_at: read_at(message.read_at), page })
    }
}

impl FromWire for UpdateJurisdiction {
    type Message = pb::UpdateJurisdictionRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, JURISDICTION_FIELDS, JURISDICTION_READABLE, &mut faults.0);
        let body = message.jurisdiction.unwrap_or_default();
        let id = JurisdictionName::parse(&body.name).map(|name| name.jurisdiction);
        faults.when(id.is_none(), "jurisdiction.name", "is required");
        let labelling_stated = body.fiscal_year_labelling != 0;
        let new = jurisdiction(body, id.unwrap_or_default(), Some(&mask), &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { etag: message.etag, mask, new, labelling_stated })
    }
}

impl IntoWire for Jurisdiction {
    type Message = pb::Jurisdiction;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Jurisdiction {
        pb::Jurisdiction {
            name: self.name().to_string(),
            display_name: self.display_name,
            currency_code: self.currency,
            currency_exponent: i32::try_from(self.currency_exponent).unwrap_or_default(),
            time_zone: self.time_zone,
            fiscal_year_start_month: i32::try_from(self.calendar.start_month).unwrap_or_default(),
            fiscal_year_labelling: number(self.calendar.labelling),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
        }
    }
}

impl IntoWire for Listed<Jurisdiction> {
    type Message = pb::ListJurisdictionsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let jurisdictions = self.items.into_iter().map(|item| item.into_wire(sending)).collect();
        pb::ListJurisdictionsResponse { jurisdictions, next_page_token: self.next_page_token }
    }
}

/// Reads a unit; `mask` is none on create, when everything that is required must be there.
fn unit(message: pb::Unit, name: UnitName, mask: Option<&Mask>, faults: &mut Faults) -> (Unit, Stated) {
    let pb::Unit {
        name: _,
        parent_unit,
        display_name,
        kind,
        government_level,
        unit_level,
        functions,
        external_codes,
        opens_on,
        closes_on,
        successors: _,
        autonomy_group,
        revision: _,
        etag: _,
        created_at: _,
        updated_at: _,
    } = message;
    let required = |field: &str, populated: bool| mask.is_none_or(|mask| mask.writes(field, populated));
    let stated = Stated { kind: kind != 0, government_level: government_level != 0, unit_level: unit_level != 0 };
    faults.when(!stated.kind && required("kind", false), "unit.kind", "is required");
    faults.when(
        !stated.government_level && required("government_level", false),
        "unit.government_level",
        "is required",
    );
    let (functions, external_codes) = (functions_of(functions, faults), codes_of(external_codes, faults));
    let (opens_on, closes_on) = (faults.day("unit.opens_on", opens_on), faults.day("unit.closes_on", closes_on));
    faults.when(
        mask.is_none() && opens_on.is_some() && closes_on.is_some() && opens_on >= closes_on,
        "unit.closes_on",
        "must be after opens_on",
    );
    let unit = Unit {
        parent: faults.unit("unit.parent_unit", &parent_unit, &name.jurisdiction).map(|parent| parent.unit),
        display_name: faults.name(
            "unit.display_name",
            &display_name,
            required("display_name", !display_name.is_empty()),
        ),
        kind: word(kind).unwrap_or(super::model::Kind::Other),
        government_level: word(government_level).unwrap_or(super::model::GovernmentLevel::Central),
        unit_level: word(unit_level).unwrap_or(super::model::UnitLevel::None),
        autonomy_group: word(autonomy_group),
        jurisdiction: name.jurisdiction,
        id: name.unit,
        functions,
        external_codes,
        opens_on,
        closes_on,
        successors: Vec::new(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    };
    (unit, stated)
}

/// What a unit does for others, by start.
fn functions_of(messages: Vec<pb::UnitFunction>, faults: &mut Faults) -> Vec<HeldFunction> {
    let mut functions: Vec<HeldFunction> =
        messages.into_iter().enumerate().filter_map(|(at, item)| held(at, item, faults)).collect();
    if let Some((left, right)) = overlapping(&functions) {
        faults.0.push(Violation::new(format!("unit.functions[{right}]"), format!("overlaps with functions[{left}]")));
    }
    functions.sort();
    functions
}

/// The codes by which others know a unit, by system.
fn codes_of(messages: Vec<pb::ExternalCode>, faults: &mut Faults) -> Vec<ExternalCode> {
    let mut codes: Vec<ExternalCode> = messages
        .into_iter()
        .enumerate()
        .map(|(at, code)| ExternalCode {
            system: code.system,
            code: faults.name(&format!("unit.external_codes[{at}].code"), &code.code, true),
        })
        .collect();
    codes.sort();
    let twice = codes.windows(2).any(|pair| pair.first() == pair.last());
    faults.when(twice, "unit.external_codes", "holds one code twice");
    codes
}

fn held(at: usize, message: pb::UnitFunction, faults: &mut Faults) -> Option<HeldFunction> {
    let starts_on = faults.day(&format!("unit.functions[{at}].starts_on"), message.starts_on)?;
    let ends_on = faults.day(&format!("unit.functions[{at}].ends_on"), message.ends_on);
    let backwards = ends_on.as_ref().is_some_and(|end| *end <= starts_on);
    faults.when(backwards, &format!("unit.functions[{at}].ends_on"), "must be after starts_on");
    Some(HeldFunction { starts_on, function: word(message.function)?, ends_on })
}

fn parent(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

fn unit_name(name: &str) -> Result<UnitName> {
    UnitName::parse(name).ok_or_else(|| Error::invalid("name", "is not the name of a unit"))
}

impl FromWire for CreateUnit {
    type Message = pb::CreateUnitRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let name = UnitName { jurisdiction: parent(&message.parent), unit: message.unit_id };
        let (new, _) = unit(message.unit.unwrap_or_default(), name, None, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetUnit {
    type Message = pb::GetUnitRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let key = match message.key {
            Some(pb::get_unit_request::Key::Name(name)) => UnitKey::Name(unit_name(&name)?),
            Some(pb::get_unit_request::Key::External(key)) => {
                let code = key.external_code.unwrap_or_default();
                UnitKey::External(
                    parent(&key.parent),
                    ExternalCode { system: code.system, code: text::kept(&code.code) },
                )
            }
            None => return Err(Error::invalid("key", "is required")),
        };
        Ok(Self { key, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListUnits {
    type Message = pb::ListUnitsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let jurisdiction = parent(&message.parent);
        let subtree_of = faults.unit("subtree_of", &message.subtree_of, &jurisdiction);
        let as_of_on = faults.day("as_of_on", message.as_of_on);
        unless_invalid(faults.0)?;
        let open = match pb::UnitState::try_from(message.state) {
            Ok(pb::UnitState::Active) => Some(true),
            Ok(pb::UnitState::Closed) => Some(false),
            Ok(pb::UnitState::Unspecified) | Err(_) => None,
        };
        Ok(Self {
            jurisdiction,
            subtree_of,
            open,
            as_of_on,
            query: message.query,
            read_at: read_at(message.read_at),
            page,
        })
    }
}

impl FromWire for UpdateUnit {
    type Message = pb::UpdateUnitRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let mask = Mask::read(message.update_mask, UNIT_FIELDS, UNIT_READABLE, &mut faults.0);
        let body = message.unit.unwrap_or_default();
        let Some(name) = UnitName::parse(&body.name) else { return Err(Error::invalid("unit.name", "is required")) };
        let (new, stated) = unit(body, name, Some(&mask), &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { etag: message.etag, mask, new, stated })
    }
}

impl FromWire for MoveUnit {
    type Message = pb::MoveUnitRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let name = unit_name(&message.name)?;
        let parent = faults.unit("new_parent_unit", &message.new_parent_unit, &name.jurisdiction);
        unless_invalid(faults.0)?;
        Ok(Self { name, etag: message.etag, parent })
    }
}

impl FromWire for CloseUnit {
    type Message = pb::CloseUnitRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let name = unit_name(&message.name)?;
        let closes_on = faults.day("closes_on", message.closes_on).unwrap_or_default();
        let named = message.successors.iter().enumerate();
        let successors = named
            .filter_map(|(at, text)| faults.unit(&format!("successors[{at}]"), text, &name.jurisdiction))
            .collect();
        unless_invalid(faults.0)?;
        Ok(Self { name, etag: message.etag, closes_on, successors })
    }
}

impl IntoWire for Unit {
    type Message = pb::Unit;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Unit {
        let named =
            |unit: &String| UnitName { jurisdiction: self.jurisdiction.clone(), unit: unit.clone() }.to_string();
        pb::Unit {
            name: self.name().to_string(),
            parent_unit: self.parent.as_ref().map(named).unwrap_or_default(),
            successors: self.successors.iter().map(named).collect(),
            kind: number(self.kind),
            government_level: number(self.government_level),
            unit_level: number(self.unit_level),
            functions: self.functions.into_iter().map(function_message).collect(),
            external_codes: self.external_codes.into_iter().map(code_message).collect(),
            opens_on: self.opens_on.unwrap_or_default(),
            closes_on: self.closes_on.unwrap_or_default(),
            autonomy_group: number_or_none(self.autonomy_group),
            revision: self.revision,
            etag: sending.etag(self.revision),
            created_at: timestamp(self.created_at),
            updated_at: timestamp(self.updated_at),
            display_name: self.display_name,
        }
    }
}

fn function_message(held: HeldFunction) -> pb::UnitFunction {
    let HeldFunction { starts_on, function, ends_on } = held;
    pb::UnitFunction { function: number(function), starts_on, ends_on: ends_on.unwrap_or_default() }
}

fn code_message(code: ExternalCode) -> pb::ExternalCode {
    let ExternalCode { system, code } = code;
    pb::ExternalCode { system, code }
}

impl IntoWire for ListedUnits {
    type Message = pb::ListUnitsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let units = self.units.into_iter().map(|unit| unit.into_wire(sending)).collect();
        pb::ListUnitsResponse { units, next_page_token: self.next_page_token, as_of_on: self.as_of_on }
    }
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::organisation::model::Kind>("UNIT_KIND_", |number| {
            pb::UnitKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::organisation::model::GovernmentLevel>("GOVERNMENT_LEVEL_", |number| {
            pb::GovernmentLevel::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::organisation::model::UnitLevel>("UNIT_LEVEL_", |number| {
            pb::UnitLevel::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::organisation::model::AutonomyGroup>("AUTONOMY_GROUP_", |number| {
            pb::AutonomyGroup::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::organisation::model::Function>("FUNCTION_", |number| {
            pb::Function::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::period::Labelling>("FISCAL_YEAR_LABELLING_", |number| {
            pb::FiscalYearLabelling::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
