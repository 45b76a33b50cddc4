//! GRE.
//!
//! ```text
//! ┌─┬─┬─┬─┬───────────────────┬─────┬─────────────────────────────┐
//! │C│R│K│S│ reserved          │ ver │ protocol type               │
//! ├─┴─┴─┴─┴───────────────────┴─────┼─────────────────────────────┤
//! │ checksum (C)                    │ reserved (C)                │     RFC 2784 §2, RFC 2890 §2
//! ├─────────────────────────────────┴─────────────────────────────┤
//! │ key (K)                                                       │
//! ├───────────────────────────────────────────────────────────────┤
//! │ sequence number (S)                                           │
//! └───────────────────────────────────────────────────────────────┘
//! ```
//!
//! ERSPAN (0x88be, 0x22eb) is left closed: it carries copies of packets, which belong to no conversation that passes
//! here, and a verdict on them, let alone an answer, would be about traffic elsewhere. Version 1 is PPTP's, whose keys
//! name directions.

use super::{Content, Opened, geneve};
use crate::packet::cursor::Cursor;
use crate::packet::{ParseError, TunnelKind};

pub(in crate::packet) const HEADER_LEN: usize = 4;
const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const VERSION: u16 = 0x0007;
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;

pub(super) fn open(cursor: &mut Cursor<'_>) -> Result<Option<Opened>, ParseError> {
    let &[high, low, kind @ ..] = cursor.peek::<HEADER_LEN>().ok_or(ParseError::GreTruncated)?;
    let flags = u16::from_be_bytes([high, low]);
    if flags & VERSION != 0 {
        return Ok(None);
    }
    if flags & ROUTING != 0 {
        return Err(ParseError::GreRouting);
    }
    let content = match u16::from_be_bytes(kind) {
        ERSPAN | ERSPAN_III => return Ok(None),
        geneve::ETHERNET => Content::Ethernet,
        ethertype => Content::Network(ethertype),
    };
    cursor.skip(HEADER_LEN).ok_or(ParseError::GreTruncated)?;
    let mut key = None;
    for field in [CHECKSUM, KEY, SEQUENCE] {
        if flags & field != 0 {
            let &word = cursor.peek::<4>().ok_or(ParseError::GreTruncated)?;
            if field == KEY {
                key = Some(u32::from_be_bytes(word));
            }
            cursor.skip(4).ok_or(ParseError::GreTruncated)?;
        }
    }
    Ok(Some(Opened { tunnel: TunnelKind::Gre, identifier: key, group_policy: 0, content }))
}

/// Whether the header that starts so has a checksum field, which is the two bytes after it.
pub(in crate::packet) fn has_checksum(header: &[u8; HEADER_LEN]) -> bool {
    u16::from_be_bytes([header[0], header[1]]) & CHECKSUM != 0
}
