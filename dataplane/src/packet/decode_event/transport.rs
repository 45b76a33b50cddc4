//! What IP carries: UDP, SCTP, ESP, and the way to all others.

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::transport::UDP_HEADER_LEN;
use crate::packet::{IpProtocol, IpVersion, extension, ipv4, ipv6};

const IPIP: IpProtocol = IpProtocol(4);
const IPV6: IpProtocol = IpProtocol(41);
const SCTP_HEADER_LEN: usize = 12;
/// An index and a sequence number (RFC 4303 §2).
const ESP_HEADER_LEN: usize = 8;

impl Look<'_> {
    pub fn transport(
        &mut self,
        protocol: IpProtocol,
        version: IpVersion,
        hop_limit: u8,
        mut cursor: Cursor<'_>,
    ) {
        match (protocol, version) {
            (IpProtocol::TCP, _) => self.tcp(cursor),
            (IpProtocol::UDP, _) => self.udp(version, cursor),
            (IpProtocol::ICMP, IpVersion::V4) => self.icmpv4(cursor),
            (IpProtocol::ICMP, IpVersion::V6) => self.raise(E::Ipv6Icmpv4),
            (IpProtocol::ICMPV6, IpVersion::V4) => self.raise(E::Ipv4Icmpv6),
            (IpProtocol::ICMPV6, IpVersion::V6) => self.icmpv6(hop_limit, cursor),
            (IpProtocol::SCTP, _) if cursor.rest().len() < SCTP_HEADER_LEN => {
                self.raise(E::SctpPktTooSmall);
            }
            (IpProtocol::ESP, _) if cursor.rest().len() < ESP_HEADER_LEN => {
                self.raise(E::EspPktTooSmall);
            }
            (IpProtocol::SCTP | IpProtocol::ESP, _) => {}
            (IpProtocol::GRE, _) => self.gre(cursor),
            (IpProtocol::AH, IpVersion::V4) => {
                if let Ok(next) = extension::skip_authentication(&mut cursor) {
                    // One such header at most, so that this ends.
                    if next != IpProtocol::AH {
                        self.transport(next, version, hop_limit, cursor);
                    }
                }
            }
            (IPIP, _) => self.ipv4_inside(version, cursor),
            (IPV6, _) => self.ipv6_inside(version, cursor),
            (_, IpVersion::V6) => self.raise(E::Ipv6UnknownNextHeader),
            (_, IpVersion::V4) => {}
        }
    }

    fn udp(&mut self, version: IpVersion, mut cursor: Cursor<'_>) {
        let Some(&[_, _, p0, p1, l0, l1, ..]) = cursor.peek::<UDP_HEADER_LEN>() else {
            return self.raise(E::UdpPktTooSmall);
        };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if length > cursor.rest().len() {
            self.raise(E::UdpPktTooSmall);
            return self.raise(E::UdpHlenTooSmall);
        }
        if length < UDP_HEADER_LEN {
            // Zero means "to the end of the packet" where jumbograms can be (RFC 2675 §4).
            if length == 0 && version == IpVersion::V6 {
                return;
            }
            self.raise(E::UdpHlenInvalid);
            return self.raise(E::UdpLenInvalid);
        }
        cursor.keep(length);
        cursor.skip(UDP_HEADER_LEN);
        self.udp_tunnel(u16::from_be_bytes([p0, p1]), cursor);
    }

    fn ipv4_inside(&mut self, outer: IpVersion, cursor: Cursor<'_>) {
        if outer == IpVersion::V6 {
            if cursor.rest().len() < ipv4::HEADER_LEN {
                return self.raise(E::Ipv6Ipv4InIpv6TooSmall);
            }
            if cursor.rest().first().is_some_and(|byte| byte >> 4 != 4) {
                return self.raise(E::Ipv6Ipv4InIpv6WrongVersion);
            }
        }
        if self.enter_tunnel() {
            self.ipv4(cursor);
        }
    }

    fn ipv6_inside(&mut self, outer: IpVersion, cursor: Cursor<'_>) {
        if outer == IpVersion::V6 {
            if cursor.rest().len() < ipv6::HEADER_LEN {
                return self.raise(E::Ipv6Ipv6InIpv6TooSmall);
            }
            if cursor.rest().first().is_some_and(|byte| byte >> 4 != 6) {
                return self.raise(E::Ipv6Ipv6InIpv6WrongVersion);
            }
        }
        if self.enter_tunnel() {
            self.ipv6(cursor);
        }
    }
}
