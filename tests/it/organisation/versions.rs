//! Etags, trials, and who did it in which words.

use kehoach::commit::journal;
use kehoach::pb;
use tonic::{Code, Request};

use super::{close, move_to, rename};
use crate::harness::{Harness, engines, new_unit, refused, unit_name};

engines! {
    async fn of_twelve_changes_with_one_etag_one_wins(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.unit("dt", "a").await;
        let calls = (0..12).map(|number| {
            let (mut client, request) = (h.organisation(), rename(&unit, &format!("Tên {number}")));
            tokio::spawn(async move { client.update_unit(request).await })
        });
        let mut won = Vec::new();
        let calls: Vec<_> = calls.collect();
        let mut refusals = Vec::new();
        for call in calls {
            match call.await.unwrap() {
                Ok(answer) => won.push(answer.into_inner()),
                Err(status) => refusals.push(status),
            }
        }
        assert_eq!((won.len(), refusals.len()), (1, 11));
        let winner = won.remove(0);
        for status in refusals {
            let details = refused(Err::<(), _>(status), Code::Aborted, "STALE_ETAG");
            let facts = &details.error_info().unwrap().metadata;
            assert_eq!(facts.get("name"), Some(&unit.name));
            assert_eq!(facts.get("field").map(String::as_str), Some("etag"));
            assert_eq!(facts.get("current_etag"), Some(&winner.etag));
            assert_eq!(facts.get("changed").map(String::as_str), Some("UpdateUnit at revision 2"));
        }
        assert_eq!(h.get_unit("dt", "a").await, winner);
        assert_eq!(h.revision("dt").await, 2);
        h.is_sound();
    }

    async fn a_stale_etag_is_told_what_changed(h: Harness) {
        h.jurisdiction("dt").await;
        let first = h.unit("dt", "a").await;
        h.unit("dt", "b").await;
        let second = h.organisation().update_unit(rename(&first, "Mới")).await.unwrap().into_inner();
        let third = h.organisation().move_unit(move_to(&second, "b")).await.unwrap().into_inner();
        let details =
            h.refuses(h.organisation().close_unit(close(&first, "2025-07-01")), Code::Aborted, "STALE_ETAG").await;
        let facts = details.error_info().unwrap().metadata.clone();
        assert_eq!(facts.get("changed").map(String::as_str), Some("MoveUnit at revision 4,UpdateUnit at revision 3"));
        assert_eq!(facts.get("current_etag"), Some(&third.etag));
        for etag in ["x", "\"other-4\"", "\"000000000001-99\""] {
            let request = pb::CloseUnitRequest { etag: etag.to_owned(), ..close(&first, "2025-07-01") };
            h.refuses(h.organisation().close_unit(request), Code::Aborted, "STALE_ETAG").await;
        }
    }

    async fn a_change_elsewhere_leaves_an_etag_alone(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.unit("dt", "a").await;
        h.unit_below("dt", "b", "a").await;
        assert_eq!(h.get_unit("dt", "a").await, unit);
        h.organisation().update_unit(rename(&unit, "Mới")).await.unwrap();
    }

    async fn a_trial_says_what_would_be_and_leaves_no_trace(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "b").await;
        let before = h.standing();
        let mut request = new_unit("dt", "a");
        request.validate_only = true;
        let tried = h.organisation().create_unit(request.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        request.validate_only = false;
        let a = h.organisation().create_unit(request.clone()).await.unwrap().into_inner();
        assert_eq!(tried, pb::Unit { etag: String::new(), ..a.clone() });
        request.validate_only = true;
        h.refuses(h.organisation().create_unit(request), Code::AlreadyExists, "ALREADY_EXISTS").await;

        let before = h.standing();
        let mut change = pb::UpdateUnitRequest { validate_only: true, ..rename(&a, "Mới") };
        let tried = h.organisation().update_unit(change.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        change.validate_only = false;
        let a = h.organisation().update_unit(change).await.unwrap().into_inner();
        assert_eq!(tried, pb::Unit { etag: String::new(), ..a.clone() });

        let before = h.standing();
        let mut moving = pb::MoveUnitRequest { validate_only: true, ..move_to(&a, "b") };
        let tried = h.organisation().move_unit(moving.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        moving.validate_only = false;
        let a = h.organisation().move_unit(moving).await.unwrap().into_inner();
        assert_eq!(tried, pb::Unit { etag: String::new(), ..a.clone() });

        let before = h.standing();
        let mut closing = pb::CloseUnitRequest { validate_only: true, ..close(&a, "2025-07-01") };
        let tried = h.organisation().close_unit(closing.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        closing.validate_only = false;
        let a = h.organisation().close_unit(closing.clone()).await.unwrap().into_inner();
        assert_eq!(tried, pb::Unit { etag: String::new(), ..a });
        closing.validate_only = true;
        h.refuses(h.organisation().close_unit(closing), Code::Aborted, "STALE_ETAG").await;
    }

    async fn the_journal_names_the_person_who_acted(h: Harness) {
        h.jurisdiction("dt").await;
        let mut request = Request::new(new_unit("dt", "a"));
        request.metadata_mut().insert("kehoach-user", "nguyen.van.a".parse().unwrap());
        h.organisation().create_unit(request).await.unwrap();
        h.unit("dt", "b").await;
        let entries = journal::between(&mut h.connection(), "dt", 0, 9, 9).unwrap();
        let acts: Vec<(String, String, Vec<String>)> =
            entries.into_iter().map(|entry| (entry.actor, entry.method, entry.names)).collect();
        let method = "/kehoach.v1.OrganisationService/CreateUnit".to_owned();
        let act = |actor: &str, unit: &str| (actor.to_owned(), method.clone(), vec![unit_name("dt", unit)]);
        assert_eq!(acts, [act("nguyen.van.a", "a"), act("dev", "b")]);
        let mut bad = Request::new(new_unit("dt", "c"));
        bad.metadata_mut().insert("kehoach-user", "two words".parse().unwrap());
        h.refuses(h.organisation().create_unit(bad), Code::InvalidArgument, "FIELD_INVALID").await;
    }

    async fn a_refusal_speaks_the_language_that_is_asked_for(h: Harness) {
        h.jurisdiction("dt").await;
        for (asked, locale) in [("vi-VN,en;q=0.8", "vi"), ("en", "en")] {
            let mut request = Request::new(new_unit("xx", "a"));
            request.metadata_mut().insert("accept-language", asked.parse().unwrap());
            let details = h.refuses(h.organisation().create_unit(request), Code::NotFound, "RESOURCE_NOT_FOUND").await;
            assert_eq!(details.localized_message().unwrap().locale, locale);
        }
        let details =
            h.refuses(h.organisation().create_unit(new_unit("xx", "a")), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        assert!(details.localized_message().is_none());
    }
}
