//! The segments of a frame, one after the other.

use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::ptr::NonNull;

use dpdk_sys::rte_mbuf;

use crate::mbuf::Mbuf;
use crate::mbuf_layout::{BUF_ADDR, DATA_LEN, DATA_OFF, NB_SEGS, NEXT};

/// Iterates over the bytes of a frame, a slice for each segment. Most frames have one.
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    next: Option<NonNull<rte_mbuf>>,
    /// How many may follow: a chain is not walked beyond the count that its first segment states.
    left: u16,
    _frame: PhantomData<&'a Mbuf>,
}

impl<'a> Segments<'a> {
    pub(crate) fn of(frame: &'a Mbuf) -> Segments<'a> {
        let first = frame.as_ptr();
        // SAFETY: `frame` is borrowed, so its mbuf is allocated and nobody writes it.
        let left = unsafe { NB_SEGS.read(first) };
        Segments { next: Some(first), left, _frame: PhantomData }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let segment = self.next.filter(|_| self.left > 0)?;
        self.left -= 1;
        // SAFETY: the segment belongs to the frame that is borrowed for 'a, so it is allocated and not written.
        self.next = unsafe { NEXT.read(segment) };
        // SAFETY: as above.
        Some(unsafe { segment_bytes(segment) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::from(self.next.is_some() && self.left > 0), Some(usize::from(self.left)))
    }
}

impl FusedIterator for Segments<'_> {}

/// The data of one segment.
///
/// # Safety
/// For 'a, `segment` is allocated, and neither its header nor its data is written. DPDK upholds that the data lies in
/// the buffer.
#[inline]
pub(crate) unsafe fn segment_bytes<'a>(segment: NonNull<rte_mbuf>) -> &'a [u8] {
    // SAFETY: the caller vouches for the segment. `data_off + data_len <= buf_len` holds of every mbuf that a driver
    // delivers and after each change that this crate makes, and buffers are memory that EAL mapped, hence initialised.
    unsafe {
        let start = BUF_ADDR.read(segment).add(usize::from(DATA_OFF.read(segment)));
        std::slice::from_raw_parts(start, usize::from(DATA_LEN.read(segment)))
    }
}

/// As [`segment_bytes`], for writing.
///
/// # Safety
/// As for [`segment_bytes`], and nobody else uses the data for 'a.
#[inline]
pub(crate) unsafe fn segment_bytes_mut<'a>(segment: NonNull<rte_mbuf>) -> &'a mut [u8] {
    // SAFETY: as in `segment_bytes`, and access is exclusive.
    unsafe {
        let start = BUF_ADDR.read(segment).add(usize::from(DATA_OFF.read(segment)));
        std::slice::from_raw_parts_mut(start, usize::from(DATA_LEN.read(segment)))
    }
}
