//! Writes captures: Ethernet frames with nanosecond stamps, in the classic pcap format that every tool reads.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::linktype::LinkType;
use crate::time::Nanos;

/// The magic number of pcap with nanoseconds.
const MAGIC: u32 = 0xa1b2_3c4d;
const SNAPLEN: u32 = 256 << 10;

/// Why a capture can't be written.
#[derive(Debug, thiserror::Error)]
pub enum CaptureWriteError {
    /// The file can't be created.
    #[error("can't create {}: {source}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The frame can't be written.
    #[error("can't write packet {number} of the capture: {source}")]
    Write {
        /// Its number, from 1; zero is the file header.
        number: u64,
        /// Why.
        source: io::Error,
    },
    /// The frame is longer than readers accept.
    #[error("packet {number} has {len} bytes, more than the {SNAPLEN} of a capture")]
    TooLong {
        /// Its number, from 1.
        number: u64,
        /// Its length.
        len: usize,
    },
}

/// Writes a capture. Call [`finish`](CaptureWriter::finish) at the end: dropping the writer hides errors.
#[derive(Debug)]
pub struct CaptureWriter<W: Write = BufWriter<File>> {
    sink: W,
    number: u64,
}

impl CaptureWriter {
    /// Creates a file, or empties it, and writes the header.
    pub fn create(path: impl AsRef<Path>) -> Result<CaptureWriter, CaptureWriteError> {
        let path = path.as_ref();
        let file = File::create(path)
            .map_err(|source| CaptureWriteError::Create { path: path.to_owned(), source })?;
        CaptureWriter::to_sink(BufWriter::with_capacity(1 << 18, file))
    }
}

impl<W: Write> CaptureWriter<W> {
    /// Writes the header to anything that takes bytes.
    pub fn to_sink(mut sink: W) -> Result<CaptureWriter<W>, CaptureWriteError> {
        let mut header = [0; 24];
        // Version 2.4; no time zone, no accuracy.
        let words = [MAGIC, 4 << 16 | 2, 0, 0, SNAPLEN, LinkType::ETHERNET.0];
        for (place, word) in header.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        sink.write_all(&header).map_err(|source| CaptureWriteError::Write { number: 0, source })?;
        Ok(CaptureWriter { sink, number: 0 })
    }

    /// Writes an Ethernet frame that was captured whole. The format holds times up to the year 2106; later ones are
    /// written as the last.
    pub fn write(&mut self, time: Nanos, frame: &[u8]) -> Result<(), CaptureWriteError> {
        self.number += 1;
        let number = self.number;
        let len = u32::try_from(frame.len()).ok().filter(|len| *len <= SNAPLEN);
        let len = len.ok_or(CaptureWriteError::TooLong { number, len: frame.len() })?;
        let seconds = u32::try_from(time.0 / 1_000_000_000).unwrap_or(u32::MAX);
        let nanos = (time.0 % 1_000_000_000) as u32;
        let mut header = [0; 16];
        for (place, word) in header.as_chunks_mut().0.iter_mut().zip([seconds, nanos, len, len]) {
            *place = word.to_le_bytes();
        }
        let written = self.sink.write_all(&header).and_then(|()| self.sink.write_all(frame));
        written.map_err(|source| CaptureWriteError::Write { number, source })
    }

    /// How many packets were written.
    pub fn packets(&self) -> u64 {
        self.number
    }

    /// Writes what is buffered and hands back what was written to.
    pub fn finish(mut self) -> Result<W, CaptureWriteError> {
        self.sink.flush().map_err(|source| CaptureWriteError::Write { number: self.number, source })?;
        Ok(self.sink)
    }
}
