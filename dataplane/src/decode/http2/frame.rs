//! Frames (RFC 9113 §4.1, §6).
//!
//! ```text
//!  length(24) type(8) flags(8) R(1) stream(31) payload…
//! ```

/// Types of frames (RFC 9113 §6). Others are allowed, and mean nothing here.
pub(super) mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
}

/// Flags of frames.
pub(super) mod flag {
    /// Of DATA and HEADERS.
    pub const END_STREAM: u8 = 0x01;
    /// Of SETTINGS and PING.
    pub const ACK: u8 = 0x01;
    /// Of HEADERS, PUSH_PROMISE and CONTINUATION.
    pub const END_HEADERS: u8 = 0x04;
    /// Of DATA, HEADERS and PUSH_PROMISE.
    pub const PADDED: u8 = 0x08;
    /// Of HEADERS.
    pub const PRIORITY: u8 = 0x20;
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Bytes of the payload.
    pub length: u32,
    pub kind: u8,
    pub flags: u8,
    /// 0 for the connection.
    pub stream: u32,
}

impl FrameHeader {
    /// Bytes of a header.
    pub const LEN: usize = 9;

    pub fn parse(bytes: &[u8; FrameHeader::LEN]) -> FrameHeader {
        let &[a, b, c, kind, flags, stream @ ..] = bytes;
        FrameHeader {
            length: u32::from_be_bytes([0, a, b, c]),
            kind,
            flags,
            // The reserved bit is ignored (§4.1).
            stream: u32::from_be_bytes(stream) & 0x7fff_ffff,
        }
    }

    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn is_padded(&self) -> bool {
        self.has(flag::PADDED) && matches!(self.kind, kind::DATA | kind::HEADERS | kind::PUSH_PROMISE)
    }

    /// Bytes of the payload that come before what may be of any length.
    pub fn prefix(&self) -> usize {
        let padding = usize::from(self.is_padded());
        match self.kind {
            kind::HEADERS if self.has(flag::PRIORITY) => padding + 5,
            kind::PUSH_PROMISE => padding + 4,
            kind::PRIORITY => 5,
            kind::RST_STREAM | kind::WINDOW_UPDATE => 4,
            kind::GOAWAY => 8,
            _ => padding,
        }
    }

    /// Whether a payload can have this length (§6).
    pub fn has_valid_length(&self) -> bool {
        match self.kind {
            kind::PRIORITY => self.length == 5,
            kind::RST_STREAM | kind::WINDOW_UPDATE => self.length == 4,
            kind::PING => self.length == 8,
            // An acknowledgment says nothing.
            kind::SETTINGS if self.flags & flag::ACK != 0 => self.length == 0,
            kind::SETTINGS => self.length.is_multiple_of(6),
            _ => self.length as usize >= self.prefix(),
        }
    }

    /// Whether such a frame may be on this stream (§6): some are of the connection, others of a stream.
    pub fn has_valid_stream(&self) -> bool {
        match self.kind {
            kind::SETTINGS | kind::PING | kind::GOAWAY => self.stream == 0,
            kind::DATA
            | kind::HEADERS
            | kind::PRIORITY
            | kind::RST_STREAM
            | kind::PUSH_PROMISE
            | kind::CONTINUATION => self.stream != 0,
            _ => true,
        }
    }
}

/// What comes first in a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    /// Bytes of padding at the end.
    pub padding: u32,
    /// The weight of a priority, less one, as it is sent (§6.3).
    pub weight: Option<u8>,
    /// The stream that is promised, an increment of a window, or the last stream: 31 bits.
    pub number: u32,
    /// Why a stream or the connection ends (§7).
    pub error: Option<u32>,
}

impl Prefix {
    /// Reads the prefix of a frame; `bytes` is as long as [`FrameHeader::prefix`] says.
    pub fn parse(frame: &FrameHeader, bytes: &[u8]) -> Prefix {
        let mut prefix = Prefix::default();
        let mut rest = bytes;
        if frame.is_padded()
            && let Some((&padding, after)) = bytes.split_first()
        {
            (prefix.padding, rest) = (u32::from(padding), after);
        }
        let word = |at: usize| {
            rest.get(at..).and_then(|tail| tail.first_chunk()).copied().map_or(0, u32::from_be_bytes)
        };
        match frame.kind {
            kind::HEADERS | kind::PRIORITY => prefix.weight = rest.get(4).copied(),
            kind::PUSH_PROMISE | kind::WINDOW_UPDATE => prefix.number = word(0) & 0x7fff_ffff,
            kind::RST_STREAM => prefix.error = Some(word(0)),
            kind::GOAWAY => {
                prefix.number = word(0) & 0x7fff_ffff;
                prefix.error = Some(word(4));
            }
            _ => {}
        }
        prefix
    }
}
