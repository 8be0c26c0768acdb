//! The rows in force month by month, put in order once, so that each group only calculates. Pure.

use std::collections::HashMap;

use super::month::Month;
use crate::workforce::model::{Component, NonAutonomy, Parameter, ParameterKind, Scale, Set, Value, step_of};

/// What is in force in a span of months.
#[derive(Debug)]
pub struct Tables<'a> {
    first: Month,
    /// For each month the period that it belongs to.
    months: Vec<usize>,
    /// Spans in which the same rows are in force.
    pub periods: Vec<Period<'a>>,
}

/// The rows that are in force together.
#[derive(Debug, Default)]
pub struct Period<'a> {
    /// The components, each behind those that it is a percentage of.
    pub rules: Vec<Rule<'a>>,
    /// The scales, each with its steps from the first.
    pub scales: HashMap<&'a str, ScaleRows<'a>>,
    /// The scales of ranks.
    pub ranks: HashMap<&'a str, (&'a Parameter, &'a str)>,
    /// The entries of lists of allowances.
    pub allowances: HashMap<&'a str, (&'a Parameter, &'a str, i64)>,
    /// The coefficient of vacant posts.
    pub entry: Option<(&'a Parameter, i64)>,
    /// What is given without autonomy.
    pub non_autonomous: Vec<&'a NonAutonomy>,
}

/// A scale with its steps.
#[derive(Debug)]
pub struct ScaleRows<'a> {
    /// The row of the scale.
    pub row: &'a Parameter,
    /// How its steps follow each other.
    pub scale: Scale,
    /// The steps with their coefficients, by number.
    pub steps: Vec<(i64, i64, &'a Parameter)>,
}

/// A component, ready to be calculated.
#[derive(Debug)]
pub struct Rule<'a> {
    /// Its row.
    pub row: &'a Parameter,
    /// What the row says.
    pub component: &'a Component,
    /// The base, where it has one in force.
    pub base: Option<(&'a Parameter, i64)>,
    /// The places of the components that it is a percentage of.
    pub of: Vec<usize>,
}

impl<'a> Tables<'a> {
    /// What of some rows is in force from a month on, for so many months.
    pub fn new(rows: &'a [Parameter], first: Month, count: usize) -> Self {
        let set = Set::new(rows);
        let mut starts: Vec<Month> = Vec::new();
        for row in rows {
            starts.extend(Month::from(&row.key.starts_on));
            starts.extend(row.ends_on.as_deref().and_then(Month::from));
        }
        let mut tables = Self { first, months: Vec::with_capacity(count), periods: Vec::new() };
        for month in (0..).take(count).map(|month| first.plus(month)) {
            if tables.periods.is_empty() || starts.contains(&month) {
                tables.periods.push(Period::new(&set, &month.first_day()));
            }
            tables.months.push(tables.periods.len() - 1);
        }
        tables
    }

    /// The first month.
    pub fn first(&self) -> Month {
        self.first
    }

    /// The months with their periods.
    pub fn months(&self) -> impl Iterator<Item = (Month, usize, &Period<'a>)> {
        let periods = self.months.iter().filter_map(|period| Some((*period, self.periods.get(*period)?)));
        periods.zip(0..).map(|((place, period), month)| (self.first.plus(month), place, period))
    }
}

impl<'a> Period<'a> {
    fn new(set: &Set<'a>, day: &str) -> Self {
        let mut period = Self::default();
        for row in set.all_on(ParameterKind::Scale, day) {
            if let Value::Scale(scale) = row.value {
                period.scales.insert(&row.key.code, ScaleRows { row, scale, steps: Vec::new() });
            }
        }
        for row in set.all_on(ParameterKind::Step, day) {
            if let (Value::Step(coefficient), Some((scale, step))) = (&row.value, step_of(&row.key.code))
                && let Some(scale) = period.scales.get_mut(scale)
            {
                scale.steps.push((step, *coefficient, row));
            }
        }
        period.scales.values_mut().for_each(|scale| scale.steps.sort_by_key(|(step, ..)| *step));
        for row in set.all_on(ParameterKind::Rank, day) {
            if let Value::Rank(scale) = &row.value {
                period.ranks.insert(&row.key.code, (row, scale));
            }
        }
        for row in set.all_on(ParameterKind::Allowance, day) {
            if let Value::Allowance(component, coefficient) = &row.value {
                period.allowances.insert(&row.key.code, (row, component, *coefficient));
            }
        }
        period.entry = set.all_on(ParameterKind::Entry, day).find_map(|row| Some((row, row.value.coefficient()?)));
        let non_autonomous =
            |row: &'a Parameter| if let Value::NonAutonomous(of) = &row.value { Some(of) } else { None };
        period.non_autonomous = set.all_on(ParameterKind::NonAutonomous, day).filter_map(non_autonomous).collect();
        period.rules = rules(set, day);
        period
    }
}

/// The components of a day, each behind those that it stands on. What stands in a circle is left out; no set has one.
fn rules<'a>(set: &Set<'a>, day: &str) -> Vec<Rule<'a>> {
    let mut waiting: Vec<(&'a Parameter, &'a Component)> =
        set.all_on(ParameterKind::Component, day).filter_map(|row| Some((row, row.value.component()?))).collect();
    let mut rules: Vec<Rule<'a>> = Vec::with_capacity(waiting.len());
    loop {
        let before = waiting.len();
        let mut later = Vec::new();
        for (row, component) in std::mem::take(&mut waiting) {
            let all: Vec<&str> = component.percent_of.iter().map(String::as_str).collect();
            if all.iter().any(|code| {
                later.iter().any(|(row, _): &(&Parameter, _)| row.key.code == *code)
                    || set.on(ParameterKind::Component, code, day).is_some()
                        && !rules.iter().any(|rule| rule.row.key.code == *code)
            }) {
                later.push((row, component));
                continue;
            }
            let of = all.iter().filter_map(|code| rules.iter().position(|rule| rule.row.key.code == *code)).collect();
            let base = component.base.as_deref().and_then(|base| set.on(ParameterKind::BaseSalary, base, day));
            let base = base.and_then(|row| Some((row, row.value.base_salary()?)));
            rules.push(Rule { row, component, base, of });
        }
        waiting = later;
        if waiting.is_empty() || waiting.len() == before {
            return rules;
        }
    }
}
