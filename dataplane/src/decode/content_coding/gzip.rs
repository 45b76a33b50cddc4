//! gzip (RFC 1952), of any number of members.
//!
//! Checksums are not compared: a receiver that has got the bytes has got them, whatever it thinks of the checksum
//! afterwards.

use super::coding::{Outcome, Step};
use super::inflate::Inflate;

/// The first bytes of a member: identification and the only method that there is (§2.3.1).
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
const FLAG_HEADER_CRC: u8 = 0x02;
const FLAG_EXTRA: u8 = 0x04;
const FLAG_NAME: u8 = 0x08;
const FLAG_COMMENT: u8 = 0x10;
/// Checksum and length.
const TRAILER: u16 = 8;

/// Where a [`Gzip`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the magic bytes, so many of which were seen.
    Magic(u8),
    /// In the flags.
    Flags,
    /// In time, level and system.
    Fixed(u8),
    /// In the length of the extra field.
    ExtraLength(u8, u16),
    /// In a part of so many bytes, which is skipped.
    Extra(u16),
    /// In the file's name, which ends with a zero.
    Name,
    /// In a comment, which ends with a zero.
    Comment,
    /// In the checksum of the header.
    HeaderCrc(u8),
    /// In the stream.
    Stream,
    /// In the trailer.
    Trailer(u16),
}

/// Undoes gzip.
pub(super) struct Gzip {
    state: State,
    flags: u8,
    /// A member has been read to its end.
    members: u32,
    inflate: Inflate,
}

impl Gzip {
    pub fn new() -> Gzip {
        Gzip { state: State::Magic(0), flags: 0, members: 0, inflate: Inflate::new() }
    }

    pub fn reset(&mut self) {
        self.state = State::Magic(0);
        self.members = 0;
        self.inflate.reset();
    }

    /// The magic bytes that were seen of what may be a member.
    pub fn held(&self) -> &[u8] {
        let State::Magic(seen) = self.state else { return &[] };
        MAGIC.get(..usize::from(seen)).unwrap_or_default()
    }

    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let mut consumed = 0;
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            match self.state {
                State::Stream => {
                    let step = self.inflate.step(rest, output);
                    consumed += step.consumed;
                    if step.outcome == Outcome::Ended {
                        self.state = State::Trailer(TRAILER);
                        return Step { consumed, produced: step.produced, outcome: Outcome::Ongoing };
                    }
                    return Step { consumed, ..step };
                }
                State::Trailer(left) => {
                    let taken = rest.len().min(usize::from(left));
                    consumed += taken;
                    self.state = State::Trailer(left - taken as u16);
                    if self.state != State::Trailer(0) {
                        return Step { consumed, produced: 0, outcome: Outcome::Ongoing };
                    }
                    self.members = self.members.saturating_add(1);
                    self.inflate.reset();
                    self.state = State::Magic(0);
                }
                _ => {
                    let Some(&byte) = rest.first() else {
                        return Step { consumed, produced: 0, outcome: Outcome::Ongoing };
                    };
                    if !self.header(byte) {
                        // What follows a member, and is none, is not of this coding.
                        let outcome = if self.members > 0 { Outcome::Ended } else { Outcome::Corrupt };
                        return Step { consumed, produced: 0, outcome };
                    }
                    consumed += 1;
                }
            }
        }
    }

    /// Takes a byte of the header; `false`, and as it was, if it can't be one.
    fn header(&mut self, byte: u8) -> bool {
        self.state = match self.state {
            State::Magic(seen) => {
                if MAGIC.get(usize::from(seen)) != Some(&byte) {
                    return false;
                }
                if usize::from(seen) + 1 == MAGIC.len() { State::Flags } else { State::Magic(seen + 1) }
            }
            State::Flags => {
                self.flags = byte;
                State::Fixed(6)
            }
            State::Fixed(left) if left > 1 => State::Fixed(left - 1),
            State::Fixed(_) if self.flags & FLAG_EXTRA != 0 => State::ExtraLength(0, 0),
            State::Fixed(_) => self.after_extra(),
            State::ExtraLength(0, _) => State::ExtraLength(1, u16::from(byte)),
            State::ExtraLength(_, low) => match low | u16::from(byte) << 8 {
                0 => self.after_extra(),
                len => State::Extra(len),
            },
            State::Extra(left) if left > 1 => State::Extra(left - 1),
            State::Extra(_) => self.after_extra(),
            State::Name if byte != 0 => State::Name,
            State::Name => self.after_name(),
            State::Comment if byte != 0 => State::Comment,
            State::Comment => self.after_comment(),
            State::HeaderCrc(left) if left > 1 => State::HeaderCrc(left - 1),
            State::HeaderCrc(_) => State::Stream,
            State::Stream | State::Trailer(_) => return false,
        };
        true
    }

    fn after_extra(&self) -> State {
        if self.flags & FLAG_NAME != 0 { State::Name } else { self.after_name() }
    }

    fn after_name(&self) -> State {
        if self.flags & FLAG_COMMENT != 0 { State::Comment } else { self.after_comment() }
    }

    fn after_comment(&self) -> State {
        if self.flags & FLAG_HEADER_CRC != 0 { State::HeaderCrc(2) } else { State::Stream }
    }
}
