//! When there is no room to judge: open lets pass, closed drops, and neither forgets what it owes.

use super::{Rig, Setup, Tcp, datagram, fragments};
use crate::counter::Counter;
use crate::engine::{Checksum, Decision, FailSafe, Frame, Mode};
use crate::flow::Direction::{ToClient, ToServer};
use crate::flow::FlowPhase;
use crate::verdict::{Overload, Reason, Verdict};

const RULE: &str = r#"drop tcp any any -> any 80 (flow:to_server; content:"forbidden"; sid:7;)"#;

fn setup(on_overload: FailSafe) -> Setup {
    Setup::wire(Mode::Enforce, FailSafe::Closed, on_overload)
}

#[track_caller]
fn assert_outcome(rig: &mut Rig, frame: &[u8], fail_safe: FailSafe, overload: Overload) {
    let before = rig.counters().get(Counter::PassedUninspected);
    let verdict = rig.send(frame);
    match fail_safe {
        FailSafe::Open => {
            assert_eq!(verdict, Verdict::Forward);
            assert_eq!(rig.counters().get(Counter::PassedUninspected), before + 1);
        }
        FailSafe::Closed => assert_eq!(verdict, Verdict::Drop(Reason::Overload(overload))),
    }
    rig.assert_accounts();
}

#[test]
fn a_full_flow_table() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut setup = setup(fail_safe);
        setup.sizes.flows.capacity = 8;
        let mut rig = setup.rig(RULE, "");
        // Active established flows are never evicted.
        for port in 1..=8 {
            rig.pass([datagram(ToServer, [port, 53], b"x"), datagram(ToClient, [port, 53], b"y")]);
        }
        for port in 10..20 {
            assert_outcome(&mut rig, &Tcp::to_80(port).syn(), fail_safe, Overload::FlowTable);
        }
        assert_eq!(rig.counters().get(Counter::FlowsRefused), 10);
        rig.pass([datagram(ToServer, [1, 53], b"x")]);
    }
}

#[test]
fn a_flood_of_syns_evicts_no_established_connection() {
    let mut setup = setup(FailSafe::Open);
    setup.sizes.flows.capacity = 64;
    let mut rig = setup.rig(RULE, "");
    let connections: Vec<_> = (1..=16).map(Tcp::to_80).collect();
    for tcp in &connections {
        rig.pass(tcp.handshake());
        rig.pass([tcp.request(0, b"it is forb")]);
    }
    for port in 1000..6000 {
        rig.send(&Tcp::to_80(port).syn());
    }
    assert_eq!(rig.engine.flows().level(FlowPhase::Established), 16);
    assert!(rig.counters().get(Counter::FlowsEvicted) >= 4900);
    for tcp in &connections {
        assert!(matches!(rig.refused(&tcp.request(10, b"idden")), Reason::Signature(_)));
    }
}

#[test]
fn no_memory_for_early_segments() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut setup = setup(fail_safe);
        setup.sizes.streams.memory = 1 << 14;
        let (mut rig, tcp) = (setup.rig(RULE, ""), Tcp::to_80(40_000));
        rig.pass(tcp.handshake());
        let early = |index: u32| tcp.request(1000 + index * 1400, &[b'.'; 1400]);
        let refused = (0..64).find(|&index| {
            let full = rig.counters().get(Counter::PassedUninspected);
            rig.send(&early(index)) != Verdict::Forward
                || rig.counters().get(Counter::PassedUninspected) > full
        });
        let next = refused.expect("the memory ends") + 1;
        assert_outcome(&mut rig, &early(next), fail_safe, Overload::StreamMemory);
        // The connection goes on where its receiver is.
        rig.pass([tcp.request(0, &[b'.'; 1000])]);
        rig.pass([early(next - 1), early(next)]);
        let reason = rig.refused(&tcp.request(1000 + (next + 1) * 1400, b"forbidden"));
        assert!(matches!(reason, Reason::Signature(_)), "{reason:?}");
    }
}

#[test]
fn no_stream_to_inspect_with() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut setup = setup(fail_safe);
        setup.inspector.streams = 2;
        let (mut rig, first, second) = (setup.rig(RULE, ""), Tcp::to_80(1), Tcp::to_80(2));
        rig.pass(first.handshake());
        rig.pass(second.handshake());
        assert_outcome(&mut rig, &second.request(0, b"it is forbidden"), fail_safe, Overload::InspectStreams);
        // The only stream comes back when the first flow's ports are taken for another connection.
        rig.pass([first.reset(ToServer, 0)]);
        rig.now += std::time::Duration::from_secs(61);
        rig.engine.tick(rig.now);
        match fail_safe {
            // The receiver has not got these bytes, so they have to be inspected now.
            FailSafe::Closed => {
                assert!(matches!(rig.refused(&second.request(0, b"it is forbidden")), Reason::Signature(_)));
            }
            FailSafe::Open => {
                rig.pass([second.segment(ToClient, 0, 15, b"answer"), second.request(15, b", really ")]);
                assert!(matches!(rig.refused(&second.request(24, b"forbidden")), Reason::Signature(_)));
            }
        }
    }
}

#[test]
fn no_room_for_fragments() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut setup = setup(fail_safe);
        setup.sizes.fragments.datagrams = 0;
        let mut rig = setup.rig(RULE, "");
        let verdict = rig.send(&fragments([1, 2], &[0; 64], 32)[0]);
        assert_eq!(verdict == Verdict::Forward, fail_safe == FailSafe::Open, "{verdict:?}");
    }
}

#[test]
fn headers_that_make_no_sense() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut rig = Setup::wire(Mode::Enforce, fail_safe, FailSafe::Open).rig(RULE, "");
        let mut frame = Tcp::to_80(1).syn();
        frame.truncate(40);
        let verdict = rig.send(&frame);
        match fail_safe {
            FailSafe::Open => assert_eq!(verdict, Verdict::Forward),
            FailSafe::Closed => {
                assert!(matches!(verdict.reason(), Some(Reason::Malformed(_))), "{verdict:?}")
            }
        }
    }
}

#[test]
fn a_checksum_that_is_wrong_is_refused_whatever_the_wire_says() {
    let mut rig = Setup::wire(Mode::Enforce, FailSafe::Open, FailSafe::Open).rig(RULE, "");
    let bytes = Tcp::to_80(1).syn();
    let frame = Frame { bytes: &bytes, time: rig.now, checksum: Checksum::Bad, ..Frame::default() };
    let mut decisions = [Decision::FORWARD];
    rig.engine.process(&[frame], &mut decisions);
    assert_eq!(decisions[0].verdict, Verdict::Drop(Reason::BadChecksum));
    assert!(rig.engine.flows().is_empty());
}

#[test]
fn a_fault_in_the_middle_of_a_burst_leaves_what_was_decided() {
    for fail_safe in [FailSafe::Open, FailSafe::Closed] {
        let mut rig = Setup::wire(Mode::Enforce, fail_safe, FailSafe::Open).rig(RULE, "");
        let bytes = Tcp::to_80(1).handshake();
        let frames = [0, 1, 2].map(|index| Frame { bytes: &bytes[index], time: rig.now, ..Frame::default() });
        let mut decisions = [Decision::FORWARD; 3];
        rig.engine.process(&frames[..2], &mut decisions);
        rig.engine.fault(&frames, &mut decisions);
        let last = match fail_safe {
            FailSafe::Open => Verdict::Forward,
            FailSafe::Closed => Verdict::Drop(Reason::Fault),
        };
        assert_eq!(decisions.map(|decision| decision.verdict), [Verdict::Forward, Verdict::Forward, last]);
        assert_eq!(rig.counters().get(Counter::Packets), 3);
        assert_eq!(rig.counters().get(Counter::Faults), 1);
        rig.assert_accounts();
    }
}
