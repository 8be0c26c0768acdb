//! Header blocks: endless, compressed against us, and forbidden.

use super::*;

pub async fn endless_headers(address: SocketAddr) {
    let block: Vec<u8> = (0..4_000).flat_map(|number| literal(&format!("x-{number}"), "y")).collect();
    let mut bytes = frame(HEADERS, END_STREAM, 1, &call_headers(PATH));
    for part in block.chunks(16_000) {
        bytes.extend(frame(CONTINUATION, 0, 1, part));
    }
    bytes.extend(frame(CONTINUATION, END_HEADERS, 1, &[]));
    say(address, &bytes).await;
}

pub async fn one_huge_header(address: SocketAddr) {
    let block = literal("x-huge", &"y".repeat(1 << 20));
    let mut bytes = frame(HEADERS, END_STREAM, 1, &call_headers(PATH));
    for part in block.chunks(16_000) {
        bytes.extend(frame(CONTINUATION, 0, 1, part));
    }
    bytes.extend(frame(CONTINUATION, END_HEADERS, 1, &[]));
    say(address, &bytes).await;
}

pub async fn hpack_bomb(address: SocketAddr) {
    // One long field is kept in the table, and each byte after it names it again.
    let mut block = call_headers(PATH);
    let mut kept = literal("x-bomb", &"y".repeat(3_900));
    kept[0] = 0x40;
    block.extend(kept);
    block.extend([0xbe; 12_000]);
    let mut raw = Raw::greeted(address, &[]).await;
    flood(&mut raw, 500, |number| frame(HEADERS, END_HEADERS | END_STREAM, stream(number), &block[..16_000])).await;
    hear(&mut raw).await;
}

pub async fn hpack_bad_index(address: SocketAddr) {
    for block in [vec![0x80], vec![0xff, 0xff, 0x03], vec![0x7f, 0xff, 0x7f, 0, 0]] {
        say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
    }
}

pub async fn hpack_endless_integer(address: SocketAddr) {
    let block = [vec![0xff], vec![0xff; 10_000]].concat();
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
}

pub async fn hpack_table_beyond_the_limit(address: SocketAddr) {
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0x3f, 0xff, 0xff, 0xff, 0x0f])).await;
}

pub async fn headers_that_http2_forbids(address: SocketAddr) {
    for (name, value) in [
        ("X-Upper", "y"),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        (":unknown", "y"),
        ("", "y"),
        ("x-line", "a\r\nb: c"),
        ("te", "gzip"),
    ] {
        let block = [call_headers(PATH), literal(name, value)].concat();
        say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
    }
    let twice = [call_headers(PATH), call_headers(PATH)].concat();
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &twice)).await;
}

pub async fn missing_pseudo_headers(address: SocketAddr) {
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &[])).await;
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &literal(":method", "POST"))).await;
    for path in ["", "*", "no-slash", "/", "//", "/%00", "/kehoach.v1.OrganisationService/"] {
        say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &call_headers(path))).await;
    }
}

pub async fn not_grpc_at_all(address: SocketAddr) {
    let fields =
        [(":method", "GET"), (":scheme", "http"), (":path", PATH), (":authority", "x"), ("content-type", "text/html")];
    let block: Vec<u8> = fields.iter().flat_map(|(name, value)| literal(name, value)).collect();
    say(address, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
}
