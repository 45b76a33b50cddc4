//! The readers of documents, fed in pieces: nothing panics, and cuts change nothing of how much is told.
//!
//! The first byte chooses the reader; then pieces follow, each behind a byte that is its length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::decode::Part;
use weir::decode::event_stream::EventStream;
use weir::decode::json::{self, Json, JsonLimits};
use weir::decode::protobuf::{self, Protobuf};
use weir::decode::sse::Sse;

/// Counts what it is told.
#[derive(Default)]
struct Count(usize);

impl json::Visitor<u8> for Count {
    fn text(&mut self, _: u8, _: Part, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn verbatim(&mut self, _: u8, _: Part, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

impl protobuf::Visitor<u8> for Count {
    fn bytes(&mut self, _: u8, _: Part, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

fn pieces(mut input: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some((&length, rest)) = input.split_first() {
        let (piece, rest) = rest.split_at(usize::from(length).min(rest.len()));
        pieces.push(piece);
        input = rest;
    }
    pieces
}

fuzz_target!(|input: &[u8]| {
    let Some((&which, input)) = input.split_first() else { return };
    let pieces = pieces(input);
    let whole = pieces.concat();
    let both = [pieces, vec![&whole[..]]].map(|pieces| {
        let mut count = Count::default();
        match which % 4 {
            0 => {
                let shape = json::Shape::batched(&[("a", 0_u8), ("b[].c", 1), ("d!", 2), ("*.e", 3)]);
                let mut json = Json::new(JsonLimits { depth: 8, document: 1 << 12 });
                pieces.iter().for_each(|piece| json.push(&shape, piece, &mut count));
                json.finish(&shape, &mut count);
            }
            1 => {
                let shape = protobuf::Shape::of(&[(&[1], 0_u8), (&[2, 1], 1), (&[2, 2, 1], 2)]);
                let mut message = Protobuf::default();
                for piece in pieces {
                    let _ = message.push(&shape, piece, &mut count);
                }
                let _ = message.finish(&shape, &mut count);
            }
            2 => {
                let mut sse = Sse::default();
                for piece in pieces {
                    sse.push(piece, &mut |told| match told {
                        weir::decode::sse::Told::Data(data) => count.0 += data.len(),
                        weir::decode::sse::Told::Name(_) | weir::decode::sse::Told::End => {}
                    });
                }
            }
            _ => {
                let mut stream = EventStream::default();
                for piece in pieces {
                    stream.push(piece, &mut |told| {
                        if let weir::decode::event_stream::Told::Payload(bytes) = told {
                            count.0 += bytes.len();
                        }
                    });
                }
            }
        }
        count.0
    });
    assert_eq!(both[0], both[1]);
});
