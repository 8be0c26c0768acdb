//! What waits for whom, who has not sent theirs, and by which day.

use std::time::Duration;

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Return, Submit};
use kehoach::pb;
use kehoach::pb::DocumentVerb as Waits;
use tonic::Code;

use super::by;
use crate::budget::{create, estimate_name, line};
use crate::harness::{Harness, department, engines, fields, jurisdiction_name, new_unit, refused, unit_name};

impl Harness {
    pub async fn pending(&self, person: &str) -> Vec<pb::PendingDocument> {
        let request = pb::ListPendingRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        self.approval().list_pending(by(person, request)).await.unwrap().into_inner().documents
    }

    async fn told(&self, person: &str) -> Vec<(String, Waits)> {
        let name = |one: pb::PendingDocument| (one.document.rsplit('/').next().unwrap().to_owned(), one.verb());
        self.pending(person).await.into_iter().map(name).collect()
    }

    pub async fn submissions(&self, missing_only: bool) -> pb::ListSubmissionsResponse {
        let request = pb::ListSubmissionsRequest {
            unit: unit_name("dt", "khcn"),
            kind: pb::DocumentKind::AnnualEstimate.into(),
            fiscal_year: 2024,
            missing_only,
            ..Default::default()
        };
        self.approval().list_submissions(by("reader", request)).await.unwrap().into_inner()
    }

    /// A unit below the department that makes an estimate of its own.
    async fn using_unit(&self, id: &str, closes_on: &str) {
        let unit = pb::Unit {
            parent_unit: unit_name("dt", "khcn"),
            unit_level: pb::UnitLevel::UsingUnit.into(),
            closes_on: closes_on.to_owned(),
            ..department(id)
        };
        let request = pb::CreateUnitRequest { unit: Some(unit), ..new_unit("dt", id) };
        self.organisation().create_unit(request).await.unwrap();
    }

    async fn drafted_by_unit(&self, id: &str, unit: &str) {
        let mut request = create(id, 2024, vec![line("101", 5)]);
        request.estimate.as_mut().unwrap().unit = unit_name("dt", unit);
        self.budget().create_estimate(by("drafter", request)).await.unwrap();
    }
}

pub fn step(verb: Waits, due_on: &str, blocks: bool) -> pb::CalendarStep {
    let (due_on, title) = (due_on.to_owned(), "Gửi dự toán".to_owned());
    pb::CalendarStep { verb: verb.into(), due_on, title, blocks, ..Default::default() }
}

pub fn calendar(steps: Vec<pb::CalendarStep>) -> pb::Calendar {
    let (parent, kind) = (jurisdiction_name("dt"), pb::DocumentKind::AnnualEstimate.into());
    pb::Calendar { parent, kind, fiscal_year: 2024, steps, ..Default::default() }
}

pub fn set(calendar: pb::Calendar, etag: &str) -> pb::SetCalendarRequest {
    pb::SetCalendarRequest { calendar: Some(calendar), etag: etag.to_owned(), ..Default::default() }
}

engines! {
    async fn each_waits_for_whoever_may_move_it(h: Harness) {
        h.budget_ground().await;
        for (id, year, verbs) in [
            ("a", 2024, vec![Submit, Endorse, Appraise]),
            ("b", 2025, vec![Submit, Endorse]),
            ("c", 2026, vec![Submit]),
            ("d", 2027, vec![Submit, Return]),
            ("e", 2028, vec![]),
            ("f", 2029, vec![Submit, Endorse, Appraise, Approve, Amend]),
        ] {
            h.drafted(id, year, 10).await;
            h.walk(id, &verbs).await;
            h.advance(Duration::from_secs(60));
        }
        let all = [("a", Waits::Approve), ("b", Waits::Appraise), ("c", Waits::Endorse), ("d", Waits::Submit)];
        let among = |names: &[&str]| all.iter().filter(|(id, _)| names.contains(id)).map(|(id, verb)| ((*id).to_owned(), *verb)).collect::<Vec<_>>();
        // Somebody who had no hand in any of them; then those whose hands keep some from them.
        assert_eq!(h.told("nobody").await, among(&["a", "b", "c", "d"]));
        assert_eq!(h.told("drafter").await, among(&["b", "d"]));
        assert_eq!(h.told("head").await, among(&["b", "c", "d"]));
        assert_eq!(h.told("reviewer").await, among(&["b", "c", "d"]));
        let first = &h.pending("nobody").await[0];
        assert_eq!((first.kind(), first.unit.as_str(), first.fiscal_year, first.submission, first.state()), (pb::DocumentKind::AnnualEstimate, unit_name("dt", "khcn").as_str(), 2024, 1, pb::DocumentState::Appraised));
        assert_eq!((first.due_on.as_str(), first.days_late), ("", 0));
        // Page by page, at one revision.
        let ask = pb::ListPendingRequest { parent: jurisdiction_name("dt"), page_size: 2, ..Default::default() };
        let page = h.approval().list_pending(by("nobody", ask.clone())).await.unwrap().into_inner();
        h.walk("a", &[Approve]).await;
        h.walk("c", &[Endorse]).await;
        let rest = pb::ListPendingRequest { page_token: page.next_page_token, ..ask };
        let rest = h.approval().list_pending(by("nobody", rest)).await.unwrap().into_inner();
        let names: Vec<_> = page.documents.iter().chain(&rest.documents).map(|one| one.document.clone()).collect();
        assert_eq!((names, rest.next_page_token.as_str()), (["a", "b", "c", "d"].map(estimate_name).into(), ""));
        assert_eq!(h.told("nobody").await, [("b", Waits::Appraise), ("d", Waits::Submit), ("c", Waits::Appraise)].map(|(id, verb)| (id.to_owned(), verb)));
        h.is_sound();
    }

    async fn a_parent_sees_who_has_not_sent_theirs(h: Harness) {
        h.budget_ground().await;
        for (id, closes_on) in [("sent", ""), ("returned", ""), ("drafting", ""), ("silent", ""), ("gone", "2023-12-31")] {
            h.using_unit(id, closes_on).await;
        }
        h.unit_below("dt", "division", "khcn").await;
        for unit in ["sent", "returned", "drafting"] {
            h.drafted_by_unit(&format!("of-{unit}"), unit).await;
        }
        h.walk("of-sent", &[Submit, Endorse]).await;
        h.walk("of-returned", &[Submit, Endorse, Return]).await;
        let told = h.submissions(false).await;
        let owing: Vec<_> = told.submissions.iter().map(|one| (one.unit.rsplit('/').next().unwrap(), one.missing, one.document.rsplit('/').next().unwrap())).collect();
        let expected = [("drafting", true, ""), ("returned", true, "of-returned"), ("sent", false, "of-sent"), ("silent", true, "")];
        let below: Vec<_> = owing.iter().copied().filter(|(unit, ..)| *unit != "khcn" && *unit != "division").collect();
        assert_eq!(below, expected);
        assert_eq!(told.submissions.iter().filter(|one| one.sent_at.is_some()).count(), 1);
        let missing = h.submissions(true).await;
        assert_eq!((missing.unit_count, missing.missing_count), (told.unit_count, told.missing_count));
        assert_eq!(missing.submissions.len(), usize::try_from(told.missing_count).unwrap());
        assert!(missing.submissions.iter().all(|one| one.missing));
        // What is in force stays sent while its amendment is drafted.
        h.walk("of-sent", &[Appraise, Approve, Amend]).await;
        assert_eq!(h.submissions(true).await.missing_count, told.missing_count);
    }

    async fn the_calendar_says_what_is_late_and_an_exception_ends_by_itself(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 10).await;
        h.walk("e", &[Submit]).await;
        // The day of the tests is 2025-08-01.
        let late = h.approval().set_calendar(by("admin", set(calendar(vec![step(Waits::Endorse, "2025-07-19", false)]), ""))).await.unwrap().into_inner();
        let waits = &h.pending("head").await[0];
        assert_eq!((waits.due_on.as_str(), waits.days_late), ("2025-07-19", 13));
        let mut more = step(Waits::Endorse, "2025-07-19", true);
        more.exceptions = vec![pb::CalendarException { unit: unit_name("dt", "khcn"), due_on: "2025-08-02".to_owned(), reason: "CV 15".to_owned() }];
        let blocking = h.approval().set_calendar(by("admin", set(calendar(vec![more]), &late.etag))).await.unwrap().into_inner();
        let waits = &h.pending("head").await[0];
        assert_eq!((waits.due_on.as_str(), waits.days_late), ("2025-08-02", 0));
        h.advance(Duration::from_secs(3 * 86_400));
        let before = h.standing();
        refused(h.does(Endorse, "e").await, Code::FailedPrecondition, "DEADLINE_PASSED");
        h.nothing_changed(&before);
        let got = h.approval().get_calendar(by("reader", pb::GetCalendarRequest { parent: jurisdiction_name("dt"), kind: pb::DocumentKind::AnnualEstimate.into(), fiscal_year: 2024, read_at: None })).await.unwrap().into_inner();
        assert_eq!(got, blocking);
        // Without the step it is in time again, and sent as late as it was by the day that held.
        h.approval().set_calendar(by("admin", set(calendar(vec![step(Waits::Endorse, "2025-08-03", false)]), &blocking.etag))).await.unwrap();
        h.walk("e", &[Endorse]).await;
        let told = h.submissions(false).await;
        assert_eq!(told.submissions.iter().find(|one| !one.missing).map(|one| (one.due_on.as_str(), one.days_late)), Some(("2025-08-03", 1)));
        h.is_sound();
    }

    async fn a_calendar_is_set_as_a_whole_and_once(h: Harness) {
        h.budget_ground().await;
        let first = set(calendar(vec![step(Waits::Endorse, "2025-07-19", false), step(Waits::Approve, "2025-12-09", false)]), "");
        let made = h.approval().set_calendar(by("admin", first.clone())).await.unwrap().into_inner();
        let before = h.standing();
        refused(h.approval().set_calendar(by("admin", first.clone())).await, Code::Aborted, "STALE_ETAG");
        let twice = calendar(vec![step(Waits::Endorse, "2025-07-19", false), step(Waits::Endorse, "2025-07-32", false)]);
        let details = refused(h.approval().set_calendar(by("admin", set(twice, &made.etag))).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["calendar.steps[1].verb", "calendar.steps[1].due_on"]);
        let wrong = calendar(vec![step(Waits::Amend, "2025-07-19", false)]);
        let details = refused(h.approval().set_calendar(by("admin", set(wrong, &made.etag))).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["calendar.steps[0].verb"]);
        h.nothing_changed(&before);
        let emptied = h.approval().set_calendar(by("admin", set(calendar(Vec::new()), &made.etag))).await.unwrap().into_inner();
        assert_eq!((emptied.steps.len(), emptied.revision), (0, made.revision + 1));
        refused(h.approval().set_calendar(by("admin", first)).await, Code::Aborted, "STALE_ETAG");
        h.is_sound();
    }

    async fn the_law_of_the_year_is_suggested(h: Harness) {
        h.budget_ground().await;
        let ask = |fiscal_year| pb::SuggestCalendarRequest { parent: jurisdiction_name("dt"), kind: pb::DocumentKind::AnnualEstimate.into(), fiscal_year };
        for (year, due_on, law) in [(2014, "2013-07-19", "01/2002"), (2025, "2024-07-19", "83/2015"), (2027, "2026-07-09", "26/2026")] {
            let found = h.approval().suggest_calendar(by("reader", ask(year))).await.unwrap().into_inner();
            let sending = found.steps.iter().find(|step| step.verb() == Waits::Endorse).unwrap();
            assert_eq!((sending.due_on.as_str(), sending.citation.contains(law)), (due_on, true), "{year}: {sending:?}");
            h.approval().set_calendar(by("admin", set(found, ""))).await.unwrap();
        }
        h.is_sound();
    }
}
