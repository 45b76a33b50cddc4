//! Other rules while streams are under way.

use std::time::Duration;

use super::{Rig, Tcp, datagram};
use crate::counter::Counter;
use crate::flow::Direction::{ToClient, ToServer};
use crate::verdict::Reason;

const OLD: &str = r#"drop tcp any any -> any 80 (content:"forbidden"; sid:1;)"#;
const NEW: &str = r#"drop tcp any any -> any 80 (content:"prohibited"; sid:2;)"#;
const NONE: &str = r#"alert udp any any -> any 9 (content:"nothing"; sid:3;)"#;

#[track_caller]
fn assert_cut(rig: &mut Rig, frame: &[u8], sid: u32, generation: u32) {
    let reason = rig.refused(frame);
    assert!(matches!(reason, Reason::Signature(_)), "{reason:?}");
    assert_eq!(rig.sid_of(reason, generation), Some(sid));
    assert!(rig.sids().contains(&sid));
}

fn started(rules: &str) -> (Rig, Tcp) {
    let (mut rig, tcp) = (Rig::new(rules), Tcp::to_80(40_000));
    rig.pass(tcp.handshake());
    (rig, tcp)
}

#[test]
fn a_stream_keeps_its_rules_until_it_ends_and_new_streams_have_the_new_ones() {
    let (mut rig, tcp) = started(OLD);
    rig.pass([tcp.request(0, b"it is forb")]);
    assert!(rig.reload(NEW, "").is_none());
    let other = Tcp::to_80(40_001);
    rig.pass(other.handshake());
    rig.pass([other.request(0, b"forbidden"), tcp.request(10, b"prohibited")]);
    assert_cut(&mut rig, &other.request(9, b"prohibited"), 2, 2);
    assert!(rig.engine.is_draining());
    assert!(rig.engine.retire().is_none());
    let third = Tcp::to_80(40_002);
    rig.pass(third.handshake());
    assert_cut(&mut rig, &tcp.request(20, b" forbidden"), 1, 1);
}

#[test]
fn after_the_drain_all_streams_have_the_new_rules() {
    let (mut rig, tcp) = started(OLD);
    rig.pass([tcp.request(0, b"it is forb")]);
    rig.reload(NEW, "");
    rig.now += Duration::from_secs(61);
    rig.pass([tcp.segment(ToClient, 0, 10, b"x")]);
    assert!(rig.engine.retire().is_some());
    assert!(!rig.engine.is_draining());
    rig.pass([tcp.request(10, b"idden")]);
    assert_cut(&mut rig, &tcp.request(15, b"prohibited"), 2, 2);
}

#[test]
fn a_third_rule_set_is_never_kept() {
    let (mut rig, tcp) = started(OLD);
    rig.pass([tcp.request(0, b"it is ")]);
    assert!(rig.reload(NONE, "").is_none());
    let replaced = rig.reload(NEW, "").expect("the oldest rule set comes back");
    assert_eq!(replaced.ruleset.generation.0, 1);
    rig.pass([tcp.request(6, b"forbidden")]);
    assert_cut(&mut rig, &tcp.request(15, b"prohibited"), 2, 3);
}

#[test]
fn a_rule_set_without_streams_retires_at_once() {
    let mut rig = Rig::new(OLD);
    rig.reload(NEW, "");
    assert!(rig.engine.retire().is_some());
}

#[test]
fn flows_that_nothing_looked_at_are_picked_up_where_they_are() {
    let (mut rig, tcp) = started(NONE);
    rig.pass([tcp.request(0, b"unseen"), tcp.segment(ToClient, 0, 6, b"answer"), tcp.request(6, b"forb")]);
    rig.reload(OLD, "");
    // The server's acknowledgments may be ahead of what is known of the client.
    rig.pass([tcp.request(6, b"forb"), tcp.segment(ToClient, 6, 30, b""), tcp.request(30, b"it is ")]);
    assert_cut(&mut rig, &tcp.request(36, b"forbidden"), 1, 2);
}

#[test]
fn a_flow_that_was_let_go_is_picked_up_where_it_is() {
    let pass = format!("{OLD}\npass tcp any any -> any 80 (content:\"trusted\"; sid:9;)");
    let (mut rig, tcp) = started(&pass);
    rig.pass([tcp.request(0, b"trusted"), tcp.request(7, &[b'.'; 1000])]);
    rig.pass([tcp.segment(ToClient, 0, 1007, &[b'.'; 1000]), tcp.segment(ToServer, 1007, 1000, b"")]);
    rig.reload(OLD, "");
    rig.pass([tcp.segment(ToServer, 1007, 1000, b"it is "), tcp.segment(ToClient, 1000, 1013, b"fine")]);
    rig.pass([tcp.segment(ToServer, 1013, 1004, b"and ")]);
    assert_cut(&mut rig, &tcp.segment(ToServer, 1017, 1004, b"forbidden"), 1, 2);
}

#[test]
fn header_rules_of_the_new_set_are_asked_about_flows_that_are_there() {
    let mut rig = Rig::new("pass udp any any -> any 53 (sid:1;)\nalert tcp any any -> any 80 (sid:2;)");
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    rig.pass([datagram(ToServer, [4000, 53], b"x")]);
    assert_eq!(rig.sids(), [2]);
    rig.reload(
        "pass udp any any -> any 53 (sid:1;)\n\
         drop udp any any -> any any (content:\"word\"; sid:4;)\n\
         drop tcp any any -> any 80 (sid:3;)",
        "",
    );
    rig.pass([datagram(ToServer, [4000, 53], b"word")]);
    assert_cut(&mut rig, &tcp.request(0, b"x"), 3, 2);
}

#[test]
fn hits_of_two_rule_sets_in_one_packet_are_told_apart() {
    // Rule 0 of the first set, rule 1 of the second: by index they would be taken for each other.
    let (mut rig, tcp) = started(r#"alert tcp any any -> any 80 (content:"word"; sid:1;)"#);
    rig.reload(
        "alert tcp any any -> any 9999 (content:\"word\"; sid:5;)\n\
         alert tcp any any -> any 80 (flow:established,to_server; sid:6;)",
        "",
    );
    rig.pass([tcp.request(0, b"word")]);
    let mut sids = rig.sids();
    sids.sort_unstable();
    assert_eq!(sids, [1, 6]);
    assert_eq!(rig.counters().get(Counter::AlertsLost), 0);
}
