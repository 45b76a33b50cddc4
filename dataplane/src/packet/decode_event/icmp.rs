//! ICMP (RFC 792) and ICMPv6 (RFC 4443): types, codes, and the packet that an error quotes.

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::transport::ICMP_HEADER_LEN;
use crate::packet::{ipv4, ipv6};

/// What is known of a type: the greatest code, and whether it quotes a packet.
struct Known {
    codes: u8,
    quotes: bool,
}

const fn plain(codes: u8) -> Option<Known> {
    Some(Known { codes, quotes: false })
}

const fn quoting(codes: u8) -> Option<Known> {
    Some(Known { codes, quotes: true })
}

/// IANA "ICMP Type Numbers", those in use.
const fn icmpv4_type(kind: u8) -> Option<Known> {
    match kind {
        3 => quoting(15),
        4 => quoting(0),
        5 => quoting(3),
        11 => quoting(1),
        12 => quoting(2),
        // A router that does not forward common traffic advertises with code 16 (RFC 5944 §2.1.1).
        9 => plain(16),
        0 | 8 | 10 | 13..=18 => plain(0),
        _ => None,
    }
}

/// IANA "ICMPv6 type Numbers", those in use.
const fn icmpv6_type(kind: u8) -> Option<Known> {
    match kind {
        1 => quoting(8),
        2 => quoting(0),
        3 => quoting(1),
        4 => quoting(3),
        // Node information (RFC 4620 §4); 138 with a code of 255 is a reset (RFC 2894 §3.1).
        138 => plain(255),
        139 | 140 => plain(2),
        // Extended echo (RFC 8335 §2.1).
        160 => plain(0),
        161 => plain(4),
        // Routing for lossy networks (RFC 6550 §6), duplicate addresses (RFC 8505 §4.2).
        155 | 157 | 158 => plain(255),
        128..=137 | 141..=154 | 156 => plain(0),
        _ => None,
    }
}

impl Look<'_> {
    pub fn icmpv4(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[kind, code, ..]) = cursor.peek::<ICMP_HEADER_LEN>() else {
            return self.raise(E::Icmpv4PktTooSmall);
        };
        let Some(known) = icmpv4_type(kind) else { return self.raise(E::Icmpv4UnknownType) };
        if code > known.codes {
            return self.raise(E::Icmpv4UnknownCode);
        }
        cursor.skip(ICMP_HEADER_LEN);
        if known.quotes && !cursor.rest().is_empty() {
            match cursor.peek::<{ ipv4::HEADER_LEN }>() {
                None => self.raise(E::Icmpv4Ipv4TruncPkt),
                Some(header) if header[0] >> 4 != 4 => self.raise(E::Icmpv4Ipv4UnknownVer),
                Some(_) => {}
            }
        }
    }

    pub fn icmpv6(&mut self, hop_limit: u8, mut cursor: Cursor<'_>) {
        let Some(&[kind, code, ..]) = cursor.peek::<ICMP_HEADER_LEN>() else {
            return self.raise(E::Icmpv6PktTooSmall);
        };
        let Some(known) = icmpv6_type(kind) else { return self.raise(unknown(kind)) };
        if code > known.codes {
            self.raise(E::Icmpv6UnknownCode);
        }
        // Listener discovery stays on the link (RFC 2710 §3, RFC 3810 §5).
        if matches!(kind, 130..=132 | 143) && hop_limit != 1 {
            self.raise(E::Icmpv6MldMessageWithInvalidHl);
        }
        cursor.skip(ICMP_HEADER_LEN);
        if known.quotes && code <= known.codes {
            match cursor.peek::<{ ipv6::HEADER_LEN }>() {
                None => self.raise(E::Icmpv6Ipv6TruncPkt),
                Some(header) if header[0] >> 4 != 6 => self.raise(E::Icmpv6Ipv6UnknownVersion),
                Some(_) => {}
            }
        }
    }
}

fn unknown(kind: u8) -> E {
    match kind {
        100 | 101 | 200 | 201 => E::Icmpv6ExperimentationType,
        5..=99 | 102..=126 | 159..=199 => E::Icmpv6UnassignedType,
        _ => E::Icmpv6UnknownType,
    }
}
