//! Gives the flows of a capture other addresses for every round.
//!
//! The last 16 bits of both addresses of the innermost packet are combined with a mask of the round by exclusive or:
//! different addresses stay different, both directions of a flow stay together, and what a policy says of prefixes of
//! up to /16 (/112) stays true. Ports, tunnels and VLANs are left alone. Checksums are patched (RFC 1624), except
//! those of fragments and of outer headers, whose addresses do not change.

use crate::packet::{IpProtocol, IpVersion, Packet};

/// Whether rounds differ in their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// Every round has addresses of its own.
    Fresh,
    /// Every round has those of the capture.
    Kept,
}

/// Where a frame's addresses and the checksums over them are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AddressPlaces {
    /// The last two bytes of source and destination; both zero where there are none.
    words: [u16; 2],
    /// Checksums that cover the addresses; zero where there is none.
    sums: [u16; 2],
    /// What a transport checksum of zero stands for.
    zero: Zero,
}

/// What a checksum of zero stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Zero {
    /// Itself.
    #[default]
    Sum,
    /// That there is none (RFC 768); a sum of zero is written as 0xffff.
    NoSum,
}

impl AddressPlaces {
    /// Finds them in a frame that was parsed.
    pub fn of(packet: &Packet) -> AddressPlaces {
        let (words, header_sum) = match packet.version {
            IpVersion::V4 => ([14, 18], packet.ip_offset + 10),
            IpVersion::V6 => ([22, 38], 0),
        };
        let transport_sum = match packet.protocol {
            IpProtocol::TCP => packet.transport_offset + 16,
            IpProtocol::UDP => packet.transport_offset + 6,
            IpProtocol::ICMPV6 => packet.transport_offset + 2,
            _ => 0,
        };
        AddressPlaces {
            words: words.map(|word| packet.ip_offset + word),
            sums: [header_sum, if packet.fragment.is_some() { 0 } else { transport_sum }],
            zero: if packet.protocol == IpProtocol::UDP { Zero::NoSum } else { Zero::Sum },
        }
    }

    /// Changes both addresses of a frame by exclusive or with `mask`.
    pub fn apply(&self, frame: &mut [u8], mask: u16) {
        for word in self.words {
            let Some(old) = read(frame, word) else { continue };
            let new = old ^ mask;
            write(frame, word, new);
            let [header, transport] = self.sums;
            patch(frame, header, [old, new], Zero::Sum);
            patch(frame, transport, [old, new], self.zero);
        }
    }
}

/// Brings the checksum at `at` up to date after a word under it changed.
fn patch(frame: &mut [u8], at: u16, [old, new]: [u16; 2], zero: Zero) {
    match (read(frame, at), zero) {
        (None, _) | (Some(0), Zero::NoSum) => {}
        (Some(sum), Zero::Sum) => write(frame, at, updated(sum, old, new)),
        (Some(sum), Zero::NoSum) => match updated(sum, old, new) {
            0 => write(frame, at, 0xffff),
            sum => write(frame, at, sum),
        },
    }
}

/// The checksum after a word under it changed (RFC 1624 §3, equation 3).
fn updated(sum: u16, old: u16, new: u16) -> u16 {
    let mut total = u32::from(!sum) + u32::from(!old) + u32::from(new);
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

fn read(frame: &[u8], at: u16) -> Option<u16> {
    let bytes = frame.get(usize::from(at)..)?.first_chunk()?;
    (at != 0).then(|| u16::from_be_bytes(*bytes))
}

fn write(frame: &mut [u8], at: u16, value: u16) {
    if let Some(place) = frame.get_mut(usize::from(at)..).and_then(|rest| rest.first_chunk_mut()) {
        *place = value.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::checksum::{ChecksumState, verify};
    use crate::packet::test_frames::{V4, V6, ethernet, ip, tcp, udp};
    use crate::packet::{Parsed, ParserConfig, TcpFlags, parse};

    fn packet(frame: &[u8]) -> Packet {
        match parse(frame, &ParserConfig::default()) {
            Ok(Parsed::Ip(packet)) => packet,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn addresses_change_and_checksums_stay_right() {
        let table = [
            ethernet(0x0800, &ip(V4, 6, &tcp(V4, TcpFlags::ACK, [1, 2], b"hello"))),
            ethernet(0x86dd, &ip(V6, 6, &tcp(V6, TcpFlags::ACK, [1, 2], b"hello"))),
            ethernet(0x0800, &ip(V4, 17, &udp(V4, [1000, 53], b"hello"))),
            ethernet(0x86dd, &ip(V6, 17, &udp(V6, [1000, 53], b"hello"))),
        ];
        for original in table {
            let places = AddressPlaces::of(&packet(&original));
            let mut frame = original.clone();
            for mask in [0x0001, 0x8000, 0xffff, 0x1234] {
                places.apply(&mut frame, mask);
                let (before, after) = (packet(&original), packet(&frame));
                assert_eq!(verify(&frame, &after), ChecksumState::Good, "{mask:04x} {frame:02x?}");
                assert_ne!(before.src, after.src);
                assert_ne!(before.dst, after.dst);
                assert_eq!((before.src_port, before.dst_port), (after.src_port, after.dst_port));
                places.apply(&mut frame, mask);
                assert_eq!(packet(&frame).src, before.src, "the same mask takes it back");
            }
        }
    }

    #[test]
    fn a_cut_frame_is_left_alone() {
        let whole = ethernet(0x0800, &ip(V4, 17, &udp(V4, [1000, 53], b"hello")));
        let places = AddressPlaces::of(&packet(&whole));
        for len in 0..whole.len() {
            places.apply(&mut whole[..len].to_vec(), 0xffff);
        }
    }
}
