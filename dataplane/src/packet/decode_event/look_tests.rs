//! Frames with one thing odd about them, and the events that come of it.

use proptest::prelude::*;

use super::{decode_events, is_ordinary};
use crate::packet::test_frames::*;
use crate::packet::{Parsed, ParserConfig, TcpFlags, parse};

fn names(frame: &[u8]) -> Vec<&'static str> {
    decode_events(frame, &ParserConfig::default()).iter().map(|event| event.name()).collect()
}

#[track_caller]
fn assert_events<const N: usize>(table: [(Vec<u8>, &[&str]); N]) {
    for (row, (frame, expected)) in table.into_iter().enumerate() {
        assert_eq!(names(&frame), expected, "row {row}");
    }
}

fn v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ip(V4, protocol, payload))
}

fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
    ethernet(0x86dd, &ip(V6, next, payload))
}

#[test]
fn frames_of_every_kind_have_no_event() {
    for (index, frame) in samples().into_iter().enumerate() {
        let padded = ["ipv6.hopopts_only_padding", "ipv6.dstopts_only_padding"];
        let events: Vec<_> = names(&frame).into_iter().filter(|name| !padded.contains(name)).collect();
        assert_eq!(events, [""; 0], "sample {index}");
    }
}

#[test]
fn links() {
    let ip4 = ip(V4, 17, &udp(V4, [1, 2], b""));
    let arp = |bytes: &[u8]| ethernet(0x0806, bytes);
    let request = [&[0, 1, 8, 0, 6, 4, 0, 1][..], &[0; 20]].concat();
    let with = |at: usize, byte: u8| {
        let mut request = request.clone();
        request[at] = byte;
        arp(&request)
    };
    assert_events([
        (vec![0; 13], &["ethernet.pkt_too_small"]),
        (ethernet(0x9999, &[0; 20]), &["ethernet.unknown_ethertype"]),
        (ethernet(0x8100, &[0, 1]), &["vlan.header_too_small"]),
        (ethernet(0x8100, &vlan(1, 0x9999, &[])), &["ethernet.unknown_ethertype", "vlan.unknown_type"]),
        (
            ethernet(0x8100, &vlan(1, 0x8100, &vlan(2, 0x8100, &vlan(3, 0x8100, &vlan(4, 0x0800, &ip4))))),
            &["vlan.too_many_layers"],
        ),
        (ethernet(0x8926, &[0; 4]), &["vntag.header_too_small"]),
        (ethernet(0x8926, &[0; 6]), &["vntag.unknown_type"]),
        (ethernet(0x88e7, &[0; 4]), &["ieee8021ah.header_too_small"]),
        (ethernet(0x8847, &[0, 1, 0x40]), &["mpls.header_too_small"]),
        (ethernet(0x8847, &[0, 0, 0x11, 64, 0x45]), &["mpls.bad_label_router_alert"]),
        (ethernet(0x8847, &[0, 0, 0x31, 64, 0x45]), &["mpls.bad_label_implicit_null"]),
        (ethernet(0x8847, &[0, 0, 0x51, 64, 0x45]), &["mpls.bad_label_reserved"]),
        (ethernet(0x8847, &[0, 1, 0x41, 64, 0x45]), &["mpls.pkt_too_small"]),
        (ethernet(0x8847, &[0, 1, 0x41, 64, 0x95, 0, 0, 0]), &["mpls.unknown_payload_type"]),
        (ethernet(0x8864, &[0x11, 0, 0, 1, 0, 0]), &["pppoe.pkt_too_small"]),
        (ethernet(0x8864, &[0x11, 9, 0, 1, 0, 4, 0, 0x21]), &["pppoe.wrong_code"]),
        (ethernet(0x8864, &pppoe(0x0021, &[0x45])), &["ppp.ip4_pkt_too_small"]),
        (ethernet(0x8864, &pppoe(0x0057, &[0x60])), &["ppp.ip6_pkt_too_small"]),
        (ethernet(0x8864, &pppoe(0x002f, &[0x45])), &["ppp.vju_pkt_too_small"]),
        (ethernet(0x8864, &pppoe(0x002b, &[1, 2, 3])), &["ppp.unsup_proto"]),
        (ethernet(0x8864, &pppoe(0xc021, &[1, 2, 3])), &[]),
        (ethernet(0x8864, &pppoe(0x1234, &[1, 2, 3])), &["ppp.wrong_type"]),
        (ethernet(0x8863, &[0x11, 9, 0, 0, 0, 5, 1, 1, 0, 2, 7]), &["pppoe.malformed_tags"]),
        (ethernet(0x8863, &[0x11, 9, 0, 0, 0, 5, 1, 1, 0, 1, 7]), &[]),
        (arp(&request), &[]),
        (arp(&request[..7]), &["arp.pkt_too_small"]),
        (arp(&request[..20]), &["arp.unsupported_pkt"]),
        (with(1, 6), &["arp.unsupported_hardware"]),
        (with(2, 9), &["arp.unsupported_protocol"]),
        (with(4, 8), &["arp.invalid_hardware_size"]),
        (with(5, 16), &["arp.invalid_protocol_size"]),
        (with(7, 99), &["arp.unsupported_opcode"]),
    ]);
}

#[test]
fn ipv4_headers_and_options() {
    let datagram = udp(V4, [1, 2], b"");
    let whole = ip(V4, 17, &datagram);
    let with = |at: usize, byte: u8| {
        let mut packet = whole.clone();
        packet[at] = byte;
        ethernet(0x0800, &packet)
    };
    let options = |options: &[u8]| ethernet(0x0800, &ipv4(V4, 17, options, 0, &datagram));
    assert_events([
        (ethernet(0x0800, &whole[..19]), &["ipv4.pkt_too_small"]),
        (with(0, 0x55), &["ipv4.wrong_ip_version"]),
        (with(0, 0x44), &["ipv4.hlen_too_small"]),
        (with(3, 19), &["ipv4.iplen_smaller_than_hlen"]),
        (with(3, 200), &["ipv4.trunc_pkt"]),
        (v4(58, &[128, 0, 0, 0, 0, 0, 0, 0]), &["ipv4.icmpv6"]),
        (options(&[148, 4, 0, 0, 0, 0, 0, 0]), &[]),
        (options(&[148, 4, 0, 0]), &["ipv4.opt_pad_required"]),
        (options(&[148, 3, 0, 0, 0, 0, 0, 0]), &["ipv4.opt_invalid_len"]),
        (options(&[148, 1, 0, 0, 0, 0, 0, 0]), &["ipv4.opt_invalid_len"]),
        (options(&[148, 9, 0, 0, 0, 0, 0, 0]), &["ipv4.opt_invalid_len"]),
        (options(&[99, 4, 0, 0, 0, 0, 0, 0]), &["ipv4.opt_invalid"]),
        (options(&[148, 4, 0, 0, 148, 4, 0, 0]), &["ipv4.opt_duplicate"]),
        (options(&[1, 1, 1, 1, 1, 1, 1, 148]), &["ipv4.opt_eol_required"]),
        (options(&[7, 7, 4, 0, 0, 0, 0, 0]), &[]),
        (options(&[7, 7, 5, 0, 0, 0, 0, 0]), &["ipv4.opt_malformed"]),
        (options(&[68, 8, 5, 0, 0, 0, 0, 0]), &[]),
        (options(&[68, 8, 4, 0, 0, 0, 0, 0]), &["ipv4.opt_malformed"]),
        (options(&[134, 7, 0, 0, 0, 1, 1, 0]), &["ipv4.opt_malformed"]),
        (options(&[134, 10, 0, 0, 0, 1, 1, 4, 0, 7, 0, 0, 0, 0, 0, 0]), &[]),
    ]);
}

#[test]
fn ipv6_headers_and_chains() {
    let datagram = udp(V6, [1, 2], b"");
    let whole = ip(V6, 17, &datagram);
    let mut version = whole.clone();
    version[0] = 0x40;
    let routing = |kind: u8, next: u8, rest: &[u8]| [&[next, 0, kind, 0, 0, 0, 0, 0], rest].concat();
    let authentication = |reserved: u8, next: u8, rest: &[u8]| {
        [&[next, 1, 0, reserved, 0, 0, 0, 0, 0, 0, 0, 0], rest].concat()
    };
    let alert = |next: u8, rest: &[u8]| [&[next, 0, 5, 2, 0, 0, 0, 0], rest].concat();
    let unknown = |next: u8, rest: &[u8]| [&[next, 0, 0x1e, 4, 0, 0, 0, 0], rest].concat();
    let fragment = |reserved: u8, word: u16, next: u8, rest: &[u8]| {
        let [high, low] = word.to_be_bytes();
        [&[next, reserved, high, low, 0, 0, 0, 1], rest].concat()
    };
    assert_events([
        (ethernet(0x86dd, &whole[..39]), &["ipv6.pkt_too_small"]),
        (ethernet(0x86dd, &version), &["ipv6.wrong_ip_version"]),
        (ethernet(0x86dd, &whole[..44]), &["ipv6.trunc_pkt"]),
        (v6(0, &[17]), &["ipv6.trunc_exthdr"]),
        (v6(0, &[17, 5, 1, 4, 0, 0, 0, 0]), &["ipv6.trunc_exthdr"]),
        (v6(0, &alert(17, &datagram)), &[]),
        (v6(0, &padding_header(17, &datagram)), &["ipv6.hopopts_only_padding"]),
        (v6(60, &padding_header(17, &datagram)), &["ipv6.dstopts_only_padding"]),
        (v6(0, &alert(0, &alert(17, &datagram))), &["ipv6.exthdr_dupl_hh"]),
        (v6(0, &unknown(17, &datagram)), &["ipv6.hopopts_unknown_opt"]),
        (v6(60, &unknown(17, &datagram)), &["ipv6.dstopts_unknown_opt"]),
        (
            v6(60, &unknown(60, &unknown(60, &unknown(17, &datagram)))),
            &["ipv6.exthdr_dupl_dh", "ipv6.dstopts_unknown_opt"],
        ),
        (v6(0, &[&[17, 0, 1, 9, 0, 0, 0, 0], &datagram[..]].concat()), &["ipv6.exthdr_invalid_optlen"]),
        (v6(0, &[&[17, 0, 5, 1, 0, 1, 1, 0], &datagram[..]].concat()), &["ipv6.exthdr_invalid_optlen"]),
        (v6(0, &[&[17, 0, 5, 2, 0, 0, 0, 0], &datagram[..]].concat()), &[]),
        (v6(0, &[&[17, 0, 1, 0, 5, 2, 0, 0], &datagram[..]].concat()), &["ipv6.zero_len_padn"]),
        (v6(43, &routing(2, 17, &datagram)), &[]),
        (v6(43, &routing(0, 17, &datagram)), &["ipv6.rh_type_0"]),
        (v6(43, &routing(2, 43, &routing(2, 17, &datagram))), &["ipv6.exthdr_dupl_rh"]),
        (v6(51, &authentication(0, 17, &datagram)), &[]),
        (v6(51, &authentication(1, 17, &datagram)), &["ipv6.exthdr_ah_res_not_null"]),
        (v6(51, &authentication(0, 51, &authentication(0, 17, &datagram))), &["ipv6.exthdr_dupl_ah"]),
        (v6(44, &fragment(0, 0, 17, &datagram)), &["ipv6.exthdr_useless_fh"]),
        (
            v6(44, &fragment(0, 0, 44, &fragment(0, 0, 17, &datagram))),
            &["ipv6.exthdr_dupl_fh", "ipv6.exthdr_useless_fh"],
        ),
        (v6(44, &fragment(0, 0, 6, &[])), &["ipv6.trunc_exthdr", "ipv6.exthdr_useless_fh"]),
        (v6(44, &fragment(9, 8, 17, &[0; 8])), &["ipv6.fh_non_zero_reserved_field"]),
        (v6(44, &fragment(0, 9, 17, &[0; 7])), &["ipv6.frag_invalid_length"]),
        (v6(59, &[]), &[]),
        (v6(59, &[1]), &["ipv6.data_after_none_header"]),
        (v6(250, &[1]), &["ipv6.unknown_next_header"]),
        (v6(1, &[8, 0, 0, 0, 0, 0, 0, 0]), &["ipv6.icmpv4"]),
        (v6(4, &[0x45]), &["ipv6.ipv4_in_ipv6_too_small"]),
        (v6(4, &[0x65; 20]), &["ipv6.ipv4_in_ipv6_wrong_version"]),
        (v6(41, &[0x60]), &["ipv6.ipv6_in_ipv6_too_small"]),
        (v6(41, &[0x45; 40]), &["ipv6.ipv6_in_ipv6_wrong_version"]),
    ]);
}

#[test]
fn transports() {
    let segment = |options: &[u8]| {
        let mut header = tcp(V4, TcpFlags::SYN, [1, 0], options);
        header[12] = ((20 + options.len()) as u8 / 4) << 4;
        v4(6, &header)
    };
    let mut offset = tcp(V4, TcpFlags::SYN, [1, 0], b"");
    offset[12] = 0x40;
    let length = |length: u16| {
        let mut datagram = udp(V4, [1, 2], b"abc");
        datagram[4..6].copy_from_slice(&length.to_be_bytes());
        v4(17, &datagram)
    };
    assert_events([
        (v4(6, &[0; 19]), &["tcp.pkt_too_small"]),
        (v4(6, &offset), &["tcp.invalid_optlen"]),
        (v4(6, &[&[0; 12], &[0x70; 8][..]].concat()), &["tcp.hlen_too_small"]),
        (segment(&[2, 4, 5, 180, 4, 2, 1, 1]), &[]),
        (segment(&[5, 2, 1, 1]), &[]),
        (segment(&[2, 3, 5, 0]), &["tcp.opt_invalid_len"]),
        (segment(&[8, 12, 0, 0]), &["tcp.opt_invalid_len"]),
        (segment(&[99, 1, 0, 0]), &["tcp.opt_invalid_len"]),
        (segment(&[99, 4, 0, 0]), &[]),
        (segment(&[3, 3, 7, 3, 3, 7, 1, 1]), &["tcp.opt_duplicate"]),
        (v4(17, &[0; 7]), &["udp.pkt_too_small"]),
        (length(11), &[]),
        (length(10), &[]),
        (length(12), &["udp.pkt_too_small", "udp.hlen_too_small"]),
        (length(7), &["udp.hlen_invalid", "udp.len_invalid"]),
        (v4(132, &[0; 11]), &["sctp.pkt_too_small"]),
        (v4(50, &[0; 7]), &["esp.pkt_too_small"]),
        (v4(1, &[8, 0, 0]), &["icmpv4.pkt_too_small"]),
        (v4(1, &icmp(V4, [8, 1], [0; 4], b"")), &["icmpv4.unknown_code"]),
        (v4(1, &icmp(V4, [77, 0], [0; 4], b"")), &["icmpv4.unknown_type"]),
        (v4(1, &icmp(V4, [3, 1], [0; 4], b"x")), &["icmpv4.ipv4_trunc_pkt"]),
        (v4(1, &icmp(V4, [3, 1], [0; 4], &[0x60; 20])), &["icmpv4.ipv4_unknown_ver"]),
        (v6(58, &[128, 0, 0]), &["icmpv6.pkt_too_small"]),
        (v6(58, &icmp(V6, [128, 1], [0; 4], b"")), &["icmpv6.unknown_code"]),
        (v6(58, &icmp(V6, [7, 0], [0; 4], b"")), &["icmpv6.unassigned_type"]),
        (v6(58, &icmp(V6, [200, 0], [0; 4], b"")), &["icmpv6.experimentation_type"]),
        (v6(58, &icmp(V6, [250, 0], [0; 4], b"")), &["icmpv6.unknown_type"]),
        (v6(58, &icmp(V6, [130, 0], [0; 4], b"")), &["icmpv6.mld_message_with_invalid_hl"]),
        (v6(58, &icmp(V6, [1, 0], [0; 4], b"x")), &["icmpv6.ipv6_trunc_pkt"]),
        (v6(58, &icmp(V6, [1, 0], [0; 4], &[0x40; 40])), &["icmpv6.ipv6_unknown_version"]),
    ]);
}

#[test]
fn tunnels() {
    let over = |port: u16, payload: &[u8]| v4(17, &udp(V4, [5000, port], payload));
    let inner = ethernet(0x0800, &ip(V4, 17, &[0; 7]));
    assert_events([
        (v4(47, &[0, 0, 8]), &["gre.pkt_too_small"]),
        (v4(47, &gre(0x0007, 0x0800, &[], &[])), &["gre.wrong_version"]),
        (v4(47, &gre(0x0100, 0x0800, &[], &[])), &["gre.version0_recur"]),
        (v4(47, &gre(0x0008, 0x0800, &[], &[])), &["gre.version0_flags"]),
        (v4(47, &gre(0x2000, 0x0800, &[], &[])), &["gre.version0_hdr_too_big"]),
        (v4(47, &gre(0x4000, 0x0800, &[0; 4], &[0, 1, 0, 9])), &["gre.version0_malformed_sre_hdr"]),
        (v4(47, &gre(0x4000, 0x9999, &[0; 4], &[0, 0, 0, 0])), &[]),
        (v4(47, &gre(0x8001, 0x880b, &[], &[])), &["gre.version1_chksum"]),
        (v4(47, &gre(0x4001, 0x880b, &[], &[])), &["gre.version1_route"]),
        (v4(47, &gre(0x0801, 0x880b, &[], &[])), &["gre.version1_ssr"]),
        (v4(47, &gre(0x0101, 0x880b, &[], &[])), &["gre.version1_recur"]),
        (v4(47, &gre(0x0009, 0x880b, &[], &[])), &["gre.version1_flags"]),
        (v4(47, &gre(0x0001, 0x880b, &[], &[])), &["gre.version1_no_key"]),
        (v4(47, &gre(0x0001, 0x0800, &[], &[])), &["gre.version1_wrong_protocol"]),
        (v4(47, &gre(0x2001, 0x880b, &[], &[])), &["gre.version1_hdr_too_big"]),
        (v4(47, &gre(0x1000, 0x88be, &[0; 4], &[0; 7])), &["erspan.header_too_small"]),
        (v4(47, &gre(0x1000, 0x88be, &[0; 4], &[0; 8])), &["erspan.unsupported_version"]),
        (over(4789, &vxlan(8, 0, 1, &inner)), &["udp.pkt_too_small"]),
        (over(4789, &vxlan(0, 0, 1, &inner)), &[]),
        (over(4789, &vxlan(8, 0, 1, &ethernet(0x9999, &[]))), &["vxlan.unknown_payload_type"]),
        (over(6081, &geneve(0x6558, 1, &[], &inner)), &["udp.pkt_too_small"]),
        (over(6081, &geneve(0x9999, 1, &[], &[])), &["geneve.unknown_payload_type"]),
    ]);
    let closed = ParserConfig { tunnel_depth: 0, ..ParserConfig::default() };
    assert!(decode_events(&over(4789, &vxlan(8, 0, 1, &inner)), &closed).is_empty());
}

#[test]
fn what_is_ordinary_is_known_without_a_look() {
    let config = ParserConfig::default();
    let ordinary = |frame: &[u8]| match parse(frame, &config) {
        Ok(Parsed::Ip(packet)) => is_ordinary(frame, &packet, &config),
        _ => false,
    };
    let mut stamped = tcp(V4, TcpFlags::ACK, [1, 1], &[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1]);
    stamped[12] = 0x80;
    assert!(ordinary(&v4(6, &stamped)));
    assert!(ordinary(&v4(17, &udp(V4, [1, 2], b"x"))) && ordinary(&v6(17, &udp(V6, [1, 2], b"x"))));
    assert!(ordinary(&ethernet(0x8100, &vlan(5, 0x0800, &ip(V4, 17, &udp(V4, [1, 2], b""))))));
    assert!(!ordinary(&v4(17, &udp(V4, [1, 4789], b"x"))));
    assert!(!ordinary(&v6(0, &padding_header(17, &udp(V6, [1, 2], b"")))));
    assert!(!ordinary(&v4(1, &icmp(V4, [8, 0], [0; 4], b""))));
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at_and_ordinary_ones_have_no_event(
        sample in 0..22_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut frame = samples().swap_remove(sample);
        for (at, byte) in changes {
            let at = at.index(frame.len());
            frame[at] = byte;
        }
        frame.truncate(cut.index(frame.len() + 1));
        let config = ParserConfig::default();
        let events = decode_events(&frame, &config);
        if let Ok(Parsed::Ip(packet)) = parse(&frame, &config)
            && is_ordinary(&frame, &packet, &config)
        {
            prop_assert!(events.is_empty(), "{events:?}");
        }
    }
}
