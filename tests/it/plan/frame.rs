//! The rolling frame: the worked examples of Thông tư 69/2017, in đồng where the circular has triệu đồng.

use super::*;
use crate::budget::{create, line};
use crate::harness::engines;

const TRIEU: f64 = 1_000_000.0;

fn dong(trieu: f64) -> i64 {
    (trieu * TRIEU).round() as i64
}

fn in_dong(rows: &[(i32, f64)]) -> Vec<(i32, i64)> {
    rows.iter().map(|(year, amount)| (*year, dong(*amount))).collect()
}

use pb::FundingPart::{Baseline, Ceiling, New};
use pb::Nature::{Investment, Recurrent};

/// A row of the circular: its task, the day on which that begins, what the money is, and the money by year.
type Row = (&'static str, &'static str, pb::Nature, pb::FundingPart, &'static [(i32, f64)]);

/// Examples 1 to 5, before Project II slipped.
const ROWS: &[Row] = &[
    ("debt", "", Investment, Baseline, &[(2018, 15_000.0)]),
    ("i", "2016-01-01", Investment, Baseline, &[(2017, 5_000.0), (2018, 5_000.0), (2019, 5_000.0)]),
    ("ii", "2017-06-01", Investment, Baseline, &[(2017, 8_000.0), (2018, 12_000.0)]),
    (
        "iii",
        "2016-01-01",
        Investment,
        Baseline,
        &[(2017, 5_500.0), (2018, 27_500.0), (2019, 38_500.0), (2020, 16_500.0)],
    ),
    ("iv", "2018-01-01", Investment, New, &[(2018, 30_000.0), (2019, 45_000.0), (2020, 25_000.0)]),
    ("v-study", "2018-01-01", Investment, New, &[(2018, 6_000.0), (2019, 10_000.0), (2020, 14_000.0)]),
    ("carried", "", Recurrent, Baseline, &[(2017, 6_000.0), (2018, 6_000.0), (2019, 5_089.0), (2020, 5_180.2)]),
    ("adjusted", "", Recurrent, Baseline, &[(2018, 89.0 - 1_000.0), (2019, 91.2), (2020, 93.5)]),
    ("staff", "2018-01-01", Recurrent, New, &[(2018, 280.0), (2019, 292.0), (2020, 306.0)]),
    ("base-salary", "2018-07-01", Recurrent, New, &[(2018, 127.0), (2019, 316.0), (2020, 546.0)]),
    (
        "other",
        "2018-01-01",
        Recurrent,
        New,
        &[(2018, 800.0 + 2_000.0 + 500.0), (2019, 476.0 + 2_000.0), (2020, 487.0 + 2_000.0 + 600.0)],
    ),
];

fn money(task: &str, nature: pb::Nature, part: pb::FundingPart, year: i32, amount: f64) -> Content {
    let (nature, part, amount) = (nature.into(), part.into(), dong(amount));
    Content::Funding(pb::PlanFunding { task: task.to_owned(), year, nature, part, amount, ..Default::default() })
}

fn piece(id: &str, starts_on: &str) -> Content {
    Content::Task(pb::PlanTask { title: id.to_owned(), starts_on: starts_on.to_owned(), ..Default::default() })
}

fn items(rows: &[Row]) -> Vec<pb::CreatePlanItemOperation> {
    let mut items = Vec::new();
    for (id, starts_on, nature, part, years) in rows {
        items.push(new_item(id, piece(id, starts_on)));
        let cells =
            years.iter().map(|(year, amount)| (format!("{id}-{year}"), money(id, *nature, *part, *year, *amount)));
        items.extend(cells.map(|(id, content)| new_item(&id, content)));
    }
    items
}

fn rolling(id: &str, base_year: i32, items: Vec<pb::CreatePlanItemOperation>) -> pb::CreatePlanRequest {
    let plan = pb::Plan {
        kind: pb::PlanKind::ThreeYearFinancial.into(),
        title: "Kế hoạch tài chính – NSNN 3 năm".to_owned(),
        label: format!("{}–{}", base_year + 1, base_year + 3),
        first_year: base_year + 1,
        last_year: base_year + 3,
        base_year,
        ..described()
    };
    pb::CreatePlanRequest { plan: Some(plan), ..new_plan(id, items) }
}

impl Harness {
    async fn frame(&self, id: &str) -> pb::PlanFrame {
        let request = pb::SummarizeFrameRequest { name: plan_name(id), read_at: None };
        self.plans().summarize_frame(request).await.unwrap().into_inner()
    }

    /// The warnings and errors about the money of a plan: rule, expected, actual.
    async fn found(&self, id: &str) -> Vec<(String, String, String)> {
        let request = pb::CheckDocumentRequest { name: plan_name(id), read_at: None };
        let findings = self.approval().check_document(request).await.unwrap().into_inner().findings;
        findings.into_iter().map(|one| (one.rule, one.expected, one.actual)).collect()
    }

    async fn write(&self, plan: &str, operations: Vec<Operation>) {
        self.plans().batch_write_plan(by("drafter", batch(plan, operations))).await.unwrap();
    }
}

/// One column of a nature, by year.
fn column(frame: &pb::PlanFrame, nature: pb::Nature, value: impl Fn(&pb::FrameNeed) -> Option<i64>) -> Vec<(i32, i64)> {
    let needs = frame.needs.iter().filter(|need| need.nature() == nature);
    needs.filter_map(|need| Some((need.year, value(need)?))).collect()
}

engines! {
    async fn the_worked_examples_of_the_circular_come_out_exactly(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        h.plans().create_plan(by("drafter", rolling("p", 2017, items(ROWS)))).await.unwrap();
        let frame = h.frame("p").await;
        let (baseline, new, need) = (|n: &pb::FrameNeed| n.baseline, |n: &pb::FrameNeed| n.new_spending, |n: &pb::FrameNeed| n.need);
        // Examples 1 and 2: what goes on. Examples 3 and 5: what is new; II is not among it yet.
        assert_eq!(column(&frame, Investment, baseline), in_dong(&[(2017, 18_500.0), (2018, 59_500.0), (2019, 43_500.0), (2020, 16_500.0)]));
        assert_eq!(column(&frame, Recurrent, baseline), in_dong(&[(2017, 6_000.0), (2018, 5_089.0), (2019, 5_180.2), (2020, 5_273.7)]));
        assert_eq!(column(&frame, Recurrent, new), in_dong(&[(2018, 3_707.0), (2019, 3_084.0), (2020, 3_939.0)]));
        assert!(h.found("p").await.is_empty());

        // Example 6: II did not begin in 2017. Its money is new, and the check says so until it is moved.
        let all = h.items("p").await;
        let item = |id: &str| all.iter().find(|item| item.name.ends_with(&format!("/{id}"))).unwrap();
        h.write("p", vec![replaced(item("ii"), piece("ii", "2018-03-01"))]).await;
        let slipped = ("PLN-07".to_owned(), "NEW".to_owned(), "BASELINE".to_owned());
        assert_eq!(h.found("p").await, [slipped.clone(), slipped]);
        let moved = vec![
            deleted(item("ii-2017")),
            replaced(item("ii-2018"), money("ii", Investment, New, 2018, 8_000.0)),
            created("ii-2019", money("ii", Investment, New, 2019, 12_000.0)),
        ];
        h.write("p", moved).await;
        let frame = h.frame("p").await;
        assert_eq!(column(&frame, Investment, baseline), in_dong(&[(2017, 10_500.0), (2018, 47_500.0), (2019, 43_500.0), (2020, 16_500.0)]));
        assert_eq!(column(&frame, Investment, new), in_dong(&[(2018, 44_000.0), (2019, 67_000.0), (2020, 39_000.0)]));
        assert_eq!(column(&frame, Investment, need), in_dong(&[(2017, 10_500.0), (2018, 91_500.0), (2019, 110_500.0), (2020, 55_500.0)]));
        // Example 7.
        assert_eq!(column(&frame, Recurrent, need), in_dong(&[(2017, 6_000.0), (2018, 8_796.0), (2019, 8_264.2), (2020, 9_212.7)]));
        assert!(frame.overflow.is_empty());
        assert!(h.found("p").await.is_empty());

        // Example 8: what was assigned for 2018, and the ceilings of 2019 and 2020.
        let ceilings = [(2018, 60_500.0), (2019, 100_000.0), (2020, 55_500.0)];
        let given = ceilings.map(|(year, amount)| created(&format!("ceiling-{year}"), money("", Investment, Ceiling, year, amount)));
        h.write("p", given.into()).await;
        let frame = h.frame("p").await;
        let gaps = column(&frame, Investment, |need| need.gap);
        assert_eq!(gaps, in_dong(&[(2018, -31_000.0), (2019, -10_500.0), (2020, 0.0)]));
        // The circular says that 60.5 tỷ is 16 tỷ less than what was proposed. That is only so without the 15 tỷ for debts, which its own table of
        // example 6 counts; the figures are kept as they are printed.
        assert_eq!(gaps[0].1 + dong(15_000.0), dong(-16_000.0));
        let told = |one: &pb::FrameOverflow| (one.year, one.task.rsplit('/').next().unwrap_or_default().to_owned(), one.uncovered);
        let expected = [(2018, "iv", 25_000.0), (2018, "v-study", 6_000.0), (2019, "v-study", 10_000.0), (2019, "iv", 500.0)];
        let mut overflow: Vec<_> = frame.overflow.iter().map(told).collect();
        let mut expected: Vec<_> = expected.map(|(year, task, amount)| (year, task.to_owned(), dong(amount))).into();
        overflow.sort();
        expected.sort();
        assert_eq!(overflow, expected);
        let above = |year: usize| ("BUD-22".to_owned(), dong(ceilings[year].1).to_string(), dong([91_500.0, 110_500.0][year]).to_string());
        assert_eq!(h.found("p").await, [above(0), above(1)]);
    }

    async fn the_frame_of_the_next_year_starts_from_what_was_assigned(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        let rows: &[Row] = &[("all", "2016-01-01", Investment, Baseline, &[(2018, 62_700.0), (2019, 104_300.0), (2020, 55_500.0)])];
        let mut items = items(rows);
        let given = [(2018, 60_500.0), (2019, 100_000.0), (2020, 55_500.0)];
        items.extend(given.map(|(year, amount)| new_item(&format!("c-{year}"), money("", Investment, Ceiling, year, amount))));
        h.plans().create_plan(by("drafter", rolling("p", 2018, items))).await.unwrap();
        let frame = h.frame("p").await;
        assert_eq!(column(&frame, Investment, |need| need.gap), in_dong(&[(2018, -2_200.0), (2019, -4_300.0), (2020, 0.0)]));
        // What is expected of the base year is told, not judged.
        assert_eq!(h.found("p").await, [("BUD-22".to_owned(), dong(100_000.0).to_string(), dong(104_300.0).to_string())]);
    }

    async fn the_first_year_stands_beside_the_annual_estimate(h: Harness) {
        h.budget_ground().await;
        let rows: &[Row] = &[("all", "2016-01-01", Recurrent, Baseline, &[(2025, 5.0), (2026, 6.0)])];
        h.plans().create_plan(by("drafter", rolling("p", 2024, items(rows)))).await.unwrap();
        assert_eq!(h.frame("p").await.estimate, "");
        assert!(h.found("p").await.is_empty());
        h.budget().create_estimate(by("drafter", create("e", 2025, vec![line("101", dong(4.0))]))).await.unwrap();
        let frame = h.frame("p").await;
        assert_eq!(frame.estimate, "jurisdictions/dt/estimates/e");
        assert_eq!(column(&frame, Recurrent, |need| need.estimate_requested), [(2025, dong(4.0))]);
        assert_eq!(h.found("p").await, [("BUD-21".to_owned(), dong(4.0).to_string(), dong(5.0).to_string())]);
    }
}
