//! Deadlines in working days: the holidays of a jurisdiction, and steps of calendars that are counted with them.

use std::time::Duration;

use kehoach::document::state::Verb::{Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::DocumentVerb as Waits;
use tonic::Code;

use super::inbox::{calendar, set, step};
use super::{by, justified};
use crate::budget::{at, create, estimate_name, line};
use crate::harness::{Harness, engines, fields, jurisdiction_name, refused, unit_name};

const DAY: Duration = Duration::from_secs(86_400);

fn year(year: i32, days: &[(&str, pb::DayKind)]) -> pb::HolidayYear {
    let day = |(day, kind): &(&str, pb::DayKind)| pb::Holiday {
        on: (*day).to_owned(),
        kind: (*kind).into(),
        name: "Nghỉ".to_owned(),
    };
    let days = days.iter().map(day).collect();
    pb::HolidayYear { parent: jurisdiction_name("dt"), year, days, ..Default::default() }
}

fn within(days: i32, event: pb::DeadlineEvent, after_on: &str, step: pb::CalendarStep) -> pb::CalendarStep {
    let term = pb::DeadlineTerm { working_days: days, event: event.into(), after_on: after_on.to_owned() };
    pb::CalendarStep { term: Some(term), ..step }
}

impl Harness {
    async fn adopted(&self) -> pb::AdoptHolidaysResponse {
        let adopt = pb::AdoptHolidaysRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        self.approval().adopt_holidays(by("admin", adopt)).await.unwrap().into_inner()
    }

    async fn states(&self, holidays: pb::HolidayYear, etag: &str) -> Result<pb::HolidayYear, tonic::Status> {
        let (holidays, etag) = (Some(holidays), etag.to_owned());
        let set = pb::SetHolidaysRequest { holidays, etag, ..Default::default() };
        self.approval().set_holidays(by("admin", set)).await.map(tonic::Response::into_inner)
    }

    async fn years(&self, first_year: i32, last_year: i32) -> Vec<pb::HolidayYear> {
        let list = pb::ListHolidaysRequest { parent: jurisdiction_name("dt"), first_year, last_year, read_at: None };
        self.approval().list_holidays(by("reader", list)).await.unwrap().into_inner().years
    }

    async fn counts(&self, after_on: &str, working_days: i32, revision: Option<i64>) -> pb::DeadlineCount {
        let (parent, after_on, read_at) = (jurisdiction_name("dt"), after_on.to_owned(), revision.map(at));
        let ask = pb::GetDeadlineRequest { parent, after_on, working_days, read_at };
        self.approval().get_deadline(by("reader", ask)).await.unwrap().into_inner()
    }

    async fn sets(&self, steps: Vec<pb::CalendarStep>, etag: &str) -> pb::Calendar {
        self.approval().set_calendar(by("admin", set(calendar(steps), etag))).await.unwrap().into_inner()
    }
}

engines! {
    async fn holidays_are_adopted_corrected_and_read_as_they_were(h: Harness) {
        h.budget_ground().await;
        assert_eq!(h.counts("2026-02-13", 1, None).await.assumed_years, [2026]);
        let own = h.states(year(2026, &[("2026-02-16", pb::DayKind::Holiday)]), "").await.unwrap();
        let adopted = h.adopted().await;
        assert_eq!((adopted.added_count, adopted.kept_count), (20, 1));
        assert_eq!(h.adopted().await.added_count, 0);
        // What is stated is left as it is, until it is stated otherwise.
        assert_eq!(h.years(2026, 2026).await, std::slice::from_ref(&own));
        let counted = h.counts("2026-02-13", 1, None).await;
        assert_eq!((counted.ends_on.as_str(), counted.left_out.len(), counted.assumed_years.len()), ("2026-02-17", 1, 0));
        let then = h.revision("dt").await;
        let tet = ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"].map(|day| (day, pb::DayKind::Holiday));
        let days = [&tet[..], &[("2026-02-28", pb::DayKind::WorkingDay)]].concat();
        let stated = h.states(year(2026, &days), &own.etag).await.unwrap();
        assert_eq!((stated.days.len(), stated.rest_weekdays.as_slice(), stated.revision), (6, [6, 7].as_slice(), then + 1));
        let counted = h.counts("2026-02-13", 6, None).await;
        assert_eq!((counted.ends_on.as_str(), counted.left_out.len(), counted.worked.len()), ("2026-02-28", 5, 1));
        assert_eq!(h.counts("2026-02-13", 1, Some(then)).await.ends_on, "2026-02-17");
        let known = h.years(2025, 2027).await;
        assert_eq!(known.iter().map(|one| (one.year, one.note.is_empty())).collect::<Vec<_>>(), [(2025, true), (2026, true), (2027, false)]);
        let before = h.standing();
        refused(h.states(year(2026, &[]), &own.etag).await, Code::Aborted, "STALE_ETAG");
        refused(h.states(year(2026, &[]), "").await, Code::Aborted, "STALE_ETAG");
        let wrong = year(2026, &[("2025-12-31", pb::DayKind::Holiday), ("2026-05-01", pb::DayKind::Holiday), ("2026-05-01", pb::DayKind::Holiday)]);
        let details = refused(h.states(wrong, &stated.etag).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["holidays.days[0].on", "holidays.days[2].on"]);
        h.nothing_changed(&before);
        h.is_sound();
    }

    async fn a_step_is_counted_from_the_arrival_and_refuses_only_what_is_certain(h: Harness) {
        h.budget_ground().await;
        h.adopted().await;
        // It comes on Friday, 1 August 2025; the fifth working day after that is the 8th.
        h.drafted("e", 2024, 10).await;
        h.walk("e", &[Submit]).await;
        let five = within(5, pb::DeadlineEvent::Arrival, "", step(Waits::Endorse, "2025-12-31", true));
        let made = h.sets(vec![five.clone()], "").await;
        assert_eq!(made.steps, std::slice::from_ref(&five));
        let waits = h.pending("head").await.remove(0);
        let count = waits.count.unwrap();
        assert_eq!((waits.due_on.as_str(), waits.days_late, count.ends_on.as_str(), count.after_on.as_str(), count.event()), ("2025-08-08", 0, "2025-08-08", "2025-08-01", pb::DeadlineEvent::Arrival));
        // Other holidays move the day.
        let known = h.years(2025, 2025).await.remove(0);
        let mut more = known.clone();
        more.days.push(pb::Holiday { on: "2025-08-05".to_owned(), kind: pb::DayKind::Holiday.into(), name: "Bão".to_owned() });
        let more = h.states(more, &known.etag).await.unwrap();
        let waits = h.pending("head").await.remove(0);
        assert_eq!((waits.due_on.as_str(), waits.count.unwrap().left_out[0].name.as_str()), ("2025-08-11", "Bão"));
        // Nine days later a verb is refused; with a year of which nobody has stated the holidays it would not be.
        h.advance(DAY * 11);
        let before = h.standing();
        let details = h.does(Endorse, "e").await.unwrap_err();
        assert!(details.message().contains("2025-08-11") || format!("{details:?}").contains("5 working days after 2025-08-01"), "{details:?}");
        refused(h.does(Endorse, "e").await, Code::FailedPrecondition, "DEADLINE_PASSED");
        h.nothing_changed(&before);
        // The day of the step is the last in any case, and a day for the unit comes before both.
        let mut first = within(5, pb::DeadlineEvent::Arrival, "", step(Waits::Endorse, "2025-08-04", false));
        let made = h.sets(vec![first.clone()], &made.etag).await;
        assert_eq!((h.pending("head").await[0].due_on.as_str(), h.pending("head").await[0].count.is_some()), ("2025-08-04", true));
        first.exceptions = vec![pb::CalendarException { unit: unit_name("dt", "khcn"), due_on: "2025-08-20".to_owned(), reason: "CV 15".to_owned() }];
        let made = h.sets(vec![first], &made.etag).await;
        let waits = h.pending("head").await.remove(0);
        assert_eq!((waits.due_on.as_str(), waits.count), ("2025-08-20", None));
        let wrong = calendar(vec![within(5, pb::DeadlineEvent::Arrival, "2025-08-01", step(Waits::Endorse, "2025-08-04", false)), within(5, pb::DeadlineEvent::Day, "", step(Waits::Submit, "2025-08-04", false))]);
        let details = refused(h.approval().set_calendar(by("admin", set(wrong, &made.etag))).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["calendar.steps[0].term.after_on", "calendar.steps[1].term.after_on"]);
        h.walk("e", &[Endorse]).await;
        assert_eq!(more.days.len(), known.days.len() + 1);
        h.is_sound();
    }

    async fn what_is_counted_over_an_unknown_year_is_told_and_refuses_nothing(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 10).await;
        h.walk("e", &[Submit]).await;
        h.sets(vec![within(5, pb::DeadlineEvent::Day, "2025-06-02", step(Waits::Endorse, "2025-12-31", true))], "").await;
        let waits = h.pending("head").await.remove(0);
        assert_eq!((waits.due_on.as_str(), waits.count.unwrap().assumed_years), ("2025-06-09", vec![2025]));
        assert!(waits.days_late > 0);
        let told = h.submissions(true).await;
        let due: Vec<(&str, bool)> = told.submissions.iter().map(|one| (one.due_on.as_str(), one.count.is_some())).collect();
        assert!(due.iter().all(|one| *one == ("2025-06-09", true)), "{due:?}");
        h.walk("e", &[Endorse]).await;
        h.is_sound();
    }

    async fn the_units_below_are_decided_on_some_days_after_the_act_on_the_whole(h: Harness) {
        h.budget_ground().await;
        h.adopted().await;
        h.unit_below("dt", "a", "khcn").await;
        let mut below = create("a", 2024, vec![line("101", 100)]);
        below.estimate.as_mut().unwrap().unit = unit_name("dt", "a");
        h.budget().create_estimate(by("drafter", below)).await.unwrap();
        h.drafted("p", 2024, 1_000).await;
        h.walk("a", &[Submit, Endorse, Appraise]).await;
        h.sets(vec![within(10, pb::DeadlineEvent::ParentApproval, "", step(Waits::Approve, "2025-12-31", true))], "").await;
        let (name, etag, justifications) = (estimate_name("p"), h.life("p").await.etag, justified());
        let submit = pb::SubmitRequest { name, etag, include_endorsed: true, justifications, ..Default::default() };
        h.approval().submit(by("drafter", submit)).await.unwrap();
        // Nothing is counted before the act.
        let of_a = |all: Vec<pb::PendingDocument>| all.into_iter().find(|one| one.document == estimate_name("a")).unwrap();
        let waits = of_a(h.pending("approver").await);
        assert_eq!((waits.due_on.as_str(), waits.count), ("2025-12-31", None));
        h.walk("p", &[Endorse, Appraise, Approve]).await;
        // The act was signed on Thursday, 31 July 2025.
        let waits = of_a(h.pending("approver").await);
        let count = waits.count.unwrap();
        assert_eq!((waits.due_on.as_str(), count.after_on.as_str(), count.event()), ("2025-08-14", "2025-07-31", pb::DeadlineEvent::ParentApproval));
        h.advance(DAY * 14);
        refused(h.does(Approve, "a").await, Code::FailedPrecondition, "DEADLINE_PASSED");
        h.is_sound();
    }
}
