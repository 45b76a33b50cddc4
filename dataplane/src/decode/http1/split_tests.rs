//! The law of decoders: how a stream is cut changes nothing of what is said. And nothing panics.

use proptest::prelude::*;

use super::super::content_coding::ChainLimits;
use super::transcript::{Turns, decode_with};
use super::{Http1, Http1Config};
use crate::flow::Direction::{self, ToClient, ToServer};

/// Small limits, so that they are met.
fn tight() -> Http1Config {
    Http1Config {
        max_line: 120,
        max_head: 400,
        max_headers: 8,
        max_pending: 4,
        max_codings: 2,
        max_file_name: 12,
        decoding: ChainLimits { max_output: 1 << 16, max_ratio: 8, ratio_floor: 1 << 15 },
        ..Http1Config::default()
    }
}

const REQUESTS: &[&str] = &[
    "GET / HTTP/1.1\r\n",
    "POST /a%2f..%00 HTTP/1.1\r\n",
    "HEAD http://User@ex.org:80/ HTTP/1.0\n",
    "CONNECT h:443 HTTP/1.1\r\n",
    "PUT /x\r\n",
    " \tOPTIONS * HTTP/1.1\r\n",
    "Host: ex.org\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 6\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Type: multipart/form-data; boundary=B\r\n",
    "Content-Encoding: gzip\r\n",
    "Upgrade: websocket\r\n",
    "Cookie: a\r\n",
    " folded\r\n",
    "no colon\r\n",
    "\r\n",
    "\n",
    "\r",
    "hello",
    "5;ext\r\nhello\r\n",
    "0\r\n",
    "--B\r\nContent-Disposition: form-data; filename=\"f.bin\"\r\n\r\n",
    "--B--\r\n",
    "\x1f\u{8b}",
    "ffffffffffffffffff\r\n",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
];

const RESPONSES: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.0 304 Not Modified\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 2x0\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Content-Encoding: deflate, foo\r\n",
    "Content-Disposition: attachment; filename=long-file-name.txt\r\n",
    "Set-Cookie: a\r\n",
    "\r\n",
    "\n",
    "abc",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "-1\r\n",
    "HTTP",
];

fn bytes(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(words)
        .prop_map(|word| word.chars().map(|letter| letter as u8).collect::<Vec<u8>>());
    let noise = prop::collection::vec(any::<u8>(), 1..6);
    prop::collection::vec(prop_oneof![12 => word, 1 => noise], 1..14).prop_map(|words| words.concat())
}

fn conversation() -> impl Strategy<Value = Vec<(Direction, Vec<u8>)>> {
    let turn = prop_oneof![
        bytes(REQUESTS).prop_map(|bytes| (ToServer, bytes)),
        bytes(RESPONSES).prop_map(|bytes| (ToClient, bytes)),
    ];
    prop::collection::vec(turn, 1..5)
}

fn borrowed(turns: &[(Direction, Vec<u8>)]) -> Vec<(Direction, &[u8])> {
    turns.iter().map(|(direction, bytes)| (*direction, &bytes[..])).collect()
}

fn check(config: Http1Config, turns: Turns<'_>, cuts: &[usize]) {
    let whole = decode_with(&mut Http1::new(config), turns, |_| usize::MAX);
    // A decoder that was used for something else says the same.
    let mut used = Http1::new(config);
    decode_with(&mut used, turns, |piece| cuts[piece % cuts.len()]);
    used.reset();
    let pieces = decode_with(&mut used, turns, |piece| cuts[piece % cuts.len()]);
    let shown: Vec<_> =
        turns.iter().map(|(way, bytes)| format!("{way:?} {}", bytes.escape_ascii())).collect();
    let differs = whole.0.said.iter().zip(&pieces.0.said).position(|(a, b)| a != b).unwrap_or_default();
    let first = (whole.0.said.get(differs), pieces.0.said.get(differs));
    assert!(whole == pieces, "{shown:#?} by {cuts:?}: {first:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn cuts_don_t_matter(turns in conversation(), cuts in prop::collection::vec(1_usize..24, 1..6)) {
        check(tight(), &borrowed(&turns), &cuts);
        check(Http1Config::default(), &borrowed(&turns), &cuts);
    }

    #[test]
    fn gaps_do_no_harm(turns in conversation(), gaps in prop::collection::vec(0_u64..9, 1..5)) {
        let mut decoder = Http1::new(tight());
        let mut transcript = super::transcript::Transcript::default();
        for ((direction, bytes), gap) in turns.iter().zip(gaps.iter().cycle()) {
            for piece in bytes.chunks(7) {
                decoder.push(*direction, piece, &mut transcript);
                decoder.gap(*direction, *gap, &mut transcript);
            }
        }
        decoder.end(ToClient, &mut transcript);
        decoder.end(ToServer, &mut transcript);
    }
}

#[test]
fn every_single_cut_of_a_long_conversation() {
    let turns: Turns<'_> = &[
        (ToServer, b"POST /v1/%63hat?x=%2B HTTP/1.1\r\nHost: API.example:8443\r\nExpect: 100-continue\r\n\
            Content-Type: application/json\r\nContent-Length: 13\r\n\r\n"),
        (ToClient, b"HTTP/1.1 100 Continue\r\n\r\n"),
        (ToServer, b"{\"stream\": 1}GET /next HTTP/1.1\r\nHost: a\r\n\r\n"),
        (ToClient, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n\
            6\r\ndata: \r\n5;e\r\nhello\r\n0\r\nX: y\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"),
    ];
    for size in 1..200 {
        check(Http1Config::default(), turns, &[size]);
    }
}
