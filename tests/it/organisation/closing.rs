//! CloseUnit: days, children, successors.

use kehoach::pb;
use tonic::Code;

use super::{close, rename, update};
use crate::harness::{Harness, department, engines, fields, new_unit, request_id, unit_name, violations};

engines! {
    async fn a_closed_unit_names_its_successors_and_can_be_corrected(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.unit("dt", "a").await;
        h.unit("dt", "b").await;
        h.unit("dt", "c").await;
        let successors = vec![unit_name("dt", "c"), unit_name("dt", "b")];
        let request = pb::CloseUnitRequest { successors: successors.clone(), ..close(&unit, "2025-07-01") };
        let closed = h.organisation().close_unit(request).await.unwrap().into_inner();
        assert_eq!(closed.closes_on, "2025-07-01");
        assert_eq!(closed.successors, [unit_name("dt", "b"), unit_name("dt", "c")]);
        let corrected = pb::CloseUnitRequest { successors: vec![unit_name("dt", "c")], ..close(&closed, "2025-06-01") };
        let corrected = h.organisation().close_unit(corrected).await.unwrap().into_inner();
        assert_eq!(
            (corrected.closes_on.as_str(), corrected.successors.len(), corrected.revision),
            ("2025-06-01", 1, 5)
        );
        assert_eq!(h.get_unit("dt", "a").await, corrected);
        h.is_sound();
    }

    async fn nothing_stays_open_below_a_closed_unit(h: Harness) {
        h.jurisdiction("dt").await;
        let root = h.unit("dt", "root").await;
        let child = h.unit_below("dt", "a", "root").await;
        h.unit_below("dt", "b", "root").await;
        let details = h
            .refuses(
                h.organisation().close_unit(close(&root, "2025-07-01")),
                Code::FailedPrecondition,
                "UNIT_HAS_CHILDREN",
            )
            .await;
        let expected = ["a", "b"].map(|id| ("UNIT_HAS_CHILDREN".to_owned(), unit_name("dt", id)));
        assert_eq!(violations(&details), expected);
        for id in ["a", "b"] {
            let unit = h.get_unit("dt", id).await;
            h.organisation().close_unit(close(&unit, "2025-07-01")).await.unwrap();
        }
        let root = h.organisation().close_unit(close(&root, "2025-07-01")).await.unwrap().into_inner();
        assert_eq!(root.closes_on, "2025-07-01");
        let child = h.get_unit("dt", child.name.rsplit('/').next().unwrap()).await;
        h.refuses(h.organisation().close_unit(close(&child, "2025-07-02")), Code::FailedPrecondition, "PARENT_CLOSED")
            .await;
        let request = pb::CreateUnitRequest {
            unit: Some(pb::Unit { parent_unit: root.name, ..department("x") }),
            ..new_unit("dt", "x")
        };
        h.refuses(h.organisation().create_unit(request), Code::FailedPrecondition, "PARENT_CLOSED").await;
    }

    async fn every_obstacle_to_a_close_is_named_at_once(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.new_unit("dt", "a", pb::Unit { opens_on: "2025-01-01".to_owned(), ..department("a") }).await;
        h.unit_below("dt", "b", "a").await;
        let gone = h.unit("dt", "gone").await;
        h.organisation().close_unit(close(&gone, "2024-01-01")).await.unwrap();
        let successors = ["a", "gone", "missing"].map(|id| unit_name("dt", id)).to_vec();
        let request = pb::CloseUnitRequest { successors, ..close(&unit, "2024-06-01") };
        let details =
            h.refuses(h.organisation().close_unit(request), Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        let found: Vec<(String, String)> = violations(&details);
        let expected = [
            ("REFERENCE_UNKNOWN", "missing"),
            ("UNIT_HAS_CHILDREN", "b"),
            ("UNIT_CLOSED", "a"),
            ("SUCCESSOR_INVALID", "a"),
            ("SUCCESSOR_INVALID", "gone"),
        ];
        assert_eq!(found, expected.map(|(reason, id)| (reason.to_owned(), unit_name("dt", id))));
    }

    async fn a_unit_does_not_open_after_it_closes(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.unit("dt", "a").await;
        let closed = h.organisation().close_unit(close(&unit, "2025-07-01")).await.unwrap().into_inner();
        let late = pb::Unit { name: unit.name.clone(), opens_on: "2025-07-01".to_owned(), ..Default::default() };
        h.refuses(
            h.organisation().update_unit(update(late, &closed.etag, &[])),
            Code::FailedPrecondition,
            "UNIT_CLOSED",
        )
        .await;
    }

    async fn the_refusals_of_a_close_come_in_their_order(h: Harness) {
        h.jurisdiction("dt").await;
        let old = h.unit("dt", "a").await;
        let new = h.organisation().update_unit(rename(&old, "Mới")).await.unwrap().into_inner();
        let refuse = |request: &pb::CloseUnitRequest, code: Code, reason: &'static str| {
            let (h, request) = (&h, request.clone());
            async move { h.refuses(h.organisation().close_unit(request), code, reason).await }
        };
        let mut request = close(&old, "2025-02-30");
        request.successors = vec![unit_name("other", "a"), unit_name("dt", "b"), unit_name("dt", "b")];
        let mut named = fields(&refuse(&request, Code::InvalidArgument, "FIELD_INVALID").await);
        named.sort();
        assert_eq!(named, ["closes_on", "successors", "successors[0]"]);
        request = pb::CloseUnitRequest {
            name: unit_name("dt", "missing"),
            successors: vec![unit_name("dt", "b")],
            ..close(&old, "2025-07-01")
        };
        refuse(&request, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        request.name = old.name;
        refuse(&request, Code::Aborted, "STALE_ETAG").await;
        request.etag = new.etag;
        refuse(&request, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        request.successors.clear();
        request.request_id = Some(request_id(1));
        h.organisation().close_unit(request.clone()).await.unwrap();
        request.name = unit_name("dt", "missing");
        refuse(&request, Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        let nothing = refuse(&pb::CloseUnitRequest::default(), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&nothing), ["name", "closes_on", "etag"]);
    }
}
