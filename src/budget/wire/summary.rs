//! The messages of roll-ups.

use super::Faults;
use super::estimates::{amounts_message, jurisdiction_of};
use super::lines;
use crate::budget::model::{Kind, Side, Sum};
use crate::budget::rollup::{SummarizeBudget, Summarized};
use crate::budget::summary::{Attribute, Basis, Eliminated, Ground, GroupBy, Value};
use crate::error::Result;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{SchemeName, UnitName};
use crate::pb;

impl FromWire for SummarizeBudget {
    type Message = pb::SummarizeBudgetRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = faults.unit(|| "unit".to_owned(), &message.unit, &jurisdiction);
        faults.when(message.unit_only && unit.is_none(), || "unit".to_owned(), "is required with unit_only");
        let kinds: Vec<Kind> = message.kinds.iter().filter_map(|kind| word(*kind)).collect();
        let (reference, series) = (kinds.contains(&Kind::Reference), message.reference_series);
        let field = || "reference_series".to_owned();
        faults.when(reference && series.is_empty(), field, "is required for REFERENCE");
        faults.when(!reference && !series.is_empty(), field, "is for REFERENCE only");
        let group_by = group_by(&message.group_by, &mut faults);
        let (stated, in_force) = (word(message.basis), in_force(message.read_at.as_ref()));
        let other = in_force && stated.is_some_and(|basis| basis != Basis::InForce);
        faults.when(other, || "basis".to_owned(), "is another than IN_FORCE, which read_at.in_force asks for");
        let basis = if in_force { Basis::InForce } else { stated.unwrap_or(Basis::Working) };
        let filter = lines::filter(message.filter.unwrap_or_default(), &jurisdiction, "filter", &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self {
            jurisdiction,
            unit,
            unit_only: message.unit_only,
            fiscal_years: message.fiscal_years.iter().map(|year| i64::from(*year)).collect(),
            kinds,
            series,
            group_by,
            stages: message.stages.iter().filter_map(|stage| word(*stage)).collect(),
            basis,
            filter,
            latest: false,
            read_at: read_at(message.read_at),
        })
    }
}

pub fn group_by(messages: &[pb::GroupBy], faults: &mut Faults) -> Vec<GroupBy> {
    let mut groups: Vec<GroupBy> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let Some(attribute) = word::<Attribute>(message.attribute) else { continue };
        let twice = groups.iter().any(|by| by.attribute == attribute);
        faults.when(twice, || format!("group_by[{at}].attribute"), "is there already");
        let flat = message.level != 0 && !attribute.has_levels();
        faults.when(flat, || format!("group_by[{at}].level"), "is for codes and units only");
        groups.push(GroupBy { attribute, level: usize::try_from(message.level).unwrap_or_default() });
    }
    groups
}

/// The sum of one side; a number of lines may be negative in a difference.
pub fn side_total(side: Side, sum: &Sum) -> pb::SideTotal {
    pb::SideTotal {
        side: number(side),
        amounts: Some(amounts_message(&sum.amounts())),
        line_count: count(sum.line_count),
    }
}

pub fn eliminated(eliminated: &Eliminated) -> pb::EliminatedTransfers {
    pb::EliminatedTransfers {
        expenditure: Some(amounts_message(&eliminated.expenditure.amounts())),
        revenue: Some(amounts_message(&eliminated.revenue.amounts())),
        residue: Some(amounts_message(&eliminated.residue)),
        line_count: count(eliminated.expenditure.line_count + eliminated.revenue.line_count),
    }
}

/// What a row stands for, in the order of the grouping.
pub fn keys(ground: &Ground, jurisdiction: &str, values: &[Value]) -> Vec<pb::SummaryKey> {
    ground.group_by.iter().zip(values).map(|(by, value)| key(ground, jurisdiction, *by, value)).collect()
}

fn key(ground: &Ground, jurisdiction: &str, by: GroupBy, value: &Value) -> pb::SummaryKey {
    let jurisdiction = || jurisdiction.to_owned();
    let display_name = ground.display_name(by.attribute, value).to_owned();
    let scheme = SchemeName { jurisdiction: jurisdiction(), scheme: value.scheme.clone() };
    let scheme = if value.scheme.is_empty() { String::new() } else { scheme.to_string() };
    let value = if by.attribute == Attribute::Unit {
        UnitName { jurisdiction: jurisdiction(), unit: value.value.clone() }.to_string()
    } else {
        value.value.clone()
    };
    pb::SummaryKey { value, display_name, scheme }
}

impl IntoWire for Summarized {
    type Message = pb::SummarizeBudgetResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let row = |((values, side), sum): (&(Vec<Value>, Side), &Sum)| pb::SummaryRow {
            keys: keys(&self.ground, &self.jurisdiction, values),
            side: number(*side),
            amounts: Some(amounts_message(&sum.amounts())),
            line_count: count(sum.line_count),
        };
        pb::SummarizeBudgetResponse {
            revision: self.revision,
            rows: self.summary.rows.iter().map(row).collect(),
            totals: self.summary.totals.iter().map(|(side, sum)| side_total(*side, sum)).collect(),
            eliminated: self.summary.eliminated.as_ref().map(eliminated),
            estimate_count: count(self.estimate_count),
        }
    }
}
