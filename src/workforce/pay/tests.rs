//! Worked examples: those that circulars print, and those of the field.

use super::*;
use crate::workforce::model::{Parameter, StaffKind, Value};
use crate::workforce::shipped;
use std::collections::BTreeMap;

fn coefficient(text: &str) -> i64 {
    money::scaled(text, COEFFICIENT_DECIMALS).unwrap()
}

fn group(staff_kind: StaffKind, grade: Grade) -> StaffGroup {
    StaffGroup {
        display_name: String::new(),
        staff_kind,
        count: 1,
        full_time_bp: ONE,
        grade,
        preserved: 0,
        next_step_on: None,
        starts_on: None,
        ends_on: None,
        given: Vec::new(),
    }
}

fn given(component: &str, what: What) -> Given {
    Given { component: component.to_owned(), what }
}

/// The amounts of one person by component, of each month in which there are any.
fn months(rows: &[Parameter], group: &StaffGroup, first: Month, count: usize) -> Vec<BTreeMap<String, i64>> {
    let tables = Tables::new(rows, first, count);
    let mut found = Vec::new();
    calculate(&tables, group, |paid| {
        let amounts = paid.period.rules.iter().zip(paid.amounts).filter(|(_, amount)| **amount != 0);
        found.push(amounts.map(|(rule, amount)| (rule.row.key.code.clone(), *amount)).collect());
        Ok(())
    })
    .unwrap();
    found
}

fn month(group: &StaffGroup, year: i64, number: i64) -> BTreeMap<String, i64> {
    months(&shipped::find("vn").unwrap().unwrap().rows, group, Month::new(year, number), 1).remove(0)
}

/// Pay without the bonus fund, over some months.
fn pay(group: &StaffGroup, first: Month, count: usize) -> i64 {
    let months = months(&shipped::find("vn").unwrap().unwrap().rows, group, first, count);
    months.iter().flatten().filter(|(code, _)| *code != "bonus-fund").map(|(_, amount)| amount).sum()
}

fn civil(coef: &str) -> StaffGroup {
    group(StaffKind::CivilServant, Grade::Coefficient(coefficient(coef)))
}

#[test]
fn a_civil_servant_at_three_costs_what_the_field_says() {
    let servant = group(StaffKind::CivilServant, Grade::Rank("01.003".to_owned(), 3));
    assert_eq!(pay(&servant, Month::new(2026, 1), 12), 129_298_500);
    assert_eq!(pay(&servant, Month::new(2013, 1), 12), 58_212_000);
    assert_eq!(pay(&servant, Month::new(2026, 6), 1), 10_354_500);
    let july = month(&servant, 2026, 7);
    let parts: Vec<(&str, i64)> = july.iter().map(|(code, amount)| (code.as_str(), *amount)).collect();
    let expected = [
        ("bonus-fund", 759_000),
        ("grade", 7_590_000),
        ("health-insurance", 227_700),
        ("public-duty", 1_897_500),
        ("social-insurance", 1_328_250),
        ("union-fund", 151_800),
    ];
    assert_eq!(parts, expected);
    // Twelve months at the new base, and the bonus fund beside them.
    assert_eq!(pay(&servant, Month::new(2026, 7), 12), 134_343_000);
    assert_eq!(july["bonus-fund"] * 12, 9_108_000);
}

#[test]
fn allowances_are_those_that_circulars_print() {
    let mut reserve = civil("6.44");
    reserve.given = vec![
        given("position", What::Coefficient(coefficient("0.7"))),
        given("seniority", What::Since("1982-02-01".to_owned())),
    ];
    // 381 months: 31 %.
    assert_eq!(month(&reserve, 2013, 11)["seniority"], 2_545_410);
    let mut profession = civil("4.74");
    profession.given =
        vec![given("position", What::Coefficient(coefficient("0.5"))), given("profession", What::Rate(1_500))];
    assert_eq!(month(&profession, 2013, 11)["profession"], 903_900);
    let mut responsibility = civil("3.99");
    responsibility.given = vec![given("responsibility", What::Rate(2_500))];
    assert_eq!(month(&responsibility, 2006, 1)["responsibility"], 349_125);
    let mut soldier = civil("4.40");
    soldier.given = vec![given("seniority", What::Rate(1_200))];
    let paid = month(&soldier, 2016, 7);
    assert_eq!((paid["grade"], paid["seniority"]), (5_324_000, 638_880));
    assert_eq!((paid["grade"] + paid["seniority"]) * 13, 77_517_440);
}

#[test]
fn seniority_opens_after_its_months_and_grows_by_the_year() {
    let at = |months| seniority(500, 100, 60, months);
    assert_eq!([at(59), at(60), at(71), at(72), at(381)], [None, Some(500), Some(500), Some(600), Some(3_100)]);
}

/// A circular on professional titles prints it: insured since June 2005, six months of probation, B from step 2 on.
#[test]
fn a_placement_is_the_one_that_is_printed() {
    let mut moved = group(StaffKind::PublicEmployeeBudget, Grade::Scale("B".to_owned(), 2));
    moved.next_step_on = Some(Month::new(2005, 6).plus(6 + 24).first_day());
    moved.preserved = coefficient("0.17");
    let rows = &shipped::find("vn").unwrap().unwrap().rows;
    let mut steps = Vec::new();
    calculate(&Tables::new(rows, Month::new(2013, 11), 26), &moved, |paid| {
        let before = steps.last().is_some_and(|(_, step, _)| *step == paid.state.step.unwrap());
        if !before {
            steps.push((paid.month.first_day(), paid.state.step.unwrap(), paid.state.coefficient));
        }
        Ok(())
    })
    .unwrap();
    let printed = [(6, "3.03"), (7, "3.23")].map(|(step, total)| (step, coefficient(total)));
    let found: Vec<(i64, i64)> = steps.iter().skip(1).map(|(_, step, total)| (*step, *total)).collect();
    assert_eq!(found, printed);
    assert_eq!((steps[1].0.as_str(), steps[2].0.as_str()), ("2013-12-01", "2015-12-01"));
    assert_eq!(month(&moved, 2015, 11)["grade"], 3_484_500, "2.86 and 0.17");
}

#[test]
fn steps_rise_on_their_day_and_go_on_beyond_the_last() {
    let mut old = group(StaffKind::CivilServant, Grade::Scale("A1".to_owned(), 8));
    old.next_step_on = Some("2025-03-15".to_owned());
    let base = 2_340_000;
    assert_eq!(month(&old, 2025, 3)["grade"], base * 465 / 100);
    // The fifteenth counts from the next month.
    assert_eq!(month(&old, 2025, 4)["grade"], base * 498 / 100);
    let base = 2_530_000;
    let beyond = |year, number| month(&old, year, number).get("beyond-scale").copied();
    assert_eq!(beyond(2028, 3), None);
    assert_eq!(beyond(2028, 4), Some(base * 498 / 100 * 5 / 100));
    assert_eq!(beyond(2029, 3), beyond(2028, 4));
    assert_eq!(beyond(2029, 4), Some(base * 498 / 100 * 6 / 100));
    // Whoever is beyond already rises by the year.
    let mut older = group(StaffKind::CivilServant, Grade::Scale("A1".to_owned(), 9));
    older.given = vec![given("beyond-scale", What::Rate(700))];
    older.next_step_on = Some("2027-01-01".to_owned());
    assert_eq!(month(&older, 2026, 12)["beyond-scale"], base * 498 / 100 * 7 / 100);
    assert_eq!(month(&older, 2027, 1)["beyond-scale"], base * 498 / 100 * 8 / 100);
}

#[test]
fn part_of_a_year_part_of_full_time_and_vacant_posts() {
    let mut part = civil("3.00");
    part.starts_on = Some("2026-03-02".to_owned());
    part.ends_on = Some("2026-06-01".to_owned());
    assert_eq!(pay(&part, Month::new(2026, 1), 12), 2 * 10_354_500);
    let mut half = civil("3.00");
    half.full_time_bp = 3_333;
    let paid = month(&half, 2026, 7);
    // 7,590,000 × 0.3333 = 2,529,747; 151,800 × 0.3333 = 50,594.94.
    assert_eq!((paid["grade"], paid["union-fund"]), (2_529_747, 50_595));
    let vacant = group(StaffKind::CivilServant, Grade::Vacant);
    assert_eq!(month(&vacant, 2026, 7)["grade"], 2_530_000 * 234 / 100);
}

#[test]
fn who_is_no_civil_servant_is_insured_against_unemployment_and_gets_no_public_duty() {
    let employee = group(StaffKind::PublicEmployeeRevenue, Grade::Scale("A1".to_owned(), 3));
    let paid = month(&employee, 2026, 7);
    assert_eq!((paid["unemployment-insurance"], paid.get("public-duty")), (75_900, None));
    let contract = group(StaffKind::SupportContract, Grade::Coefficient(coefficient("1.50")));
    let paid = month(&contract, 2026, 7);
    assert_eq!((paid["contract-pay"], paid.get("grade"), paid["social-insurance"]), (3_795_000, None, 664_125));
}

#[test]
fn half_a_unit_is_rounded_up_once_and_a_cap_holds() {
    let mut rows = shipped::find("vn").unwrap().unwrap().rows.clone();
    for row in &mut rows {
        if let Value::BaseSalary(amount) = &mut row.value {
            *amount = 1_005;
        }
        if let Value::Component(component) = &mut row.value
            && row.key.code == "social-insurance"
        {
            (component.cap, component.base) = (Some(2 * ONE), Some("base".to_owned()));
        }
    }
    let paid = months(&rows, &civil("1.10"), Month::new(2026, 7), 1).remove(0);
    // 1,105.5; a quarter of it is 276.375, not a quarter of 1,106.
    assert_eq!((paid["grade"], paid["public-duty"]), (1_106, 276));
    let capped = months(&rows, &civil("3.00"), Month::new(2026, 7), 1).remove(0);
    // 17.5 % of twice 1,005 = 351.75.
    assert_eq!((capped["grade"], capped["social-insurance"], capped["health-insurance"]), (3_015, 352, 90));
}

#[test]
fn what_is_not_in_force_is_named_with_its_month() {
    let fault = |group: &StaffGroup, year| {
        let rows = &shipped::find("vn").unwrap().unwrap().rows;
        calculate(&Tables::new(rows, Month::new(year, 1), 12), group, |_| Ok(())).unwrap_err()
    };
    let missing = |what: &str, on: &str, field| Fault::Missing { what: what.to_owned(), on: on.to_owned(), field };
    let of = |grade| group(StaffKind::CivilServant, grade);
    assert_eq!(fault(&of(Grade::Rank("9".to_owned(), 1)), 2026), missing("rank 9", "2026-01-01", "rank"));
    assert_eq!(fault(&of(Grade::Scale("Z".to_owned(), 1)), 2026), missing("scale Z", "2026-01-01", "scale"));
    let tenth = of(Grade::Scale("A1".to_owned(), 10));
    assert_eq!(fault(&tenth, 2026), missing("step 10 of scale A1", "2026-01-01", "step"));
    assert_eq!(fault(&of(Grade::Scale("A1".to_owned(), 1)), 2004), missing("scale A1", "2004-01-01", "scale"));
}
