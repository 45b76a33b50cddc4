//! Frames for tests, built from the inside out: each function puts one header before its payload.

use super::TcpFlags;

/// Addresses of one IP packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    V4([u8; 4], [u8; 4]),
    V6([u8; 16], [u8; 16]),
}

pub(crate) const V4: Ends = Ends::V4([10, 0, 0, 1], [10, 0, 0, 2]);
pub(crate) const OUTER_V4: Ends = Ends::V4([172, 16, 0, 1], [172, 16, 0, 2]);
pub(crate) const V6: Ends = Ends::V6(v6(1), v6(2));
pub(crate) const OUTER_V6: Ends = Ends::V6(v6(0x101), v6(0x102));

pub(crate) const fn v6(host: u16) -> [u8; 16] {
    let [high, low] = host.to_be_bytes();
    [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low]
}

/// RFC 1071 §4.1, word by word: the reference for the fast one.
pub(crate) fn slow_checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u64;
    for word in bytes.chunks(2) {
        sum += u64::from(word[0]) << 8 | word.get(1).map_or(0, |low| u64::from(*low));
    }
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

pub(crate) fn pseudo_header(ends: Ends, protocol: u8, len: usize) -> Vec<u8> {
    let len = (len as u32).to_be_bytes();
    match ends {
        Ends::V4(src, dst) => [&src[..], &dst, &[0, protocol], &len[2..]].concat(),
        Ends::V6(src, dst) => [&src[..], &dst, &len, &[0, 0, 0, protocol]].concat(),
    }
}

fn with_checksum(mut bytes: Vec<u8>, at: usize, pseudo: &[u8]) -> Vec<u8> {
    let sum = slow_checksum(&[pseudo, &bytes].concat());
    bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    bytes
}

pub(crate) fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], &ethertype.to_be_bytes()[..], payload].concat()
}

/// A tag, to be announced by 0x8100 or 0x88a8, and the type of what follows.
pub(crate) fn vlan(id: u16, ethertype: u16, payload: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes(), &ethertype.to_be_bytes(), payload].concat()
}

/// An IPv4 or IPv6 header. `protocol` is what comes next, extension headers included.
pub(crate) fn ip(ends: Ends, protocol: u8, payload: &[u8]) -> Vec<u8> {
    match ends {
        Ends::V4(..) => ipv4(ends, protocol, &[], 0, payload),
        Ends::V6(src, dst) => {
            let len = (payload.len() as u16).to_be_bytes();
            [&[0x60, 0, 0, 0, len[0], len[1], protocol, 63], &src[..], &dst, payload].concat()
        }
    }
}

/// An IPv4 header with options (whole words), and the word of flags and fragment offset.
pub(crate) fn ipv4(ends: Ends, protocol: u8, options: &[u8], fragment: u16, payload: &[u8]) -> Vec<u8> {
    let Ends::V4(src, dst) = ends else { panic!("not IPv4") };
    let words = 5 + options.len() as u8 / 4;
    let len = (20 + options.len() + payload.len()) as u16;
    let mut header = vec![0x40 | words, 0];
    header.extend(len.to_be_bytes());
    header.extend([0x12, 0x34]);
    header.extend(fragment.to_be_bytes());
    header.extend([63, protocol, 0, 0]);
    header.extend([src, dst].concat());
    header.extend(options);
    [&with_checksum(header, 10, &[]), payload].concat()
}

/// The fragment header of IPv6, for id 0x12345678.
pub(crate) fn fragment_header(next: u8, offset: u16, more: u16, payload: &[u8]) -> Vec<u8> {
    [&[next, 0], &(offset | more).to_be_bytes()[..], &[0x12, 0x34, 0x56, 0x78], payload].concat()
}

/// An extension header of 8 bytes that pads.
pub(crate) fn padding_header(next: u8, payload: &[u8]) -> Vec<u8> {
    [&[next, 0, 1, 4, 0, 0, 0, 0], payload].concat()
}

/// A TCP segment from port 4000 to port 80.
pub(crate) fn tcp(ends: Ends, flags: TcpFlags, [seq, ack]: [u32; 2], payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x0f, 0xa0, 0, 80];
    header.extend(seq.to_be_bytes());
    header.extend(ack.to_be_bytes());
    header.extend([0x50, flags.bits(), 0x20, 0, 0, 0, 0, 0]);
    header.extend(payload);
    let pseudo = pseudo_header(ends, 6, header.len());
    with_checksum(header, 16, &pseudo)
}

pub(crate) fn udp(ends: Ends, [src, dst]: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let len = 8 + payload.len() as u16;
    let header = [src.to_be_bytes(), dst.to_be_bytes(), len.to_be_bytes(), [0, 0]].concat();
    let pseudo = pseudo_header(ends, 17, usize::from(len));
    with_checksum([&header, payload].concat(), 6, &pseudo)
}

/// Type, code and the rest of the header.
pub(crate) fn icmp(ends: Ends, [kind, code]: [u8; 2], rest: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let message = [&[kind, code, 0, 0], &rest[..], payload].concat();
    let pseudo = match ends {
        Ends::V4(..) => Vec::new(),
        Ends::V6(..) => pseudo_header(ends, 58, message.len()),
    };
    with_checksum(message, 2, &pseudo)
}

pub(crate) fn vxlan(flags: u8, policy: u16, vni: u32, payload: &[u8]) -> Vec<u8> {
    [&[flags, 0], &policy.to_be_bytes()[..], &(vni << 8).to_be_bytes(), payload].concat()
}

pub(crate) fn geneve(ethertype: u16, vni: u32, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let words = options.len() as u8 / 4;
    [&[words, 0], &ethertype.to_be_bytes()[..], &(vni << 8).to_be_bytes(), options, payload].concat()
}

/// `fields` are those that the flags announce.
pub(crate) fn gre(flags: u16, ethertype: u16, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    [&flags.to_be_bytes(), &ethertype.to_be_bytes(), fields, payload].concat()
}

/// A G-PDU; `fields` are the optional ones and the extensions.
pub(crate) fn gtp(flags: u8, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    let len = (fields.len() + payload.len()) as u16;
    [&[0x30 | flags, 255], &len.to_be_bytes()[..], &[0, 0, 0, 9], fields, payload].concat()
}

pub(crate) fn pppoe(protocol: u16, payload: &[u8]) -> Vec<u8> {
    let len = 2 + payload.len() as u16;
    [&[0x11, 0, 0, 7], &len.to_be_bytes()[..], &protocol.to_be_bytes(), payload].concat()
}

/// Frames of every kind, for tests that change or answer them.
pub(crate) fn samples() -> Vec<Vec<u8>> {
    let data = [0x2a; 33];
    let segment = |ends| tcp(ends, TcpFlags::ACK | TcpFlags::PSH, [1000, 2000], &data);
    let (inner4, inner6) = (ip(V4, 6, &segment(V4)), ip(V6, 6, &segment(V6)));
    let inner = ethernet(0x0800, &inner4);
    let over = |outer, ports, payload: &[u8]| match outer {
        Ends::V4(..) => ethernet(0x0800, &ip(outer, 17, &udp(outer, ports, payload))),
        Ends::V6(..) => ethernet(0x86dd, &ip(outer, 17, &udp(outer, ports, payload))),
    };
    vec![
        inner.clone(),
        ethernet(0x86dd, &inner6),
        ethernet(0x8100, &vlan(100, 0x0800, &inner4)),
        ethernet(0x88a8, &vlan(100, 0x8100, &vlan(200, 0x86dd, &inner6))),
        ethernet(0x8847, &[&[0, 1, 0x40, 64, 0, 1, 0x51, 64], &inner4[..]].concat()),
        ethernet(0x8864, &pppoe(0x0021, &inner4)),
        ethernet(0x0800, &ip(V4, 17, &udp(V4, [53, 53], &data))),
        ethernet(0x86dd, &ip(V6, 17, &udp(V6, [5353, 5353], &data))),
        ethernet(0x0800, &ip(V4, 1, &icmp(V4, [8, 0], [0, 7, 0, 1], &data))),
        ethernet(0x86dd, &ip(V6, 58, &icmp(V6, [128, 0], [0, 7, 0, 1], &data))),
        ethernet(0x86dd, &ip(V6, 0, &padding_header(60, &padding_header(6, &segment(V6))))),
        over(OUTER_V4, [50000, 4789], &vxlan(0x88, 77, 5000, &inner)),
        over(OUTER_V6, [50000, 4789], &vxlan(0x08, 0, 5000, &ethernet(0x86dd, &inner6))),
        over(OUTER_V4, [50000, 4790], &vxlan(0x0c, 1, 5000, &inner4)),
        over(OUTER_V6, [50000, 6081], &geneve(0x6558, 6000, &[1, 2, 3, 0], &inner)),
        over(OUTER_V4, [2152, 2152], &gtp(0x04, &[0, 0, 0, 0x85, 1, 0, 0, 0], &inner4)),
        ethernet(0x0800, &ip(OUTER_V4, 47, &gre(0x3000, 0x0800, &[0, 0, 0, 7, 0, 0, 0, 1], &inner4))),
        ethernet(0x0800, &ip(OUTER_V4, 47, &gre(0x8000, 0x6558, &[0, 0, 0, 0], &inner))),
        ethernet(0x0800, &ip(OUTER_V4, 4, &inner4)),
        ethernet(0x86dd, &ip(OUTER_V6, 41, &ip(OUTER_V6, 4, &inner4))),
        ethernet(0x0800, &ipv4(V4, 17, &[], 0x2000, &udp(V4, [1, 2], &[0; 24]))),
        ethernet(0x86dd, &ip(V6, 44, &fragment_header(17, 32, 1, &[0; 32]))),
    ]
}
