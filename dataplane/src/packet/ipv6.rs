//! IPv6.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! ┌───────┬───────────────┬───────────────────────────────────────┐
//! │version│ traffic class │ flow label                            │ 0
//! ├───────┴───────────────┴───────┬───────────────┬───────────────┤
//! │ payload length                │ next header   │ hop limit     │ 4      RFC 8200 §3
//! ├───────────────────────────────┴───────────────┴───────────────┤
//! │ source (16)                                                   │ 8
//! ├───────────────────────────────────────────────────────────────┤
//! │ destination (16)                                              │ 24
//! └───────────────────────────────────────────────────────────────┘
//! ```

use super::cursor::Cursor;
use super::extension;
use super::{Address, IpProtocol, IpVersion, Packet, ParseError};

pub(super) const HEADER_LEN: usize = 40;
/// Offset of the next header field within the header.
pub(super) const NEXT_HEADER_AT: usize = 6;
const HOP_BY_HOP: u8 = 0;

/// Reads the header and its extensions into `packet`, up to where the transport starts.
#[inline(always)]
pub(super) fn read(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<HEADER_LEN>().ok_or(ParseError::Ipv6Truncated)?;
    if header[0] >> 4 != 6 {
        return Err(ParseError::IpVersion);
    }
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let next = header[NEXT_HEADER_AT];
    if payload_len == 0 && next == HOP_BY_HOP {
        // The length of a jumbogram is in the hop-by-hop header (RFC 2675 §3). No frame here can hold 64 KiB and more.
        return Err(ParseError::Jumbogram);
    }
    packet.version = IpVersion::V6;
    packet.ip_offset = cursor.offset()?;
    packet.ttl = header[7];
    let (src, dst) = header[8..].split_at(16);
    packet.src = Address(src.try_into().unwrap_or_default());
    packet.dst = Address(dst.try_into().unwrap_or_default());
    let named_at = cursor.at() + NEXT_HEADER_AT;
    cursor.skip(HEADER_LEN).ok_or(ParseError::Ipv6Truncated)?;
    cursor.keep(payload_len).ok_or(ParseError::Ipv6PayloadLength)?;
    packet.protocol = IpProtocol(next);
    if extension::may_follow(packet.protocol) {
        extended(named_at, cursor, packet)?;
    }
    Ok(())
}

fn extended(named_at: usize, cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let chain = extension::read(packet.protocol, named_at, cursor)?;
    packet.protocol = chain.protocol;
    packet.fragment = chain.fragment;
    Ok(())
}
