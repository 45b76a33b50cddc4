//! Frames and header blocks, made for tests.

use super::frame::{flag, kind};
use super::side::PREFACE;

/// A frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header block of literals without Huffman, none of which enters the table.
pub(super) fn block(headers: &[(&str, &str)]) -> Vec<u8> {
    let string = |text: &str| {
        assert!(text.len() < 127, "one byte of length");
        [&[text.len() as u8], text.as_bytes()].concat()
    };
    headers.iter().flat_map(|(name, value)| [vec![0], string(name), string(value)].concat()).collect()
}

/// A request of headers that are whole in one frame.
pub(super) fn headers(stream: u32, flags: u8, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(kind::HEADERS, flags | flag::END_HEADERS, stream, &block(fields))
}

pub(super) fn data(stream: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
    frame(kind::DATA, flags, stream, bytes)
}

/// A client's first bytes, and more.
pub(super) fn client(frames: &[Vec<u8>]) -> Vec<u8> {
    [&PREFACE[..], &frame(kind::SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]), &frames.concat()].concat()
}

pub(super) const GET: &[(&str, &str)] = &[
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/v1/%6dodels?a=b"),
    (":authority", "API.example:8080"),
];
pub(super) const POST: &[(&str, &str)] =
    &[(":method", "POST"), (":path", "/upload"), (":authority", "a"), ("content-type", "application/json")];
pub(super) const OK: &[(&str, &str)] = &[(":status", "200"), ("content-type", "text/plain")];
