//! The chunked transfer coding (RFC 9112 §7.1): an octet at a time in the lines, a slice at a time in the data.

use super::oddity::Oddity;

/// Octets of an extension that are borne before the chunk is taken for malformed.
const MAX_EXTENSION: u32 = 16 << 10;
/// Digits of a length, leading zeros included.
const MAX_DIGITS: u8 = 32;

/// Where a body in chunks is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    /// In the length.
    Length { value: u64, digits: u8 },
    /// After the length: in whitespace, or in an extension of so many octets.
    Extension { value: u64, len: u32, last: u8 },
    /// In the data, so many bytes before its end.
    Data(u64),
    /// Between the data and the end of its line.
    DataEnd(DataEnd),
    /// After the last chunk.
    Ended,
}

/// What was seen of the end of the line after a chunk's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataEnd {
    Nothing,
    Cr,
    Garbage,
}

/// What is next in a body in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// So many bytes were taken, and all that was there is used up or data follows.
    Line(usize),
    /// So many bytes are data.
    Data(usize),
    /// So many bytes were taken, and the chunks have ended; the trailer follows.
    End(usize),
    /// So many bytes were taken, and the next one can't be.
    Invalid(usize),
}

impl Chunks {
    /// At the length of the first chunk.
    pub const START: Chunks = Chunks::Length { value: 0, digits: 0 };

    /// Takes what is next in `bytes`, which are not empty.
    pub fn next(&mut self, bytes: &[u8], odd: &mut impl FnMut(Oddity)) -> Next {
        if let Chunks::Data(left) = *self {
            let len = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
            *self = match left - len as u64 {
                0 => Chunks::DataEnd(DataEnd::Nothing),
                left => Chunks::Data(left),
            };
            return Next::Data(len);
        }
        for (at, &octet) in bytes.iter().enumerate() {
            let Some(next) = self.after(octet, odd) else {
                odd(Oddity::InvalidChunkLength);
                return Next::Invalid(at);
            };
            *self = next;
            match next {
                Chunks::Data(_) => return Next::Line(at + 1),
                Chunks::Ended => return Next::End(at + 1),
                _ => {}
            }
        }
        Next::Line(bytes.len())
    }

    /// Bytes of data that are known to follow.
    pub fn data(&self) -> u64 {
        if let Chunks::Data(left) = *self { left } else { 0 }
    }

    /// Leaves out bytes of data that are missing.
    pub fn skip(&mut self, len: u64) {
        let left = self.data().saturating_sub(len);
        *self = if left == 0 { Chunks::DataEnd(DataEnd::Nothing) } else { Chunks::Data(left) };
    }

    /// The state after an octet of a line.
    fn after(self, octet: u8, odd: &mut impl FnMut(Oddity)) -> Option<Chunks> {
        match self {
            Chunks::Length { value, digits } => {
                if let Some(digit) = char::from(octet).to_digit(16) {
                    let value = value.checked_mul(16)?.checked_add(u64::from(digit))?;
                    return (digits < MAX_DIGITS).then_some(Chunks::Length { value, digits: digits + 1 });
                }
                match (digits, octet) {
                    // Blanks before the length are seen in the wild.
                    (0, b' ' | b'\t') => Some(self),
                    (0, _) => None,
                    _ => Chunks::Extension { value, len: 0, last: 0 }.after(octet, odd),
                }
            }
            Chunks::Extension { value, .. } if octet == b'\n' => {
                Some(if value == 0 { Chunks::Ended } else { Chunks::Data(value) })
            }
            Chunks::Extension { value, len, last } => {
                if last == b'\r' {
                    odd(Oddity::BareCr);
                }
                match (len, octet) {
                    (0, b' ' | b'\t' | b'\r') => Some(Chunks::Extension { value, len, last: octet }),
                    (0, b';') => {
                        odd(Oddity::ChunkExtension);
                        Some(Chunks::Extension { value, len: 1, last: octet })
                    }
                    (0, _) => None,
                    _ => (len < MAX_EXTENSION).then_some(Chunks::Extension {
                        value,
                        len: len + 1,
                        last: octet,
                    }),
                }
            }
            Chunks::DataEnd(seen) => match (seen, octet) {
                (_, b'\n') => Some(Chunks::START),
                (DataEnd::Nothing, b'\r') => Some(Chunks::DataEnd(DataEnd::Cr)),
                // As libhtp: whatever is there up to the end of the line.
                _ => {
                    odd(Oddity::InvalidChunkEnd);
                    Some(Chunks::DataEnd(DataEnd::Garbage))
                }
            },
            Chunks::Data(_) | Chunks::Ended => Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bytes: &[u8], size: usize) -> (Vec<u8>, &'static str, Vec<Oddity>) {
        let (mut data, mut oddities, mut chunks) = (Vec::new(), Vec::new(), Chunks::START);
        let mut odd = |oddity| oddities.push(oddity);
        for piece in bytes.chunks(size) {
            let mut rest = piece;
            while !rest.is_empty() {
                let len = match chunks.next(rest, &mut odd) {
                    Next::Line(len) => len,
                    Next::Data(len) => {
                        data.extend_from_slice(&rest[..len]);
                        len
                    }
                    Next::End(_) => return (data, "end", oddities),
                    Next::Invalid(_) => return (data, "invalid", oddities),
                };
                rest = &rest[len..];
            }
        }
        (data, "more", oddities)
    }

    #[test]
    fn chunks_however_they_are_cut() {
        use Oddity::*;
        for (bytes, data, outcome, oddities) in [
            (&b"3\r\nabc\r\n0\r\n"[..], &b"abc"[..], "end", &[][..]),
            (b"3\nabc\n0\n", b"abc", "end", &[]),
            (b"003 \r\nabc\r\n1\r\nd\r\n00\r\n", b"abcd", "end", &[]),
            (b"A\r\n0123456789\r\n0\r\n", b"0123456789", "end", &[]),
            (b"3;a=b\r\nabc\r\n0;c\r\n", b"abc", "end", &[ChunkExtension]),
            (b"3;a\rb\r\nabc\r\n0\r\n", b"abc", "end", &[ChunkExtension, BareCr]),
            (b"3\r\nabcXY\r\n0\r\n", b"abc", "end", &[InvalidChunkEnd]),
            (b"ffffffffffffffff\r\nab", b"ab", "more", &[]),
            (b"10000000000000000\r\nab", b"", "invalid", &[InvalidChunkLength]),
            (b"x\r\n", b"", "invalid", &[InvalidChunkLength]),
            (b"0x3\r\nabc", b"", "invalid", &[InvalidChunkLength]),
            (b"\r\n", b"", "invalid", &[InvalidChunkLength]),
            (b"-1\r\n", b"", "invalid", &[InvalidChunkLength]),
        ] {
            for size in 1..=bytes.len() {
                let (found, how, mut odd) = run(bytes, size);
                odd.dedup();
                let name = bytes.escape_ascii().to_string();
                assert_eq!((&found[..], how, &odd[..]), (data, outcome, oddities), "{name} by {size}");
            }
        }
    }
}
