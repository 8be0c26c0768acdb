//! The sets of pay parameters that ship inside the server: tables of rows, as data, that jurisdictions copy.
//!
//! The tables are read once, at their first use. Absent: any change of what was copied; it belongs to its jurisdiction.

use std::sync::OnceLock;

use serde::Deserialize;

use super::model::{
    COEFFICIENT_DECIMALS, Component, NonAutonomy, Parameter, ParameterKey, ParameterKind, PayMethod, Scale, StaffKind,
    Value,
};
use crate::error::{Error, Result};
use crate::money;
use crate::word::Word;

const VN: &str = include_str!("vn.csv");

/// A set that ships.
#[derive(Debug)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct PaySet {
    pub id: &'static str,
    pub display_name: &'static str,
    pub english_name: &'static str,
    pub note: &'static str,
    pub rows: Vec<Parameter>,
}

/// Every set that ships, by id.
pub fn all() -> Result<&'static [PaySet]> {
    static SETS: OnceLock<Result<Vec<PaySet>, String>> = OnceLock::new();
    let read = || read().map_err(|error| format!("a shipped table cannot be read: {error}"));
    SETS.get_or_init(read).as_deref().map_err(|text| Error::bug(text.clone()))
}

/// One set that ships.
pub fn find(id: &str) -> Result<Option<&'static PaySet>> {
    Ok(all()?.iter().find(|set| set.id == id))
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn read() -> Outcome<Vec<PaySet>> {
    Ok(vec![PaySet {
        id: "vn",
        display_name: "Tiền lương khu vực nhà nước Việt Nam",
        english_name: "Pay in the state sector of Viet Nam",
        note: "Base salaries from 1993; the scales of Nghị định 204/2004/NĐ-CP; contributions from 2012. Ranks, titles and \
               allowances are partial. Each row says how sure it is.",
        rows: csv::Reader::from_reader(VN.as_bytes())
            .deserialize::<Row>()
            .map(|row| parameter(row?))
            .collect::<Outcome<Vec<Parameter>>>()?,
    }])
}

#[derive(Deserialize)]
struct Row {
    kind: String,
    code: String,
    starts_on: String,
    ends_on: Option<String>,
    display_name: String,
    amount: Option<i64>,
    coefficient: Option<String>,
    rate_bp: Option<i64>,
    later_rate_bp: Option<i64>,
    months: Option<i64>,
    target: Option<String>,
    method: Option<String>,
    base: Option<String>,
    percent_of: String,
    cap: Option<String>,
    staff_kinds: String,
    category: Option<String>,
    economic: String,
    provenance: String,
    citation: String,
    note: String,
}

fn parameter(row: Row) -> Outcome<Parameter> {
    let kind: ParameterKind = word(&row.kind)?;
    let coefficient = row.coefficient.as_deref().map(decimal).transpose()?;
    let missing = || format!("a value of {} {} is missing", row.kind, row.code);
    let value = match kind {
        ParameterKind::BaseSalary => Value::BaseSalary(row.amount.ok_or_else(missing)?),
        ParameterKind::Scale => Value::Scale(Scale {
            months_per_step: row.months.ok_or_else(missing)?,
            beyond_bp: row.rate_bp.unwrap_or_default(),
            later_bp: row.later_rate_bp.unwrap_or_default(),
        }),
        ParameterKind::Step => Value::Step(coefficient.ok_or_else(missing)?),
        ParameterKind::Rank => Value::Rank(row.target.clone().ok_or_else(missing)?),
        ParameterKind::Allowance => {
            Value::Allowance(row.target.clone().ok_or_else(missing)?, coefficient.ok_or_else(missing)?)
        }
        ParameterKind::Component => Value::Component(component(&row, coefficient)?),
        ParameterKind::Entry => Value::Entry(coefficient.ok_or_else(missing)?),
        ParameterKind::RetirementAge => Value::RetirementAge(row.months.ok_or_else(missing)?),
        ParameterKind::NonAutonomous => Value::NonAutonomous(NonAutonomy {
            staff_kinds: listed(&row.staff_kinds).map(word).collect::<Outcome<Vec<StaffKind>>>()?,
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
        revision: 0,
        updated_at: 0,
    })
}

fn component(row: &Row, coefficient: Option<i64>) -> Outcome<Component> {
    let method: PayMethod = word(row.method.as_deref().unwrap_or_default())?;
    Ok(Component {
        method,
        category: word(row.category.as_deref().unwrap_or_default())?,
        base: row.base.clone(),
        percent_of: listed(&row.percent_of).map(str::to_owned).collect(),
        rate_bp: row.rate_bp,
        later_bp: row.later_rate_bp.unwrap_or_default(),
        opens_after_months: row.months.unwrap_or_default(),
        coefficient,
        cap: row.cap.as_deref().map(decimal).transpose()?,
        staff_kinds: listed(&row.staff_kinds).map(word).collect::<Outcome<Vec<StaffKind>>>()?,
        economic_code: row.economic.clone(),
    })
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

fn decimal(text: &str) -> Outcome<i64> {
    Ok(money::scaled(text, COEFFICIENT_DECIMALS).ok_or_else(|| format!("`{text}` is no coefficient"))?)
}

/// The tables spell some words in lower case.
fn word<W: Word>(text: &str) -> Outcome<W> {
    Ok(W::parse(&text.to_ascii_uppercase()).ok_or_else(|| format!("`{text}` is not known"))?)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::*;
    use crate::classification::model::Provenance;
    use crate::period::is_day;
    use crate::workforce::model::{Set, refuse, step_of};

    #[test]
    fn the_tables_are_whole() {
        for set in all().unwrap() {
            let mut seen = BTreeSet::new();
            for row in &set.rows {
                let name = row.key.segment();
                assert!(seen.insert(name.clone()), "{name} is there twice");
                assert!(is_day(&row.key.starts_on), "{name}");
                assert!(!row.display_name.is_empty() && !row.citation.is_empty(), "{name}");
                assert!(![Provenance::Imported, Provenance::Own].contains(&row.provenance), "{name}");
                assert!(row.provenance == Provenance::Sourced || row.citation.len() + row.note.len() > 5, "{name}");
            }
            assert_eq!(refuse(&set.rows, &HashMap::new(), "j"), Vec::new());
        }
    }

    #[test]
    fn the_steps_of_every_scale_are_those_of_the_decree() {
        let rows = &find("vn").unwrap().unwrap().rows;
        let mut found = Vec::new();
        for scale in ["A3.1", "A3.2", "A2.1", "A2.2", "A1", "A0", "B", "C1", "C2", "C3"] {
            let steps: Vec<i64> = rows
                .iter()
                .filter(|row| row.key.kind == ParameterKind::Step)
                .filter(|row| step_of(&row.key.code).is_some_and(|(of, _)| of == scale))
                .filter_map(|row| row.value.coefficient())
                .collect();
            let rise = steps[1] - steps[0];
            assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == rise), "{scale}: {steps:?}");
            found.push((scale, steps.len(), steps[0], steps[steps.len() - 1]));
        }
        let decree = [
            ("A3.1", 6, 62_000, 80_000),
            ("A3.2", 6, 57_500, 75_500),
            ("A2.1", 8, 44_000, 67_800),
            ("A2.2", 8, 40_000, 63_800),
            ("A1", 9, 23_400, 49_800),
            ("A0", 10, 21_000, 48_900),
            ("B", 12, 18_600, 40_600),
            ("C1", 12, 16_500, 36_300),
            ("C2", 12, 15_000, 34_800),
            ("C3", 12, 13_500, 33_300),
        ];
        assert_eq!(found, decree);
    }

    #[test]
    fn the_age_of_retirement_rises_to_its_end() {
        let rows = &find("vn").unwrap().unwrap().rows;
        let set = Set::new(rows);
        let age = |who, day| match set.on(ParameterKind::RetirementAge, who, day).map(|row| &row.value) {
            Some(Value::RetirementAge(months)) => *months,
            other => panic!("{other:?}"),
        };
        let men = ["2020-12-31", "2021-01-01", "2027-06-01", "2028-01-01", "2040-01-01"].map(|day| age("male", day));
        let women = ["2020-12-31", "2021-01-01", "2034-06-01", "2035-01-01"].map(|day| age("female", day));
        assert_eq!((men, women), ([720, 723, 741, 744, 744], [660, 664, 716, 720]));
    }
}
