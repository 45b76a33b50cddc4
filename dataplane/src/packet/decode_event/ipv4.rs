//! IPv4 and its options (RFC 791 §3.1).

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::ipv4::{HEADER_LEN, MORE_FRAGMENTS};
use crate::packet::{IpProtocol, IpVersion};

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const RECORD_ROUTE: u8 = 7;
/// RFC 4782 §3.1.
const QUICK_START: u8 = 25;
const TIMESTAMP: u8 = 68;
/// RFC 1108 §2.
const SECURITY: u8 = 130;
const LOOSE_ROUTE: u8 = 131;
/// RFC 1108 §3.
const EXTENDED_SECURITY: u8 = 133;
/// FIPS 188.
const COMMERCIAL_SECURITY: u8 = 134;
const STREAM_ID: u8 = 136;
const STRICT_ROUTE: u8 = 137;
/// RFC 2113 §2.1.
const ROUTER_ALERT: u8 = 148;

impl Look<'_> {
    pub fn ipv4(&mut self, mut cursor: Cursor<'_>) {
        let Some(header) = cursor.peek::<HEADER_LEN>() else { return self.raise(E::Ipv4PktTooSmall) };
        if header[0] >> 4 != 4 {
            return self.raise(E::Ipv4WrongIpVersion);
        }
        let header_len = usize::from(header[0] & 0x0f) * 4;
        let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if header_len < HEADER_LEN {
            return self.raise(E::Ipv4HlenTooSmall);
        }
        if total_len < header_len {
            return self.raise(E::Ipv4IplenSmallerThanHlen);
        }
        if cursor.keep(total_len).is_none() {
            return self.raise(E::Ipv4TruncPkt);
        }
        let options = cursor.rest().get(HEADER_LEN..header_len).unwrap_or_default();
        if !options.is_empty() {
            self.options(options);
        }
        cursor.skip(header_len);
        if u16::from_be_bytes([header[6], header[7]]) & (MORE_FRAGMENTS | 0x1fff) == 0 {
            self.transport(IpProtocol(header[9]), IpVersion::V4, header[8], cursor);
        }
    }

    fn options(&mut self, mut options: &[u8]) {
        // Words of 32 bits, of which a header is padded to an even number by old rules.
        if !options.len().is_multiple_of(8) {
            self.raise(E::Ipv4OptPadRequired);
        }
        let mut seen = [0_u64; 4];
        loop {
            let (kind, len) = match *options {
                [] | [END, ..] => return,
                [NO_OPERATION, ..] => {
                    options = options.get(1..).unwrap_or_default();
                    continue;
                }
                [_] => return self.raise(E::Ipv4OptEolRequired),
                [kind, len, ..] => (kind, usize::from(len)),
            };
            let (true, Some((option, rest))) = (len >= 2, options.split_at_checked(len)) else {
                return self.raise(E::Ipv4OptInvalidLen);
            };
            options = rest;
            if !is_known(kind) {
                self.raise(E::Ipv4OptInvalid);
            } else if is_repeated(&mut seen, kind) {
                self.raise(E::Ipv4OptDuplicate);
            } else if let Some(event) = fault(kind, option) {
                // What lies behind a malformed option can't be told apart from it.
                return self.raise(event);
            }
        }
    }
}

fn is_known(kind: u8) -> bool {
    matches!(
        kind,
        RECORD_ROUTE
            | QUICK_START
            | TIMESTAMP
            | SECURITY
            | LOOSE_ROUTE
            | EXTENDED_SECURITY
            | COMMERCIAL_SECURITY
            | STREAM_ID
            | STRICT_ROUTE
            | ROUTER_ALERT
    )
}

/// Notes a kind; whether it was noted before.
pub(super) fn is_repeated(seen: &mut [u64; 4], kind: u8) -> bool {
    let Some(word) = seen.get_mut(usize::from(kind / 64)) else { return false };
    let bit = 1 << (kind % 64);
    let repeated = *word & bit != 0;
    *word |= bit;
    repeated
}

/// What is wrong with an option of a kind that is known.
fn fault(kind: u8, option: &[u8]) -> Option<E> {
    let fits = match kind {
        QUICK_START => option.len() >= 8,
        SECURITY => option.len() == 11,
        EXTENDED_SECURITY => option.len() >= 3,
        STREAM_ID | ROUTER_ALERT => option.len() == 4,
        RECORD_ROUTE | LOOSE_ROUTE | STRICT_ROUTE => option.len() >= 3,
        TIMESTAMP => option.len() >= 4,
        COMMERCIAL_SECURITY => option.len() >= 6,
        _ => true,
    };
    if !fits {
        return Some(E::Ipv4OptInvalidLen);
    }
    let well_formed = match kind {
        RECORD_ROUTE | LOOSE_ROUTE | STRICT_ROUTE => points_to_address(option),
        TIMESTAMP => points_to_stamp(option),
        COMMERCIAL_SECURITY => has_tags(option.get(6..).unwrap_or_default()),
        _ => true,
    };
    (!well_formed).then_some(E::Ipv4OptMalformed)
}

/// The pointer counts from 1 and goes by addresses, up to the place behind the last.
fn points_to_address(option: &[u8]) -> bool {
    let pointer = option.get(2).map_or(0, |&pointer| usize::from(pointer));
    pointer >= 4 && pointer.is_multiple_of(4) && pointer <= option.len() + 1
}

/// The pointer goes by records: a time, or with the flags 1 and 3 an address and a time.
fn points_to_stamp(option: &[u8]) -> bool {
    let (pointer, flags) = match *option {
        [_, _, pointer, flags, ..] => (usize::from(pointer), flags & 0x0f),
        _ => return false,
    };
    let record = if matches!(flags, 1 | 3) { 8 } else { 4 };
    pointer.checked_sub(5).is_some_and(|behind| behind % record == 0) && pointer <= option.len() + 1
}

/// Tags of CIPSO: type, length of the whole, an alignment octet that is 0 in all but type 7 (FIPS 188 §5).
fn has_tags(mut tags: &[u8]) -> bool {
    while !tags.is_empty() {
        let &[kind, len, ..] = tags else { return false };
        let Some((tag, rest)) = tags.split_at_checked(usize::from(len)) else { return false };
        let aligned = kind == 7 || tag.get(2) == Some(&0);
        if !matches!(kind, 1 | 2 | 5 | 6 | 7) || tag.len() < 4 || !aligned {
            return false;
        }
        tags = rest;
    }
    true
}
