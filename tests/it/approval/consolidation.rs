//! A unit with everything that it takes in, added up as it was fixed: whatever becomes of the units below is told beside it.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Return, Submit, Withdraw};
use kehoach::pb;

use super::by;
use crate::budget::{at, batch, create, created, estimate_name, line, updated};
use crate::harness::{Harness, engines, unit_name};

fn transfer(amount: i64, side: pb::Side, counterpart: &str) -> pb::Line {
    let (nature, counterpart_unit) = (pb::Nature::TransferDown.into(), unit_name("dt", counterpart));
    pb::Line { side: side.into(), nature, counterpart_unit, ..line("341", amount) }
}

fn asked(group_by: &[pb::GroupAttribute]) -> pb::SummarizeConsolidationRequest {
    let by = |attribute: &pb::GroupAttribute| pb::GroupBy { attribute: (*attribute).into(), level: 0 };
    let group_by = group_by.iter().map(by).collect();
    pb::SummarizeConsolidationRequest { name: estimate_name("p"), group_by, ..Default::default() }
}

/// Keys, then what is requested: its own, taken in, together; then what all comes to.
fn rows(answer: &pb::SummarizeConsolidationResponse) -> Vec<String> {
    let figure = |amounts: &Option<pb::Amounts>| {
        amounts.and_then(|one| one.requested).map_or("-".to_owned(), |amount| amount.to_string())
    };
    let row = |row: &pb::ConsolidatedRow| {
        let keys: Vec<&str> = row.keys.iter().filter_map(|key| key.value.rsplit('/').next()).collect();
        let requested = [&row.own, &row.included, &row.consolidated].map(figure).join(" ");
        format!("{}: {requested} = {}", keys.join(" "), row.consolidated_latest)
    };
    answer.rows.iter().map(row).collect()
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap()
}

impl Harness {
    /// `khcn` over `a`, `b` and `c`, `b` over `b1`; each but `c` with an estimate, and transfers down to `a`, of which 10 are lost.
    async fn house(&self) {
        self.budget_ground().await;
        for (unit, parent) in [("a", "khcn"), ("b", "khcn"), ("c", "khcn"), ("b1", "b")] {
            self.unit_below("dt", unit, parent).await;
        }
        self.sent_by("a", vec![line("101", 100), transfer(40, pb::Side::Revenue, "khcn")]).await;
        self.sent_by("b", vec![line("102", 20)]).await;
        self.sent_by("b1", vec![line("101", 7)]).await;
        self.sent_by("p", vec![line("101", 1_000), transfer(50, pb::Side::Expenditure, "a")]).await;
    }

    async fn sent_by(&self, id: &str, lines: Vec<pb::Line>) {
        let mut request = create(id, 2024, lines);
        let unit = if id == "p" { "khcn" } else { id };
        request.estimate.as_mut().unwrap().unit = unit_name("dt", unit);
        self.budget().create_estimate(by("drafter", request)).await.unwrap();
    }

    async fn takes_in_all(&self, id: &str) {
        let (name, etag) = (estimate_name(id), self.life(id).await.etag);
        let justifications = super::justified();
        let submit = pb::SubmitRequest { name, etag, include_endorsed: true, justifications, ..Default::default() };
        self.approval().submit(by("drafter", submit)).await.unwrap();
    }

    async fn consolidated(&self, request: pb::SummarizeConsolidationRequest) -> pb::SummarizeConsolidationResponse {
        self.budget().summarize_consolidation(by("reader", request)).await.unwrap().into_inner()
    }
}

engines! {
    async fn own_and_taken_in_stand_beside_each_other_and_transfers_apart(h: Harness) {
        use pb::GroupAttribute::{Functional, Unit};
        h.house().await;
        h.walk("b1", &[Submit, Endorse]).await;
        h.takes_in_all("b").await;
        h.walk("b", &[Endorse]).await;
        // A draft takes in nothing; the list says what could be.
        h.walk("a", &[Submit, Endorse]).await;
        let draft = h.consolidated(asked(&[Functional])).await;
        assert_eq!((rows(&draft), draft.fixed_revision), (vec!["101: 1000 - 1000 = 1000".to_owned()], 0));
        let missing = |answer: &pb::SummarizeConsolidationResponse| answer.missing.iter().map(|one| format!("{} {} {}", last(&one.unit), one.sent, last(&one.included_in))).collect::<Vec<_>>();
        assert_eq!(missing(&draft), ["a true ", "b true ", "b1 true b", "c false "]);
        h.takes_in_all("p").await;
        let told = h.consolidated(asked(&[Functional])).await;
        assert_eq!(rows(&told), ["101: 1000 107 1107 = 1107", "102: - 20 20 = 20"]);
        assert_eq!((missing(&told), told.fixed_revision), (vec!["c false ".to_owned()], h.revision("dt").await));
        assert_eq!(rows(&h.consolidated(asked(&[Unit])).await), ["a: - 100 100 = 100", "b: - 20 20 = 20", "b1: - 7 7 = 7", "khcn: 1000 - 1000 = 1000"]);
        assert_eq!(told.totals.iter().map(|one| (one.side(), one.own_latest, one.included_latest, one.line_count)).collect::<Vec<_>>(), [(pb::Side::Expenditure, 1_000, 127, 4)]);
        let eliminated = told.eliminated.unwrap();
        assert_eq!((eliminated.expenditure.unwrap().requested, eliminated.revenue.unwrap().requested, eliminated.residue.unwrap().requested), (Some(50), Some(40), Some(10)));
        let residue = &told.residues[0];
        assert_eq!((told.residues.len(), last(&residue.giver), last(&residue.receiver), residue.residue.unwrap().requested), (1, "khcn", "a", Some(10)));
        assert!(residue.giver_present && residue.receiver_present);
        let parents: Vec<(&str, &str)> = told.estimates.iter().map(|one| (last(&one.name), last(&one.parent))).collect();
        assert_eq!(parents, [("a", "p"), ("b", "p"), ("b1", "b")]);
        // A filter narrows rows and transfers alike.
        let filter = Some(pb::LineFilter { natures: vec![pb::Nature::Recurrent.into()], ..Default::default() });
        let narrow = h.consolidated(pb::SummarizeConsolidationRequest { filter, ..asked(&[]) }).await;
        assert_eq!((rows(&narrow), narrow.eliminated, narrow.residues), (vec![": 1000 127 1127 = 1127".to_owned()], None, Vec::new()));
        // What was summed up over the tree while everything was sent is the same.
        let basis = pb::RollupBasis::Working.into();
        let summary = pb::SummarizeBudgetRequest { parent: crate::harness::jurisdiction_name("dt"), unit: unit_name("dt", "khcn"), fiscal_years: vec![2024], basis, ..Default::default() };
        let summary = h.budget().summarize_budget(by("reader", summary)).await.unwrap().into_inner();
        assert_eq!((summary.totals[0].amounts, summary.eliminated), (told.totals[0].consolidated, told.eliminated));
        // A cut of the whole counts in what all comes to, also where its stage is not asked for.
        h.walk("p", &[Endorse]).await;
        let mut cut = line("101", 0);
        (cut.unallocated, cut.appraised_reason) = (true, "Cân đối".to_owned());
        cut.amounts = Some(pb::Amounts { appraised: Some(-30), ..Default::default() });
        h.budget().batch_write_lines(by("reviewer", batch("p", vec![created("cut", cut)]))).await.unwrap();
        let requested = pb::SummarizeConsolidationRequest { stages: vec![pb::Stage::Requested.into()], ..asked(&[Functional]) };
        let requested = h.consolidated(requested).await;
        assert_eq!(rows(&requested), ["101: 1000 107 1107 = 1077", "102: - 20 20 = 20"]);
        assert_eq!(requested.rows[0].own.unwrap(), pb::Amounts { requested: Some(1_000), ..Default::default() });
        let all = h.consolidated(asked(&[])).await;
        assert_eq!((all.totals[0].own.unwrap().appraised, all.totals[0].consolidated_latest), (Some(-30), 1_097));
        h.is_sound();
    }

    async fn what_is_sent_again_moves_no_figure_and_is_told(h: Harness) {
        h.house().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.walk("b", &[Submit, Endorse]).await;
        h.takes_in_all("p").await;
        h.walk("p", &[Endorse, Appraise, Approve]).await;
        let before = h.consolidated(asked(&[])).await;
        assert_eq!(rows(&before), [": 1000 120 1120 = 1120"]);
        let taken = before.estimates[0].clone();
        assert_eq!((taken.submission, taken.latest_submission, taken.stale, taken.difference.len()), (1, 1, false, 0));
        // Appraised and approved it is the same version; then it is amended, and sent again with 30 more.
        h.walk("a", &[Appraise, Approve, Amend]).await;
        let mut first = h.lines_of("a").await.remove(0);
        first.amounts = Some(pb::Amounts { requested: Some(130), ..Default::default() });
        h.budget().batch_write_lines(by("drafter", batch("a", vec![updated(first, &["amounts.requested"])]))).await.unwrap();
        let drafted = h.consolidated(asked(&[])).await;
        assert_eq!((&drafted.rows, drafted.estimates[0].stale, drafted.estimates[0].state()), (&before.rows, false, pb::DocumentState::Draft));
        assert_eq!(drafted.estimates[0].difference[1].amounts.unwrap(), pb::Amounts { appraised: Some(100), decided: Some(100), ..Default::default() });
        h.walk("a", &[Submit, Endorse]).await;
        let after = h.consolidated(asked(&[])).await;
        assert_eq!((&after.rows, &after.totals, after.stale_count), (&before.rows, &before.totals, 1));
        let stale = &after.estimates[0];
        assert_eq!((last(&stale.name), stale.submission, stale.latest_submission, stale.revision), ("a", 1, 2, taken.revision));
        assert_eq!(stale.latest_revision, h.life("a").await.revision);
        assert_eq!(stale.difference.iter().map(|one| (one.side(), one.amounts.unwrap().requested)).collect::<Vec<_>>(), [(pb::Side::Expenditure, Some(30))]);
        // At the old revision nothing is stale, and the answer is the one of then.
        assert_eq!(h.consolidated(pb::SummarizeConsolidationRequest { read_at: Some(at(before.revision)), ..asked(&[]) }).await, before);
        // The amendment of the parent takes in anew; the text in force keeps what it took in.
        h.walk("p", &[Amend]).await;
        let in_force = Some(pb::ReadAt { in_force: true, ..Default::default() });
        let held = h.consolidated(pb::SummarizeConsolidationRequest { read_at: in_force, ..asked(&[]) }).await;
        assert_eq!((&held.rows, held.text_revision, held.fixed_revision), (&before.rows, before.text_revision, before.fixed_revision));
        h.takes_in_all("p").await;
        let anew = h.consolidated(asked(&[])).await;
        assert_eq!((rows(&anew), anew.stale_count), (vec![": 1000 150 1150 = 1150".to_owned()], 0));
        h.is_sound();
    }

    async fn units_that_were_sent_back_are_missing_again(h: Harness) {
        h.house().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.takes_in_all("p").await;
        let release = pb::ReleaseRequest { name: estimate_name("p"), etag: h.life("p").await.etag, children: vec![estimate_name("a")], reason: "Làm lại".to_owned(), ..Default::default() };
        let fixed = h.consolidated(asked(&[])).await;
        h.approval().release(by("head", release)).await.unwrap();
        h.walk("a", &[Return]).await;
        let told = h.consolidated(asked(&[])).await;
        assert_eq!((rows(&told), told.estimates.len(), told.fixed_revision), (vec![": 1000 - 1000 = 1000".to_owned()], 0, 0));
        let of_a = told.missing.iter().find(|one| last(&one.unit) == "a").unwrap();
        assert_eq!((of_a.sent, last(&of_a.estimate), of_a.state()), (false, "a", pb::DocumentState::Draft));
        // A transfer to who is not part of it stands alone on one side.
        assert_eq!((told.residues[0].receiver_present, told.residues[0].received.unwrap().requested), (false, None));
        let again = h.consolidated(pb::SummarizeConsolidationRequest { read_at: Some(at(fixed.revision)), ..asked(&[]) }).await;
        assert_eq!(again, fixed);
        h.walk("p", &[Withdraw]).await;
        h.is_sound();
    }

    async fn what_was_decided_for_the_whole_binds_while_the_parent_is_amended(h: Harness) {
        h.house().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.walk("b", &[Submit, Endorse]).await;
        h.takes_in_all("p").await;
        h.walk("p", &[Endorse, Appraise, Approve]).await;
        h.walk("a", &[Appraise, Approve]).await;
        h.walk("b", &[Appraise]).await;
        h.walk("p", &[Amend]).await;
        let mut more = line("102", 0);
        more.amounts = Some(pb::Amounts { decided: Some(5), ..Default::default() });
        more.decided_reason = "Bổ sung".to_owned();
        h.budget().batch_write_lines(by("approver", batch("b", vec![created("more", more)]))).await.unwrap();
        let found = |id: &'static str| {
            let check = pb::CheckDocumentRequest { name: estimate_name(id), read_at: None };
            async { h.approval().check_document(by("reader", check)).await.unwrap().into_inner().findings.into_iter().filter(|one| one.rule == "BUD-01").collect::<Vec<_>>() }
        };
        let told = found("b").await;
        assert_eq!((told.len(), told[0].severity(), told[0].expected.as_str(), told[0].actual.as_str()), (1, pb::Severity::Error, "20", "25"));
        crate::harness::refused(h.does(Approve, "b").await, tonic::Code::FailedPrecondition, "FINDING");
        // The parent itself says how far it is: 20 of 1,120 are not decided on yet.
        h.walk("p", &[kehoach::document::state::Verb::Cancel]).await;
        let told = found("p").await;
        assert_eq!((told.len(), told[0].severity(), told[0].expected.as_str(), told[0].actual.as_str(), told[0].difference), (1, pb::Severity::Info, "1120", "1100", Some(-20)));
        h.is_sound();
    }
}
