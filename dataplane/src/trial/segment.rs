//! Frames of TCP over IPv4 and Ethernet, with checksums, for exchanges that were never on a wire.

use crate::packet::checksum::{Checksum, checksum};
use crate::packet::{Address, IpProtocol, IpVersion, TcpFlags};

/// The largest payload: an MTU of 1500 less headers without options.
pub(super) const MSS: usize = 1460;

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub address: [u8; 4],
    pub port: u16,
}

/// A segment from one end to the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'p> {
    pub from: End,
    pub to: End,
    pub flags: TcpFlags,
    pub seq: u32,
    pub ack: u32,
    /// At most [`MSS`] bytes.
    pub payload: &'p [u8],
}

impl Segment<'_> {
    /// The frame that carries it (RFC 9293 §3.1, RFC 791 §3.1).
    pub fn frame(&self) -> Vec<u8> {
        let mut tcp = Vec::with_capacity(20 + self.payload.len());
        tcp.extend(self.from.port.to_be_bytes());
        tcp.extend(self.to.port.to_be_bytes());
        tcp.extend(self.seq.to_be_bytes());
        tcp.extend(self.ack.to_be_bytes());
        tcp.extend([5 << 4, self.flags.bits(), 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(self.payload);
        let mut sum = Checksum::new();
        let ends = [Address::v4(self.from.address), Address::v4(self.to.address)];
        sum.add_pseudo_header(IpVersion::V4, ends, IpProtocol::TCP, tcp.len());
        sum.add(&tcp);
        put(&mut tcp, 16, sum.finish());
        let [high, low] = (20 + tcp.len() as u16).to_be_bytes();
        let mut ip = vec![0x45, 0, high, low, 0, 0, 0x40, 0, 64, IpProtocol::TCP.0, 0, 0];
        ip.extend(self.from.address);
        ip.extend(self.to.address);
        let header_sum = checksum(&ip);
        put(&mut ip, 10, header_sum);
        let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
        [&ethernet[..], &ip, &tcp].concat()
    }
}

fn put(bytes: &mut [u8], at: usize, sum: [u8; 2]) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::checksum::{ChecksumState, verify};
    use crate::packet::{Parsed, ParserConfig, parse};

    #[test]
    fn the_frame_is_what_it_says_and_its_checksums_are_right() {
        let from = End { address: [10, 0, 0, 1], port: 40_000 };
        let to = End { address: [10, 0, 0, 2], port: 80 };
        let segment = Segment { from, to, flags: TcpFlags::ACK, seq: 1, ack: 2, payload: b"hello" };
        let frame = segment.frame();
        let Ok(Parsed::Ip(packet)) = parse(&frame, &ParserConfig::default()) else { panic!("{frame:02x?}") };
        assert_eq!(verify(&frame, &packet), ChecksumState::Good);
        assert_eq!(packet.payload(&frame), b"hello");
        assert_eq!((packet.tcp.seq, packet.src_port, packet.dst_port), (1, 40_000, 80));
    }
}
