//! Connections and frames: unfinished, of another protocol, of a wrong length or place.

use super::*;

pub async fn unfinished_prefaces(address: SocketAddr) {
    let mut held = Vec::new();
    for length in 0..PREFACE.len() {
        for _ in 0..4 {
            let mut raw = Raw::silent(address).await;
            raw.send(&PREFACE[..length]).await;
            held.push(raw);
        }
    }
    tokio::time::sleep(MOMENT).await;
}

pub async fn a_preface_byte_by_byte(address: SocketAddr) {
    let mut raw = Raw::silent(address).await;
    for byte in PREFACE {
        raw.send(&[*byte]).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    raw.send(&frame(SETTINGS, 0, 0, &[])).await;
    hear(&mut raw).await;
}

pub async fn wrong_prefaces(address: SocketAddr) {
    let mut bent = PREFACE.to_vec();
    bent[23] = b'!';
    let hello = [vec![22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3], vec![7; 600]].concat();
    for bytes in [bent, hello, vec![0; 4_096], vec![255; 4_096], b"SSH-2.0-x\r\n".to_vec()] {
        let mut raw = Raw::silent(address).await;
        raw.send(&bytes).await;
        hear(&mut raw).await;
    }
}

pub async fn http1_requests(address: SocketAddr) {
    for bytes in [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n".to_vec(),
        [b"GET /".to_vec(), vec![b'a'; 1 << 20]].concat(),
    ] {
        let mut raw = Raw::silent(address).await;
        raw.send(&bytes).await;
        hear(&mut raw).await;
    }
}

pub async fn a_length_beyond_the_limit(address: SocketAddr) {
    for length in [16_385_u32, 0x00ff_ffff] {
        let length = length.to_be_bytes();
        let head = [length[1], length[2], length[3], DATA, 0, 0, 0, 0, 1];
        let mut raw = Raw::greeted(address, &[]).await;
        raw.send(&[open(0), head.to_vec(), vec![0; 16_384]].concat()).await;
        hear(&mut raw).await;
    }
}

pub async fn a_frame_that_never_comes_whole(address: SocketAddr) {
    let mut held = Vec::new();
    for _ in 0..100 {
        let mut raw = Raw::greeted(address, &[]).await;
        raw.send(&[open(0), vec![0, 64, 0, DATA, 0, 0, 0, 0, 1, 1, 2, 3]].concat()).await;
        held.push(raw);
    }
    tokio::time::sleep(MOMENT).await;
}

pub async fn frames_of_wrong_length(address: SocketAddr) {
    for (kind, on, length) in [
        (RST_STREAM, 1, 3),
        (RST_STREAM, 1, 5),
        (PING, 0, 7),
        (PING, 0, 9),
        (WINDOW_UPDATE, 0, 3),
        (WINDOW_UPDATE, 1, 5),
        (SETTINGS, 0, 5),
        (PRIORITY, 1, 4),
        (PRIORITY, 1, 6),
        (GOAWAY, 0, 3),
    ] {
        say(address, &[open(0), frame(kind, 0, on, &vec![0; length])].concat()).await;
    }
    // An acknowledgement with something in it.
    say(address, &frame(SETTINGS, 1, 0, &[0, 3, 0, 0, 0, 1])).await;
}

pub async fn frames_on_the_wrong_stream(address: SocketAddr) {
    for bytes in [
        frame(DATA, END_STREAM, 0, b"x"),
        frame(HEADERS, END_HEADERS, 0, &call_headers(PATH)),
        frame(RST_STREAM, 0, 0, &[0; 4]),
        frame(CONTINUATION, END_HEADERS, 1, &[]),
        frame(SETTINGS, 0, 1, &[]),
        frame(PING, 0, 1, &[0; 8]),
        frame(GOAWAY, 0, 1, &[0; 8]),
    ] {
        say(address, &bytes).await;
    }
}

pub async fn padding_longer_than_the_frame(address: SocketAddr) {
    say(address, &frame(HEADERS, END_HEADERS | PADDED, 1, &[200, 1, 2])).await;
    say(address, &[open(0), frame(DATA, PADDED, 1, &[255, 0, 0])].concat()).await;
    say(address, &[open(0), frame(DATA, PADDED, 1, &[])].concat()).await;
}

pub async fn idle_connections(address: SocketAddr) {
    // Thousands, where a process may open so many; half of them greeted.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok());
    let mut held = Vec::new();
    for number in 0..files.unwrap_or(1_024_usize).saturating_sub(400).min(2_000) {
        held.push(if number % 2 == 0 { Raw::silent(address).await } else { Raw::greeted(address, &[]).await });
    }
    tokio::time::sleep(MOMENT).await;
}

pub async fn connections_that_come_and_go(address: SocketAddr) {
    for number in 0..2_000 {
        let mut raw = Raw::silent(address).await;
        if number % 3 == 0 {
            raw.send(PREFACE).await;
        }
    }
}
