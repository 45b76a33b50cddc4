//! What is told of exchanges over HTTP/1, however their bytes are cut.

use std::collections::BTreeMap;

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::{Meaning, Semantics};
use crate::decode::http1::{Http1, Http1Config};
use crate::decode::{AppEvent, Lane, Part, Sink, Stage, TransactionId};
use crate::flow::Direction;
use crate::flow::Direction::{ToClient, ToServer};

/// What was told, values joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    pub values: Vec<(TransactionId, Direction, FieldId, Lane, String, bool)>,
    pub bytes: BTreeMap<usize, Vec<u8>>,
    pub numbers: Vec<(NumberId, u64)>,
    pub events: Vec<&'static str>,
}

impl Sink for Heard {
    fn field(&mut self, id: TransactionId, direction: Direction, field: FieldId, part: Part, bytes: &[u8]) {
        self.lane(id, direction, field, Lane(0), part, bytes);
    }

    fn lane(
        &mut self,
        id: TransactionId,
        direction: Direction,
        field: FieldId,
        lane: Lane,
        part: Part,
        bytes: &[u8],
    ) {
        if !super::tells(field.name()) {
            return;
        }
        let is_meant = |v: &(TransactionId, Direction, FieldId, Lane, String, bool)| {
            (v.0, v.1, v.2, v.3, v.5) == (id, direction, field, lane, true)
        };
        let open = self.values.iter().rposition(is_meant);
        let at = match part {
            Part::Whole | Part::Start => {
                assert_eq!(open, None, "{field:?} begins while it is open");
                self.values.push((id, direction, field, lane, String::new(), true));
                self.values.len() - 1
            }
            Part::Continue | Part::End => open.expect("a value that goes on has begun"),
        };
        self.bytes.entry(at).or_default().extend_from_slice(bytes);
        if part.is_last() {
            self.values[at].5 = false;
        }
        self.values[at].4 = String::from_utf8_lossy(&self.bytes[&at]).into_owned();
    }

    fn number(&mut self, _: TransactionId, _: Direction, number: NumberId, value: u64) {
        if number.name().starts_with("llm.") {
            self.numbers.push((number, value));
        }
    }

    fn stage(&mut self, _: TransactionId, _: Direction, _: Stage) {}

    fn event(&mut self, _: TransactionId, _: Direction, event: AppEvent) {
        self.events.push(event.0);
    }
}

impl Heard {
    pub fn of(&self, direction: Direction, field: FieldId) -> Vec<&str> {
        let found = self.values.iter().filter(|v| v.1 == direction && v.2 == field && v.3 != Lane::REPEATED);
        found.map(|v| v.4.as_str()).collect()
    }

    pub fn all(&self) -> Vec<String> {
        let name = |direction| if direction == ToServer { "<" } else { ">" };
        let shown = self.values.iter().map(|v| {
            let again = if v.3 == Lane::REPEATED { " again" } else { "" };
            format!("{} {}{again}: {}", name(v.1), v.2.name(), v.4)
        });
        shown.collect()
    }
}

/// What an exchange over HTTP/1 says, however its bytes are cut.
pub fn hear(request: &[u8], response: &[u8], sizes: &[usize]) -> Heard {
    let (mut http, mut semantics) = (Http1::new(Http1Config::default()), Semantics::default());
    let mut sink = Meaning { semantics: Some(&mut semantics), next: Heard::default() };
    for (direction, mut bytes) in [(ToServer, request), (ToClient, response)] {
        let mut sizes = sizes.iter().cycle();
        while !bytes.is_empty() {
            let size = sizes.next().copied().unwrap_or(usize::MAX).clamp(1, bytes.len());
            let (piece, rest) = bytes.split_at(size);
            let _ = http.push(direction, piece, &mut sink);
            bytes = rest;
        }
    }
    http.end(ToServer, &mut sink);
    http.end(ToClient, &mut sink);
    sink.next
}

pub fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

pub fn answer(content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

pub fn events(documents: &[&str]) -> String {
    documents.iter().map(|document| format!("data: {document}\n\n")).collect()
}

/// Each exchange is heard as it was said, and nothing is odd about it.
pub fn assert_heard(cases: impl IntoIterator<Item = Case>) {
    for Case { request, response, expected, numbers } in cases {
        let heard = hear(&request, &response, &[]);
        assert_eq!(heard.all(), expected, "{}", String::from_utf8_lossy(&request));
        assert_eq!(heard.numbers, numbers, "{}", String::from_utf8_lossy(&request));
        assert_eq!(heard.events, Vec::<&str>::new());
    }
}

/// Each exchange is heard the same when it is cut into pieces of these sizes.
pub fn assert_cut(cases: impl IntoIterator<Item = Case>, sizes: &[usize]) {
    for Case { request, response, .. } in cases {
        let (whole, cut) = (hear(&request, &response, &[]), hear(&request, &response, sizes));
        assert_eq!((cut.values, cut.numbers, cut.events), (whole.values, whole.numbers, whole.events));
    }
}

/// An exchange, and all that is heard of it.
pub struct Case {
    pub request: Vec<u8>,
    pub response: Vec<u8>,
    pub expected: &'static [&'static str],
    pub numbers: &'static [(NumberId, u64)],
}
