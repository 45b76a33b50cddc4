//! How the documents of a body are framed: one JSON document, several, or events that carry one each.

use super::mark::Mark;
use crate::decode::event_stream::{self, EventStream};
use crate::decode::json::{Json, JsonLimits, Shape, Visitor};
use crate::decode::sse::{self, Sse};

/// How documents are framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// It is not known yet.
    #[default]
    Unknown,
    /// One after the other: a single document of JSON, or several (NDJSON).
    Documents,
    /// In server-sent events.
    Events,
    /// In messages of AWS's event streams.
    Messages,
    /// There are none.
    None,
}

impl Framing {
    /// What a `Content-Type` says of it.
    pub fn of_content_type(value: &[u8]) -> Framing {
        let mut lower = [0_u8; 64];
        let len = value.len().min(lower.len());
        if let (Some(room), Some(value)) = (lower.get_mut(..len), value.get(..len)) {
            room.copy_from_slice(value);
        }
        lower.make_ascii_lowercase();
        let text = lower.get(..len).unwrap_or_default();
        let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
        if has(b"event-stream") {
            Framing::Events
        } else if has(b"amazon.eventstream") {
            Framing::Messages
        } else {
            Framing::Unknown
        }
    }

    /// What the first byte that is no space says of it.
    fn of_first_byte(byte: u8) -> Framing {
        match byte {
            b'{' | b'[' => Framing::Documents,
            // `data:`, `event:`, `id:`, `retry:` and comments.
            b'd' | b'e' | b'i' | b'r' | b':' => Framing::Events,
            _ => Framing::None,
        }
    }
}

/// Reads the documents of a body.
#[derive(Debug)]
pub struct Documents {
    framing: Framing,
    json: Json,
    sse: Sse,
    messages: EventStream,
    opening: Opening,
}

/// How the data of the present event begins. `[DONE]`, which ends the stream of many a model, is no document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Opening {
    /// Nothing is there yet.
    #[default]
    Nothing,
    /// A bracket, which is held until it is known what follows.
    Bracket,
    /// A document.
    Document,
    /// The end of the stream.
    Done,
}

/// Something about the framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'f> {
    /// The name of the event whose data comes next.
    Name(&'f [u8]),
    /// Its lengths contradict each other.
    Malformed,
}

/// Who is told of documents, and of their framing.
pub trait Reader: Visitor<Mark> {
    /// Something about the framing.
    fn framed(&mut self, framed: Framed<'_>);
}

impl Documents {
    /// Ready for a body.
    pub fn new(limits: JsonLimits) -> Documents {
        Documents {
            framing: Framing::Unknown,
            json: Json::new(limits),
            sse: Sse::default(),
            messages: EventStream::default(),
            opening: Opening::Nothing,
        }
    }

    /// Ready for another body.
    pub fn clear(&mut self) {
        self.framing = Framing::Unknown;
        self.json.clear();
        self.sse.clear();
        self.messages.clear();
        self.opening = Opening::Nothing;
    }

    /// Notes how the documents are framed, where a header says so.
    pub fn announce(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, shape: &Shape<Mark>, bytes: &[u8], reader: &mut impl Reader) {
        if self.framing == Framing::Unknown {
            let first =
                bytes.iter().find(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0xef | 0xbb | 0xbf));
            let Some(&first) = first else { return };
            self.framing = Framing::of_first_byte(first);
        }
        let Documents { json, sse, messages, opening, .. } = self;
        match self.framing {
            Framing::Documents => json.push(shape, bytes, reader),
            Framing::Events => sse.push(bytes, &mut |told| event(told, json, opening, shape, reader)),
            Framing::Messages => messages.push(bytes, &mut |told| match told {
                event_stream::Told::Payload(payload) => json.push(shape, payload, reader),
                event_stream::Told::End => json.finish(shape, reader),
                event_stream::Told::Malformed => reader.framed(Framed::Malformed),
            }),
            Framing::Unknown | Framing::None => {}
        }
    }

    /// The body has ended.
    pub fn finish(&mut self, shape: &Shape<Mark>, reader: &mut impl Reader) {
        let Documents { json, sse, opening, .. } = self;
        if self.framing == Framing::Events {
            sse.finish(&mut |told| event(told, json, opening, shape, reader));
        }
        self.json.finish(shape, reader);
        self.clear();
    }
}

fn event(
    told: sse::Told<'_>,
    json: &mut Json,
    opening: &mut Opening,
    shape: &Shape<Mark>,
    reader: &mut impl Reader,
) {
    match told {
        sse::Told::Data(data) => {
            *opening = match (*opening, data) {
                (Opening::Done, _)
                | (Opening::Nothing, [b'[', b'D', ..])
                | (Opening::Bracket, [b'D', ..]) => Opening::Done,
                (Opening::Nothing, [b'[']) => Opening::Bracket,
                (Opening::Bracket, _) => {
                    json.push(shape, b"[", reader);
                    Opening::Document
                }
                _ => Opening::Document,
            };
            if *opening == Opening::Document {
                json.push(shape, data, reader);
            }
        }
        sse::Told::Name(name) => {
            if name == b"endpoint" {
                // Its data is an address.
                *opening = Opening::Done;
            }
            reader.framed(Framed::Name(name));
        }
        sse::Told::End => {
            if *opening == Opening::Bracket {
                json.push(shape, b"[", reader);
            }
            *opening = Opening::Nothing;
            json.finish(shape, reader);
        }
    }
}
