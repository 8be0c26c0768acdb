//! Several processes on one database: serial, dense, and no more of them than the mode allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use kehoach::app::App;
use kehoach::db::Engine;
use kehoach::pb;
use tonic::Code;

use super::are_dense;
use crate::harness::{Harness, engines, new_unit, refused, request_id, revision_of, unit_name, was_replayed};

/// Two processes on one PostgreSQL database with the jurisdiction `dt`.
async fn two() -> Option<(Harness, Harness)> {
    let one = Harness::new(Engine::Postgres).await?;
    let other = one.another().await;
    one.jurisdiction("dt").await;
    Some((one, other))
}

fn rename(unit: &pb::Unit, display_name: &str) -> pb::UpdateUnitRequest {
    let changed = pb::Unit { name: unit.name.clone(), display_name: display_name.to_owned(), ..Default::default() };
    pb::UpdateUnitRequest { unit: Some(changed), etag: unit.etag.clone(), ..Default::default() }
}

#[track_caller]
fn does_not_open(h: &Harness, sole_writer: bool, sentence: &str) {
    let mut options = h.options();
    options.sole_writer = sole_writer;
    match App::open(options) {
        Ok(_) => panic!("it opens"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(cause.contains(sentence), "{cause}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_make_one_dense_journal() {
    let Some((one, other)) = two().await else { return };
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let mut client = if writer % 2 == 0 { one.organisation() } else { other.organisation() };
            tokio::spawn(async move {
                let mut revisions = Vec::new();
                for number in 0..5 {
                    let request = new_unit("dt", &format!("u{writer}-{number}"));
                    revisions.push(client.create_unit(request).await.unwrap().into_inner().revision);
                }
                assert!(revisions.is_sorted());
                revisions
            })
        })
        .collect();
    let mut revisions = Vec::new();
    for writer in writers {
        revisions.extend(writer.await.unwrap());
    }
    are_dense(revisions);
    assert_eq!((one.revision("dt").await, other.revision("dt").await), (160, 160));
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_process_sees_at_once_what_the_other_wrote() {
    let Some((one, other)) = two().await else { return };
    let mut unit = one.unit("dt", "a").await;
    for turn in 0..20 {
        let (writes, reads) = if turn % 2 == 0 { (&other, &one) } else { (&one, &other) };
        assert_eq!(reads.get_unit("dt", "a").await, unit);
        unit = writes.organisation().update_unit(rename(&unit, &format!("Tên {turn}"))).await.unwrap().into_inner();
        assert_eq!(reads.get_unit("dt", "a").await, unit);
        assert_eq!(reads.revision("dt").await, unit.revision);
    }
    let won = one.organisation().update_unit(rename(&unit, "x")).await.unwrap().into_inner();
    other.refuses(other.organisation().update_unit(rename(&unit, "y")), Code::Aborted, "STALE_ETAG").await;
    other.organisation().update_unit(rename(&won, "y")).await.unwrap();
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_sent_to_both_processes_has_one_effect() {
    let Some((one, other)) = two().await else { return };
    let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "") };
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let mut client = if number % 2 == 0 { one.organisation() } else { other.organisation() };
            let request = request.clone();
            tokio::spawn(async move { client.create_unit(request).await.unwrap() })
        })
        .collect();
    let mut first = None;
    let mut replayed = 0;
    for call in calls {
        let response = call.await.unwrap();
        replayed += usize::from(was_replayed(&response));
        let answer = response.into_inner();
        assert_eq!(*first.get_or_insert(answer.clone()), answer);
    }
    assert_eq!((replayed, one.revision("dt").await), (49, 1));
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_token_of_one_process_is_good_for_the_other() {
    let Some((one, other)) = two().await else { return };
    one.unit("dt", "a").await;
    one.unit("dt", "b").await;
    let mut list = pb::ListUnitsRequest { parent: "jurisdictions/dt".to_owned(), page_size: 1, ..Default::default() };
    list.page_token = one.organisation().list_units(list.clone()).await.unwrap().into_inner().next_page_token;
    let next = other.organisation().list_units(list).await.unwrap().into_inner();
    assert_eq!(next.units, [one.get_unit("dt", "b").await]);
}

/// A unit as a process shows it, with the head that it names beside it.
async fn shown(h: &Harness, unit: &str) -> (pb::Unit, i64) {
    let get = pb::GetUnitRequest { key: Some(pb::get_unit_request::Key::Name(unit_name("dt", unit))), read_at: None };
    let response = h.organisation().get_unit(get).await.unwrap();
    let head = revision_of(&response);
    (response.into_inner(), head)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_serves_beside_a_later_head_until_its_object_is_named() {
    let Some((one, other)) = two().await else { return };
    let unit = one.unit("dt", "a").await;
    assert_eq!(shown(&other, "a").await, (unit.clone(), 1));
    // What no command did, so that it shows whether the tables are read.
    one.sql("UPDATE unit_versions SET display_name = 'unseen' WHERE unit = 'a'");
    one.unit("dt", "b").await;
    assert_eq!(shown(&other, "a").await, (unit.clone(), 2));
    for number in 3..=66 {
        one.unit("dt", &format!("c{number}")).await;
    }
    assert_eq!(shown(&other, "a").await, (unit.clone(), 66));
    for number in 67..=131 {
        one.unit("dt", &format!("c{number}")).await;
    }
    let (read_again, head) = shown(&other, "a").await;
    assert_eq!((read_again.display_name.as_str(), head), ("unseen", 131), "more commands than are looked through");
    one.sql(&format!("UPDATE unit_versions SET display_name = '{}' WHERE unit = 'a'", unit.display_name));
    let renamed = one.organisation().update_unit(rename(&unit, "Mới")).await.unwrap().into_inner();
    assert_eq!(shown(&other, "a").await, (renamed.clone(), 132));
    assert_eq!(shown(&one, "a").await, (renamed, 132));
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_older_than_the_head_beside_it_nor_than_what_was_done_before_the_call() {
    let Some((one, other)) = two().await else { return };
    let mut unit = one.unit("dt", "a").await;
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicI64::new(unit.revision));
    // Enough that most calls wait together for the same statement.
    let readers: Vec<_> = (0..12)
        .map(|_| {
            let (mut client, stop, done) = (other.organisation(), stop.clone(), done.clone());
            tokio::spawn(async move {
                let key = Some(pb::get_unit_request::Key::Name(unit_name("dt", "a")));
                let get = pb::GetUnitRequest { key, read_at: None };
                let mut seen = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let before = done.load(Ordering::SeqCst);
                    let response = client.get_unit(get.clone()).await.unwrap();
                    assert!(revision_of(&response) >= before, "{before} was done before the call");
                    seen.push((revision_of(&response), response.into_inner().revision));
                }
                seen
            })
        })
        .collect();
    let mut renamed = vec![unit.revision];
    for number in 0..150 {
        if number % 3 == 0 {
            unit = one.organisation().update_unit(rename(&unit, &format!("Tên {number}"))).await.unwrap().into_inner();
            renamed.push(unit.revision);
            done.store(unit.revision, Ordering::SeqCst);
        } else {
            let new = one.unit("dt", &format!("b{number}")).await;
            done.store(new.revision, Ordering::SeqCst);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut heads = std::collections::BTreeSet::new();
    for reader in readers {
        for (head, revision) in reader.await.unwrap() {
            heads.insert(head);
            assert_eq!(renamed.iter().rfind(|renamed| **renamed <= head), Some(&revision), "beside the head {head}");
        }
    }
    assert!(heads.len() > 20, "the readers saw almost nothing: {heads:?}");
    one.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_one_file_does_not_start() {
    let h = Harness::new(Engine::Sqlite).await.unwrap();
    h.jurisdiction("dt").await;
    does_not_open(&h, false, "another process serves");
    h.unit("dt", "a").await;
    h.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sole_writer_shares_a_database_with_nobody() {
    let Some(sole) = Harness::with(Engine::Postgres, |options| options.sole_writer = true).await else { return };
    sole.jurisdiction("dt").await;
    does_not_open(&sole, false, "a sole writer has this database");
    does_not_open(&sole, true, "other processes write to this database");
    let unit = sole.unit("dt", "a").await;
    assert_eq!((sole.get_unit("dt", "a").await, sole.get_unit("dt", "a").await), (unit.clone(), unit));
    sole.is_sound();
    let Some(shared) = Harness::new(Engine::Postgres).await else { return };
    does_not_open(&shared, true, "other processes write to this database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sole_writer_that_lost_its_connection_asks_for_the_head_again() {
    let Some(sole) = Harness::with(Engine::Postgres, |options| options.sole_writer = true).await else { return };
    sole.jurisdiction("dt").await;
    let unit = sole.unit("dt", "a").await;
    assert_eq!(sole.get_unit("dt", "a").await, unit);
    sole.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    sole.unit("dt", "b").await;
    let mut options = sole.options();
    options.sole_writer = false;
    let other = sole.another_with(options).await;
    let renamed = other.organisation().update_unit(rename(&unit, "Mới")).await.unwrap().into_inner();
    assert_eq!(sole.get_unit("dt", "a").await, renamed);
    refused(sole.organisation().update_unit(rename(&unit, "x")).await, Code::Aborted, "STALE_ETAG");
    sole.is_sound();
}

engines! {
    async fn a_server_that_starts_again_goes_on_where_it_stopped(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = h.unit("dt", "a").await;
        let request = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "b") };
        let first = h.organisation().create_unit(request.clone()).await.unwrap().into_inner();
        let h = h.restarted().await;
        assert_eq!(h.get_unit("dt", "a").await, unit);
        let again = h.organisation().create_unit(request).await.unwrap();
        assert!(was_replayed(&again) && *again.get_ref() == first);
        h.organisation().update_unit(rename(&unit, "Mới")).await.unwrap();
        assert_eq!(h.revision("dt").await, 3);
        h.is_sound();
    }
}
