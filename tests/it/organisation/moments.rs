//! Reads at a revision and at an instant.

use std::time::Duration;

use kehoach::pb;
use kehoach::pb::read_at::Moment;
use prost_types::Timestamp;
use tonic::Code;

use super::{rename, update};
use crate::harness::{Harness, START, engines, fields, jurisdiction_name, new_unit, revision_of, unit_name};

fn instant(seconds: i64) -> Moment {
    Moment::Instant(Timestamp { seconds: START / 1_000_000 + seconds, nanos: 0 })
}

fn get(moment: Moment) -> pb::GetUnitRequest {
    let key = Some(pb::get_unit_request::Key::Name(unit_name("dt", "a")));
    pb::GetUnitRequest { key, read_at: Some(pb::ReadAt { moment: Some(moment), ..Default::default() }) }
}

/// A unit made at the start, renamed ten seconds later; now is twenty seconds after the start.
async fn renamed(h: &Harness) -> (pb::Unit, pb::Unit) {
    h.jurisdiction("dt").await;
    let old = h.unit("dt", "a").await;
    h.advance(Duration::from_secs(10));
    let new = h.organisation().update_unit(rename(&old, "Mới")).await.unwrap().into_inner();
    h.advance(Duration::from_secs(10));
    (old, new)
}

engines! {
    async fn a_unit_is_read_as_it_stood(h: Harness) {
        let (old, new) = renamed(&h).await;
        let moments = [
            (Moment::Revision(1), &old),
            (Moment::Revision(2), &new),
            (instant(1), &old),
            (instant(9), &old),
            (instant(10), &new),
            (instant(20), &new),
        ];
        for (moment, expected) in moments {
            let response = h.organisation().get_unit(get(moment)).await.unwrap();
            assert_eq!(revision_of(&response), 2, "the metadata names the head");
            assert_eq!(response.get_ref(), expected, "{moment:?}");
        }
        for moment in [Moment::Revision(0), instant(-1)] {
            h.refuses(h.organisation().get_unit(get(moment)), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        }
    }

    async fn lists_and_codes_are_read_as_they_stood(h: Harness) {
        h.jurisdiction("dt").await;
        let code = pb::ExternalCode { system: "s".to_owned(), code: "1".to_owned() };
        let request = new_unit("dt", "a");
        let with_code = pb::Unit { external_codes: vec![code.clone()], ..request.unit.clone().unwrap() };
        let a = h.new_unit("dt", "a", with_code).await;
        h.unit("dt", "b").await;
        let gone = pb::Unit { name: a.name.clone(), ..Default::default() };
        h.organisation().update_unit(update(gone, &a.etag, &["external_codes"])).await.unwrap();
        let list = |revision: i64| pb::ListUnitsRequest {
            parent: jurisdiction_name("dt"),
            read_at: Some(pb::ReadAt { moment: Some(Moment::Revision(revision)), ..Default::default() }),
            ..Default::default()
        };
        for (revision, count) in [(0, 0), (1, 1), (2, 2), (3, 2)] {
            let found = h.organisation().list_units(list(revision)).await.unwrap().into_inner().units;
            assert_eq!(found.len(), count, "revision {revision}");
        }
        let external = pb::UnitByExternalCode { parent: jurisdiction_name("dt"), external_code: Some(code) };
        let by_code = |revision: i64| pb::GetUnitRequest {
            key: Some(pb::get_unit_request::Key::External(external.clone())),
            read_at: Some(pb::ReadAt { moment: Some(Moment::Revision(revision)), ..Default::default() }),
        };
        assert_eq!(h.organisation().get_unit(by_code(2)).await.unwrap().into_inner(), a);
        h.refuses(h.organisation().get_unit(by_code(3)), Code::NotFound, "RESOURCE_NOT_FOUND").await;
    }

    async fn jurisdictions_are_read_at_revisions_of_system(h: Harness) {
        let old = h.jurisdiction("dt").await;
        h.jurisdiction("hn").await;
        let changed =
            pb::Jurisdiction { name: old.name.clone(), display_name: "Mới".to_owned(), ..Default::default() };
        let request =
            pb::UpdateJurisdictionRequest { jurisdiction: Some(changed), etag: old.etag.clone(), ..Default::default() };
        h.organisation().update_jurisdiction(request).await.unwrap();
        let read_at = |revision: i64| Some(pb::ReadAt { moment: Some(Moment::Revision(revision)), ..Default::default() });
        let then = pb::GetJurisdictionRequest { name: old.name.clone(), read_at: read_at(2) };
        assert_eq!(h.organisation().get_jurisdiction(then).await.unwrap().into_inner(), old);
        let list = pb::ListJurisdictionsRequest { read_at: read_at(1), ..Default::default() };
        assert_eq!(h.organisation().list_jurisdictions(list).await.unwrap().into_inner().jurisdictions, [old]);
    }

    async fn the_future_is_not_read(h: Harness) {
        renamed(&h).await;
        let details =
            h.refuses(h.organisation().get_unit(get(instant(21))), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["read_at.instant"]);
        let far = Moment::Instant(Timestamp { seconds: i64::MAX, nanos: 0 });
        h.refuses(h.organisation().get_unit(get(far)), Code::InvalidArgument, "FIELD_INVALID").await;
        for revision in [3, i64::MAX] {
            h.refuses(
                h.organisation().get_unit(get(Moment::Revision(revision))),
                Code::FailedPrecondition,
                "REVISION_NOT_REACHED",
            )
            .await;
        }
        let details = h
            .refuses(h.organisation().get_unit(get(Moment::Revision(-1))), Code::InvalidArgument, "FIELD_INVALID")
            .await;
        assert_eq!(fields(&details), ["read_at.revision"]);
        let empty = pb::GetUnitRequest { read_at: Some(pb::ReadAt { moment: None, ..Default::default() }), ..get(instant(0)) };
        assert_eq!(h.organisation().get_unit(empty).await.unwrap().into_inner(), h.get_unit("dt", "a").await);
        let long_ago = Moment::Instant(Timestamp { seconds: i64::MIN, nanos: 0 });
        h.refuses(h.organisation().get_unit(get(long_ago)), Code::NotFound, "RESOURCE_NOT_FOUND").await;
    }
}
