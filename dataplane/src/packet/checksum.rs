//! The Internet checksum (RFC 1071).
//!
//! It is the one's complement of the one's complement sum of 16-bit words. That sum does not depend on the byte order
//! it is taken in, as long as the result is stored in the same (§2(B)), so everything here adds words in the order of
//! the machine and gives bytes.
//!
//! A receiver drops what has a wrong checksum. Whoever inspects such a packet's bytes as if they had arrived sees
//! another conversation than the ends do, and can be led astray by it; hence [`verify`].

use super::cursor::Cursor;
use super::extension::{self, Route};
use super::{Address, IpProtocol, IpVersion, Packet, ipv4, ipv6};

/// A sum in the making.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checksum {
    sum: u64,
    next: Place,
}

/// Where in its word the next byte comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    First,
    Second,
}

impl Checksum {
    /// Of nothing.
    pub fn new() -> Checksum {
        Checksum::default()
    }

    /// Adds bytes. They may come in pieces of any length.
    pub fn add(&mut self, bytes: &[u8]) {
        let sum = sum_words(bytes);
        self.sum += match self.next {
            Place::First => sum,
            // All bytes are in the other half of their words (RFC 1071 §2(B)).
            Place::Second => u64::from(fold(sum).swap_bytes()),
        };
        if bytes.len() % 2 == 1 {
            self.next = match self.next {
                Place::First => Place::Second,
                Place::Second => Place::First,
            };
        }
    }

    /// Adds the pseudo header of RFC 9293 §3.1 and RFC 768, or of RFC 8200 §8.1, for `len` bytes of transport header
    /// and payload.
    pub fn add_pseudo_header(
        &mut self,
        version: IpVersion,
        [src, dst]: [Address; 2],
        protocol: IpProtocol,
        len: usize,
    ) {
        match version {
            IpVersion::V4 => {
                self.add(&src.v4_octets());
                self.add(&dst.v4_octets());
            }
            IpVersion::V6 => {
                self.add(&src.0);
                self.add(&dst.0);
            }
        }
        self.add(&(len as u32).to_be_bytes());
        self.add(&[0, 0, 0, protocol.0]);
    }

    /// The checksum, as it is stored in a header. Over bytes that hold their own checksum it is zero.
    pub fn finish(self) -> [u8; 2] {
        (!fold(self.sum)).to_ne_bytes()
    }
}

/// Sums 16-bit words; a last single byte is the first half of a word.
fn sum_words(bytes: &[u8]) -> u64 {
    // Words of 32 bits fold to the same sum as those of 16, and 64-bit lanes have room for 16 GiB of them.
    let (blocks, rest) = bytes.as_chunks::<32>();
    let mut lanes = [0_u64; 8];
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks().0) {
            *lane += u64::from(u32::from_ne_bytes(*word));
        }
    }
    let (words, rest) = rest.as_chunks();
    let mut sum: u64 = lanes.iter().sum();
    sum += words.iter().map(|word| u64::from(u32::from_ne_bytes(*word))).sum::<u64>();
    let last = match *rest {
        [a] => [a, 0, 0, 0],
        [a, b] => [a, b, 0, 0],
        [a, b, c] => [a, b, c, 0],
        _ => return sum,
    };
    sum + u64::from(u32::from_ne_bytes(last))
}

fn fold(mut sum: u64) -> u16 {
    sum = (sum & 0xffff_ffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum as u16
}

/// The checksum of some bytes.
pub fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum = Checksum::new();
    sum.add(bytes);
    sum.finish()
}

/// What the checksums of a packet are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumState {
    /// As they should be.
    Good,
    /// One is wrong: the receiver drops the packet.
    Bad,
    /// The transport has none that can be verified here: a fragment, UDP without checksum, a packet that a routing
    /// header takes elsewhere first, SCTP (whose CRC is not verified) and all else.
    Absent,
}

/// Verifies the checksums of the innermost packet: that of its IPv4 header, and that of TCP, UDP, ICMP or ICMPv6.
pub fn verify(frame: &[u8], packet: &Packet) -> ChecksumState {
    match verify_ip(frame, packet) {
        ChecksumState::Bad => ChecksumState::Bad,
        _ => verify_transport(frame, packet),
    }
}

/// Verifies the checksum of the innermost IPv4 header; IPv6 has none.
pub fn verify_ip(frame: &[u8], packet: &Packet) -> ChecksumState {
    match packet.version {
        IpVersion::V6 => ChecksumState::Absent,
        IpVersion::V4 if ipv4_header_is_good(frame, packet) => ChecksumState::Good,
        IpVersion::V4 => ChecksumState::Bad,
    }
}

/// Verifies the checksum of the innermost TCP, UDP, ICMP or ICMPv6.
pub fn verify_transport(frame: &[u8], packet: &Packet) -> ChecksumState {
    let transport = usize::from(packet.transport_offset);
    let end = usize::from(packet.payload_offset) + usize::from(packet.payload_len);
    let Some(segment) = frame.get(transport..end).filter(|_| has_checksum(frame, packet)) else {
        return ChecksumState::Absent;
    };
    let mut sum = Checksum::new();
    if packet.protocol != IpProtocol::ICMP {
        sum.add_pseudo_header(packet.version, [packet.src, packet.dst], packet.protocol, segment.len());
    }
    sum.add(segment);
    if sum.finish() == [0, 0] { ChecksumState::Good } else { ChecksumState::Bad }
}

fn ipv4_header_is_good(frame: &[u8], packet: &Packet) -> bool {
    let header = frame.get(usize::from(packet.ip_offset)..).unwrap_or_default();
    let len = header.first().map_or(0, |byte| usize::from(byte & 0x0f) * 4).max(ipv4::HEADER_LEN);
    header.get(..len).is_some_and(|header| checksum(header) == [0, 0])
}

/// Whether the packet has a transport checksum that can be verified.
fn has_checksum(frame: &[u8], packet: &Packet) -> bool {
    let covered = match (packet.protocol, packet.version) {
        (IpProtocol::TCP, _) | (IpProtocol::ICMP, IpVersion::V4) | (IpProtocol::ICMPV6, IpVersion::V6) => {
            true
        }
        (IpProtocol::UDP, _) => {
            let field = usize::from(packet.transport_offset) + 6;
            frame.get(field..field + 2).is_some_and(|field| field != [0, 0])
        }
        _ => false,
    };
    covered && packet.fragment.is_none() && leads_to_receiver(frame, packet)
}

/// Whether the destination of the pseudo header is that of the packet (RFC 8200 §8.1).
fn leads_to_receiver(frame: &[u8], packet: &Packet) -> bool {
    let extensions = usize::from(packet.ip_offset) + ipv6::HEADER_LEN;
    if packet.version == IpVersion::V4 || usize::from(packet.transport_offset) == extensions {
        return true;
    }
    let named_at = usize::from(packet.ip_offset) + ipv6::NEXT_HEADER_AT;
    let mut cursor = Cursor::new(frame);
    let Some((&next, ())) = frame.get(named_at).zip(cursor.skip(extensions)) else { return false };
    let chain = extension::read(IpProtocol(next), named_at, &mut cursor);
    chain.is_ok_and(|chain| chain.route == Route::Final)
}
