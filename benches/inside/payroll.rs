//! A payroll that is measured.

use kehoach::workforce::inside::{Given, Grade, StaffGroup, StaffKind, Tables, What, calculate};

/// Groups of every scale and step that are paid fifteen components, one of which is another each month.
pub fn staff(count: usize) -> Vec<StaffGroup> {
    let given = |component: &str, what| Given { component: component.to_owned(), what };
    let group = |number: usize| StaffGroup {
        display_name: String::new(),
        staff_kind: StaffKind::CivilServant,
        count: 1 + i64::try_from(number % 7).unwrap_or_default(),
        full_time_bp: 10_000 - i64::try_from(number % 3).unwrap_or_default() * 2_500,
        grade: Grade::Scale(
            ["A1", "A2.1", "B", "A0"][number % 4].to_owned(),
            1 + i64::try_from(number % 8).unwrap_or_default(),
        ),
        preserved: 0,
        next_step_on: Some(format!("2026-{:02}-01", 1 + number % 12)),
        starts_on: None,
        ends_on: None,
        given: vec![
            given("position", What::Coefficient(5_000)),
            given("seniority", What::Since("2012-03-01".to_owned())),
            given("region", What::Coefficient(1_000)),
            given("attraction", What::Rate(2_000)),
            given("hazard", What::Coefficient(2_000)),
            given("profession", What::Rate(2_500)),
            given("responsibility", What::Rate(1_000)),
            given("job-responsibility", What::Coefficient(1_000)),
            given("long-service", What::Coefficient(5_000)),
        ],
    };
    (0..count).map(group).collect()
}

/// The payroll of some groups: sums by month of the year and component.
pub fn payroll(tables: &Tables<'_>, groups: &[StaffGroup]) -> Vec<i64> {
    let mut sums = vec![0i64; 12 * 32];
    for group in groups {
        let paid = calculate(tables, group, |paid| {
            let month = usize::try_from(paid.month.0 % 12).unwrap_or_default();
            for (sum, amount) in sums[month * 32..].iter_mut().zip(paid.amounts) {
                *sum += amount * group.count;
            }
            Ok(())
        });
        paid.unwrap();
    }
    sums
}
