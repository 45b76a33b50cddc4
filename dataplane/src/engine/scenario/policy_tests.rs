//! Segmentation, and what a change of policy does to flows that are there already.

use super::{Setup, Tcp, datagram};
use crate::counter::Counter;
use crate::engine::{FailSafe, Mode};
use crate::event::{EventKind, PolicyNote};
use crate::flow::Direction::{ToClient, ToServer};
use crate::verdict::{Reason, Verdict};

const RULE: &str = r#"drop tcp any any -> any 80 (content:"forbidden"; sid:7;)"#;

fn policy(action: &str, mode: &str) -> String {
    format!(
        "default: allow\n\
         identities:\n\
         \x20 - name: client\n    match: [{{ cidr: 10.0.0.1/32 }}]\n\
         \x20 - name: server\n    match: [{{ cidr: 10.0.0.2/32 }}]\n\
         rules:\n\
         \x20 - name: web\n    from: client\n    to: server\n\
         \x20   ports: [{{ protocol: tcp, port: 80 }}]\n    action: {action}\n    mode: {mode}\n"
    )
}

#[test]
fn a_denied_flow_passes_nothing_and_tells_once() {
    for (action, name) in [("deny", "drop"), ("reject", "reject")] {
        let mut rig = Setup::default().rig(RULE, &policy(action, "enforce"));
        let tcp = Tcp::to_80(40_000);
        for frame in tcp.handshake() {
            let verdict = rig.send(&frame);
            assert_eq!(verdict.name(), name);
            assert!(matches!(verdict.reason(), Some(Reason::Policy(Some(_)))), "{verdict:?}");
        }
        let drops = rig.events().iter().filter(|event| matches!(event.kind, EventKind::Drop(_))).count();
        assert_eq!(drops, 1);
        // Another port is not meant.
        rig.pass([datagram(ToServer, [40_000, 80], b"forbidden")]);
        assert_eq!(rig.counters().get(Counter::PolicyDenied), 1);
        rig.assert_accounts();
    }
}

#[test]
fn a_rule_that_observes_writes_down_and_forwards() {
    for (action, note) in [("deny", PolicyNote::WouldDeny), ("reject", PolicyNote::WouldReject)] {
        let mut rig = Setup::default().rig(RULE, &policy(action, "observe"));
        let tcp = Tcp::to_80(40_000);
        rig.pass(tcp.handshake());
        let notes: Vec<_> = rig
            .events()
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Policy(policy) => Some(policy.note),
                _ => None,
            })
            .collect();
        assert_eq!(notes, [note]);
        // Signatures look at it all the same.
        assert!(matches!(rig.refused(&tcp.request(0, b"forbidden")), Reason::Signature(_)));
    }
}

#[test]
fn an_observed_wire_forwards_what_policy_denies() {
    let mut rig =
        Setup::wire(Mode::Observe, FailSafe::Closed, FailSafe::Closed).rig(RULE, &policy("deny", "enforce"));
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    assert_eq!(rig.counters().get(Counter::Observed), 3);
}

#[test]
fn another_policy_decides_live_flows_anew() {
    let mut rig = Setup::default().rig(RULE, &policy("allow", "enforce"));
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"harmless")]);
    rig.reload(RULE, &policy("deny", "enforce"));
    assert!(matches!(rig.refused(&tcp.request(8, b"more")), Reason::Policy(Some(_))));
    assert!(matches!(rig.refused(&tcp.response(0, b"answer")), Reason::Policy(Some(_))));
    // What was dropped is sent again, and inspected.
    rig.reload(RULE, &policy("allow", "enforce"));
    rig.pass([tcp.request(8, b"more"), tcp.response(0, b"answer")]);
    assert!(matches!(rig.refused(&tcp.request(12, b"forbidden")), Reason::Signature(_)));
}

#[test]
fn a_flow_that_a_signature_cut_stays_cut() {
    let mut rig = Setup::default().rig(RULE, &policy("allow", "enforce"));
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    assert!(matches!(rig.refused(&tcp.request(0, b"forbidden")), Reason::Signature(_)));
    rig.reload("", "");
    assert!(matches!(rig.send(&tcp.request(0, b"forbidden")), Verdict::Drop(Reason::FlowCut(_))));
    assert!(matches!(rig.refused(&tcp.segment(ToClient, 0, 0, b"x")), Reason::FlowCut(_)));
}
