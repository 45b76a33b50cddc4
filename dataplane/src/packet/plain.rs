//! The usual frame, read at fixed places: Ethernet without tags, IPv4 without options, a whole datagram of TCP or UDP.
//!
//! Nearly every packet looks like this, and then all offsets are known beforehand and one length is compared instead of
//! one for each header. What is anything else, or in any way wrong, is left to the parser proper, which says the same of
//! these packets in three times as many instructions.

use super::{
    Address, IpProtocol, IpVersion, Packet, ParserConfig, TcpFlags, TcpHeader, ethernet, ipv4, transport,
};

const IP: usize = ethernet::HEADER_LEN;
const TRANSPORT: usize = IP + ipv4::HEADER_LEN;
const UDP_PAYLOAD: usize = TRANSPORT + transport::UDP_HEADER_LEN;
const TCP_PAYLOAD: usize = TRANSPORT + transport::TCP_HEADER_LEN;

/// Reads a usual frame and says whether it was one. Where it was not, `packet` is left as it was.
#[inline(always)]
pub(super) fn read(frame: &[u8], config: &ParserConfig, packet: &mut Packet) -> bool {
    let Some(head) = frame.first_chunk::<UDP_PAYLOAD>() else { return false };
    let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let total_len = usize::from(word(IP + 2));
    if word(IP - 2) != ethernet::IPV4
        || head[IP] != 0x45
        || word(IP + 6) & ipv4::FRAGMENTED != 0
        || total_len > frame.len() - IP
    {
        return false;
    }
    let end = IP + total_len;
    let protocol = IpProtocol(head[IP + 9]);
    let (payload, payload_len, tcp) = match protocol {
        IpProtocol::UDP => {
            let length = usize::from(word(TRANSPORT + 4));
            let port = word(TRANSPORT + 2);
            if length < transport::UDP_HEADER_LEN || TRANSPORT + length > end || config.is_tunnel(port) {
                return false;
            }
            (UDP_PAYLOAD, length - transport::UDP_HEADER_LEN, Packet::EMPTY.tcp)
        }
        IpProtocol::TCP => {
            let Some(head) = frame.first_chunk::<TCP_PAYLOAD>() else { return false };
            let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
            let payload = TRANSPORT + usize::from(head[TRANSPORT + 12] >> 4) * 4;
            if payload < TCP_PAYLOAD || payload > end {
                return false;
            }
            let tcp = TcpHeader {
                seq: word(TRANSPORT + 4),
                ack: word(TRANSPORT + 8),
                flags: TcpFlags::from_bits_retain(head[TRANSPORT + 13]),
                window: u16::from_be_bytes([head[TRANSPORT + 14], head[TRANSPORT + 15]]),
            };
            (payload, end - payload, tcp)
        }
        _ => return false,
    };
    let address = |at: usize| Address::v4([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    *packet = Packet {
        src: address(IP + 12),
        dst: address(IP + 16),
        src_port: word(TRANSPORT),
        dst_port: word(TRANSPORT + 2),
        protocol,
        version: IpVersion::V4,
        ttl: head[IP + 8],
        ip_offset: IP as u16,
        transport_offset: TRANSPORT as u16,
        // A header of TCP ends before byte 100, and a payload is shorter than IPv4's 16-bit length.
        payload_offset: payload as u16,
        payload_len: payload_len as u16,
        tcp,
        ..Packet::EMPTY
    };
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;

    use super::super::parse::parse_any;
    use super::super::{FrameKind, PortSet};
    use super::*;

    /// A frame that is nearly usual: a right one, some bytes of which are changed, and cut or padded.
    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let base = (prop::bool::ANY, 0..40_usize, 5..=15_u8).prop_map(|(is_tcp, payload, words)| {
            let header = if is_tcp { usize::from(words) * 4 } else { transport::UDP_HEADER_LEN };
            let total = (ipv4::HEADER_LEN + header + payload) as u16;
            let mut frame = vec![0; IP + usize::from(total)];
            frame[12..14].copy_from_slice(&ethernet::IPV4.to_be_bytes());
            frame[IP] = 0x45;
            frame[IP + 2..IP + 4].copy_from_slice(&total.to_be_bytes());
            frame[IP + 6] = 0x40;
            frame[IP + 9] = if is_tcp { 6 } else { 17 };
            frame[IP + 12..IP + 20].copy_from_slice(&[10, 0, 0, 1, 192, 168, 3, 4]);
            frame[TRANSPORT..TRANSPORT + 4].copy_from_slice(&[0xc0, 1, 1, 0xbb]);
            if is_tcp {
                frame[TRANSPORT + 12] = words << 4;
            } else {
                frame[TRANSPORT + 4..TRANSPORT + 6]
                    .copy_from_slice(&((header + payload) as u16).to_be_bytes());
            }
            frame
        });
        let changes = prop::collection::vec((12..60_usize, any::<u8>()), 0..3);
        (base, changes, -8..8_isize).prop_map(|(mut frame, changes, padding)| {
            let len = frame.len();
            for (at, byte) in changes {
                frame[at % len] = byte;
            }
            frame.resize(len.saturating_add_signed(padding), 0xee);
            frame
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn says_what_the_parser_proper_says(frame in frames()) {
            let config = ParserConfig { vxlan_ports: PortSet::from(vec![443]), ..ParserConfig::default() };
            let (mut short, mut long) = (Packet::EMPTY, Packet::EMPTY);
            if read(&frame, &config, &mut short) {
                prop_assert_eq!(parse_any(&frame, &config, &mut long), Ok(FrameKind::Ip));
                prop_assert_eq!(short, long);
            } else {
                prop_assert_eq!(short, Packet::EMPTY);
            }
        }
    }

    #[test]
    fn reads_what_is_usual() {
        let config = ParserConfig { vxlan_ports: PortSet::from(vec![443]), ..ParserConfig::default() };
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let mut next = || frames().new_tree(&mut runner).map(|tree| tree.current()).unwrap_or_default();
        let usual = (0..200).filter(|_| read(&next(), &config, &mut Packet::default())).count();
        assert!(usual > 40, "only {usual} of 200 were read the short way");
    }
}
