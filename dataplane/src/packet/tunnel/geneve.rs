//! Geneve.
//!
//! ```text
//! ┌───┬───────────┬─┬─┬───────────┬───────────────────────────────┐
//! │ver│ opts / 4  │O│C│ reserved  │ protocol type                 │
//! ├───┴───────────┴─┴─┴───────────┴───────────────┬───────────────┤     RFC 8926 §3.4
//! │ VNI                                           │ reserved      │
//! ├───────────────────────────────────────────────┴───────────────┤
//! │ options …                                                     │
//! └───────────────────────────────────────────────────────────────┘
//! ```

use super::{Content, Opened};
use crate::packet::cursor::Cursor;
use crate::packet::{ParseError, TunnelKind};

const HEADER_LEN: usize = 8;
/// Transparent Ethernet bridging: the EtherType of Ethernet itself.
pub(super) const ETHERNET: u16 = 0x6558;

pub(super) fn open(cursor: &mut Cursor<'_>) -> Result<Option<Opened>, ParseError> {
    let header = cursor.peek::<HEADER_LEN>().ok_or(ParseError::GeneveTruncated)?;
    if header[0] >> 6 != 0 {
        // Endpoints drop versions that they do not know (RFC 8926 §3.4).
        return Ok(None);
    }
    let options = usize::from(header[0] & 0x3f) * 4;
    cursor.skip(HEADER_LEN + options).ok_or(ParseError::GeneveTruncated)?;
    let content = match u16::from_be_bytes([header[2], header[3]]) {
        ETHERNET => Content::Ethernet,
        ethertype => Content::Network(ethertype),
    };
    let vni = u32::from_be_bytes([0, header[4], header[5], header[6]]);
    Ok(Some(Opened { tunnel: TunnelKind::Geneve, identifier: Some(vni), group_policy: 0, content }))
}
