//! Access to the fields of `rte_mbuf`, at the offsets that C reports for the DPDK that this is built with.

use std::ptr::NonNull;

use dpdk_sys::rte_mbuf;

/// A field of type `T`, at a fixed offset. C asserts the sizes (`native/dpdk.h`), so a field that changes its type breaks
/// the build.
pub(crate) struct Field<T> {
    offset: usize,
    _holds: std::marker::PhantomData<T>,
}

impl<T: Copy> Field<T> {
    const fn at(offset: u32) -> Field<T> {
        assert!(offset as usize + size_of::<T>() <= dpdk_sys::DPDK_SHIM_MBUF_SIZE as usize);
        Field { offset: offset as usize, _holds: std::marker::PhantomData }
    }

    /// Reads the field.
    ///
    /// # Safety
    /// `mbuf` is allocated, and nobody writes the field at the same time.
    #[inline(always)]
    pub(crate) unsafe fn read(&self, mbuf: NonNull<rte_mbuf>) -> T {
        // SAFETY: the caller vouches for the mbuf; the offset lies within it and is the field's own, so it is aligned.
        unsafe { mbuf.byte_add(self.offset).cast::<T>().read() }
    }

    /// Writes the field.
    ///
    /// # Safety
    /// `mbuf` is allocated, and nobody else uses the field at the same time.
    #[inline(always)]
    pub(crate) unsafe fn write(&self, mbuf: NonNull<rte_mbuf>, value: T) {
        // SAFETY: as for `read`, and the caller has exclusive access.
        unsafe { mbuf.byte_add(self.offset).cast::<T>().write(value) }
    }
}

/// Start of the segment's buffer.
pub(crate) const BUF_ADDR: Field<*mut u8> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_BUF_ADDR);
/// Where in the buffer the data starts.
pub(crate) const DATA_OFF: Field<u16> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_DATA_OFF);
/// Bytes of data in this segment.
pub(crate) const DATA_LEN: Field<u16> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_DATA_LEN);
/// Bytes that the buffer holds.
pub(crate) const BUF_LEN: Field<u16> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_BUF_LEN);
/// Bytes of data in all segments; of the first segment only.
pub(crate) const PKT_LEN: Field<u32> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_PKT_LEN);
/// Segments; of the first only.
pub(crate) const NB_SEGS: Field<u16> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_NB_SEGS);
/// The port it was received on.
pub(crate) const PORT: Field<u16> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_PORT);
/// What the NIC found, and what it is asked to do.
pub(crate) const OL_FLAGS: Field<u64> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_OL_FLAGS);
/// The RSS hash, where `OL_FLAGS` says that there is one.
pub(crate) const RSS_HASH: Field<u32> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_RSS);
/// The mark that a flow rule set, where `OL_FLAGS` says that there is one.
pub(crate) const FLOW_MARK: Field<u32> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_FDIR_HI);
/// The next segment.
pub(crate) const NEXT: Field<Option<NonNull<rte_mbuf>>> = Field::at(dpdk_sys::DPDK_SHIM_MBUF_NEXT);
