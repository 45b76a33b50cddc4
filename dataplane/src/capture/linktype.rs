//! What the frames of a capture start with, and how each kind becomes Ethernet.
//!
//! The engine knows Ethernet only, so a frame of another kind gets an Ethernet header with zero addresses in place of
//! its own link header. What has no EtherType of its own is given [`NO_ETHERTYPE`], under which nothing is parsed: a
//! frame is never lost for its link header. Radio headers and IEEE 802.11 are not taken apart.

use std::fmt;

/// Length of the header that is put in place.
pub const ETHERNET_HEADER_LEN: usize = 14;
/// Reserved by IANA: stands for a payload that no EtherType names.
pub const NO_ETHERTYPE: u16 = 0xffff;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// The whole of a PPP frame, its protocol number included (RFC 9542 appendix B).
const PPP: u16 = 0x880b;

/// The number of a link type (the registry of draft-ietf-opsawg-pcaplinktype).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u32);

/// What a link header says: what follows it, and where that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkHeader {
    /// It is an Ethernet header already.
    Ethernet,
    /// To be exchanged for an Ethernet header.
    Replace {
        /// The EtherType, or a length where IEEE 802.2 follows.
        ethertype: u16,
        /// Length of the header to be replaced.
        len: usize,
    },
}

/// Takes the link header of a frame apart.
type Decode = fn(&[u8]) -> Option<LinkHeader>;

/// The link types that can be read: the one list of them.
const SUPPORTED: [(LinkType, &str, Decode); 12] = [
    (LinkType(0), "NULL", address_family),
    (LinkType::ETHERNET, "ETHERNET", |_| Some(LinkHeader::Ethernet)),
    (LinkType(9), "PPP", ppp),
    // RAW is 12 on most systems and 14 on OpenBSD, where a program wrote its own number into the file.
    (LinkType(12), "RAW", raw),
    (LinkType(14), "RAW", raw),
    (LinkType(50), "PPP_HDLC", ppp),
    (LinkType(101), "RAW", raw),
    (LinkType(108), "LOOP", address_family),
    (LinkType(113), "LINUX_SLL", linux_cooked),
    (LinkType(228), "IPV4", |_| replace(IPV4, 0)),
    (LinkType(229), "IPV6", |_| replace(IPV6, 0)),
    (LinkType(276), "LINUX_SLL2", linux_cooked_v2),
];

impl LinkType {
    /// IEEE 802.3.
    pub const ETHERNET: LinkType = LinkType(1);

    fn entry(self) -> Option<&'static (LinkType, &'static str, Decode)> {
        SUPPORTED.iter().find(|(link, ..)| *link == self)
    }

    /// Whether frames of this type can be read.
    pub fn is_supported(self) -> bool {
        self.entry().is_some()
    }

    /// What `frame` starts with; `None` for link types that can't be read.
    pub(super) fn header(self, frame: &[u8]) -> Option<LinkHeader> {
        let (.., decode) = self.entry()?;
        // A frame that is shorter than its link header is kept as it is, as the payload of nothing.
        Some(decode(frame).unwrap_or(LinkHeader::Replace { ethertype: NO_ETHERTYPE, len: 0 }))
    }

    /// The types that can be read, for people: `NULL (0), ETHERNET (1) …`.
    pub fn supported() -> String {
        SUPPORTED.map(|(link, ..)| link.to_string()).join(", ")
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some((_, name, _)) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

fn replace(ethertype: u16, len: usize) -> Option<LinkHeader> {
    Some(LinkHeader::Replace { ethertype, len })
}

/// The header of BSD loopback devices: the address family, in the byte order of the machine that captured (NULL) or of
/// the network (LOOP). Families are small numbers, so the order shows.
fn address_family(frame: &[u8]) -> Option<LinkHeader> {
    let &bytes = frame.first_chunk()?;
    let family = u32::from_le_bytes(bytes).min(u32::from_be_bytes(bytes));
    let ethertype = match family {
        2 => IPV4,
        // Linux; Windows; NetBSD and OpenBSD; FreeBSD; Darwin.
        10 | 23 | 24 | 28 | 30 => IPV6,
        _ => NO_ETHERTYPE,
    };
    replace(ethertype, 4)
}

/// No header: the version of IP is in the first four bits.
fn raw(frame: &[u8]) -> Option<LinkHeader> {
    let ethertype = match frame.first()? >> 4 {
        4 => IPV4,
        6 => IPV6,
        _ => NO_ETHERTYPE,
    };
    replace(ethertype, 0)
}

/// PPP (RFC 1661 §2), with the address and control bytes of HDLC (RFC 1662 §3.1) or without; or Cisco's HDLC (RFC
/// 1547 §4.3.1), which shares the link type.
fn ppp(frame: &[u8]) -> Option<LinkHeader> {
    if let [0x0f | 0x8f, 0x00, high, low, ..] = *frame {
        return replace(u16::from_be_bytes([high, low]), 4);
    }
    let (rest, before) = match frame.strip_prefix(&[0xff, 0x03]) {
        Some(rest) => (rest, 2),
        None => (frame, 0),
    };
    // A compressed protocol number is one odd byte (RFC 1661 §6.5).
    let (protocol, len) = match *rest {
        [low, ..] if low & 1 == 1 => (u16::from(low), before + 1),
        [high, low, ..] => (u16::from_be_bytes([high, low]), before + 2),
        _ => return None,
    };
    match protocol {
        0x0021 => replace(IPV4, len),
        0x0057 => replace(IPV6, len),
        0x0281 => replace(0x8847, len),
        0x0283 => replace(0x8848, len),
        _ => replace(PPP, before),
    }
}

/// What the "cooked" devices of Linux say about the payload: an EtherType, or a small number of their own.
fn cooked_protocol(protocol: u16, payload: usize, len: usize) -> Option<LinkHeader> {
    let ethertype = match protocol {
        // IEEE 802.2 follows, which has a length in the place of the EtherType.
        0x0004 => u16::try_from(payload).ok().filter(|length| *length < 0x0600).unwrap_or(NO_ETHERTYPE),
        0..0x0600 => NO_ETHERTYPE,
        _ => protocol,
    };
    replace(ethertype, len)
}

/// Version 1: packet type, ARPHRD, address length, address (8), protocol; 16 bytes.
fn linux_cooked(frame: &[u8]) -> Option<LinkHeader> {
    let (&header, payload) = frame.split_first_chunk::<16>()?;
    let [.., high, low] = header;
    cooked_protocol(u16::from_be_bytes([high, low]), payload.len(), 16)
}

/// Version 2: protocol, reserved, interface (4), ARPHRD, packet type, address length, address (8); 20 bytes.
fn linux_cooked_v2(frame: &[u8]) -> Option<LinkHeader> {
    let (&[high, low, ..], payload) = frame.split_first_chunk::<20>()?;
    cooked_protocol(u16::from_be_bytes([high, low]), payload.len(), 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_header_says_what_follows() {
        let sll = [0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x86, 0xdd, 0x60];
        let mut llc = sll;
        (llc[14], llc[15]) = (0, 4);
        let mut sll2 = [0; 21];
        (sll2[0], sll2[1]) = (8, 6);
        let table: [(u32, &[u8], u16, usize); 24] = [
            (0, &[2, 0, 0, 0, 0x45], IPV4, 4),
            (0, &[0, 0, 0, 2, 0x45], IPV4, 4),
            (0, &[30, 0, 0, 0, 0x60], IPV6, 4),
            (0, &[24, 0, 0, 0], IPV6, 4),
            (108, &[0, 0, 0, 28], IPV6, 4),
            (108, &[0, 0, 0, 10], IPV6, 4),
            (108, &[0, 0, 0, 99], NO_ETHERTYPE, 4),
            (108, &[0, 0, 0], NO_ETHERTYPE, 0),
            (9, &[0x00, 0x21, 0x45], IPV4, 2),
            (9, &[0x21, 0x45], IPV4, 1),
            (9, &[0xff, 0x03, 0x00, 0x57], IPV6, 4),
            (50, &[0xff, 0x03, 0xc0, 0x21], PPP, 2),
            (50, &[0x0f, 0x00, 0x08, 0x00, 0x45], IPV4, 4),
            (9, &[0xff, 0x03], NO_ETHERTYPE, 0),
            (12, &[0x45], IPV4, 0),
            (14, &[0x60], IPV6, 0),
            (101, &[0x10], NO_ETHERTYPE, 0),
            (101, &[], NO_ETHERTYPE, 0),
            (228, &[0x45], IPV4, 0),
            (229, &[], IPV6, 0),
            (113, &sll, IPV6, 16),
            (113, &llc, 1, 16),
            (113, &sll[..15], NO_ETHERTYPE, 0),
            (276, &sll2, 0x0806, 20),
        ];
        for (link, frame, ethertype, len) in table {
            let want = LinkHeader::Replace { ethertype, len };
            assert_eq!(LinkType(link).header(frame), Some(want), "{link} {frame:02x?}");
        }
        assert_eq!(LinkType::ETHERNET.header(&[]), Some(LinkHeader::Ethernet));
        assert_eq!(LinkType(105).header(&[0; 64]), None, "IEEE 802.11");
    }

    #[test]
    fn supported_types_are_listed_by_name() {
        let list = LinkType::supported().to_string();
        assert!(list.starts_with("NULL (0), ETHERNET (1), PPP (9)"), "{list}");
        assert_eq!(LinkType(105).to_string(), "105");
    }
}
