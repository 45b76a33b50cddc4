//! From a hash to the index of a record: open addressing over eight-byte buckets.
//!
//! ```text
//!  63            32 31             0
//! ┌────────────────┬────────────────┐
//! │ tag            │ index          │   all ones: empty
//! └────────────────┴────────────────┘
//! ```
//!
//! A tag is 32 bits of the hash, and its low bits are the bucket where the search begins; it goes on from bucket to
//! bucket, eight of which share a cache line, until one is empty. At most three quarters of the buckets are used.
//! Removal moves later buckets back into the gap, so there are no tombstones and searches do not get longer with age.

/// A bucket that names no record: no table has so many.
use weir_hw::{HugeSlice, MemoryError};

const EMPTY: u64 = u64::MAX;

/// The indexes of records by the hash of their keys.
#[derive(Debug)]
pub(super) struct Buckets {
    buckets: HugeSlice<u64>,
    /// One less than the number of buckets, which is a power of two.
    mask: usize,
}

impl Buckets {
    /// Room for `capacity` records, fewer than 2^31.
    pub fn new(capacity: u32) -> Result<Buckets, MemoryError> {
        let count = (capacity as usize).saturating_mul(4).div_ceil(3).next_power_of_two().max(8);
        Ok(Buckets { buckets: HugeSlice::filled(count, EMPTY)?, mask: count - 1 })
    }

    /// Memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.buckets.bytes()
    }

    /// The bucket where the search for `tag` begins.
    #[inline]
    pub fn home(&self, tag: u32) -> Option<&u64> {
        self.buckets.get(tag as usize & self.mask)
    }

    /// The nearest record under `tag` that is meant.
    #[inline]
    pub fn find(&self, tag: u32, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        let first = *self.home(tag)?;
        // Nearly always the search ends where it begins.
        if tag_of(first) == tag && is_meant(index_of(first)) {
            return Some(index_of(first));
        }
        if first == EMPTY { None } else { self.find_further(tag, is_meant) }
    }

    #[inline(never)]
    fn find_further(&self, tag: u32, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        let meant = |bucket| tag_of(bucket) == tag && is_meant(index_of(bucket));
        self.position(tag, meant).map(|at| index_of(self.get(at)))
    }

    /// The nearest bucket from the home of `tag` on that is meant, before the first that is empty.
    #[inline]
    fn position(&self, tag: u32, is_meant: impl Fn(u64) -> bool) -> Option<usize> {
        let mut at = tag as usize & self.mask;
        // There are empty buckets always, so this ends.
        loop {
            let bucket = *self.buckets.get(at)?;
            if bucket == EMPTY {
                return None;
            }
            if is_meant(bucket) {
                return Some(at);
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Adds the record `index` under `tag`.
    pub fn insert(&mut self, tag: u32, index: u32) {
        let mut at = tag as usize & self.mask;
        for _ in 0..=self.mask {
            match self.buckets.get_mut(at) {
                Some(bucket) if *bucket == EMPTY => {
                    *bucket = bucket_of(tag, index);
                    return;
                }
                _ => at = (at + 1) & self.mask,
            }
        }
    }

    /// Takes out the record `index`, which was added under `tag`.
    pub fn remove(&mut self, tag: u32, index: u32) {
        let meant = bucket_of(tag, index);
        let Some(mut gap) = self.position(tag, |bucket| bucket == meant) else { return };
        let mut at = gap;
        for _ in 0..self.mask {
            at = (at + 1) & self.mask;
            let bucket = self.get(at);
            if bucket == EMPTY {
                break;
            }
            // A bucket may move back to the gap unless its search begins behind the gap.
            let home = tag_of(bucket) as usize & self.mask;
            if self.distance(home, at) >= self.distance(gap, at) {
                self.set(gap, bucket);
                gap = at;
            }
        }
        self.set(gap, EMPTY);
    }

    /// How many steps a search takes from one bucket to another.
    const fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask
    }

    fn get(&self, at: usize) -> u64 {
        self.buckets.get(at).copied().unwrap_or(EMPTY)
    }

    fn set(&mut self, at: usize, bucket: u64) {
        if let Some(slot) = self.buckets.get_mut(at) {
            *slot = bucket;
        }
    }
}

const fn bucket_of(tag: u32, index: u32) -> u64 {
    (tag as u64) << 32 | index as u64
}

const fn tag_of(bucket: u64) -> u32 {
    (bucket >> 32) as u32
}

const fn index_of(bucket: u64) -> u32 {
    bucket as u32
}
