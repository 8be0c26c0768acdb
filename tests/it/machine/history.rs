//! What was read at a revision is read there for ever: objects, lists, pages, roll-ups and comparisons.

use kehoach::pb;
use kehoach::pb::line_operation::Operation;

use crate::budget::{at, batch, create, created, deleted, estimate_name, line, updated};
use crate::dice::{Dice, often};
use crate::harness::{Harness, engines, jurisdiction_name, new_unit, unit_name};

/// How often it is looked, with as many writes between each.
const MOMENTS: u64 = 5;

/// Everything that can be read, as it stands at one revision.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    units: Vec<pb::Unit>,
    estimates: Vec<pb::Estimate>,
    lines: Vec<pb::Line>,
    codes: Vec<pb::Code>,
    estimate: pb::Estimate,
    by_code: pb::SummarizeBudgetResponse,
    by_unit: pb::SummarizeBudgetResponse,
    changes: pb::CompareEstimatesResponse,
}

/// Reads all pages: `$call` with `$ask`, whose answer lists `$items`.
macro_rules! pages {
    ($client:expr, $call:ident, $ask:expr, $items:ident) => {{
        let (mut ask, mut all) = ($ask, Vec::new());
        loop {
            let page = $client.$call(ask.clone()).await.unwrap().into_inner();
            all.extend(page.$items);
            if page.next_page_token.is_empty() {
                break all;
            }
            ask.page_token = page.next_page_token;
        }
    }};
}

/// Reads everything at a revision, or at the head.
async fn look(h: &Harness, first: i64, revision: Option<i64>) -> Seen {
    let read_at = revision.map(at);
    let (parent, name) = (jurisdiction_name("dt"), estimate_name("e1"));
    let units = pb::ListUnitsRequest { parent: parent.clone(), page_size: 7, read_at, ..Default::default() };
    let estimates = pb::ListEstimatesRequest { parent: parent.clone(), page_size: 3, read_at, ..Default::default() };
    let order_by = "requested desc".to_owned();
    let lines = pb::ListLinesRequest { parent: name.clone(), order_by, page_size: 5, read_at, ..Default::default() };
    let codes =
        pb::ListCodesRequest { parent: format!("{parent}/schemes/own"), page_size: 2, read_at, ..Default::default() };
    let sum = |attribute: pb::GroupAttribute| pb::SummarizeBudgetRequest {
        parent: parent.clone(),
        fiscal_years: vec![2024, 2025],
        group_by: vec![pb::GroupBy { attribute: attribute.into(), level: 1 }],
        read_at,
        ..Default::default()
    };
    let left = Some(pb::EstimateAt { name: name.clone(), read_at: Some(at(first)) });
    let right = Some(pb::EstimateAt { name: name.clone(), read_at });
    let compare = pb::CompareEstimatesRequest { left, right, page_size: 1_000, ..Default::default() };
    let mut budget = h.budget();
    Seen {
        units: pages!(h.organisation(), list_units, units, units),
        estimates: pages!(budget, list_estimates, estimates, estimates),
        lines: pages!(budget, list_lines, lines, lines),
        codes: pages!(h.classification(), list_codes, codes, codes),
        estimate: budget.get_estimate(pb::GetEstimateRequest { name, read_at }).await.unwrap().into_inner(),
        by_code: budget.summarize_budget(sum(pb::GroupAttribute::Functional)).await.unwrap().into_inner(),
        by_unit: budget.summarize_budget(sum(pb::GroupAttribute::Unit)).await.unwrap().into_inner(),
        changes: budget.compare_estimates(compare).await.unwrap().into_inner(),
    }
}

/// One write of any kind.
async fn write(h: &Harness, dice: &mut Dice, number: u64) {
    let code = ["101", "102", "341"][usize::try_from(dice.within(0..3)).unwrap()];
    let amount = i64::try_from(dice.within(1..1_000_000)).unwrap();
    match dice.within(0..10) {
        0 => drop(h.unit("dt", &format!("n{number}")).await),
        1 => {
            let unit = h.get_unit("dt", "khcn").await;
            let renamed = pb::Unit { name: unit.name, display_name: format!("Sở {number}"), ..Default::default() };
            let update = pb::UpdateUnitRequest { unit: Some(renamed), etag: unit.etag, ..Default::default() };
            h.organisation().update_unit(update).await.unwrap();
        }
        2 => {
            let new = create(
                &format!("x{number}"),
                2024 + i32::try_from(dice.within(0..2)).unwrap(),
                vec![line(code, amount)],
            );
            h.budget().create_estimate(new).await.unwrap();
        }
        3 => {
            let estimate = h
                .budget()
                .get_estimate(pb::GetEstimateRequest { name: estimate_name("e1"), read_at: None })
                .await
                .unwrap()
                .into_inner();
            let titled =
                pb::Estimate { name: estimate.name, title: format!("Dự toán {number}"), ..Default::default() };
            let update =
                pb::UpdateEstimateRequest { estimate: Some(titled), etag: estimate.etag, ..Default::default() };
            h.budget().update_estimate(update).await.unwrap();
        }
        4 => {
            let moved = h.get_unit("dt", "a").await;
            let new_parent_unit = if moved.parent_unit.is_empty() { unit_name("dt", "khcn") } else { String::new() };
            let change =
                pb::MoveUnitRequest { name: moved.name, new_parent_unit, etag: moved.etag, ..Default::default() };
            h.organisation().move_unit(change).await.unwrap();
        }
        turn => {
            let lines = h.lines_of("e1").await;
            let operation: Operation = if turn < 7 || lines.len() < 4 {
                created("", line(code, amount))
            } else if turn == 7 {
                deleted(dice.of(&lines))
            } else {
                let old = dice.of(&lines).clone();
                updated(pb::Line { amounts: line("101", amount).amounts, ..old }, &["amounts.requested"])
            };
            h.budget().batch_write_lines(batch("e1", vec![operation])).await.unwrap();
        }
    }
}

engines! {
    async fn reads_at_a_revision_are_the_same_after_a_thousand_more_writes(h: Harness) {
        h.budget_ground().await;
        h.unit("dt", "a").await;
        h.estimate("e1", 2024, vec![line("101", 5), line("102", 6), line("341", 7)]).await;
        h.organisation().create_unit(new_unit("dt", "b")).await.unwrap();
        let first = h.revision("dt").await;
        let mut dice = Dice::new("reads_at_a_revision_are_the_same_after_a_thousand_more_writes");
        let writes = often("KEHOACH_TEST_WRITES", 1_000);
        let mut moments = Vec::new();
        let mut begun = Vec::new();
        for number in 0..writes {
            if number % (writes / MOMENTS).max(1) == 0 {
                let revision = h.revision("dt").await;
                moments.push((revision, look(&h, first, None).await));
                // A reader who turns the page long after.
                let list = pb::ListLinesRequest { parent: estimate_name("e1"), page_size: 2, ..Default::default() };
                let page = h.budget().list_lines(list.clone()).await.unwrap().into_inner();
                begun.push((h.lines_of("e1").await, pb::ListLinesRequest { page_token: page.next_page_token, ..list }, page.lines));
            }
            write(&h, &mut dice, number).await;
        }
        assert_eq!(h.revision("dt").await, first + i64::try_from(writes).unwrap());
        for (revision, then) in &moments {
            let now = look(&h, first, Some(*revision)).await;
            assert!(now == *then, "revision {revision} was\n{then:#?}\nand is\n{now:#?}");
        }
        for (then, list, seen) in begun {
            let rest = pages!(h.budget(), list_lines, list, lines);
            assert_eq!([seen, rest].concat(), then, "the pages shifted");
        }
        assert!(moments.windows(2).all(|pair| pair[0].1 != pair[1].1), "nothing changed between the moments");
        h.is_sound();
    }
}
