//! Reads captures, frame by frame, whatever their size: memory is one record.
//!
//! All frames come out as Ethernet, with a time in nanoseconds; pcap and pcapng are told apart by their first bytes.
//! What is wrong with a file is reported after all that lies before it was delivered: a file cut short, as by a
//! capture that was killed, just [ends](CaptureReader::end), and one that contradicts itself is an error.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::LinkType;
use super::input::{Filled, Found, Input, RawFrame};
use super::linktype::{ETHERNET_HEADER_LEN, LinkHeader};
use super::pcap::Pcap;
use super::pcapng::{PcapNg, SECTION_HEADER};
use crate::time::Nanos;

/// Why a capture can't be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file can't be opened.
    #[error("can't open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file can't be read.
    #[error("can't read the capture at byte {offset}: {source}")]
    Read {
        /// Where in the file.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// The file is empty.
    #[error("the capture is empty: not even a file header")]
    Empty,
    /// The file is something else.
    #[error(
        "not a pcap or pcapng file: it starts with {magic:02x?} (compressed captures have to be unpacked first)"
    )]
    NotACapture {
        /// Its first bytes.
        magic: [u8; 4],
    },
    /// None of its frames can be understood.
    #[error("link type {link} is not supported; supported are {}", LinkType::supported())]
    UnsupportedLinkType {
        /// The link type.
        link: LinkType,
    },
    /// A record is longer than any that is read.
    #[error("the record at byte {offset} claims {len} bytes, more than {limit}: the capture is corrupt")]
    TooLong {
        /// Where in the file the record starts.
        offset: u64,
        /// Its length.
        len: u64,
        /// The longest that is read.
        limit: usize,
    },
    /// A record contradicts itself.
    #[error("the capture is corrupt at byte {offset}: {what}")]
    Corrupt {
        /// Where in the file the record starts.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A record after the first ones is bad.
    #[error("after packet {after}: {source}")]
    AfterPacket {
        /// How many packets were read before.
        after: u64,
        /// What is wrong.
        source: Box<CaptureError>,
    },
}

/// How a capture ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureEnd {
    /// After a whole record.
    Complete,
    /// Within a record: the capture was cut short.
    Truncated {
        /// How many packets were read before.
        after: u64,
        /// Where in the file the cut record starts.
        offset: u64,
    },
    /// By an error, which was returned.
    Failed,
}

/// A frame of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturedFrame<'r> {
    /// When it was captured. A simple packet block of pcapng does not say; it takes the time of the frame before.
    pub time: Nanos,
    /// The frame, with an Ethernet header.
    pub frame: &'r [u8],
    /// How long it was on the wire, in bytes; with an exchanged link header, how long it would have been with the new.
    pub original_len: u32,
    /// The link type that it was captured with.
    pub link_type: LinkType,
    /// Its number in the file, from 1, as other tools count.
    pub number: u64,
}

enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

/// Reads a capture.
pub struct CaptureReader<R = BufReader<File>> {
    input: Input<R>,
    format: Format,
    number: u64,
    unsupported: u64,
    last_time: Nanos,
    end: Option<CaptureEnd>,
}

impl CaptureReader {
    /// Opens a file and reads its header.
    pub fn open(path: impl AsRef<Path>) -> Result<CaptureReader, CaptureError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| CaptureError::Open { path: path.to_owned(), source })?;
        CaptureReader::from_source(BufReader::with_capacity(1 << 18, file))
    }
}

impl<R: Read> CaptureReader<R> {
    /// Reads the header of a capture that comes from anywhere.
    pub fn from_source(source: R) -> Result<CaptureReader<R>, CaptureError> {
        let mut input = Input::new(source);
        input.begin();
        match input.extend(4)? {
            Filled::Whole => {}
            Filled::Part => return Err(input.corrupt("the file ends within its header")),
            Filled::Nothing => return Err(CaptureError::Empty),
        }
        let magic: [u8; 4] = input.record().first_chunk().copied().unwrap_or_default();
        let format = if u32::from_le_bytes(magic) == SECTION_HEADER {
            Format::PcapNg(PcapNg::open(&mut input)?)
        } else if is_pcap(magic) {
            Format::Pcap(Pcap::open(&mut input)?)
        } else {
            return Err(CaptureError::NotACapture { magic });
        };
        Ok(CaptureReader { input, format, number: 0, unsupported: 0, last_time: Nanos::ZERO, end: None })
    }

    /// The next frame; `None` at the [end](CaptureReader::end), and after an error.
    #[expect(
        clippy::should_implement_trait,
        reason = "a frame borrows the reader, which an iterator's item can't"
    )]
    pub fn next(&mut self) -> Result<Option<CapturedFrame<'_>>, CaptureError> {
        let found = loop {
            if self.end.is_some() {
                return Ok(None);
            }
            let raw = match self.record() {
                Ok(Some(raw)) => raw,
                Ok(None) => continue,
                Err(error) => {
                    self.end = Some(CaptureEnd::Failed);
                    return Err(match self.number {
                        0 => error,
                        after => CaptureError::AfterPacket { after, source: Box::new(error) },
                    });
                }
            };
            self.number += 1;
            self.last_time = raw.time.unwrap_or(self.last_time);
            match self.make_ethernet(raw) {
                Some(found) => break found,
                None => self.unsupported += 1,
            }
        };
        Ok(Some(CapturedFrame {
            time: self.last_time,
            frame: self.input.buffer.get(found.range).unwrap_or_default(),
            original_len: found.original_len,
            link_type: found.link,
            number: self.number,
        }))
    }

    /// Reads a record; `None` where it is no frame, or where the file ends.
    fn record(&mut self) -> Result<Option<RawFrame>, CaptureError> {
        let found = match &mut self.format {
            Format::Pcap(pcap) => pcap.read(&mut self.input)?,
            Format::PcapNg(pcapng) => pcapng.read(&mut self.input)?,
        };
        self.end = match found {
            Found::Frame(raw) => return Ok(Some(raw)),
            Found::Other => None,
            Found::End => Some(CaptureEnd::Complete),
            Found::Truncated => {
                Some(CaptureEnd::Truncated { after: self.number, offset: self.input.record_offset })
            }
        };
        Ok(None)
    }

    /// Exchanges the link header for an Ethernet header, where it lies; `None` for link types that can't be read.
    fn make_ethernet(&mut self, raw: RawFrame) -> Option<RawFrame> {
        let header = raw.link.header(self.input.buffer.get(raw.range.clone())?)?;
        let LinkHeader::Replace { ethertype, len } = header else { return Some(raw) };
        let payload = raw.range.start + len;
        let start = payload.checked_sub(ETHERNET_HEADER_LEN)?;
        let (addresses, kind) = self.input.buffer.get_mut(start..payload)?.split_last_chunk_mut::<2>()?;
        addresses.fill(0);
        *kind = ethertype.to_be_bytes();
        let shift =
            |length: u32| length.saturating_sub(len as u32).saturating_add(ETHERNET_HEADER_LEN as u32);
        Some(RawFrame { range: start..raw.range.end, original_len: shift(raw.original_len), ..raw })
    }

    /// How the capture ended; `None` as long as it has not.
    pub fn end(&self) -> Option<CaptureEnd> {
        self.end
    }

    /// How many frames were passed over because their link type is not supported. Only pcapng mixes link types.
    pub fn unsupported(&self) -> u64 {
        self.unsupported
    }

    /// How many packets were read so far, those passed over included.
    pub fn packets(&self) -> u64 {
        self.number
    }
}

/// Whether a file that starts so is a classic pcap: micro- or nanoseconds in either byte order, or Kuznetzov's format.
fn is_pcap(magic: [u8; 4]) -> bool {
    let (little, big) = (u32::from_le_bytes(magic), u32::from_be_bytes(magic));
    [little, big].iter().any(|order| matches!(order, 0xa1b2_c3d4 | 0xa1b2_3c4d)) || little == 0xa1b2_cd34
}
