//! VXLAN, with group policy, and its generic protocol extension.
//!
//! ```text
//! ┌─┬─┬───┬─┬─┬─┬─┬─────────────────┬─────────────────────────────┐
//! │G│ │ver│I│P│B│O│                 │ group policy id / next prot.│     RFC 7348 §5,
//! ├─┴─┴───┴─┴─┴─┴─┴─────────────────┴─────────────┬───────────────┤     draft-smith-vxlan-group-policy §2.1,
//! │ VNI                                           │ reserved      │     draft-ietf-nvo3-vxlan-gpe §3
//! └───────────────────────────────────────────────┴───────────────┘
//! ```
//!
//! Without the I flag there is no valid VNI and endpoints drop the packet (RFC 7348 §5), so it is not looked into.

use super::{Content, Opened};
use crate::packet::cursor::Cursor;
use crate::packet::{ParseError, TunnelKind, ethernet};

const HEADER_LEN: usize = 8;
const HAS_VNI: u8 = 0x08;
const HAS_GROUP_POLICY: u8 = 0x80;
const HAS_NEXT_PROTOCOL: u8 = 0x04;
const VERSION: u8 = 0x30;

pub(super) fn open(cursor: &mut Cursor<'_>) -> Result<Option<Opened>, ParseError> {
    let header = read(cursor)?;
    if header[0] & HAS_VNI == 0 {
        return Ok(None);
    }
    let has_policy = header[0] & HAS_GROUP_POLICY != 0;
    let group_policy = if has_policy { u16::from_be_bytes([header[2], header[3]]) } else { 0 };
    Ok(Some(opened(header, group_policy, Content::Ethernet)))
}

/// VXLAN-GPE, where a field says what follows.
pub(super) fn open_generic(cursor: &mut Cursor<'_>) -> Result<Option<Opened>, ParseError> {
    let header = read(cursor)?;
    if header[0] & HAS_VNI == 0 || header[0] & VERSION != 0 {
        return Ok(None);
    }
    let content = match (header[0] & HAS_NEXT_PROTOCOL, header[3]) {
        (0, _) | (_, 3) => Content::Ethernet,
        (_, 1) => Content::Network(ethernet::IPV4),
        (_, 2) => Content::Network(ethernet::IPV6),
        _ => return Ok(None),
    };
    Ok(Some(opened(header, 0, content)))
}

fn read<'f>(cursor: &mut Cursor<'f>) -> Result<&'f [u8; HEADER_LEN], ParseError> {
    let header = cursor.peek().ok_or(ParseError::VxlanTruncated)?;
    cursor.skip(HEADER_LEN).ok_or(ParseError::VxlanTruncated)?;
    Ok(header)
}

fn opened(header: &[u8; HEADER_LEN], group_policy: u16, content: Content) -> Opened {
    let vni = u32::from_be_bytes([0, header[4], header[5], header[6]]);
    Opened { tunnel: TunnelKind::Vxlan, identifier: Some(vni), group_policy, content }
}
