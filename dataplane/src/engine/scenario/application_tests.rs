//! Signatures about what is said in HTTP and DNS, and about what was said before.

use super::{Rig, Tcp, datagram};
use crate::flow::{Direction, FlowId};
use crate::verdict::Verdict;

const FORBIDDEN_URI: &str = r#"drop http any any -> any any (msg:"u"; http.method; content:"POST"; http.uri; content:"/admin"; startswith; sid:1;)"#;

const REQUEST: &[u8] = b"POST /%61dmin/keys HTTP/1.1\r\nHost: models\r\nContent-Length: 0\r\n\r\n";

#[test]
fn the_segment_that_completes_a_forbidden_request_does_not_pass() {
    for cut in 1..REQUEST.len() {
        let (mut rig, tcp) = (Rig::new(FORBIDDEN_URI), Tcp::to_80(4000));
        rig.pass(tcp.handshake());
        let (first, second) = REQUEST.split_at(cut);
        let verdicts = [rig.send(&tcp.request(0, first)), rig.send(&tcp.request(cut as u32, second))];
        assert!(verdicts.iter().any(|verdict| *verdict != Verdict::Forward), "cut at {cut}: {verdicts:?}");
        assert_eq!(rig.sids(), [1], "cut at {cut}");
    }
}

#[test]
fn a_protocol_is_told_where_no_field_is_asked_for() {
    let mut rig = Rig::new("alert http any any -> any any (flow:to_server; dsize:>20; sid:1;)");
    for (port, said, sids) in [(4000, REQUEST, &[1][..]), (4001, b"a conversation of another kind", &[])] {
        let tcp = Tcp::to_80(port);
        rig.pass(tcp.handshake());
        rig.pass([tcp.request(0, said)]);
        assert_eq!(rig.sids(), sids, "{port}");
    }
}

#[test]
fn other_requests_pass() {
    let (mut rig, tcp) = (Rig::new(FORBIDDEN_URI), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(
        0,
        b"GET /admin HTTP/1.1\r\nHost: models\r\n\r\nPOST /chat HTTP/1.1\r\nHost: admin\r\n\r\n",
    )]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn both_fields_must_be_of_one_transaction() {
    let (mut rig, tcp) = (Rig::new(FORBIDDEN_URI), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    let first = b"POST /chat HTTP/1.1\r\nHost: models\r\nContent-Length: 0\r\n\r\n";
    rig.pass([
        tcp.request(0, first),
        tcp.request(first.len() as u32, b"GET /admin HTTP/1.1\r\nHost: models\r\n\r\n"),
    ]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn a_body_is_looked_at_while_it_comes_and_without_its_codings() {
    let rules = r#"drop http any any -> any any (flow:to_client; file.data; content:"AKIA"; pcre:"/AKIA[0-9A-Z]{16}/"; sid:1;)"#;
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = ["a\r\nThe key AK\r\n", "8\r\nIAIOSFOD\r\n", "a\r\nNN7EXAMPLE\r\n", "0\r\n\r\n"];
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"GET / HTTP/1.1\r\nHost: models\r\n\r\n"), tcp.response(0, head)]);
    let mut offset = head.len() as u32;
    let mut verdicts = Vec::new();
    for chunk in chunks {
        verdicts.push(rig.send(&tcp.response(offset, chunk.as_bytes())) == Verdict::Forward);
        offset += chunk.len() as u32;
    }
    assert_eq!(verdicts, [true, true, false, false], "what completes the key is not forwarded");
}

#[test]
fn what_was_cut_off_is_looked_at_when_the_flow_ends() {
    let rules = r#"alert http any any -> any any (http.uri; content:"/admin"; sid:1;)"#;
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"GET /admin HTTP/1.0\r\nHost: x\r\n")]);
    assert_eq!(rig.sids(), [0; 0]);
    rig.end();
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn flow_bits_tie_signatures_together() {
    let rules = concat!(
        r#"alert http any any -> any any (http.uri; content:"/second"; flowbits:isset,seen; sid:2;)"#,
        "\n",
        r#"alert http any any -> any any (http.uri; content:"/first"; flowbits:set,seen; flowbits:noalert; sid:1;)"#,
    );
    let second = b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n";
    let first = b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n";
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, second)]);
    assert_eq!(rig.sids(), [0; 0], "the bit is not set yet");
    let offset = second.len() as u32;
    rig.pass([tcp.request(offset, first), tcp.request(offset + first.len() as u32, second)]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn thresholds_limit_what_is_reported_and_not_what_is_done() {
    let rules = r#"drop udp any any -> any any (dsize:>3; threshold:type limit, track by_src, count 1, seconds 60; sid:1;)"#;
    let mut rig = Rig::new(rules);
    for _ in 0..3 {
        let verdict = rig.send(&datagram(Direction::ToServer, [4000, 53], b"long"));
        assert_ne!(verdict, Verdict::Forward);
    }
    assert_eq!(rig.sids(), [1]);
    rig.pass([datagram(Direction::ToServer, [4000, 53], b"abc")]);
}

#[test]
fn names_are_asked_for_in_dns() {
    let rules = r#"alert dns any any -> any any (dns.query; content:"evil.example"; nocase; sid:1;)"#;
    let query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04Evil\x07example\x00\x00\x01\x00\x01";
    let mut rig = Rig::new(rules);
    rig.pass([datagram(Direction::ToServer, [4000, 5353], query)]);
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn every_flow_gives_back_what_it_took() {
    let (mut rig, tcp) = (Rig::new(FORBIDDEN_URI), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")]);
    assert!(rig.engine.flows().iter_from(FlowId(0), usize::MAX).any(|(_, record)| record.app != u32::MAX));
    rig.end();
    assert!(rig.engine.flows().is_empty());
}
