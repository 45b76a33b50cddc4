//! Takes a capture file apart into records of bounded size.
//!
//! The record being read lies in one buffer that is allocated at the start, with room in front of it, so that a link
//! header can be exchanged for an Ethernet header where it lies. Formats are not known here.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::reader::CaptureError;
use crate::time::Nanos;

/// The longest frame that is read, in bytes: the snapshot length that tcpdump and Wireshark default to.
pub const MAX_FRAME: usize = 256 << 10;
/// The longest record that is read: a frame, its header and its options.
pub const MAX_RECORD: usize = MAX_FRAME + (128 << 10);
/// Room in front of a record, enough for an Ethernet header before the shortest record header.
pub const HEADROOM: usize = 16;

/// What a format found in the file.
pub enum Found {
    /// A frame.
    Frame(RawFrame),
    /// A record that is none.
    Other,
    /// The end of the file, after a whole record.
    End,
    /// The end of the file within a record.
    Truncated,
}

/// A frame as its file has it.
pub struct RawFrame {
    /// Where its bytes lie in [`Input::buffer`].
    pub range: Range<usize>,
    /// When it was captured; the time of the frame before where the format does not say.
    pub time: Option<Nanos>,
    /// How long it was on the wire.
    pub original_len: u32,
    /// What it starts with.
    pub link: super::LinkType,
}

/// How much of what was asked for was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// All.
    Whole,
    /// A part.
    Part,
    /// Nothing.
    Nothing,
}

/// A file with the record that is being read.
pub struct Input<R> {
    source: R,
    /// Bytes taken so far.
    pub offset: u64,
    /// Where the record being read starts in the file.
    pub record_offset: u64,
    /// The headroom, then the record.
    pub buffer: Box<[u8]>,
    filled: usize,
}

impl<R: Read> Input<R> {
    pub fn new(source: R) -> Input<R> {
        let buffer = vec![0; HEADROOM + MAX_RECORD].into_boxed_slice();
        Input { source, offset: 0, record_offset: 0, buffer, filled: HEADROOM }
    }

    /// Begins a new record.
    pub fn begin(&mut self) {
        self.record_offset = self.offset;
        self.filled = HEADROOM;
    }

    /// The record as far as it was read.
    pub fn record(&self) -> &[u8] {
        self.buffer.get(HEADROOM..self.filled).unwrap_or_default()
    }

    /// Reads `len` more bytes of the record.
    pub fn extend(&mut self, len: usize) -> Result<Filled, CaptureError> {
        let record_offset = self.record_offset;
        let Some(space) = self.buffer.get_mut(self.filled..self.filled + len) else {
            return Err(CaptureError::TooLong { offset: record_offset, len: len as u64, limit: MAX_RECORD });
        };
        let mut done = 0;
        while let Some(rest) = space.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(CaptureError::Read { offset: self.offset + done as u64, source }),
            }
        }
        self.filled += done;
        self.offset += done as u64;
        Ok(match done {
            _ if done == len => Filled::Whole,
            0 => Filled::Nothing,
            _ => Filled::Part,
        })
    }

    /// Passes over `len` bytes, without keeping them.
    pub fn skip(&mut self, len: u64) -> Result<Filled, CaptureError> {
        let skipped = io::copy(&mut self.source.by_ref().take(len), &mut io::sink())
            .map_err(|source| CaptureError::Read { offset: self.offset, source })?;
        self.offset += skipped;
        Ok(if skipped == len { Filled::Whole } else { Filled::Part })
    }

    /// The error for a record that makes no sense.
    pub fn corrupt(&self, what: &'static str) -> CaptureError {
        CaptureError::Corrupt { offset: self.record_offset, what }
    }
}
