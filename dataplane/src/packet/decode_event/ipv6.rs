//! IPv6 and its extension headers (RFC 8200 §3 and §4).

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::extension::{DESTINATION, FRAGMENT, FRAGMENT_HEADER_LEN, HOP_BY_HOP, ROUTING};
use crate::packet::ipv6::HEADER_LEN;
use crate::packet::{IpProtocol, IpVersion};

const NO_NEXT_HEADER: IpProtocol = IpProtocol(59);
const MOBILITY: IpProtocol = IpProtocol(135);
const HIP: IpProtocol = IpProtocol(139);
const SHIM6: IpProtocol = IpProtocol(140);
const PAD1: u8 = 0;
const PADN: u8 = 1;
/// RFC 2711 §2.1.
const ROUTER_ALERT: u8 = 5;
/// RFC 2675 §2.
const JUMBO_PAYLOAD: u8 = 0xc2;
/// RFC 6275 §6.3.
const HOME_ADDRESS: u8 = 0xc9;

/// Headers that a chain should have once, as far as they were seen.
#[derive(Default)]
struct Seen {
    hop_by_hop: bool,
    routing: bool,
    fragment: bool,
    authentication: bool,
    /// There may be two: one before a routing header, one at the end (RFC 8200 §4.1).
    destination: u8,
}

impl Look<'_> {
    pub fn ipv6(&mut self, mut cursor: Cursor<'_>) {
        let Some(header) = cursor.peek::<HEADER_LEN>() else { return self.raise(E::Ipv6PktTooSmall) };
        if header[0] >> 4 != 6 {
            return self.raise(E::Ipv6WrongIpVersion);
        }
        cursor.skip(HEADER_LEN);
        if cursor.keep(usize::from(u16::from_be_bytes([header[4], header[5]]))).is_none() {
            return self.raise(E::Ipv6TruncPkt);
        }
        let next = IpProtocol(header[6]);
        if is_extension(next) {
            self.extensions(next, header[7], cursor);
        } else {
            self.transport(next, IpVersion::V6, header[7], cursor);
        }
    }

    /// Follows the chain to its end. Each header is 8 bytes at least, so the packet bounds how many there are.
    fn extensions(&mut self, mut next: IpProtocol, hop_limit: u8, mut cursor: Cursor<'_>) {
        let mut seen = Seen::default();
        loop {
            if next == NO_NEXT_HEADER {
                if !cursor.rest().is_empty() {
                    self.raise(E::Ipv6DataAfterNoneHeader);
                }
                return;
            }
            let &[following, words, ..] = cursor.rest() else { return self.raise(E::Ipv6TruncExthdr) };
            if !is_extension(next) {
                return self.transport(next, IpVersion::V6, hop_limit, cursor);
            }
            let len = match next {
                FRAGMENT => FRAGMENT_HEADER_LEN,
                IpProtocol::AH => ((usize::from(words) + 2) * 4).max(12),
                _ => (usize::from(words) + 1) * 8,
            };
            let Some(header) = cursor.rest().get(..len) else { return self.raise(E::Ipv6TruncExthdr) };
            cursor.skip(len);
            if self.extension(next, header, cursor.rest(), &mut seen) == Chain::Ends {
                return;
            }
            next = IpProtocol(following);
        }
    }

    fn extension(&mut self, kind: IpProtocol, header: &[u8], behind: &[u8], seen: &mut Seen) -> Chain {
        match kind {
            ROUTING if std::mem::replace(&mut seen.routing, true) => self.raise(E::Ipv6ExthdrDuplRh),
            // Deprecated by RFC 5095.
            ROUTING if header.get(2) == Some(&0) => self.raise(E::Ipv6RhType0),
            HOP_BY_HOP if std::mem::replace(&mut seen.hop_by_hop, true) => {
                self.raise(E::Ipv6ExthdrDuplHh);
            }
            DESTINATION if seen.destination == 2 => self.raise(E::Ipv6ExthdrDuplDh),
            HOP_BY_HOP | DESTINATION => {
                seen.destination += u8::from(kind == DESTINATION);
                self.header_options(kind, header.get(2..).unwrap_or_default());
            }
            FRAGMENT => return self.fragment(header, behind, seen),
            IpProtocol::AH => {
                if header.get(2..4) != Some(&[0, 0]) {
                    self.raise(E::Ipv6ExthdrAhResNotNull);
                }
                if std::mem::replace(&mut seen.authentication, true) {
                    self.raise(E::Ipv6ExthdrDuplAh);
                }
            }
            _ => {}
        }
        Chain::GoesOn
    }

    fn fragment(&mut self, header: &[u8], behind: &[u8], seen: &mut Seen) -> Chain {
        let &[_, reserved, high, low, ..] = header else { return Chain::Ends };
        if reserved != 0 {
            self.raise(E::Ipv6FhNonZeroReservedField);
        }
        if std::mem::replace(&mut seen.fragment, true) {
            self.raise(E::Ipv6ExthdrDuplFh);
            return Chain::GoesOn;
        }
        let word = u16::from_be_bytes([high, low]);
        if word & 0xfff9 == 0 {
            // The whole packet is behind it (RFC 6946).
            self.raise(E::Ipv6ExthdrUselessFh);
            return Chain::GoesOn;
        }
        if word & 1 != 0 && !behind.len().is_multiple_of(8) {
            self.raise(E::Ipv6FragInvalidLength);
        }
        Chain::Ends
    }

    /// RFC 8200 §4.2: options of a type, a length and a value each, and single bytes of padding.
    fn header_options(&mut self, kind: IpProtocol, mut options: &[u8]) {
        let (unknown, only_padding) = match kind {
            HOP_BY_HOP => (E::Ipv6HopoptsUnknownOpt, E::Ipv6HopoptsOnlyPadding),
            _ => (E::Ipv6DstoptsUnknownOpt, E::Ipv6DstoptsOnlyPadding),
        };
        let (mut padding, mut others) = (0_u32, 0_u32);
        while let Some(&option) = options.first() {
            if option == PAD1 {
                padding += 1;
                options = options.get(1..).unwrap_or_default();
                continue;
            }
            let len = options.get(1).map(|&len| usize::from(len));
            let Some((len, value)) = len.and_then(|len| Some((len, options.get(2..2 + len)?))) else {
                self.raise(E::Ipv6ExthdrInvalidOptlen);
                break;
            };
            let least = match option {
                ROUTER_ALERT => 2,
                JUMBO_PAYLOAD => 4,
                HOME_ADDRESS => 16,
                _ => 0,
            };
            if value.len() < least {
                self.raise(E::Ipv6ExthdrInvalidOptlen);
                break;
            }
            match option {
                PADN => padding += 1,
                JUMBO_PAYLOAD => {}
                ROUTER_ALERT | HOME_ADDRESS => others += 1,
                _ => {
                    self.raise(unknown);
                    others += 1;
                }
            }
            if option == PADN && len == 0 {
                self.raise(E::Ipv6ZeroLenPadn);
            }
            options = options.get(2 + len..).unwrap_or_default();
        }
        if padding > 0 && others == 0 {
            self.raise(only_padding);
        }
    }
}

/// Whether there is more of a chain to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chain {
    GoesOn,
    /// What is behind is read when the datagram is put together.
    Ends,
}

fn is_extension(next: IpProtocol) -> bool {
    matches!(
        next,
        HOP_BY_HOP
            | ROUTING
            | FRAGMENT
            | DESTINATION
            | IpProtocol::AH
            | MOBILITY
            | HIP
            | SHIM6
            | NO_NEXT_HEADER
    )
}
