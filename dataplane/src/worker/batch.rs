//! A burst with what the engine has to know of each frame.

use weir_hw::{BURST_CAPACITY, Burst, ChecksumState, Mbuf};

use super::gather::Gather;
use crate::engine::{Checksum, Frame};
use crate::flow::WireId;
use crate::time::Nanos;

/// Frames as they were received, with their times.
#[derive(Debug)]
pub struct Batch {
    burst: Burst,
    /// When the burst was received; every frame's time, where frames have none of their own.
    received: Nanos,
    /// Times and numbers of frames from a capture.
    stamps: Box<[(Nanos, u64); BURST_CAPACITY]>,
    stamped: usize,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            burst: Burst::new(),
            received: Nanos::ZERO,
            stamps: Box::new([(Nanos::ZERO, 0); BURST_CAPACITY]),
            stamped: 0,
        }
    }
}

impl Batch {
    /// Begins anew: an empty burst, received at `now`.
    pub fn begin(&mut self, now: Nanos) -> &mut Burst {
        self.burst.clear();
        self.received = now;
        self.stamped = 0;
        &mut self.burst
    }

    /// Adds a frame that has a time and a number of its own. Frames of a batch either all have them, or none.
    pub fn push_stamped(&mut self, frame: Mbuf, time: Nanos, number: u64) {
        let place = self.burst.len();
        if self.burst.push(frame).is_ok()
            && let Some(stamp) = self.stamps.get_mut(place)
        {
            *stamp = (time, number);
            self.stamped = place + 1;
        }
    }

    /// The frames.
    pub fn burst(&self) -> &Burst {
        &self.burst
    }

    /// The frames, to be moved on.
    pub fn burst_mut(&mut self) -> &mut Burst {
        &mut self.burst
    }

    /// When the burst was received.
    pub fn received(&self) -> Nanos {
        self.received
    }

    /// What the engine gets to see of frame `index`: its bytes where they lie, or gathered where they lie in pieces.
    #[inline]
    pub(super) fn frame<'b>(&'b self, index: usize, wire: WireId, gather: &'b Gather) -> Frame<'b> {
        let Some(mbuf) = self.burst.get(index) else { return Frame::default() };
        let bytes = if mbuf.is_contiguous() { mbuf.data() } else { gather.bytes(index) };
        let (time, number) = match self.stamps.get(index) {
            Some(&stamp) if index < self.stamped => stamp,
            _ => (self.received, 0),
        };
        let bad = mbuf.l4_checksum() == ChecksumState::Bad || mbuf.ip_checksum() == ChecksumState::Bad;
        let checksum = if bad { Checksum::Bad } else { Checksum::NotBad };
        Frame { bytes, wire, time, number, checksum }
    }
}
