//! The values of sets that are written to a file, beside the table of their hashes.
//!
//! Asking never comes here. A value that is new, or goes, takes the lock of one shard of many for a moment; so does who
//! writes the file, shard by shard.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ahash::RandomState;

const SHARDS: usize = 64;

/// Bytes that a value takes beside its own, about.
pub(super) const OVERHEAD: u64 = 54;

/// Some of the values.
type Shard = HashSet<Box<[u8]>>;

/// The values of one set.
#[derive(Debug)]
pub(super) struct Values {
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
    /// Bytes that are left.
    room: AtomicU64,
}

impl Values {
    pub(super) fn new(memory: u64) -> Values {
        Values {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            room: AtomicU64::new(memory),
        }
    }

    fn shard(&self, value: &[u8]) -> Option<MutexGuard<'_, Shard>> {
        let shard = self.shards.get(self.hasher.hash_one(value) as usize % SHARDS)?;
        // A set of bytes is whole whatever happened to who held it.
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a value; returns whether there was room.
    pub(super) fn insert(&self, value: &[u8]) -> bool {
        let cost = value.len() as u64 + OVERHEAD;
        let taken =
            self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(cost));
        if taken.is_err() {
            return false;
        }
        let new = self.shard(value).is_some_and(|mut shard| shard.insert(value.into()));
        if !new {
            self.room.fetch_add(cost, Ordering::Relaxed);
        }
        true
    }

    /// Forgets a value.
    pub(super) fn remove(&self, value: &[u8]) {
        if self.shard(value).is_some_and(|mut shard| shard.remove(value)) {
            self.room.fetch_add(value.len() as u64 + OVERHEAD, Ordering::Relaxed);
        }
    }

    /// Hands out a copy of all values, in their order.
    pub(super) fn all(&self) -> Vec<Box<[u8]>> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(shard.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        }
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_given_back() {
        let values = Values::new(3 * (OVERHEAD + 1));
        let inserted = |value: &[u8]| values.insert(value);
        assert!(inserted(b"a") && inserted(b"b") && inserted(b"a") && inserted(b"c"));
        assert!(!inserted(b"d"));
        values.remove(b"b");
        values.remove(b"x");
        assert!(inserted(b"d") && !inserted(b"e"));
        let all: Vec<Box<[u8]>> = [b"a", b"c", b"d"].map(|value| Box::from(&value[..])).into();
        assert_eq!(values.all(), all);
    }
}
