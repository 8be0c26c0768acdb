//! Who retires in which month: cohorts of staff groups against the dated ages of retirement.
//!
//! Somebody goes at the end of the month in which they reach the age that holds in that month, or so many months later where they stay.

use std::collections::{BTreeMap, HashMap};

use super::life;
use super::model::staffing::{Cohort, Content, Gender, StaffingItem, StaffingKind};
use super::model::{Parameter, ParameterKind, PlannedGroup, StaffKind, Value, WorkforcePlan};
use super::pay::Month;
use super::store::{self, StaffingFilter};
use crate::commit::View;
use crate::error::{Error, Reason, Result};
use crate::word::Word;

/// Who retires in the years of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projected {
    /// By month, group and cohort.
    pub retirements: Vec<Retirement>,
    /// How many, by fiscal year and kind.
    pub years: BTreeMap<(i64, StaffKind), i64>,
}

/// People who retire in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// The last month in which they are there.
    pub month: Month,
    /// The id of their group.
    pub group: String,
    /// The id of their cohort.
    pub cohort: String,
    /// Their kind.
    pub staff_kind: StaffKind,
    /// Who they are.
    pub people: Cohort,
    /// The age that holds for them, in months.
    pub age: i64,
    /// The row that says so.
    pub row: Parameter,
}

/// The years of a plan: the first month, how many months, and the number of the first year.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first month.
    pub first: Month,
    /// How many.
    pub months: i64,
    /// The first fiscal year.
    pub first_year: i64,
}

impl Span {
    /// The span of a plan.
    pub fn of(view: &mut View<'_>, plan: &WorkforcePlan) -> Result<Self> {
        let (first, months) = life::span(view, plan)?;
        Ok(Self { first, months: i64::try_from(months).unwrap_or_default(), first_year: plan.key.first_year })
    }
}

/// Reads what a plan says at the revision of a text, and the rows of the moment, and projects it.
pub fn of_plan(view: &mut View<'_>, plan: &WorkforcePlan, text: i64) -> Result<Projected> {
    let groups = store::all_groups(&mut view.at(text), &plan.id)?;
    let filter = StaffingFilter { kinds: vec![StaffingKind::Cohort], ..StaffingFilter::default() };
    let cohorts = store::list_staffing(&mut view.at(text), &plan.id, &filter, 0, i64::MAX)?;
    let rows = store::all_parameters(view)?;
    let ages = Ages::new(&rows);
    project(Span::of(view, plan)?, &groups, &cohorts, &ages).map_err(|(cohort, gender)| {
        let subject = plan.item_name(StaffingKind::Cohort, &cohort).to_string();
        Error::refused(Reason::PayParameterMissing, subject, unknown_age(gender))
    })
}

/// That no row says when somebody retires.
pub fn unknown_age(gender: Gender) -> String {
    format!("no age of retirement is known of {}", gender.as_str().to_ascii_lowercase())
}

/// The ages of retirement by gender, in the order of their first days, each with the first month in which it does not hold.
pub struct Ages<'a>(HashMap<Gender, Vec<Age<'a>>>);

/// An age in months, the first month in which it does not hold, and its row.
type Age<'a> = (i64, Option<Month>, &'a Parameter);

impl<'a> Ages<'a> {
    /// Those of some rows.
    pub fn new(rows: &'a [Parameter]) -> Self {
        let mut ages = HashMap::new();
        for gender in Gender::ALL {
            let code = gender.as_str().to_ascii_lowercase();
            let is_ours = |row: &&Parameter| row.key.kind == ParameterKind::RetirementAge && row.key.code == code;
            let mut of: Vec<&Parameter> = rows.iter().filter(is_ours).collect();
            of.sort_by_key(|row| &row.key.starts_on);
            let end = |at: usize, row: &Parameter| {
                let next = of.get(at + 1).and_then(|next| Month::from(&next.key.starts_on));
                let own = row.ends_on.as_deref().and_then(Month::from);
                next.into_iter().chain(own).min()
            };
            let age = |(at, row): (usize, &&'a Parameter)| {
                let Value::RetirementAge(months) = row.value else { return None };
                Some((months, end(at, row), *row))
            };
            ages.insert(*gender, of.iter().enumerate().filter_map(age).collect());
        }
        Self(ages)
    }

    /// The month in which somebody reaches the age that holds in it, with the age and its row.
    pub fn reached(&self, gender: Gender, born: Month) -> Option<(Month, i64, &'a Parameter)> {
        let rows = self.0.get(&gender)?;
        let reached = rows.iter().find(|(age, end, _)| end.is_none_or(|end| born.plus(*age) < end));
        reached.map(|(age, _, row)| (born.plus(*age), *age, *row))
    }
}

/// Projects cohorts; the id of one of whom no row says when, where there is one.
pub fn project(
    span: Span,
    groups: &[PlannedGroup],
    cohorts: &[StaffingItem],
    ages: &Ages<'_>,
) -> Result<Projected, (String, Gender)> {
    let known: HashMap<&str, &PlannedGroup> = groups.iter().map(|group| (group.id.as_str(), group)).collect();
    let mut projected = Projected::default();
    for (id, cohort) in cohorts.iter().filter_map(cohort_of) {
        let (Some(group), Some(born)) = (known.get(cohort.staff_group.as_str()), birth(cohort)) else { continue };
        let (month, age, row) = ages.reached(cohort.gender, born).ok_or_else(|| (id.to_owned(), cohort.gender))?;
        let month = month.plus(cohort.extension_months);
        let begins = group.group.starts_on.as_deref().and_then(Month::from);
        let ends = group.group.ends_on.as_deref().and_then(Month::from);
        let is_there = begins.is_none_or(|begins| begins <= month) && ends.is_none_or(|ends| month < ends);
        let place = month.since(span.first);
        if !is_there || !(0..span.months).contains(&place) {
            continue;
        }
        let staff_kind = group.group.staff_kind;
        *projected.years.entry((span.first_year + place / 12, staff_kind)).or_default() += cohort.count;
        projected.retirements.push(Retirement {
            month,
            group: group.id.clone(),
            cohort: id.to_owned(),
            staff_kind,
            people: cohort.clone(),
            age,
            row: row.clone(),
        });
    }
    projected.retirements.sort_by(|a, b| (a.month, &a.group, &a.cohort).cmp(&(b.month, &b.group, &b.cohort)));
    Ok(projected)
}

/// A cohort with its id.
pub fn cohort_of(item: &StaffingItem) -> Option<(&str, &Cohort)> {
    if let Content::Cohort(cohort) = &item.content { Some((&item.id, cohort)) } else { None }
}

/// The month in which a cohort was born.
pub fn birth(cohort: &Cohort) -> Option<Month> {
    Month::from(&format!("{}-01", cohort.birth_month))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workforce::shipped;

    fn retires(born: &str, gender: Gender) -> (String, i64, String) {
        let rows = &shipped::find("vn").unwrap().unwrap().rows;
        let born = Month::from(&format!("{born}-01")).unwrap();
        let (month, age, row) = Ages::new(rows).reached(gender, born).unwrap();
        (month.first_day()[..7].to_owned(), age, row.key.starts_on.clone())
    }

    /// The table that Nghị định 135/2020/NĐ-CP, Phụ lục I, prints for the borders between two ages.
    #[test]
    fn ages_follow_the_dated_table() {
        for (born, gender, month, age, row) in [
            ("1960-12", Gender::Male, "2020-12", 720, "1995-01-01"),
            ("1961-01", Gender::Male, "2021-04", 723, "2021-01-01"),
            ("1961-09", Gender::Male, "2021-12", 723, "2021-01-01"),
            ("1961-10", Gender::Male, "2022-04", 726, "2022-01-01"),
            ("1962-06", Gender::Male, "2022-12", 726, "2022-01-01"),
            ("1962-07", Gender::Male, "2023-04", 729, "2023-01-01"),
            ("1966-04", Gender::Male, "2028-04", 744, "2028-01-01"),
            ("1990-01", Gender::Male, "2052-01", 744, "2028-01-01"),
            ("1966-01", Gender::Female, "2021-05", 664, "2021-01-01"),
            ("1966-08", Gender::Female, "2021-12", 664, "2021-01-01"),
            ("1966-09", Gender::Female, "2022-05", 668, "2022-01-01"),
            ("1975-05", Gender::Female, "2035-05", 720, "2035-01-01"),
        ] {
            assert_eq!(retires(born, gender), (month.to_owned(), age, row.to_owned()), "{born} {gender:?}");
        }
    }
}
