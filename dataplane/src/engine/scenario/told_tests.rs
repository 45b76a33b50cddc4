//! Signatures about what decoders tell beside fields: events and numbers.

use super::{Rig, Tcp, datagram};
use crate::flow::Direction;
use crate::verdict::Verdict;

/// A DNS message of these flags, with one question for `a.b` of type MX.
fn dns(flags: u16) -> Vec<u8> {
    let [high, low] = flags.to_be_bytes();
    let mut message = vec![0x12, 0x34, high, low, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(b"\x01a\x01b\x00\x00\x0f\x00\x01");
    message
}

fn in_dns(options: &str, messages: &[(Direction, u16)]) -> usize {
    let mut rig = Rig::new(&format!("alert dns any any -> any any ({options} sid:1;)"));
    for &(direction, flags) in messages {
        rig.pass([datagram(direction, [4000, 53], &dns(flags))]);
    }
    rig.sids().len()
}

#[test]
fn numbers_and_events_of_dns_are_those_of_each_message() {
    use Direction::{ToClient, ToServer};
    let notify = [(ToServer, 0x2400), (ToClient, 0xa400)];
    let query = [(ToServer, 0x0100), (ToClient, 0x8183)];
    let odd = [(ToServer, 0x0100), (ToClient, 0x8140)];
    for (options, messages, alerts) in [
        ("dns.opcode:4;", notify, 2),
        ("dns.opcode:4; flow:to_server;", notify, 1),
        ("dns.opcode:!0;", query, 0),
        ("dns.rcode:NXDOMAIN;", query, 1),
        ("dns.rcode:3; flow:to_server;", query, 0),
        ("dns.rcode:3; dns.query.name; content:\"a.b\";", query, 1),
        ("dns.rrtype:MX;", query, 1),
        ("dns.rrtype:!MX;", query, 0),
        ("app-layer-event:dns.z_flag_set;", odd, 1),
        ("app-layer-event:dns.z_flag_set; flow:to_server;", odd, 0),
        ("app-layer-event:dns.z_flag_set; dns.rcode:0;", odd, 1),
        ("content:\"|01|a|01|b|00|\";", query, 2),
    ] {
        assert_eq!(in_dns(options, &messages), alerts, "{options}");
    }
}

#[test]
fn a_request_that_is_odd_does_not_pass_however_it_is_cut() {
    let rules = r#"drop http any any -> any any (flow:established,to_server; app-layer-event:http.duplicate_content_length_field_in_request; sid:1;)"#;
    let request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx";
    for cut in 1..request.len() - 1 {
        let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
        rig.pass(tcp.handshake());
        let (first, second) = request.split_at(cut);
        let verdicts = [rig.send(&tcp.request(0, first)), rig.send(&tcp.request(cut as u32, second))];
        assert!(verdicts.iter().any(|verdict| *verdict != Verdict::Forward), "cut at {cut}");
        assert_eq!(rig.sids(), [1], "cut at {cut}");
    }
}

#[test]
fn an_event_and_a_body_must_be_of_one_transaction() {
    let rules = r#"alert http any any -> any any (http.request_body; content:"stray"; app-layer-event:http.request_body_unexpected; sid:1;)"#;
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    let request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nstray";
    rig.pass([tcp.request(0, request)]);
    assert_eq!(rig.sids(), [0; 0]);
    rig.pass([tcp.request(request.len() as u32, b"stray=1\r\n")]);
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn a_file_is_too_long_as_soon_as_it_is() {
    let rules = "drop http any any -> any any (flow:to_client; filesize:>10; sid:1;)\n\
        alert http any any -> any any (flow:to_client; filesize:<5; sid:2;)";
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n";
    rig.pass([tcp.request(0, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), tcp.response(0, head)]);
    rig.pass([tcp.response(head.len() as u32, b"0123456789")]);
    assert_eq!(rig.sids(), [0; 0]);
    assert_ne!(rig.send(&tcp.response(head.len() as u32 + 10, b"0")), Verdict::Forward);
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn protocols_that_disagree_are_told() {
    let of = |name: &str| {
        let rules = format!("alert tcp any any -> any any (app-layer-event:applayer_{name}; sid:1;)");
        let (mut rig, tcp) = (Rig::new(&rules), Tcp::to_80(4000));
        rig.pass(tcp.handshake());
        (rig, tcp)
    };
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (name, answer, alerts) in [
        ("mismatch_protocol_both_directions", &b"SSH-2.0-x\r\n"[..], 1),
        ("mismatch_protocol_both_directions", b"HTTP/1.1 200 OK\r\n\r\n", 0),
        ("detect_protocol_only_one_direction", b"who knows what this is?", 1),
        ("detect_protocol_only_one_direction", b"SSH-2.0-x\r\n", 0),
    ] {
        let (mut rig, tcp) = of(name);
        rig.pass([tcp.request(0, request)]);
        rig.pass([tcp.response(0, &answer[..3]), tcp.response(3, &answer[3..])]);
        assert_eq!(rig.sids().len(), alerts, "{name} {}", answer.escape_ascii());
    }
    let (mut rig, tcp) = of("wrong_direction_first_data");
    rig.pass([tcp.response(0, b"HTTP/1.1 200 OK\r\n\r\n")]);
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn what_no_automaton_can_follow_goes_to_pcre() {
    let rules = r#"drop udp any any -> any any (pcre:"/key=(\w+)&again=\1(?!x)/"; sid:1;)"#;
    let mut rig = Rig::new(rules);
    let mut send = |text: &[u8]| rig.send(&datagram(Direction::ToServer, [4000, 5353], text));
    assert_eq!(send(b"key=a&again=b"), Verdict::Forward);
    assert_eq!(send(b"key=a&again=ax"), Verdict::Forward);
    assert_ne!(send(b"key=a&again=a"), Verdict::Forward);
    assert_eq!(rig.sids(), [1]);
}

#[test]
fn what_is_odd_about_sip_is_told() {
    let mut rig = Rig::new("alert sip any any -> any any (app-layer-event:sip.incomplete_data; sid:1;)");
    let mut send = |text: &[u8]| rig.send(&datagram(Direction::ToServer, [5060, 5060], text));
    send(b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nCall-ID: 1\r\n\r\n");
    send(b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UD");
    assert_eq!(rig.sids(), [1]);
}
