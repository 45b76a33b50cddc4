//! PPP over Ethernet, in its session stage.
//!
//! ```text
//! ┌────┬────┬────────┬──────────┬──────────┬──────────┬────
//! │ver1│typ1│ code 0 │ session  │ length   │ protocol │      RFC 2516 §4, RFC 1661 §2
//! └────┴────┴────────┴──────────┴──────────┴──────────┴────
//!                                           └─ length ────▶
//! ```
//!
//! Version, type and code are not looked at: receivers do not either, Linux for one.

use super::cursor::Cursor;
use super::ethernet::{Below, Network};
use super::{IpVersion, ParseError};

pub(super) const HEADER_LEN: usize = 6;
/// Offset of the length within the header.
pub(super) const LENGTH_AT: usize = 4;
const ETHERTYPE: u16 = 0x8864;

pub(super) fn read(cursor: &mut Cursor<'_>, below: &mut Below) -> Result<Network, ParseError> {
    let &[.., high, low] = cursor.peek::<HEADER_LEN>().ok_or(ParseError::PppoeTruncated)?;
    below.pppoe = cursor.at();
    cursor.skip(HEADER_LEN).ok_or(ParseError::PppoeTruncated)?;
    cursor.keep(usize::from(u16::from_be_bytes([high, low]))).ok_or(ParseError::PppoeTruncated)?;
    // A compressed protocol number is one odd byte (RFC 1661 §6.5).
    let (version, len) = match *cursor.rest() {
        [0x00, 0x21, ..] => (IpVersion::V4, 2),
        [0x00, 0x57, ..] => (IpVersion::V6, 2),
        [0x21, ..] => (IpVersion::V4, 1),
        [0x57, ..] => (IpVersion::V6, 1),
        _ => return Ok(Network::Other(ETHERTYPE)),
    };
    cursor.skip(len).ok_or(ParseError::PppoeTruncated)?;
    Ok(Network::named(version))
}
