//! Sets in memory that do not grow, shared by all workers without a lock.
//!
//! A set keeps a keyed 64-bit hash of each value in a table of atomics with open addressing, so asking is a few loads. Two
//! values share a hash once in 2⁶⁴ times, and the key is drawn at the start, so nobody can look for such a pair.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};

use ahash::RandomState;
use weir_rules::signature::{DatasetKind, DatasetSource};

use super::dataset::{DatasetId, Datasets, Member, canonical};
use super::dataset_values::{OVERHEAD, Values};

/// A slot that never held a value.
const EMPTY: u64 = 0;

/// A slot whose value was taken out; search goes on behind it.
const REMOVED: u64 = 1;

/// Bytes of a slot.
const SLOT_BYTES: u64 = 10;

/// Bytes of a set that rules change, where none of them gives a `memcap`: some 400,000 values, or 60,000 where they are
/// saved.
const DEFAULT_MEMORY: u64 = 4 << 20;

/// The least slots.
const MIN_SLOTS: usize = 64;

/// The most slots that one set may have.
const MAX_SLOTS: u64 = 1 << 27;

/// Of an element that has nothing to say.
const NOTHING: u32 = u32::MAX;

/// A set has no room for another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the set is full; a greater memcap makes room")]
pub struct DatasetFull;

/// What rules do with a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetUse {
    /// They ask only.
    #[default]
    Asked,
    /// They put values in or take them out.
    Changed,
}

/// One set.
pub struct DatasetTable {
    source: DatasetSource,
    usage: SetUse,
    hasher: RandomState,
    hashes: Box<[AtomicU64]>,
    reputations: Box<[AtomicU16]>,
    /// What its file says of an element, where it says anything, and which of it is of a slot.
    contexts: Box<[Box<str>]>,
    elements: Box<[AtomicU32]>,
    used: AtomicU64,
    /// The values, and where to write them.
    values: Option<Values>,
    save: Option<PathBuf>,
}

impl fmt::Debug for DatasetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.used.load(Ordering::Relaxed);
        f.debug_struct("DatasetTable")
            .field("name", &self.source.name)
            .field("slots", &self.hashes.len())
            .field("used", &used)
            .finish()
    }
}

impl DatasetTable {
    /// An empty set. One that is only asked has room for `expected` values; one that rules change for as many as its
    /// `memcap` allows.
    pub fn new(source: &DatasetSource, usage: SetUse, expected: usize) -> DatasetTable {
        let saved = source.save.is_some();
        let cost = if saved { SLOT_BYTES + OVERHEAD } else { SLOT_BYTES };
        let memory = source.memory.unwrap_or(DEFAULT_MEMORY);
        let expected = (expected as u64).saturating_mul(2);
        let wanted = match (usage, source.memory) {
            (SetUse::Asked, None) => expected,
            (SetUse::Asked, Some(memory)) => expected.min(memory / cost),
            (SetUse::Changed, None) => expected.max(memory / cost),
            (SetUse::Changed, Some(memory)) => memory / cost,
        };
        let slots = usize::try_from(wanted.min(MAX_SLOTS)).unwrap_or(MIN_SLOTS).max(MIN_SLOTS);
        let room = memory.max(slots as u64 * cost) - slots as u64 * SLOT_BYTES;
        DatasetTable {
            source: source.clone(),
            usage,
            hasher: RandomState::new(),
            hashes: (0..slots).map(|_| AtomicU64::new(EMPTY)).collect(),
            reputations: (0..slots).map(|_| AtomicU16::new(0)).collect(),
            contexts: Box::default(),
            elements: Box::default(),
            used: AtomicU64::new(0),
            values: saved.then(|| Values::new(room)),
            save: None,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.source.name
    }

    /// What its values are.
    pub fn kind(&self) -> Option<DatasetKind> {
        self.source.kind
    }

    /// Whether a rule's words mean this set.
    pub fn means(&self, source: &DatasetSource) -> bool {
        self.source == *source
    }

    /// Whether rules change it.
    pub fn is_changed(&self) -> bool {
        self.usage == SetUse::Changed
    }

    /// Says where its values are written.
    pub fn save_to(&mut self, path: Option<PathBuf>) {
        self.save = path;
    }

    /// Where its values are written, where they are.
    pub fn saved_to(&self) -> Option<&Path> {
        self.save.as_deref()
    }

    /// A copy of its values, where they are written, in order.
    pub fn values(&self) -> Vec<Box<[u8]>> {
        self.values.as_ref().map(Values::all).unwrap_or_default()
    }

    /// Takes what its file says of elements, before any is put in.
    pub fn explain(&mut self, contexts: Box<[Box<str>]>) {
        if !contexts.is_empty() {
            self.elements = (0..self.hashes.len()).map(|_| AtomicU32::new(NOTHING)).collect();
            self.contexts = contexts;
        }
    }

    /// What its file says of an element, as JSON.
    pub fn context(&self, element: u32) -> Option<&str> {
        self.contexts.get(element as usize).map(|context| &**context)
    }

    /// Puts a value with its reputation in. One that is there keeps its own.
    ///
    /// # Errors
    ///
    /// Seven of eight slots are taken.
    pub fn insert(&self, value: &[u8], reputation: u16) -> Result<(), DatasetFull> {
        self.insert_element(value, reputation, None)
    }

    /// As [`insert`](DatasetTable::insert), with what the set's file says of the value.
    ///
    /// # Errors
    ///
    /// There is no room for it.
    pub fn insert_element(
        &self,
        value: &[u8],
        reputation: u16,
        element: Option<u32>,
    ) -> Result<(), DatasetFull> {
        let mut mapped = [0; 16];
        let Some(value) = canonical(self.source.kind, value, &mut mapped) else { return Ok(()) };
        let hash = self.hash(value);
        if self.slot_of(hash).is_some() {
            return Ok(());
        }
        if self.values.as_ref().is_some_and(|values| !values.insert(value)) {
            return Err(DatasetFull);
        }
        let taken = self.take_slot(hash, reputation, element);
        if let (Err(_), Some(values)) = (taken, &self.values) {
            values.remove(value);
        }
        taken
    }

    fn take_slot(&self, hash: u64, reputation: u16, element: Option<u32>) -> Result<(), DatasetFull> {
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
                    if let Some(slot) = self.elements.get(slot) {
                        slot.store(element.unwrap_or(NOTHING), Ordering::Release);
                    }
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
        let slot = self.slot_of(self.hash(canonical(self.source.kind, value, &mut mapped)?))?;
        let reputation = self.reputations.get(slot)?.load(Ordering::Acquire);
        let element = self.elements.get(slot).map(|element| element.load(Ordering::Acquire));
        Some(Member { reputation, element: element.filter(|&element| element != NOTHING) })
    }

    /// Takes a value out. Gives whether it was in.
    pub fn remove(&self, value: &[u8]) -> bool {
        let mut mapped = [0; 16];
        let Some(value) = canonical(self.source.kind, value, &mut mapped) else { return false };
        let hash = self.hash(value);
        if let Some(values) = &self.values {
            values.remove(value);
        }
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
    pub tables: Box<[Arc<DatasetTable>]>,
}

impl Sets {
    /// Empty sets for all that rules name.
    pub fn empty(sources: &[DatasetSource]) -> Sets {
        let table = |source| Arc::new(DatasetTable::new(source, SetUse::Changed, 0));
        Sets { tables: sources.iter().map(table).collect() }
    }

    /// A set by its number.
    pub fn table(&self, set: DatasetId) -> Option<&DatasetTable> {
        self.tables.get(set.0 as usize).map(|table| &**table)
    }

    /// A set by its name.
    pub fn named(&self, name: &str) -> Option<&Arc<DatasetTable>> {
        self.tables.iter().find(|table| table.name() == name)
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

    use super::*;

    fn source(kind: DatasetKind, memory: Option<u64>) -> DatasetSource {
        DatasetSource { memory, ..DatasetSource::named("set", kind) }
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
            let set = DatasetTable::new(&source(kind, None), SetUse::Asked, 1);
            set.insert(&vec![7; bytes], 0).unwrap();
            assert_eq!(set.find(&vec![7; bytes]).is_some(), expected, "{kind:?} {bytes}");
        }
    }

    #[test]
    fn a_full_set_says_so() {
        let set = DatasetTable::new(&source(DatasetKind::String, Some(640)), SetUse::Changed, 0);
        let refused = (0..100u8).filter(|&value| set.insert(&[value], 0).is_err()).count();
        assert_eq!(refused, 100 - 56);
        assert!(set.find(&[55]).is_some() && set.find(&[56]).is_none());
    }

    #[test]
    fn what_is_saved_has_its_values_bounded_too() {
        let source = DatasetSource { save: Some("f".into()), ..source(DatasetKind::String, Some(64 * 64)) };
        let set = DatasetTable::new(&source, SetUse::Changed, 0);
        assert!(set.insert(&[0; 3_000], 0).is_ok());
        assert_eq!(set.insert(&[1; 3_000], 0), Err(DatasetFull));
        assert!(set.find(&[1; 3_000]).is_none());
        assert!(set.remove(&[0; 3_000]) && set.insert(&[1; 3_000], 0).is_ok());
        assert_eq!(set.values(), [Box::from(&[1; 3_000][..])]);
    }

    #[test]
    fn elements_are_explained() {
        let mut set = DatasetTable::new(&source(DatasetKind::String, None), SetUse::Asked, 2);
        set.explain(["{}".into()].into());
        set.insert_element(b"a", 0, Some(0)).unwrap();
        set.insert(b"b", 0).unwrap();
        let context = |value: &[u8]| set.find(value).and_then(|member| set.context(member.element?));
        assert_eq!((context(b"a"), context(b"b")), (Some("{}"), None));
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((0..3u8, 0..40u8, 0..9u16), 0..300)) {
            let set = DatasetTable::new(&source(DatasetKind::String, None), SetUse::Asked, 40);
            let mut map = HashMap::new();
            for (step, value, reputation) in steps {
                match step {
                    0 if set.insert(&[value], reputation).is_ok() => {
                        map.entry(value).or_insert(reputation);
                    }
                    1 => prop_assert_eq!(set.remove(&[value]), map.remove(&value).is_some()),
                    _ => {}
                }
                let expected = map.get(&value).map(|&reputation| Member { reputation, element: None });
                prop_assert_eq!(set.find(&[value]), expected);
            }
        }
    }
}
