//! Exchanges over HTTP/1 with whatever bodies, read for what they mean: nothing panics.
//!
//! The first byte chooses the path that is asked for and how the answer is framed; then pieces of bodies follow, each behind
//! a byte whose lowest bit is the direction and whose other bits are its length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::decode::http1::{Http1, Http1Config};
use weir::decode::{AppEvent, Part, Sink, Stage, TransactionId};
use weir::flow::Direction;
use weir::semantics::{Meaning, Semantics};
use weir_rules::field::FieldId;

const PATHS: [&str; 8] = [
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/models/m:streamGenerateContent",
    "/api/chat",
    "/model/m/converse-stream",
    "/mcp",
    "/collections/c/points/query",
];

const TYPES: [&str; 4] =
    ["application/json", "text/event-stream", "application/vnd.amazon.eventstream", "application/x-ndjson"];

/// Takes everything.
struct Nobody;

impl Sink for Nobody {
    fn field(&mut self, _: TransactionId, _: Direction, _: FieldId, _: Part, _: &[u8]) {}

    fn stage(&mut self, _: TransactionId, _: Direction, _: Stage) {}

    fn event(&mut self, _: TransactionId, _: Direction, _: AppEvent) {}
}

fuzz_target!(|input: &[u8]| {
    let Some((&which, mut input)) = input.split_first() else { return };
    let (path, framing) = (PATHS[usize::from(which & 7)], TYPES[usize::from(which >> 3 & 3)]);
    let (mut http, mut semantics) = (Http1::new(Http1Config::default()), Semantics::default());
    let mut sink = Meaning { semantics: Some(&mut semantics), next: Nobody };
    let request = format!("POST {path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: {framing}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let _ = http.push(Direction::ToServer, request.as_bytes(), &mut sink);
    let _ = http.push(Direction::ToClient, answer.as_bytes(), &mut sink);
    while let Some((&head, rest)) = input.split_first() {
        let direction = if head & 1 == 0 { Direction::ToServer } else { Direction::ToClient };
        let (piece, rest) = rest.split_at(usize::from(head >> 1).min(rest.len()));
        if !piece.is_empty() {
            let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
            let _ = http.push(direction, &chunk, &mut sink);
        }
        input = rest;
    }
    http.end(Direction::ToServer, &mut sink);
    http.end(Direction::ToClient, &mut sink);
});
