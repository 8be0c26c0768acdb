//! Envelopes as they are kept: issued, changed, withdrawn, read at any revision; and what ceilings, caps and parts find.

use kehoach::document::state::Verb::{Appraise, Approve, Endorse};
use kehoach::pb;
use tonic::Code;

use super::{envelope_name, issue, issue_to, said, science, term};
use crate::approval::{act, by, justified};
use crate::budget::{at, create, line};
use crate::harness::{
    Harness, engines, fields, jurisdiction_name, refused, request_id, unit_name, violations, was_replayed,
};

use pb::EnvelopeKind::{Ceiling, Control, Floor, HardCap};

fn update(envelope: &pb::Envelope, paths: &[&str]) -> pb::UpdateEnvelopeRequest {
    pb::UpdateEnvelopeRequest {
        etag: envelope.etag.clone(),
        envelope: Some(envelope.clone()),
        update_mask: Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    }
}

fn withdraw(envelope: &pb::Envelope) -> pb::WithdrawEnvelopeRequest {
    pb::WithdrawEnvelopeRequest {
        name: envelope.name.clone(),
        etag: envelope.etag.clone(),
        act: act("99"),
        ..Default::default()
    }
}

fn retain(envelope: &pb::Envelope, fiscal_year: i32, amount: Option<i64>) -> pb::RetainEnvelopeRequest {
    pb::RetainEnvelopeRequest {
        name: envelope.name.clone(),
        etag: envelope.etag.clone(),
        retained: vec![pb::RetainedAmount { fiscal_year, amount }],
        ..Default::default()
    }
}

engines! {
    async fn an_envelope_is_issued_changed_and_withdrawn_and_read_as_it_was(h: Harness) {
        h.budget_ground().await;
        let mut request = issue("v", Ceiling, 500);
        request.envelope.get_or_insert_default().amounts.push(said(2025, 600));
        let first = h.issued(request).await;
        assert_eq!((first.kind(), first.state(), first.unit.as_str()), (Ceiling, pb::EnvelopeState::InForce, "jurisdictions/dt/units/khcn"));
        assert_eq!(first.selector, Some(pb::EnvelopeSelector { side: pb::Side::Expenditure.into(), terms: Vec::new() }));
        assert_eq!(first.act.as_ref().unwrap().number, "77/QĐ-UBND");
        let changed = pb::Envelope { amounts: vec![said(2024, 550)], act: act("78"), ..first.clone() };
        let second = h.envelopes().update_envelope(update(&changed, &["amounts", "act"])).await.unwrap().into_inner();
        assert_eq!((second.amounts.clone(), second.act.clone(), second.revision), (vec![said(2024, 550)], act("78"), first.revision + 1));
        let last = h.envelopes().withdraw_envelope(withdraw(&second)).await.unwrap().into_inner();
        assert_eq!((last.state(), last.amounts.clone(), last.act.clone()), (pb::EnvelopeState::Withdrawn, Vec::new(), act("99")));
        refused(h.envelopes().withdraw_envelope(withdraw(&last)).await, Code::FailedPrecondition, "ENVELOPE_WITHDRAWN");
        for version in [first, second, last] {
            assert_eq!(h.envelope("v", Some(at(version.revision))).await.unwrap(), version);
        }
        h.is_sound();
    }

    async fn repeats_trials_and_old_etags_change_nothing(h: Harness) {
        h.budget_ground().await;
        let request = pb::IssueEnvelopeRequest { request_id: Some(request_id(1)), ..issue("v", Control, 5) };
        let first = h.envelopes().issue_envelope(request.clone()).await.unwrap();
        let again = h.envelopes().issue_envelope(request).await.unwrap();
        assert!(was_replayed(&again) && again.get_ref() == first.get_ref());
        let before = h.standing();
        let tried = pb::IssueEnvelopeRequest { validate_only: true, ..issue_to("khcn", "w", Floor, 5) };
        assert_eq!(h.envelopes().issue_envelope(tried).await.unwrap().into_inner().etag, "");
        let stale = pb::Envelope { etag: "\"x-1\"".to_owned(), title: "Khác".to_owned(), ..first.into_inner() };
        refused(h.envelopes().update_envelope(update(&stale, &["title"])).await, Code::Aborted, "STALE_ETAG");
        h.nothing_changed(&before);
    }

    async fn the_same_money_is_told_once_and_overlapping_envelopes_stand_beside_each_other(h: Harness) {
        h.budget_ground().await;
        let with = |id: &str, kind, attribute, values: &[&str]| {
            let mut request = issue(id, kind, 100);
            let selector = pb::EnvelopeSelector { terms: vec![term(attribute, values)], ..Default::default() };
            request.envelope.get_or_insert_default().selector = Some(selector);
            request
        };
        let functional = pb::GroupAttribute::Functional;
        h.issued(with("a", Ceiling, functional, &["100", "340"])).await;
        let twice = with("b", Ceiling, functional, &["340", "100"]);
        refused(h.envelopes().issue_envelope(twice).await, Code::AlreadyExists, "ENVELOPE_KEY_TAKEN");
        h.issued(with("c", Ceiling, functional, &["101"])).await;
        h.issued(with("d", Control, functional, &["100", "340"])).await;
        h.issued(issue("e", Ceiling, 250)).await;
        // The parent code holds what is below it: 260 in all, 160 of it on 101.
        h.estimate("e", 2024, vec![line("101", 160), line("341", 100)]).await;
        let mut told: Vec<(String, Option<i64>)> = h.breaks("e", "BUD-22").await.into_iter().map(|found| (found.objects[1].clone(), found.difference)).collect();
        told.sort();
        let expected = [("a", 160), ("c", 60), ("d", 160), ("e", 10)].map(|(id, more)| (envelope_name(id), Some(more)));
        assert_eq!(told, expected);
    }

    async fn need_goes_above_a_ceiling_with_a_justification_and_above_a_cap_not_at_all(h: Harness) {
        h.budget_ground().await;
        let cap = h.issued(issue("cap", HardCap, 100)).await;
        h.issued(issue("ceiling", Ceiling, 90)).await;
        h.drafted("e", 2024, 101).await;
        let submit = |rules: &[&str], life: pb::Life| {
            let given = rules.iter().map(|rule| pb::Justification { rule: (*rule).to_owned(), text: "Cần thiết.".to_owned() });
            let justifications = justified().into_iter().chain(given).collect();
            by("drafter", pb::SubmitRequest { name: life.name, etag: life.etag, justifications, ..Default::default() })
        };
        let before = h.standing();
        let life = h.life("e").await;
        let details = refused(h.approval().submit(submit(&["ENV-01", "BUD-22"], life.clone())).await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details), [("ENV-01".to_owned(), life.name.clone())]);
        let details = refused(h.approval().submit(submit(&[], life.clone())).await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details).len(), 2, "all at once");
        h.nothing_changed(&before);
        h.envelopes().withdraw_envelope(withdraw(&cap)).await.unwrap();
        refused(h.approval().submit(submit(&[], life.clone())).await, Code::FailedPrecondition, "FINDING");
        let life = h.approval().submit(submit(&["BUD-22"], life)).await.unwrap().into_inner();
        assert!(life.findings.iter().any(|found| found.rule == "BUD-22" && found.difference == Some(11)));
        // What was justified when it was submitted stays justified when it is decided.
        h.walk("e", &[Endorse, Appraise, Approve]).await;
    }

    async fn what_is_passed_on_and_kept_makes_up_what_was_received(h: Harness) {
        h.budget_ground().await;
        for unit in ["a", "b"] {
            h.unit_below("dt", unit, "khcn").await;
        }
        h.unit_below("dt", "a-below", "a").await;
        let received = h.issued(issue("whole", Control, 100)).await;
        h.drafted("e", 2024, 100).await;
        assert_eq!(h.breaks("e", "BUD-09").await, Vec::new(), "who passes nothing on owes no answer");
        h.issued(issue_to("a", "part-a", Control, 50)).await;
        // A part of a part is passed on by the unit between.
        h.issued(issue_to("a-below", "part-of-a", Control, 50)).await;
        let found = h.breaks("e", "BUD-09").await.remove(0);
        assert_eq!((found.severity(), found.difference, found.expected.as_str(), found.actual.as_str()), (pb::Severity::Warning, Some(-50), "100", "50"));
        let kept = h.envelopes().retain_envelope(retain(&received, 2024, Some(20))).await.unwrap().into_inner();
        assert_eq!(kept.amounts[0].retained_amount, Some(20));
        assert_eq!(h.breaks("e", "BUD-09").await[0].difference, Some(-30));
        h.issued(issue_to("b", "part-b", Control, 30)).await;
        assert_eq!(h.breaks("e", "BUD-09").await, Vec::new());
        let details = refused(h.envelopes().retain_envelope(retain(&kept, 2025, Some(1))).await, Code::FailedPrecondition, "ENVELOPE_YEAR_MISSING");
        assert_eq!(violations(&details)[0].1, "retained[0].fiscal_year");
        // New figures keep what is kept.
        let changed = pb::Envelope { amounts: vec![said(2024, 110)], act: act("80"), ..kept };
        let changed = h.envelopes().update_envelope(update(&changed, &["amounts", "act"])).await.unwrap().into_inner();
        assert_eq!(changed.amounts[0].retained_amount, Some(20));
        assert_eq!(h.breaks("e", "BUD-09").await[0].difference, Some(-10));
        h.is_sound();
    }

    async fn every_wrong_field_is_named(h: Harness) {
        h.budget_ground().await;
        let mut request = issue("v", Floor, 5);
        let envelope = request.envelope.get_or_insert_default();
        (envelope.title, envelope.act) = (String::new(), None);
        envelope.amounts = vec![said(2024, 1), said(2024, 2)];
        envelope.selector = Some(pb::EnvelopeSelector {
            terms: vec![term(pb::GroupAttribute::Field, &["SCIENCE"]), term(pb::GroupAttribute::Field, &["HEALTH"])],
            ..Default::default()
        });
        let details = refused(h.envelopes().issue_envelope(request).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), [
            "envelope.act",
            "envelope.selector.terms[0].values[0]",
            "envelope.selector.terms[1].attribute",
            "envelope.amounts[1].fiscal_year",
            "envelope.title",
        ]);
        let made = h.issued(issue("v", Floor, 5)).await;
        let bare = pb::Envelope { amounts: vec![said(2024, 6)], act: None, ..made };
        let details = refused(h.envelopes().update_envelope(update(&bare, &["amounts"])).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["envelope.act"]);
    }

    async fn a_selector_knows_the_codes_of_every_year_and_needs_none_for_fields(h: Harness) {
        h.budget_ground().await;
        let mut request = issue("v", Ceiling, 5);
        let envelope = request.envelope.get_or_insert_default();
        envelope.amounts = vec![said(2024, 5), said(2031, 5)];
        envelope.selector = Some(pb::EnvelopeSelector { terms: vec![term(pb::GroupAttribute::Functional, &["100", "999"])], ..Default::default() });
        let details = refused(h.envelopes().issue_envelope(request.clone()).await, Code::FailedPrecondition, "CODE_UNKNOWN");
        let told: Vec<String> = violations(&details).into_iter().map(|(reason, _)| reason).collect();
        assert_eq!(told, ["CODE_UNKNOWN", "SCHEME_MISSING"]);
        request.envelope.get_or_insert_default().selector = science();
        h.issued(request).await;
    }

    async fn lists_are_narrowed_and_paged(h: Harness) {
        h.budget_ground().await;
        h.unit_below("dt", "a", "khcn").await;
        h.issued(issue("v1", Ceiling, 5)).await;
        h.issued(issue("v2", Floor, 5)).await;
        let mut other = issue_to("a", "v3", Floor, 5);
        other.envelope.get_or_insert_default().amounts = vec![said(2026, 5)];
        h.issued(other).await;
        let list = |change: fn(&mut pb::ListEnvelopesRequest)| {
            let mut request = pb::ListEnvelopesRequest { parent: jurisdiction_name("dt"), ..Default::default() };
            change(&mut request);
            async {
                let listed = h.envelopes().list_envelopes(request).await.unwrap().into_inner();
                let short = |one: pb::Envelope| one.name.rsplit('/').next().unwrap().to_owned();
                (listed.envelopes.into_iter().map(short).collect::<Vec<_>>().join(" "), listed.next_page_token)
            }
        };
        assert_eq!(list(|_| {}).await.0, "v1 v2 v3");
        assert_eq!(list(|m| m.unit = unit_name("dt", "khcn")).await.0, "v1 v2");
        assert_eq!(list(|m| (m.unit, m.subtree) = (unit_name("dt", "khcn"), true)).await.0, "v1 v2 v3");
        assert_eq!(list(|m| m.fiscal_year = 2026).await.0, "v3");
        assert_eq!(list(|m| m.kinds = vec![Floor.into()]).await.0, "v2 v3");
        let (first, token) = list(|m| m.page_size = 2).await;
        assert_eq!(first, "v1 v2");
        let request = pb::ListEnvelopesRequest { parent: jurisdiction_name("dt"), page_size: 2, page_token: token, ..Default::default() };
        assert_eq!(h.envelopes().list_envelopes(request).await.unwrap().into_inner().envelopes.len(), 1);
    }

    async fn a_check_of_an_old_revision_knows_only_what_was_issued_then(h: Harness) {
        h.budget_ground().await;
        h.estimate("e", 2024, vec![line("101", 100)]).await;
        let before = h.revision("dt").await;
        h.issued(issue("v", Ceiling, 90)).await;
        let rules = |found: Vec<pb::Finding>| found.into_iter().map(|one| one.rule).filter(|rule| rule.starts_with("BUD")).collect::<Vec<_>>();
        assert_eq!(rules(h.checked("e", Some(at(before))).await), Vec::<String>::new());
        assert_eq!(rules(h.checked("e", None).await), ["BUD-22"]);
        // A reference has no approval, and nothing is tested on it.
        let mut request = create("r", 2024, vec![line("101", 500)]);
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.kind, estimate.series) = (pb::EstimateKind::Reference.into(), "published".to_owned());
        h.budget().create_estimate(request).await.unwrap();
        assert_eq!(rules(h.checked("r", None).await), Vec::<String>::new());
    }
}
