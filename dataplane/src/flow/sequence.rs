//! Whether a receiver would believe a segment that wants to end its connection (RFC 5961 §3 and §4).
//!
//! Someone in the middle does not know exactly what the receiver has: all that was acknowledged, and perhaps all that
//! passed by. A reset within these bounds may be believed. One further ahead is believed only by receivers older than
//! RFC 5961; one outside of the window is believed by nobody, and to believe it here would let an attacker end the
//! inspection of a connection that goes on.

use super::tcp::{AckFit, Isn};
use crate::stream::Half;

/// The sequence numbers that the receiver of one direction may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// All before this has been acknowledged.
    pub acked: u32,
    /// All before this has passed by.
    pub next: u32,
    /// How far ahead of `next` the receiver takes data, in bytes.
    pub window: u32,
}

/// Where a sequence number lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceCheck {
    /// It may be what the receiver waits for.
    Expected,
    /// In the window, and ahead of all that passed by.
    Ahead,
    /// Outside of the window.
    Outside,
}

impl Expected {
    /// What the receiver of `half` waits for; `None` while nothing is known of it.
    pub fn of(half: &Half, window: u32) -> Option<Expected> {
        half.is_started().then(|| Expected { acked: half.acked(), next: half.next_seq(), window })
    }

    /// Where `seq` lies. A FIN is compared by the number of the FIN itself, behind the segment's payload.
    pub const fn check(&self, seq: u32) -> SequenceCheck {
        // Where more was acknowledged than passed by, nothing lies between.
        let passed = self.next.wrapping_sub(self.acked).cast_signed();
        let known = if passed < 0 { 0 } else { passed.cast_unsigned() };
        let ahead = seq.wrapping_sub(self.acked);
        // The number after the end of the stream is one that a FIN took.
        if ahead <= known + 1 {
            SequenceCheck::Expected
        } else if ahead as u64 <= known as u64 + self.window as u64 {
            SequenceCheck::Ahead
        } else {
            SequenceCheck::Outside
        }
    }
}

/// How the acknowledgment number `ack` compares with what `half`, the direction it acknowledges, has sent.
pub fn acknowledges(half: &Half, ack: u32) -> AckFit {
    match Expected::of(half, 0).map(|expected| expected.check(ack)) {
        None | Some(SequenceCheck::Expected) => AckFit::Fits,
        Some(SequenceCheck::Ahead | SequenceCheck::Outside) => AckFit::Stray,
    }
}

/// How the sequence number `seq` of a SYN compares with the one that `half`, its direction, began with.
pub fn isn(half: &Half, seq: u32) -> Isn {
    // Offsets and sequence numbers advance in step, and the first byte follows the SYN.
    let first = half.next_seq().wrapping_sub(half.offset() as u32);
    if half.is_started() && first != seq.wrapping_add(1) { Isn::Changed } else { Isn::Consistent }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Reassembler, StoreConfig};

    #[test]
    fn the_window_has_bounds_that_wrap() {
        for base in [0_u32, 1000, u32::MAX - 50, u32::MAX] {
            let at = |offset: i64| base.wrapping_add(offset as u32);
            let expected = Expected { acked: base, next: at(100), window: 1000 };
            let cases = [
                (-1, SequenceCheck::Outside),
                (0, SequenceCheck::Expected),
                (100, SequenceCheck::Expected),
                (101, SequenceCheck::Expected),
                (102, SequenceCheck::Ahead),
                (1100, SequenceCheck::Ahead),
                (1101, SequenceCheck::Outside),
                (1 << 31, SequenceCheck::Outside),
            ];
            for (offset, result) in cases {
                assert_eq!(expected.check(at(offset)), result, "{offset} from {base}");
            }
        }
    }

    #[test]
    fn acknowledgments_may_be_ahead_of_what_passed_by() {
        let expected = Expected { acked: 1000, next: 900, window: 50 };
        let checks = [999, 1000, 1050, 1051].map(|seq| expected.check(seq));
        let [outside, next] = [SequenceCheck::Outside, SequenceCheck::Expected];
        assert_eq!(checks, [outside, next, SequenceCheck::Ahead, outside]);
    }

    #[test]
    fn a_syn_is_compared_with_the_start() {
        let mut reassembler = Reassembler::new(StoreConfig { memory: 1 << 16, window: 1 << 12 });
        let mut half = Half::default();
        assert_eq!(isn(&half, 7), Isn::Consistent);
        reassembler.start(&mut half, 0);
        assert_eq!([isn(&half, u32::MAX), isn(&half, 7)], [Isn::Consistent, Isn::Changed]);
        assert_eq!([acknowledges(&half, 0), acknowledges(&half, 2)], [AckFit::Fits, AckFit::Stray]);
    }

    #[test]
    fn nothing_known_fits_everything() {
        assert_eq!(acknowledges(&Half::default(), 12345), AckFit::Fits);
        assert_eq!(Expected::of(&Half::default(), 10), None);
    }
}
