//! Puts TCP segments back into the order of the stream, and notices when a sender says two things at one place.
//!
//! The device is inline, so what matters is what the receiver will read. A segment may pass only when the bytes that
//! it completes have been inspected; an early one may pass at once, because the receiver can't read it before the gap
//! is filled, and the segment that fills the gap carries the verdict. Inspected bytes are retained until the peer
//! acknowledges them: until then the receiver may lack them and take a second copy, which therefore has to be equal.
//! Connection states, windows advertised and checksums are not for this module.
//!
//! ```text
//!               all of it before acked ─────────────────────────────▶ Retransmission
//!               differs from a kept copy ───────────────────────────▶ Conflict
//!  segment ─────ends beyond the window ─────────────────────────────▶ OutOfWindow
//!               starts after next ── kept ──────────────────────────▶ OutOfOrder
//!                                 └─ no room ───────────────────────▶ StoreFull
//!               starts at or before next ── a repeated byte unknown ▶ Unverifiable
//!                                        ├─ nothing new ────────────▶ Retransmission
//!                                        └─ sink(new), sink(kept…) ─▶ InOrder
//! ```
//!
//! The state moves on when bytes reach the sink. Whoever drops a segment because of what the sink found has to cut the
//! flow with it: the same bytes, sent again, would pass as a retransmission.

use std::num::NonZeroU64;

use super::counters::StreamCounters;
use super::half::{Half, HalfFlags};
use super::store::{ChunkStore, Comparison, StoreConfig, StoreFull};

/// What is kept of bytes after their inspection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retain {
    /// All that the peer has not acknowledged, so that retransmissions can be compared.
    #[default]
    Unacknowledged,
    /// Nothing: retransmissions pass without comparison. Early bytes are kept all the same until the gap is filled.
    Nothing,
}

/// The next bytes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamBytes<'b> {
    /// How many bytes of the stream lie before these.
    pub offset: u64,
    /// The bytes, in the packet or in the store; empty only where the gap is all there is to tell.
    pub bytes: &'b [u8],
    /// How many bytes directly before `offset` were skipped.
    pub gap_before: Option<NonZeroU64>,
}

/// What a segment turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentOutcome {
    /// It brought the next bytes, or carries none at all.
    InOrder {
        /// How many bytes reached the sink: its own, and kept ones that became contiguous.
        new: u64,
    },
    /// It came early and is kept; it may pass, because the receiver can't read it yet.
    OutOfOrder,
    /// It has nothing new and agrees with what was inspected; it may pass.
    Retransmission,
    /// It contradicts an earlier copy: drop it and report it. Nothing of it was kept or inspected.
    Conflict {
        /// Stream offset of the first byte that differs.
        offset: u64,
    },
    /// It reaches further ahead than the window: drop it.
    OutOfWindow,
    /// It came early and the store has no room; `on-overload` decides.
    StoreFull,
    /// It repeats bytes that the receiver may lack, and no copy is at hand to compare; `on-overload` decides.
    Unverifiable {
        /// How many bytes reached the sink nevertheless, because they are new.
        new: u64,
    },
}

/// What an acknowledgment turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckOutcome {
    /// It says nothing new.
    Old,
    /// It acknowledges what was inspected.
    Advanced,
    /// It acknowledges bytes that never came by; they were skipped.
    Gap {
        /// How many bytes are missing.
        missing: u64,
        /// How many kept bytes reached the sink.
        new: u64,
    },
}

/// What became contiguous.
#[derive(Default)]
struct Drained {
    new: u64,
    missing: u64,
}

/// A worker's reassembly: the chunk store and the counters. The state of each connection is in its two [`Half`]s.
#[derive(Debug)]
pub struct Reassembler {
    store: ChunkStore,
    counters: StreamCounters,
}

impl Reassembler {
    /// Takes all the memory that reassembly will ever use.
    pub fn new(config: StoreConfig) -> Reassembler {
        Reassembler { store: ChunkStore::new(config), counters: StreamCounters::default() }
    }

    /// What happened so far.
    pub fn counters(&self) -> &StreamCounters {
        &self.counters
    }

    /// The store, for its fill level.
    pub fn store(&self) -> &ChunkStore {
        &self.store
    }

    /// Starts a direction whose SYN was seen; `seq` is the sequence number after it. Forgets what was there before.
    pub fn start(&mut self, half: &mut Half, seq: u32) {
        self.release(half);
        *half = Half::starting_at(seq, HalfFlags::empty());
    }

    /// Starts a direction of which the beginning was not seen. Until the peer acknowledges, bytes before `seq` count as
    /// unverifiable, because the receiver may still lack them.
    pub fn start_midstream(&mut self, half: &mut Half, seq: u32) {
        self.release(half);
        *half = Half::starting_at(seq, HalfFlags::UNSEEN_START);
    }

    /// Notes that the sender has ended the stream; the acknowledgment of its FIN then is no gap.
    pub fn fin(&mut self, half: &mut Half) {
        half.flags |= HalfFlags::FIN;
    }

    /// Frees all that is kept of a direction. To be called before a half is discarded.
    pub fn release(&mut self, half: &mut Half) {
        self.store.release_below(&mut half.chunks, i64::MAX);
    }

    /// Takes a segment's payload; `seq` is the sequence number of its first byte, a SYN already counted. Calls `sink`
    /// with the bytes that are next in the stream: those of `payload` where they lie, then kept ones.
    ///
    /// A half that was not started is started midstream by its first segment. Urgent data is part of the stream
    /// (RFC 6093 §2).
    pub fn segment(
        &mut self,
        half: &mut Half,
        seq: u32,
        payload: &[u8],
        retain: Retain,
        sink: &mut impl FnMut(StreamBytes<'_>),
    ) -> SegmentOutcome {
        if !half.is_started() {
            self.start_midstream(half, seq);
        }
        let outcome = self.place(half, seq, payload, retain, sink);
        let counter = match outcome {
            SegmentOutcome::InOrder { .. } => &mut self.counters.in_order,
            SegmentOutcome::OutOfOrder => &mut self.counters.out_of_order,
            SegmentOutcome::Retransmission => &mut self.counters.retransmissions,
            SegmentOutcome::Conflict { .. } => &mut self.counters.conflicts,
            SegmentOutcome::OutOfWindow => &mut self.counters.out_of_window,
            SegmentOutcome::StoreFull => &mut self.counters.store_full,
            SegmentOutcome::Unverifiable { .. } => &mut self.counters.unverifiable,
        };
        *counter += 1;
        outcome
    }

    fn place(
        &mut self,
        half: &mut Half,
        seq: u32,
        payload: &[u8],
        retain: Retain,
        sink: &mut impl FnMut(StreamBytes<'_>),
    ) -> SegmentOutcome {
        let (start, next) = (half.offset_of(seq), half.next());
        let end = start + payload.len() as i64;
        if payload.is_empty() {
            return SegmentOutcome::InOrder { new: 0 };
        }
        if end > next + self.store.window() && start > next {
            return SegmentOutcome::OutOfWindow;
        }
        if start > next {
            return self.keep_early(half, start, payload);
        }
        let old_len = usize::try_from(next - start).unwrap_or(usize::MAX);
        let (old, new) = payload.split_at_checked(old_len).unwrap_or((payload, &[]));
        let known = match self.verify(half, start, old, retain) {
            Ok(known) => known,
            Err(offset) => return SegmentOutcome::Conflict { offset },
        };
        if let Err(offset) = self.agrees_with_early(half, new) {
            return SegmentOutcome::Conflict { offset };
        }
        let delivered = if new.is_empty() { 0 } else { self.deliver(half, new, retain, sink) };
        match (known, new.is_empty()) {
            (Known::Partly, _) => SegmentOutcome::Unverifiable { new: delivered },
            (Known::Fully, true) => SegmentOutcome::Retransmission,
            (Known::Fully, false) => SegmentOutcome::InOrder { new: delivered },
        }
    }

    /// Keeps a segment that lies ahead of the next expected byte, unless it contradicts one that is there already.
    fn keep_early(&mut self, half: &mut Half, start: i64, payload: &[u8]) -> SegmentOutcome {
        if self.store.end(&half.chunks).is_some_and(|end| end > start)
            && let Comparison::Differs(offset) = self.store.compare(&half.chunks, start, payload)
        {
            return SegmentOutcome::Conflict { offset: offset.unsigned_abs() };
        }
        match self.store.keep(&mut half.chunks, start, payload) {
            Ok(()) => SegmentOutcome::OutOfOrder,
            Err(StoreFull) => SegmentOutcome::StoreFull,
        }
    }

    /// Compares repeated bytes with what was inspected; the error is the stream offset of the first that differs.
    fn verify(&self, half: &Half, start: i64, old: &[u8], retain: Retain) -> Result<Known, u64> {
        if old.is_empty() || retain == Retain::Nothing {
            return Ok(Known::Fully);
        }
        // The receiver discards what it has acknowledged, so that part can't matter. This holds only as long as all
        // that was acknowledged had been inspected before.
        let acked = half.acked_offset();
        let discarded = usize::try_from(acked - start).unwrap_or(0).min(old.len());
        let unseen = half.flags.intersects(HalfFlags::GAP | HalfFlags::UNSEEN_START);
        // A keep-alive probe repeats one byte before the next, of any value (RFC 9293 §3.8.4).
        let keep_alive = old.len() == 1 && start + 1 == half.next();
        let trusted = discarded == 0 || !unseen || keep_alive;
        let rest = old.get(discarded..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(if trusted { Known::Fully } else { Known::Partly });
        }
        match self.store.compare(&half.chunks, start + discarded as i64, rest) {
            Comparison::Differs(offset) => Err(offset.unsigned_abs()),
            Comparison::Agrees(covered) if trusted && covered == rest.len() as i64 => Ok(Known::Fully),
            Comparison::Agrees(_) => Ok(Known::Partly),
        }
    }

    /// Compares new bytes with those that came early at their place.
    fn agrees_with_early(&self, half: &Half, new: &[u8]) -> Result<(), u64> {
        if new.is_empty() || !self.has_early(half) {
            return Ok(());
        }
        match self.store.compare(&half.chunks, half.next(), new) {
            Comparison::Agrees(_) => Ok(()),
            Comparison::Differs(offset) => Err(offset.unsigned_abs()),
        }
    }

    /// Whether bytes wait for a gap to be filled.
    fn has_early(&self, half: &Half) -> bool {
        self.store.end(&half.chunks).is_some_and(|end| end > half.next())
    }

    /// Hands the next bytes to the sink, then all that they make contiguous.
    fn deliver(
        &mut self,
        half: &mut Half,
        new: &[u8],
        retain: Retain,
        sink: &mut impl FnMut(StreamBytes<'_>),
    ) -> u64 {
        sink(StreamBytes { offset: half.offset(), bytes: new, gap_before: None });
        let start = half.next();
        let has_early = self.has_early(half);
        if retain == Retain::Unacknowledged && self.store.keep(&mut half.chunks, start, new).is_err() {
            self.counters.not_retained += 1;
        }
        half.advance_to(start + new.len() as i64);
        let mut delivered = new.len() as u64;
        self.counters.delivered_bytes += delivered;
        if has_early {
            delivered += self.drain(half, half.next(), sink).new;
        }
        let next = half.next();
        match retain {
            Retain::Unacknowledged => {
                let oldest = next - self.store.window();
                self.counters.given_up += self.store.release_below(&mut half.chunks, oldest) as u64;
            }
            Retain::Nothing => {
                self.store.release_below(&mut half.chunks, next);
            }
        }
        delivered
    }

    /// Hands kept bytes to the sink as far as they are contiguous; gaps before the offset `skip_to` are skipped.
    fn drain(&mut self, half: &mut Half, skip_to: i64, sink: &mut impl FnMut(StreamBytes<'_>)) -> Drained {
        let (mut next, mut gap, mut drained) = (half.next(), 0, Drained::default());
        for (offset, bytes) in self.store.kept_from(&half.chunks, next) {
            let reach = offset.min(skip_to).max(next);
            gap += reach.abs_diff(next);
            next = reach;
            if offset > next {
                break;
            }
            sink(StreamBytes { offset: next.unsigned_abs(), bytes, gap_before: NonZeroU64::new(gap) });
            (drained.missing, gap) = (drained.missing + gap, 0);
            drained.new += bytes.len() as u64;
            next += bytes.len() as i64;
        }
        if next < skip_to {
            gap += skip_to.abs_diff(next);
            next = skip_to;
        }
        if gap > 0 {
            sink(StreamBytes { offset: next.unsigned_abs(), bytes: &[], gap_before: NonZeroU64::new(gap) });
            drained.missing += gap;
        }
        half.advance_to(next);
        self.counters.delivered_bytes += drained.new;
        drained
    }

    /// Takes the acknowledgment number of a segment of the *other* direction, and frees what the receiver now has.
    ///
    /// Where it acknowledges bytes that never came by (lost before a mirror port, or sent on another path), these are
    /// skipped, and the sink gets what is kept after them. See [`Half::unseen_before`] for refusing such a segment.
    pub fn acknowledge(
        &mut self,
        half: &mut Half,
        ack: u32,
        sink: &mut impl FnMut(StreamBytes<'_>),
    ) -> AckOutcome {
        let (offset, acked, next) = (half.offset_of(ack), half.acked_offset(), half.next());
        if !half.is_started() || offset < acked {
            return AckOutcome::Old;
        }
        half.flags -= HalfFlags::UNSEEN_START;
        if offset == acked {
            return AckOutcome::Old;
        }
        let of_fin = half.is_finished() && offset == next + 1 && !self.has_early(half);
        if offset <= next || of_fin {
            half.set_acked(if of_fin { half.next_seq() } else { ack });
            self.store.release_below(&mut half.chunks, offset);
            return AckOutcome::Advanced;
        }
        let Drained { new, missing } = self.drain(half, offset, sink);
        half.set_acked(ack);
        self.store.release_below(&mut half.chunks, offset);
        if missing == 0 {
            return AckOutcome::Advanced;
        }
        half.flags |= HalfFlags::GAP;
        self.counters.gaps += 1;
        self.counters.gap_bytes += missing;
        AckOutcome::Gap { missing, new }
    }
}

/// How much of what a segment repeats is known to be harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Fully,
    Partly,
}
