//! The classic pcap format (draft-ietf-opsawg-pcap).
//!
//! ```text
//!  file:   magic  version  zone  sigfigs  snaplen  link type          24 bytes
//!  record: seconds  micro- or nanoseconds  captured len  original len  16 bytes, then the frame
//! ```

use std::io::Read;

use pcap_parser::PcapHeader;

use super::LinkType;
use super::input::{Filled, Found, HEADROOM, Input, MAX_FRAME, RawFrame};
use super::reader::CaptureError;
use crate::time::Nanos;

/// Length of the file header.
pub const FILE_HEADER_LEN: usize = 24;

/// What the file header says about the records.
pub struct Pcap {
    header: PcapHeader,
    link: LinkType,
}

impl Pcap {
    /// Reads the file header, of which the first bytes are in `input` already.
    pub fn open<R: Read>(input: &mut Input<R>) -> Result<Pcap, CaptureError> {
        let missing = FILE_HEADER_LEN - input.record().len().min(FILE_HEADER_LEN);
        if input.extend(missing)? != Filled::Whole {
            return Err(input.corrupt("the file ends within its header"));
        }
        let Ok((_, header)) = pcap_parser::parse_pcap_header(input.record()) else {
            return Err(CaptureError::NotACapture {
                magic: input.record().first_chunk().copied().unwrap_or_default(),
            });
        };
        // The upper bits tell the length of a frame check sequence.
        let link = LinkType((header.network.0.cast_unsigned()) & 0x03ff_ffff);
        if !link.is_supported() {
            return Err(CaptureError::UnsupportedLinkType { link });
        }
        Ok(Pcap { header, link })
    }

    /// Reads the next record.
    pub fn read<R: Read>(&self, input: &mut Input<R>) -> Result<Found, CaptureError> {
        // Kuznetzov's format has 8 more bytes in its record header.
        let header_len = if self.header.is_modified_format() { 24 } else { 16 };
        input.begin();
        match input.extend(header_len)? {
            Filled::Whole => {}
            Filled::Part => return Ok(Found::Truncated),
            Filled::Nothing => return Ok(Found::End),
        }
        let Some(len) = input.record().get(8..12).and_then(|bytes| bytes.first_chunk()).copied() else {
            return Err(input.corrupt("the record has no length"));
        };
        let big_endian = self.header.is_bigendian();
        let len = if big_endian { u32::from_be_bytes(len) } else { u32::from_le_bytes(len) } as usize;
        if len > MAX_FRAME {
            let offset = input.record_offset;
            return Err(CaptureError::TooLong { offset, len: len as u64, limit: MAX_FRAME });
        }
        if len > 0 && input.extend(len)? != Filled::Whole {
            return Ok(Found::Truncated);
        }
        let parse = match (self.header.is_modified_format(), big_endian) {
            (true, _) => pcap_parser::parse_pcap_frame_modified,
            (false, true) => pcap_parser::parse_pcap_frame_be,
            (false, false) => pcap_parser::parse_pcap_frame,
        };
        let Ok((_, record)) = parse(input.record()) else {
            return Err(input.corrupt("the record header makes no sense"));
        };
        let unit = if self.header.is_nanosecond_precision() { 1 } else { 1000 };
        let nanos = u64::from(record.ts_sec) * 1_000_000_000 + u64::from(record.ts_usec) * unit;
        let start = HEADROOM + header_len;
        Ok(Found::Frame(RawFrame {
            range: start..start + len,
            time: Some(Nanos(nanos)),
            original_len: record.origlen,
            link: self.link,
        }))
    }
}
