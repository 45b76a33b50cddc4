//! GTP-U, the user plane of mobile networks.
//!
//! ```text
//! ┌─────┬──┬─┬─┬─┬──┬─────────────┬───────────────────────────────┐
//! │ver 1│PT│ │E│S│PN│ type        │ length of what follows TEID   │
//! ├─────┴──┴─┴─┴─┴──┴─────────────┴───────────────────────────────┤     3GPP TS 29.281 §5.1
//! │ TEID                                                          │
//! ├───────────────────────────────┬───────────────┬───────────────┤
//! │ sequence number               │ N-PDU number  │ next extension│     where E, S or PN is set
//! └───────────────────────────────┴───────────────┴───────────────┘
//!   extension: length / 4, content …, next extension                      §5.2.1
//! ```
//!
//! A TEID names the receiving end of one direction, so it is no tenant. The length is not looked at: there are
//! receivers which do not either (Linux), and what is inside has a length of its own.

use super::{Content, Opened};
use crate::packet::cursor::Cursor;
use crate::packet::{ParseError, TunnelKind, ethernet};

/// Extension headers that a GTP-U packet may have.
pub const MAX_GTP_EXTENSIONS: usize = 8;

const HEADER_LEN: usize = 8;
/// Offset of the length within the header.
pub(in crate::packet) const LENGTH_AT: usize = 2;
/// Bytes that the length does not count.
pub(in crate::packet) const LENGTH_FROM: usize = HEADER_LEN;
const G_PDU: u8 = 255;

pub(super) fn open(cursor: &mut Cursor<'_>) -> Result<Option<Opened>, ParseError> {
    let &[flags, kind, ..] = cursor.peek::<HEADER_LEN>().ok_or(ParseError::GtpTruncated)?;
    if flags >> 5 != 1 || kind != G_PDU {
        return Ok(None);
    }
    cursor.skip(HEADER_LEN).ok_or(ParseError::GtpTruncated)?;
    if flags & 0x07 != 0 {
        let &[_, _, _, next] = cursor.peek::<4>().ok_or(ParseError::GtpTruncated)?;
        cursor.skip(4).ok_or(ParseError::GtpTruncated)?;
        if flags & 0x04 != 0 {
            skip_extensions(next, cursor)?;
        }
    }
    let content = match cursor.rest().first().map(|byte| byte >> 4) {
        Some(4) => Content::Network(ethernet::IPV4),
        Some(6) => Content::Network(ethernet::IPV6),
        // Ethernet or unstructured PDU sessions: nothing in the packet tells.
        _ => return Ok(None),
    };
    Ok(Some(Opened { tunnel: TunnelKind::GtpU, identifier: None, group_policy: 0, content }))
}

fn skip_extensions(mut next: u8, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    for _ in 0..MAX_GTP_EXTENSIONS {
        if next == 0 {
            return Ok(());
        }
        let len = cursor.rest().first().map_or(0, |&words| usize::from(words) * 4);
        let extension = cursor.rest().get(..len).ok_or(ParseError::GtpTruncated)?;
        next = *extension.last().ok_or(ParseError::GtpTruncated)?;
        cursor.skip(len).ok_or(ParseError::GtpTruncated)?;
    }
    if next == 0 { Ok(()) } else { Err(ParseError::TooManyGtpExtensions) }
}
