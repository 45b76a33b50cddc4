//! Large tables in memory that the kernel backs with huge pages where it can.
//!
//! A flow table of gigabytes in pages of 4 KiB misses the TLB on nearly every lookup. Transparent huge pages need no
//! reservation and no rights: a mapping that is aligned to 2 MiB and advised so gets them as far as they are free.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::{fs, io};

/// The size of the huge pages that mappings are aligned to, bytes.
const HUGE: usize = 2 << 20;

/// Why there is no such memory.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The size can't be expressed.
    #[error("a table of {len} entries of {entry} bytes is larger than any memory")]
    TooLarge {
        /// Entries.
        len: usize,
        /// Bytes of each.
        entry: usize,
    },
    /// The machine does not have it.
    #[error("a table of {} MiB is asked for, and {available_mib} MiB of memory are available", .bytes >> 20)]
    NotAvailable {
        /// What was asked for, bytes.
        bytes: usize,
        /// What there is, MiB.
        available_mib: u64,
    },
    /// The kernel refuses.
    #[error("the kernel gives no {} MiB of memory: {source}", .bytes >> 20)]
    Refused {
        /// What was asked for, bytes.
        bytes: usize,
        /// Why.
        source: io::Error,
    },
}

/// Types of which all bytes zero are a value.
///
/// # Safety
/// A value of the type may consist of zero bytes.
pub unsafe trait Zeroable {}

macro_rules! zeroable {
    ($($type:ty)*) => {$(
        // SAFETY: an integer, or an atomic one, of zero bytes is zero.
        unsafe impl Zeroable for $type {}
    )*};
}

zeroable!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
zeroable!(std::sync::atomic::AtomicU8 std::sync::atomic::AtomicU16 std::sync::atomic::AtomicU32);
zeroable!(std::sync::atomic::AtomicU64 std::sync::atomic::AtomicUsize);

// SAFETY: an array of zero bytes is one of elements of zero bytes.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}

/// A slice of fixed length with memory of its own, in huge pages where the kernel has them.
pub struct HugeSlice<T> {
    start: NonNull<T>,
    len: usize,
    mapping: Mapping,
}

// SAFETY: it owns its elements, as a Box<[T]> does.
unsafe impl<T: Send> Send for HugeSlice<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for HugeSlice<T> {}

impl<T> HugeSlice<T> {
    /// `len` copies of a value. All pages are there afterwards: no access faults later.
    pub fn filled(len: usize, value: T) -> Result<HugeSlice<T>, MemoryError>
    where
        T: Copy,
    {
        Self::from_fn(len, |_| value)
    }

    /// `len` values, each made from its index.
    pub fn from_fn(len: usize, mut make: impl FnMut(usize) -> T) -> Result<HugeSlice<T>, MemoryError> {
        let mapping = Mapping::for_slice::<T>(len)?;
        let start = mapping.start.cast::<T>();
        // The length grows with the elements, so that a panic in `make` drops those that are there and no others.
        let mut slice = HugeSlice { start, len: 0, mapping };
        for index in 0..len {
            // SAFETY: the mapping is large enough for `len` elements, aligned for T (see `for_slice`), and writable.
            unsafe { start.add(index).write(make(index)) };
            slice.len = index + 1;
        }
        Ok(slice)
    }

    /// `len` values of zero bytes. The pages are filled by the kernel, at once where it can do so.
    pub fn zeroed(len: usize) -> Result<HugeSlice<T>, MemoryError>
    where
        T: Zeroable,
    {
        let mapping = Mapping::for_slice::<T>(len)?;
        mapping.populate();
        Ok(HugeSlice { start: mapping.start.cast(), len, mapping })
    }

    /// How much memory it takes, bytes.
    pub fn bytes(&self) -> usize {
        self.mapping.len
    }
}

impl<T> Deref for HugeSlice<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `start` is aligned and has `len` initialised elements, which live as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for HugeSlice<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for HugeSlice<T> {
    fn drop(&mut self) {
        // SAFETY: the elements are initialised and dropped once; the mapping goes after that.
        unsafe { std::ptr::drop_in_place(&raw mut **self) };
    }
}

impl<T> fmt::Debug for HugeSlice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HugeSlice").field("len", &self.len).field("bytes", &self.bytes()).finish()
    }
}

/// Anonymous memory, aligned to huge pages, unmapped on drop.
struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// Memory for `len` values of type T, or none at all for no bytes.
    fn for_slice<T>(len: usize) -> Result<Mapping, MemoryError> {
        const { assert!(align_of::<T>() <= HUGE) };
        let too_large = || MemoryError::TooLarge { len, entry: size_of::<T>() };
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(too_large)?;
        if bytes == 0 {
            return Ok(Mapping { start: NonNull::<T>::dangling().cast(), len: 0 });
        }
        let bytes = bytes.checked_next_multiple_of(HUGE).ok_or_else(too_large)?;
        if bytes > isize::MAX as usize - HUGE {
            return Err(too_large());
        }
        // The kernel promises more memory than it has and kills whoever asks it to keep the promise.
        match available_mib() {
            Some(available_mib) if (bytes >> 20) as u64 > available_mib => {
                Err(MemoryError::NotAvailable { bytes, available_mib })
            }
            _ => Mapping::new(bytes),
        }
    }

    /// Maps a multiple of the huge page size.
    fn new(len: usize) -> Result<Mapping, MemoryError> {
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches no memory of ours. It is larger by
        // one huge page than needed, so that an aligned part can be cut out of it.
        let raw = unsafe { libc::mmap(std::ptr::null_mut(), len + HUGE, protection, flags, -1, 0) };
        let raw = NonNull::new(raw.cast::<u8>())
            .filter(|_| raw != libc::MAP_FAILED)
            .ok_or_else(|| MemoryError::Refused { bytes: len, source: io::Error::last_os_error() })?;
        let before = raw.align_offset(HUGE);
        // SAFETY: both parts that are unmapped lie within the mapping that was just made, before and after the `len` bytes
        // that are kept, and nobody knows them yet. Advice changes no contents; a kernel that does not know it says so,
        // and pages are ordinary then.
        unsafe {
            let start = raw.add(before);
            if before > 0 {
                libc::munmap(raw.as_ptr().cast(), before);
            }
            if before < HUGE {
                libc::munmap(start.add(len).as_ptr().cast(), HUGE - before);
            }
            libc::madvise(start.as_ptr().cast(), len, libc::MADV_HUGEPAGE);
            Ok(Mapping { start, len })
        }
    }

    /// Has the kernel provide all pages now. One that is older than 5.14 provides them on first access instead.
    fn populate(&self) {
        if self.len > 0 {
            // SAFETY: the range is the mapping; populating changes no contents.
            unsafe { libc::madvise(self.start.as_ptr().cast(), self.len, libc::MADV_POPULATE_WRITE) };
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: the range is the mapping, which is unmapped once, and nothing refers to it any more.
            unsafe { libc::munmap(self.start.as_ptr().cast(), self.len) };
        }
    }
}

/// What the kernel estimates that a new program could use, MiB.
fn available_mib() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib >> 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_table_is_what_it_was_filled_with() {
        let mut table = HugeSlice::filled(100_000, [7_u64; 8]).expect("memory");
        assert_eq!(table.len(), 100_000);
        assert_eq!(table.as_ptr() as usize % HUGE, 0);
        assert_eq!(table.bytes() % HUGE, 0);
        assert!(table.iter().all(|line| *line == [7; 8]));
        table[99_999] = [1; 8];
        assert_eq!(table.last(), Some(&[1; 8]));
        assert!(HugeSlice::<[u32; 4]>::zeroed(300_000).expect("memory").iter().all(|entry| *entry == [0; 4]));
    }

    #[test]
    fn no_bytes_need_no_memory() {
        assert!(HugeSlice::<u64>::zeroed(0).expect("nothing").is_empty());
        assert_eq!(HugeSlice::filled(5, ()).expect("nothing").len(), 5);
    }

    #[test]
    fn elements_are_dropped_once() {
        let counted = Arc::new(());
        let table = HugeSlice::from_fn(1000, |_| Arc::clone(&counted)).expect("memory");
        assert_eq!(Arc::strong_count(&counted), 1001);
        drop(table);
        assert_eq!(Arc::strong_count(&counted), 1);
        let cut = std::panic::catch_unwind(|| {
            HugeSlice::from_fn(
                1000,
                |index| if index == 500 { panic!("halfway") } else { Arc::clone(&counted) },
            )
        });
        assert!(cut.is_err());
        assert_eq!(Arc::strong_count(&counted), 1);
    }

    #[test]
    fn what_the_machine_does_not_have_is_an_error() {
        let error = HugeSlice::<u64>::zeroed(usize::MAX / 4).expect_err("too large");
        assert!(matches!(error, MemoryError::TooLarge { .. }), "{error}");
        let error = HugeSlice::filled(1 << 40, 0_u64).expect_err("too large");
        assert!(matches!(error, MemoryError::NotAvailable { .. }), "{error}");
        assert!(error.to_string().contains("8388608 MiB"), "{error}");
    }
}
