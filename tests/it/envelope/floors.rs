//! The centrally assigned floor of science and technology: warns who submits, and is not approved below.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use tonic::Code;
use tonic_types::StatusExt;

use super::{issue, said, science, term};
use crate::approval::{by, justified};
use crate::budget::{batch, create, line, updated};
use crate::harness::{Harness, engines, refused, unit_name, violations};

fn floor(amount: i64) -> pb::IssueEnvelopeRequest {
    let mut request = issue("floor", pb::EnvelopeKind::Floor, amount);
    let envelope = request.envelope.get_or_insert_default();
    (envelope.selector, envelope.title) = (science(), "Sàn chi KH&CN 2024".to_owned());
    envelope.act = Some(pb::SignedAct {
        number: "1600/QĐ-TTg".to_owned(),
        signed_on: "2023-12-10".to_owned(),
        authority: "Thủ tướng Chính phủ".to_owned(),
        signer: "Thủ tướng".to_owned(),
        ..Default::default()
    });
    request
}

impl Harness {
    /// The department with Circular 324, two lines of research and one of its own office.
    async fn science_ground(&self, research: i64, office: i64) {
        self.jurisdiction("dt").await;
        self.unit("dt", "khcn").await;
        let parent = crate::harness::jurisdiction_name("dt");
        let adopt = pb::AdoptSchemeRequest { parent, regime: "regimes/tt324-2016".to_owned(), ..Default::default() };
        self.classification().adopt_scheme(adopt).await.unwrap();
        let lines = vec![line("101", research), line("341", office)];
        let mut request = create("e", 2024, lines);
        request.lines[0].line_id = "research".to_owned();
        self.budget().create_estimate(by("drafter", request)).await.unwrap();
    }

    async fn submits(&self, more: &[&str]) -> Result<pb::Life, tonic::Status> {
        let life = self.life("e").await;
        let mut justifications = justified();
        let given = |rule: &&str| pb::Justification { rule: (*rule).to_owned(), text: "Theo khả năng.".to_owned() };
        justifications.extend(more.iter().map(given));
        let submit = pb::SubmitRequest { name: life.name, etag: life.etag, justifications, ..Default::default() };
        self.approval().submit(by("drafter", submit)).await.map(tonic::Response::into_inner)
    }

    async fn decides_research(&self, decided: i64) {
        let mut research = self.lines_of("e").await.remove(0);
        research.amounts.get_or_insert_default().decided = Some(decided);
        research.decided_reason = "Cân đối".to_owned();
        let operation = updated(research, &["amounts.decided", "decided_reason"]);
        self.budget().batch_write_lines(by("approver", batch("e", vec![operation]))).await.unwrap();
    }
}

engines! {
    async fn an_estimate_below_the_floor_is_not_approved_and_at_the_floor_it_is(h: Harness) {
        h.science_ground(26_000, 9_000).await;
        h.issued(floor(26_000)).await;
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        h.decides_research(25_000).await;
        let before = h.standing();
        let outcome = h.does(Approve, "e").await;
        let text = outcome.as_ref().err().unwrap().get_error_details().precondition_failure().unwrap().violations[0].description.clone();
        let details = refused(outcome, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details), [("BUD-04".to_owned(), "jurisdictions/dt/estimates/e".to_owned())]);
        assert_eq!(
            text,
            "ERROR BUD-04: FLOOR of 26000 for EXPENDITURE;FIELD=SCIENCE_TECH by 1600/QĐ-TTg of 2023-12-10 (Thủ tướng Chính phủ): decided 25000, 1000 less"
        );
        h.nothing_changed(&before);
        // No justification helps below a floor.
        let found = h.breaks("e", "BUD-04").await.remove(0);
        assert_eq!((found.severity(), found.expected.as_str(), found.actual.as_str(), found.difference), (pb::Severity::Error, "26000", "25000", Some(-1_000)));
        assert_eq!(found.objects, ["jurisdictions/dt/estimates/e", "jurisdictions/dt/envelopes/floor"]);
        assert_eq!(found.citations[0], "1600/QĐ-TTg, 2023-12-10, Thủ tướng Chính phủ");
        h.decides_research(26_000).await;
        assert_eq!(h.does(Approve, "e").await.unwrap().state(), pb::DocumentState::Approved);
        h.is_sound();
    }

    async fn the_office_of_the_department_never_counts_and_submitting_below_the_floor_takes_a_justification(h: Harness) {
        h.science_ground(25_999, 1_000_000).await;
        h.issued(floor(26_000)).await;
        let before = h.standing();
        let details = refused(h.submits(&[]).await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details)[0].0, "BUD-04");
        h.nothing_changed(&before);
        let life = h.submits(&["BUD-04"]).await.unwrap();
        let told: Vec<(&str, pb::Severity)> = life.findings.iter().map(|found| (found.rule.as_str(), found.severity())).collect();
        assert!(told.contains(&("BUD-04", pb::Severity::Warning)), "{told:?}");
        // The justification stays in the history.
        let steps = pb::ListStepsRequest { name: life.name, ..Default::default() };
        let steps = h.approval().list_steps(by("reader", steps)).await.unwrap().into_inner().steps;
        assert!(steps[0].justifications.iter().any(|given| given.rule == "BUD-04" && given.text == "Theo khả năng."));
        h.walk("e", &[Endorse, Appraise]).await;
        refused(h.does(Approve, "e").await, Code::FailedPrecondition, "FINDING");
    }

    async fn the_floor_of_a_unit_counts_those_below_and_never_refuses_them(h: Harness) {
        h.science_ground(20_000, 0).await;
        h.unit_below("dt", "tt", "khcn").await;
        h.issued(floor(26_000)).await;
        let mut child = create("child", 2024, vec![line("102", 6_000)]);
        child.estimate.as_mut().unwrap().unit = unit_name("dt", "tt");
        h.budget().create_estimate(by("drafter", child)).await.unwrap();
        // A draft below does not count yet, and what was sent up does.
        assert_eq!(h.breaks("e", "BUD-04").await[0].actual, "20000");
        h.walk("child", &[Submit, Endorse, Appraise]).await;
        assert_eq!(h.breaks("e", "BUD-04").await, Vec::new());
        assert_eq!(h.breaks("child", "BUD-04").await, Vec::new());
        h.does(Approve, "child").await.unwrap();
        h.walk("e", &[Submit, Endorse, Appraise, Approve]).await;
    }

    async fn a_supplement_that_takes_too_much_away_is_not_approved(h: Harness) {
        h.science_ground(26_500, 0).await;
        h.walk("e", &[Submit, Endorse, Appraise, Approve]).await;
        h.issued(floor(26_000)).await;
        let mut less = create("less", 2024, vec![line("101", -501)]);
        let estimate = less.estimate.as_mut().unwrap();
        (estimate.kind, estimate.title) = (pb::EstimateKind::Supplement.into(), "Điều chỉnh".to_owned());
        h.budget().create_estimate(by("drafter", less)).await.unwrap();
        let found = h.breaks("less", "BUD-04").await.remove(0);
        assert_eq!((found.actual.as_str(), found.difference), ("25999", Some(-1)));
        // While the annual estimate is amended, its text in force counts beside the supplement.
        h.walk("e", &[Amend]).await;
        assert_eq!(h.breaks("less", "BUD-04").await[0].difference, Some(-1));
    }

    async fn contents_natures_and_channels_have_floors_of_their_own(h: Harness) {
        h.science_ground(0, 0).await;
        let digital = pb::Line {
            content: pb::ScienceContent::Digital.into(),
            channel: pb::FundChannel::ViaFund.into(),
            nature: pb::Nature::Investment.into(),
            ..line("101", 700)
        };
        let mut request = create("f", 2025, vec![digital, line("101", 10_000)]);
        request.estimate.as_mut().unwrap().unit = unit_name("dt", "khcn");
        h.budget().create_estimate(by("drafter", request)).await.unwrap();
        let mut cell = issue("cell", pb::EnvelopeKind::Floor, 0);
        let envelope = cell.envelope.get_or_insert_default();
        envelope.amounts = vec![said(2025, 701)];
        let mut selector = science().unwrap();
        selector.terms.extend([
            term(pb::GroupAttribute::Content, &["DIGITAL"]),
            term(pb::GroupAttribute::Nature, &["INVESTMENT"]),
            term(pb::GroupAttribute::Channel, &["VIA_FUND", "DIRECT"]),
        ]);
        envelope.selector = Some(selector);
        h.issued(cell).await;
        assert_eq!(h.breaks("f", "BUD-04").await[0].difference, Some(-1));
    }
}
