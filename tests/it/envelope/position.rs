//! Where an envelope stands, at each level, and who is to answer next.

use kehoach::document::state::Verb::{Appraise, Endorse};
use kehoach::pb;
use tonic::Code;

use super::{envelope_name, issue, issue_to};
use crate::approval::by;
use crate::budget::{at, create, line};
use crate::harness::{Harness, engines, refused, unit_name};

impl Harness {
    async fn position(&self, id: &str, revision: Option<i64>) -> Vec<pb::EnvelopeLevel> {
        let request = pb::GetPositionRequest { name: envelope_name(id), fiscal_year: 2024, read_at: revision.map(at) };
        self.envelopes().get_position(request).await.unwrap().into_inner().levels
    }
}

fn short(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Unit, depth, issued, passed on, unassigned, latest, gap, verb of whom.
fn row(level: &pb::EnvelopeLevel) -> String {
    let figure = |figure: Option<i64>| figure.map_or("-".to_owned(), |figure| figure.to_string());
    format!(
        "{} {} {} {} {} {} {} {} {}",
        short(&level.unit),
        level.depth,
        figure(level.issued_amount),
        figure(level.passed_on_amount),
        figure(level.unassigned_amount),
        level.latest_amount,
        figure(level.gap_amount),
        level.next_verb().as_str_name().trim_start_matches("DOCUMENT_VERB_"),
        level.next_units.iter().map(|unit| short(unit)).collect::<Vec<_>>().join(","),
    )
}

engines! {
    async fn each_level_says_what_was_issued_asked_and_decided_and_who_is_next(h: Harness) {
        h.budget_ground().await;
        for (unit, parent) in [("a", "khcn"), ("b", "khcn"), ("c", "a")] {
            h.unit_below("dt", unit, parent).await;
        }
        h.issued(issue("whole", pb::EnvelopeKind::Ceiling, 100)).await;
        h.issued(issue_to("a", "part", pb::EnvelopeKind::Ceiling, 60)).await;
        h.issued(issue_to("c", "part-of-part", pb::EnvelopeKind::Ceiling, 10)).await;
        h.drafted("e", 2024, 30).await;
        let mut child = create("f", 2024, vec![line("101", 70)]);
        child.estimate.as_mut().unwrap().unit = unit_name("dt", "a");
        h.budget().create_estimate(by("drafter", child)).await.unwrap();
        let before = h.revision("dt").await;
        let drafted = h.position("whole", None).await;
        assert_eq!(drafted.iter().map(row).collect::<Vec<_>>(), [
            "khcn 0 100 60 40 100 0 SUBMIT khcn",
            "a 1 60 10 50 70 10 SUBMIT a",
            "c 2 10 0 10 0 -10 SUBMIT c",
            "b 1 - - - 0 - SUBMIT b",
        ]);
        let breached: Vec<bool> = drafted.iter().map(|level| level.breached).collect();
        assert_eq!(breached, [false, true, false, false]);
        assert_eq!((drafted[1].requested_amount, drafted[1].decided_amount, short(&drafted[1].estimate)), (Some(70), None, "f".to_owned()));
        let life = h.life("f").await;
        let mut justifications = crate::approval::justified();
        justifications.push(pb::Justification { rule: "BUD-22".to_owned(), text: "Thiếu kinh phí.".to_owned() });
        justifications.push(pb::Justification { rule: "BUD-09".to_owned(), text: "Giao sau.".to_owned() });
        let submit = pb::SubmitRequest { name: life.name, etag: life.etag, justifications, ..Default::default() };
        h.approval().submit(by("drafter", submit)).await.unwrap();
        h.walk("f", &[Endorse]).await;
        let sent = h.position("whole", None).await;
        // What exceeds is listed with its justification. The estimate waits for who reviews it: at the top of the tree the unit itself.
        assert_eq!((sent[1].justification.as_str(), row(&sent[1])), ("Thiếu kinh phí.", "a 1 60 10 50 70 10 APPRAISE khcn".to_owned()));
        h.walk("f", &[Appraise]).await;
        assert_eq!(h.position("part", None).await[0].appraised_amount, Some(70));
        assert_eq!(row(&h.position("part", None).await[0]), "a 0 60 10 50 70 10 APPROVE khcn");
        assert_eq!(h.position("whole", Some(before)).await, drafted);
        let request = pb::GetPositionRequest { name: envelope_name("whole"), fiscal_year: 2025, read_at: None };
        refused(h.envelopes().get_position(request).await, Code::FailedPrecondition, "ENVELOPE_YEAR_MISSING");
    }
}
