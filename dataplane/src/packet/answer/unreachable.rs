//! "Destination unreachable" for what is not TCP.
//!
//! The code is "communication administratively prohibited" (IPv4: RFC 1812 §5.2.7.1, IPv6: RFC 4443 §3.1), because
//! that is what happened. Firewalls often claim that the port were unreachable; hosts give up at once on either (Linux
//! returns EHOSTUNREACH or EACCES instead of ECONNREFUSED), and whoever looks into the matter is not misled.

use std::net::{IpAddr, Ipv4Addr};

use super::envelope::{Envelope, Heading};
use crate::packet::checksum::checksum;
use crate::packet::seal::{put, transport_checksum};
use crate::packet::transport::ICMP_HEADER_LEN;
use crate::packet::{Address, IpProtocol, IpVersion, Packet, ipv4, ipv6};

/// The longest answer over IPv4 (RFC 1812 §4.3.2.3).
const MAX_LEN_V4: usize = 576;
/// The longest answer over IPv6: the minimum MTU (RFC 4443 §2.4 (c)).
const MAX_LEN_V6: usize = 1280;
const PROHIBITED_V4: [u8; 2] = [3, 13];
const PROHIBITED_V6: [u8; 2] = [1, 1];

/// Writes a frame that tells the sender of `packet` that its destination may not be reached, and returns its length.
/// It goes out of the port that the packet came in by. `frame` is the one that `packet` was parsed from.
///
/// `None` where no answer may be given (RFC 1122 §3.2.2, RFC 4443 §2.4 (e)): to ICMP errors, to other fragments than
/// the first, where the packet went to a group of hosts or did not come from a single one; where it came by a way that
/// can't be gone back; and where `out` is too small.
pub fn icmp_unreachable(frame: &[u8], packet: &Packet, out: &mut [u8]) -> Option<usize> {
    if !may_be_answered(packet) {
        return None;
    }
    let (protocol, message, max_quote) = match packet.version {
        IpVersion::V4 => (IpProtocol::ICMP, PROHIBITED_V4, MAX_LEN_V4 - ipv4::HEADER_LEN - ICMP_HEADER_LEN),
        IpVersion::V6 => (IpProtocol::ICMPV6, PROHIBITED_V6, MAX_LEN_V6 - ipv6::HEADER_LEN - ICMP_HEADER_LEN),
    };
    let end = usize::from(packet.payload_offset) + usize::from(packet.payload_len);
    let whole = frame.get(usize::from(packet.ip_offset)..end)?;
    let quote = whole.get(..max_quote).unwrap_or(whole);
    let len = ICMP_HEADER_LEN + quote.len();
    let mut envelope = Envelope::new(frame, packet, Heading::Back, protocol, out)?;
    let addresses = envelope.addresses();
    let body = envelope.body(len)?;
    let [kind, code] = message;
    put(body, 0, [kind, code, 0, 0, 0, 0, 0, 0])?;
    body.get_mut(ICMP_HEADER_LEN..)?.copy_from_slice(quote);
    let sum = match packet.version {
        IpVersion::V4 => checksum(body),
        IpVersion::V6 => transport_checksum(body, IpVersion::V6, addresses, protocol),
    };
    put(body, 2, sum)?;
    envelope.finish(len)
}

fn may_be_answered(packet: &Packet) -> bool {
    is_host(packet.src)
        && !is_group(packet.dst)
        && packet.fragment.is_none_or(|fragment| fragment.offset == 0)
        && !may_be_icmp_error(packet)
}

/// Whether an address can only be that of a single host.
fn is_host(address: Address) -> bool {
    let ip = address.to_ip();
    !(is_group(address) || ip.is_unspecified() || ip.is_loopback())
}

fn is_group(address: Address) -> bool {
    let ip = address.to_ip();
    ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST)
}

fn may_be_icmp_error(packet: &Packet) -> bool {
    let [kind, _] = packet.icmp;
    match (packet.protocol, packet.version) {
        // The type of a fragment is not known.
        (IpProtocol::ICMP | IpProtocol::ICMPV6, _) if packet.fragment.is_some() => true,
        // Answered are queries and their replies, and no type that might yet be assigned to an error.
        (IpProtocol::ICMP, IpVersion::V4) => !matches!(kind, 0 | 8 | 13..=18),
        // Errors are below 128 (RFC 4443 §2.1); nor are redirects answered (§2.4 (e.2)).
        (IpProtocol::ICMPV6, IpVersion::V6) => kind < 128 || kind == 137,
        (protocol, _) => protocol == IpProtocol::ICMP || protocol == IpProtocol::ICMPV6,
    }
}
