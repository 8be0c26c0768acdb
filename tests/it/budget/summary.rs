//! Roll-ups: which estimates count, where units and codes stand, and what is left out.

use tonic::Code;

use super::*;
use crate::harness::engines;

fn group(attribute: pb::GroupAttribute, level: i32) -> pb::GroupBy {
    pb::GroupBy { attribute: attribute.into(), level }
}

fn asked(years: &[i32], group_by: Vec<pb::GroupBy>) -> pb::SummarizeBudgetRequest {
    let (parent, fiscal_years) = (jurisdiction_name("dt"), years.to_vec());
    pb::SummarizeBudgetRequest { parent, fiscal_years, group_by, ..Default::default() }
}

/// Keys without the words that all share, and what is requested.
fn rows(answer: &pb::SummarizeBudgetResponse) -> Vec<(String, Option<i64>)> {
    let key = |row: &pb::SummaryRow| {
        let values = row.keys.iter().map(|key| key.value.rsplit('/').next().unwrap_or_default());
        values.collect::<Vec<_>>().join(" ")
    };
    answer.rows.iter().map(|row| (key(row), row.amounts.unwrap().requested)).collect()
}

fn named(pairs: &[(&str, i64)]) -> Vec<(String, Option<i64>)> {
    pairs.iter().map(|(key, sum)| ((*key).to_owned(), Some(*sum))).collect()
}

impl Harness {
    async fn summarize(&self, request: pb::SummarizeBudgetRequest) -> pb::SummarizeBudgetResponse {
        let answer = self.budget().summarize_budget(request).await;
        answer.unwrap_or_else(|status| panic!("no roll-up: {status:?}")).into_inner()
    }

    async fn estimate_of(&self, unit: &str, id: &str, year: i32, kind: pb::EstimateKind, lines: Vec<pb::Line>) {
        let mut request = create(id, year, lines);
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.unit, estimate.kind) = (unit_name("dt", unit), kind.into());
        if kind == pb::EstimateKind::Reference {
            estimate.series = "final".to_owned();
        }
        self.budget().create_estimate(request).await.unwrap_or_else(|status| panic!("no estimate {id}: {status:?}"));
    }

    /// `khcn` over `a` and `b`, `b` over `b1`; two years, one of them redone and supplemented.
    async fn tree_of_estimates(&self) {
        use pb::EstimateKind::{Annual, Redone, Reference, Supplement};
        self.budget_ground().await;
        for (unit, parent) in [("a", "khcn"), ("b", "khcn"), ("b1", "b")] {
            self.unit_below("dt", unit, parent).await;
        }
        self.unit("dt", "other").await;
        self.estimate_of("khcn", "k-24", 2024, Annual, vec![line("101", 1)]).await;
        self.estimate_of("a", "a-24", 2024, Annual, vec![line("101", 10), line("341", 20)]).await;
        self.estimate_of("a", "a-24-r1", 2024, Redone, vec![line("101", 900)]).await;
        self.estimate_of("a", "a-24-r2", 2024, Redone, vec![line("101", 12), line("102", 3)]).await;
        self.estimate_of("a", "a-24-s", 2024, Supplement, vec![line("101", -2)]).await;
        self.estimate_of("b1", "b1-24", 2024, Annual, vec![line("341", 100)]).await;
        self.estimate_of("b", "b-25", 2025, Annual, vec![line("102", 1000)]).await;
        self.estimate_of("b", "b-24-ref", 2024, Reference, vec![line("102", 5)]).await;
        self.estimate_of("other", "o-24", 2024, Annual, vec![line("102", 7)]).await;
    }
}

fn transfer(code: &str, requested: i64, side: pb::Side, counterpart: &str) -> pb::Line {
    let (nature, counterpart_unit) = (pb::Nature::TransferDown.into(), unit_name("dt", counterpart));
    pb::Line { side: side.into(), nature, counterpart_unit, ..line(code, requested) }
}

engines! {
    async fn a_tree_of_units_adds_up_by_unit_year_kind_and_level(h: Harness) {
        use pb::GroupAttribute::{Functional, FiscalYear, Kind, Unit};
        h.tree_of_estimates().await;
        let by = |level| asked(&[2024, 2025], vec![group(Unit, level)]);
        let below = |request: pb::SummarizeBudgetRequest| pb::SummarizeBudgetRequest { unit: unit_name("dt", "khcn"), ..request };
        assert_eq!(rows(&h.summarize(by(0)).await), named(&[("a", 13), ("b", 1000), ("b1", 100), ("khcn", 1), ("other", 7)]));
        assert_eq!(rows(&h.summarize(by(1)).await), named(&[("khcn", 1114), ("other", 7)]));
        assert_eq!(rows(&h.summarize(below(by(1))).await), named(&[("a", 13), ("b", 1100), ("khcn", 1)]));
        let alone = pb::SummarizeBudgetRequest { unit_only: true, ..below(by(0)) };
        assert_eq!(rows(&h.summarize(alone).await), named(&[("khcn", 1)]));
        let years = asked(&[2024, 2025], vec![group(FiscalYear, 0), group(Kind, 0)]);
        let found = h.summarize(below(years)).await;
        assert_eq!(rows(&found), named(&[("2024 ANNUAL", 101), ("2024 REDONE", 15), ("2024 SUPPLEMENT", -2), ("2025 ANNUAL", 1000)]));
        assert_eq!(found.estimate_count, 5);
        let codes = |level| below(asked(&[2024], vec![group(Functional, level)]));
        let found = h.summarize(codes(1)).await;
        assert_eq!(rows(&found), named(&[("100", 14), ("340", 100)]));
        assert_eq!((found.rows[0].keys[0].display_name.as_str(), found.rows[0].keys[0].scheme.as_str()), ("Khoản 100", "jurisdictions/dt/schemes/own"));
        assert_eq!(rows(&h.summarize(codes(2)).await), named(&[("101", 11), ("102", 3), ("341", 100)]));
        assert_eq!(h.summarize(codes(0)).await.rows, h.summarize(codes(2)).await.rows);
        // The kept totals and the lines say the same.
        let (fast, slow) = (h.summarize(below(asked(&[2024, 2025], Vec::new()))).await, h.summarize(below(asked(&[2024, 2025], vec![group(Functional, 0)]))).await);
        assert_eq!((fast.totals, fast.estimate_count), (slow.totals, slow.estimate_count));
    }

    async fn kinds_series_and_basis_say_which_estimates_count(h: Harness) {
        h.tree_of_estimates().await;
        let of = |kinds: &[pb::EstimateKind], series: &str| pb::SummarizeBudgetRequest {
            kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
            reference_series: series.to_owned(),
            ..asked(&[2024], Vec::new())
        };
        let annual = h.summarize(of(&[pb::EstimateKind::Annual], "")).await;
        assert_eq!((rows(&annual), annual.estimate_count), (named(&[("", 138)]), 4));
        assert_eq!(rows(&h.summarize(of(&[pb::EstimateKind::Redone], "")).await), named(&[("", 915)]));
        assert_eq!(rows(&h.summarize(of(&[pb::EstimateKind::Reference], "final")).await), named(&[("", 5)]));
        assert_eq!(h.summarize(of(&[pb::EstimateKind::Reference], "none")).await.estimate_count, 0);
        let submitted = pb::SummarizeBudgetRequest { basis: pb::RollupBasis::Submitted.into(), ..asked(&[2024], Vec::new()) };
        assert_eq!(h.summarize(submitted).await.rows, Vec::new());
        let subtree = pb::CodeFilter { dimension: pb::Dimension::Functional.into(), subtrees: vec!["100".to_owned()], ..Default::default() };
        let filter = Some(pb::LineFilter { codes: vec![subtree], ..Default::default() });
        assert_eq!(rows(&h.summarize(pb::SummarizeBudgetRequest { filter, ..asked(&[2024], Vec::new()) }).await), named(&[("", 21)]));
        let prefix = pb::CodeFilter { dimension: pb::Dimension::Functional.into(), prefixes: vec!["34".to_owned()], unset: true, ..Default::default() };
        let filter = Some(pb::LineFilter { codes: vec![prefix], delegated: Some(false), ..Default::default() });
        assert_eq!(rows(&h.summarize(pb::SummarizeBudgetRequest { filter, ..asked(&[2024], Vec::new()) }).await), named(&[("", 100)]));
    }

    async fn transfers_among_the_units_are_left_out_and_shown_with_what_does_not_agree(h: Harness) {
        h.budget_ground().await;
        h.unit_below("dt", "a", "khcn").await;
        h.unit("dt", "other").await;
        let given = vec![line("101", 1), transfer("101", 100, pb::Side::Expenditure, "a"), transfer("101", 30, pb::Side::Expenditure, "other")];
        h.estimate_of("khcn", "k", 2024, pb::EstimateKind::Annual, given).await;
        let received = vec![transfer("101", 90, pb::Side::Revenue, "khcn"), line("101", 90)];
        h.estimate_of("a", "a", 2024, pb::EstimateKind::Annual, received).await;
        for groups in [Vec::new(), vec![group(pb::GroupAttribute::Functional, 0)]] {
            let below = pb::SummarizeBudgetRequest { unit: unit_name("dt", "khcn"), ..asked(&[2024], groups.clone()) };
            let found = h.summarize(below).await;
            let totals: Vec<_> = found.totals.iter().map(|total| (total.side(), total.amounts.unwrap().requested, total.line_count)).collect();
            assert_eq!(totals, [(pb::Side::Expenditure, Some(121), 3)]);
            let eliminated = found.eliminated.unwrap();
            let requested = |amounts: Option<pb::Amounts>| amounts.unwrap().requested;
            assert_eq!((requested(eliminated.expenditure), requested(eliminated.revenue), requested(eliminated.residue), eliminated.line_count), (Some(100), Some(90), Some(10), 2));
            assert_eq!(eliminated.residue.unwrap().decided, None);
            let alone = pb::SummarizeBudgetRequest { unit: unit_name("dt", "khcn"), unit_only: true, ..asked(&[2024], groups) };
            let found = h.summarize(alone).await;
            assert_eq!((found.totals[0].amounts.unwrap().requested, found.eliminated), (Some(131), None));
        }
    }

    async fn what_is_not_stated_is_not_zero_and_an_old_revision_stays_what_it_was(h: Harness) {
        h.budget_ground().await;
        let mut zero = line("102", 0);
        zero.amounts = Some(pb::Amounts { budget_n1: Some(0), ..Default::default() });
        h.estimate("e1", 2024, vec![line("101", 5), zero]).await;
        let then = h.revision("dt").await;
        let stages = vec![pb::Stage::BudgetN1.into(), pb::Stage::Decided.into()];
        let by_code = asked(&[2024], vec![group(pb::GroupAttribute::Functional, 0)]);
        let found = h.summarize(pb::SummarizeBudgetRequest { stages, ..by_code.clone() }).await;
        let amounts: Vec<_> = found.rows.iter().map(|row| row.amounts.unwrap()).collect();
        assert_eq!(amounts, [pb::Amounts::default(), pb::Amounts { budget_n1: Some(0), ..Default::default() }]);
        let before = h.summarize(by_code.clone()).await;
        h.budget().batch_write_lines(batch("e1", vec![created("x", line("341", 9)), deleted(&h.lines_of("e1").await[0])])).await.unwrap();
        assert_eq!(rows(&h.summarize(by_code.clone()).await), [("102".to_owned(), None), ("341".to_owned(), Some(9))]);
        assert_eq!(h.summarize(pb::SummarizeBudgetRequest { read_at: Some(at(then)), ..by_code }).await, before);
    }

    async fn a_roll_up_that_makes_no_sense_or_does_not_fit_is_refused(h: Harness) {
        h.budget_ground().await;
        let bad = [
            pb::SummarizeBudgetRequest { unit_only: true, ..asked(&[2024], Vec::new()) },
            pb::SummarizeBudgetRequest { reference_series: "x".to_owned(), ..asked(&[2024], Vec::new()) },
            pb::SummarizeBudgetRequest { kinds: vec![pb::EstimateKind::Reference.into()], ..asked(&[2024], Vec::new()) },
            asked(&[2024], vec![group(pb::GroupAttribute::Unit, 0), group(pb::GroupAttribute::Unit, 1)]),
            asked(&[2024], vec![group(pb::GroupAttribute::Nature, 1)]),
            asked(&[], Vec::new()),
        ];
        for request in bad {
            h.refuses(h.budget().summarize_budget(request), Code::InvalidArgument, "FIELD_INVALID").await;
        }
        let missing = pb::SummarizeBudgetRequest { unit: unit_name("dt", "none"), ..asked(&[2024], Vec::new()) };
        h.refuses(h.budget().summarize_budget(missing), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let elsewhere = pb::SummarizeBudgetRequest { parent: jurisdiction_name("xx"), ..asked(&[2024], Vec::new()) };
        h.refuses(h.budget().summarize_budget(elsewhere), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let most = 1_000_000_000_000_000_000;
        for (id, year) in [("e1", 2024), ("e2", 2025)] {
            h.estimate(id, year, vec![line("101", most); 5]).await;
        }
        for groups in [Vec::new(), vec![group(pb::GroupAttribute::Functional, 0)]] {
            let both = asked(&[2024, 2025], groups);
            h.refuses(h.budget().summarize_budget(both), Code::FailedPrecondition, "AMOUNT_OVERFLOW").await;
        }
    }

    async fn more_rows_than_the_limit_are_refused(h: Harness) {
        h.budget_ground().await;
        let project = |number: usize| pb::Line { description: format!("p{number}"), ..line("101", 1) };
        h.estimate("e1", 2024, Vec::new()).await;
        for part in 0..6 {
            let lines = (0..2_000).map(|number| created("", project(part * 2_000 + number))).collect();
            h.budget().batch_write_lines(batch("e1", lines)).await.unwrap();
        }
        // As many projects would take minutes.
        h.sql("UPDATE line_versions SET project = description");
        let by_project = asked(&[2024], vec![group(pb::GroupAttribute::Project, 0)]);
        h.refuses(h.budget().summarize_budget(by_project), Code::ResourceExhausted, "TOO_MANY_ROWS").await;
        assert_eq!(rows(&h.summarize(asked(&[2024], Vec::new())).await), named(&[("", 12_000)]));
    }
}
