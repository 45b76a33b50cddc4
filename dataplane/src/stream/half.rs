//! The state of one direction of a connection, small enough to live in the flow record.
//!
//! A [`Half`] knows where the stream stands; the bytes themselves are in the [`ChunkStore`](super::ChunkStore), which
//! a half refers to by a list of chunks. It does not own them: whoever discards a half has to
//! [release](super::Reassembler::release) it first, or its chunks stay taken until the worker ends.
//!
//! ```text
//!            acked          next              next + window
//!  ───────────┼──────────────┼──────────────────────┼───────▶ stream offset
//!   can't     │ inspected,   │ early bytes, kept    │ refused
//!   matter    │ retained for │ until the gap before │
//!   any more  │ comparison   │ them is filled       │
//! ```
//!
//! Sequence numbers are compared modulo 2^32 (RFC 9293 §3.4, RFC 1982) at one place, [`Half::offset_of`]; everything
//! else counts in offsets from the start of the stream, 64 bits wide, which do not wrap.

use super::store::ChunkList;

/// The furthest that two sequence numbers may be apart and still be ordered (RFC 1982 §3.2).
const MAX_LAG: u32 = i32::MAX as u32;

bitflags::bitflags! {
    /// What is known about a half.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(super) struct HalfFlags: u8 {
        /// The next sequence number is known.
        const STARTED = 0x01;
        /// The sender has no more data.
        const FIN = 0x02;
        /// The peer acknowledged bytes that never came by.
        const GAP = 0x04;
        /// The start was not seen, and nothing tells yet that the peer has what lies before.
        const UNSEEN_START = 0x08;
    }
}

/// One direction of a TCP connection. All zero is a half of which nothing was seen yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// The sequence number of the next byte to be inspected.
    next_seq: u32,
    /// All before this sequence number has reached the receiver.
    acked: u32,
    /// Stream offset of `next_seq`, low and high word (a `u64` would align the record to 8).
    position: [u32; 2],
    /// What the store holds of this half.
    pub(super) chunks: ChunkList,
    /// What is known.
    pub(super) flags: HalfFlags,
}

const _: () = assert!(size_of::<Half>() <= 28);

impl Half {
    /// A half whose first byte will have the sequence number `seq`.
    pub(super) fn starting_at(seq: u32, flags: HalfFlags) -> Half {
        Half { next_seq: seq, acked: seq, flags: flags | HalfFlags::STARTED, ..Half::default() }
    }

    /// The sequence number of the next byte to be inspected.
    pub const fn next_seq(&self) -> u32 {
        self.next_seq
    }

    /// Everything before this sequence number is known to have reached the receiver.
    pub const fn acked(&self) -> u32 {
        self.acked
    }

    /// How many bytes of the stream were inspected or skipped so far.
    pub const fn offset(&self) -> u64 {
        let [low, high] = self.position;
        (high as u64) << 32 | low as u64
    }

    /// Whether the next sequence number is known.
    pub const fn is_started(&self) -> bool {
        self.flags.contains(HalfFlags::STARTED)
    }

    /// Whether the sender has ended the stream.
    pub const fn is_finished(&self) -> bool {
        self.flags.contains(HalfFlags::FIN)
    }

    /// Whether bytes are missing in what was inspected.
    pub const fn has_gap(&self) -> bool {
        self.flags.contains(HalfFlags::GAP)
    }

    /// Whether the store holds bytes of this half.
    pub const fn holds_chunks(&self) -> bool {
        !self.chunks.is_empty()
    }

    /// How many bytes `ack` acknowledges which never came by; zero in any connection of which all segments pass here.
    ///
    /// An inline device may refuse such an acknowledgment: an honest receiver can't have sent it (RFC 9293
    /// §3.10.7.4), and after it the bytes in between can't be told from a retransmission.
    pub fn unseen_before(&self, ack: u32) -> u32 {
        let ahead =
            self.offset_of(ack).saturating_sub(self.next()).saturating_sub(i64::from(self.is_finished()));
        if self.is_started() { u32::try_from(ahead).unwrap_or(0) } else { 0 }
    }

    /// The stream offset of a sequence number; negative for what lies before the start.
    pub(super) fn offset_of(&self, seq: u32) -> i64 {
        self.next() + i64::from(seq.wrapping_sub(self.next_seq).cast_signed())
    }

    /// The stream offset of the next byte to be inspected.
    pub(super) fn next(&self) -> i64 {
        self.offset().cast_signed()
    }

    /// The stream offset up to which the receiver has everything.
    pub(super) fn acked_offset(&self) -> i64 {
        self.offset_of(self.acked)
    }

    /// Moves on to `next`, a stream offset at or after the present one.
    pub(super) fn advance_to(&mut self, next: i64) {
        let lag = i64::from(self.next_seq.wrapping_sub(self.acked)) + (next - self.next());
        let offset = next.cast_unsigned();
        // The low word is a sequence number again: offsets and sequence numbers advance in step.
        self.next_seq = self.next_seq.wrapping_add((offset as u32).wrapping_sub(self.offset() as u32));
        self.position = [offset as u32, (offset >> 32) as u32];
        if lag > i64::from(MAX_LAG) {
            // No acknowledgments are seen, and what lies 2 GiB back would look as if it lay ahead.
            self.acked = self.next_seq.wrapping_sub(MAX_LAG);
        }
    }

    /// Notes that the receiver has everything before `ack`.
    pub(super) fn set_acked(&mut self, ack: u32) {
        self.acked = ack;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_wrap_while_offsets_go_on() {
        let mut half = Half::starting_at(u32::MAX - 9, HalfFlags::empty());
        assert_eq!(half.offset_of(u32::MAX - 10), -1);
        assert_eq!(half.offset_of(5), 15);
        half.advance_to(15);
        assert_eq!((half.next_seq(), half.offset()), (5, 15));
        assert_eq!(half.acked_offset(), 0);
    }

    #[test]
    fn offsets_pass_four_gibibytes() {
        let mut half = Half::starting_at(7, HalfFlags::empty());
        for step in 1..=10_i64 {
            half.advance_to(step << 30);
        }
        assert_eq!(half.offset(), 10 << 30);
        assert_eq!(half.next_seq(), 7_u32.wrapping_add((10_u64 << 30) as u32));
        assert_eq!(half.next() - half.acked_offset(), i64::from(MAX_LAG));
    }

    #[test]
    fn an_acknowledgment_of_the_fin_is_not_ahead() {
        let mut half = Half::starting_at(100, HalfFlags::empty());
        assert_eq!(half.unseen_before(100), 0);
        assert_eq!(half.unseen_before(90), 0);
        assert_eq!(half.unseen_before(101), 1);
        half.flags |= HalfFlags::FIN;
        assert_eq!(half.unseen_before(101), 0);
        assert_eq!(Half::default().unseen_before(101), 0);
    }
}
