//! Bringing a cache line near before it is needed.

/// Starts loading `value`, without waiting for it.
#[inline(always)]
pub(super) fn prefetch_read<T>(value: &T) {
    weir_hw::prefetch::prefetch_read(value);
}
