//! IPv4.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! ┌───────┬───────┬───────────────┬───────────────────────────────┐
//! │version│ words │ tos           │ total length                  │ 0
//! ├───────┴───────┴───────────────┼─┬─┬─┬─────────────────────────┤
//! │ identification                │0│D│M│ fragment offset / 8     │ 4
//! ├───────────────┬───────────────┼─┴─┴─┴─────────────────────────┤
//! │ ttl           │ protocol      │ header checksum               │ 8      RFC 791 §3.1
//! ├───────────────┴───────────────┴───────────────────────────────┤
//! │ source                                                        │ 12
//! ├───────────────────────────────────────────────────────────────┤
//! │ destination                                                   │ 16
//! ├───────────────────────────────────────────────────────────────┤
//! │ options …                                                     │ 20
//! └───────────────────────────────────────────────────────────────┘
//! ```

use super::cursor::Cursor;
use super::extension;
use super::{Address, FragmentInfo, IpProtocol, IpVersion, Packet, ParseError};

pub(super) const HEADER_LEN: usize = 20;
/// More fragments, in the word of flags and offset.
pub(super) const MORE_FRAGMENTS: u16 = 0x2000;
/// Don't fragment, in the same word.
/// More fragments, or an offset: what only fragments have.
pub(super) const FRAGMENTED: u16 = MORE_FRAGMENTS | 0x1fff;
pub(super) const DONT_FRAGMENT: u16 = 0x4000;

/// Reads the header into `packet`, up to where the transport starts.
#[inline(always)]
pub(super) fn read(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<HEADER_LEN>().ok_or(ParseError::Ipv4Truncated)?;
    if header[0] >> 4 != 4 {
        return Err(ParseError::IpVersion);
    }
    let header_len = usize::from(header[0] & 0x0f) * 4;
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if header_len < HEADER_LEN || header_len > total_len {
        return Err(ParseError::Ipv4HeaderLength);
    }
    cursor.keep(total_len).ok_or(ParseError::Ipv4TotalLength)?;
    packet.version = IpVersion::V4;
    packet.ip_offset = cursor.offset()?;
    cursor.skip(header_len).ok_or(ParseError::Ipv4HeaderLength)?;
    packet.ttl = header[8];
    packet.protocol = IpProtocol(header[9]);
    packet.src = Address::v4([header[12], header[13], header[14], header[15]]);
    packet.dst = Address::v4([header[16], header[17], header[18], header[19]]);
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    if fragment & FRAGMENTED != 0 {
        packet.fragment = Some(FragmentInfo {
            id: u32::from(u16::from_be_bytes([header[4], header[5]])),
            offset: u32::from(fragment & 0x1fff) * 8,
            more: fragment & MORE_FRAGMENTS != 0,
        });
        return Ok(());
    }
    if packet.protocol == IpProtocol::AH { authenticated(cursor, packet) } else { Ok(()) }
}

/// Looks behind the authentication header, which hides nothing (RFC 4302 §3.1).
#[cold]
fn authenticated(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    packet.protocol = extension::skip_authentication(cursor)?;
    Ok(())
}
