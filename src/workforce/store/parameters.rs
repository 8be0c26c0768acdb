//! The table of pay parameters.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::pay_parameters as parameters;
use crate::db::{Conn, Db, audit, direct, record};
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};
use crate::workforce::model::{
    Component, NonAutonomy, Parameter, ParameterKey, ParameterKind, Scale, StaffKind, Value,
};

record! {
    /// One dated row.
    version ParameterRow in pay_parameters, key(kind, code, starts_on), {
        kind: String,
        code: String,
        starts_on: String,
        at: i64,
        ends_on: Option<String>,
        display_name: String,
        amount: Option<i64>,
        coefficient: Option<i64>,
        rate_bp: Option<i64>,
        later_rate_bp: Option<i64>,
        months: Option<i64>,
        target: Option<String>,
        method: Option<String>,
        base: Option<String>,
        percent_of: Option<String>,
        cap: Option<i64>,
        staff_kinds: Option<String>,
        category: Option<String>,
        economic: Option<String>,
        provenance: String,
        citation: String,
        note: String,
    }
}

/// All rows as they stand at the revision of the view, by kind, code and first day; there are some hundreds.
pub fn all_parameters(view: &mut View<'_>) -> Result<Vec<Parameter>> {
    let query = parameters::table
        .filter(parameters::jurisdiction.eq(view.jurisdiction))
        .filter(parameters::since.le(view.revision).and(parameters::until.gt(view.revision)))
        .order((parameters::kind, parameters::code, parameters::starts_on));
    let rows = direct!(view.conn, |conn| query.load::<ParameterRow>(conn))?;
    rows.into_iter().map(parameter_of).collect()
}

/// One row as it stands at the revision of the view.
pub fn find_parameter(view: &mut View<'_>, key: &ParameterKey) -> Result<Option<Parameter>> {
    let query = parameters::table
        .filter(parameters::jurisdiction.eq(view.jurisdiction).and(parameters::kind.eq(key.kind.as_str())))
        .filter(parameters::code.eq(&key.code).and(parameters::starts_on.eq(&key.starts_on)))
        .filter(parameters::since.le(view.revision).and(parameters::until.gt(view.revision)));
    let row = direct!(view.conn, |conn| query.first::<ParameterRow>(conn)).optional()?;
    row.map(parameter_of).transpose()
}

/// What a list of rows is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ParameterFilter {
    /// This kind only.
    pub kind: Option<ParameterKind>,
    /// This code only.
    pub code: Option<String>,
    /// What is in force on this day only.
    pub in_force_on: Option<String>,
    /// What comes after this key.
    pub after: Option<(String, String, String)>,
}

diesel::alias!(parameters as later_parameters: LaterParameters);

/// One page of rows by kind, code and first day, of which `limit` are read.
pub fn list_parameters(view: &mut View<'_>, filter: &ParameterFilter, limit: i64) -> Result<Vec<Parameter>> {
    let mut query = parameters::table
        .filter(parameters::jurisdiction.eq(view.jurisdiction))
        .filter(parameters::since.le(view.revision).and(parameters::until.gt(view.revision)))
        .order((parameters::kind, parameters::code, parameters::starts_on))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(kind) = filter.kind {
        query = query.filter(parameters::kind.eq(kind.as_str()));
    }
    if let Some(code) = &filter.code {
        query = query.filter(parameters::code.eq(code));
    }
    if let Some(day) = &filter.in_force_on {
        let later = later_parameters
            .filter(later_parameters.field(parameters::jurisdiction).eq(parameters::jurisdiction))
            .filter(later_parameters.field(parameters::kind).eq(parameters::kind))
            .filter(later_parameters.field(parameters::code).eq(parameters::code))
            .filter(later_parameters.field(parameters::starts_on).gt(parameters::starts_on))
            .filter(later_parameters.field(parameters::starts_on).le(day.clone()))
            .filter(later_parameters.field(parameters::since).le(view.revision))
            .filter(later_parameters.field(parameters::until).gt(view.revision));
        query = query
            .filter(parameters::starts_on.le(day.clone()))
            .filter(parameters::ends_on.is_null().or(parameters::ends_on.gt(day.clone())))
            .filter(diesel::dsl::not(diesel::dsl::exists(later)));
    }
    if let Some((kind, code, day)) = &filter.after {
        let same_code = parameters::code.eq(code).and(parameters::starts_on.gt(day));
        let same_kind = parameters::kind.eq(kind).and(parameters::code.gt(code).or(same_code));
        query = query.filter(parameters::kind.gt(kind).or(same_kind));
    }
    let rows = query.load::<ParameterRow>(view.conn)?;
    rows.into_iter().map(parameter_of).collect()
}

/// Writes new rows.
pub fn insert_parameters(tx: &mut Tx<'_>, new: &[Parameter]) -> Result<()> {
    let rows: Vec<ParameterRow> = new.iter().map(|parameter| parameter_row(tx, parameter, tx.revision())).collect();
    tx.open(&rows)
}

/// Ends rows as they were read.
pub fn end_parameters(tx: &mut Tx<'_>, old: &[Parameter]) -> Result<()> {
    let rows: Vec<ParameterRow> =
        old.iter().map(|parameter| parameter_row(tx, parameter, parameter.revision)).collect();
    tx.close(&rows)
}

fn parameter_row(tx: &Tx<'_>, new: &Parameter, since: i64) -> ParameterRow {
    let stamp = tx.stamp();
    let mut row = ParameterRow {
        jurisdiction: stamp.jurisdiction,
        since,
        until: stamp.until,
        kind: new.key.kind.as_str().to_owned(),
        code: new.key.code.clone(),
        starts_on: new.key.starts_on.clone(),
        at: tx.at(),
        ends_on: new.ends_on.clone(),
        display_name: new.display_name.clone(),
        amount: None,
        coefficient: None,
        rate_bp: None,
        later_rate_bp: None,
        months: None,
        target: None,
        method: None,
        base: None,
        percent_of: None,
        cap: None,
        staff_kinds: None,
        category: None,
        economic: None,
        provenance: new.provenance.as_str().to_owned(),
        citation: new.citation.clone(),
        note: new.note.clone(),
    };
    match &new.value {
        Value::BaseSalary(amount) => row.amount = Some(*amount),
        Value::Scale(Scale { months_per_step, beyond_bp, later_bp }) => {
            (row.months, row.rate_bp, row.later_rate_bp) = (Some(*months_per_step), Some(*beyond_bp), Some(*later_bp));
        }
        Value::Step(coefficient) | Value::Entry(coefficient) => row.coefficient = Some(*coefficient),
        Value::Rank(scale) => row.target = Some(scale.clone()),
        Value::Allowance(component, coefficient) => {
            (row.target, row.coefficient) = (Some(component.clone()), Some(*coefficient));
        }
        Value::Component(component) => write_component(&mut row, component),
        Value::RetirementAge(months) => row.months = Some(*months),
        Value::NonAutonomous(NonAutonomy { staff_kinds, category }) => {
            row.staff_kinds = Some(joined(staff_kinds));
            row.category = category.map(|category| category.as_str().to_owned());
        }
    }
    row
}

fn write_component(row: &mut ParameterRow, component: &Component) {
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
    row.method = Some(method.as_str().to_owned());
    row.category = Some(category.as_str().to_owned());
    row.base.clone_from(base);
    row.percent_of = Some(percent_of.join(","));
    (row.rate_bp, row.later_rate_bp) = (*rate_bp, Some(*later_bp));
    row.months = Some(*opens_after_months);
    (row.coefficient, row.cap) = (*coefficient, *cap);
    row.staff_kinds = Some(joined(staff_kinds));
    row.economic = Some(economic_code.clone());
}

fn joined(kinds: &[StaffKind]) -> String {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.join(",")
}

fn listed(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').filter(|part| !part.is_empty())
}

fn parameter_of(row: ParameterRow) -> Result<Parameter> {
    let kind: ParameterKind = word(&row.kind)?;
    let missing = || Error::bug(format!("a value of the pay parameter {} {} is not stored", row.kind, row.code));
    let value = match kind {
        ParameterKind::BaseSalary => Value::BaseSalary(row.amount.ok_or_else(missing)?),
        ParameterKind::Scale => Value::Scale(Scale {
            months_per_step: row.months.ok_or_else(missing)?,
            beyond_bp: row.rate_bp.ok_or_else(missing)?,
            later_bp: row.later_rate_bp.ok_or_else(missing)?,
        }),
        ParameterKind::Step => Value::Step(row.coefficient.ok_or_else(missing)?),
        ParameterKind::Rank => Value::Rank(row.target.clone().ok_or_else(missing)?),
        ParameterKind::Allowance => {
            Value::Allowance(row.target.clone().ok_or_else(missing)?, row.coefficient.ok_or_else(missing)?)
        }
        ParameterKind::Component => Value::Component(component_of(&row)?),
        ParameterKind::Entry => Value::Entry(row.coefficient.ok_or_else(missing)?),
        ParameterKind::RetirementAge => Value::RetirementAge(row.months.ok_or_else(missing)?),
        ParameterKind::NonAutonomous => Value::NonAutonomous(NonAutonomy {
            staff_kinds: listed(row.staff_kinds.as_deref()).map(word).collect::<Result<Vec<StaffKind>>>()?,
            category: row.category.as_deref().map(word).transpose()?,
        }),
    };
    Ok(Parameter {
        key: ParameterKey { kind, code: row.code, starts_on: row.starts_on },
        ends_on: row.ends_on,
        display_name: row.display_name,
        value,
        provenance: word(&row.provenance)?,
        citation: row.citation,
        note: row.note,
        revision: row.since,
        updated_at: row.at,
    })
}

fn component_of(row: &ParameterRow) -> Result<Component> {
    Ok(Component {
        method: word(row.method.as_deref().unwrap_or_default())?,
        category: word(row.category.as_deref().unwrap_or_default())?,
        base: row.base.clone(),
        percent_of: listed(row.percent_of.as_deref()).map(str::to_owned).collect(),
        rate_bp: row.rate_bp,
        later_bp: row.later_rate_bp.unwrap_or_default(),
        opens_after_months: row.months.unwrap_or_default(),
        coefficient: row.coefficient,
        cap: row.cap,
        staff_kinds: listed(row.staff_kinds.as_deref()).map(word).collect::<Result<Vec<StaffKind>>>()?,
        economic_code: row.economic.clone().unwrap_or_default(),
    })
}

/// Hands every row to the audit.
pub fn audit_parameters(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, parameters: ParameterRow);
    Ok(())
}
