//! Worked differences, and that causes add up whatever changes.

use proptest::prelude::*;

use super::*;
use crate::workforce::model::{Given, Grade, Parameter, PlannedGroup, Value, What};
use crate::workforce::pay::Month;
use crate::workforce::project::project;
use crate::workforce::shipped;

fn rows() -> &'static [Parameter] {
    &shipped::find("vn").unwrap().unwrap().rows
}

/// The rows with another base salary from July 2026 on.
fn raised(amount: i64) -> Vec<Parameter> {
    let mut rows = rows().to_vec();
    for row in rows.iter_mut().filter(|row| row.key.code == "base" && row.key.starts_on == "2026-07-01") {
        row.value = Value::BaseSalary(amount);
    }
    rows
}

fn group(count: i64, coefficient: i64) -> StaffGroup {
    StaffGroup {
        display_name: String::new(),
        staff_kind: StaffKind::CivilServant,
        count,
        full_time_bp: 10_000,
        grade: Grade::Coefficient(coefficient),
        preserved: 0,
        next_step_on: None,
        starts_on: None,
        ends_on: None,
        given: Vec::new(),
    }
}

fn case(old: Option<StaffGroup>, new: Option<StaffGroup>) -> Case {
    Case { unit: "u".to_owned(), subject: "g".to_owned(), span: 0, old, new }
}

fn span<'a>(before: &'a [Parameter], after: &'a [Parameter], months: usize) -> Vec<Span<'a>> {
    let of = |rows| Tables::new(rows, Month::new(2026, 1), months);
    vec![Span { offset: 0, before: of(before), after: of(after), differs: before != after }]
}

fn whole(sums: &BTreeMap<Key, Sums>) -> Difference {
    let mut whole = [0; STATES];
    for sums in sums.values() {
        whole.iter_mut().zip(sums).for_each(|(whole, sum)| *whole += sum);
    }
    Difference::of(&whole)
}

#[test]
fn each_change_is_a_cause_of_its_own() {
    let new = StaffGroup { starts_on: Some("2026-07-01".to_owned()), ..group(2, 33_300) };
    let after = raised(2_600_000);
    let sums = simulate(&span(rows(), &after, 12), &[case(Some(group(1, 30_000)), Some(new))], &[], 12).unwrap();
    let found = whole(&sums);
    // A month of one person at 3.00 is 3.00 × 1.475 × the base, and the bonus of a tenth: 4.725 × the base.
    assert_eq!(found.before, 4_725 * 6 * (2_340 + 2_530));
    let rate = 4_725 * 6 * 70;
    let headcount = 4_725 * 6 * (2_340 + 2_600);
    // 3.33 × 1.575 = 5.24475; each component of a person is rounded, none of these amounts needs it.
    let grade = 2 * 6 * (524_475 - 472_500) * (2_340 + 2_600) / 100;
    let timing = -2 * 6 * 524_475 * 2_340 / 100;
    assert_eq!(found.causes, [rate, headcount, grade, timing]);
    assert_eq!(found.causes.iter().sum::<i64>(), found.after - found.before);
}

#[test]
fn who_is_new_or_gone_is_headcount_alone() {
    let cases = [case(None, Some(group(1, 30_000))), case(Some(group(3, 30_000)), None)];
    let found = whole(&simulate(&span(rows(), rows(), 12), &cases, &[], 12).unwrap());
    let one = 4_725 * 6 * (2_340 + 2_530);
    assert_eq!((found.before, found.after, found.causes), (3 * one, one, [0, -2 * one, 0, 0]));
}

#[test]
fn a_cap_leaves_people_in_their_order_month_by_month() {
    let half = |count, first: &str, end: &str| {
        let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        StaffGroup { starts_on: day(first), ends_on: day(end), ..group(count, 30_000) }
    };
    let same = |group: StaffGroup| case(Some(group.clone()), Some(group));
    let cases = [same(half(4, "", "2026-07-01")), same(half(4, "2026-07-01", "")), same(group(3, 20_000))];
    let cap =
        |unit: Option<&str>, count| Cap { unit: unit.map(str::to_owned), staff_kind: StaffKind::CivilServant, count };
    let of = |caps: &[Cap]| whole(&simulate(&span(rows(), rows(), 12), &cases, caps, 12).unwrap());
    // The two halves never meet: five of each month, the third group keeps one.
    let one = |coefficient: i64| 1_575 * coefficient * 6 * (2_340 + 2_530) / 10_000;
    let found = of(&[cap(None, 5)]);
    assert_eq!((found.causes[1], found.after), (-2 * one(20_000), 4 * one(30_000) + one(20_000)));
    assert_eq!(of(&[cap(Some("u"), 9), cap(None, 4)]).causes, [0, -3 * one(20_000), 0, 0]);
    assert_eq!(of(&[cap(Some("other"), 0)]).causes, [0; 4]);
}

#[test]
fn what_cannot_be_calculated_in_between_counts_with_what_makes_it_possible() {
    // The title is in force only since July; with the old days it would have no pay before.
    let titles = rows().iter().filter(|row| matches!(row.value, Value::Rank(_)) && row.key.starts_on.as_str() > "2005");
    let title = titles.max_by(|a, b| a.key.starts_on.cmp(&b.key.starts_on)).unwrap();
    let year: i64 = title.key.starts_on[..4].parse().unwrap();
    let tables = || Tables::new(rows(), Month::new(year - 1, 1), 36);
    let spans = [Span { offset: 0, before: tables(), after: tables(), differs: false }];
    let starts_on = Some(format!("{}-01-01", year + 1));
    let new = StaffGroup { grade: Grade::Rank(title.key.code.clone(), 1), starts_on, ..group(1, 30_000) };
    let found = whole(&simulate(&spans, &[case(Some(group(1, 30_000)), Some(new.clone()))], &[], 36).unwrap());
    assert_eq!(found.causes[2], 0, "{found:?}");
    assert_eq!(found.causes[3], found.after - found.before);
    let never = StaffGroup { starts_on: None, ..new };
    let (subject, fault) = simulate(&spans, &[case(None, Some(never))], &[], 36).unwrap_err();
    assert!(subject == "g" && matches!(fault, Fault::Missing { .. }));
}

fn any_group() -> impl Strategy<Value = StaffGroup> {
    let grade = prop_oneof![
        (1i64..9).prop_map(|step| Grade::Scale("A1".to_owned(), step)),
        (10_000i64..80_000).prop_map(Grade::Coefficient),
        Just(Grade::Vacant),
    ];
    let day = || prop::option::of((2026i64..2028, 1i64..13).prop_map(|(year, month)| format!("{year}-{month:02}-01")));
    let kind =
        prop::sample::select(vec![StaffKind::CivilServant, StaffKind::PublicEmployeeBudget, StaffKind::TaskContract]);
    let given = prop::option::of(
        (1i64..9_000)
            .prop_map(|coefficient| Given { component: "position".to_owned(), what: What::Coefficient(coefficient) }),
    );
    (kind, 1i64..20, 1i64..10_001, grade, day(), day(), day(), given).prop_map(
        |(staff_kind, count, full_time_bp, grade, next_step_on, starts_on, ends_on, given)| StaffGroup {
            staff_kind,
            full_time_bp,
            next_step_on: next_step_on.filter(|_| matches!(grade, Grade::Scale(..))),
            grade,
            starts_on,
            ends_on,
            given: given.into_iter().collect(),
            ..group(count, 0)
        },
    )
}

/// What the plan alone would cost, by year and component.
fn projected(rows: &[Parameter], groups: impl Iterator<Item = StaffGroup>) -> i64 {
    let planned = |group| PlannedGroup { id: String::new(), sequence: 1, group, revision: 1 };
    let groups: Vec<PlannedGroup> = groups.map(planned).collect();
    let sums = project(&Tables::new(rows, Month::new(2026, 1), 24), &groups).unwrap();
    sums.years.iter().map(|(pay, bonus)| pay + bonus).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn causes_add_to_the_difference_of_two_projections(
        pairs in prop::collection::vec((prop::option::of(any_group()), prop::option::of(any_group())), 0..6),
        base in 1i64..5_000_000,
    ) {
        let after = raised(base);
        let cases: Vec<Case> = pairs.iter().map(|(old, new)| case(old.clone(), new.clone())).collect();
        let sums = simulate(&span(rows(), &after, 24), &cases, &[], 24).unwrap();
        for sums in sums.values() {
            let row = Difference::of(sums);
            prop_assert_eq!(row.causes.iter().sum::<i64>(), row.after - row.before);
        }
        let found = whole(&sums);
        prop_assert_eq!(found.before, projected(rows(), pairs.iter().filter_map(|(old, _)| old.clone())));
        prop_assert_eq!(found.after, projected(&after, pairs.iter().filter_map(|(_, new)| new.clone())));
    }
}
