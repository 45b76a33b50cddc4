//! The framing that Amazon Bedrock answers in (`application/vnd.amazon.eventstream`, the encoding of AWS's event streams).
//!
//! ```text
//! ┌───────────┬───────────────┬─────────────┬─────────┬─────────┬─────────────┐
//! │ total u32 │ headers u32   │ CRC u32     │ headers │ payload │ CRC u32     │
//! └───────────┴───────────────┴─────────────┴─────────┴─────────┴─────────────┘
//! ```
//!
//! The payload of each message is told as it arrives; headers and checksums are stepped over.

/// Bytes before the headers.
const PRELUDE: usize = 12;

/// Bytes behind the payload.
const TRAILER: u32 = 4;

/// The longest message that AWS's own clients take.
const LONGEST: u32 = 24 << 20;

/// What a stream of messages says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'t> {
    /// A piece of the payload of the present message.
    Payload(&'t [u8]),
    /// The message is whole.
    End,
    /// What comes is no message. Nothing is told any more.
    Malformed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Prelude([u8; PRELUDE], usize),
    /// In the headers, with so many bytes of them and of the payload to come.
    Headers(u32, u32),
    Payload(u32),
    Trailer(u32),
    Lost,
}

/// Reads a stream of messages in pieces.
#[derive(Clone, Debug)]
pub struct EventStream {
    state: State,
}

impl Default for EventStream {
    fn default() -> EventStream {
        EventStream { state: State::Prelude([0; PRELUDE], 0) }
    }
}

impl EventStream {
    /// Ready for another stream.
    pub fn clear(&mut self) {
        *self = EventStream::default();
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.state {
                State::Prelude(held, len) => self.prelude(held, len, rest, tell),
                State::Headers(left, payload) => {
                    let (taken, rest) = split(rest, left);
                    let left = left - taken.len() as u32;
                    self.state =
                        if left > 0 { State::Headers(left, payload) } else { State::Payload(payload) };
                    rest
                }
                State::Payload(left) => {
                    let (taken, rest) = split(rest, left);
                    if !taken.is_empty() {
                        tell(Told::Payload(taken));
                    }
                    let left = left - taken.len() as u32;
                    self.state = if left > 0 { State::Payload(left) } else { State::Trailer(TRAILER) };
                    rest
                }
                State::Trailer(left) => {
                    let (taken, rest) = split(rest, left);
                    let left = left - taken.len() as u32;
                    self.state = State::Trailer(left);
                    if left == 0 {
                        self.clear();
                        tell(Told::End);
                    }
                    rest
                }
                State::Lost => return,
            };
        }
    }

    fn prelude<'b>(
        &mut self,
        mut held: [u8; PRELUDE],
        len: usize,
        bytes: &'b [u8],
        tell: &mut impl FnMut(Told<'_>),
    ) -> &'b [u8] {
        let (taken, rest) = split(bytes, (PRELUDE - len) as u32);
        if let Some(room) = held.get_mut(len..len + taken.len()) {
            room.copy_from_slice(taken);
        }
        let len = len + taken.len();
        if len < PRELUDE {
            self.state = State::Prelude(held, len);
            return rest;
        }
        let [a, b, c, d, e, f, g, h, ..] = held;
        let (total, headers) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let payload = total.checked_sub(headers).and_then(|left| left.checked_sub(PRELUDE as u32 + TRAILER));
        self.state = match payload {
            Some(payload) if total <= LONGEST && headers > 0 => State::Headers(headers, payload),
            Some(payload) if total <= LONGEST => State::Payload(payload),
            _ => {
                tell(Told::Malformed);
                State::Lost
            }
        };
        // An empty payload has its trailer next.
        if self.state == State::Payload(0) {
            self.state = State::Trailer(TRAILER);
        }
        rest
    }
}

fn split(bytes: &[u8], len: u32) -> (&[u8], &[u8]) {
    bytes.split_at_checked(len as usize).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(headers: &[u8], payload: &[u8]) -> Vec<u8> {
        let total = (PRELUDE + headers.len() + payload.len()) as u32 + TRAILER;
        let prelude = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes(), [0; 4]].concat();
        [&prelude[..], headers, payload, &[0; 4]].concat()
    }

    fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<String> {
        let (mut stream, mut told, mut open) = (EventStream::default(), Vec::new(), Vec::new());
        for piece in pieces {
            stream.push(piece, &mut |one| match one {
                Told::Payload(bytes) => open.extend_from_slice(bytes),
                Told::End => told.push(String::from_utf8_lossy(&std::mem::take(&mut open)).into_owned()),
                Told::Malformed => told.push("malformed".into()),
            });
        }
        told
    }

    #[test]
    fn payloads_come_out_however_the_stream_is_cut() {
        let stream =
            [message(b"head", b"{\"a\":1}"), message(b"", b""), message(b"h", b""), message(b"", b"x")]
                .concat();
        for size in 1..=stream.len() {
            assert_eq!(read(stream.chunks(size)), ["{\"a\":1}", "", "", "x"], "{size}");
        }
    }

    #[test]
    fn lengths_that_contradict_each_other_end_it() {
        for (total, headers) in [(15_u32, 0_u32), (40, 30), (u32::MAX, 0), (16, u32::MAX)] {
            let bytes = [&total.to_be_bytes()[..], &headers.to_be_bytes(), &[0; 100]].concat();
            assert_eq!(read([&bytes[..]]), ["malformed"]);
        }
    }
}
