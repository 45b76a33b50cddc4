//! Signatures about what was raised: of packets with a flow, and of those that have none.

use proptest::prelude::*;

use super::{Rig, Setup, Tcp, datagram, fragments};
use crate::engine::{FailSafe, Mode, WireSettings};
use crate::event::EventKind;
use crate::flow::Direction::ToServer;
use crate::flow::StreamEvent;
use crate::packet::test_frames::{
    V4, V6, ethernet, fragment_header, icmp, ip, ipv4, samples, tcp, udp, vlan,
};
use crate::packet::{DecodeEvent, TcpFlags};
use crate::verdict::{Reason, Verdict};

fn v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ip(V4, protocol, payload))
}

fn fragment(offset: u16, more: u16, payload: &[u8]) -> Vec<u8> {
    ethernet(0x86dd, &ip(V6, 44, &fragment_header(17, offset, more, payload)))
}

#[test]
fn a_packet_that_is_refused_still_alerts() {
    let mut rig = Rig::new(
        "alert sctp any any -> any any (decode-event:sctp.pkt_too_small; sid:1;)
         alert pkthdr any any -> any any (decode-event:ethernet.pkt_too_small; sid:2;)
         alert tcp any any -> any any (decode-event:sctp.pkt_too_small; sid:3;)
         alert sctp any any -> any any (sid:4;)
         alert pkthdr any any -> any any (decode-event:sctp.pkt_too_small; flow:established; sid:5;)",
    );
    rig.send(&v4(132, &[0; 4]));
    let events = rig.events();
    let alert = events.iter().find(|event| matches!(event.kind, EventKind::Alert(_))).expect("an alert");
    assert_eq!((alert.flow_id, alert.endpoints.src_port, alert.endpoints.protocol.0), (0, 0, 132));
    assert_eq!(alert.endpoints.src.to_ip().to_string(), "10.0.0.1");
    rig.send(&v4(132, &[0; 4]));
    assert_eq!(rig.sids(), [1]);
    rig.send(&[0; 5]);
    assert_eq!(rig.sids(), [2]);
    rig.assert_accounts();
}

#[test]
fn a_packet_with_a_flow_alerts_by_its_own() {
    let mut rig = Rig::new(
        "alert tcp any any -> any 80 (decode-event:tcp.opt_duplicate; sid:1;)
         alert tcp any any -> any 81 (decode-event:tcp.opt_duplicate; sid:2;)
         alert tcp any any -> any any (decode-event:tcp.opt_duplicate; decode-event:tcp.opt_invalid_len; sid:3;)",
    );
    let syn = |options: &[u8]| {
        let mut segment = tcp(V4, TcpFlags::SYN, [1, 0], options);
        segment[12] = ((20 + options.len()) as u8 / 4) << 4;
        v4(6, &segment)
    };
    rig.pass([syn(&[3, 3, 7, 1])]);
    assert_eq!(rig.sids(), [0; 0]);
    rig.pass([syn(&[3, 3, 7, 3, 3, 7, 1, 1])]);
    let alerts = rig.alerts();
    assert_eq!(alerts.iter().map(|(sid, _)| *sid).collect::<Vec<_>>(), [1]);
    assert!(alerts[0].1.totals.is_some() && alerts[0].1.direction == Some(ToServer));
}

#[test]
fn fragments_alert_one_by_one() {
    let mut rig = Rig::new(
        "alert pkthdr any any -> any any (decode-event:ipv6.frag_overlap; sid:1;)
         alert pkthdr any any -> any any (decode-event:ipv6.frag_invalid_length; sid:2;)
         alert pkthdr any any -> any any (decode-event:ipv6.frag_pkt_too_large; sid:3;)
         alert udp any any -> any any (content:\"aaaa\"; sid:4;)",
    );
    let whole = udp(V6, [4000, 53], &[b'a'; 40]);
    rig.pass([fragment(0, 1, &whole[..24]), fragment(0, 1, &whole[..24])]);
    assert_eq!(rig.sids(), [1]);
    rig.pass([fragment(24, 0, &whole[24..])]);
    assert_eq!(rig.sids(), [4]);
    assert!(matches!(rig.refused(&fragment(0, 1, &whole[..23])), Reason::Fragment(_)));
    assert_eq!(rig.sids(), [2]);
    assert!(matches!(rig.refused(&fragment(0xfff8, 0, &whole[..24])), Reason::Fragment(_)));
    assert_eq!(rig.sids(), [3]);
}

#[test]
fn each_overlap_alerts_though_the_datagram_is_refused() {
    let mut rig = Rig::new("alert pkthdr any any -> any any (decode-event:ipv6.frag_overlap; sid:1;)");
    rig.pass([fragment(0, 1, &[1; 24])]);
    for _ in 0..3 {
        rig.refused(&fragment(16, 1, &[2; 16]));
    }
    rig.refused(&fragment(64, 0, &[2; 16]));
    assert_eq!(rig.sids(), [1, 1, 1]);
}

proptest! {
    #[test]
    fn any_frames_are_survived_with_all_there_is_to_ask(
        frames in proptest::collection::vec(
            (0..22_usize, proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3), any::<u16>()),
            1..24,
        ),
    ) {
        let names = DecodeEvent::ALL.map(|event| format!("decode-event:{};", event.name()));
        let streams = StreamEvent::ALL.map(|event| format!("stream-event:{};", event.name()));
        let more = ["tcpv4-csum:invalid;", "ipv4.hdr; content:\"|00|\";", "tcp.hdr; content:\"|00|\";",
            "icmpv6.hdr; content:\"|00|\";", "ipopts:any;", "vlan.layers:>0;", "stream_size:both,>,0;"];
        let rules: Vec<String> = names.iter().chain(&streams).map(String::as_str).chain(more).enumerate()
            .map(|(at, options)| {
                let action = ["alert", "drop", "reject", "pass"][at % 4];
                let protocol = if options.starts_with("stream") { "tcp" } else { "pkthdr" };
                format!("{action} {protocol} any any -> any any ({options} sid:{};)", at + 1)
            })
            .collect();
        let mut rig = Rig::new(&rules.join("\n"));
        for (sample, changes, cut) in frames {
            let mut frame = samples().swap_remove(sample);
            for (at, byte) in changes {
                let at = at.index(frame.len());
                frame[at] = byte;
            }
            if cut % 4 == 0 {
                frame.truncate(usize::from(cut) % frame.len());
            }
            rig.send(&frame);
        }
        rig.end();
        rig.assert_accounts();
    }
}

#[test]
fn headers_of_strays_are_looked_at() {
    let mut rig = Rig::new(
        "alert ip any any -> any any (fragbits:M; sid:1;)
         alert arp any any -> any any (sid:2;)
         alert ether any any -> any any (ether.hdr; content:\"|08 06|\"; offset:12; depth:2; sid:3;)
         alert ip any any -> any any (ipv4.hdr; content:\"|12 34|\"; offset:4; depth:2; sid:4;)
         alert tcp any any -> any any (tcp.flags:0; sid:5;)
         alert ipv6 any any -> any any (fragbits:!D; sid:6;)",
    );
    rig.pass([ethernet(0x0800, &ipv4(V4, 6, &[], 0x2000, &[0; 24]))]);
    assert_eq!(rig.sids(), [1, 4]);
    rig.pass([ethernet(0x0806, &[0; 28])]);
    assert_eq!(rig.sids(), [2, 3]);
    rig.pass([datagram(ToServer, [4000, 53], b"x")]);
    assert_eq!(rig.sids(), [4]);
}

#[test]
fn strays_are_dropped_by_signatures_that_say_so() {
    let rules = "drop pkthdr any any -> any any (decode-event:ipv6.frag_overlap; sid:1;)
                 drop arp any any -> any any (sid:2;)
                 pass pkthdr any any -> any any (decode-event:ethernet.pkt_too_small; sid:3;)
                 alert pkthdr any any -> any any (decode-event:ethernet.pkt_too_small; sid:4;)";
    let mut rig = Rig::new(rules);
    rig.pass([fragment(0, 1, &[0; 24])]);
    assert!(matches!(rig.send(&fragment(0, 1, &[0; 24])), Verdict::Drop(Reason::Signature(_))));
    assert!(matches!(rig.send(&ethernet(0x0806, &[0; 28])), Verdict::Drop(Reason::Signature(_))));
    assert_eq!(rig.sids(), [1, 2]);
    rig.send(&[0; 5]);
    assert_eq!(rig.sids(), [0; 0]);
    let observing = WireSettings { mode: Mode::Observe, on_fault: FailSafe::Open, ..Default::default() };
    let mut setup = Setup::default();
    setup.settings.wires = vec![observing];
    let mut rig = setup.rig(rules, "");
    rig.pass([ethernet(0x0806, &[0; 28])]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn checksums_are_told() {
    let mut rig = Rig::new(
        "alert udp any any -> any any (udpv4-csum:invalid; sid:1;)
         alert udp any any -> any any (udpv4-csum:valid; sid:2;)
         alert ip any any -> any any (ipv4-csum:invalid; sid:3;)
         alert tcp any any -> any any (udpv4-csum:invalid; sid:4;)",
    );
    let good = datagram(ToServer, [4000, 53], b"x");
    let mut bad = good.clone();
    *bad.last_mut().expect("a payload") ^= 1;
    let mut header = good.clone();
    header[14 + 8] ^= 1;
    rig.pass([good]);
    assert_eq!(rig.sids(), [2]);
    rig.pass([bad]);
    assert_eq!(rig.sids(), [1]);
    rig.pass([header]);
    assert_eq!(rig.sids(), [2, 3]);
}

#[test]
fn fragments_are_told_from_what_came_whole() {
    let mut rig = Rig::new(
        "alert udp any any -> any any (flow:only_frag; content:\"aaaa\"; sid:1;)
         alert udp any any -> any any (flow:no_frag; content:\"aaaa\"; sid:2;)",
    );
    rig.pass(fragments([4000, 53], &[b'a'; 40], 24));
    assert_eq!(rig.sids(), [1]);
    rig.pass([datagram(ToServer, [4001, 53], b"aaaaa")]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn packets_are_looked_at_apart_from_their_stream() {
    let mut rig = Rig::new(
        "alert tcp any any -> any any (flow:no_stream; content:\"word\"; sid:1;)
         alert tcp any any -> any any (flow:only_stream; content:\"word\"; sid:2;)",
    );
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"wo"), tcp.request(2, b"rd")]);
    assert_eq!(rig.sids(), [2]);
    rig.pass([tcp.request(4, b"a word")]);
    // The stream had the word before.
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn numbers_of_headers_are_told() {
    let mut rig = Rig::new(
        "alert ip any any -> any any (vlan.layers:3; vlan.id:7,1; vlan.id:9,-1; sid:1;)
         alert icmpv6 any any -> any any (icmpv6.mtu:<1300; sid:2;)
         alert igmp any any -> any any (igmp.type:22; igmp.hdr; content:\"|16|\"; startswith; sid:3;)
         alert ip any any -> any any (ipopts:rr; sid:4;)",
    );
    let inner = ip(V4, 17, &udp(V4, [1, 2], b""));
    let tagged = ethernet(0x88a8, &vlan(5, 0x8100, &vlan(7, 0x8100, &vlan(9, 0x0800, &inner))));
    rig.pass([tagged]);
    assert_eq!(rig.sids(), [1]);
    let quoted = ip(V6, 17, &udp(V6, [1, 2], b""));
    rig.pass([ethernet(0x86dd, &ip(V6, 58, &icmp(V6, [2, 0], [0, 0, 5, 0], &quoted)))]);
    assert_eq!(rig.sids(), [2]);
    rig.pass([v4(2, &[0x16, 0, 0, 0, 224, 0, 0, 5])]);
    assert_eq!(rig.sids(), [3]);
    rig.pass([ethernet(0x0800, &ipv4(V4, 17, &[7, 7, 4, 0, 0, 0, 0, 0], 0, &udp(V4, [1, 3], b"")))]);
    assert_eq!(rig.sids(), [4]);
}
