use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::packet::test_frames::*;
use crate::packet::{IpProtocol, IpVersion, Packet, Parsed, ParserConfig, TcpFlags, parse};

fn packet(frame: &[u8]) -> Packet {
    match parse(frame, &ParserConfig::default()) {
        Ok(Parsed::Ip(packet)) => packet,
        other => panic!("{other:?} of {frame:02x?}"),
    }
}

fn reset(frame: &[u8], towards: Towards) -> Option<Vec<u8>> {
    let mut out = [0xee; 2048];
    let len = tcp_reset(frame, &packet(frame), towards, &mut out)?;
    Some(out[..len].to_vec())
}

fn unreachable(frame: &[u8]) -> Option<Vec<u8>> {
    let mut out = [0xee; 2048];
    let len = icmp_unreachable(frame, &packet(frame), &mut out)?;
    Some(out[..len].to_vec())
}

/// The checksums of all headers, by a slow implementation that shares nothing with the fast one.
fn check_sums(frame: &[u8]) {
    let packet = packet(frame);
    let at = |offset: u16| usize::from(offset);
    let end = at(packet.payload_offset) + at(packet.payload_len);
    let ends = |ip: usize, version| match version {
        IpVersion::V4 => {
            Ends::V4(frame[ip + 12..ip + 16].try_into().unwrap(), frame[ip + 16..ip + 20].try_into().unwrap())
        }
        IpVersion::V6 => {
            Ends::V6(frame[ip + 8..ip + 24].try_into().unwrap(), frame[ip + 24..ip + 40].try_into().unwrap())
        }
    };
    let headers = packet.outer_layers().iter().map(|layer| (layer.ip_offset, layer.version));
    for (ip, version) in headers.chain([(packet.ip_offset, packet.version)]) {
        let ip = at(ip);
        let len = match version {
            IpVersion::V4 => {
                assert_eq!(slow_checksum(&frame[ip..ip + 4 * usize::from(frame[ip] & 15)]), 0);
                u16::from_be_bytes([frame[ip + 2], frame[ip + 3]])
            }
            IpVersion::V6 => u16::from_be_bytes([frame[ip + 4], frame[ip + 5]]) + 40,
        };
        assert_eq!(ip + usize::from(len), end, "the length of IP");
    }
    for layer in packet.outer_layers() {
        let ip = at(layer.ip_offset);
        let protocol = if layer.version == IpVersion::V4 { frame[ip + 9] } else { frame[ip + 6] };
        let segment = &frame[at(layer.transport_offset)..end];
        if protocol == 17 {
            assert_eq!(usize::from(u16::from_be_bytes([segment[4], segment[5]])), segment.len());
            let pseudo = pseudo_header(ends(ip, layer.version), 17, segment.len());
            let sum = slow_checksum(&[&pseudo, segment].concat());
            assert!(sum == 0 || (layer.version == IpVersion::V4 && segment[6..8] == [0, 0]));
        } else if protocol == 47 && segment[0] & 0x80 != 0 {
            assert_eq!(slow_checksum(segment), 0);
        }
    }
    let segment = &frame[at(packet.transport_offset)..end];
    let pseudo = match packet.protocol {
        IpProtocol::ICMP => Vec::new(),
        protocol => pseudo_header(ends(at(packet.ip_offset), packet.version), protocol.0, segment.len()),
    };
    assert_eq!(slow_checksum(&[&pseudo, segment].concat()), 0);
}

fn segment(flags: TcpFlags, payload: &[u8]) -> Vec<u8> {
    ethernet(0x0800, &ip(V4, 6, &tcp(V4, flags, [1000, 2000], payload)))
}

#[test]
fn sequence_numbers_are_those_of_rfc_9293() {
    let (syn, ack, fin, rst) = (TcpFlags::SYN, TcpFlags::ACK, TcpFlags::FIN, TcpFlags::RST);
    let receiver = |expected| Towards::Receiver { expected };
    let table = [
        (segment(ack, b"12345"), Towards::Sender, (rst, 2000, 0)),
        (segment(syn, b""), Towards::Sender, (rst | ack, 0, 1001)),
        (segment(syn | fin, b"12345"), Towards::Sender, (rst | ack, 0, 1007)),
        (segment(syn | ack, b""), Towards::Sender, (rst, 2000, 0)),
        (segment(ack, b"12345"), receiver(None), (rst | ack, 1000, 2000)),
        (segment(ack, b"12345"), receiver(Some(990)), (rst | ack, 990, 2000)),
        (segment(syn, b""), receiver(None), (rst, 1000, 0)),
    ];
    for (frame, towards, want) in table {
        let answer = reset(&frame, towards).expect("an answer");
        let (asked, got) = (packet(&frame), packet(&answer));
        assert_eq!((got.tcp.flags, got.tcp.seq, got.tcp.ack), want, "{towards:?}");
        assert_eq!((got.payload_len, answer.len()), (0, 60));
        if towards == Towards::Sender {
            assert_eq!((got.src, got.src_port, got.dst, got.dst_port), (asked.dst, 80, asked.src, 4000));
            assert_eq!(answer[..12], [&frame[6..12], &frame[..6]].concat());
        } else {
            assert_eq!((got.src, got.src_port, got.dst, got.dst_port), (asked.src, 4000, asked.dst, 80));
            assert_eq!((&answer[..12], got.ttl), (&frame[..12], asked.ttl));
        }
        check_sums(&answer);
    }
}

#[test]
fn answers_go_back_through_the_tunnels_they_came_by() {
    let mut answered = 0;
    for frame in samples() {
        let asked = packet(&frame);
        let answer = match asked.protocol {
            IpProtocol::TCP => reset(&frame, Towards::Sender),
            _ => unreachable(&frame),
        };
        let Some(answer) = answer else { continue };
        answered += 1;
        let got = packet(&answer);
        check_sums(&answer);
        assert_eq!((got.src, got.dst, got.tenant), (asked.dst, asked.src, asked.tenant));
        assert_eq!(got.outer_layers(), asked.outer_layers());
        for layer in got.outer_layers() {
            let (src, len) = if layer.version == IpVersion::V4 { (12, 4) } else { (8, 16) };
            let src = usize::from(layer.ip_offset) + src;
            let turned = [&frame[src + len..src + 2 * len], &frame[src..src + len]].concat();
            assert_eq!(answer[src..src + 2 * len], turned);
            if let Some(ethernet) = layer.ethernet_offset {
                let at = usize::from(ethernet.get());
                assert_eq!(answer[at..at + 12], [&frame[at + 6..at + 12], &frame[at..at + 6]].concat());
            }
        }
    }
    // All but MPLS, GTP-U, and a fragment in the middle.
    assert_eq!(answered, samples().len() - 3);
}

#[test]
fn resets_go_on_by_every_way() {
    for frame in samples() {
        let asked = packet(&frame);
        if asked.protocol == IpProtocol::TCP {
            let answer = reset(&frame, Towards::Receiver { expected: Some(5) }).expect("an answer");
            let got = packet(&answer);
            assert_eq!((got.src, got.dst_port, got.tenant, got.tcp.seq), (asked.src, 80, asked.tenant, 5));
            check_sums(&answer);
        }
    }
}

#[test]
fn unreachable_quotes_what_may_be_quoted() {
    let long = [0x55; 1400];
    let v4 = ethernet(0x0800, &ip(V4, 17, &udp(V4, [1, 2], &long)));
    let answer = unreachable(&v4).expect("an answer");
    assert_eq!((packet(&answer).icmp, answer.len()), ([3, 13], 14 + 576));
    assert_eq!(answer[14 + 28..], v4[14..14 + 548]);
    let v6 = ethernet(0x86dd, &ip(V6, 17, &udp(V6, [1, 2], &long)));
    let answer = unreachable(&v6).expect("an answer");
    assert_eq!((packet(&answer).icmp, answer.len()), ([1, 1], 14 + 1280));
    assert_eq!(answer[14 + 48..], v6[14..14 + 1232]);
    let short = ethernet(0x0800, &ip(V4, 17, &udp(V4, [1, 2], b"x")));
    let answer = unreachable(&short).expect("an answer");
    assert_eq!(answer[14 + 28..14 + 28 + 29], short[14..]);
}

#[test]
fn some_packets_are_never_answered() {
    let udp_to = |src, dst| {
        let ends = Ends::V4(src, dst);
        ethernet(0x0800, &ip(ends, 17, &udp(ends, [1, 2], b"x")))
    };
    let icmp4 = |kind| ethernet(0x0800, &ip(V4, 1, &icmp(V4, [kind, 0], [0; 4], &[0; 28])));
    let icmp6 = |kind| ethernet(0x86dd, &ip(V6, 58, &icmp(V6, [kind, 0], [0; 4], &[0; 48])));
    let mut broadcast = udp_to([10, 0, 0, 1], [10, 0, 0, 2]);
    broadcast[..6].fill(0xff);
    let later = ethernet(0x0800, &ipv4(V4, 17, &[], 5, &[0; 16]));
    let silent = [
        icmp4(3),
        icmp4(5),
        icmp4(11),
        icmp4(12),
        icmp4(99),
        icmp6(1),
        icmp6(3),
        icmp6(137),
        udp_to([10, 0, 0, 1], [224, 0, 0, 251]),
        udp_to([10, 0, 0, 1], [255, 255, 255, 255]),
        udp_to([0, 0, 0, 0], [10, 0, 0, 2]),
        udp_to([127, 0, 0, 1], [10, 0, 0, 2]),
        broadcast,
        later,
    ];
    for frame in silent {
        assert_eq!(unreachable(&frame), None, "{frame:02x?}");
    }
    assert!(unreachable(&icmp4(8)).is_some() && unreachable(&icmp6(128)).is_some());
    let data = segment(TcpFlags::ACK, b"x");
    assert_eq!(reset(&segment(TcpFlags::RST, b""), Towards::Sender), None);
    assert_eq!(reset(&icmp4(8), Towards::Sender), None);
    for len in 0..60 {
        assert_eq!(tcp_reset(&data, &packet(&data), Towards::Sender, &mut vec![0; len]), None, "no room");
    }
}

#[test]
fn another_dissector_finds_nothing_wrong() {
    let answers: Vec<Vec<u8>> = samples()
        .iter()
        .flat_map(|frame| {
            [
                reset(frame, Towards::Sender),
                reset(frame, Towards::Receiver { expected: None }),
                unreachable(frame),
            ]
        })
        .flatten()
        .collect();
    let mut pcap = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0];
    for answer in &answers {
        let len = (answer.len() as u32).to_le_bytes();
        pcap.extend([[0; 4], [0; 4], len, len].concat());
        pcap.extend(answer);
    }
    let sums = ["ip", "tcp", "udp", "icmp", "icmpv6"];
    let bad: Vec<String> = sums.iter().map(|protocol| format!("{protocol}.checksum.status == 0")).collect();
    let mut command = Command::new("tshark");
    command.args([
        "-r",
        "-",
        "-Y",
        &format!("{} || _ws.malformed || gre.checksum.status == 0", bad.join(" || ")),
    ]);
    for protocol in ["ip", "tcp", "udp"] {
        command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIPPED: tshark is not installed");
        return;
    };
    child.stdin.take().expect("piped").write_all(&pcap).expect("tshark reads");
    let output = child.wait_with_output().expect("tshark ends");
    assert!(output.status.success(), "tshark read {} answers", answers.len());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
