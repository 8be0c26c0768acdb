//! Streams: opened, reset, starved and named wrongly.

use super::*;

pub async fn rapid_reset(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, MANY, |number| [open(number), frame(RST_STREAM, 0, stream(number), &[0, 0, 0, 8])].concat()).await;
    hear(&mut raw).await;
}

pub async fn rapid_reset_after_data(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, MANY, |number| {
        [call(number, &message(&[])), frame(RST_STREAM, 0, stream(number), &[0, 0, 0, 8])].concat()
    })
    .await;
    hear(&mut raw).await;
}

pub async fn open_streams_without_end(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, 200, open).await;
    hear(&mut raw).await;
}

pub async fn streams_beyond_the_limit(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, MANY, open).await;
    hear(&mut raw).await;
}

pub async fn window_overflow(address: SocketAddr) {
    say(address, &frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes()).repeat(3)).await;
}

pub async fn window_overflow_of_a_stream(address: SocketAddr) {
    let update = frame(WINDOW_UPDATE, 0, 1, &0x7fff_ffff_u32.to_be_bytes());
    say(address, &[open(0), update.repeat(3)].concat()).await;
}

pub async fn window_update_of_nothing(address: SocketAddr) {
    say(address, &frame(WINDOW_UPDATE, 0, 0, &[0; 4])).await;
    say(address, &[open(0), frame(WINDOW_UPDATE, 0, 1, &[0; 4])].concat()).await;
}

pub async fn zero_windows(address: SocketAddr) {
    // Answers that can never be sent, on many connections.
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut raw = Raw::greeted(address, &[(4, 0)]).await;
        flood(&mut raw, 500, |number| call(number, &message(&[]))).await;
        held.push(raw);
    }
    tokio::time::sleep(MOMENT).await;
}

pub async fn a_reader_that_never_reads(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[(4, 0x7fff_ffff)]).await;
    raw.send(&frame(WINDOW_UPDATE, 0, 0, &0x7fff_0000_u32.to_be_bytes())).await;
    let regimes = "/kehoach.v1.ClassificationService/ListRegimes";
    flood(&mut raw, MANY, |number| {
        let headers = frame(HEADERS, END_HEADERS, stream(number), &call_headers(regimes));
        [headers, frame(DATA, END_STREAM, stream(number), &message(&[]))].concat()
    })
    .await;
    tokio::time::sleep(MOMENT).await;
}

pub async fn data_on_a_closed_stream(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&call(0, &message(&[]))).await;
    hear(&mut raw).await;
    flood(&mut raw, 1_000, |_| frame(DATA, 0, 1, &[0; 1_000])).await;
    hear(&mut raw).await;
}

pub async fn data_on_an_idle_stream(address: SocketAddr) {
    say(address, &frame(DATA, END_STREAM, 7, b"x")).await;
    say(address, &frame(RST_STREAM, 0, 9, &[0; 4])).await;
}

pub async fn even_and_falling_stream_ids(address: SocketAddr) {
    say(address, &frame(HEADERS, END_HEADERS, 2, &call_headers(PATH))).await;
    say(address, &[open(5), open(2), open(1)].concat()).await;
    say(address, &frame(HEADERS, END_HEADERS, 0x7fff_ffff, &call_headers(PATH))).await;
}

pub async fn a_push_from_a_client(address: SocketAddr) {
    let promise = [vec![0, 0, 0, 2], call_headers(PATH)].concat();
    say(address, &[open(0), frame(PUSH_PROMISE, END_HEADERS, 1, &promise)].concat()).await;
}

pub async fn a_stream_that_depends_on_itself(address: SocketAddr) {
    say(address, &frame(PRIORITY, 0, 3, &[0, 0, 0, 3, 1])).await;
}

pub async fn goaway_and_go_on(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&frame(GOAWAY, 0, 0, &[0; 8])).await;
    flood(&mut raw, 1_000, |number| call(number, &message(&[]))).await;
    hear(&mut raw).await;
}

pub async fn trailers_again_and_again(address: SocketAddr) {
    let trailers = frame(HEADERS, END_HEADERS | END_STREAM, 1, &literal("x-trailer", "y"));
    say(address, &[open(0), trailers.repeat(50)].concat()).await;
    say(address, &[open(0), frame(HEADERS, END_HEADERS, 1, &literal("x-trailer", "y")).repeat(50)].concat()).await;
}
