//! What signatures ask for, and when they apply.

use super::{Rig, Setup, Tcp, datagram, fragments};
use crate::counter::Counter;
use crate::engine::{FailSafe, Mode};
use crate::event::{AlertOutcome, EventKind};
use crate::flow::Direction::{ToClient, ToServer};
use crate::verdict::{Reason, Verdict};

fn established(rules: &str) -> (Rig, Tcp) {
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(40_000));
    rig.pass(tcp.handshake());
    (rig, tcp)
}

#[test]
fn an_alert_lets_the_packet_pass_and_is_given_once_in_a_stream() {
    let (mut rig, tcp) = established(
        r#"alert tcp any any -> any 80 (content:"word"; content:"other"; distance:0; sid:1;)
            alert tcp any any -> any 80 (content:"word"; sid:2;)"#,
    );
    rig.pass([tcp.request(0, b"word other"), tcp.request(10, b"word other")]);
    assert_eq!(rig.sids(), [2, 1]);
}

#[test]
fn noalert_acts_without_an_alert() {
    let (mut rig, tcp) = established(r#"drop tcp any any -> any 80 (content:"word"; noalert; sid:1;)"#);
    assert!(matches!(rig.refused(&tcp.request(0, b"word")), Reason::Signature(_)));
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn pass_outweighs_drop_and_lets_the_rest_of_the_stream_go() {
    let (mut rig, tcp) = established(
        r#"drop tcp any any -> any 80 (content:"word"; sid:1;)
           pass tcp any any -> any 80 (content:"password"; sid:2;)"#,
    );
    rig.pass([tcp.request(0, b"password"), tcp.request(8, b"word"), tcp.response(0, b"word")]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn drop_outweighs_reject_which_outweighs_alert() {
    let rule = |action: &str, word: &str, sid: u32| {
        format!("{action} tcp any any -> any 80 (content:\"{word}\"; sid:{sid};)\n")
    };
    let all = rule("alert", "a", 1) + &rule("reject", "b", 2) + &rule("drop", "c", 3);
    let (mut rig, tcp) = established(&all);
    assert!(matches!(rig.send(&tcp.request(0, b"ab")), Verdict::Reject(Reason::Signature(_))));
    let (mut rig, tcp) = established(&all);
    let verdict = rig.send(&tcp.request(0, b"abc"));
    assert!(matches!(verdict, Verdict::Drop(_)), "{verdict:?}");
    assert_eq!(verdict.reason().and_then(|reason| rig.sid_of(reason, 1)), Some(3));
    let mut sids = rig.sids();
    sids.sort_unstable();
    assert_eq!(sids, [1, 2, 3]);
}

#[test]
fn directions_and_ports_are_those_of_the_rule() {
    let rules = r#"alert tcp any any -> any 80 (flow:established,to_client; content:"word"; sid:1;)
        alert tcp any 80 -> any any (flow:to_client; content:"word"; sid:2;)
        alert tcp any any -> any 80 (flow:to_server; content:"word"; sid:3;)
        alert tcp any any <> any 80 (content:"word"; sid:4;)
        alert tcp any any -> any 81 (content:"word"; sid:5;)
        alert tcp 10.0.0.2 any -> any any (content:"word"; sid:6;)
        alert udp any any -> any any (content:"word"; sid:7;)
        alert ip any any -> any any (content:"word"; sid:8;)"#;
    let sorted = |rig: &mut Rig| {
        let mut sids = rig.sids();
        sids.sort_unstable();
        sids
    };
    let (mut rig, tcp) = established(rules);
    rig.pass([tcp.response(0, b"a word")]);
    assert_eq!(sorted(&mut rig), [2, 4, 6, 8]);
    rig.pass([tcp.segment(ToServer, 0, 6, b"a word")]);
    assert_eq!(sorted(&mut rig), [3, 4, 8]);
}

#[test]
fn of_datagrams_only_those_that_match_are_dropped() {
    let mut rig = Rig::new(r#"drop udp any any -> any 53 (content:"word"; sid:1;)"#);
    let ports = [4000, 53];
    for _ in 0..3 {
        assert!(matches!(rig.refused(&datagram(ToServer, ports, b"a word")), Reason::Signature(_)));
        rig.pass([datagram(ToServer, ports, b"none"), datagram(ToClient, ports, b"a word")]);
    }
    assert_eq!(rig.sids(), [1, 1, 1]);
}

#[test]
fn the_fragment_that_completes_a_datagram_carries_its_verdict() {
    let rules = r#"drop udp any any -> any 53 (content:"forbidden"; sid:1;)"#;
    let pieces = fragments([4000, 53], b"a text that is long and forbidden, and goes on", 16);
    assert_eq!(pieces.len(), 4);
    for last in 0..pieces.len() {
        let mut rig = Rig::new(rules);
        rig.pass(pieces.iter().enumerate().filter(|&(index, _)| index != last).map(|(_, piece)| piece));
        assert!(matches!(rig.refused(&pieces[last]), Reason::Signature(_)), "{last}");
        // Nor can it be completed by sending it again.
        assert!(matches!(rig.refused(&pieces[last]), Reason::Fragment(_)), "{last}");
        rig.assert_accounts();
    }
    let mut rig = Rig::new(rules);
    rig.pass(fragments([4000, 53], b"a text that is long and harmless, and goes on", 16));
    assert_eq!(rig.counters().get(Counter::DecodeDefragmented), 1);
}

#[test]
fn an_observed_wire_forwards_everything_and_finds_the_same() {
    let rules = r#"alert tcp any any -> any 80 (content:"one"; sid:1;)
        drop tcp any any -> any 80 (content:"two"; sid:2;)
        reject udp any any -> any 53 (content:"three"; sid:3;)
        drop ip any any -> 10.9.9.9 any (sid:4;)"#;
    let tcp = Tcp::to_80(40_000);
    let frames: Vec<_> = tcp
        .handshake()
        .into_iter()
        .chain([tcp.request(0, b"one two"), datagram(ToServer, [4000, 53], b"three")])
        .collect();
    let mut findings = Vec::new();
    for mode in [Mode::Enforce, Mode::Observe] {
        let mut rig = Setup::wire(mode, FailSafe::Closed, FailSafe::Closed).rig(rules, "");
        let verdicts: Vec<_> = frames.iter().map(|frame| rig.send(frame)).collect();
        let refused = verdicts.iter().filter(|&&verdict| verdict != Verdict::Forward).count();
        assert_eq!(refused, if mode == Mode::Enforce { 2 } else { 0 });
        let events = rig.events();
        let outcomes: Vec<_> = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Alert(alert) => {
                    Some((event.number, alert.rule, alert.outcome != AlertOutcome::Allowed))
                }
                _ => None,
            })
            .collect();
        let drops: Vec<_> = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Drop(drop) => Some(drop.verdict),
                _ => None,
            })
            .collect();
        findings.push((outcomes, drops));
        rig.assert_accounts();
    }
    assert_eq!(findings[0], findings[1]);
    assert_eq!(findings[0].1.len(), 2);
}

#[test]
fn hits_that_do_not_apply_hide_none_that_does() {
    let mut rules = String::new();
    for sid in 1..=200 {
        rules += &format!("alert tcp any any -> any 9999 (content:\"noise{sid:03}\"; sid:{sid};)\n");
    }
    for sid in 201..=300 {
        rules += &format!("alert tcp any any -> any 80 (content:\"noise{sid:03}\"; sid:{sid};)\n");
    }
    rules += r#"drop tcp any any -> any 80 (content:"forbidden"; sid:999;)"#;
    let mut text: Vec<u8> = (1..=300).flat_map(|sid| format!("noise{sid:03}").into_bytes()).collect();
    text.extend(b"forbidden");
    let (mut rig, tcp) = established(&rules);
    let reason = rig.refused(&tcp.request(0, &text));
    assert_eq!(rig.sid_of(reason, 1), Some(999));
    assert!(rig.sids().contains(&999));
}
