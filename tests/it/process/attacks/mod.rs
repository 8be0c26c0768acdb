//! The attacks of [`super::hostile`], each on connections of its own, each bounded.

mod connections;
mod floods;
mod headers;
mod messages;
mod streams;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt;

use super::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, PREFACE, PRIORITY, PUSH_PROMISE,
    RST_STREAM, Raw, SETTINGS, WINDOW_UPDATE, call_headers, frame, literal, message,
};
use super::hostile::Attack;

const PATH: &str = "/kehoach.v1.OrganisationService/ListJurisdictions";

/// Frames of a flood: many times what any client sends.
const MANY: u32 = 20_000;

/// How long a peer waits for what the server says to it.
const MOMENT: Duration = Duration::from_millis(30);

macro_rules! attacks {
    ($($room:ident: $($name:ident)*;)*) => {
        /// All of them, by name.
        pub const ATTACKS: &[Attack] = &[$($((stringify!($name), |address| $room::$name(address).boxed()),)*)*];
    };
}

attacks! {
    streams: rapid_reset rapid_reset_after_data open_streams_without_end streams_beyond_the_limit data_on_a_closed_stream data_on_an_idle_stream even_and_falling_stream_ids a_push_from_a_client a_stream_that_depends_on_itself goaway_and_go_on trailers_again_and_again window_overflow window_overflow_of_a_stream window_update_of_nothing zero_windows a_reader_that_never_reads;
    floods: continuation_flood empty_continuations ping_flood settings_flood settings_with_many_entries settings_out_of_range unknown_frames priority_flood empty_data_flood;
    headers: endless_headers one_huge_header hpack_bomb hpack_bad_index hpack_endless_integer hpack_table_beyond_the_limit headers_that_http2_forbids missing_pseudo_headers not_grpc_at_all;
    connections: unfinished_prefaces a_preface_byte_by_byte wrong_prefaces http1_requests a_length_beyond_the_limit a_frame_that_never_comes_whole frames_of_wrong_length frames_on_the_wrong_stream padding_longer_than_the_frame idle_connections connections_that_come_and_go;
    messages: a_message_of_four_gigabytes a_message_longer_than_it_says a_flag_without_a_compression an_unknown_flag a_message_that_is_no_protobuf a_compressed_flood a_body_byte_by_byte;
}

/// Many small frames in few writes, until the server has had enough.
async fn flood(raw: &mut Raw, count: u32, one: impl Fn(u32) -> Vec<u8>) {
    for batch in 0..count.div_ceil(500) {
        let bytes: Vec<u8> = (batch * 500..(batch + 1) * 500).flat_map(&one).collect();
        if !raw.send(&bytes).await {
            return;
        }
    }
}

/// Hears the server out, for a moment.
async fn hear(raw: &mut Raw) {
    while raw.next(MOMENT).await.is_some() {}
}

/// One connection that says something and hears the answer.
async fn say(address: SocketAddr, bytes: &[u8]) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(bytes).await;
    hear(&mut raw).await;
}

/// The number of a client's n-th stream.
fn stream(number: u32) -> u32 {
    number * 2 + 1
}

fn open(number: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream(number), &call_headers(PATH))
}

/// A whole call with these bytes as its body.
fn call(number: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = open(number);
    for part in body.chunks(16_384) {
        bytes.extend(frame(DATA, 0, stream(number), part));
    }
    bytes.extend(frame(DATA, END_STREAM, stream(number), &[]));
    bytes
}
