//! Frames that lie in several buffers, put together so that they can be read as one.
//!
//! Jumbo frames and large receive offload give such frames; most links have none. The copy is for reading only: what
//! is forwarded is the frame as it came.

use std::ops::Range;

use weir_hw::BURST_CAPACITY;

use super::batch::Batch;

/// Room for the frames of a burst, in bytes. A burst that needs more is decided in parts.
const ROOM: usize = 1 << 20;

/// The buffer, and where each frame of the burst lies in it.
#[derive(Debug)]
pub struct Gather {
    bytes: Box<[u8]>,
    places: Box<[Range<usize>; BURST_CAPACITY]>,
}

impl Gather {
    pub(super) fn new() -> Gather {
        Gather { bytes: vec![0; ROOM].into_boxed_slice(), places: Box::new([const { 0..0 }; BURST_CAPACITY]) }
    }

    /// Puts frames together from `start` on. Returns the first that had no room, or `count`.
    #[inline]
    pub(super) fn collect(&mut self, batch: &Batch, start: usize, count: usize) -> usize {
        let frames = batch.burst().as_slice().get(start..count).unwrap_or_default();
        if frames.iter().all(|frame| frame.is_contiguous()) { count } else { self.copy(batch, start, count) }
    }

    #[cold]
    fn copy(&mut self, batch: &Batch, start: usize, count: usize) -> usize {
        let mut used = 0;
        for index in start..count {
            let Some(frame) = batch.burst().get(index).filter(|frame| !frame.is_contiguous()) else {
                continue;
            };
            let copied = self.bytes.get_mut(used..).and_then(|room| frame.copy_to(room));
            let (Some(len), Some(place)) = (copied, self.places.get_mut(index)) else { return index };
            *place = used..used + len;
            used += len;
        }
        count
    }

    /// The bytes of frame `index`, if it was put together.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        self.places.get(index).and_then(|place| self.bytes.get(place.clone())).unwrap_or_default()
    }
}
