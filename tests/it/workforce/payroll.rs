//! The payroll of many units, what would change if, and the forms that are filled from them.

use super::pay_lines::{economic_codes, generate, rule, ruled, rules, share};
use super::plans::{created, group_name, groups, new_plan, plan_name};
use super::*;
use crate::approval::by;
use crate::budget::create;
use crate::harness::unit_name;

use kehoach::document::state::Verb::{Appraise, Approve, Endorse, Submit};

/// A plan of a unit for some years with these groups.
async fn planned(h: &Harness, id: &str, unit: &str, years: (i32, i32), people: Vec<pb::StaffGroup>) {
    let mut plan = new_plan(id);
    let body = plan.workforce_plan.as_mut().unwrap();
    (body.unit, body.first_year, body.last_year) = (unit_name("dt", unit), years.0, years.1);
    h.workforce().create_workforce_plan(by("drafter", plan)).await.unwrap();
    let operations =
        people.into_iter().enumerate().map(|(place, group)| created(&format!("g{place}"), group)).collect();
    h.workforce().batch_write_staff_groups(by("drafter", groups(id, operations))).await.unwrap();
}

async fn ground(h: &Harness) {
    with_pay(h).await;
    h.unit("dt", "khcn").await;
    h.unit_below("dt", "tt", "khcn").await;
    planned(h, "w", "khcn", (2025, 2026), vec![servants(10, "01.003", 3), servants(2, "01.002", 1)]).await;
    let employee =
        pb::StaffGroup { staff_kind: pb::StaffKind::PublicEmployeeBudget.into(), ..servants(4, "01.003", 3) };
    planned(h, "c", "tt", (2026, 2028), vec![employee]).await;
}

fn summary(unit: &str, first_year: i32, last_year: i32) -> pb::SummarizePayrollRequest {
    let unit = if unit.is_empty() { String::new() } else { unit_name("dt", unit) };
    pb::SummarizePayrollRequest { parent: jurisdiction_name("dt"), unit, first_year, last_year, ..Default::default() }
}

async fn summarized(h: &Harness, request: pb::SummarizePayrollRequest) -> pb::PayrollSummary {
    let found = h.payroll().summarize_payroll(request).await;
    found.unwrap_or_else(|status| panic!("no summary: {status:?}")).into_inner()
}

async fn projected(h: &Harness, id: &str) -> Vec<pb::PayrollYear> {
    let request = pb::ProjectPayrollRequest { name: plan_name(id), read_at: None };
    h.workforce().project_payroll(request).await.unwrap().into_inner().years
}

fn what_if(unit: &str, first_year: i32, last_year: i32) -> pb::SimulateWorkforceRequest {
    let unit = if unit.is_empty() { String::new() } else { unit_name("dt", unit) };
    pb::SimulateWorkforceRequest { parent: jurisdiction_name("dt"), unit, first_year, last_year, ..Default::default() }
}

async fn simulated(h: &Harness, request: pb::SimulateWorkforceRequest) -> pb::WorkforceSimulation {
    let found = h.payroll().simulate_workforce(request).await;
    let found = found.unwrap_or_else(|status| panic!("no simulation: {status:?}")).into_inner();
    for year in &found.years {
        let rows = found.rows.iter().filter(|row| row.fiscal_year == year.fiscal_year);
        let all = rows.fold([0; 5], |all, row| {
            let causes = causes(row.causes.as_ref());
            assert_eq!(causes.iter().sum::<i64>(), row.difference_amount);
            assert_eq!(row.after_amount - row.before_amount, row.difference_amount);
            [
                all[0] + causes[0],
                all[1] + causes[1],
                all[2] + causes[2],
                all[3] + causes[3],
                all[4] + row.difference_amount,
            ]
        });
        let whole = causes(year.causes.as_ref());
        assert_eq!(all, [whole[0], whole[1], whole[2], whole[3], year.difference_amount]);
        assert_eq!(whole.iter().sum::<i64>(), year.after_amount - year.before_amount);
    }
    found
}

fn causes(causes: Option<&pb::SimulatedCauses>) -> [i64; 4] {
    let causes = causes.unwrap();
    [causes.rate_amount, causes.headcount_amount, causes.grade_amount, causes.timing_amount]
}

engines! {
    async fn the_payroll_of_a_subtree_is_the_sum_of_its_plans(h: Harness) {
        ground(&h).await;
        let (own, below) = (projected(&h, "w").await, projected(&h, "c").await);
        let whole = summarized(&h, summary("khcn", 2025, 2027)).await;
        assert_eq!(whole.workforce_plan_count, 2);
        let years: Vec<(i32, i64, i64)> = whole.years.iter().map(|year| (year.fiscal_year, year.pay_amount, year.bonus_amount)).collect();
        assert_eq!(years, [
            (2025, own[0].pay_amount, own[0].bonus_amount),
            (2026, own[1].pay_amount + below[0].pay_amount, own[1].bonus_amount + below[0].bonus_amount),
            (2027, below[1].pay_amount, below[1].bonus_amount),
        ]);
        let sum = |rows: &[pb::PayrollSummaryRow], year| rows.iter().filter(|row| row.fiscal_year == year).map(|row| row.amount).sum::<i64>();
        for year in &whole.years {
            assert_eq!(sum(&whole.rows, year.fiscal_year), year.pay_amount + year.bonus_amount);
        }
        assert!(whole.rows.iter().all(|row| row.unit.is_empty()));
        let by_unit = summarized(&h, pb::SummarizePayrollRequest { by_unit: true, ..summary("", 2025, 2027) }).await;
        assert_eq!(by_unit.years, whole.years);
        let of = |unit: &str| by_unit.rows.iter().filter(|row| row.unit == unit_name("dt", unit)).cloned().collect::<Vec<_>>();
        assert_eq!(sum(&of("tt"), 2026), below[0].pay_amount + below[0].bonus_amount);
        assert_eq!(sum(&of("khcn"), 2026), own[1].pay_amount + own[1].bonus_amount);
        assert_eq!(summarized(&h, summary("tt", 2025, 2027)).await.workforce_plan_count, 1);
        // What is not in force yet is nothing of what is in force.
        let in_force = || Some(pb::ReadAt { in_force: true, ..Default::default() });
        let approved = pb::SummarizePayrollRequest { read_at: in_force(), ..summary("khcn", 2025, 2027) };
        assert_eq!(summarized(&h, approved.clone()).await.workforce_plan_count, 0);
        h.carries_workforce("c", &[Submit, Endorse, Appraise, Approve]).await;
        let approved = summarized(&h, approved).await;
        assert_eq!((approved.workforce_plan_count, approved.years[1].pay_amount), (1, below[0].pay_amount));
        let refuses = async |request| fields(&h.refuses(async { h.payroll().summarize_payroll(request).await }, Code::InvalidArgument, "FIELD_INVALID").await);
        assert_eq!(refuses(summary("", 2026, 2025)).await, ["last_year"]);
        assert_eq!(refuses(summary("", 2025, 2035)).await, ["last_year"]);
    }

    async fn what_would_change_is_told_by_cause_and_leaves_no_trace(h: Harness) {
        ground(&h).await;
        let before = h.standing();
        let nothing = simulated(&h, what_if("", 2025, 2026)).await;
        let now = summarized(&h, summary("", 2025, 2026)).await;
        assert!(nothing.rows.is_empty() && nothing.years.iter().all(|year| year.difference_amount == 0));
        assert_eq!(nothing.years[1].before_amount, now.years[1].pay_amount + now.years[1].bonus_amount);
        // Another base salary from July 2026: half a year of everybody.
        let raised = parameter("base", "2026-07-01", Value::BaseSalaryAmount(2_600_000));
        let rate = simulated(&h, pb::SimulateWorkforceRequest { pay_parameters: vec![raised.clone()], ..what_if("khcn", 2025, 2026) }).await;
        assert_eq!((rate.years[0].difference_amount, rate.years[1].difference_amount > 0), (0, true));
        assert_eq!(causes(rate.years[1].causes.as_ref()), [rate.years[1].difference_amount, 0, 0, 0]);
        let grade = rate.rows.iter().find(|row| row.component == "grade" && row.unit == unit_name("dt", "khcn")).unwrap();
        assert_eq!(grade.difference_amount, 6 * 70_000 * (10 * 300 + 2 * 440) / 100);
        // Two more, one recruited in October, and one group at another step: everything at once, each by its cause.
        let stepped = pb::StaffGroup { name: group_name("w", "g1"), ..servants(2, "01.002", 2) };
        let recruited = pb::StaffGroup { starts_on: "2026-10-01".to_owned(), ..servants(1, "01.003", 1) };
        let request = pb::SimulateWorkforceRequest {
            pay_parameters: vec![raised],
            counts: vec![pb::SimulatedCount { staff_group: group_name("w", "g0"), count: 12 }],
            recruitments: vec![pb::SimulatedRecruitment { unit: unit_name("dt", "tt"), staff_group: Some(recruited) }],
            staff_groups: vec![stepped],
            ..what_if("khcn", 2026, 2026)
        };
        let found = simulated(&h, request.clone()).await;
        let [rates, people, grades, timing] = causes(found.years[0].causes.as_ref());
        assert_eq!(rates, rate.years[1].difference_amount);
        // 4.725 times the base for each 1.00 of a civil servant, the bonus included.
        assert_eq!(people, 2 * 4_725 * 6 * (2_340 + 2_600) + 234 * 1_575 * 3 * 2_600 / 100);
        assert_eq!((grades, timing), (2 * 34 * 1_575 * 6 * (2_340 + 2_600) / 100, 0));
        // What is simulated and then written is what is projected.
        assert_eq!(h.standing(), before);
        let capped = pb::SimulatedCap { unit: unit_name("dt", "khcn"), staff_kind: pb::StaffKind::CivilServant.into(), count: 10 };
        let capped = simulated(&h, pb::SimulateWorkforceRequest { caps: vec![capped], ..what_if("", 2026, 2026) }).await;
        assert_eq!(causes(capped.years[0].causes.as_ref()), [0, -2 * 440 * 1_575 * 6 * (2_340 + 2_530) / 100, 0, 0]);
        h.nothing_changed(&before);
        let wrong = pb::SimulateWorkforceRequest {
            counts: vec![pb::SimulatedCount { staff_group: group_name("w", "none"), count: 1 }],
            caps: vec![pb::SimulatedCap { unit: unit_name("dt", "khcn"), staff_kind: pb::StaffKind::CivilServant.into(), count: 1 }],
            ..what_if("tt", 2026, 2026)
        };
        let details = h.refuses(async { h.payroll().simulate_workforce(wrong).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert_eq!(violations(&details).into_iter().map(|(_, field)| field).collect::<Vec<_>>(), ["counts[0].staff_group", "caps[0].unit"]);
    }

    /// Mẫu 14, 15.1 and 15.2 of Thông tư 342/2016/TT-BTC: every total is the sum of its parts.
    async fn the_forms_of_the_circular_add_up(h: Harness) {
        h.budget_ground().await;
        h.workforce().adopt_pay_parameters(adopt()).await.unwrap();
        h.classification().batch_write_codes(economic_codes()).await.unwrap();
        let present = || pb::StaffGroup { given: vec![pb::GivenPay { component: "position".to_owned(), what: Some(pb::given_pay::What::Coefficient("0.5".to_owned())) }], ..servants(45, "01.003", 3) };
        let vacant = || pb::StaffGroup { grade: Some(Grade::Vacant(true)), step: 0, ..servants(3, "", 0) };
        let contract = pb::StaffGroup { staff_kind: pb::StaffKind::SupportContract.into(), ..servants(5, "01.003", 1) };
        planned(&h, "w", "khcn", (2026, 2026), vec![present(), vacant(), contract]).await;
        let year = projected(&h, "w").await.remove(0);
        let of = |kinds: &[pb::StaffKind], category: pb::PayCategory| {
            let rows = year.rows.iter().filter(|row| kinds.contains(&row.staff_kind()) && row.category() == category);
            rows.map(|row| row.amount).sum::<i64>()
        };
        let (posts, contracts) = ([pb::StaffKind::CivilServant], [pb::StaffKind::SupportContract]);
        // Mẫu 15.1, columns 19 to 22: the fund is pay, allowances and contributions.
        let fund = |kinds: &[pb::StaffKind]| of(kinds, pb::PayCategory::Salary) + of(kinds, pb::PayCategory::Allowance) + of(kinds, pb::PayCategory::Contribution) + of(kinds, pb::PayCategory::Other);
        let base = 6 * (2_340_000 + 2_530_000);
        assert_eq!(of(&posts, pb::PayCategory::Salary), base / 100 * (45 * 300 + 3 * 234));
        // Public duty is a quarter of pay and position; contributions are 22.5 % of both.
        assert_eq!(of(&posts, pb::PayCategory::Allowance), base / 10_000 * (45 * 5_000 + (45 * 35_000 + 3 * 23_400) / 4));
        assert_eq!(of(&posts, pb::PayCategory::Contribution), base / 10_000 * (45 * 35_000 + 3 * 23_400) * 225 / 1_000);
        // Mẫu 14: what is present, and what is assigned and vacant at 2.34.
        let (here, open) = (explained(&h, 2026, present()).await, explained(&h, 2026, vacant()).await);
        assert_eq!(fund(&posts), here.pay_amount + open.pay_amount);
        assert_eq!(open.pay_amount, base / 10_000 * 3 * 23_400 * 1_475 / 1_000);
        // Mẫu 15.2: the fund of posts and of contracts, and the same by source.
        assert_eq!(fund(&posts) + fund(&contracts), year.pay_amount);
        let own = pb::FundingShare { side: pb::Side::FeeRetainedSpending.into(), ..share("341", "", 2_500) };
        let shares = vec![share("341", "12", 7_500), own];
        h.payroll().batch_write_funding_rules(rules(vec![ruled(rule("khcn", shares), "")])).await.unwrap();
        let estimate = h.budget().create_estimate(by("drafter", create("e", 2026, Vec::new()))).await.unwrap().into_inner();
        let preview = pb::GeneratePayLinesRequest { validate_only: true, ..generate(&estimate, "w") };
        let lines = h.payroll().generate_pay_lines(by("drafter", preview)).await.unwrap().into_inner().lines;
        let source = |side: pb::Side| lines.iter().filter(|line| line.tuple.as_ref().unwrap().side() == side).map(|line| line.requested_amount).sum::<i64>();
        let (budget, fees) = (source(pb::Side::Expenditure), source(pb::Side::FeeRetainedSpending));
        assert_eq!(budget + fees, year.pay_amount + year.bonus_amount);
        // A quarter of each tuple, to the đồng of each.
        assert!((budget - 3 * fees).abs() <= 4 * i64::try_from(lines.len()).unwrap());
    }
}
