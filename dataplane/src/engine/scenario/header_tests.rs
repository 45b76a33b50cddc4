//! Signatures without patterns.

use super::{Rig, Tcp, datagram};
use crate::flow::Direction::{ToClient, ToServer};
use crate::verdict::{Reason, Verdict};

#[test]
fn they_are_asked_once_for_each_direction() {
    let mut rig = Rig::new("alert tcp any any <> any 80 (sid:1;)");
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"one"), tcp.response(0, b"two"), tcp.request(3, b"three")]);
    assert_eq!(rig.sids(), [1, 1]);
    let ports = [4000, 80];
    rig.pass([datagram(ToServer, ports, b"one"), datagram(ToServer, ports, b"two")]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn they_may_wait_for_the_connection_to_stand() {
    let mut rig = Rig::new(
        "alert tcp any any -> any 80 (flow:established,to_server; sid:1;)
         alert tcp any any -> any 80 (flow:not_established; sid:2;)
         alert tcp any 80 -> any any (flow:to_client,established; sid:3;)",
    );
    let tcp = Tcp::to_80(40_000);
    rig.pass([tcp.syn()]);
    assert_eq!(rig.sids(), [2]);
    rig.pass([tcp.syn_ack()]);
    assert_eq!(rig.sids(), [0; 0]);
    rig.pass([tcp.segment(ToServer, 0, 0, b"")]);
    assert_eq!(rig.sids(), [1]);
    rig.pass([tcp.response(0, b"hello"), tcp.request(0, b"hello"), tcp.response(5, b"again")]);
    assert_eq!(rig.sids(), [3]);
}

#[test]
fn a_drop_is_for_all_packets() {
    let mut rig = Rig::new("drop udp any any -> any 53 (sid:1;)\nreject tcp any any -> any 80 (sid:2;)");
    let ports = [4000, 53];
    for _ in 0..3 {
        assert_eq!(rig.send(&datagram(ToServer, ports, b"one")).name(), "drop");
    }
    assert_eq!(rig.send(&datagram(ToClient, ports, b"an answer")).name(), "drop");
    rig.pass([datagram(ToServer, [4000, 54], b"one")]);
    let tcp = Tcp::to_80(40_000);
    assert!(matches!(rig.send(&tcp.syn()), Verdict::Reject(Reason::Signature(_))));
    assert_eq!(rig.send(&tcp.syn()).name(), "reject");
    assert_eq!(rig.sids(), [1, 2]);
}

#[test]
fn a_pass_is_for_all_packets() {
    let mut rig = Rig::new(
        "pass udp any any -> any 53 (sid:1;)\n\
         drop udp any any -> any any (content:\"word\"; sid:2;)\n\
         drop udp any any -> any 53 (sid:3;)",
    );
    rig.pass([datagram(ToServer, [4000, 53], b"none"), datagram(ToServer, [4000, 53], b"word")]);
    rig.pass([datagram(ToClient, [4000, 53], b"word")]);
    assert!(matches!(rig.refused(&datagram(ToServer, [4000, 54], b"word")), Reason::Signature(_)));
}
