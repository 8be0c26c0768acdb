//! What the server says of itself on the wire, before anybody asks: the limits of HTTP/2, and a socket that does not wait.

use std::collections::BTreeMap;
use std::time::Duration;

use kehoach::db::Engine;
use kehoach::{limits, pb};

use super::frames::{Raw, SETTINGS, WINDOW_UPDATE};
use super::{Process, Start, strace};
use crate::harness::{Harness, Place};

const SOON: Duration = Duration::from_secs(10);

/// What the window of a connection is before anything is said.
const WINDOW_BEFORE: u64 = 65_535;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limits_of_http2_are_those_of_our_list() {
    let Some(h) = Harness::new(Engine::Sqlite).await else { return };
    let mut raw = Raw::greeted(h.address, &[]).await;
    let mut told = BTreeMap::new();
    let mut window = WINDOW_BEFORE;
    // Both come unasked with the first bytes; an acknowledgement of our own settings may stand between them.
    while told.is_empty() || window == WINDOW_BEFORE {
        let frame = raw.next(SOON).await.unwrap();
        if frame.kind == SETTINGS && frame.flags == 0 {
            for one in frame.payload.chunks(6) {
                let value = u32::from_be_bytes(one[2..6].try_into().unwrap());
                told.insert(u16::from_be_bytes(one[..2].try_into().unwrap()), u64::from(value));
            }
        } else if frame.kind == WINDOW_UPDATE && frame.stream == 0 {
            window += u64::from(u32::from_be_bytes(frame.payload.as_slice().try_into().unwrap()));
        }
    }
    let expected = BTreeMap::from([
        (3, limits::CONCURRENT_STREAMS),
        (4, limits::STREAM_WINDOW_BYTES),
        // The largest frame: what the protocol says when nobody says more.
        (5, 16_384),
        (6, limits::HEADER_LIST_BYTES),
    ]);
    assert_eq!(told, expected);
    assert_eq!(window, limits::CONNECTION_WINDOW_BYTES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_connection_does_not_wait_to_fill_a_packet() {
    let Some(place) = Place::new(Engine::Sqlite) else { return };
    let folder = crate::harness::new_folder();
    // One file for each thread, so that no line is cut by another.
    let to = folder.join("trace").display().to_string();
    let Some(under) = strace(&["-ff", "-e", "trace=accept4,setsockopt", "-o", &to]) else { return };
    let server = Process::start_with(&place, &Start { under, ..Default::default() }).await;
    server.organisation().list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.unwrap();
    drop(server);
    let files = std::fs::read_dir(&folder).unwrap().flatten();
    let trace: String = files.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
    let accepted =
        trace.lines().filter_map(|line| line.split_once("accept4(")?.1.rsplit_once("= ")?.1.parse::<u32>().ok());
    let sockets: Vec<u32> = accepted.collect();
    assert!(!sockets.is_empty(), "no connection was accepted:\n{trace}");
    for socket in sockets {
        let set = format!("setsockopt({socket}, SOL_TCP, TCP_NODELAY, [1], 4)");
        assert!(trace.lines().any(|line| line.contains(&set) && line.ends_with("= 0")), "no {set}:\n{trace}");
    }
    let _ = std::fs::remove_dir_all(folder);
}
