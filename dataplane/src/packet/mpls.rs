//! MPLS: a stack of labels, and below it whatever the ends agreed upon.
//!
//! ```text
//! ┌──────────────────────────┬─────┬─┬────────┐
//! │ label (20)               │ tc  │S│ ttl    │ … until S is set      RFC 3032 §2.1
//! └──────────────────────────┴─────┴─┴────────┘
//! ```
//!
//! Nothing says what is below the stack. As routers do, IP is guessed by its version (RFC 4928 §2); what turns out not
//! to be IP after all is not malformed, it is something else.

use super::cursor::Cursor;
use super::ethernet::{Below, Certainty, Network};
use super::{IpVersion, ParseError};

/// Labels that a stack may have.
pub const MAX_MPLS_LABELS: usize = 8;

const ETHERTYPE: u16 = 0x8847;

pub(super) fn read(cursor: &mut Cursor<'_>, below: &mut Below) -> Result<Network, ParseError> {
    for labels in 1..=MAX_MPLS_LABELS {
        let &[_, _, label, _] = cursor.peek::<4>().ok_or(ParseError::MplsTruncated)?;
        cursor.skip(4).ok_or(ParseError::MplsTruncated)?;
        if label & 0x01 != 0 {
            below.labels = labels;
            return Ok(guess(cursor.rest()));
        }
    }
    Err(ParseError::TooManyMplsLabels)
}

fn guess(payload: &[u8]) -> Network {
    let certainty = Certainty::Guessed(ETHERTYPE);
    match payload.first().map(|byte| byte >> 4) {
        Some(4) => Network::Ip(IpVersion::V4, certainty),
        Some(6) => Network::Ip(IpVersion::V6, certainty),
        _ => Network::Other(ETHERTYPE),
    }
}
