//! The headers of a packet as buffers: `ipv4.hdr`, `tcp.hdr` and their kin.

use weir_rules::signature::HeaderBytes;

use super::facts::PacketView;
use crate::packet::{IpProtocol, IpVersion};

/// An Ethernet header: two addresses and the type (IEEE 802.3 §3.1).
const ETHERNET_LEN: usize = 14;
const UDP_LEN: usize = 8;
/// Of most messages; see [`icmpv4_len`].
const ICMP_LEN: usize = 8;
const IGMP_LEN: usize = 8;

/// The bytes of a header, options and IPv6's extension headers included; none where the packet has no such header.
pub(super) fn header<'f>(view: PacketView<'f>, header: HeaderBytes) -> Option<&'f [u8]> {
    let packet = view.packet;
    let carries = |protocol| packet.protocol == protocol && packet.fragment.is_none();
    match (header, packet.version) {
        (HeaderBytes::Ethernet, _) => view.frame.get(..ETHERNET_LEN),
        (HeaderBytes::Ipv4, IpVersion::V4) | (HeaderBytes::Ipv6, IpVersion::V6) => {
            Some(view.ip_header()).filter(|bytes| !bytes.is_empty())
        }
        (HeaderBytes::Tcp, _) if carries(IpProtocol::TCP) => view.transport_header(),
        (HeaderBytes::Udp, _) if carries(IpProtocol::UDP) => view.transport().get(..UDP_LEN),
        (HeaderBytes::Icmp4, IpVersion::V4) if carries(IpProtocol::ICMP) => {
            let [kind, _] = packet.icmp;
            view.transport().get(..icmpv4_len(kind))
        }
        (HeaderBytes::Icmp6, IpVersion::V6) if carries(IpProtocol::ICMPV6) => {
            view.transport().get(..ICMP_LEN)
        }
        // Of all versions: what follows is as long as the message says (RFC 3376 §4).
        (HeaderBytes::Igmp, _) if carries(IpProtocol::IGMP) => view.transport().get(..IGMP_LEN),
        _ => None,
    }
}

/// Bytes before the data of an ICMP message: time stamps and an address mask are of a fixed length (RFC 792, RFC 950
/// appendix I).
fn icmpv4_len(kind: u8) -> usize {
    match kind {
        13 | 14 => ICMP_LEN + 12,
        17 | 18 => ICMP_LEN + 4,
        _ => ICMP_LEN,
    }
}
