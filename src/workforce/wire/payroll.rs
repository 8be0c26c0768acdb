//! The messages of the payroll of many units, and of what would change if.

use std::collections::{BTreeMap, HashSet};

use super::parameters::parameter;
use super::pay::staff_group;
use super::{jurisdiction, small};
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{StaffGroupName, UnitName};
use crate::pb;
use crate::workforce::actions::{SimulateWorkforce, Simulated, SummarizePayroll, SummarizedPayroll};
use crate::workforce::many::Scope;
use crate::workforce::project::Cell;
use crate::workforce::simulate::{Cap, Difference, Key};

/// The most fiscal years of one answer.
const YEARS_MAX: i64 = 10;

fn scope(parent: &str, unit: &str, years: (i32, i32), in_force: bool, faults: &mut Faults) -> Scope {
    let jurisdiction = jurisdiction(parent);
    let (first_year, last_year) = (i64::from(years.0), i64::from(years.1));
    let span = first_year..first_year + YEARS_MAX;
    faults.when(!span.contains(&last_year), "last_year", "is before first_year, or more than nine years after it");
    let unit = self::unit(unit, &jurisdiction, "unit", faults);
    Scope { jurisdiction, unit, first_year, last_year, in_force }
}

/// The id of a unit of this jurisdiction; none where the name is empty.
fn unit(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<String> {
    let name = UnitName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name.unit)
}

impl FromWire for SummarizePayroll {
    type Message = pb::SummarizePayrollRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let (years, in_force) = ((message.first_year, message.last_year), in_force(message.read_at.as_ref()));
        let scope = scope(&message.parent, &message.unit, years, in_force, &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self { scope, by_unit: message.by_unit, read_at: read_at(message.read_at) })
    }
}

impl FromWire for SimulateWorkforce {
    type Message = pb::SimulateWorkforceRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let pb::SimulateWorkforceRequest {
            parent,
            unit,
            first_year,
            last_year,
            pay_parameters,
            counts,
            caps,
            recruitments,
            staff_groups,
            read_at: moment,
        } = message;
        let scope = scope(&parent, &unit, (first_year, last_year), in_force(moment.as_ref()), &mut faults);
        let home = scope.jurisdiction.clone();
        let mut keys = HashSet::new();
        let mut parameters = Vec::with_capacity(pay_parameters.len());
        for (place, row) in pay_parameters.into_iter().enumerate() {
            let path = format!("pay_parameters[{place}]");
            let Some(row) = parameter(row, &path, &mut faults) else { continue };
            faults.when(!keys.insert(row.key.clone()), &format!("{path}.code"), "is in an earlier row already");
            parameters.push(row);
        }
        let mut named = HashSet::new();
        let mut group = |name: &str, field: String, faults: &mut Faults| {
            let name = StaffGroupName::parse(name);
            faults.when(name.is_none(), &field, "is not the name of a staff group");
            let name = name?;
            faults.when(name.jurisdiction != home, &field, "is of another jurisdiction");
            faults.when(!named.insert(name.clone()), &field, "is named already");
            Some(name)
        };
        let mut other_counts = Vec::with_capacity(counts.len());
        for (place, pb::SimulatedCount { staff_group, count }) in counts.into_iter().enumerate() {
            let name = group(&staff_group, format!("counts[{place}].staff_group"), &mut faults);
            other_counts.extend(name.map(|name| (name, i64::from(count))));
        }
        let mut groups = Vec::with_capacity(staff_groups.len());
        for (place, message) in staff_groups.into_iter().enumerate() {
            let path = format!("staff_groups[{place}]");
            let name = group(&message.name, format!("{path}.name"), &mut faults);
            groups.extend(name.zip(staff_group(message, &path, &mut faults)));
        }
        let caps = self::caps(caps, &scope.jurisdiction, &mut faults);
        let recruitments = self::recruitments(recruitments, &scope.jurisdiction, &mut faults);
        unless_invalid(faults.0)?;
        let read_at = read_at(moment);
        Ok(Self { scope, parameters, counts: other_counts, caps, recruitments, groups, read_at })
    }
}

fn caps(messages: Vec<pb::SimulatedCap>, home: &str, faults: &mut Faults) -> Vec<Cap> {
    let mut caps = Vec::with_capacity(messages.len());
    for (place, pb::SimulatedCap { unit: name, staff_kind, count }) in messages.into_iter().enumerate() {
        let unit = unit(&name, home, &format!("caps[{place}].unit"), faults);
        caps.extend(word(staff_kind).map(|staff_kind| Cap { unit, staff_kind, count: i64::from(count) }));
    }
    caps
}

fn recruitments(
    messages: Vec<pb::SimulatedRecruitment>,
    home: &str,
    faults: &mut Faults,
) -> Vec<(String, crate::workforce::model::StaffGroup)> {
    let mut recruitments = Vec::with_capacity(messages.len());
    for (place, pb::SimulatedRecruitment { unit: name, staff_group: group }) in messages.into_iter().enumerate() {
        let path = format!("recruitments[{place}]");
        let unit = unit(&name, home, &format!("{path}.unit"), faults);
        let group = group.and_then(|group| staff_group(group, &format!("{path}.staff_group"), faults));
        recruitments.extend(unit.zip(group));
    }
    recruitments
}

/// The fiscal year at a place in a scope.
fn year_of(scope: &Scope, place: usize) -> i32 {
    small(scope.first_year + i64::try_from(place).unwrap_or_default())
}

fn unit_name(scope: &Scope, unit: String) -> String {
    if unit.is_empty() { unit } else { UnitName { jurisdiction: scope.jurisdiction.clone(), unit }.to_string() }
}

impl IntoWire for SummarizedPayroll {
    type Message = pb::PayrollSummary;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { scope, plan_count, years, rows } = self;
        let year = |(place, (pay_amount, bonus_amount))| pb::PayrollSummaryYear {
            fiscal_year: year_of(&scope, place),
            pay_amount,
            bonus_amount,
        };
        let row = |((year, unit, cell), amount): ((usize, String, Cell), i64)| {
            let Cell { year: _, staff_kind, category, component, economic_code } = cell;
            pb::PayrollSummaryRow {
                fiscal_year: year_of(&scope, year),
                unit: unit_name(&scope, unit),
                staff_kind: number(staff_kind),
                category: number(category),
                component,
                economic_code,
                amount,
            }
        };
        pb::PayrollSummary {
            workforce_plan_count: count(plan_count),
            years: years.into_iter().enumerate().map(year).collect(),
            rows: BTreeMap::into_iter(rows).map(row).collect(),
        }
    }
}

fn causes_message([rate_amount, headcount_amount, grade_amount, timing_amount]: [i64; 4]) -> pb::SimulatedCauses {
    pb::SimulatedCauses { rate_amount, headcount_amount, grade_amount, timing_amount }
}

impl IntoWire for Simulated {
    type Message = pb::WorkforceSimulation;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { scope, years, rows } = self;
        let year = |(place, Difference { before, after, causes }): (usize, Difference)| pb::SimulatedYear {
            fiscal_year: year_of(&scope, place),
            before_amount: before,
            after_amount: after,
            difference_amount: after - before,
            causes: Some(causes_message(causes)),
        };
        let row = |(key, Difference { before, after, causes }): (Key, Difference)| {
            let Key { year, unit, category, component, economic_code } = key;
            pb::SimulatedRow {
                fiscal_year: year_of(&scope, year),
                unit: unit_name(&scope, unit),
                category: number(category),
                component,
                economic_code,
                before_amount: before,
                after_amount: after,
                difference_amount: after - before,
                causes: Some(causes_message(causes)),
            }
        };
        pb::WorkforceSimulation {
            years: years.into_iter().enumerate().map(year).collect(),
            rows: rows.into_iter().map(row).collect(),
        }
    }
}
