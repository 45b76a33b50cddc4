//! The extension headers of IPv6, and the authentication header, which IPv4 can have too.
//!
//! ```text
//! ┌─────────────┬─────────────┬─────
//! │ next header │ length      │ …      hop-by-hop (0), routing (43), destination options (60): RFC 8200 §4
//! └─────────────┴─────────────┴─────   (length + 1) × 8 bytes; authentication (51): (length + 2) × 4, RFC 4302 §2
//! ┌─────────────┬─────────────┬───────────────────────┬──┬─┬────────────────┐
//! │ next header │ reserved    │ fragment offset / 8   │  │M│ identification │    fragment (44): RFC 8200 §4.5
//! └─────────────┴─────────────┴───────────────────────┴──┴─┴────────────────┘
//! ```

use super::cursor::Cursor;
use super::{FragmentInfo, IpProtocol, ParseError};

/// Extension headers that a packet may have. RFC 8200 §4.1 recommends six at most, RFC 8504 §5.3 lets hosts limit them.
pub const MAX_EXTENSION_HEADERS: usize = 8;

pub(super) const HOP_BY_HOP: IpProtocol = IpProtocol(0);
pub(super) const ROUTING: IpProtocol = IpProtocol(43);
pub(super) const FRAGMENT: IpProtocol = IpProtocol(44);
pub(super) const DESTINATION: IpProtocol = IpProtocol(60);
pub(super) const FRAGMENT_HEADER_LEN: usize = 8;

/// Where the extension headers end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// What follows; behind a fragment header, what its first fragment starts with.
    pub protocol: IpProtocol,
    /// Set where the last header is that of a fragment, at which the chain ends for us.
    pub fragment: Option<FragmentInfo>,
    /// Offset in the frame of the byte that names the last header of the chain.
    pub named_at: usize,
    /// Whether a routing header says that the destination is not the final one.
    pub route: Route,
}

/// Where the destination address of a packet leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Route {
    /// To the receiver.
    #[default]
    Final,
    /// To a node that will replace it (segments left in a routing header, RFC 8200 §4.4).
    ByWay,
}

/// Whether a header can be one of a chain.
#[inline]
pub(super) const fn may_follow(next: IpProtocol) -> bool {
    matches!(next, HOP_BY_HOP | ROUTING | FRAGMENT | DESTINATION | IpProtocol::AH)
}

/// Follows the chain that starts with the header `next`, named by the byte at `named_at`, up to what it ends with.
pub(super) fn read(
    next: IpProtocol,
    mut named_at: usize,
    cursor: &mut Cursor<'_>,
) -> Result<Chain, ParseError> {
    let mut chain = Chain { protocol: next, fragment: None, named_at, route: Route::Final };
    for count in 0..=MAX_EXTENSION_HEADERS {
        chain.named_at = named_at;
        // Hop-by-hop options elsewhere than at the start are an unknown header, which ends the chain (RFC 8200 §4).
        if !may_follow(chain.protocol) || (chain.protocol == HOP_BY_HOP && count > 0) {
            return Ok(chain);
        }
        if count == MAX_EXTENSION_HEADERS {
            break;
        }
        let header = cursor.peek::<8>().ok_or(ParseError::ExtensionTruncated)?;
        let len = match chain.protocol {
            FRAGMENT => FRAGMENT_HEADER_LEN,
            IpProtocol::AH => (usize::from(header[1]) + 2) * 4,
            _ => (usize::from(header[1]) + 1) * 8,
        };
        if chain.protocol == ROUTING && header[3] != 0 {
            chain.route = Route::ByWay;
        }
        chain.fragment = if chain.protocol == FRAGMENT { fragment(header) } else { None };
        chain.protocol = IpProtocol(header[0]);
        named_at = cursor.at();
        cursor.skip(len).ok_or(ParseError::ExtensionTruncated)?;
        if chain.fragment.is_some() {
            return Ok(chain);
        }
    }
    Err(ParseError::TooManyExtensions)
}

/// What a fragment header says; nothing where it has the whole packet behind it ("atomic", RFC 6946 §4).
fn fragment(header: &[u8; 8]) -> Option<FragmentInfo> {
    let word = u16::from_be_bytes([header[2], header[3]]);
    let id = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    (word & 0xfff9 != 0).then_some(FragmentInfo { id, offset: u32::from(word & 0xfff8), more: word & 1 != 0 })
}

/// Looks behind an authentication header, and says what follows.
pub(super) fn skip_authentication(cursor: &mut Cursor<'_>) -> Result<IpProtocol, ParseError> {
    let &[next, len] = cursor.peek::<2>().ok_or(ParseError::ExtensionTruncated)?;
    cursor.skip((usize::from(len) + 2) * 4).ok_or(ParseError::ExtensionTruncated)?;
    Ok(IpProtocol(next))
}
