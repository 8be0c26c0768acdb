//! Texts in force: what was approved stays readable, alone, in lists and in roll-ups, however far an amendment has come.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Close, Endorse, Submit};
use tonic::Code;

use super::*;
use crate::harness::{engines, fields, refused};

/// The moment that a reader asks for, with the text in force there.
fn in_force(revision: Option<i64>) -> Option<pb::ReadAt> {
    Some(pb::ReadAt { moment: revision.map(pb::read_at::Moment::Revision), in_force: true })
}

impl Harness {
    /// Submitted, endorsed, appraised and approved, each by somebody else; the revision of the approval.
    async fn approved(&self, id: &str) -> i64 {
        self.walk(id, &[Submit, Endorse, Appraise, Approve]).await.revision
    }

    async fn amended(&self, id: &str) {
        self.walk(id, &[Amend]).await;
    }

    async fn text(&self, id: &str, read_at: Option<pb::ReadAt>) -> Result<pb::Estimate, tonic::Status> {
        let request = pb::GetEstimateRequest { name: estimate_name(id), read_at };
        Ok(self.budget().get_estimate(request).await?.into_inner())
    }

    async fn text_line(&self, id: &str, line: &str, read_at: Option<pb::ReadAt>) -> Result<pb::Line, tonic::Status> {
        let request = pb::GetLineRequest { name: format!("{}/lines/{line}", estimate_name(id)), read_at };
        Ok(self.budget().get_line(request).await?.into_inner())
    }

    async fn text_lines(&self, id: &str, read_at: Option<pb::ReadAt>) -> Result<Vec<pb::Line>, tonic::Status> {
        let request = pb::ListLinesRequest { parent: estimate_name(id), read_at, ..Default::default() };
        Ok(self.budget().list_lines(request).await?.into_inner().lines)
    }

    async fn texts(&self, read_at: Option<pb::ReadAt>) -> Vec<pb::Estimate> {
        let request = pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), read_at, ..Default::default() };
        self.budget().list_estimates(request).await.unwrap().into_inner().estimates
    }

    async fn write_lines(&self, id: &str, operations: Vec<pb::line_operation::Operation>) {
        self.budget().batch_write_lines(batch(id, operations)).await.unwrap();
    }

    /// The line `first` with another request.
    async fn request_instead(&self, id: &str, requested: i64) {
        let old = self.text_line(id, "first", None).await.unwrap();
        let amounts = Some(pb::Amounts { requested: Some(requested), ..Default::default() });
        self.write_lines(id, vec![updated(pb::Line { amounts, ..old }, &["amounts.requested"])]).await;
    }

    /// An estimate of a kind with one line `first`.
    async fn one_line(&self, id: &str, kind: pb::EstimateKind, requested: i64) {
        let mut request = create(id, 2024, vec![line("101", requested)]);
        request.lines[0].line_id = "first".to_owned();
        request.estimate.as_mut().unwrap().kind = kind.into();
        self.budget().create_estimate(request).await.unwrap_or_else(|status| panic!("no estimate {id}: {status:?}"));
    }

    /// What is requested in a roll-up, from the totals that are kept and, by code, from the lines.
    async fn rolled_up_of_year(
        &self,
        basis: pb::RollupBasis,
        read_at: Option<pb::ReadAt>,
    ) -> (i32, Option<i64>, Option<i64>) {
        let asked = |group_by: Vec<pb::GroupBy>| pb::SummarizeBudgetRequest {
            parent: jurisdiction_name("dt"),
            fiscal_years: vec![2024],
            group_by,
            basis: basis.into(),
            read_at,
            ..Default::default()
        };
        let total =
            |answer: &pb::SummarizeBudgetResponse| answer.totals.first().and_then(|total| total.amounts?.requested);
        let kept = self.budget().summarize_budget(asked(Vec::new())).await.unwrap().into_inner();
        let by_code = vec![pb::GroupBy { attribute: pb::GroupAttribute::Functional.into(), level: 0 }];
        let added = self.budget().summarize_budget(asked(by_code)).await.unwrap().into_inner();
        (kept.estimate_count, total(&kept), total(&added))
    }
}

engines! {
    async fn what_was_never_approved_is_not_in_force(h: Harness) {
        h.budget_ground().await;
        h.one_line("e1", pb::EstimateKind::Annual, 10).await;
        let missing = |outcome| refused(outcome, Code::NotFound, "RESOURCE_NOT_FOUND");
        missing(h.text("e1", in_force(None)).await.map(drop));
        missing(h.text_line("e1", "first", in_force(None)).await.map(drop));
        missing(h.text_lines("e1", in_force(None)).await.map(drop));
        missing(h.text("e2", in_force(None)).await.map(drop));
        let key = pb::LookupEstimateRequest { unit: unit_name("dt", "khcn"), fiscal_year: 2024, kind: pb::EstimateKind::Annual.into(), ..Default::default() };
        assert_eq!(h.budget().lookup_estimate(key.clone()).await.unwrap().into_inner().in_force_revision, 0);
        missing(h.budget().lookup_estimate(pb::LookupEstimateRequest { read_at: in_force(None), ..key }).await.map(drop));
        let side = |read_at| Some(pb::EstimateAt { name: estimate_name("e1"), read_at });
        let compare = pb::CompareEstimatesRequest { left: side(in_force(None)), right: side(None), ..Default::default() };
        missing(h.budget().compare_estimates(compare).await.map(drop));
        assert_eq!(h.texts(in_force(None)).await, Vec::new());
        assert_eq!(h.rolled_up_of_year(pb::RollupBasis::InForce, None).await, (0, None, None));
    }

    async fn the_text_in_force_stays_while_an_amendment_is_drafted(h: Harness) {
        h.budget_ground().await;
        h.one_line("e1", pb::EstimateKind::Annual, 10).await;
        let first = h.approved("e1").await;
        h.amended("e1").await;
        h.request_instead("e1", 99).await;
        h.write_lines("e1", vec![created("second", line("341", 1))]).await;
        let drafted = h.text("e1", None).await.unwrap();
        let title = pb::Estimate { name: estimate_name("e1"), title: "Điều chỉnh".to_owned(), narrative: "Vì".to_owned(), ..Default::default() };
        let change = pb::UpdateEstimateRequest { estimate: Some(title), etag: drafted.etag, ..Default::default() };
        let drafted = h.budget().update_estimate(change).await.unwrap().into_inner();
        assert_eq!((drafted.title.as_str(), drafted.line_count, drafted.number, drafted.in_force_revision), ("Điều chỉnh", 2, 1, first));

        let text = h.text("e1", in_force(None)).await.unwrap();
        let approved = h.text("e1", Some(at(first))).await.unwrap();
        assert_eq!((text.title.as_str(), text.narrative.as_str(), text.line_count, requested(&text)), ("Dự toán 2024", "", 1, 10));
        assert_eq!((text.state(), text.submission, text.number, text.in_force_revision), (pb::DocumentState::Draft, 1, 1, first));
        assert_eq!((text.revision, text.updated_at, text.etag.as_str()), (first, approved.updated_at, ""));
        assert_eq!(text.totals[0].amounts.unwrap().decided, Some(10));
        let key = pb::LookupEstimateRequest { unit: unit_name("dt", "khcn"), fiscal_year: 2024, kind: pb::EstimateKind::Annual.into(), read_at: in_force(None), ..Default::default() };
        assert_eq!(h.budget().lookup_estimate(key).await.unwrap().into_inner(), text);
        assert_eq!(h.texts(in_force(None)).await, [text]);

        let lines = h.text_lines("e1", in_force(None)).await.unwrap();
        let amounts = lines[0].amounts.unwrap();
        assert_eq!((lines.len(), amounts.requested, amounts.decided, lines[0].etag.as_str()), (1, Some(10), Some(10), ""));
        assert_eq!(h.text_line("e1", "first", in_force(None)).await.unwrap(), lines[0]);
        refused(h.text_line("e1", "second", in_force(None)).await, Code::NotFound, "RESOURCE_NOT_FOUND");

        let second = h.approved("e1").await;
        let text = h.text("e1", in_force(None)).await.unwrap();
        assert_eq!((text.title.as_str(), text.line_count, text.in_force_revision, text.state()), ("Điều chỉnh", 2, second, pb::DocumentState::Approved));
        // Between the two approvals the first text was in force, and the amendment on its way.
        let before = h.text("e1", in_force(Some(second - 1))).await.unwrap();
        assert_eq!((before.title.as_str(), before.state(), before.number, before.in_force_revision), ("Dự toán 2024", pb::DocumentState::Appraised, 1, first));
        assert_eq!(h.text_lines("e1", in_force(Some(second - 1))).await.unwrap(), lines);
        assert_eq!(h.text("e1", in_force(Some(first))).await.unwrap().number, 0);
        refused(h.text("e1", in_force(Some(first - 1))).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        h.is_sound();
    }

    async fn an_amendment_is_compared_with_the_text_in_force(h: Harness) {
        h.budget_ground().await;
        h.one_line("e1", pb::EstimateKind::Annual, 10).await;
        let first = h.approved("e1").await;
        h.amended("e1").await;
        h.request_instead("e1", 99).await;
        h.write_lines("e1", vec![created("second", line("341", 1))]).await;
        let side = |read_at| Some(pb::EstimateAt { name: estimate_name("e1"), read_at });
        let compare = pb::CompareEstimatesRequest { left: side(in_force(None)), right: side(None), page_size: 1, ..Default::default() };
        let page = h.budget().compare_estimates(compare.clone()).await.unwrap().into_inner();
        let (old, new) = (page.differences[0].left.clone().unwrap(), page.differences[0].right.clone().unwrap());
        assert_eq!((old.amounts.unwrap().requested, new.amounts.unwrap().requested), (Some(10), Some(99)));
        assert_eq!((old.etag.is_empty(), new.etag.is_empty()), (true, false));
        assert_eq!((page.left_totals[0].amounts.unwrap().requested, page.difference_totals[0].amounts.unwrap().requested), (Some(10), Some(90)));
        assert_eq!((page.changed_count, page.added_count, page.left_revision, page.right_revision), (1, 1, h.revision("dt").await, h.revision("dt").await));
        // What comes between two pages is in neither.
        h.approved("e1").await;
        let next = pb::CompareEstimatesRequest { page_token: page.next_page_token, ..compare };
        let page = h.budget().compare_estimates(next).await.unwrap().into_inner();
        assert_eq!((page.differences.len(), page.differences[0].kind(), page.left_totals[0].amounts.unwrap().requested), (1, pb::DifferenceKind::Added, Some(10)));
        let swapped = pb::CompareEstimatesRequest { left: side(in_force(Some(first))), right: side(in_force(None)), ..Default::default() };
        let page = h.budget().compare_estimates(swapped).await.unwrap().into_inner();
        assert_eq!((page.left_revision, page.changed_count, page.added_count), (first, 1, 1));
        assert!(page.differences.iter().all(|one| one.right.as_ref().unwrap().etag.is_empty()));
    }

    async fn pages_of_texts_in_force_do_not_shift(h: Harness) {
        h.budget_ground().await;
        for (number, id) in ["e1", "e2", "e3"].into_iter().enumerate() {
            h.one_line(id, pb::EstimateKind::Supplement, 10 + number as i64).await;
        }
        h.approved("e1").await;
        h.approved("e2").await;
        h.write_lines("e3", vec![created("other", line("341", 5))]).await;
        let ask = pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), page_size: 1, read_at: in_force(None), ..Default::default() };
        let page = h.budget().list_estimates(ask.clone()).await.unwrap().into_inner();
        assert_eq!((page.estimates.len(), page.estimates[0].name.as_str()), (1, estimate_name("e1").as_str()));
        h.amended("e2").await;
        h.request_instead("e2", 77).await;
        h.approved("e2").await;
        h.approved("e3").await;
        let second = pb::ListEstimatesRequest { page_token: page.next_page_token, ..ask };
        let bare = pb::ListEstimatesRequest { read_at: None, ..second.clone() };
        refused(h.budget().list_estimates(bare).await, Code::InvalidArgument, "PAGE_TOKEN_INVALID");
        let page = h.budget().list_estimates(second).await.unwrap().into_inner();
        assert_eq!((page.estimates.len(), requested(&page.estimates[0]), page.estimates[0].etag.as_str()), (1, 11, ""));
        assert_eq!((page.estimates[0].number, page.next_page_token.as_str()), (0, ""));
        let all: Vec<_> = h.texts(in_force(None)).await.iter().map(requested).collect();
        assert_eq!(all, [10, 77, 17]);

        let ask = pb::ListLinesRequest { parent: estimate_name("e3"), page_size: 1, read_at: in_force(None), ..Default::default() };
        let page = h.budget().list_lines(ask.clone()).await.unwrap().into_inner();
        h.amended("e3").await;
        h.write_lines("e3", vec![created("third", line("102", 1))]).await;
        let page = h.budget().list_lines(pb::ListLinesRequest { page_token: page.next_page_token, ..ask }).await.unwrap().into_inner();
        assert_eq!((page.lines.len(), page.lines[0].amounts.unwrap().requested, page.lines[0].etag.as_str(), page.next_page_token.as_str()), (1, Some(5), "", ""));
        // The state is asked for as it is at the moment that is read.
        let drafts = pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), states: vec![pb::DocumentState::Draft.into()], read_at: in_force(None), ..Default::default() };
        let drafts = h.budget().list_estimates(drafts).await.unwrap().into_inner().estimates;
        assert_eq!((drafts.len(), drafts[0].line_count, requested(&drafts[0])), (1, 2, 17));
    }

    async fn a_roll_up_of_what_is_in_force_adds_supplements_and_leaves_drafts_out(h: Harness) {
        use pb::RollupBasis::{InForce, Submitted, Unspecified, Working};
        h.budget_ground().await;
        h.one_line("a", pb::EstimateKind::Annual, 10).await;
        h.approved("a").await;
        h.one_line("s1", pb::EstimateKind::Supplement, 3).await;
        h.approved("s1").await;
        h.one_line("s2", pb::EstimateKind::Supplement, 500).await;
        h.one_line("r", pb::EstimateKind::Redone, 900).await;
        h.amended("a").await;
        h.request_instead("a", 15).await;
        assert_eq!(h.rolled_up_of_year(Working, None).await, (3, Some(1403), Some(1403)));
        assert_eq!(h.rolled_up_of_year(Submitted, None).await, (1, Some(3), Some(3)));
        assert_eq!(h.rolled_up_of_year(InForce, None).await, (2, Some(13), Some(13)));
        assert_eq!(h.rolled_up_of_year(Unspecified, in_force(None)).await, (2, Some(13), Some(13)));
        let then = h.revision("dt").await;
        h.approved("a").await;
        assert_eq!(h.rolled_up_of_year(InForce, None).await, (2, Some(18), Some(18)));
        assert_eq!(h.rolled_up_of_year(InForce, in_force(Some(then))).await, (2, Some(13), Some(13)));
        // The annual estimate that is made anew takes the place of the one before when it is approved.
        h.walk("a", &[Close]).await;
        assert_eq!(h.rolled_up_of_year(InForce, None).await, (2, Some(18), Some(18)));
        h.approved("r").await;
        assert_eq!(h.rolled_up_of_year(InForce, None).await, (2, Some(903), Some(903)));
        for basis in [Working, Submitted] {
            let asked = pb::SummarizeBudgetRequest { parent: jurisdiction_name("dt"), fiscal_years: vec![2024], basis: basis.into(), read_at: in_force(None), ..Default::default() };
            assert_eq!(fields(&refused(h.budget().summarize_budget(asked).await, Code::InvalidArgument, "FIELD_INVALID")), ["basis"]);
        }
    }

    async fn transfers_are_those_of_the_texts_in_force(h: Harness) {
        h.budget_ground().await;
        h.unit_below("dt", "a", "khcn").await;
        let mut given = line("101", 100);
        (given.nature, given.counterpart_unit) = (pb::Nature::TransferDown.into(), unit_name("dt", "a"));
        let mut request = create("k", 2024, vec![line("101", 7), given]);
        request.lines[0].line_id = "first".to_owned();
        request.lines[1].line_id = "given".to_owned();
        h.budget().create_estimate(request).await.unwrap();
        h.approved("k").await;
        h.one_line("s", pb::EstimateKind::Supplement, 1).await;
        h.approved("s").await;
        h.amended("k").await;
        let mut given = h.text_line("k", "given", None).await.unwrap();
        given.amounts = Some(pb::Amounts { requested: Some(40), ..Default::default() });
        h.write_lines("k", vec![updated(given, &["amounts.requested"])]).await;
        for basis in [pb::RollupBasis::InForce, pb::RollupBasis::Working] {
            for attribute in [pb::GroupAttribute::Unit, pb::GroupAttribute::Functional] {
                let group_by = vec![pb::GroupBy { attribute: attribute.into(), level: 0 }];
                let asked = pb::SummarizeBudgetRequest { parent: jurisdiction_name("dt"), fiscal_years: vec![2024], basis: basis.into(), group_by, ..Default::default() };
                let found = h.budget().summarize_budget(asked).await.unwrap().into_inner();
                let eliminated = found.eliminated.unwrap().expenditure.unwrap().requested;
                let expected = if basis == pb::RollupBasis::InForce { 100 } else { 40 };
                assert_eq!((eliminated, found.totals[0].amounts.unwrap().requested), (Some(expected), Some(8)));
            }
        }
    }

    async fn an_amendment_that_is_cancelled_leaves_what_was_in_force(h: Harness) {
        h.budget_ground().await;
        h.one_line("e1", pb::EstimateKind::Annual, 10).await;
        let first = h.approved("e1").await;
        let lines = h.text_lines("e1", in_force(None)).await.unwrap();
        h.amended("e1").await;
        h.request_instead("e1", 99).await;
        h.walk("e1", &[Cancel]).await;
        let text = h.text("e1", in_force(None)).await.unwrap();
        assert_eq!((text.state(), text.in_force_revision, requested(&text)), (pb::DocumentState::Approved, first, 10));
        assert_eq!(h.text_lines("e1", in_force(None)).await.unwrap(), lines);
        assert_eq!(h.rolled_up_of_year(pb::RollupBasis::InForce, None).await, (1, Some(10), Some(10)));
    }
}
