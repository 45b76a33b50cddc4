//! The parser's counts on captures of real traffic, against those of another dissector (tshark).

use std::path::PathBuf;

use super::checksum::{ChecksumState, verify};
use super::{
    FragmentConfig, FragmentOutcome, FragmentTable, IpProtocol, Packet, Parsed, ParserConfig, Realm, parse,
};
use crate::time::Nanos;

/// The frames of a pcap file with little-endian headers and Ethernet frames.
fn frames(name: &str) -> Option<Vec<Vec<u8>>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = std::env::var_os("WEIR_TEST_DATA").map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = data.join("pcaps").join(format!("{name}.pcap"));
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("SKIPPED: {} is missing (set WEIR_TEST_DATA to where the test data is)", path.display());
        return None;
    };
    let (header, mut rest) = bytes.split_at(24);
    assert_eq!(header[20..], [1, 0, 0, 0], "{name}: not Ethernet");
    let mut frames = Vec::new();
    while let Some((record, after)) = rest.split_first_chunk::<16>() {
        let len = u32::from_le_bytes([record[8], record[9], record[10], record[11]]) as usize;
        let (frame, after) = after.split_at(len.min(after.len()));
        frames.push(frame.to_vec());
        rest = after;
    }
    Some(frames)
}

/// What is counted of a capture.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    tcp: usize,
    udp: usize,
    icmp: usize,
    other: usize,
    /// Fragments, except those that completed a datagram, which is counted instead.
    held: usize,
    not_ip: usize,
    tunnelled: usize,
    bad_checksums: usize,
    errors: usize,
}

fn count(frames: &[Vec<u8>]) -> Counts {
    let mut counts = Counts::default();
    let mut table = FragmentTable::new(FragmentConfig::default());
    for frame in frames {
        match parse(frame, &ParserConfig::default()) {
            Ok(Parsed::NotIp(_)) => counts.not_ip += 1,
            Err(_) => counts.errors += 1,
            Ok(Parsed::Ip(packet)) if packet.fragment.is_some() => {
                match table.push(frame, &packet, Realm(0), Nanos::ZERO) {
                    FragmentOutcome::Held => counts.held += 1,
                    FragmentOutcome::Drop(error) => panic!("{error}"),
                    FragmentOutcome::Complete(whole) => match parse(whole, &ParserConfig::default()) {
                        Ok(Parsed::Ip(packet)) => counts.add(whole, &packet),
                        other => panic!("{other:?}"),
                    },
                }
            }
            Ok(Parsed::Ip(packet)) => counts.add(frame, &packet),
        }
    }
    counts
}

impl Counts {
    fn add(&mut self, frame: &[u8], packet: &Packet) {
        self.tunnelled += usize::from(packet.depth > 0);
        self.bad_checksums += usize::from(verify(frame, packet) == ChecksumState::Bad);
        *match packet.protocol {
            IpProtocol::TCP => &mut self.tcp,
            IpProtocol::UDP => &mut self.udp,
            IpProtocol::ICMP | IpProtocol::ICMPV6 => &mut self.icmp,
            _ => &mut self.other,
        } += 1;
    }
}

#[test]
fn counts_agree_with_those_of_tshark() {
    let zero = Counts::default;
    let table = [
        ("mercury__pcaps_geneve", Counts { tcp: 379, udp: 56, icmp: 6, tunnelled: 263, ..zero() }),
        (
            "mercury__pcaps_pppoe_double_vlan_tagging",
            Counts { tcp: 30, icmp: 281, other: 117, not_ip: 4, ..zero() },
        ),
        (
            "mercury__pcaps_openvpn_tcp_single",
            Counts { tcp: 101, udp: 22, icmp: 1, not_ip: 16, bad_checksums: 67, ..zero() },
        ),
        (
            "pcapsql__fuzz_corpus_fuzz_pcap_reader_triple_encap_vxlan_ipinip",
            Counts { udp: 100, tunnelled: 100, ..zero() },
        ),
        // ERSPAN and Cisco's metadata are left closed.
        ("tcpdump__erspan-type-i-4", Counts { other: 112, tunnelled: 8, not_ip: 7, ..zero() }),
        ("tcpdump__various_gre", Counts { other: 30, not_ip: 70, ..zero() }),
        ("tcpdump__ipv6-srh-ext-header", Counts { icmp: 1, tunnelled: 1, ..zero() }),
        ("tcpdump__nsh-over-vxlan-gpe", Counts { udp: 1, ..zero() }),
        // 22 packets of IP version 0, and 14 label stacks that go on and on.
        ("zeek__trunc_mpls-6in6-broken", Counts { other: 1774, not_ip: 1, errors: 36, ..zero() }),
        (
            "zeek__tunnels_gtp_gtp1_gn_normal_incl_fragmentation",
            Counts { tcp: 68, tunnelled: 68, held: 40, ..zero() },
        ),
    ];
    for (name, want) in table {
        if let Some(frames) = frames(name) {
            assert_eq!(count(&frames), want, "{name}");
        }
    }
}
