//! Server-sent events (WHATWG HTML §9.2): the stream that language models answer in, one event for each few characters.
//!
//! ```text
//!  event: message
//!  data: {"choices":[{"delta":{"content":"The"}}]}
//!                                                      (an empty line: the event is whole)
//! ```
//!
//! Data is told as it arrives, where it lies. Lines end with LF, CR or CRLF.

/// What a stream of events says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'t> {
    /// A piece of the data of the present event. Several lines of data are one value, joined by LF.
    Data(&'t [u8]),
    /// The name of the present event, the first bytes of it where it is long.
    Name(&'t [u8]),
    /// The event is whole: a client acts on it now.
    End,
}

/// Bytes of an event's name that are told.
const MAX_NAME: usize = 64;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Nothing is known: so many bytes of the field's name matched `data` or `event`.
    Start,
    /// In the name of the field, with the bytes that are there.
    Field([u8; 5], usize),
    /// Behind the colon, where one space is left out.
    Colon(Field),
    /// In the value.
    Value(Field),
    /// In a line of no interest.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Data,
    Event,
}

/// Reads a stream of events in pieces.
#[derive(Clone, Debug)]
pub struct Sse {
    line: Line,
    /// The last byte was a CR; an LF behind it belongs to it.
    after_cr: bool,
    /// The present event has a line of data.
    has_data: bool,
    /// Anything was said in the present event.
    is_open: bool,
    name: [u8; MAX_NAME],
    name_len: usize,
}

impl Default for Sse {
    fn default() -> Sse {
        Sse {
            line: Line::Start,
            after_cr: false,
            has_data: false,
            is_open: false,
            name: [0; MAX_NAME],
            name_len: 0,
        }
    }
}

impl Sse {
    /// Ready for another stream.
    pub fn clear(&mut self) {
        *self = Sse::default();
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) {
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = after;
                continue;
            }
            rest = match self.line {
                Line::Value(field) => self.value(field, rest, tell),
                Line::Other => rest.get(line_len(rest)..).unwrap_or_default(),
                _ => rest,
            };
            let Some((&byte, after)) = rest.split_first() else { break };
            rest = match self.line {
                _ if matches!(byte, b'\n' | b'\r') => {
                    self.after_cr = byte == b'\r';
                    self.end_of_line(tell);
                    after
                }
                // One space behind the colon is left out.
                Line::Colon(field) => {
                    self.line = Line::Value(field);
                    if byte == b' ' { after } else { rest }
                }
                Line::Start => self.name_of_field([0; 5], 0, byte, after, tell),
                Line::Field(name, len) => self.name_of_field(name, len, byte, after, tell),
                Line::Value(_) | Line::Other => rest,
            };
        }
    }

    /// The stream has ended. An event that is not whole is no event; what there is of it is told as one.
    pub fn finish(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        if self.line != Line::Start {
            self.end_of_line(tell);
        }
        if self.is_open {
            tell(Told::End);
        }
        self.clear();
    }

    fn name_of_field<'b>(
        &mut self,
        mut name: [u8; 5],
        len: usize,
        byte: u8,
        after: &'b [u8],
        tell: &mut impl FnMut(Told<'_>),
    ) -> &'b [u8] {
        if byte != b':' {
            self.line = match name.get_mut(len) {
                Some(slot) => {
                    *slot = byte;
                    Line::Field(name, len + 1)
                }
                None => Line::Other,
            };
            return after;
        }
        self.is_open |= len > 0;
        self.line = match name.get(..len).unwrap_or_default() {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    tell(Told::Data(b"\n"));
                }
                Line::Colon(Field::Data)
            }
            b"event" => {
                self.name_len = 0;
                Line::Colon(Field::Event)
            }
            _ => Line::Other,
        };
        after
    }

    fn value<'b>(&mut self, field: Field, bytes: &'b [u8], tell: &mut impl FnMut(Told<'_>)) -> &'b [u8] {
        let (value, rest) = bytes.split_at_checked(line_len(bytes)).unwrap_or((bytes, &[]));
        match field {
            Field::Data if !value.is_empty() => tell(Told::Data(value)),
            Field::Data => {}
            Field::Event => {
                let room = self.name.get_mut(self.name_len..).unwrap_or_default();
                let len = room.len().min(value.len());
                if let (Some(room), Some(value)) = (room.get_mut(..len), value.get(..len)) {
                    room.copy_from_slice(value);
                }
                self.name_len += len;
            }
        }
        rest
    }

    fn end_of_line(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        match self.line {
            Line::Start => {
                if std::mem::take(&mut self.is_open) {
                    tell(Told::End);
                }
                self.has_data = false;
            }
            Line::Value(Field::Event) | Line::Colon(Field::Event) => {
                tell(Told::Name(self.name.get(..self.name_len).unwrap_or_default()));
            }
            _ => {}
        }
        self.line = Line::Start;
    }
}

/// How much of `bytes` is before the end of a line.
fn line_len(bytes: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each event as its name and data.
    fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<(String, String)> {
        let (mut sse, mut events, mut open) = (Sse::default(), Vec::new(), (Vec::new(), Vec::new()));
        let mut tell = |told: Told<'_>| match told {
            Told::Data(data) => open.1.extend_from_slice(data),
            Told::Name(name) => open.0 = name.to_vec(),
            Told::End => {
                let (name, data) = std::mem::take(&mut open);
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                events.push((text(name), text(data)));
            }
        };
        for piece in pieces {
            sse.push(piece, &mut tell);
        }
        sse.finish(&mut tell);
        events
    }

    #[test]
    fn events_are_told_whatever_their_lines_end_with() {
        let text =
            "\u{feff}:hello\n\nevent: a\ndata: one\ndata:two\n\nid: 7\ndata\n\ndata:  three\n\n\ndata: cut";
        let expected = [("a", "one\ntwo"), ("", ""), ("", " three"), ("", "cut")];
        for end in ["\n", "\r", "\r\n"] {
            let text = text.replace('\n', end);
            let events = read([text.as_bytes()]);
            let found: Vec<_> = events.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
            assert_eq!(found[found.len() - 4..], expected, "{end:?}");
        }
    }

    proptest! {
        #[test]
        fn any_cut_tells_the_same(
            bytes in prop::collection::vec(prop::sample::select(b"data: event:\r\n\r\n\n:x".to_vec()), 0..200),
            size in 1..9_usize,
        ) {
            prop_assert_eq!(read(bytes.chunks(size)), read([&bytes[..]]));
        }
    }
}
