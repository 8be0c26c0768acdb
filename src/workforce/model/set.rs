//! All rows of a jurisdiction together: which one is in force on a day, and what may not stand together. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Component, Parameter, ParameterKey, ParameterKind, Value, step_of};
use crate::error::{Reason, Refusal};
use crate::word::Word;

/// How deep components may stand upon each other: deeper percentages of percentages leave the numbers that are calculated with.
const DEPTH_MAX: usize = 4;

/// The rows by kind and code, each code's by first day.
#[derive(Debug, Default)]
pub struct Set<'a>(BTreeMap<(ParameterKind, &'a str), Vec<&'a Parameter>>);

impl<'a> Set<'a> {
    /// The set of some rows, in any order.
    pub fn new(rows: &'a [Parameter]) -> Self {
        let mut set: BTreeMap<_, Vec<&'a Parameter>> = BTreeMap::new();
        for row in rows {
            set.entry((row.key.kind, row.key.code.as_str())).or_default().push(row);
        }
        set.values_mut().for_each(|rows| rows.sort_by(|a, b| a.key.starts_on.cmp(&b.key.starts_on)));
        Self(set)
    }

    /// The row in force on a day: the last that began, unless it has ended.
    pub fn on(&self, kind: ParameterKind, code: &str, day: &str) -> Option<&'a Parameter> {
        self.0.get(&(kind, code)).and_then(|rows| in_force(rows, day))
    }

    /// Every row of a kind in force on a day, by code.
    pub fn all_on(&self, kind: ParameterKind, day: &str) -> impl Iterator<Item = &'a Parameter> {
        self.0.iter().filter(move |((found, _), _)| *found == kind).filter_map(move |(_, rows)| in_force(rows, day))
    }

    /// Whether there is a row of a kind and code on any day.
    pub fn has(&self, kind: ParameterKind, code: &str) -> bool {
        self.0.contains_key(&(kind, code))
    }
}

fn in_force<'a>(rows: &[&'a Parameter], day: &str) -> Option<&'a Parameter> {
    let begun = rows.partition_point(|row| row.key.starts_on.as_str() <= day);
    let row = rows.get(begun.checked_sub(1)?)?;
    row.ends_on.as_deref().is_none_or(|end| end > day).then_some(*row)
}

/// Why rows may not stand together. `path` says where in the request a row is written; the others stand already.
pub fn refuse(rows: &[Parameter], path: &HashMap<ParameterKey, String>, jurisdiction: &str) -> Vec<Refusal> {
    let set = Set::new(rows);
    let mut refusals = Vec::new();
    for row in rows {
        let subject = path.get(&row.key).cloned().unwrap_or_else(|| row.key.name(jurisdiction).to_string());
        for (kind, code) in referred(row) {
            if !set.has(kind, code) {
                let what = kind.as_str().to_ascii_lowercase().replace('_', " ");
                let text = format!("there is no {what} {code} on any day");
                refusals.push(Refusal::new(Reason::PayReferenceUnknown, subject.clone(), text));
            }
        }
    }
    let high = too_high(rows);
    for row in rows.iter().filter(|row| row.key.kind == ParameterKind::Component) {
        if high.contains(row.key.code.as_str()) {
            let subject = path.get(&row.key).cloned().unwrap_or_else(|| row.key.name(jurisdiction).to_string());
            let text = format!("{} rests on itself, or on more than {DEPTH_MAX} others in a row", row.key.code);
            refusals.push(Refusal::new(Reason::PayComponentOrder, subject, text));
        }
    }
    refusals
}

/// The rows that a row names by code.
fn referred(row: &Parameter) -> Vec<(ParameterKind, &str)> {
    match &row.value {
        Value::Step(_) => step_of(&row.key.code).map(|(scale, _)| (ParameterKind::Scale, scale)).into_iter().collect(),
        Value::Rank(scale) => vec![(ParameterKind::Scale, scale)],
        Value::Allowance(component, _) => vec![(ParameterKind::Component, component)],
        Value::Component(component) => {
            let of = component.percent_of.iter().map(|code| (ParameterKind::Component, code.as_str()));
            of.chain(component.base.as_deref().map(|base| (ParameterKind::BaseSalary, base))).collect()
        }
        Value::BaseSalary(_)
        | Value::Scale(_)
        | Value::Entry(_)
        | Value::RetirementAge(_)
        | Value::NonAutonomous(_) => Vec::new(),
    }
}

/// The components that stand too high, or in a circle; whatever the day.
fn too_high(rows: &[Parameter]) -> BTreeSet<&str> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        if let Value::Component(Component { percent_of, .. }) = &row.value {
            edges.entry(&row.key.code).or_default().extend(percent_of.iter().map(String::as_str));
        }
    }
    // Each round lifts what stands on others by one; who stands in a circle rises in every round.
    let mut heights: BTreeMap<&str, usize> = edges.keys().map(|code| (*code, 1)).collect();
    for _ in 0..=DEPTH_MAX {
        let height =
            |of: &BTreeSet<&str>| of.iter().filter_map(|code| heights.get(code)).max().map_or(1, |one| one + 1);
        heights = edges.iter().map(|(code, of)| (*code, height(of))).collect();
    }
    heights.into_iter().filter(|(_, height)| *height > DEPTH_MAX).map(|(code, _)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classification::model::Provenance;
    use crate::workforce::model::{PayCategory, PayMethod};

    fn row(kind: ParameterKind, code: &str, starts_on: &str, value: Value) -> Parameter {
        Parameter {
            key: ParameterKey { kind, code: code.to_owned(), starts_on: starts_on.to_owned() },
            ends_on: None,
            display_name: String::new(),
            value,
            provenance: Provenance::Own,
            citation: String::new(),
            note: String::new(),
            revision: 1,
            updated_at: 0,
        }
    }

    fn percent(code: &str, of: &[&str]) -> Parameter {
        let component = Component {
            method: PayMethod::Percent,
            category: PayCategory::Allowance,
            base: None,
            percent_of: of.iter().map(|code| (*code).to_owned()).collect(),
            rate_bp: Some(100),
            later_bp: 0,
            opens_after_months: 0,
            coefficient: None,
            cap: None,
            staff_kinds: Vec::new(),
            economic_code: String::new(),
        };
        row(ParameterKind::Component, code, "2020-01-01", Value::Component(component))
    }

    fn reasons(rows: &[Parameter]) -> Vec<(Reason, String)> {
        refuse(rows, &HashMap::new(), "j").into_iter().map(|refusal| (refusal.reason, refusal.subject)).collect()
    }

    #[test]
    fn a_row_is_in_force_until_the_next_begins_or_it_ends() {
        let mut rows = [
            row(ParameterKind::BaseSalary, "base", "2024-07-01", Value::BaseSalary(2)),
            row(ParameterKind::BaseSalary, "base", "2023-07-01", Value::BaseSalary(1)),
        ];
        rows[0].ends_on = Some("2025-01-01".to_owned());
        let set = Set::new(&rows);
        let on = |day| set.on(ParameterKind::BaseSalary, "base", day).map(|row| row.value.clone());
        let found = ["2023-06-30", "2023-07-01", "2024-06-30", "2024-07-01", "2024-12-31", "2025-01-01"].map(on);
        let (one, two) = (Some(Value::BaseSalary(1)), Some(Value::BaseSalary(2)));
        assert_eq!(found, [None, one.clone(), one, two.clone(), two, None]);
        assert_eq!(set.all_on(ParameterKind::BaseSalary, "2024-08-01").count(), 1);
    }

    #[test]
    fn what_is_named_must_be_there() {
        let rows = [row(ParameterKind::Step, "A1.2", "2020-01-01", Value::Step(1)), percent("a", &["b"])];
        let name = |segment: &str| format!("jurisdictions/j/payParameters/{segment}");
        assert_eq!(
            reasons(&rows),
            [
                (Reason::PayReferenceUnknown, name("step.A1.2.2020-01-01")),
                (Reason::PayReferenceUnknown, name("component.a.2020-01-01"))
            ]
        );
    }

    #[test]
    fn components_stand_four_high_and_in_no_circle() {
        let tower = [percent("a", &[]), percent("b", &["a"]), percent("c", &["b"]), percent("d", &["c"])];
        assert_eq!(reasons(&tower), Vec::new());
        let mut high = tower.to_vec();
        high.push(percent("e", &["d"]));
        assert_eq!(reasons(&high).len(), 1);
        let circle = [percent("a", &["b"]), percent("b", &["a"])];
        assert_eq!(reasons(&circle).iter().filter(|(reason, _)| *reason == Reason::PayComponentOrder).count(), 2);
    }
}
