//! CreateJurisdiction, GetJurisdiction, UpdateJurisdiction.

use kehoach::pb;
use tonic::Code;

use super::mask;
use crate::harness::{
    Harness, engines, fields, jurisdiction_name, new_jurisdiction, request_id, revision_of, violations,
};

fn get(id: &str) -> pb::GetJurisdictionRequest {
    pb::GetJurisdictionRequest { name: jurisdiction_name(id), read_at: None }
}

fn update(changed: pb::Jurisdiction, etag: &str, paths: &[&str]) -> pb::UpdateJurisdictionRequest {
    pb::UpdateJurisdictionRequest {
        jurisdiction: Some(changed),
        etag: etag.to_owned(),
        update_mask: mask(paths),
        ..Default::default()
    }
}

fn named(id: &str) -> pb::Jurisdiction {
    pb::Jurisdiction { name: jurisdiction_name(id), ..Default::default() }
}

engines! {
    async fn a_new_jurisdiction_is_complete_and_read_as_it_was_answered(h: Harness) {
        let response = h.organisation().create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
        assert_eq!(revision_of(&response), 1);
        let made = response.into_inner();
        assert_eq!(made.name, "jurisdictions/dt");
        assert_eq!((made.currency_code.as_str(), made.currency_exponent), ("VND", 0));
        assert_eq!(made.fiscal_year_start_month, 1);
        assert_eq!(made.fiscal_year_labelling(), pb::FiscalYearLabelling::ByStart);
        assert_eq!((made.revision, made.created_at), (1, made.updated_at));
        let read = h.organisation().get_jurisdiction(get("dt")).await.unwrap();
        assert_eq!((revision_of(&read), read.into_inner()), (1, made));
        h.is_sound();
    }

    async fn a_jurisdiction_elsewhere_keeps_its_own_calendar_and_gets_an_id(h: Harness) {
        let mut request = new_jurisdiction("");
        request.jurisdiction = Some(pb::Jurisdiction {
            display_name: " City of So\u{301}  ".to_owned(),
            currency_code: "USD".to_owned(),
            time_zone: "America/Chicago".to_owned(),
            fiscal_year_start_month: 7,
            fiscal_year_labelling: pb::FiscalYearLabelling::ByEnd.into(),
            ..Default::default()
        });
        let made = h.organisation().create_jurisdiction(request).await.unwrap().into_inner();
        assert_eq!(made.name.len(), "jurisdictions/".len() + 36, "{}", made.name);
        assert_eq!((made.display_name.as_str(), made.currency_exponent), ("City of S\u{f3}", 2));
        assert_eq!((made.fiscal_year_start_month, made.fiscal_year_labelling), (7, 2));
    }

    async fn every_bad_field_of_a_new_jurisdiction_is_named_at_once(h: Harness) {
        let request = pb::CreateJurisdictionRequest {
            jurisdiction_id: "Not An Id".to_owned(),
            jurisdiction: Some(pb::Jurisdiction {
                currency_code: "ZZZ".to_owned(),
                time_zone: "Asia/Saigonn".to_owned(),
                fiscal_year_start_month: 13,
                fiscal_year_labelling: 9,
                ..Default::default()
            }),
            request_id: Some("no uuid".to_owned()),
            reason: "x".repeat(1001),
            ..Default::default()
        };
        let details =
            h.refuses(h.organisation().create_jurisdiction(request), Code::InvalidArgument, "FIELD_INVALID").await;
        let mut named = fields(&details);
        named.sort();
        let expected = [
            "jurisdiction.currency_code",
            "jurisdiction.display_name",
            "jurisdiction.fiscal_year_labelling",
            "jurisdiction.fiscal_year_start_month",
            "jurisdiction.time_zone",
            "jurisdiction_id",
            "reason",
            "request_id",
        ];
        assert_eq!(named, expected);
    }

    async fn an_id_is_given_once_and_system_never(h: Harness) {
        h.jurisdiction("dt").await;
        for id in ["dt", "system"] {
            let again = h.organisation().create_jurisdiction(new_jurisdiction(id)).await;
            let details = crate::harness::refused(again, Code::AlreadyExists, "ALREADY_EXISTS");
            assert_eq!(details.resource_info().unwrap().resource_name, jurisdiction_name(id));
            h.refuses(
                h.organisation().create_jurisdiction(new_jurisdiction(id)),
                Code::AlreadyExists,
                "ALREADY_EXISTS",
            )
            .await;
        }
        let mut reused = new_jurisdiction("aa");
        reused.request_id = Some(request_id(1));
        h.organisation().create_jurisdiction(reused).await.unwrap();
        let mut taken = new_jurisdiction("dt");
        taken.request_id = Some(request_id(1));
        h.refuses(h.organisation().create_jurisdiction(taken), Code::InvalidArgument, "REQUEST_ID_REUSED").await;
    }

    async fn what_does_not_exist_is_not_found(h: Harness) {
        for id in ["dt", "system"] {
            h.refuses(h.organisation().get_jurisdiction(get(id)), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        }
        for name in ["", "jurisdictions/", "jurisdictions/A", "units/dt", "jurisdictions/dt/units/a"] {
            let request = pb::GetJurisdictionRequest { name: name.to_owned(), read_at: None };
            let details =
                h.refuses(h.organisation().get_jurisdiction(request), Code::InvalidArgument, "FIELD_INVALID").await;
            assert_eq!(fields(&details), ["name"]);
        }
    }

    async fn an_update_writes_what_its_mask_says(h: Harness) {
        let old = h.jurisdiction("dt").await;
        h.advance(std::time::Duration::from_secs(5));
        let both =
            pb::Jurisdiction { display_name: "Đồng Tháp".to_owned(), time_zone: "UTC".to_owned(), ..named("dt") };
        let one = h.organisation().update_jurisdiction(update(both.clone(), &old.etag, &["time_zone"])).await;
        let one = one.unwrap().into_inner();
        assert_eq!((one.display_name.as_str(), one.time_zone.as_str()), (old.display_name.as_str(), "UTC"));
        assert_eq!((one.revision, one.created_at), (2, old.created_at));
        assert!(one.updated_at.unwrap().seconds == old.updated_at.unwrap().seconds + 5 && one.etag != old.etag);
        let populated = pb::Jurisdiction { display_name: "Đồng Tháp".to_owned(), ..named("dt") };
        let two = h.organisation().update_jurisdiction(update(populated, &one.etag, &[])).await.unwrap().into_inner();
        assert_eq!((two.display_name.as_str(), two.time_zone.as_str()), ("Đồng Tháp", "UTC"));
        let all = pb::Jurisdiction { time_zone: "Asia/Ho_Chi_Minh".to_owned(), ..two.clone() };
        let three = h.organisation().update_jurisdiction(update(all, &two.etag, &["*"])).await.unwrap().into_inner();
        assert_eq!((three.time_zone.as_str(), three.revision), ("Asia/Ho_Chi_Minh", 4));
        let ignored = h.organisation().update_jurisdiction(update(both, &three.etag, &["etag", "name"])).await;
        assert_eq!(ignored.unwrap().into_inner().display_name, "Đồng Tháp");
        h.is_sound();
    }

    async fn what_never_changes_may_only_be_sent_back_as_it_is(h: Harness) {
        let old = h.jurisdiction("dt").await;
        let same = pb::Jurisdiction { display_name: "Mới".to_owned(), ..old.clone() };
        let new = h.organisation().update_jurisdiction(update(same, &old.etag, &[])).await.unwrap().into_inner();
        let others = [
            (pb::Jurisdiction { currency_code: "USD".to_owned(), ..named("dt") }, "currency_code"),
            (pb::Jurisdiction { fiscal_year_start_month: 7, ..named("dt") }, "fiscal_year_start_month"),
            (pb::Jurisdiction { fiscal_year_labelling: 2, ..named("dt") }, "fiscal_year_labelling"),
        ];
        for (other, field) in others {
            let details = h
                .refuses(
                    h.organisation().update_jurisdiction(update(other, &new.etag, &[])),
                    Code::FailedPrecondition,
                    "FIELD_IMMUTABLE",
                )
                .await;
            assert_eq!(violations(&details), [("FIELD_IMMUTABLE".to_owned(), format!("jurisdiction.{field}"))]);
        }
        let all = pb::Jurisdiction {
            currency_code: "USD".to_owned(),
            fiscal_year_start_month: 7,
            fiscal_year_labelling: 2,
            ..named("dt")
        };
        let details = h
            .refuses(
                h.organisation().update_jurisdiction(update(all, &new.etag, &[])),
                Code::FailedPrecondition,
                "FIELD_IMMUTABLE",
            )
            .await;
        assert_eq!(violations(&details).len(), 3);
    }

    async fn the_refusals_of_an_update_come_in_their_order(h: Harness) {
        let old = h.jurisdiction("dt").await;
        let usd = |id: &str| pb::Jurisdiction { currency_code: "USD".to_owned(), ..named(id) };
        let mut used = update(pb::Jurisdiction { display_name: "Mới".to_owned(), ..named("dt") }, &old.etag, &[]);
        used.request_id = Some(request_id(1));
        let new = h.organisation().update_jurisdiction(used).await.unwrap().into_inner();
        // Each request has every fault that comes later as well.
        let mut request = update(usd("xx"), &old.etag, &["titel"]);
        request.request_id = Some(request_id(1));
        let details = h
            .refuses(h.organisation().update_jurisdiction(request.clone()), Code::InvalidArgument, "FIELD_INVALID")
            .await;
        assert_eq!(fields(&details), ["update_mask"]);
        request.update_mask = None;
        h.refuses(h.organisation().update_jurisdiction(request.clone()), Code::InvalidArgument, "REQUEST_ID_REUSED")
            .await;
        request.request_id = None;
        h.refuses(h.organisation().update_jurisdiction(request.clone()), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        request.jurisdiction = Some(usd("dt"));
        h.refuses(h.organisation().update_jurisdiction(request.clone()), Code::Aborted, "STALE_ETAG").await;
        request.etag = new.etag;
        h.refuses(h.organisation().update_jurisdiction(request), Code::FailedPrecondition, "FIELD_IMMUTABLE").await;
        let nothing = h
            .refuses(
                h.organisation().update_jurisdiction(update(pb::Jurisdiction::default(), "", &[])),
                Code::InvalidArgument,
                "FIELD_INVALID",
            )
            .await;
        assert_eq!(fields(&nothing), ["etag", "jurisdiction.name"]);
    }

    async fn a_trial_says_what_would_be_and_leaves_no_trace(h: Harness) {
        let before = h.standing();
        let mut request = new_jurisdiction("dt");
        (request.validate_only, request.request_id) = (true, Some(request_id(1)));
        let tried = h.organisation().create_jurisdiction(request.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        (request.validate_only, request.request_id) = (false, None);
        let made = h.organisation().create_jurisdiction(request.clone()).await.unwrap().into_inner();
        assert_eq!(tried, pb::Jurisdiction { etag: String::new(), ..made.clone() });
        request.validate_only = true;
        h.refuses(h.organisation().create_jurisdiction(request), Code::AlreadyExists, "ALREADY_EXISTS").await;
        let mut change = update(pb::Jurisdiction { display_name: "Mới".to_owned(), ..named("dt") }, &made.etag, &[]);
        change.validate_only = true;
        let before = h.standing();
        let tried = h.organisation().update_jurisdiction(change.clone()).await.unwrap().into_inner();
        h.nothing_changed(&before);
        change.validate_only = false;
        let changed = h.organisation().update_jurisdiction(change.clone()).await.unwrap().into_inner();
        assert_eq!(tried, pb::Jurisdiction { etag: String::new(), ..changed });
        change.validate_only = true;
        h.refuses(h.organisation().update_jurisdiction(change), Code::Aborted, "STALE_ETAG").await;
    }
}
