//! `deflate` as it is sent: in zlib's envelope (RFC 1950), or bare.

use super::coding::{Outcome, Step};
use super::inflate::Inflate;

/// Where a [`Zlib`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the two bytes that tell whether there is an envelope.
    Header,
    /// The bytes that were held are given to the inflater, from this one on.
    Replay(u8),
    /// In the stream; the envelope is there, or not.
    Stream(Envelope),
    /// In the checksum, so many bytes before its end.
    Trailer(u8),
    /// At the end.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Envelope {
    Zlib,
    None,
}

/// Undoes `deflate`.
pub(super) struct Zlib {
    state: State,
    header: [u8; 2],
    len: usize,
    inflate: Inflate,
}

impl Zlib {
    pub fn new() -> Zlib {
        Zlib { state: State::Header, header: [0; 2], len: 0, inflate: Inflate::new() }
    }

    pub fn reset(&mut self) {
        self.state = State::Header;
        self.len = 0;
        self.inflate.reset();
    }

    /// What was taken before anything was inflated.
    pub fn held(&self) -> &[u8] {
        if self.state == State::Header { self.header.get(..self.len).unwrap_or_default() } else { &[] }
    }

    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let mut consumed = 0;
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            match self.state {
                State::Header => {
                    let (Some(&byte), Some(slot)) = (rest.first(), self.header.get_mut(self.len)) else {
                        return Step { consumed, produced: 0, outcome: Outcome::Ongoing };
                    };
                    *slot = byte;
                    (self.len, consumed) = (self.len + 1, consumed + 1);
                    if self.len == self.header.len() {
                        let zlib =
                            self.header[0] & 0x0f == 8 && u16::from_be_bytes(self.header).is_multiple_of(31);
                        self.state = if zlib { State::Stream(Envelope::Zlib) } else { State::Replay(0) };
                    }
                }
                State::Replay(from) => {
                    let held = self.header.get(usize::from(from)..).unwrap_or_default();
                    if held.is_empty() {
                        self.state = State::Stream(Envelope::None);
                        continue;
                    }
                    let step = self.inflate.step(held, output);
                    self.state = State::Replay(from + step.consumed as u8);
                    if step.outcome == Outcome::Ended {
                        self.state = State::Ended;
                    }
                    if step.produced > 0 || step.outcome != Outcome::Ongoing || step.consumed == 0 {
                        return Step { consumed, ..step };
                    }
                }
                State::Stream(envelope) => {
                    let step = self.inflate.step(rest, output);
                    consumed += step.consumed;
                    if step.outcome != Outcome::Ended {
                        return Step { consumed, ..step };
                    }
                    self.state = if envelope == Envelope::Zlib { State::Trailer(4) } else { State::Ended };
                    return Step { consumed, produced: step.produced, outcome: self.end() };
                }
                State::Trailer(left) => {
                    let taken = rest.len().min(usize::from(left));
                    self.state = match left - taken as u8 {
                        0 => State::Ended,
                        left => State::Trailer(left),
                    };
                    return Step { consumed: consumed + taken, produced: 0, outcome: self.end() };
                }
                State::Ended => return Step { consumed, produced: 0, outcome: Outcome::Ended },
            }
        }
    }

    fn end(&self) -> Outcome {
        if self.state == State::Ended { Outcome::Ended } else { Outcome::Ongoing }
    }
}
