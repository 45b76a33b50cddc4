use std::net::IpAddr;

use proptest::prelude::*;

use super::test_frames::*;
use super::*;

fn packet(frame: &[u8]) -> Packet {
    match parse(frame, &ParserConfig::default()) {
        Ok(Parsed::Ip(packet)) => packet,
        other => panic!("{other:?} of {frame:02x?}"),
    }
}

fn error(frame: &[u8]) -> Option<ParseError> {
    parse(frame, &ParserConfig::default()).err()
}

fn segment() -> Vec<u8> {
    tcp(V4, TcpFlags::ACK, [7, 9], b"payload")
}

fn inner() -> Vec<u8> {
    ethernet(0x0800, &ip(V4, 6, &segment()))
}

fn over_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ip(OUTER_V4, 17, &udp(OUTER_V4, [50000, port], payload)))
}

#[test]
fn the_fields_of_a_segment() {
    let mut frame = inner();
    frame.extend([0; 9]);
    let got = packet(&frame);
    assert_eq!(got.src.to_ip(), IpAddr::from([10, 0, 0, 1]));
    assert_eq!(got.dst.to_ip(), IpAddr::from([10, 0, 0, 2]));
    assert_eq!((got.src_port, got.dst_port, got.ttl), (4000, 80, 63));
    assert_eq!(got.tcp, TcpHeader { seq: 7, ack: 9, flags: TcpFlags::ACK, window: 0x2000 });
    assert_eq!((got.ip_offset, got.transport_offset, got.payload_offset), (14, 34, 54));
    assert_eq!(got.payload(&frame), b"payload", "padding is not payload");
}

#[test]
fn tags_and_tunnels_name_the_tenant() {
    let inner4 = ip(V4, 6, &segment());
    let tenant = |vlan, tunnel, vni| Tenant { vlan, tunnel, vni };
    let tagged = ethernet(0x8100, &vlan(0x6005, 0x0800, &inner4));
    let v6 = |next, payload: &[u8]| ethernet(0x86dd, &ip(OUTER_V6, next, payload));
    use TunnelKind::{Geneve, Gre, GtpU, IpIp, None, Vxlan};
    let table = [
        (inner(), tenant([0, 0], None, 0), 0),
        (tagged.clone(), tenant([5, 0], None, 0), 0),
        (ethernet(0x88a8, &vlan(9, 0x8100, &vlan(5, 0x0800, &inner4))), tenant([9, 5], None, 0), 0),
        (ethernet(0x88a8, &vlan(0, 0x8100, &vlan(5, 0x0800, &inner4))), tenant([5, 0], None, 0), 0),
        (ethernet(0x8847, &[&[0, 1, 1, 64], &inner4[..]].concat()), tenant([0, 0], None, 0), 0),
        (ethernet(0x8864, &pppoe(0x0021, &inner4)), tenant([0, 0], None, 0), 0),
        (over_udp(4789, &vxlan(0x08, 0, 77, &inner())), tenant([0, 0], Vxlan, 77), 1),
        (over_udp(8472, &vxlan(0x08, 0, 77, &tagged)), tenant([5, 0], Vxlan, 77), 1),
        (over_udp(4790, &vxlan(0x0c, 1, 78, &inner4)), tenant([0, 0], Vxlan, 78), 1),
        (over_udp(4790, &vxlan(0x08, 0, 78, &inner())), tenant([0, 0], Vxlan, 78), 1),
        (over_udp(6081, &geneve(0x6558, 79, &[0; 12], &inner())), tenant([0, 0], Geneve, 79), 1),
        (over_udp(6081, &geneve(0x0800, 79, &[], &inner4)), tenant([0, 0], Geneve, 79), 1),
        (over_udp(2152, &gtp(0, &[], &inner4)), tenant([0, 0], GtpU, 0), 1),
        (over_udp(2152, &gtp(4, &[0, 0, 0, 5, 1, 0, 0, 5, 1, 0, 0, 0], &inner4)), tenant([0, 0], GtpU, 0), 1),
        (v6(47, &gre(0, 0x0800, &[], &inner4)), tenant([0, 0], Gre, 0), 1),
        (v6(47, &gre(0x2000, 0x6558, &[0, 0, 1, 0], &inner())), tenant([0, 0], Gre, 256), 1),
        (
            v6(47, &gre(0xb000, 0x0800, &[0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0], &inner4)),
            tenant([0, 0], Gre, 3),
            1,
        ),
        (v6(4, &inner4), tenant([0, 0], IpIp, 0), 1),
        (v6(41, &ip(OUTER_V6, 4, &inner4)), tenant([0, 0], IpIp, 0), 2),
        (over_udp(4789, &vxlan(0x08, 0, 77, &v6(4, &inner4))), tenant([0, 0], Vxlan, 77), 2),
        (
            v6(47, &gre(0, 0x86dd, &[], &ip(V6, 4, &ip(V4, 4, &ip(V4, 4, &inner4))))),
            tenant([0, 0], Gre, 0),
            4,
        ),
    ];
    for (frame, want, depth) in table {
        let got = packet(&frame);
        assert_eq!((got.tenant, got.depth, got.inner_error), (want, depth, Option::None), "{frame:02x?}");
        assert_eq!((got.src_port, got.dst_port), (4000, 80), "{frame:02x?}");
        assert_eq!(got.payload(&frame), b"payload", "{frame:02x?}");
    }
}

#[test]
fn layers_tell_where_the_headers_are() {
    let frame = over_udp(4789, &vxlan(0x88, 321, 77, &inner()));
    let got = packet(&frame);
    assert_eq!(got.group_policy, 321);
    let ethernet_offset = std::num::NonZeroU16::new(50);
    let want = Layer {
        ip_offset: 14,
        version: IpVersion::V4,
        transport_offset: 34,
        tunnel: TunnelKind::Vxlan,
        ethernet_offset,
    };
    assert_eq!(got.outer_layers(), [want]);
    assert_eq!(got.ip_offset, 64);
}

#[test]
fn what_is_not_a_packet_in_a_tunnel_leaves_the_packet_around_it() {
    let arp = ethernet(0x0806, &[0; 28]);
    let mut short = inner();
    short.truncate(40);
    let bad_version = ethernet(0x0800, &ip(V6, 6, &segment()));
    let table = [
        (over_udp(4789, &vxlan(0x00, 0, 77, &inner())), None),
        (over_udp(4789, &vxlan(0x08, 0, 77, &arp)), None),
        (over_udp(4789, &vxlan(0x08, 0, 77, &short)), Some(ParseError::Ipv4TotalLength)),
        (over_udp(4789, &vxlan(0x08, 0, 77, &bad_version)), Some(ParseError::IpVersion)),
        (over_udp(4789, &[8, 0, 0]), Some(ParseError::VxlanTruncated)),
        (over_udp(6081, &[0x3f, 0, 0, 0, 0, 0, 0, 0, 0]), Some(ParseError::GeneveTruncated)),
        (over_udp(2152, &[0x34, 255, 0, 0, 0, 0, 0, 0]), Some(ParseError::GtpTruncated)),
        (over_udp(2152, &gtp(4, &[0, 0, 0, 5, 0, 0, 0, 0], &inner())), Some(ParseError::GtpTruncated)),
        (over_udp(53, &vxlan(0x08, 0, 77, &inner())), None),
        (ethernet(0x0800, &ip(OUTER_V4, 47, &[0x20, 0, 8, 0])), Some(ParseError::GreTruncated)),
        (ethernet(0x0800, &ip(OUTER_V4, 47, &gre(0x1000, 0x88be, &[0; 12], &inner()))), None),
        (ethernet(0x0800, &ip(OUTER_V4, 47, &gre(0x2001, 0x880b, &[0; 4], &[]))), None),
        (ethernet(0x0800, &ip(OUTER_V4, 4, &[])), Some(ParseError::Ipv4Truncated)),
    ];
    for (frame, inner_error) in table {
        let got = packet(&frame);
        assert_eq!((got.depth, got.inner_error), (0, inner_error), "{frame:02x?}");
        assert_eq!(got.src.to_ip(), IpAddr::from([172, 16, 0, 1]));
        assert_eq!((got.tenant, got.outer_layers().len()), (Tenant::default(), 0));
    }
}

#[test]
fn depth_is_as_configured() {
    let frame = ethernet(0x0800, &ip(OUTER_V4, 4, &ip(OUTER_V4, 4, &ip(V4, 6, &segment()))));
    for depth in 0..3 {
        let config = ParserConfig { tunnel_depth: depth, ..ParserConfig::default() };
        let Ok(Parsed::Ip(got)) = parse(&frame, &config) else { panic!("at depth {depth}") };
        assert_eq!(got.depth, depth);
        assert_eq!(got.protocol, if depth == 2 { IpProtocol::TCP } else { IpProtocol(4) });
    }
}

#[test]
fn limits_are_errors_however_deep() {
    let tags = |n: usize| (1..n).fold(vlan(1, 0x0800, &ip(V4, 6, &segment())), |p, _| vlan(1, 0x8100, &p));
    let chain =
        (1..=MAX_EXTENSION_HEADERS).fold(segment(), |p, n| padding_header(if n == 1 { 6 } else { 60 }, &p));
    let labels = [[0, 0, 0, 1].repeat(MAX_MPLS_LABELS), vec![0, 0, 1, 1]].concat();
    let extensions = [[1, 0, 0, 5].repeat(MAX_GTP_EXTENSIONS), vec![1, 0, 0, 0]].concat();
    let table = [
        (ethernet(0x8100, &tags(4)), ParseError::TooManyVlanTags),
        (ethernet(0x86dd, &ip(V6, 60, &padding_header(60, &chain))), ParseError::TooManyExtensions),
        (ethernet(0x8847, &labels), ParseError::TooManyMplsLabels),
        (
            over_udp(2152, &gtp(4, &[&[0, 0, 0, 5], &extensions[..]].concat(), &inner())),
            ParseError::TooManyGtpExtensions,
        ),
        (
            ethernet(0x0800, &ip(OUTER_V4, 47, &gre(0x4000, 0x0800, &[0; 8], &inner()))),
            ParseError::GreRouting,
        ),
    ];
    for (frame, want) in table {
        assert!(want.is_limit(), "{want:?}");
        assert_eq!(error(&frame), Some(want));
        assert_eq!(error(&over_udp(4789, &vxlan(8, 0, 1, &frame))), Some(want), "in a tunnel");
    }
    packet(&ethernet(0x8100, &tags(2)));
    packet(&ethernet(0x86dd, &ip(V6, 60, &chain)));
}

#[test]
fn malformed_headers_are_told_apart() {
    let cut = |frame: Vec<u8>, len: usize| frame[..len].to_vec();
    let set = |mut frame: Vec<u8>, at: usize, byte: u8| {
        frame[at] = byte;
        frame
    };
    let v6 = |next, payload: &[u8]| ethernet(0x86dd, &ip(V6, next, payload));
    let v4 = |protocol, payload: &[u8]| ethernet(0x0800, &ip(V4, protocol, payload));
    let ping = icmp(V4, [8, 0], [0; 4], &[]);
    let datagram = udp(V4, [1, 2], b"12345678");
    let table = [
        (cut(inner(), 13), ParseError::EthernetTruncated),
        (ethernet(0x8100, &[0, 1, 8]), ParseError::VlanTruncated),
        (ethernet(0x8847, &[0, 1, 0]), ParseError::MplsTruncated),
        (ethernet(0x8864, &[0x11, 0, 0, 0, 0, 9, 0, 0x21]), ParseError::PppoeTruncated),
        (cut(inner(), 33), ParseError::Ipv4Truncated),
        (set(inner(), 14, 0x44), ParseError::Ipv4HeaderLength),
        (set(ethernet(0x0800, &ip(V4, 6, &[])), 14, 0x46), ParseError::Ipv4HeaderLength),
        (set(inner(), 14, 0x65), ParseError::IpVersion),
        (cut(inner(), 60), ParseError::Ipv4TotalLength),
        (cut(v6(6, &segment()), 53), ParseError::Ipv6Truncated),
        (cut(v6(6, &segment()), 70), ParseError::Ipv6PayloadLength),
        (set(v6(6, &segment()), 14, 0x40), ParseError::IpVersion),
        (v6(0, &[]), ParseError::Jumbogram),
        (v6(43, &[6, 9, 0, 0, 0, 0, 0, 0]), ParseError::ExtensionTruncated),
        (v6(44, &[6, 0, 0, 0]), ParseError::ExtensionTruncated),
        (v4(51, &[6, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), ParseError::ExtensionTruncated),
        (v4(6, &segment()[..19]), ParseError::TcpTruncated),
        (set(inner(), 46, 0x40), ParseError::TcpDataOffset),
        (set(inner(), 46, 0xf0), ParseError::TcpDataOffset),
        (v4(17, &datagram[..7]), ParseError::UdpTruncated),
        (v4(17, &datagram[..15]), ParseError::UdpLength),
        (set(v4(17, &datagram), 39, 7), ParseError::UdpLength),
        (set(v4(17, &datagram), 39, 0), ParseError::UdpLength),
        (v4(1, &ping[..7]), ParseError::IcmpTruncated),
        (v4(132, &[0; 11]), ParseError::SctpTruncated),
    ];
    for (frame, want) in table {
        assert_eq!(error(&frame), Some(want), "{frame:02x?}");
        assert!(!want.is_limit());
    }
}

#[test]
fn what_is_not_ip_passes_with_its_type() {
    let not_ip =
        [(0x0806, vec![0; 28]), (0x88cc, vec![]), (38, vec![0x42; 38]), (0x8847, vec![0, 1, 1, 64, 0, 0])];
    for (ethertype, payload) in not_ip {
        let got = parse(&ethernet(ethertype, &payload), &ParserConfig::default());
        assert_eq!(got, Ok(Parsed::NotIp(ethertype)));
    }
    // What looks like IP below MPLS and is not.
    let pseudowire = ethernet(0x8847, &[0, 1, 1, 64, 0x45, 0, 0xff, 0xff]);
    assert_eq!(parse(&pseudowire, &ParserConfig::default()), Ok(Parsed::NotIp(0x8847)));
    assert_eq!(
        parse(&ethernet(0x8864, &pppoe(0xc021, &[1])), &ParserConfig::default()),
        Ok(Parsed::NotIp(0x8864))
    );
}

#[test]
fn headers_between_ip_and_transport_are_skipped() {
    let authenticated = [&[6, 4, 0, 0][..], &[0; 20], &segment()].concat();
    let table = [
        (ethernet(0x0800, &ipv4(V4, 6, &[1; 8], 0x4000, &segment())), 14 + 28),
        (ethernet(0x0800, &ip(V4, 51, &authenticated)), 14 + 20 + 24),
        (ethernet(0x86dd, &ip(V6, 51, &authenticated)), 14 + 40 + 24),
        (ethernet(0x86dd, &ip(V6, 0, &padding_header(43, &padding_header(6, &segment())))), 14 + 56),
        (ethernet(0x86dd, &ip(V6, 44, &fragment_header(60, 0, 0, &padding_header(6, &segment())))), 14 + 56),
    ];
    for (frame, transport) in table {
        let got = packet(&frame);
        assert_eq!((got.transport_offset, got.protocol, got.fragment), (transport, IpProtocol::TCP, None));
        assert_eq!((got.dst_port, got.payload(&frame)), (80, &b"payload"[..]));
    }
}

#[test]
fn fragments_have_no_transport() {
    let v4 = ethernet(0x0800, &ipv4(V4, 6, &[], 0x2003, &segment()));
    let v6 = ethernet(0x86dd, &ip(V6, 0, &padding_header(44, &fragment_header(6, 24, 1, &segment()))));
    for (frame, id, start) in [(v4, 0x1234, 34), (v6, 0x1234_5678, 70)] {
        let got = packet(&frame);
        assert_eq!(got.fragment, Some(FragmentInfo { id, offset: 24, more: true }));
        assert_eq!((got.src_port, got.dst_port, got.protocol), (0, 0, IpProtocol::TCP));
        assert_eq!((got.transport_offset, got.payload_offset), (start, start));
        assert_eq!(got.payload(&frame), segment());
    }
}

#[test]
fn ports_of_the_other_transports() {
    let sctp = [0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let echo = icmp(V4, [8, 0], [1, 2, 0, 1], b"x");
    let unreachable = icmp(V4, [3, 1], [0; 4], b"x");
    let echo6 = icmp(V6, [129, 0], [1, 2, 0, 1], b"x");
    let table = [
        (ethernet(0x0800, &ip(V4, 132, &sctp)), [7, 8], [0, 0], 1),
        (ethernet(0x0800, &ip(V4, 1, &echo)), [0x102, 0x102], [8, 0], 1),
        (ethernet(0x0800, &ip(V4, 1, &unreachable)), [0, 0], [3, 1], 1),
        (ethernet(0x86dd, &ip(V6, 58, &echo6)), [0x102, 0x102], [129, 0], 1),
        (ethernet(0x0800, &ip(V4, 58, &echo6)), [0, 0], [0, 0], 9),
        (ethernet(0x0800, &ip(V4, 50, &[0; 16])), [0, 0], [0, 0], 16),
    ];
    for (frame, ports, icmp, len) in table {
        let got = packet(&frame);
        assert_eq!(
            ([got.src_port, got.dst_port], got.icmp, got.payload_len),
            (ports, icmp, len),
            "{frame:02x?}"
        );
    }
}

/// Everything that a packet says about its frame holds.
fn check_offsets(frame: &[u8], packet: &Packet) {
    assert!(usize::from(packet.payload_offset) + usize::from(packet.payload_len) <= frame.len());
    assert!(packet.ip_offset < packet.transport_offset && packet.transport_offset <= packet.payload_offset);
    assert_eq!(packet.payload(frame).len(), usize::from(packet.payload_len));
    let mut before = 0;
    for layer in packet.outer_layers() {
        assert!(before <= layer.ip_offset && layer.ip_offset < layer.transport_offset);
        before = layer.transport_offset;
    }
    assert!(before <= packet.ip_offset);
}

/// Whatever comes out can be used.
fn exercise(frame: &[u8]) {
    let Ok(Parsed::Ip(packet)) = parse(frame, &ParserConfig::default()) else { return };
    check_offsets(frame, &packet);
    checksum::verify(frame, &packet);
    let mut out = [0; 2048];
    for towards in [Towards::Sender, Towards::Receiver { expected: None }] {
        if let Some(len) = tcp_reset(frame, &packet, towards, &mut out) {
            assert!(parse(&out[..len], &ParserConfig::default()).is_ok());
        }
    }
    icmp_unreachable(frame, &packet, &mut out);
    let mut table =
        FragmentTable::new(FragmentConfig { datagrams: 2, memory: 1 << 17, ..Default::default() });
    table.push(frame, &packet, Realm(0), crate::time::Nanos::ZERO);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(frame in prop::collection::vec(any::<u8>(), 0..200), kind in 0..4_usize) {
        let mut frame = frame;
        let ethertype = [[8, 0], [0x86, 0xdd], [0x81, 0], [0x88, 0x47]][kind];
        if let Some(field) = frame.get_mut(12..14) {
            field.copy_from_slice(&ethertype);
        }
        exercise(&frame);
    }

    #[test]
    fn damaged_frames_do_no_harm(
        sample in 0..samples().len(),
        changes in prop::collection::vec((0..200_usize, any::<u8>()), 0..6),
        cut in 0..400_usize,
    ) {
        let mut frame = samples().swap_remove(sample);
        for (at, byte) in changes {
            if let Some(target) = frame.get_mut(at) {
                *target = byte;
            }
        }
        frame.truncate(cut);
        exercise(&frame);
    }
}

#[test]
fn all_samples_parse_and_nothing_of_the_packet_before_stays() {
    let mut reused = Packet::default();
    for frame in samples() {
        exercise(&frame);
        assert_eq!(parse_into(&frame, &ParserConfig::default(), &mut reused), Ok(FrameKind::Ip));
        assert_eq!(reused, packet(&frame));
        assert_eq!(packet(&frame).inner_error, None, "{frame:02x?}");
    }
}
