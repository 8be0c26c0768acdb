//! Why an amount of pay is what it is: every factor, its row and its source. Pure.

use std::collections::HashMap;

use super::model::{COEFFICIENT_DECIMALS, Grade, Parameter, PayCategory, PayMethod, StaffGroup};
use super::pay::{Fault, Paid, Tables, calculate};
use crate::classification::model::Provenance;
use crate::error::{Error, Reason, Result};
use crate::money;
use crate::words;

words! {
    /// What a factor is.
    FactorKind {
        Component "COMPONENT",
        Coefficient "COEFFICIENT",
        Preserved "PRESERVED",
        Base "BASE",
        Rate "RATE",
        PercentOf "PERCENT_OF",
        FullTime "FULL_TIME",
        Count "COUNT",
        Rank "RANK",
    }
}

/// What a group costs in some months, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Explanation {
    pub months: Vec<ExplainedMonth>,
    pub totals: Vec<Total>,
    pub pay: i64,
    pub bonus: i64,
}

/// One month of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct ExplainedMonth {
    pub starts_on: String,
    pub step: Option<i64>,
    pub parts: Vec<Part>,
    pub pay: i64,
}

/// One component of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Part {
    pub component: String,
    pub display_name: String,
    pub category: PayCategory,
    pub economic_code: String,
    pub person: i64,
    pub amount: i64,
    pub factors: Vec<Factor>,
}

/// One factor of an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Factor {
    pub kind: FactorKind,
    pub value: String,
    pub source: Option<Source>,
    pub components: Vec<String>,
}

/// The row that a factor comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Source {
    pub parameter: String,
    pub citation: String,
    pub provenance: Provenance,
}

/// The sum of a component that is booked on a code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Total {
    pub component: String,
    pub category: PayCategory,
    pub economic_code: String,
    pub amount: i64,
}

/// Explains a group month by month.
pub fn explain(tables: &Tables<'_>, group: &StaffGroup, jurisdiction: &str) -> Result<Explanation> {
    let mut paid_months = HashMap::new();
    let outcome = calculate(tables, group, |paid| {
        let parts = paid
            .period
            .rules
            .iter()
            .enumerate()
            .filter(|(place, _)| paid.inputs.get(*place).is_some_and(|input| input.factor.is_some()));
        let parts: Option<Vec<Part>> = parts.map(|(place, _)| part(paid, place, group, jurisdiction)).collect();
        let parts = parts.ok_or(Fault::Overflow)?;
        let pay = sum(parts.iter().filter(|part| part.category != PayCategory::Bonus).map(|part| part.amount));
        let month = ExplainedMonth {
            starts_on: paid.month.first_day(),
            step: paid.state.step,
            parts,
            pay: pay.ok_or(Fault::Overflow)?,
        };
        paid_months.insert(paid.month, month);
        Ok(())
    });
    outcome.map_err(refusal)?;
    let empty = |starts_on| ExplainedMonth { starts_on, step: None, parts: Vec::new(), pay: 0 };
    let months =
        tables.months().map(|(month, ..)| paid_months.remove(&month).unwrap_or_else(|| empty(month.first_day())));
    totalled(months.collect()).ok_or_else(|| refusal(Fault::Overflow))
}

/// What keeps a group from being calculated, as its caller is told.
pub fn refusal(fault: Fault) -> Error {
    match fault {
        Fault::Missing { what, on, field } => {
            let subject = if field.is_empty() { "staff_group".to_owned() } else { format!("staff_group.{field}") };
            Error::refused(Reason::PayParameterMissing, subject, format!("{what} is not in force on {on}"))
        }
        Fault::Overflow => Error::refused(Reason::AmountOverflow, "staff_group", "an amount of its pay is too large"),
    }
}

fn sum(mut amounts: impl Iterator<Item = i64>) -> Option<i64> {
    amounts.try_fold(0i64, i64::checked_add)
}

fn totalled(months: Vec<ExplainedMonth>) -> Option<Explanation> {
    let mut totals: Vec<Total> = Vec::new();
    for part in months.iter().flat_map(|month| &month.parts) {
        let same = |total: &&mut Total| total.component == part.component && total.economic_code == part.economic_code;
        match totals.iter_mut().find(same) {
            Some(total) => total.amount = total.amount.checked_add(part.amount)?,
            None => totals.push(Total {
                component: part.component.clone(),
                category: part.category,
                economic_code: part.economic_code.clone(),
                amount: part.amount,
            }),
        }
    }
    let of = |bonus: bool| {
        sum(totals.iter().filter(|total| (total.category == PayCategory::Bonus) == bonus).map(|total| total.amount))
    };
    let (pay, bonus) = (of(false)?, of(true)?);
    Some(Explanation { months, totals, pay, bonus })
}

fn part(paid: &Paid<'_, '_>, place: usize, group: &StaffGroup, jurisdiction: &str) -> Option<Part> {
    let (rule, input, person) = (paid.period.rules.get(place)?, paid.inputs.get(place)?, *paid.amounts.get(place)?);
    let source = |row: &Parameter| Source {
        parameter: row.key.name(jurisdiction).to_string(),
        citation: row.citation.clone(),
        provenance: row.provenance,
    };
    let factor = |kind, value: String, row: Option<&Parameter>| Factor {
        kind,
        value,
        source: row.map(source),
        components: Vec::new(),
    };
    let coefficient = |value| money::decimal(value, COEFFICIENT_DECIMALS);
    let own = Some(rule.row);
    let mut factors = vec![factor(FactorKind::Component, String::new(), own)];
    let value = input.factor?;
    // What a row says to everybody comes from the component's own row, unless the group says otherwise.
    let given = group.given.iter().any(|given| given.component == rule.row.key.code);
    let own_rate = if given { None } else { own };
    match rule.component.method {
        PayMethod::Grade => {
            if let Grade::Rank(rank, _) = &group.grade
                && let Some((row, scale)) = paid.period.ranks.get(rank.as_str())
            {
                factors.push(factor(FactorKind::Rank, (*scale).to_owned(), Some(row)));
            }
            factors.push(factor(FactorKind::Coefficient, coefficient(value - group.preserved), paid.state.row));
            if group.preserved != 0 {
                factors.push(factor(FactorKind::Preserved, coefficient(group.preserved), None));
            }
        }
        PayMethod::Coefficient => {
            factors.push(factor(FactorKind::Coefficient, coefficient(value), input.row.or(own_rate)));
        }
        PayMethod::BeyondScale | PayMethod::Percent => {
            factors.push(factor(FactorKind::Rate, value.to_string(), own_rate));
            let of = || rule.of.iter().filter(|place| paid.inputs.get(**place).is_some_and(|one| one.factor.is_some()));
            let amounts = sum(of().filter_map(|place| paid.amounts.get(*place).copied()))?;
            let code = |place: &usize| paid.period.rules.get(*place).map(|rule| rule.row.key.code.clone());
            let components = of().filter_map(code).collect();
            factors.push(Factor { components, ..factor(FactorKind::PercentOf, amounts.to_string(), None) });
        }
    }
    if let Some((row, amount)) = rule.base {
        factors.push(factor(FactorKind::Base, amount.to_string(), Some(row)));
    }
    factors.push(factor(FactorKind::FullTime, group.full_time_bp.to_string(), None));
    factors.push(factor(FactorKind::Count, group.count.to_string(), None));
    Some(Part {
        component: rule.row.key.code.clone(),
        display_name: rule.row.display_name.clone(),
        category: rule.component.category,
        economic_code: rule.component.economic_code.clone(),
        person,
        amount: person.checked_mul(group.count)?,
        factors,
    })
}
