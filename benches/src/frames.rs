//! Ethernet frames of TCP and UDP over IPv4, with checksums.

use weir::packet::TcpFlags;
use weir::packet::checksum::{Checksum, checksum};
use weir::packet::{Address, IpProtocol, IpVersion};

/// The largest payload of a segment: an MTU of 1500 less the headers of IPv4 and TCP with timestamps.
pub const MSS: usize = 1448;

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Its address.
    pub address: [u8; 4],
    /// Its port.
    pub port: u16,
}

/// A TCP segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Control bits.
    pub flags: TcpFlags,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number.
    pub ack: u32,
    /// The clock of the timestamp option (RFC 7323), ms.
    pub clock: u32,
    /// Payload.
    pub payload: &'a [u8],
}

/// A frame of TCP.
pub fn tcp(from: End, to: End, segment: &Segment<'_>) -> Vec<u8> {
    let mut options = vec![];
    if segment.flags.contains(TcpFlags::SYN) {
        // Maximum segment size, and window scale by 7.
        options.extend([2, 4, 0x05, 0xb4, 1, 3, 3, 7]);
    }
    options.extend([1, 1, 8, 10]);
    options.extend(segment.clock.to_be_bytes());
    options.extend([0; 4]);
    let words = 5 + options.len() as u8 / 4;
    let mut bytes = Vec::with_capacity(usize::from(words) * 4 + segment.payload.len());
    bytes.extend(from.port.to_be_bytes());
    bytes.extend(to.port.to_be_bytes());
    bytes.extend(segment.seq.to_be_bytes());
    bytes.extend(segment.ack.to_be_bytes());
    bytes.extend([words << 4, segment.flags.bits(), 0x7f, 0xff, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(segment.payload);
    transport(from, to, IpProtocol::TCP, 16, bytes)
}

/// A frame of UDP.
pub fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let len = 8 + payload.len() as u16;
    let mut bytes = Vec::with_capacity(usize::from(len));
    bytes.extend(from.port.to_be_bytes());
    bytes.extend(to.port.to_be_bytes());
    bytes.extend(len.to_be_bytes());
    bytes.extend([0; 2]);
    bytes.extend(payload);
    transport(from, to, IpProtocol::UDP, 6, bytes)
}

/// Puts the checksum at `sum_at`, and the headers of IPv4 and Ethernet in front.
fn transport(from: End, to: End, protocol: IpProtocol, sum_at: usize, mut bytes: Vec<u8>) -> Vec<u8> {
    let mut sum = Checksum::new();
    let ends = [Address::v4(from.address), Address::v4(to.address)];
    sum.add_pseudo_header(IpVersion::V4, ends, protocol, bytes.len());
    sum.add(&bytes);
    if let Some(place) = bytes.get_mut(sum_at..sum_at + 2) {
        place.copy_from_slice(&sum.finish());
    }
    let total = 20 + bytes.len() as u16;
    let [high, low] = total.to_be_bytes();
    let mut header = [0x45, 0, high, low, 0, 0, 0x40, 0, 64, protocol.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    header[12..16].copy_from_slice(&from.address);
    header[16..20].copy_from_slice(&to.address);
    let header_sum = checksum(&header);
    header[10..12].copy_from_slice(&header_sum);
    let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
    let mut frame = [&ethernet[..], &header, &bytes].concat();
    // The shortest frame has 64 bytes with its check sequence, which captures leave out.
    frame.resize(frame.len().max(60), 0);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir::packet::checksum::{ChecksumState, verify};
    use weir::packet::{Parsed, ParserConfig, parse};

    #[test]
    fn frames_are_what_they_say_and_their_checksums_are_right() {
        let client = End { address: [10, 0, 0, 1], port: 40_000 };
        let server = End { address: [10, 1, 0, 1], port: 80 };
        let segment = Segment { flags: TcpFlags::ACK, seq: 1, ack: 2, clock: 3, payload: b"hello" };
        for (frame, len) in [(tcp(client, server, &segment), 5), (udp(server, client, b"hey"), 3)] {
            let Ok(Parsed::Ip(packet)) = parse(&frame, &ParserConfig::default()) else {
                panic!("{frame:02x?}")
            };
            assert_eq!(verify(&frame, &packet), ChecksumState::Good);
            assert_eq!(packet.payload(&frame).len(), len);
        }
    }
}
