//! Laws that hold for any traffic.

use proptest::prelude::*;

use super::{Setup, Tcp, datagram, fragments};
use crate::counter::Counter;
use crate::engine::{FailSafe, Mode};
use crate::flow::Direction;
use crate::packet::test_frames;
use crate::verdict::Verdict;

const RULES: &str = r#"drop tcp any any -> any 80 (content:"ab"; content:"ba"; distance:0; within:6; sid:1;)
    reject udp any any -> any any (content:"aab"; sid:2;)
    alert ip any any -> any any (pcre:"/a+b{2,}a/"; sid:3;)
    pass tcp any any -> any 81 (content:"bbbb"; sid:4;)
    alert tcp any any <> any any (flow:established; sid:5;)"#;

fn payload() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b')], 0..24)
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)]
}

/// Any frame that could come at any time.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let tcp = (1_u16..4).prop_map(Tcp::to_80);
    let segment = (tcp.clone(), direction(), 0_u32..40, 0_u32..40, payload())
        .prop_map(|(tcp, direction, offset, acked, payload)| tcp.segment(direction, offset, acked, &payload));
    prop_oneof![
        8 => segment,
        1 => tcp.clone().prop_map(|tcp| tcp.syn()),
        1 => tcp.clone().prop_map(|tcp| tcp.syn_ack()),
        1 => (tcp.clone(), direction(), 0_u32..40).prop_map(|(tcp, to, at)| tcp.reset(to, at)),
        1 => (tcp, direction(), 0_u32..40).prop_map(|(tcp, to, at)| tcp.fin(to, at, 0)),
        2 => (direction(), 1_u16..4, payload()).prop_map(|(to, port, text)| datagram(to, [port, 53], &text)),
        2 => (payload(), 0_usize..4).prop_map(|(text, index)| {
            let mut pieces = fragments([9, 53], &text, 8);
            pieces.swap_remove(index % pieces.len())
        }),
        2 => (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(which, at, to)| {
            let samples = test_frames::samples();
            let mut frame = which.get(&samples).clone();
            let at = at.index(frame.len());
            frame[at] = to;
            frame
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..80),
    ]
}

fn wire() -> impl Strategy<Value = (Mode, FailSafe, FailSafe)> {
    let safe = || prop_oneof![Just(FailSafe::Open), Just(FailSafe::Closed)];
    (prop_oneof![Just(Mode::Enforce), Just(Mode::Observe)], safe(), safe())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 96 }))]

    #[test]
    fn every_packet_is_accounted_for(
        (mode, on_fault, on_overload) in wire(),
        frames in proptest::collection::vec(frame(), 1..120),
        is_small in any::<bool>(),
    ) {
        let mut setup = Setup::wire(mode, on_fault, on_overload);
        if is_small {
            setup.sizes.flows.capacity = 4;
            setup.sizes.streams.memory = 1 << 10;
            setup.sizes.fragments.datagrams = 1;
            setup.inspector.streams = 4;
            setup.inspector.progress = 2;
        }
        let mut rig = setup.rig(RULES, "");
        let (mut refused, mut dropped) = (0_u64, 0);
        for frame in &frames {
            let verdict = rig.send(frame);
            refused += u64::from(verdict.reason().is_some());
            dropped += u64::from(matches!(verdict, Verdict::Drop(_)));
        }
        rig.assert_accounts();
        let counters = rig.counters();
        prop_assert_eq!(counters.get(Counter::Packets), frames.len() as u64);
        prop_assert_eq!(counters.get(Counter::Dropped), dropped);
        let reasons: u64 = crate::verdict::ReasonKind::ALL.iter().map(|&kind| counters.reason(kind)).sum();
        match mode {
            Mode::Enforce => prop_assert_eq!(reasons, refused),
            Mode::Observe => {
                prop_assert_eq!(refused, 0);
                prop_assert_eq!(reasons, counters.get(Counter::Observed));
            }
        }
        // All that flows held is given back at their end.
        while rig.engine.end_flows(crate::flow::FlowId(0), 1 << 20).is_some() {}
        prop_assert!(rig.engine.flows().is_empty());
        let inspector = &rig.engine.worker_rules().inspector;
        prop_assert_eq!((inspector.live_streams(), inspector.live_progress()), (0, 0));
        prop_assert_eq!(rig.engine.reassembler.store().in_use(), 0);
    }
}
