//! Group commit: commands that share a transaction do not touch each other, and revisions stay dense.

use kehoach::commit::{Entry, Tx};
use kehoach::error::{Error, Result};
use kehoach::pb;
use kehoach::pb::read_at::Moment;

use super::held::Held;
use super::{are_dense, call, creating, until};
use crate::harness::{Harness, engines, jurisdiction_name, new_unit, revision_of};

/// Queues a command that spoils whatever it can.
fn spoiling(h: &Harness, run: fn(&mut Tx<'_>) -> Result<(Entry, ())>) -> tokio::task::JoinHandle<Result<(), Error>> {
    let (app, call) = (h.app.clone(), call(h));
    tokio::spawn(async move { app.write(&call, "dt", run, |_, _| Ok(())).await.map(|_| ()) })
}

fn write_and_panic(tx: &mut Tx<'_>) -> Result<(Entry, ())> {
    tx.view().conn.run("UPDATE unit_versions SET until = until - 1")?;
    panic!("a test wants a command to panic");
}

fn write_and_break(tx: &mut Tx<'_>) -> Result<(Entry, ())> {
    tx.view().conn.run("UPDATE unit_versions SET until = until - 1")?;
    tx.view().conn.run("INSERT INTO no_such_table VALUES (1)")?;
    Ok((Entry::of("spoiled"), ()))
}

fn write_and_refuse(tx: &mut Tx<'_>) -> Result<(Entry, ())> {
    tx.view().conn.run("UPDATE unit_versions SET until = until - 1")?;
    Err(super::no_trace())
}

engines! {
    async fn a_command_that_fails_does_not_touch_its_neighbours(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "first").await;
        let held = Held::writer(&h, "dt").await;
        let mut good = Vec::new();
        let mut bad = Vec::new();
        for number in 0..12 {
            good.push(creating(&h, &format!("a{number}")));
            until("queued", || h.app.waiting().0 == good.len() + bad.len()).await;
            bad.push(spoiling(&h, [write_and_panic, write_and_break, write_and_refuse][number % 3]));
            until("queued", || h.app.waiting().0 == good.len() + bad.len()).await;
        }
        held.release().await;
        let mut revisions = vec![1];
        for call in good {
            revisions.push(call.await.unwrap().unwrap().into_inner().revision);
        }
        // In the order in which they were queued.
        assert_eq!(revisions, (1..=13).collect::<Vec<i64>>());
        for (number, call) in bad.into_iter().enumerate() {
            let error = call.await.unwrap().unwrap_err();
            assert_eq!(matches!(error, Error::Internal(_)), number % 3 != 2, "{error:?}");
        }
        assert_eq!(h.get_unit("dt", "first").await.display_name, "Sở first");
        h.is_sound();
    }

    async fn revisions_are_dense_under_sixty_four_writers_of_two_jurisdictions(h: Harness) {
        h.jurisdiction("dt").await;
        h.jurisdiction("hn").await;
        let writers: Vec<_> = (0..64)
            .map(|writer| {
                let mut client = h.organisation();
                let jurisdiction = if writer % 2 == 0 { "dt" } else { "hn" };
                tokio::spawn(async move {
                    let mut revisions = Vec::new();
                    for number in 0..5 {
                        let request = new_unit(jurisdiction, &format!("u{writer}-{number}"));
                        let response = client.create_unit(request).await.unwrap();
                        assert!(revision_of(&response) >= response.get_ref().revision);
                        revisions.push(response.into_inner().revision);
                    }
                    // What was acknowledged before the next call has the smaller revision.
                    assert!(revisions.is_sorted());
                    (jurisdiction, revisions)
                })
            })
            .collect();
        let (mut dt, mut hn) = (Vec::new(), Vec::new());
        for writer in writers {
            let (jurisdiction, revisions) = writer.await.unwrap();
            if jurisdiction == "dt" { dt.extend(revisions) } else { hn.extend(revisions) }
        }
        assert_eq!((dt.len(), hn.len()), (160, 160));
        are_dense(dt);
        are_dense(hn);
        assert_eq!((h.revision("dt").await, h.revision("hn").await), (160, 160));
        h.is_sound();
    }

    async fn what_was_read_at_a_revision_is_read_again_after_a_thousand_writes(h: Harness) {
        h.jurisdiction("dt").await;
        for number in 0..20 {
            h.unit("dt", &format!("u{number:02}")).await;
        }
        let list = |revision: i64| pb::ListUnitsRequest {
            parent: jurisdiction_name("dt"),
            page_size: 1000,
            read_at: Some(pb::ReadAt { moment: Some(Moment::Revision(revision)), ..Default::default() }),
            ..Default::default()
        };
        let mut then = Vec::new();
        for revision in 0..=20 {
            then.push(h.organisation().list_units(list(revision)).await.unwrap().into_inner());
        }
        let writers: Vec<_> = (0..20)
            .map(|number| {
                let mut client = h.organisation();
                let mut unit = then[20].units[number].clone();
                tokio::spawn(async move {
                    for turn in 0..50 {
                        let changed = pb::Unit {
                            name: unit.name.clone(),
                            display_name: format!("Đổi {turn}"),
                            ..Default::default()
                        };
                        let request =
                            pb::UpdateUnitRequest { unit: Some(changed), etag: unit.etag, ..Default::default() };
                        unit = client.update_unit(request).await.unwrap().into_inner();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(h.revision("dt").await, 1020);
        for (revision, then) in (0..).zip(then) {
            let now = h.organisation().list_units(list(revision)).await.unwrap().into_inner();
            assert_eq!(now, then, "revision {revision}");
        }
        h.is_sound();
    }
}
