//! Forbidden text in a stream, however it is cut, ordered and repeated.

use super::{Rig, Setup, Tcp};
use crate::counter::Counter;
use crate::engine::{FailSafe, Midstream, Mode, UnseenAcks};
use crate::flow::Direction::{ToClient, ToServer};
use crate::verdict::{Reason, Verdict};

const RULE: &str =
    r#"drop tcp any any -> any 80 (msg:"forbidden"; flow:to_server; content:"forbidden"; sid:7;)"#;
const BOTH: &str = r#"drop tcp any any -> any any (msg:"forbidden"; content:"forbidden"; sid:7;)"#;
const TEXT: &[u8] = b"it is forbidden here";
/// Behind the last byte of the word.
const END: u32 = 15;

#[track_caller]
fn assert_cut(rig: &mut Rig, frame: &[u8]) {
    let reason = rig.refused(frame);
    assert!(matches!(reason, Reason::Signature(_)), "{reason:?}");
    assert_eq!(rig.sid_of(reason, 1), Some(7));
}

#[track_caller]
fn assert_still_cut(rig: &mut Rig, frame: &[u8]) {
    let reason = rig.refused(frame);
    assert!(matches!(reason, Reason::FlowCut(_)), "{reason:?}");
}

fn established(setup: &Setup, rules: &str) -> (Rig, Tcp) {
    let (mut rig, tcp) = (setup.rig(rules, ""), Tcp::to_80(40_000));
    rig.pass(tcp.handshake());
    (rig, tcp)
}

#[test]
fn the_segment_that_completes_the_word_does_not_pass_and_nothing_does_behind_it() {
    for cut in 0..TEXT.len() {
        let (mut rig, tcp) = established(&Setup::default(), RULE);
        let (first, second) = TEXT.split_at(cut);
        let is_complete = cut >= END as usize;
        if cut > 0 && !is_complete {
            rig.pass([tcp.request(0, first), tcp.segment(ToClient, 0, cut as u32, b"")]);
        }
        match is_complete {
            true => assert_cut(&mut rig, &tcp.request(0, first)),
            false => assert_cut(&mut rig, &tcp.request(cut as u32, second)),
        }
        assert_still_cut(&mut rig, &tcp.request(0, TEXT));
        assert_still_cut(&mut rig, &tcp.request(cut as u32, second));
        assert_still_cut(&mut rig, &tcp.response(0, b"an answer"));
        assert_still_cut(&mut rig, &tcp.segment(ToServer, TEXT.len() as u32, 9, b""));
        assert_eq!(rig.sids(), [7], "at {cut}");
        rig.assert_accounts();
    }
}

#[test]
fn byte_by_byte_the_last_byte_is_refused() {
    let (mut rig, tcp) = established(&Setup::default(), RULE);
    let end = END as usize;
    rig.pass((0..end - 1).map(|at| tcp.request(at as u32, &TEXT[at..=at])));
    assert_cut(&mut rig, &tcp.request(END - 1, &TEXT[end - 1..end]));
    assert_eq!(rig.alerts()[0].1.offset, u64::from(END));
}

#[test]
fn out_of_order_the_segment_that_fills_the_gap_is_refused() {
    for cut in 1..END as usize {
        let (mut rig, tcp) = established(&Setup::default(), RULE);
        let (first, second) = TEXT.split_at(cut);
        rig.pass([tcp.request(cut as u32, second)]);
        assert_cut(&mut rig, &tcp.request(0, first));
        assert_still_cut(&mut rig, &tcp.request(0, first));
    }
}

#[test]
fn a_conflicting_copy_is_dropped_whichever_comes_first() {
    // The gap is still open: the first copy is kept, the second one disagrees.
    let (mut rig, tcp) = established(&Setup::default(), RULE);
    rig.pass([tcp.request(6, b"harmless")]);
    assert_eq!(rig.refused(&tcp.request(6, b"forbidde")), Reason::OverlapConflict);
    rig.pass([tcp.request(0, b"it is ")]);
    assert_eq!(rig.sids(), [0; 0]);
    // What was inspected and is not acknowledged can't be replaced either.
    assert_eq!(rig.refused(&tcp.request(6, b"forbidden")), Reason::OverlapConflict);
    assert_eq!(rig.refused(&tcp.request(10, b"iddenxyz")), Reason::OverlapConflict);
    // A faithful copy passes, and so does the rest.
    rig.pass([tcp.request(6, b"harmless"), tcp.request(14, b" text")]);
    assert_eq!(rig.counters().get(Counter::TcpOverlapConflicts), 3);
}

#[test]
fn an_overlap_that_agrees_completes_the_word() {
    let (mut rig, tcp) = established(&Setup::default(), RULE);
    rig.pass([tcp.request(0, b"it is forb"), tcp.request(3, b"is forbidde")]);
    assert_cut(&mut rig, &tcp.request(8, b"rbidden!"));
}

#[test]
fn what_lies_behind_a_gap_is_judged_when_the_gap_is_filled() {
    let (mut rig, tcp) = established(&Setup::default(), RULE);
    rig.pass([tcp.request(10, TEXT), tcp.request(2, b"23456789")]);
    assert_cut(&mut rig, &tcp.request(0, b"01"));
}

#[test]
fn acknowledgments_of_unseen_bytes_are_dropped_where_nothing_is_missing() {
    let (mut rig, tcp) = established(&Setup::default(), BOTH);
    rig.pass([tcp.request(0, b"give me"), tcp.response(0, b"fine ")]);
    // If the server's bytes up to 30 counted as received, they would pass as repeated.
    assert_eq!(rig.refused(&tcp.segment(ToServer, 7, 30, b"")), Reason::UnseenAck);
    assert_cut(&mut rig, &tcp.response(5, b"forbidden"));
}

#[test]
fn acknowledgments_of_unseen_bytes_skip_them_in_captures() {
    let mut setup = Setup::default();
    setup.settings.unseen_acks = UnseenAcks::Skip;
    let (mut rig, tcp) = established(&setup, BOTH);
    rig.pass([tcp.response(0, b"abc"), tcp.response(30, TEXT)]);
    // The acknowledgment says that the gap is none, and what waits behind it is judged with it.
    assert_cut(&mut rig, &tcp.segment(ToServer, 0, 30, b""));
    assert_eq!(rig.counters().get(Counter::TcpGapBytes), 27);
    let alert = rig.alerts();
    assert_eq!((alert[0].0, alert[0].1.offset), (7, 45));
}

#[test]
fn a_reject_tells_what_the_receiver_expects() {
    let rule = RULE.replace("drop", "reject");
    let (mut rig, tcp) = established(&Setup::default(), &rule);
    rig.pass([tcp.request(0, b"it is for")]);
    let decision = rig.decide(&tcp.request(9, b"bidden"));
    assert!(matches!(decision.verdict, Verdict::Reject(Reason::Signature(_))), "{decision:?}");
    assert_eq!(decision.expected, Some(tcp.isn[0].wrapping_add(1 + 9)));
    // The client of a cut flow is told again when it tries again.
    let decision = rig.decide(&tcp.request(9, b"bidden"));
    assert!(matches!(decision.verdict, Verdict::Reject(Reason::FlowCut(_))), "{decision:?}");
    rig.assert_accounts();
}

#[test]
fn a_cut_connection_ends_with_a_new_one() {
    let (mut rig, tcp) = established(&Setup::default(), RULE);
    assert_cut(&mut rig, &tcp.request(0, TEXT));
    assert_still_cut(&mut rig, &tcp.reset(ToServer, 0));
    let next = Tcp { isn: [99, 100], ..tcp };
    rig.pass(next.handshake());
    rig.pass([next.request(0, b"harmless")]);
    assert_cut(&mut rig, &next.request(8, TEXT));
}

#[test]
fn data_before_the_connection_stands_is_inspected_for_rules_that_want_it_established() {
    let rule = RULE.replace("to_server", "established,to_server");
    // The server keeps these bytes and reads them when the handshake is over.
    let (mut rig, tcp) = (Rig::new(&rule), Tcp::to_80(40_000));
    rig.pass([tcp.syn()]);
    assert_cut(&mut rig, &tcp.request(0, TEXT));
    let (mut rig, tcp) = (Rig::new(&rule), Tcp::to_80(40_000));
    rig.pass([tcp.syn(), tcp.request(0, b"forb")]);
    rig.pass([tcp.syn_ack()]);
    assert_cut(&mut rig, &tcp.request(4, b"idden"));
}

#[test]
fn a_connection_seen_from_the_middle() {
    let cases = [(Midstream::Inspect, true), (Midstream::Pass, false)];
    for (midstream, is_cut) in cases {
        let mut setup = Setup::default();
        setup.settings.midstream = midstream;
        let (mut rig, tcp) = (setup.rig(RULE, ""), Tcp::to_80(40_000));
        rig.pass([tcp.segment(ToServer, 500, 900, b"it is forb"), tcp.segment(ToClient, 900, 510, b"")]);
        match is_cut {
            true => assert_cut(&mut rig, &tcp.segment(ToServer, 510, 900, b"idden")),
            false => rig.pass([tcp.segment(ToServer, 510, 900, b"idden")]),
        }
        assert_eq!(rig.counters().get(Counter::TcpMidstream), 1);
    }
    let mut setup = Setup::default();
    setup.settings.midstream = Midstream::Drop;
    let (mut rig, tcp) = (setup.rig(RULE, ""), Tcp::to_80(40_000));
    for _ in 0..3 {
        assert_eq!(rig.refused(&tcp.segment(ToServer, 500, 900, b"harmless")), Reason::Midstream);
    }
    let next = Tcp { isn: [1, 2], ..tcp };
    rig.pass(next.handshake());
}

#[test]
fn an_observed_wire_forwards_what_it_would_have_dropped_and_follows_what_it_forwarded() {
    let setup = Setup::wire(Mode::Observe, FailSafe::Closed, FailSafe::Closed);
    let (mut rig, tcp) = established(&setup, BOTH);
    // The server's host did receive these, whatever weir thinks of them.
    rig.pass([
        tcp.request(0, b"harmless"),
        tcp.request(0, b"harmful!"),
        tcp.segment(ToServer, 8, 20, b""),
        tcp.response(0, &[b'.'; 20]),
        tcp.segment(ToServer, 8, 20, b""),
        tcp.response(20, TEXT),
        tcp.response(40, b"more"),
    ]);
    assert_eq!(rig.sids(), [7]);
    assert_eq!(rig.counters().get(Counter::Dropped), 0);
    rig.assert_accounts();
}
