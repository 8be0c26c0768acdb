//! Threads of the server that are kept busy until a test lets them go.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{call, no_trace};
use crate::harness::Harness;

/// Busy threads; they go on when this is dropped.
pub struct Held {
    go: Vec<Sender<()>>,
    busy: Vec<JoinHandle<()>>,
}

impl Held {
    /// The writer of a jurisdiction, inside a command that leaves no trace.
    pub async fn writer(h: &Harness, jurisdiction: &str) -> Self {
        let (app, call, jurisdiction) = (h.app.clone(), call(h), jurisdiction.to_owned());
        let (go, gone) = channel();
        let (began, begun) = channel();
        let wait = waiting(began, gone);
        let task = tokio::spawn(async move {
            let run = move |_: &mut kehoach::commit::Tx<'_>| {
                wait();
                Err::<(kehoach::commit::Entry, ()), _>(no_trace())
            };
            drop(app.write(&call, &jurisdiction, run, |_, _| Ok(())).await);
        });
        has_begun(begun);
        Self { go: vec![go], busy: vec![task] }
    }

    /// All readers.
    pub async fn readers(h: &Harness, count: usize) -> Self {
        let mut held = Self { go: Vec::new(), busy: Vec::new() };
        for _ in 0..count {
            let (app, call) = (h.app.clone(), call(h));
            let (go, gone) = channel();
            let (began, begun) = channel();
            let wait = waiting(began, gone);
            held.busy.push(tokio::spawn(async move {
                let read = move |_: &mut kehoach::db::Session| {
                    wait();
                    Ok(())
                };
                drop(app.read_raw(&call, read).await);
            }));
            has_begun(begun);
            held.go.push(go);
        }
        held
    }

    /// Lets them go on, and waits until they are done with what held them.
    pub async fn release(mut self) {
        self.go.clear();
        for task in self.busy.drain(..) {
            task.await.unwrap();
        }
    }
}

/// Says that it has begun, then waits until the other end is gone.
fn waiting(began: Sender<()>, gone: Receiver<()>) -> impl Fn() + Send + 'static {
    let ends = Mutex::new((began, gone));
    move || {
        let (began, gone) = &*ends.lock().unwrap();
        let _ = began.send(());
        let _ = gone.recv_timeout(Duration::from_secs(25));
    }
}

fn has_begun(begun: Receiver<()>) {
    tokio::task::block_in_place(|| begun.recv_timeout(Duration::from_secs(20))).unwrap();
}
