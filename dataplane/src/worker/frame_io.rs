//! Where a worker's frames come from and where they go: the one thing that differs between a live worker, a replay
//! and a benchmark.

use weir_hw::{Burst, Mbuf};

use super::batch::Batch;
use crate::flow::WireId;
use crate::time::Nanos;

/// One end of a wire, as a worker sees it: the ends of wire `w` are the lanes `2w` and `2w + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane(pub usize);

impl Lane {
    /// The other end of the wire.
    pub const fn peer(self) -> Lane {
        Lane(self.0 ^ 1)
    }

    /// The wire.
    pub const fn wire(self) -> WireId {
        WireId((self.0 / 2) as u16)
    }
}

/// Whether the time of a frame tells how long it takes to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Time is the machine's clock: from receiving to sending is latency.
    Clock,
    /// Time comes from a capture.
    Recorded,
}

/// Moves frames in and out.
pub trait FrameIo {
    /// Where time comes from.
    const TIMING: Timing;

    /// How many lanes there are.
    fn lanes(&self) -> usize;

    /// Begins `batch` anew and receives into it what came in on a lane; returns how many frames.
    fn receive(&mut self, lane: Lane, batch: &mut Batch) -> usize;

    /// Sends a burst out of a lane. It is empty afterwards: what could not be sent is dropped and counted.
    fn transmit(&mut self, lane: Lane, burst: &mut Burst);

    /// An empty buffer for an answer.
    fn buffer(&mut self) -> Option<Mbuf>;

    /// The time.
    fn now(&mut self) -> Nanos;

    /// Frames that could not be sent, since the start.
    fn tx_failed(&self) -> u64;

    /// Frames handed to another worker, and frames lost because that one's ring was full.
    fn handed_over(&self) -> (u64, u64) {
        (0, 0)
    }
}
