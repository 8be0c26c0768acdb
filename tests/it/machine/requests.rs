//! Exactly once: request ids, replays, other content.

use kehoach::commit::journal;
use kehoach::pb;
use tonic::{Code, Request};

use crate::harness::{Harness, engines, new_jurisdiction, new_unit, request_id, revision_of, unit_name, was_replayed};

engines! {
    async fn one_request_sent_fifty_times_at_once_has_one_effect_and_one_answer(h: Harness) {
        h.jurisdiction("dt").await;
        let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "") };
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let (mut client, request) = (h.organisation(), request.clone());
                tokio::spawn(async move { client.create_unit(request).await.unwrap() })
            })
            .collect();
        let mut answers = Vec::new();
        let mut replayed = 0;
        for call in calls {
            let response = call.await.unwrap();
            replayed += usize::from(was_replayed(&response));
            answers.push(response.into_inner());
        }
        assert_eq!((answers.len(), replayed), (50, 49));
        assert!(answers.iter().all(|answer| Some(answer) == answers.first()), "{answers:#?}");
        assert_eq!(h.revision("dt").await, 1);
        assert_eq!(journal::between(&mut h.connection(), "dt", 0, 9, 9).unwrap().len(), 1);
        h.is_sound();
    }

    async fn a_repeat_gets_the_first_answer_whatever_came_later(h: Harness) {
        let create = pb::CreateJurisdictionRequest { request_id: Some(request_id(1)), ..new_jurisdiction("dt") };
        let jurisdiction = h.organisation().create_jurisdiction(create.clone()).await.unwrap().into_inner();
        let changed =
            pb::Jurisdiction {
                name: jurisdiction.name.clone(), display_name: "Mới".to_owned(), ..Default::default()
            };
        let update = pb::UpdateJurisdictionRequest {
            jurisdiction: Some(changed),
            etag: jurisdiction.etag.clone(),
            request_id: Some(request_id(1)),
            ..Default::default()
        };
        let updated = h.organisation().update_jurisdiction(update.clone()).await.unwrap().into_inner();
        h.unit("dt", "b").await;
        let new = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "a") };
        let a = h.organisation().create_unit(new.clone()).await.unwrap().into_inner();
        let request_id = new.request_id.clone();
        let renamed = pb::Unit { name: a.name.clone(), display_name: "Mới".to_owned(), ..Default::default() };
        let rename = pb::UpdateUnitRequest {
            unit: Some(renamed),
            etag: a.etag.clone(),
            request_id: request_id.clone(),
            ..Default::default()
        };
        let b = h.organisation().update_unit(rename.clone()).await.unwrap().into_inner();
        let below = pb::MoveUnitRequest {
            name: a.name.clone(),
            new_parent_unit: unit_name("dt", "b"),
            etag: b.etag.clone(),
            request_id: request_id.clone(),
            ..Default::default()
        };
        let c = h.organisation().move_unit(below.clone()).await.unwrap().into_inner();
        let close = pb::CloseUnitRequest {
            name: a.name.clone(),
            closes_on: "2025-01-01".to_owned(),
            etag: c.etag.clone(),
            request_id,
            ..Default::default()
        };
        let d = h.organisation().close_unit(close.clone()).await.unwrap().into_inner();

        let before = h.standing();
        let mut client = h.organisation();
        let again = client.create_jurisdiction(create).await.unwrap();
        assert!(was_replayed(&again) && *again.get_ref() == jurisdiction);
        let again = client.update_jurisdiction(update).await.unwrap();
        assert!(was_replayed(&again) && *again.get_ref() == updated);
        for (again, first) in [
            (client.create_unit(new).await.unwrap(), a),
            (client.update_unit(rename).await.unwrap(), b),
            (client.move_unit(below).await.unwrap(), c),
            (client.close_unit(close).await.unwrap(), d),
        ] {
            assert!(was_replayed(&again));
            assert_eq!(revision_of(&again), 5, "the metadata names the head, also of a repeat");
            assert_eq!(*again.get_ref(), first);
        }
        h.nothing_changed(&before);
        h.is_sound();
    }

    async fn a_request_id_belongs_to_one_content_one_caller_and_one_method(h: Harness) {
        h.jurisdiction("dt").await;
        let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "a") };
        let a = h.organisation().create_unit(request.clone()).await.unwrap().into_inner();
        let others = [
            pb::CreateUnitRequest { unit_id: "b".to_owned(), ..request.clone() },
            pb::CreateUnitRequest { reason: "x".to_owned(), ..request.clone() },
            pb::CreateUnitRequest { validate_only: true, ..request.clone() },
        ];
        for other in others {
            h.refuses(h.organisation().create_unit(other), Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        }
        let mut stranger = Request::new(pb::CreateUnitRequest { unit_id: "b".to_owned(), ..request.clone() });
        stranger.metadata_mut().insert("kehoach-user", "b".parse().unwrap());
        assert!(!was_replayed(&h.organisation().create_unit(stranger).await.unwrap()));
        let renamed = pb::Unit { name: a.name.clone(), display_name: "Mới".to_owned(), ..Default::default() };
        let rename = pb::UpdateUnitRequest {
            unit: Some(renamed),
            etag: a.etag.clone(),
            request_id: request.request_id.clone(),
            ..Default::default()
        };
        assert!(!was_replayed(&h.organisation().update_unit(rename).await.unwrap()));
        h.is_sound();
    }

    async fn what_was_refused_may_be_sent_again_with_its_request_id(h: Harness) {
        h.jurisdiction("dt").await;
        let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "a") };
        let mut below = request.clone();
        below.unit.as_mut().unwrap().parent_unit = unit_name("dt", "b");
        h.refuses(h.organisation().create_unit(below.clone()), Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        h.unit("dt", "b").await;
        assert!(!was_replayed(&h.organisation().create_unit(below).await.unwrap()));
        h.is_sound();
    }
}
