//! Reassembly held against a reference that keeps single bytes in a map, and the cases that have a name.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::store::{CHUNK_COST, CHUNK_LEN};
use super::{AckOutcome, Half, Reassembler, Retain, SegmentOutcome, StoreConfig};

const WINDOW: i64 = 1 << 16;

fn reassembler(memory: usize) -> Reassembler {
    Reassembler::new(StoreConfig { memory, window: WINDOW as usize })
}

/// One direction under test, with all that reached the sink.
struct Direction {
    reassembler: Reassembler,
    half: Half,
    isn: u32,
    read: Vec<(u64, Vec<u8>)>,
}

impl Direction {
    fn new(memory: usize, isn: u32) -> Direction {
        let (mut reassembler, mut half) = (reassembler(memory), Half::default());
        reassembler.start(&mut half, isn);
        Direction { reassembler, half, isn, read: Vec::new() }
    }

    fn seq(&self, offset: i64) -> u32 {
        self.isn.wrapping_add(offset as u32)
    }

    fn segment_with(&mut self, offset: i64, payload: &[u8], retain: Retain) -> SegmentOutcome {
        let seq = self.seq(offset);
        let read = &mut self.read;
        self.reassembler
            .segment(&mut self.half, seq, payload, retain, &mut |b| read.push((b.offset, b.bytes.to_vec())))
    }

    fn segment(&mut self, offset: i64, payload: &[u8]) -> SegmentOutcome {
        self.segment_with(offset, payload, Retain::Unacknowledged)
    }

    fn ack(&mut self, offset: i64) -> AckOutcome {
        let seq = self.seq(offset);
        let read = &mut self.read;
        self.reassembler.acknowledge(&mut self.half, seq, &mut |b| read.push((b.offset, b.bytes.to_vec())))
    }

    fn in_use(&self) -> usize {
        self.reassembler.store().in_use()
    }

    /// What was read, checked to come in order and without repetition.
    fn text(&self) -> Vec<u8> {
        let mut text: Vec<u8> = Vec::new();
        let mut next = 0;
        for (offset, bytes) in &self.read {
            assert!(*offset >= next, "offset {offset} comes after {next}");
            next = offset + bytes.len() as u64;
            text.extend(bytes);
        }
        text
    }
}

/// The reference: every byte for itself, the first copy wins.
#[derive(Default)]
struct Reference {
    bytes: BTreeMap<i64, u8>,
    next: i64,
    acked: i64,
}

impl Reference {
    fn segment(&mut self, start: i64, payload: &[u8]) -> SegmentOutcome {
        let end = start + payload.len() as i64;
        if start > self.next && end > self.next + WINDOW {
            return SegmentOutcome::OutOfWindow;
        }
        let placed = || (start..).zip(payload.iter().copied()).filter(|(offset, _)| *offset >= self.acked);
        let differs = |(offset, byte): &(i64, u8)| self.bytes.get(offset).is_some_and(|kept| kept != byte);
        if let Some((offset, _)) = placed().find(differs) {
            return SegmentOutcome::Conflict { offset: offset as u64 };
        }
        let placed: Vec<_> = placed().collect();
        self.bytes.extend(placed);
        if start > self.next {
            return SegmentOutcome::OutOfOrder;
        }
        let before = self.next;
        while self.bytes.contains_key(&self.next) {
            self.next += 1;
        }
        match self.next - before {
            0 => SegmentOutcome::Retransmission,
            new => SegmentOutcome::InOrder { new: new as u64 },
        }
    }

    fn ack(&mut self, offset: i64) {
        self.acked = self.acked.max(offset);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_order_of_overlapping_segments_gives_the_stream_once(
        stream in prop::collection::vec(any::<u8>(), 1..6000),
        pieces in prop::collection::vec((any::<Index>(), prop_oneof![1..4_usize, 1..900_usize], prop::option::of(any::<Index>())), 0..80),
        step in 1..1500_usize,
        isn in prop_oneof![any::<u32>(), (u32::MAX - 6000)..=u32::MAX],
    ) {
        let mut direction = Direction::new(1 << 20, isn);
        let whole = (0..stream.len()).step_by(step).map(|at| (at, step, None));
        let random = pieces.iter().map(|(at, len, ack)| (at.index(stream.len()), *len, *ack));
        for (at, len, ack) in random.chain(whole) {
            let piece = &stream[at..(at + len).min(stream.len())];
            let outcome = direction.segment(at as i64, piece);
            let lossless = matches!(
                outcome,
                SegmentOutcome::InOrder { .. } | SegmentOutcome::OutOfOrder | SegmentOutcome::Retransmission
            );
            prop_assert!(lossless, "{outcome:?}");
            if let Some(ack) = ack {
                direction.ack(ack.index(direction.half.offset() as usize + 1) as i64);
            }
        }
        prop_assert_eq!(direction.text(), stream.clone());
        prop_assert!(!direction.half.has_gap());
        direction.ack(stream.len() as i64);
        prop_assert_eq!(direction.in_use(), 0);
        prop_assert!(!direction.half.holds_chunks());
    }

    #[test]
    fn every_outcome_is_that_of_the_reference(
        segments in prop::collection::vec((0..240_i64, 1..24_usize, 0..40_u8, prop::option::of(any::<Index>())), 1..60),
        isn in prop_oneof![any::<u32>(), (u32::MAX - 6000)..=u32::MAX],
    ) {
        let mut direction = Direction::new(1 << 20, isn);
        let mut reference = Reference::default();
        for (start, len, liar, ack) in segments {
            let start = start * 16;
            let mut payload: Vec<u8> = (start..start + len as i64 * 16).map(|at| (at % 251) as u8).collect();
            if liar == 0 && let Some(byte) = payload.last_mut() {
                *byte ^= 1;
            }
            prop_assert_eq!(direction.segment(start, &payload), reference.segment(start, &payload));
            prop_assert_eq!(direction.half.offset(), reference.next as u64);
            if let Some(ack) = ack {
                let ack = ack.index(reference.next as usize + 1) as i64;
                direction.ack(ack);
                reference.ack(ack);
            }
        }
        let first: Vec<u8> = reference.bytes.range(..reference.next).map(|(_, byte)| *byte).collect();
        prop_assert_eq!(direction.text(), first);
        direction.reassembler.release(&mut direction.half);
        prop_assert_eq!(direction.in_use(), 0);
    }

    #[test]
    fn nothing_outgrows_a_small_store(
        chunks in 0..6_usize,
        steps in prop::collection::vec((-3000..70_000_i64, 0..3000_usize, any::<u8>(), 0..8_u8), 1..120),
        isn in any::<u32>(),
    ) {
        let mut direction = Direction::new(chunks * CHUNK_COST, isn);
        prop_assert_eq!(direction.reassembler.store().capacity(), chunks);
        for (at, len, byte, kind) in steps {
            // Mostly near the next byte, else nearly all would be out of the window.
            let near = if kind < 5 { direction.half.offset() as i64 + at % 2000 } else { at };
            match kind {
                0 | 7 => drop(direction.ack(near)),
                1 => drop(direction.segment_with(near, &vec![byte; len], Retain::Nothing)),
                2 => direction.reassembler.fin(&mut direction.half),
                _ => drop(direction.segment(near, &vec![byte % 2; len])),
            }
            prop_assert!(direction.in_use() <= chunks);
        }
        direction.text();
        direction.reassembler.release(&mut direction.half);
        prop_assert_eq!(direction.in_use(), 0);
    }
}

#[test]
fn the_first_copy_wins_and_the_other_is_a_conflict() {
    let mut direction = Direction::new(1 << 16, u32::MAX - 3);
    assert_eq!(direction.segment(0, b"GET /safe"), SegmentOutcome::InOrder { new: 9 });
    assert_eq!(direction.segment(5, b"evil HTTP"), SegmentOutcome::Conflict { offset: 5 });
    assert_eq!(direction.segment(20, b"later"), SegmentOutcome::OutOfOrder);
    assert_eq!(direction.segment(18, b"xxlater"), SegmentOutcome::OutOfOrder);
    assert_eq!(direction.segment(22, b"T"), SegmentOutcome::Conflict { offset: 22 });
    assert_eq!(direction.segment(9, b" HTTP/1.1??"), SegmentOutcome::Conflict { offset: 18 });
    assert_eq!(direction.segment(5, b"safe HTTP/1.1"), SegmentOutcome::InOrder { new: 16 });
    assert_eq!(direction.text(), b"GET /safe HTTP/1.1xxlater");
    assert_eq!(direction.reassembler.counters().conflicts, 3);
}

#[test]
fn probes_of_an_idle_connection_are_no_conflict() {
    let mut direction = Direction::new(1 << 16, 1);
    direction.segment(0, b"request");
    assert_eq!(direction.ack(7), AckOutcome::Advanced);
    assert_eq!(direction.in_use(), 0, "idle connections hold nothing");
    assert_eq!(direction.segment(6, b"\0"), SegmentOutcome::Retransmission, "keep-alive");
    assert_eq!(direction.segment(6, b""), SegmentOutcome::InOrder { new: 0 }, "keep-alive without a byte");
    assert_eq!(direction.segment(7, b"m"), SegmentOutcome::InOrder { new: 1 }, "zero-window probe");
    assert_eq!(direction.segment(7, b"more"), SegmentOutcome::InOrder { new: 3 }, "the window opened");
}

#[test]
fn what_was_not_retained_can_not_be_verified() {
    let mut direction = Direction::new(CHUNK_COST, 9);
    assert_eq!(direction.segment(0, &[1; 3000]), SegmentOutcome::InOrder { new: 3000 });
    assert_eq!(direction.reassembler.counters().not_retained, 1);
    assert_eq!(direction.segment(0, &[1; 1024]), SegmentOutcome::Retransmission);
    assert_eq!(direction.segment(0, &[1; 1025]), SegmentOutcome::Unverifiable { new: 0 });
    assert_eq!(direction.segment(2999, &[2; 11]), SegmentOutcome::Unverifiable { new: 10 });
    assert_eq!(direction.segment_with(1024, &[2; 9], Retain::Nothing), SegmentOutcome::Retransmission);
    assert_eq!(direction.segment(9000, &[2; 9]), SegmentOutcome::StoreFull);
    direction.ack(3010);
    assert_eq!(direction.segment(0, &[1; 1025]), SegmentOutcome::Retransmission, "can't matter any more");
}

#[test]
fn an_acknowledged_gap_is_skipped_and_told() {
    let mut direction = Direction::new(1 << 16, 0);
    direction.segment(0, b"seen");
    direction.segment(10, b"kept");
    assert_eq!(direction.half.unseen_before(14), 10);
    let mut told = Vec::new();
    let outcome = direction.reassembler.acknowledge(&mut direction.half, 12, &mut |bytes| {
        told.push((bytes.offset, bytes.bytes.to_vec(), bytes.gap_before.map_or(0, |gap| gap.get())));
    });
    assert_eq!(outcome, AckOutcome::Gap { missing: 6, new: 4 });
    assert_eq!(told, [(10, b"kept".to_vec(), 6)]);
    assert_eq!(
        direction.segment(4, b"secret"),
        SegmentOutcome::Unverifiable { new: 0 },
        "was never inspected"
    );
    assert_eq!(direction.ack(20), AckOutcome::Gap { missing: 6, new: 0 });
    assert_eq!(direction.segment(20, b"on"), SegmentOutcome::InOrder { new: 2 });
    assert_eq!((direction.reassembler.counters().gaps, direction.reassembler.counters().gap_bytes), (2, 12));
}

#[test]
fn limits_have_their_outcome() {
    let mut direction = Direction::new(1 << 20, 5);
    assert_eq!(direction.segment(WINDOW, b"x"), SegmentOutcome::OutOfWindow);
    assert_eq!(direction.segment(WINDOW - 1, b"x"), SegmentOutcome::OutOfOrder);
    for at in 1..=400 {
        assert_eq!(direction.segment(at * 2, b"x"), SegmentOutcome::OutOfOrder);
    }
    assert_eq!(direction.segment(0, &[b'x'; 900]), SegmentOutcome::InOrder { new: 900 });
}

#[test]
fn a_stream_without_acknowledgments_retains_no_more_than_the_window() {
    let mut direction = Direction::new(1 << 20, 77);
    for at in 0..200 {
        direction.segment(at * 1400, &[at as u8; 1400]);
        direction.read.clear();
        assert!(direction.in_use() <= WINDOW as usize / CHUNK_LEN + 2);
    }
    assert!(direction.reassembler.counters().given_up > 0);
    assert_eq!(direction.segment(0, &[0; 1400]), SegmentOutcome::Unverifiable { new: 0 });
    assert_eq!(direction.segment(199 * 1400, &[199; 1400]), SegmentOutcome::Retransmission);
}

#[test]
fn streams_of_more_than_four_gibibytes_go_on() {
    let mut direction = Direction::new(1 << 16, 3);
    let payload = vec![0_u8; 1 << 16];
    for at in 0..(5_i64 << 14) {
        assert_eq!(
            direction.segment_with(at << 16, &payload, Retain::Nothing),
            SegmentOutcome::InOrder { new: 1 << 16 }
        );
        direction.read.clear();
    }
    assert_eq!(direction.half.offset(), 5 << 30);
    assert_eq!(direction.segment((5 << 30) + 2, b"!"), SegmentOutcome::OutOfOrder);
    assert_eq!(direction.segment(5 << 30, b"ok"), SegmentOutcome::InOrder { new: 3 });
}

#[test]
fn a_stream_joined_midway_trusts_what_lies_before_once_the_peer_has_it() {
    let mut direction = Direction::new(1 << 16, 1000);
    direction.half = Half::default();
    assert_eq!(direction.segment(0, b"amid"), SegmentOutcome::InOrder { new: 4 });
    assert_eq!(direction.segment(-9, b"unseen"), SegmentOutcome::Unverifiable { new: 0 });
    assert_eq!(direction.ack(-3), AckOutcome::Old);
    assert_eq!(direction.ack(4), AckOutcome::Advanced);
    assert_eq!(direction.segment(-9, b"unseen"), SegmentOutcome::Retransmission);
}

#[test]
fn the_acknowledgment_of_a_fin_is_no_gap() {
    let mut direction = Direction::new(1 << 16, 1000);
    direction.segment(0, b"bye");
    direction.reassembler.fin(&mut direction.half);
    assert_eq!(direction.ack(4), AckOutcome::Advanced);
    assert_eq!((direction.in_use(), direction.half.has_gap()), (0, false));
}
