//! Below IP: Ethernet, its tags, MPLS, PPPoE and ARP.

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::{MAX_VLAN_TAGS, ethernet};

const VNTAG: u16 = 0x8926;
const PROVIDER_BACKBONE: u16 = 0x88e7;
const MPLS_MULTICAST: u16 = 0x8848;
const PPPOE_DISCOVERY: u16 = 0x8863;
const ARP: u16 = 0x0806;
const ETHERNET_HARDWARE: u16 = 1;
/// PPP's network protocols that are assigned and are not IP (RFC 1661 §6, IANA "PPP DLL Protocol Numbers").
const PPP_NETWORK: [u16; 14] = [
    0x0023, 0x0025, 0x0027, 0x0029, 0x002b, 0x002d, 0x002f, 0x0031, 0x0033, 0x0035, 0x003d, 0x0207, 0x0281,
    0x0283,
];
/// What sets up a link and its networks starts here; it carries nothing and is as it should be.
const PPP_CONTROL: u16 = 0x8000;
const PPP_VJ_UNCOMPRESSED: u16 = 0x002f;
/// The header that a VJ-uncompressed packet must have: IP's and TCP's (RFC 1144 §3.2.3).
const VJ_UNCOMPRESSED_LEN: usize = 40;

impl Look<'_> {
    pub fn ethernet(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[.., high, low]) = cursor.peek::<{ ethernet::HEADER_LEN }>() else {
            return self.raise(E::EthernetPktTooSmall);
        };
        cursor.skip(ethernet::HEADER_LEN);
        self.network(u16::from_be_bytes([high, low]), cursor);
    }

    /// What an EtherType announces. Returns whether it is known.
    pub fn network(&mut self, ethertype: u16, mut cursor: Cursor<'_>) {
        let mut ethertype = ethertype;
        for tags in 1.. {
            match ethertype {
                ethernet::VLAN | ethernet::VLAN_SERVICE | ethernet::VLAN_OLD_SERVICE => {
                    if tags > MAX_VLAN_TAGS {
                        return self.raise(E::VlanTooManyLayers);
                    }
                    let Some(&[_, _, next @ ..]) = cursor.peek::<4>() else {
                        return self.raise(E::VlanHeaderTooSmall);
                    };
                    cursor.skip(4);
                    ethertype = u16::from_be_bytes(next);
                }
                other => {
                    if !self.untagged(other, cursor) && tags > 1 {
                        self.raise(E::VlanUnknownType);
                    }
                    return;
                }
            }
        }
    }

    /// What an EtherType other than a VLAN's announces. Returns whether it is known.
    fn untagged(&mut self, ethertype: u16, cursor: Cursor<'_>) -> bool {
        match ethertype {
            ethernet::IPV4 => self.ipv4(cursor),
            ethernet::IPV6 => self.ipv6(cursor),
            ethernet::MPLS | MPLS_MULTICAST => self.mpls(cursor),
            ethernet::PPPOE_SESSION => self.pppoe_session(cursor),
            PPPOE_DISCOVERY => self.pppoe_discovery(cursor),
            ARP => self.arp(cursor),
            VNTAG => self.vntag(cursor),
            PROVIDER_BACKBONE => self.provider_backbone(cursor),
            _ => {
                self.raise(E::EthernetUnknownEthertype);
                return false;
            }
        }
        true
    }

    /// IEEE 802.1Qbh: two bytes, two identifiers, the type.
    fn vntag(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[_, _, _, _, next @ ..]) = cursor.peek::<6>() else {
            return self.raise(E::VntagHeaderTooSmall);
        };
        cursor.skip(6);
        match u16::from_be_bytes(next) {
            ethernet::IPV4 => self.ipv4(cursor),
            ethernet::IPV6 => self.ipv6(cursor),
            _ => self.raise(E::VntagUnknownType),
        }
    }

    /// IEEE 802.1ah: an I-tag of four bytes, the addresses of the customer, the type.
    fn provider_backbone(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[.., high, low]) = cursor.peek::<18>() else {
            return self.raise(E::Ieee8021ahHeaderTooSmall);
        };
        cursor.skip(18);
        match u16::from_be_bytes([high, low]) {
            ethernet::IPV4 => self.ipv4(cursor),
            ethernet::IPV6 => self.ipv6(cursor),
            _ => {}
        }
    }

    /// RFC 3032 §2.1: labels below 16 are reserved, and only 0 and 2 say what follows.
    fn mpls(&mut self, mut cursor: Cursor<'_>) {
        let label = loop {
            let Some(&[high, middle, low, _]) = cursor.peek::<4>() else {
                return self.raise(E::MplsHeaderTooSmall);
            };
            cursor.skip(4);
            if low & 0x01 != 0 {
                break u32::from_be_bytes([0, high, middle, low]) >> 4;
            }
        };
        match label {
            0 => return self.ipv4(cursor),
            1 => return self.raise(E::MplsBadLabelRouterAlert),
            2 => return self.ipv6(cursor),
            3 => return self.raise(E::MplsBadLabelImplicitNull),
            4..=15 => return self.raise(E::MplsBadLabelReserved),
            _ => {}
        }
        if cursor.peek::<4>().is_none() {
            return self.raise(E::MplsPktTooSmall);
        }
        match cursor.rest().first().map(|byte| byte >> 4) {
            Some(4) => self.ipv4(cursor),
            Some(6) => self.ipv6(cursor),
            // The control word of a pseudowire (RFC 4385 §3), with an Ethernet frame behind it.
            Some(0) => {
                cursor.skip(4);
                self.ethernet(cursor);
            }
            _ => self.raise(E::MplsUnknownPayloadType),
        }
    }

    /// RFC 2516 §4, and the protocol of RFC 1661 §2.
    fn pppoe_session(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[_, code, ..]) = cursor.peek::<7>() else { return self.raise(E::PppoePktTooSmall) };
        if code != 0 {
            return self.raise(E::PppoeWrongCode);
        }
        cursor.skip(6);
        self.ppp(cursor);
    }

    pub fn ppp(&mut self, mut cursor: Cursor<'_>) {
        let (protocol, len) = match *cursor.rest() {
            // A compressed protocol number is one odd byte (RFC 1661 §6.5).
            [odd, ..] if odd & 1 == 1 => (u16::from(odd), 1),
            [high, low, ..] => (u16::from_be_bytes([high, low]), 2),
            _ => return self.raise(E::PppPktTooSmall),
        };
        cursor.skip(len);
        match protocol {
            0x0021 if cursor.rest().len() < crate::packet::ipv4::HEADER_LEN => {
                self.raise(E::PppIp4PktTooSmall);
            }
            0x0021 => self.ipv4(cursor),
            0x0057 if cursor.rest().len() < crate::packet::ipv6::HEADER_LEN => {
                self.raise(E::PppIp6PktTooSmall);
            }
            0x0057 => self.ipv6(cursor),
            PPP_VJ_UNCOMPRESSED if cursor.rest().len() < VJ_UNCOMPRESSED_LEN => {
                self.raise(E::PppVjuPktTooSmall);
            }
            PPP_CONTROL.. => {}
            known if PPP_NETWORK.contains(&known) => self.raise(E::PppUnsupProto),
            _ => self.raise(E::PppWrongType),
        }
    }

    /// RFC 2516 §5: a code, and tags of a type and a length each.
    fn pppoe_discovery(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[_, code, _, _, high, low]) = cursor.peek::<6>() else {
            return self.raise(E::PppoePktTooSmall);
        };
        if !matches!(code, 0x09 | 0x07 | 0x19 | 0x65 | 0xa7) {
            return self.raise(E::PppoeWrongCode);
        }
        cursor.skip(6);
        if cursor.keep(usize::from(u16::from_be_bytes([high, low]))).is_none() {
            return self.raise(E::PppoeMalformedTags);
        }
        while let Some(&[_, _, high, low]) = cursor.peek::<4>() {
            if cursor.skip(4 + usize::from(u16::from_be_bytes([high, low]))).is_none() {
                return self.raise(E::PppoeMalformedTags);
            }
        }
    }

    /// RFC 826, of IPv4 over Ethernet.
    fn arp(&mut self, cursor: Cursor<'_>) {
        let Some(&[hardware @ .., p0, p1, hardware_len, protocol_len, o0, o1]) = cursor.peek::<8>() else {
            return self.raise(E::ArpPktTooSmall);
        };
        let event = if u16::from_be_bytes(hardware) != ETHERNET_HARDWARE {
            E::ArpUnsupportedHardware
        } else if u16::from_be_bytes([p0, p1]) != ethernet::IPV4 {
            E::ArpUnsupportedProtocol
        } else if cursor.rest().len() < 28 {
            E::ArpUnsupportedPkt
        } else if hardware_len != 6 {
            E::ArpInvalidHardwareSize
        } else if protocol_len != 4 {
            E::ArpInvalidProtocolSize
        } else if !matches!(u16::from_be_bytes([o0, o1]), 1..=4 | 8..=10) {
            E::ArpUnsupportedOpcode
        } else {
            return;
        };
        self.raise(event);
    }
}
