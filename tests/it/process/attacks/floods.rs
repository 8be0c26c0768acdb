//! Floods of frames that cost little to send.

use super::*;

pub async fn continuation_flood(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&frame(HEADERS, 0, 1, &call_headers(PATH))).await;
    let more = frame(CONTINUATION, 0, 1, &literal("x-more", &"y".repeat(100)));
    flood(&mut raw, MANY, |_| more.clone()).await;
    hear(&mut raw).await;
}

pub async fn empty_continuations(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&frame(HEADERS, 0, 1, &call_headers(PATH))).await;
    flood(&mut raw, MANY, |_| frame(CONTINUATION, 0, 1, &[])).await;
    hear(&mut raw).await;
}

pub async fn ping_flood(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, 10 * MANY, |_| frame(PING, 0, 0, &[7; 8])).await;
}

pub async fn settings_flood(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, 10 * MANY, |_| frame(SETTINGS, 0, 0, &[])).await;
}

pub async fn settings_with_many_entries(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    let entries = [0, 4, 0, 0, 255, 255].repeat(2_700);
    flood(&mut raw, 500, |_| frame(SETTINGS, 0, 0, &entries)).await;
}

pub async fn settings_out_of_range(address: SocketAddr) {
    for (name, value) in [(2, 9), (4, u32::MAX), (5, 1), (5, u32::MAX), (3, 0), (6, 0), (1, u32::MAX)] {
        let mut raw = Raw::greeted(address, &[(name, value)]).await;
        raw.send(&call(0, &message(&[]))).await;
        hear(&mut raw).await;
    }
}

pub async fn unknown_frames(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, MANY, |number| frame(0xb0, 255, number, &[1; 100])).await;
    hear(&mut raw).await;
}

pub async fn priority_flood(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, 5 * MANY, |number| frame(PRIORITY, 0, stream(number), &[0, 0, 0, 0, 1])).await;
    hear(&mut raw).await;
}

pub async fn empty_data_flood(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&open(0)).await;
    flood(&mut raw, 5 * MANY, |_| frame(DATA, 0, 1, &[])).await;
    hear(&mut raw).await;
}
