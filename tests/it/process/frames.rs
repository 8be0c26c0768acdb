//! HTTP/2 by hand: frames as bytes, so that a test can say what no client would.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a client says first.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

/// One frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// A connection to the server.
pub struct Raw(TcpStream);

impl Raw {
    /// Connected, and nothing said.
    pub async fn silent(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap_or_else(|error| panic!("no connection: {error}")))
    }

    /// Connected, with the preface and these settings sent.
    pub async fn greeted(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let mut raw = Self::silent(address).await;
        let payload = settings
            .iter()
            .flat_map(|(name, value)| [name.to_be_bytes().to_vec(), value.to_be_bytes().to_vec()].concat());
        raw.send(&[PREFACE, &frame(SETTINGS, 0, 0, &payload.collect::<Vec<u8>>())].concat()).await;
        raw
    }

    /// Sends bytes; `false` where the server has closed.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = tokio::time::timeout(Duration::from_secs(2), self.0.write_all(bytes)).await;
        matches!(sent, Ok(Ok(())))
    }

    /// The next frame; `None` where the server has closed, or says nothing for a time.
    pub async fn next(&mut self, within: Duration) -> Option<Frame> {
        tokio::time::timeout(within, self.read()).await.ok().flatten()
    }

    async fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).ok()?];
        self.0.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }
}

/// A frame as bytes, with the length that it has.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A call's header block: every field spelled out, nothing kept in the table.
pub fn call_headers(path: &str) -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    fields.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// One header field as a literal that is not kept.
pub fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.extend(length(text.len()));
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// The length of a text that is not Huffman-coded.
fn length(count: usize) -> Vec<u8> {
    if count < 127 {
        return vec![u8::try_from(count).unwrap_or_default()];
    }
    let mut bytes = vec![127];
    let mut rest = count - 127;
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128).unwrap_or_default() | 128);
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap_or_default());
    bytes
}

/// A message as gRPC puts it into DATA.
pub fn message(bytes: &[u8]) -> Vec<u8> {
    let mut framed = vec![0];
    framed.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    framed.extend(bytes);
    framed
}
