//! One frame in DPDK's memory, with one owner.
//!
//! ```text
//!  buffer  ├── headroom ──┼───── data ─────┼── tailroom ──┤      segment 1 ──▶ segment 2 ──▶ …
//!                         └─ data()        └─ append()
//! ```
//!
//! A frame that is larger than a buffer is a chain of segments; [`Mbuf::data`] is the first one, which holds the headers
//! of any sane frame, and [`Mbuf::segments`] are all.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use dpdk_sys::rte_mbuf;

use crate::checksum::ChecksumState;
use crate::mbuf_layout::{
    BUF_ADDR, BUF_LEN, DATA_LEN, DATA_OFF, FLOW_MARK, NB_SEGS, NEXT, OL_FLAGS, PKT_LEN, PORT, RSS_HASH,
};
use crate::port_info::PortId;
use crate::segments::{Segments, segment_bytes, segment_bytes_mut};

/// A frame. Dropping it gives its segments back to their pools.
///
/// It may be dropped by any thread, fastest by one that is [registered](crate::Eal::register_thread).
#[repr(transparent)]
pub struct Mbuf(NonNull<rte_mbuf>);

// SAFETY: an mbuf has one owner and is not bound to a thread: pools accept frees from every thread, registered or not.
unsafe impl Send for Mbuf {}
// SAFETY: by shared reference it can only be read; there is no interior mutability.
unsafe impl Sync for Mbuf {}

impl Mbuf {
    /// Takes ownership of a frame.
    ///
    /// # Safety
    /// `raw` is the first segment of an allocated frame that nobody else holds, with a reference count of one.
    #[inline]
    pub(crate) unsafe fn from_raw(raw: NonNull<rte_mbuf>) -> Mbuf {
        Mbuf(raw)
    }

    /// Gives up ownership: the receiver has to free it.
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<rte_mbuf> {
        ManuallyDrop::new(self).0
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> NonNull<rte_mbuf> {
        self.0
    }

    /// Length of the whole frame, in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        // SAFETY: `self` owns the mbuf and is borrowed.
        let len = unsafe { PKT_LEN.read(self.0) };
        len as usize
    }

    /// Whether the frame has no bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether [`data`](Self::data) is the whole frame.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        // SAFETY: `self` owns the mbuf and is borrowed.
        unsafe { NB_SEGS.read(self.0) == 1 }
    }

    /// The bytes of the first segment.
    #[inline]
    pub fn data(&self) -> &[u8] {
        // SAFETY: `self` owns the frame and is borrowed as long as the slice lives.
        unsafe { segment_bytes(self.0) }
    }

    /// The bytes of the first segment, for writing.
    #[inline]
    pub fn data_mut(&mut self) -> &mut [u8] {
        // SAFETY: `self` owns the frame and is borrowed exclusively as long as the slice lives.
        unsafe { segment_bytes_mut(self.0) }
    }

    /// The bytes of all segments.
    #[inline]
    pub fn segments(&self) -> Segments<'_> {
        Segments::of(self)
    }

    /// Copies the whole frame to the start of `buffer` and returns its length; none when it does not fit.
    pub fn copy_to(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut at = 0;
        for segment in self.segments() {
            buffer.get_mut(at..at + segment.len())?.copy_from_slice(segment);
            at += segment.len();
        }
        Some(at)
    }

    /// How many bytes the last segment can still take.
    pub fn tailroom(&self) -> usize {
        // SAFETY: `self` owns the frame and is borrowed, so all its segments are allocated and not written.
        unsafe { tailroom(self.last_segment()) }
    }

    /// Adds `len` bytes at the end, and returns them to be written: until then they are whatever the buffer held before.
    /// None when the last segment does not have the room; the frame is unchanged then.
    pub fn append(&mut self, len: usize) -> Option<&mut [u8]> {
        let last = self.last_segment();
        // SAFETY: `self` owns the frame and is borrowed exclusively. The new bytes lie in the segment's tailroom, which
        // was checked, so the lengths stay within the buffer; the slice is part of what `self` owns.
        unsafe {
            if len > tailroom(last) {
                return None;
            }
            let old = DATA_LEN.read(last);
            let added = u16::try_from(len).ok()?;
            PKT_LEN.write(self.0, PKT_LEN.read(self.0).checked_add(u32::from(added))?);
            DATA_LEN.write(last, old + added);
            segment_bytes_mut(last).get_mut(usize::from(old)..)
        }
    }

    /// Makes `bytes` the frame, as a NIC places a received one. It has to fit in the first segment, and the frame must
    /// have no other; otherwise nothing is changed. See [`Mempool::frame`](crate::Mempool::frame) for larger ones.
    #[must_use = "the bytes may not fit"]
    pub fn fill(&mut self, bytes: &[u8]) -> Option<()> {
        if !self.is_contiguous() || bytes.len() > self.data().len() + self.tailroom() {
            return None;
        }
        let len = u16::try_from(bytes.len()).ok()?;
        // SAFETY: `self` owns the frame and is borrowed exclusively; the length fits in the buffer after the headroom.
        unsafe {
            DATA_LEN.write(self.0, len);
            PKT_LEN.write(self.0, u32::from(len));
        }
        self.data_mut().copy_from_slice(bytes);
        Some(())
    }

    /// Shortens the first segment of a frame that has no other to `len` bytes; what is shorter stays as it is, and so does
    /// a frame of several segments.
    pub fn truncate(&mut self, len: usize) {
        if self.is_contiguous() && len < self.len() {
            let len = u16::try_from(len).unwrap_or(u16::MAX);
            // SAFETY: `self` owns the frame and is borrowed exclusively; data only gets shorter.
            unsafe {
                DATA_LEN.write(self.0, len);
                PKT_LEN.write(self.0, u32::from(len));
            }
        }
    }

    /// Hints that the first bytes of the frame are read soon.
    #[inline]
    pub fn prefetch(&self) {
        // SAFETY: `self` owns the mbuf and is borrowed; the address is only hinted at, not read.
        let start = unsafe { BUF_ADDR.read(self.0).wrapping_add(usize::from(DATA_OFF.read(self.0))) };
        crate::prefetch::prefetch_address(start);
    }

    /// The port it was received on; meaningless in a frame that this program made.
    pub fn port(&self) -> PortId {
        // SAFETY: `self` owns the mbuf and is borrowed.
        PortId(unsafe { PORT.read(self.0) })
    }

    /// The hash by which the NIC chose the queue, where it reports it.
    #[inline]
    pub fn rss_hash(&self) -> Option<u32> {
        // SAFETY: `self` owns the mbuf and is borrowed; the union's member is set when the flag is.
        (self.flags() & dpdk_sys::DPDK_SHIM_RX_RSS_HASH != 0).then(|| unsafe { RSS_HASH.read(self.0) })
    }

    /// The number that a flow rule in the NIC marked the frame with.
    #[inline]
    pub fn flow_mark(&self) -> Option<u32> {
        // SAFETY: `self` owns the mbuf and is borrowed; the union's member is set when the flag is.
        (self.flags() & dpdk_sys::DPDK_SHIM_RX_FDIR_ID != 0).then(|| unsafe { FLOW_MARK.read(self.0) })
    }

    /// What the NIC found of the IPv4 header's checksum.
    #[inline]
    pub fn ip_checksum(&self) -> ChecksumState {
        ChecksumState::of_ip(self.flags())
    }

    /// What the NIC found of the TCP or UDP checksum.
    #[inline]
    pub fn l4_checksum(&self) -> ChecksumState {
        ChecksumState::of_l4(self.flags())
    }

    #[inline]
    fn flags(&self) -> u64 {
        // SAFETY: `self` owns the mbuf and is borrowed.
        unsafe { OL_FLAGS.read(self.0) }
    }

    /// Adds `tail` after the last segment. None, with `tail` freed, when the frame would have more segments or bytes than
    /// an mbuf can count.
    pub(crate) fn chain(&mut self, tail: Mbuf) -> Option<()> {
        let tail = ManuallyDrop::new(tail);
        // SAFETY: both frames are owned and distinct; on success the head's chain owns the tail, and on failure it is
        // unchanged.
        let result = unsafe { dpdk_sys::rte_pktmbuf_chain(self.0.as_ptr(), tail.0.as_ptr()) };
        if result != 0 {
            drop(ManuallyDrop::into_inner(tail));
            return None;
        }
        Some(())
    }

    fn last_segment(&self) -> NonNull<rte_mbuf> {
        let mut last = self.0;
        // SAFETY: `self` owns the frame and is borrowed, so each segment of the chain is allocated and not written; the
        // chain ends with a null pointer, which DPDK upholds.
        unsafe {
            while let Some(next) = NEXT.read(last) {
                last = next;
            }
        }
        last
    }
}

/// Bytes after the data of a segment.
///
/// # Safety
/// `segment` is allocated and not written.
unsafe fn tailroom(segment: NonNull<rte_mbuf>) -> usize {
    // SAFETY: the caller vouches for the segment.
    let (room, used) = unsafe { (BUF_LEN.read(segment), (DATA_OFF.read(segment), DATA_LEN.read(segment))) };
    usize::from(room).saturating_sub(usize::from(used.0) + usize::from(used.1))
}

impl Drop for Mbuf {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `self` owned the frame, and nobody can use it after this.
        unsafe { dpdk_sys::rte_pktmbuf_free(self.0.as_ptr()) };
    }
}

impl fmt::Debug for Mbuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mbuf").field("len", &self.len()).field("segments", &self.segments().count()).finish()
    }
}
