//! A handful of frames that travel together, without allocation.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use dpdk_sys::rte_mbuf;

use crate::mbuf::Mbuf;

/// How many frames a burst holds.
pub const BURST_CAPACITY: usize = 64;

/// What becomes of a frame in [`Burst::partition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays in the burst.
    Keep,
    /// It leaves the burst.
    Remove,
}

/// Up to [`BURST_CAPACITY`] frames, owned and in order. Dropping it frees them.
pub struct Burst {
    /// The first `len` are initialised.
    slots: [MaybeUninit<Mbuf>; BURST_CAPACITY],
    len: usize,
}

impl Burst {
    /// An empty burst.
    pub const fn new() -> Burst {
        Burst { slots: [const { MaybeUninit::uninit() }; BURST_CAPACITY], len: 0 }
    }

    /// How many frames it holds.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many more it can take.
    #[inline]
    pub fn free(&self) -> usize {
        BURST_CAPACITY - self.len
    }

    /// The frames, in order.
    #[inline]
    pub fn as_slice(&self) -> &[Mbuf] {
        // SAFETY: the first `len` slots are initialised, and MaybeUninit<Mbuf> has the layout of Mbuf.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr().cast(), self.len) }
    }

    /// The frames, in order, for writing.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [Mbuf] {
        // SAFETY: as in `as_slice`, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.slots.as_mut_ptr().cast(), self.len) }
    }

    /// One frame.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&Mbuf> {
        self.as_slice().get(index)
    }

    /// One frame, for writing.
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Mbuf> {
        self.as_mut_slice().get_mut(index)
    }

    /// Iterates over the frames.
    #[inline]
    pub fn iter(&self) -> std::slice::Iter<'_, Mbuf> {
        self.as_slice().iter()
    }

    /// Iterates over the frames, for writing.
    #[inline]
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Mbuf> {
        self.as_mut_slice().iter_mut()
    }

    /// Adds a frame at the end, or hands it back when the burst is full.
    #[inline]
    pub fn push(&mut self, frame: Mbuf) -> Result<(), Mbuf> {
        match self.slots.get_mut(self.len) {
            Some(slot) => {
                slot.write(frame);
                self.len += 1;
                Ok(())
            }
            None => Err(frame),
        }
    }

    /// Takes the last frame.
    #[inline]
    pub fn pop(&mut self) -> Option<Mbuf> {
        self.swap_remove(self.len.checked_sub(1)?)
    }

    /// Takes one frame; the last one gets its place.
    #[inline]
    pub fn swap_remove(&mut self, index: usize) -> Option<Mbuf> {
        if index >= self.len {
            return None;
        }
        self.len -= 1;
        self.slots.swap(index, self.len);
        // SAFETY: the slot at the old last position was initialised and is outside of `len` now, so it is read once.
        Some(unsafe { self.slots.get_unchecked(self.len).assume_init_read() })
    }

    /// Takes all frames, in order. Those that the iterator does not reach are freed when it is dropped.
    #[inline]
    pub fn drain(&mut self) -> Drain<'_> {
        let end = std::mem::take(&mut self.len);
        Drain { burst: self, next: 0, end }
    }

    /// Moves frames from the front of `other` to the end of this burst, as many as fit, and returns how many.
    pub fn append(&mut self, other: &mut Burst) -> usize {
        let moved = self.free().min(other.len);
        // SAFETY: the first `moved` slots of `other` are initialised, as many slots of `self` are free from `len` on, and
        // two bursts that are borrowed exclusively do not overlap. `remove_front` makes `other` forget what was copied.
        unsafe {
            let target = self.slots.as_mut_ptr().add(self.len);
            std::ptr::copy_nonoverlapping(other.slots.as_ptr(), target, moved);
            self.len += moved;
            other.remove_front(moved);
        }
        moved
    }

    /// Removes the frames that `fate` says to remove, and returns them; both keep their order. `fate` gets each frame's
    /// position before anything was removed.
    #[inline]
    pub fn partition(&mut self, mut fate: impl FnMut(usize, &mut Mbuf) -> Fate) -> Burst {
        let mut removed = Burst::new();
        for (index, mut frame) in self.take().drain().enumerate() {
            let target = match fate(index, &mut frame) {
                Fate::Keep => &mut *self,
                Fate::Remove => &mut removed,
            };
            // Neither can be full: together they take what one burst held.
            let _ = target.push(frame);
        }
        removed
    }

    /// Takes the whole burst and leaves an empty one.
    #[inline]
    pub fn take(&mut self) -> Burst {
        std::mem::take(self)
    }

    /// Frees all frames at once, which is cheaper than one by one.
    #[inline]
    pub fn clear(&mut self) {
        let len = std::mem::take(&mut self.len);
        if len > 0 {
            // SAFETY: the first `len` slots are initialised, Mbuf is a transparent pointer, and the frames are not
            // accessible any more, since `len` is zero.
            unsafe { dpdk_sys::rte_pktmbuf_free_bulk(self.slots.as_mut_ptr().cast(), len as u32) };
        }
    }

    /// The slots, as DPDK wants them. The first `len` hold frames.
    #[inline]
    pub(crate) fn raw(&mut self) -> *mut *mut rte_mbuf {
        self.slots.as_mut_ptr().cast()
    }

    /// Lets `fill` write frames into the free slots, at most `limit` of them.
    ///
    /// # Safety
    /// `fill` gets a pointer to free slots and their number, at most `u16::MAX`; it initialises as many from the start
    /// as it returns, each with the only pointer to an allocated frame.
    #[inline]
    pub(crate) unsafe fn extend_raw(
        &mut self,
        limit: usize,
        fill: impl FnOnce(*mut *mut rte_mbuf, usize) -> usize,
    ) -> usize {
        let room = self.free().min(limit);
        // SAFETY: `len` is at most the capacity, so the pointer stays within the slots or one past them.
        let target = unsafe { self.raw().add(self.len) };
        let added = fill(target, room).min(room);
        self.len += added;
        added
    }

    /// Forgets the first `count` frames and moves the rest to the front.
    ///
    /// # Safety
    /// `count` is at most `len`, and somebody else owns those frames now.
    #[inline]
    pub(crate) unsafe fn remove_front(&mut self, count: usize) {
        let rest = self.len - count;
        if rest > 0 && count > 0 {
            let slots = self.slots.as_mut_ptr();
            // SAFETY: both ranges lie within the slots, as `count + rest` is `len`; `copy` allows them to overlap.
            unsafe { std::ptr::copy(slots.add(count), slots, rest) };
        }
        self.len = rest;
    }
}

// The raw view of the slots as pointers to mbufs rests on this.
const _: () = assert!(size_of::<MaybeUninit<Mbuf>>() == size_of::<NonNull<rte_mbuf>>());

impl Default for Burst {
    fn default() -> Burst {
        Burst::new()
    }
}

impl<'a> IntoIterator for &'a Burst {
    type Item = &'a Mbuf;
    type IntoIter = std::slice::Iter<'a, Mbuf>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Drop for Burst {
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

impl std::fmt::Debug for Burst {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// Takes frames out of a burst. See [`Burst::drain`].
#[derive(Debug)]
pub struct Drain<'a> {
    /// Its `len` is zero; the slots from `next` to `end` are initialised and belong to the iterator.
    burst: &'a mut Burst,
    next: usize,
    end: usize,
}

impl Iterator for Drain<'_> {
    type Item = Mbuf;

    #[inline]
    fn next(&mut self) -> Option<Mbuf> {
        if self.next == self.end {
            return None;
        }
        let slot = self.burst.slots.get(self.next)?;
        self.next += 1;
        // SAFETY: slots between `next` and `end` are initialised, and `next` has moved on, so each is read once.
        Some(unsafe { slot.assume_init_read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }
}

impl ExactSizeIterator for Drain<'_> {}

impl Drop for Drain<'_> {
    fn drop(&mut self) {
        for frame in self.by_ref() {
            drop(frame);
        }
    }
}
