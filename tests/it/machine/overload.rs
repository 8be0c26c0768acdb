//! Deadlines and full queues: refused in time, and nothing done.

use std::time::{Duration, Instant};

use kehoach::{limits, pb};
use tonic::{Code, Request};

use super::held::Held;
use super::{call, no_trace, until};
use crate::harness::{Harness, engines, jurisdiction_name, new_unit, refused};

const TIMEOUT: Duration = Duration::from_millis(200);

/// A request with a deadline.
fn soon<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(TIMEOUT);
    request
}

engines! {
    async fn a_command_that_is_not_reached_in_time_is_not_executed(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.bare().await;
        let held = Held::writer(&h, "dt").await;
        let started = Instant::now();
        let outcome = client.create_unit(soon(new_unit("dt", "a"))).await;
        let took = started.elapsed();
        refused(outcome, Code::DeadlineExceeded, "DEADLINE");
        assert!(took >= TIMEOUT && took < TIMEOUT + Duration::from_millis(500), "{took:?}");
        assert_eq!(h.app.waiting().0, 1, "it waits to be thrown away");
        held.release().await;
        // The next command is behind it in the queue, so it has been passed over by now.
        h.unit("dt", "b").await;
        assert_eq!(h.revision("dt").await, 1);
        h.is_sound();
    }

    async fn a_read_that_is_not_reached_in_time_says_so(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.bare().await;
        let held = Held::readers(&h, 2).await;
        let list = pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        refused(client.list_units(soon(list.clone())).await, Code::DeadlineExceeded, "DEADLINE");
        held.release().await;
        client.list_units(list).await.unwrap();
    }

    async fn a_deadline_that_has_passed_is_refused_at_once(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.bare().await;
        let before = h.standing();
        let mut request = Request::new(new_unit("dt", "a"));
        request.metadata_mut().insert("grpc-timeout", "1n".parse().unwrap());
        refused(client.create_unit(request).await, Code::DeadlineExceeded, "DEADLINE");
        h.nothing_changed(&before);
    }

    async fn a_full_queue_of_commands_refuses_at_once(h: Harness) {
        h.jurisdiction("dt").await;
        let held = Held::writer(&h, "dt").await;
        let room = limits::count(limits::WRITE_QUEUE);
        let waiting: Vec<_> = (0..room)
            .map(|_| {
                let (app, call) = (h.app.clone(), call(&h));
                let run = |_: &mut kehoach::commit::Tx<'_>| Err::<(kehoach::commit::Entry, ()), _>(no_trace());
                tokio::spawn(async move { app.write(&call, "dt", run, |_, _| Ok(())).await.map(|_| ()) })
            })
            .collect();
        until("the queue is full", || h.app.waiting().0 == room).await;
        let started = Instant::now();
        let details = refused(h.organisation().create_unit(new_unit("dt", "a")).await, Code::Unavailable, "QUEUE_FULL");
        assert!(started.elapsed() < Duration::from_millis(500));
        assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_millis(limits::RETRY_MS)));
        held.release().await;
        for one in waiting {
            assert!(matches!(one.await.unwrap(), Err(kehoach::error::Error::Refused(_))), "all were served");
        }
        h.unit("dt", "a").await;
        assert_eq!(h.revision("dt").await, 1);
        h.is_sound();
    }

    async fn a_full_queue_of_reads_refuses_at_once(h: Harness) {
        h.jurisdiction("dt").await;
        let held = Held::readers(&h, 2).await;
        let room = limits::count(limits::READ_QUEUE);
        let waiting: Vec<_> = (0..room)
            .map(|_| {
                let (app, call) = (h.app.clone(), call(&h));
                tokio::spawn(async move { app.read_raw(&call, |_| Ok(())).await })
            })
            .collect();
        until("the queue is full", || h.app.waiting().1 == room).await;
        let list = pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        refused(h.organisation().list_units(list).await, Code::Unavailable, "QUEUE_FULL");
        held.release().await;
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        h.is_sound();
    }
}
