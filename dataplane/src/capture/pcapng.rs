//! The pcapng format (draft-ietf-opsawg-pcapng).
//!
//! A file is a row of blocks, each with its length in front and behind. A section header gives the byte order of what
//! follows; interface descriptions give link types and the unit of time stamps; packets refer to an interface. Blocks
//! of other kinds are passed over, however long they are.
//!
//! ```text
//!  type  length │ body …, padded to 4 bytes │ length
//! ```

use std::io::Read;

use pcap_parser::pcapng::{Block, OptionCode, PcapNGOption};
use pcap_parser::{parse_block_be, parse_block_le};

use super::LinkType;
use super::input::{Filled, Found, HEADROOM, Input, MAX_FRAME, MAX_RECORD, RawFrame};
use super::reader::CaptureError;
use crate::time::Nanos;

/// The type of a section header, the same in both byte orders.
pub const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// The shortest block: type and twice the length.
const MIN_BLOCK: u32 = 12;
/// The most interfaces that a section may describe.
const MAX_INTERFACES: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// What an interface description says about its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interface {
    link: LinkType,
    /// Zero where there is no limit.
    snaplen: u32,
    /// `if_tsresol`: negative powers of 10, or of 2 where the highest bit is set.
    resolution: u8,
    /// `if_tsoffset`, in seconds.
    offset: i64,
}

impl Interface {
    /// The time of a stamp in this interface's unit.
    fn time(&self, ticks: u64) -> Nanos {
        let (ticks, exponent) = (u128::from(ticks), u32::from(self.resolution & 0x7f));
        let nanos = match (self.resolution & 0x80 != 0, exponent.checked_sub(9)) {
            (true, _) => (ticks * 1_000_000_000).checked_shr(exponent).unwrap_or(0),
            (false, None) => ticks * 10_u128.pow(9 - exponent),
            (false, Some(finer)) => 10_u128.checked_pow(finer).map_or(0, |unit| ticks / unit),
        };
        let nanos = nanos.cast_signed() + i128::from(self.offset) * 1_000_000_000;
        Nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }
}

/// The section that is being read.
pub struct PcapNg {
    order: ByteOrder,
    interfaces: Vec<Interface>,
}

impl PcapNg {
    /// Reads the first section header, of which the first bytes are in `input` already.
    pub fn open<R: Read>(input: &mut Input<R>) -> Result<PcapNg, CaptureError> {
        let mut section = PcapNg { order: ByteOrder::Little, interfaces: Vec::new() };
        match section.block(input)? {
            Found::Other => Ok(section),
            _ => Err(input.corrupt("the file ends within its section header")),
        }
    }

    /// Reads the next block.
    pub fn read<R: Read>(&mut self, input: &mut Input<R>) -> Result<Found, CaptureError> {
        input.begin();
        self.block(input)
    }

    fn block<R: Read>(&mut self, input: &mut Input<R>) -> Result<Found, CaptureError> {
        let missing = MIN_BLOCK as usize - input.record().len().min(MIN_BLOCK as usize);
        match input.extend(missing)? {
            Filled::Whole => {}
            Filled::Nothing if input.record().is_empty() => return Ok(Found::End),
            _ => return Ok(Found::Truncated),
        }
        let (words, _) = input.record().as_chunks::<4>();
        let &[kind, len, third] = words else {
            return Err(input.corrupt("the block has no header"));
        };
        if u32::from_le_bytes(kind) == SECTION_HEADER {
            self.order = match (u32::from_le_bytes(third), u32::from_be_bytes(third)) {
                (BYTE_ORDER_MAGIC, _) => ByteOrder::Little,
                (_, BYTE_ORDER_MAGIC) => ByteOrder::Big,
                _ => return Err(input.corrupt("the section's byte order is neither big nor little")),
            };
        }
        let (kind, len) = (self.order.u32(kind), self.order.u32(len));
        if len < MIN_BLOCK || len % 4 != 0 {
            return Err(input.corrupt("the block's length is less than 12 or no multiple of 4"));
        }
        let rest = len - MIN_BLOCK;
        if !matches!(kind, SECTION_HEADER | INTERFACE_DESCRIPTION | SIMPLE_PACKET | ENHANCED_PACKET) {
            let whole = input.skip(u64::from(rest))? == Filled::Whole;
            return Ok(if whole { Found::Other } else { Found::Truncated });
        }
        if len as usize > MAX_RECORD {
            let offset = input.record_offset;
            return Err(CaptureError::TooLong { offset, len: u64::from(len), limit: MAX_RECORD });
        }
        if rest > 0 && input.extend(rest as usize)? != Filled::Whole {
            return Ok(Found::Truncated);
        }
        self.parse(input)
    }

    /// Takes in a whole block.
    fn parse<R: Read>(&mut self, input: &Input<R>) -> Result<Found, CaptureError> {
        let parsed = match self.order {
            ByteOrder::Little => parse_block_le(input.record()),
            ByteOrder::Big => parse_block_be(input.record()),
        };
        // The block is there whole, so that "incomplete" means that its parts are longer than itself.
        let Ok((_, block)) = parsed else {
            return Err(input.corrupt("the block's parts do not fit into its length"));
        };
        let (link, time, start, len, original_len) = match block {
            Block::SectionHeader(_) => {
                self.interfaces.clear();
                return Ok(Found::Other);
            }
            Block::InterfaceDescription(description) => {
                if self.interfaces.len() == MAX_INTERFACES {
                    return Err(input.corrupt("the section describes more than 4096 interfaces"));
                }
                self.interfaces.push(Interface {
                    link: LinkType(description.linktype.0.cast_unsigned()),
                    snaplen: description.snaplen,
                    resolution: self
                        .option(&description.options, OptionCode::IfTsresol, 1)
                        .map_or(6, |r| r as u8),
                    offset: self.option(&description.options, OptionCode::IfTsoffset, 8).unwrap_or(0),
                });
                return Ok(Found::Other);
            }
            Block::EnhancedPacket(packet) => {
                let Some(interface) = self.interfaces.get(packet.if_id as usize) else {
                    return Err(input.corrupt("the packet's interface is not described"));
                };
                let time = interface.time(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low));
                (interface.link, Some(time), 28, packet.caplen as usize, packet.origlen)
            }
            Block::SimplePacket(packet) => {
                let Some(interface) = self.interfaces.first() else {
                    return Err(input.corrupt("the section describes no interface"));
                };
                let snaplen = if interface.snaplen == 0 { u32::MAX } else { interface.snaplen };
                let len = packet.origlen.min(snaplen) as usize;
                if len > packet.data.len() {
                    return Err(input.corrupt("the packet is longer than its block"));
                }
                (interface.link, None, 12, len, packet.origlen)
            }
            _ => return Ok(Found::Other),
        };
        if len > MAX_FRAME {
            let offset = input.record_offset;
            return Err(CaptureError::TooLong { offset, len: len as u64, limit: MAX_FRAME });
        }
        let start = HEADROOM + start;
        Ok(Found::Frame(RawFrame { range: start..start + len, time, original_len, link }))
    }

    /// The number in an option of `len` bytes, in the byte order of the section.
    fn option(&self, options: &[PcapNGOption<'_>], code: OptionCode, len: usize) -> Option<i64> {
        let option = options.iter().find(|option| option.code == code)?;
        let bytes = option.as_bytes().ok().filter(|bytes| bytes.len() == len)?;
        let widen = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        Some(match self.order {
            ByteOrder::Little => bytes.iter().rev().fold(0, widen).cast_signed(),
            ByteOrder::Big => bytes.iter().fold(0, widen).cast_signed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_any_unit_become_nanoseconds() {
        for (resolution, offset, ticks, want) in [
            (6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000),
            (9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789),
            (0, 5, 10, 15_000_000_000),
            (12, 0, 1_000, 1),
            (0x80 | 10, 0, 1024 + 512, 1_500_000_000),
            (6, -2, 1_000_000, 0),
            (0xff, 0, u64::MAX, 0),
            (0x7f, i64::MIN, u64::MAX, 0),
            (0, i64::MAX, u64::MAX, u64::MAX),
        ] {
            let interface = Interface { link: LinkType::ETHERNET, snaplen: 0, resolution, offset };
            assert_eq!(interface.time(ticks), Nanos(want), "{resolution} {offset} {ticks}");
        }
    }
}
