//! Hyperscan's streams, opened once and reset for every flow that takes one.
//!
//! Opening a stream allocates, so a worker opens all it may need when it starts (`inspect.streams`). A handle names
//! its slot and the rule set it belongs to, and a slot knows its owner, so a handle that outlived its rule set is
//! recognised and not used.

use hyperscan::{Scratch, Stream, StreamingDatabase};

use super::progress;

/// Names a stream of an inspector: the low 24 bits are the slot, the high 8 the epoch of the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamHandle(pub u32);

impl Default for StreamHandle {
    fn default() -> StreamHandle {
        StreamHandle::NONE
    }
}

impl StreamHandle {
    /// No stream.
    pub const NONE: StreamHandle = StreamHandle(u32::MAX);

    /// Slots that a handle can name.
    pub const MAX_SLOTS: usize = (1 << 24) - 1;

    pub(super) const fn new(epoch: u8, slot: u32) -> StreamHandle {
        StreamHandle((epoch as u32) << 24 | slot)
    }

    /// Whether it names a stream.
    pub fn is_some(self) -> bool {
        self != StreamHandle::NONE
    }

    /// The epoch of the rule set that the stream scans with.
    pub const fn epoch(self) -> u8 {
        (self.0 >> 24) as u8
    }

    pub(super) const fn slot(self) -> u32 {
        self.0 & 0xff_ffff
    }
}

/// One stream and what belongs to it.
pub struct StreamSlot {
    /// `None` only while the pool is torn down.
    pub stream: Option<Stream>,
    /// Who holds it; [`StreamPool::FREE`] for nobody.
    pub owner: u32,
    /// Next free slot.
    next: u32,
    /// What offset zero of the scanner is in the field: not zero after a gap.
    pub base: u64,
    /// Bytes scanned since the last reset.
    pub scanned: u64,
    /// The list of progress.
    pub progress: u32,
}

/// The streams of one direction.
pub struct StreamPool {
    slots: Vec<StreamSlot>,
    free: u32,
    live: usize,
}

impl StreamPool {
    /// The owner of a free slot.
    pub const FREE: u32 = u32::MAX;

    /// Opens `count` streams.
    pub fn open(database: &StreamingDatabase, count: usize) -> Result<StreamPool, hyperscan::Error> {
        let count = count.min(StreamHandle::MAX_SLOTS);
        let mut slots = Vec::with_capacity(count);
        for index in 0..count {
            let next = if index + 1 == count { u32::MAX } else { index as u32 + 1 };
            let stream = Some(database.open_stream()?);
            slots.push(StreamSlot {
                stream,
                owner: Self::FREE,
                next,
                base: 0,
                scanned: 0,
                progress: progress::NONE,
            });
        }
        Ok(StreamPool { slots, free: if count == 0 { u32::MAX } else { 0 }, live: 0 })
    }

    /// Takes a stream for `owner`; `None` when all are taken.
    pub fn take(&mut self, owner: u32) -> Option<u32> {
        let index = self.free;
        let slot = self.slots.get_mut(index as usize)?;
        self.free = slot.next;
        slot.owner = owner;
        self.live += 1;
        Some(index)
    }

    /// The slot, where `owner` holds it.
    pub fn slot(&mut self, index: u32, owner: u32) -> Option<&mut StreamSlot> {
        self.slots.get_mut(index as usize).filter(|slot| slot.owner == owner)
    }

    /// Gives a stream back, reset for whoever takes it next. The progress must have been released.
    pub fn give_back(&mut self, index: u32, scratch: &Scratch) {
        let Some(slot) = self.slots.get_mut(index as usize) else { return };
        slot.reset(scratch, 0);
        slot.owner = Self::FREE;
        slot.next = self.free;
        self.free = index;
        self.live -= 1;
    }

    /// Streams in use.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Closes every stream: Hyperscan's are not freed by dropping them.
    pub fn close(&mut self, scratch: &Scratch) {
        for slot in &mut self.slots {
            if let Some(stream) = slot.stream.take() {
                // The handler is empty, and a stream that was open can be closed: there is no error to act on.
                let _ = stream.close(scratch, ());
            }
        }
    }
}

impl StreamSlot {
    /// Starts over, with the scanner's offset zero standing for `base`.
    pub fn reset(&mut self, scratch: &Scratch, base: u64) {
        if self.scanned > 0
            && let Some(stream) = &self.stream
        {
            // Cannot fail: the stream and the scratch belong to the same database.
            let _ = stream.reset(scratch, ());
        }
        self.base = base;
        self.scanned = 0;
    }
}
