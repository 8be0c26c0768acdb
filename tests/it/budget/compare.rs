//! Comparisons: of one estimate at two revisions, and of two estimates.

use tonic::Code;

use super::*;
use crate::harness::engines;

fn side(estimate: &str, revision: Option<i64>) -> Option<pb::EstimateAt> {
    Some(pb::EstimateAt { name: estimate_name(estimate), read_at: revision.map(at) })
}

fn between(left: Option<pb::EstimateAt>, right: Option<pb::EstimateAt>) -> pb::CompareEstimatesRequest {
    pb::CompareEstimatesRequest { left, right, ..Default::default() }
}

/// Kind, codes on both sides, changed fields.
fn seen(answer: &pb::CompareEstimatesResponse) -> Vec<(&'static str, String, String, String)> {
    let code = |line: &Option<pb::Line>| line.as_ref().map(|line| line.functional_code.clone()).unwrap_or_default();
    let one = |difference: &pb::LineDifference| {
        let kind = difference.kind().as_str_name().trim_start_matches("DIFFERENCE_KIND_");
        (kind, code(&difference.left), code(&difference.right), difference.changed_fields.join(" "))
    };
    answer.differences.iter().map(one).collect()
}

fn expected(list: &[(&'static str, &str, &str, &str)]) -> Vec<(&'static str, String, String, String)> {
    list.iter()
        .map(|(kind, left, right, fields)| (*kind, (*left).to_owned(), (*right).to_owned(), (*fields).to_owned()))
        .collect()
}

fn counts(answer: &pb::CompareEstimatesResponse) -> [i32; 4] {
    [answer.added_count, answer.removed_count, answer.changed_count, answer.unchanged_count]
}

fn sums(totals: &[pb::SideTotal]) -> Vec<(Option<i64>, i32)> {
    totals.iter().map(|total| (total.amounts.unwrap().requested, total.line_count)).collect()
}

impl Harness {
    async fn compare(&self, request: pb::CompareEstimatesRequest) -> pb::CompareEstimatesResponse {
        let answer = self.budget().compare_estimates(request).await;
        answer.unwrap_or_else(|status| panic!("no comparison: {status:?}")).into_inner()
    }
}

engines! {
    async fn one_estimate_is_compared_with_what_it_was_by_the_ids_of_its_lines(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 5), line("102", 6), line("341", 7)]).await;
        let then = h.revision("dt").await;
        let lines = h.lines_of("e1").await;
        let changed = pb::Line { functional_code: "102".to_owned(), amounts: Some(pb::Amounts { requested: Some(50), ..Default::default() }), ..lines[0].clone() };
        let operations = vec![updated(changed, &["functional_code", "amounts.requested"]), deleted(&lines[1]), created("n", line("101", 1))];
        h.budget().batch_write_lines(batch("e1", operations)).await.unwrap();
        let now = h.revision("dt").await;
        let forth = h.compare(between(side("e1", Some(then)), side("e1", None))).await;
        let changes = [("CHANGED", "101", "102", "functional_code amounts.requested"), ("REMOVED", "102", "", ""), ("ADDED", "", "101", "")];
        assert_eq!(seen(&forth), expected(&changes));
        assert_eq!((counts(&forth), forth.left_revision, forth.right_revision), ([1, 1, 1, 1], then, now));
        assert_eq!((sums(&forth.left_totals), sums(&forth.right_totals), sums(&forth.difference_totals)), (vec![(Some(18), 3)], vec![(Some(58), 3)], vec![(Some(40), 0)]));
        let back = h.compare(between(side("e1", None), side("e1", Some(then)))).await;
        let changes = [("CHANGED", "102", "101", "functional_code amounts.requested"), ("REMOVED", "101", "", ""), ("ADDED", "", "102", "")];
        assert_eq!(seen(&back), expected(&changes));
        assert_eq!((sums(&back.difference_totals), back.left_revision, back.right_revision), (vec![(Some(-40), 0)], now, then));
        let same = h.compare(between(side("e1", None), side("e1", None))).await;
        assert_eq!((counts(&same), same.differences.len()), ([0, 0, 0, 3], 0));
    }

    async fn two_estimates_are_compared_by_what_their_lines_stand_for(h: Harness) {
        h.budget_ground().await;
        let described = |text: &str, amount| pb::Line { description: text.to_owned(), ..line("101", amount) };
        h.estimate("e1", 2024, vec![described("one", 1), described("two", 2), line("341", 3)]).await;
        h.estimate("e2", 2025, vec![described("three", 1), described("one", 9), line("102", 3), line("102", 4)]).await;
        let found = h.compare(between(side("e1", None), side("e2", None))).await;
        let changes = [("CHANGED", "101", "101", "amounts.requested"), ("CHANGED", "101", "101", "description amounts.requested"), ("REMOVED", "341", "", ""), ("ADDED", "", "102", ""), ("ADDED", "", "102", "")];
        assert_eq!(seen(&found), expected(&changes));
        assert_eq!(found.differences[0].right.as_ref().unwrap().description, "one");
        assert_eq!((counts(&found), sums(&found.difference_totals)), ([2, 1, 2, 0], vec![(Some(11), 1)]));
    }

    async fn pages_show_the_revisions_of_the_first_and_the_totals_every_time(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 1)]).await;
        h.estimate("e2", 2025, vec![line("102", 1), line("341", 2), line("341", 3), line("341", 4)]).await;
        let whole = h.compare(between(side("e1", None), side("e2", None))).await;
        let mut request = pb::CompareEstimatesRequest { page_size: 2, ..between(side("e1", None), side("e2", None)) };
        let mut gathered = Vec::new();
        loop {
            let page = h.compare(request.clone()).await;
            assert_eq!((page.left_revision, page.right_revision, counts(&page)), (whole.left_revision, whole.right_revision, counts(&whole)));
            assert_eq!((&page.left_totals, &page.difference_totals), (&whole.left_totals, &whole.difference_totals));
            assert!(page.differences.len() <= 2);
            gathered.extend(page.differences);
            h.budget().batch_write_lines(batch("e2", vec![created("", line("102", 5))])).await.unwrap();
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(gathered, whole.differences);
    }

    async fn a_comparison_that_cannot_be_is_refused(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 1)]).await;
        let elsewhere = Some(pb::EstimateAt { name: "jurisdictions/xx/estimates/e".to_owned(), read_at: None });
        h.refuses(h.budget().compare_estimates(between(side("e1", None), elsewhere)), Code::InvalidArgument, "FIELD_INVALID").await;
    }

    async fn an_estimate_that_is_not_there_is_not_compared(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 1)]).await;
        h.refuses(h.budget().compare_estimates(between(side("e1", None), side("none", None))), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        h.refuses(h.budget().compare_estimates(between(side("e1", Some(1)), side("e1", None))), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        h.refuses(h.budget().compare_estimates(between(side("e1", Some(1_000)), side("e1", None))), Code::FailedPrecondition, "REVISION_NOT_REACHED").await;
        h.refuses(h.budget().compare_estimates(between(side("e1", None), None)), Code::InvalidArgument, "FIELD_INVALID").await;
    }
}
