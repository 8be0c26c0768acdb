//! MoveUnit: places, cycles, depth.

use kehoach::{limits, pb};
use tonic::Code;

use super::{close, move_to, rename};
use crate::harness::{Harness, department, engines, fields, new_unit, request_id, unit_name, violations};

/// A chain of units, each below the one before, with the id of its level.
async fn chain(h: &Harness, prefix: &str, levels: u64) -> Vec<pb::Unit> {
    let mut made: Vec<pb::Unit> = Vec::new();
    for level in 1..=levels {
        let parent_unit = made.last().map(|parent| parent.name.clone()).unwrap_or_default();
        let unit = pb::Unit { parent_unit, ..department("x") };
        made.push(h.new_unit("dt", &format!("{prefix}{level}"), unit).await);
    }
    made
}

engines! {
    async fn a_moved_unit_takes_along_what_is_below_it(h: Harness) {
        h.jurisdiction("dt").await;
        let made = chain(&h, "a", 3).await;
        h.unit("dt", "b").await;
        let moved = h.organisation().move_unit(move_to(&made[1], "b")).await.unwrap().into_inner();
        assert_eq!((moved.parent_unit.as_str(), moved.revision), ("jurisdictions/dt/units/b", 5));
        let below = pb::ListUnitsRequest {
            parent: "jurisdictions/dt".to_owned(),
            subtree_of: unit_name("dt", "b"),
            ..Default::default()
        };
        let below = h.organisation().list_units(below).await.unwrap().into_inner().units;
        assert_eq!(
            below.iter().map(|unit| unit.name.clone()).collect::<Vec<_>>(),
            ["a2", "a3", "b"].map(|id| unit_name("dt", id))
        );
        // What stands below keeps its etag.
        assert_eq!(h.get_unit("dt", "a3").await, made[2]);
        let root = h.organisation().move_unit(move_to(&moved, "")).await.unwrap().into_inner();
        assert_eq!(root.parent_unit, "");
        let read_at = Some(pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(5)), ..Default::default() });
        let key = Some(pb::get_unit_request::Key::Name(moved.name.clone()));
        let then = h.organisation().get_unit(pb::GetUnitRequest { key, read_at }).await.unwrap().into_inner();
        assert_eq!(then, moved);
        h.is_sound();
    }

    async fn no_unit_stands_below_itself(h: Harness) {
        h.jurisdiction("dt").await;
        let made = chain(&h, "a", 3).await;
        for parent in ["a1", "a2", "a3"] {
            let details = h
                .refuses(h.organisation().move_unit(move_to(&made[0], parent)), Code::FailedPrecondition, "UNIT_CYCLE")
                .await;
            assert_eq!(violations(&details), [("UNIT_CYCLE".to_owned(), made[0].name.clone())]);
        }
    }

    async fn a_tree_is_as_deep_as_its_limit_and_no_deeper(h: Harness) {
        h.jurisdiction("dt").await;
        let deepest = format!("a{}", limits::TREE_DEPTH);
        let made = chain(&h, "a", limits::TREE_DEPTH).await;
        assert_eq!(made.len() as u64, limits::TREE_DEPTH);
        let request = pb::CreateUnitRequest {
            unit: Some(pb::Unit { parent_unit: unit_name("dt", &deepest), ..department("x") }),
            ..new_unit("dt", "x")
        };
        let details = h.refuses(h.organisation().create_unit(request), Code::ResourceExhausted, "TREE_TOO_DEEP").await;
        assert_eq!(details.error_info().unwrap().metadata.get("limit"), Some(&limits::TREE_DEPTH.to_string()));
        // What a unit takes along counts: two more levels fit below the last but two, three do not.
        let two = chain(&h, "b", 2).await;
        let under = format!("a{}", limits::TREE_DEPTH - 1);
        h.refuses(h.organisation().move_unit(move_to(&two[0], &under)), Code::ResourceExhausted, "TREE_TOO_DEEP").await;
        let under = format!("a{}", limits::TREE_DEPTH - 2);
        h.organisation().move_unit(move_to(&two[0], &under)).await.unwrap();
        // The whole chain below a new root would be one level too deep.
        h.unit("dt", "root").await;
        h.refuses(h.organisation().move_unit(move_to(&made[0], "root")), Code::ResourceExhausted, "TREE_TOO_DEEP")
            .await;
    }

    async fn the_refusals_of_a_move_come_in_their_order(h: Harness) {
        h.jurisdiction("dt").await;
        let used = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "a") };
        let old = h.organisation().create_unit(used).await.unwrap().into_inner();
        let closed = h.unit("dt", "closed").await;
        h.organisation().close_unit(close(&closed, "2025-01-01")).await.unwrap();
        let new = h.organisation().update_unit(rename(&old, "Mới")).await.unwrap().into_inner();
        let refuse = |request: &pb::MoveUnitRequest, code: Code, reason: &'static str| {
            let (h, request) = (&h, request.clone());
            async move { h.refuses(h.organisation().move_unit(request), code, reason).await }
        };
        let mut request = move_to(&pb::Unit { name: unit_name("dt", "missing"), ..old }, "nowhere");
        request.new_parent_unit = unit_name("other", "a");
        assert_eq!(fields(&refuse(&request, Code::InvalidArgument, "FIELD_INVALID").await), ["new_parent_unit"]);
        request.new_parent_unit = unit_name("dt", "nowhere");
        refuse(&request, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        request.name = new.name.clone();
        refuse(&request, Code::Aborted, "STALE_ETAG").await;
        request.etag = new.etag.clone();
        refuse(&request, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        request.new_parent_unit = closed.name;
        refuse(&request, Code::FailedPrecondition, "PARENT_CLOSED").await;
        request.new_parent_unit = String::new();
        request.request_id = Some(request_id(2));
        h.organisation().move_unit(request.clone()).await.unwrap();
        (request.new_parent_unit, request.name) = (unit_name("dt", "nowhere"), unit_name("dt", "missing"));
        refuse(&request, Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        assert_eq!(
            fields(&refuse(&pb::MoveUnitRequest::default(), Code::InvalidArgument, "FIELD_INVALID").await),
            ["name", "etag"]
        );
    }
}
