//! Sets in memory that do not grow, shared by all workers without a lock.
//!
//! A set keeps a keyed 64-bit hash of each value in a table of atomics with open addressing, so asking is a few loads. Two
//! values share a hash once in 2⁶⁴ times, and the key is drawn at the start, so nobody can look for such a pair.

use std::fmt;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use ahash::RandomState;
use weir_rules::signature::{DatasetKind, DatasetSource};

use super::dataset::{DatasetId, Datasets, Member, canonical};

/// A slot that never held a value.
const EMPTY: u64 = 0;

/// A slot whose value was taken out; search goes on behind it.
const REMOVED: u64 = 1;

/// Bytes of a slot.
const SLOT_BYTES: u64 = 10;

/// Slots where a rule says neither `memcap` nor `hashsize`: those of Suricata's default.
const DEFAULT_SLOTS: usize = 4_096 * 16;

/// The least slots.
const MIN_SLOTS: usize = 64;

/// The most slots that one set may have.
const MAX_SLOTS: u64 = 1 << 28;

/// A set has no room for another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the set is full; a greater memcap makes room")]
pub struct DatasetFull;

/// One set.
pub struct DatasetTable {
    kind: Option<DatasetKind>,
    hasher: RandomState,
    hashes: Box<[AtomicU64]>,
    reputations: Box<[AtomicU16]>,
    used: AtomicU64,
}

impl fmt::Debug for DatasetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.used.load(Ordering::Relaxed);
        f.debug_struct("DatasetTable")
            .field("kind", &self.kind)
            .field("slots", &self.hashes.len())
            .field("used", &used)
            .finish()
    }
}

impl DatasetTable {
    /// An empty set with room as the rule says (`memcap`, else `hashsize`), but at least for `expected` values, if its
    /// memory allows.
    pub fn new(source: &DatasetSource, expected: usize) -> DatasetTable {
        let by_buckets = source.buckets.map_or(DEFAULT_SLOTS, |buckets| buckets as usize);
        let wanted = by_buckets.max(expected.saturating_mul(2)).max(MIN_SLOTS) as u64;
        let most = source.memory.map_or(MAX_SLOTS, |bytes| (bytes / SLOT_BYTES).min(MAX_SLOTS));
        let slots = usize::try_from(wanted.min(most)).unwrap_or(MIN_SLOTS).max(MIN_SLOTS);
        DatasetTable {
            kind: source.kind,
            hasher: RandomState::new(),
            hashes: (0..slots).map(|_| AtomicU64::new(EMPTY)).collect(),
            reputations: (0..slots).map(|_| AtomicU16::new(0)).collect(),
            used: AtomicU64::new(0),
        }
    }

    /// Puts a value with its reputation in. One that is there keeps its own.
    ///
    /// # Errors
    ///
    /// Seven of eight slots are taken.
    pub fn insert(&self, value: &[u8], reputation: u16) -> Result<(), DatasetFull> {
        let mut mapped = [0; 16];
        let Some(value) = canonical(self.kind, value, &mut mapped) else { return Ok(()) };
        let hash = self.hash(value);
        if self.slot_of(hash).is_some() {
            return Ok(());
        }
        for slot in self.slots(hash) {
            let (Some(taken), Some(kept)) = (self.hashes.get(slot), self.reputations.get(slot)) else {
                break;
            };
            let seen = taken.load(Ordering::Acquire);
            if seen == hash {
                return Ok(());
            }
            if seen != EMPTY && seen != REMOVED {
                continue;
            }
            if seen == EMPTY && self.used.load(Ordering::Relaxed) >= self.hashes.len() as u64 / 8 * 7 {
                return Err(DatasetFull);
            }
            match taken.compare_exchange(seen, hash, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    kept.store(reputation, Ordering::Release);
                    self.used.fetch_add(u64::from(seen == EMPTY), Ordering::Relaxed);
                    return Ok(());
                }
                Err(now) if now == hash => return Ok(()),
                Err(_) => {}
            }
        }
        Err(DatasetFull)
    }

    /// A value, where it is in the set.
    pub fn find(&self, value: &[u8]) -> Option<Member> {
        let mut mapped = [0; 16];
        let slot = self.slot_of(self.hash(canonical(self.kind, value, &mut mapped)?))?;
        let reputation = self.reputations.get(slot)?.load(Ordering::Acquire);
        Some(Member { reputation })
    }

    /// Takes a value out. Gives whether it was in.
    pub fn remove(&self, value: &[u8]) -> bool {
        let mut mapped = [0; 16];
        let Some(value) = canonical(self.kind, value, &mut mapped) else { return false };
        let hash = self.hash(value);
        let mut removed = false;
        // Two workers that put one value in at once may have put it into two slots.
        while let Some(taken) = self.slot_of(hash).and_then(|slot| self.hashes.get(slot)) {
            removed |= taken.compare_exchange(hash, REMOVED, Ordering::AcqRel, Ordering::Acquire).is_ok();
        }
        removed
    }

    fn hash(&self, value: &[u8]) -> u64 {
        self.hasher.hash_one(value).max(REMOVED + 1)
    }

    /// All slots, in the order in which a hash looks for its own.
    fn slots(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let slots = self.hashes.len();
        let first = ((u128::from(hash) * slots as u128) >> 64) as usize;
        (first..slots).chain(0..first)
    }

    fn slot_of(&self, hash: u64) -> Option<usize> {
        for slot in self.slots(hash) {
            match self.hashes.get(slot)?.load(Ordering::Acquire) {
                EMPTY => return None,
                found if found == hash => return Some(slot),
                _ => {}
            }
        }
        None
    }
}

/// The sets of a rule set, by their [`DatasetId`].
#[derive(Debug, Default)]
pub struct Sets {
    /// The sets, in the order of [`Confirmer::datasets`](super::Confirmer::datasets).
    pub tables: Box<[DatasetTable]>,
}

impl Sets {
    /// Empty sets for all that rules name.
    pub fn empty(sources: &[DatasetSource]) -> Sets {
        Sets { tables: sources.iter().map(|source| DatasetTable::new(source, 0)).collect() }
    }

    fn table(&self, set: DatasetId) -> Option<&DatasetTable> {
        self.tables.get(set.0 as usize)
    }
}

impl Datasets for Sets {
    fn find(&self, set: DatasetId, value: &[u8]) -> Option<Member> {
        self.table(set)?.find(value)
    }

    fn insert(&self, set: DatasetId, value: &[u8]) -> Result<(), DatasetFull> {
        self.table(set).ok_or(DatasetFull)?.insert(value, 0)
    }

    fn remove(&self, set: DatasetId, value: &[u8]) -> bool {
        self.table(set).is_some_and(|table| table.remove(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use weir_rules::signature::DatasetFormat;

    use super::*;

    fn source(kind: DatasetKind, memory: Option<u64>) -> DatasetSource {
        DatasetSource {
            name: "set".into(),
            kind: Some(kind),
            load: None,
            save: None,
            memory,
            buckets: Some(64),
            format: DatasetFormat::Csv,
            array_key: None,
            value_key: None,
            context_key: None,
        }
    }

    #[test]
    fn values_have_the_length_of_their_kind() {
        let table = [
            (DatasetKind::Md5, 16, true),
            (DatasetKind::Md5, 15, false),
            (DatasetKind::Sha256, 32, true),
            (DatasetKind::Ipv4, 4, true),
            (DatasetKind::Ipv4, 16, false),
            (DatasetKind::Ip, 4, true),
            (DatasetKind::Ip, 16, true),
            (DatasetKind::String, 0, true),
        ];
        for (kind, bytes, expected) in table {
            let set = DatasetTable::new(&source(kind, None), 1);
            set.insert(&vec![7; bytes], 0).unwrap();
            assert_eq!(set.find(&vec![7; bytes]).is_some(), expected, "{kind:?} {bytes}");
        }
    }

    #[test]
    fn a_full_set_says_so() {
        let set = DatasetTable::new(&source(DatasetKind::String, Some(640)), 0);
        let refused = (0..100u8).filter(|&value| set.insert(&[value], 0).is_err()).count();
        assert_eq!(refused, 100 - 56);
        assert!(set.find(&[55]).is_some() && set.find(&[56]).is_none());
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((0..3u8, 0..40u8, 0..9u16), 0..300)) {
            let set = DatasetTable::new(&source(DatasetKind::String, None), 40);
            let mut map = HashMap::new();
            for (step, value, reputation) in steps {
                match step {
                    0 if set.insert(&[value], reputation).is_ok() => {
                        map.entry(value).or_insert(reputation);
                    }
                    1 => prop_assert_eq!(set.remove(&[value]), map.remove(&value).is_some()),
                    _ => {}
                }
                let expected = map.get(&value).map(|&reputation| Member { reputation });
                prop_assert_eq!(set.find(&[value]), expected);
            }
        }
    }
}
