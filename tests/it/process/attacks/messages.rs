//! Messages of gRPC that are not what their frames say.

use super::*;

pub async fn a_message_of_four_gigabytes(address: SocketAddr) {
    say(address, &call(0, &[0, 255, 255, 255, 255, 1, 2, 3])).await;
    // And the beginning of one that is just within the limit, on many streams.
    let mut raw = Raw::greeted(address, &[]).await;
    let begun = [0, 0, 255, 255, 255, 1];
    flood(&mut raw, 200, |number| [open(number), frame(DATA, 0, stream(number), &begun)].concat()).await;
    hear(&mut raw).await;
}

pub async fn a_message_longer_than_it_says(address: SocketAddr) {
    say(address, &call(0, &[0, 0, 0, 0, 1, 1, 2, 3])).await;
    say(address, &call(0, &[0, 0, 0, 0, 9, 1, 2, 3])).await;
    say(address, &call(0, &[message(&[]), message(&[])].concat())).await;
}

pub async fn a_flag_without_a_compression(address: SocketAddr) {
    say(address, &call(0, &[1, 0, 0, 0, 3, 1, 2, 3])).await;
}

pub async fn an_unknown_flag(address: SocketAddr) {
    for flag in [2, 7, 128, 255] {
        say(address, &call(0, &[flag, 0, 0, 0, 3, 1, 2, 3])).await;
    }
}

pub async fn a_message_that_is_no_protobuf(address: SocketAddr) {
    for body in [vec![255; 2_000], vec![10; 5_000], [0x0b].repeat(5_000), vec![0x0a, 255, 255, 255, 255, 15]] {
        say(address, &call(0, &message(&body))).await;
    }
}

pub async fn a_compressed_flood(address: SocketAddr) {
    let fields = [call_headers(PATH), literal("grpc-encoding", "gzip")].concat();
    let packed = zeros();
    let mut body = vec![1];
    body.extend(u32::try_from(packed.len()).unwrap_or_default().to_be_bytes());
    body.extend(packed);
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&frame(HEADERS, END_HEADERS, 1, &fields)).await;
    for part in body.chunks(16_384) {
        if !raw.send(&frame(DATA, 0, 1, part)).await {
            break;
        }
    }
    raw.send(&frame(DATA, END_STREAM, 1, &[])).await;
    tokio::time::sleep(10 * MOMENT).await;
    hear(&mut raw).await;
}

fn zeros() -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let (mut held, mut count) = (0_u64, 0);
    let mut put = |bits: u64, length: u32| {
        held |= bits << count;
        count += length;
        while count >= 8 {
            bytes.push(u8::try_from(held & 255).unwrap_or_default());
            held >>= 8;
            count -= 8;
        }
    };
    // The last block, with the fixed codes; the literal 0.
    put(0b011, 3);
    put(0b0000_1100, 8);
    for _ in 0..430_000 {
        // Length 258 (code 285: 11000101, first bit first) at distance 1.
        put(0b1010_0011, 8);
        put(0, 5);
    }
    put(0, 15);
    bytes
}

pub async fn a_body_byte_by_byte(address: SocketAddr) {
    let mut raw = Raw::greeted(address, &[]).await;
    raw.send(&[open(0), frame(DATA, 0, 1, &[0, 0, 1, 0, 0])].concat()).await;
    flood(&mut raw, MANY, |_| frame(DATA, 0, 1, &[0])).await;
    hear(&mut raw).await;
}
