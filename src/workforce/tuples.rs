//! What the people of a plan cost in one fiscal year, by where it is booked. Pure.

use std::collections::BTreeMap;

use super::model::{FundingRule, Funds, StaffKind, Tuple, is_without_autonomy};
use super::pay::{Month, Tables};
use super::project::ByMonth;
use crate::error::{Reason, Refusal};

/// The longest description of a generated line.
const DESCRIPTION_MAX: usize = 500;

/// What is booked on one tuple.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Booked {
    /// The sum.
    pub amount: i64,
    /// The names of the components of which it is made, in the order of their codes.
    pub components: BTreeMap<String, String>,
}

impl Booked {
    /// What a line says that is generated for it.
    pub fn description(&self) -> String {
        let mut text = String::new();
        for name in self.components.values().filter(|name| !name.is_empty()) {
            let joint = if text.is_empty() { "" } else { "; " };
            if text.chars().count() + joint.len() + name.chars().count() > DESCRIPTION_MAX {
                break;
            }
            text.push_str(joint);
            text.push_str(name);
        }
        text
    }
}

/// Everything that is booked, by tuple.
pub type Tuples = BTreeMap<Tuple, Booked>;

/// What is divided as one: the months of a year in which the same rule holds for a component of a kind of staff.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Whole<'a> {
    rule: &'a super::model::FundingKey,
    staff_kind: StaffKind,
    component: &'a str,
    economic: &'a str,
    with_autonomy: bool,
}

/// Books the pay of one year; or every component that no rule books, for a unit that is named so.
pub fn book(tables: &Tables<'_>, pay: &ByMonth, funds: &Funds<'_>, unit: &str) -> Result<Tuples, Vec<Refusal>> {
    let overflow = || vec![Refusal::new(Reason::AmountOverflow, unit, "a sum of its pay is too large")];
    let mut missing: BTreeMap<(StaffKind, &str), Month> = BTreeMap::new();
    let mut wholes: BTreeMap<Whole<'_>, (&FundingRule, &str, i64)> = BTreeMap::new();
    for (staff_kind, table) in pay {
        for ((month, _, period), row) in tables.months().zip(table) {
            for (rule, amount) in period.rules.iter().zip(row).filter(|(_, amount)| **amount != 0) {
                let component = rule.row.key.code.as_str();
                let Some(fund) = funds.on(*staff_kind, component, &month.first_day()) else {
                    missing.entry((*staff_kind, component)).or_insert(month);
                    continue;
                };
                let with_autonomy = !is_without_autonomy(&period.non_autonomous, *staff_kind, rule.component.category);
                let economic = rule.component.economic_code.as_str();
                let whole = Whole { rule: &fund.key, staff_kind: *staff_kind, component, economic, with_autonomy };
                let (_, _, sum) = wholes.entry(whole).or_insert((fund, rule.row.display_name.as_str(), 0));
                *sum = sum.checked_add(*amount).ok_or_else(overflow)?;
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing.into_iter().map(|(of, month)| unfunded(unit, of, month)).collect());
    }
    divide(wholes).ok_or_else(overflow)
}

fn divide(wholes: BTreeMap<Whole<'_>, (&FundingRule, &str, i64)>) -> Option<Tuples> {
    let mut tuples = Tuples::new();
    for (whole, (rule, name, sum)) in wholes {
        for (share, part) in rule.shares.iter().zip(rule.divide(sum)?) {
            let booked = tuples.entry(share.tuple(whole.economic, whole.with_autonomy)?).or_default();
            booked.amount = booked.amount.checked_add(part)?;
            booked.components.insert(whole.component.to_owned(), name.to_owned());
        }
    }
    tuples.retain(|_, booked| booked.amount != 0);
    Some(tuples)
}

fn unfunded(unit: &str, (staff_kind, component): (StaffKind, &str), month: Month) -> Refusal {
    use crate::word::Word;
    let (kind, day) = (staff_kind.as_str(), month.first_day());
    Refusal::new(Reason::FundingRuleMissing, unit, format!("no rule books {component} of {kind} on {day}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::model::Autonomy;
    use crate::classification::model::Dimension;
    use crate::workforce::model::{FundingKey, Grade, PlannedGroup, Share, StaffGroup};
    use crate::workforce::project::by_month;
    use crate::workforce::shipped;

    fn planned(staff_kind: StaffKind) -> PlannedGroup {
        let group = StaffGroup {
            display_name: String::new(),
            staff_kind,
            count: 1,
            full_time_bp: 10_000,
            grade: Grade::Coefficient(30_000),
            preserved: 0,
            next_step_on: None,
            starts_on: None,
            ends_on: None,
            given: Vec::new(),
        };
        PlannedGroup { id: "a".to_owned(), sequence: 1, group, revision: 1 }
    }

    fn rule(component: Option<&str>, starts_on: &str, shares: &[(&str, i64)]) -> FundingRule {
        let share = |(source, share_bp): &(&str, i64)| Share {
            side: "EXPENDITURE".to_owned(),
            administrative: Some("417".to_owned()),
            functional: "341".to_owned(),
            source: Some((*source).to_owned()),
            programme: None,
            autonomy: "AUTONOMOUS".to_owned(),
            share_bp: *share_bp,
        };
        let key = FundingKey {
            unit: "u".to_owned(),
            staff_kind: None,
            component: component.map(str::to_owned),
            starts_on: starts_on.to_owned(),
        };
        let (shares, citation, note) = (shares.iter().map(share).collect(), String::new(), String::new());
        FundingRule { key, ends_on: None, shares, citation, note, revision: 1, updated_at: 0 }
    }

    fn booked(rules: &[FundingRule], groups: &[PlannedGroup]) -> Result<Vec<(String, i64)>, Vec<Refusal>> {
        let rows = &shipped::find("vn").unwrap().unwrap().rows;
        let tables = Tables::new(rows, Month::new(2026, 1), 12);
        let pay = by_month(&tables, groups.iter()).unwrap();
        let chain = ["u".to_owned()];
        let tuples = book(&tables, &pay, &Funds::new(rules, &chain), "units/u")?;
        let named = |(tuple, booked): (Tuple, Booked)| {
            let code = |dimension| tuple.codes.get(dimension).unwrap_or_default().to_owned();
            let free = if tuple.autonomy == Autonomy::Autonomous { "" } else { " not" };
            (format!("{} {}{free}", code(Dimension::Economic), code(Dimension::Source)), booked.amount)
        };
        Ok(tuples.into_iter().map(named).collect())
    }

    #[test]
    fn a_year_is_booked_whole_and_the_bonus_without_autonomy_from_the_decree_on() {
        let found =
            booked(&[rule(None, "2020-01-01", &[("12", 10_000)])], &[planned(StaffKind::CivilServant)]).unwrap();
        let bonus = |found: &[(String, i64)], not: bool| -> i64 {
            let of = if not { "6201 12 not" } else { "6201 12" };
            found.iter().filter(|(tuple, _)| tuple == of).map(|(_, amount)| amount).sum()
        };
        // Four months at 2,340,000 with autonomy; two more, and six at 2,530,000, without.
        assert_eq!((bonus(&found, false), bonus(&found, true)), (4 * 702_000, 2 * 702_000 + 6 * 759_000));
        let all: i64 = found.iter().map(|(_, amount)| amount).sum();
        assert_eq!(all - bonus(&found, false) - bonus(&found, true), 129_298_500);
        let contract = booked(&[rule(None, "2020-01-01", &[("12", 10_000)])], &[planned(StaffKind::TaskContract)]);
        let free = contract.unwrap().into_iter().filter(|(tuple, _)| !tuple.ends_with("not")).map(|(_, amount)| amount);
        // 3.00 × 2,340,000 and 23.5 % of it, in four months.
        assert_eq!(free.sum::<i64>(), 4 * 8_669_700);
    }

    #[test]
    fn shares_add_up_and_another_rule_begins_within_the_year() {
        let rules =
            [rule(None, "2020-01-01", &[("12", 3_333), ("14", 6_667)]), rule(None, "2026-07-01", &[("13", 10_000)])];
        let found = booked(&rules, &[planned(StaffKind::CivilServant)]).unwrap();
        let of = |tuple: &str| found.iter().find(|(name, _)| name == tuple).map(|(_, amount)| *amount);
        // Half a year of 7,020,000 a month; a third of it, and what is left.
        assert_eq!(
            (of("6001 12"), of("6001 14"), of("6001 13")),
            (Some(14_038_596), Some(28_081_404), Some(45_540_000))
        );
        assert_eq!(found.iter().map(|(_, amount)| amount).sum::<i64>(), 129_298_500 + 6 * 702_000 + 6 * 759_000);
    }

    #[test]
    fn what_no_rule_books_is_named_all_at_once() {
        let found =
            booked(&[rule(Some("grade"), "2026-03-01", &[("12", 10_000)])], &[planned(StaffKind::CivilServant)]);
        let texts: Vec<String> = found.unwrap_err().into_iter().map(|refusal| refusal.description).collect();
        assert_eq!(texts[1], "no rule books grade of CIVIL_SERVANT on 2026-01-01");
        assert_eq!(texts.len(), 6, "{texts:?}");
    }
}
