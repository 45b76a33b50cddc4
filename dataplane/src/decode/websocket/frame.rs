//! Headers of frames (RFC 6455 §5.2).

/// Opcodes.
pub(super) mod opcode {
    pub const CONTINUATION: u8 = 0;
    /// From here on, frames are of control and not of a message.
    pub const CONTROL: u8 = 8;
}

/// The longest header there is.
pub(super) const LONGEST: usize = 14;
/// The first two bits that no extension uses.
const UNUSED: u8 = 0x30;
const FIN: u8 = 0x80;
const COMPRESSED: u8 = 0x40;

/// The header of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// FIN and RSV, where they stand.
    pub flags: u8,
    pub opcode: u8,
    /// Bytes of the payload.
    pub length: u64,
    pub mask: Option<[u8; 4]>,
}

impl FrameHeader {
    /// How long the header is that begins with these two bytes.
    pub fn len(second: u8) -> usize {
        let length = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + length + if second & 0x80 != 0 { 4 } else { 0 }
    }

    /// Reads a header; `bytes` is at least as long as [`FrameHeader::len`] says.
    pub fn parse(bytes: &[u8; LONGEST]) -> FrameHeader {
        let &[first, second, a, b, rest @ ..] = bytes;
        let (length, at) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes([a, b])), 4),
            127 => (
                rest.first_chunk()
                    .map_or(0, |&[c, d, e, f, g, h]| u64::from_be_bytes([a, b, c, d, e, f, g, h])),
                10,
            ),
            length => (u64::from(length), 2),
        };
        let key = bytes.get(at..).and_then(|tail| tail.first_chunk()).copied();
        FrameHeader {
            flags: first & 0xf0,
            opcode: first & 0x0f,
            length,
            mask: key.filter(|_| second & 0x80 != 0),
        }
    }

    pub fn is_final(&self) -> bool {
        self.flags & FIN != 0
    }

    pub fn is_compressed(&self) -> bool {
        self.flags & COMPRESSED != 0
    }

    pub fn has_unused_bits(&self) -> bool {
        self.flags & UNUSED != 0
    }

    pub fn is_control(&self) -> bool {
        self.opcode >= opcode::CONTROL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_masks() {
        for (bytes, len, header) in [
            (&[0x81, 0x05][..], 2, FrameHeader { flags: 0x80, opcode: 1, length: 5, mask: None }),
            (&[0x02, 0x7e, 1, 0], 4, FrameHeader { flags: 0, opcode: 2, length: 256, mask: None }),
            (
                &[0xc1, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4],
                14,
                FrameHeader { flags: 0xc0, opcode: 1, length: 65536, mask: Some([1, 2, 3, 4]) },
            ),
            (
                &[0x89, 0x80, 9, 8, 7, 6],
                6,
                FrameHeader { flags: 0x80, opcode: 9, length: 0, mask: Some([9, 8, 7, 6]) },
            ),
        ] {
            let mut held = [0; LONGEST];
            held[..bytes.len()].copy_from_slice(bytes);
            assert_eq!((FrameHeader::len(bytes[1]), FrameHeader::parse(&held)), (len, header));
        }
    }
}
