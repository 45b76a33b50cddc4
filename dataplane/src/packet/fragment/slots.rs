//! Where datagrams in the making are found: by key, and by age.
//!
//! A fixed number of slots, chained three ways by index: in the bucket of their hash, in order of age, and those that
//! are free.

use std::hash::{BuildHasher, RandomState};

use super::datagram::{Datagram, Key};
use crate::time::Nanos;

/// No slot. Larger than any index, so that looking it up finds nothing.
const NONE: u32 = u32::MAX;

/// The place of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotId(u32);

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The next in its bucket, or the next free one.
    next: u32,
    older: u32,
    newer: u32,
    datagram: Datagram,
}

/// All slots of a table.
#[derive(Debug)]
pub(super) struct Slots {
    slots: Box<[Slot]>,
    /// First slots of the chains; their number is a power of two, or zero.
    buckets: Box<[u32]>,
    /// Seeded at random, so that nobody can aim at one bucket.
    hasher: RandomState,
    free: u32,
    oldest: u32,
    newest: u32,
    in_use: usize,
}

impl Default for Slots {
    fn default() -> Slots {
        Slots::new(0)
    }
}

impl Slots {
    pub(super) fn new(count: usize) -> Slots {
        let count = count.min(NONE as usize - 1);
        let slot = |index: usize| Slot {
            next: if index + 1 < count { index as u32 + 1 } else { NONE },
            older: NONE,
            newer: NONE,
            datagram: Datagram::default(),
        };
        let buckets = if count == 0 { 0 } else { count.next_power_of_two() };
        Slots {
            slots: (0..count).map(slot).collect(),
            buckets: vec![NONE; buckets].into_boxed_slice(),
            hasher: RandomState::new(),
            free: if count == 0 { NONE } else { 0 },
            oldest: NONE,
            newest: NONE,
            in_use: 0,
        }
    }

    /// How many slots are in use.
    pub(super) fn in_use(&self) -> usize {
        self.in_use
    }

    pub(super) fn get(&self, id: SlotId) -> Option<&Datagram> {
        self.slots.get(id.0 as usize).map(|slot| &slot.datagram)
    }

    pub(super) fn get_mut(&mut self, id: SlotId) -> Option<&mut Datagram> {
        self.slots.get_mut(id.0 as usize).map(|slot| &mut slot.datagram)
    }

    fn bucket_of(&self, key: &Key) -> usize {
        self.hasher.hash_one(key) as usize & self.buckets.len().wrapping_sub(1)
    }

    pub(super) fn find(&self, key: &Key) -> Option<SlotId> {
        let mut index = *self.buckets.get(self.bucket_of(key))?;
        loop {
            let slot = self.slots.get(index as usize)?;
            if slot.datagram.key == *key {
                return Some(SlotId(index));
            }
            index = slot.next;
        }
    }

    /// Starts a datagram of which nothing is there, as the newest; `None` where all slots are in use.
    pub(super) fn insert(&mut self, key: Key, now: Nanos) -> Option<SlotId> {
        let index = self.free;
        let bucket = self.bucket_of(&key);
        let slot = self.slots.get_mut(index as usize)?;
        self.free =
            std::mem::replace(&mut slot.next, std::mem::replace(self.buckets.get_mut(bucket)?, index));
        slot.datagram.start(key, now);
        (slot.older, slot.newer) = (self.newest, NONE);
        match self.slots.get_mut(self.newest as usize) {
            Some(newest) => newest.newer = index,
            None => self.oldest = index,
        }
        self.newest = index;
        self.in_use += 1;
        Some(SlotId(index))
    }

    /// Frees a slot that is in use.
    pub(super) fn remove(&mut self, id: SlotId) {
        let Some(&Slot { next, older, newer, datagram: Datagram { key, .. } }) =
            self.slots.get(id.0 as usize)
        else {
            return;
        };
        self.unchain(self.bucket_of(&key), id.0, next);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        if let Some(slot) = self.slots.get_mut(id.0 as usize) {
            slot.next = std::mem::replace(&mut self.free, id.0);
            self.in_use -= 1;
        }
    }

    /// Takes a slot out of the chain of its bucket.
    fn unchain(&mut self, bucket: usize, index: u32, next: u32) {
        let Some(first) = self.buckets.get_mut(bucket) else { return };
        if *first == index {
            *first = next;
            return;
        }
        let mut before = *first;
        while let Some(slot) = self.slots.get_mut(before as usize) {
            if slot.next == index {
                slot.next = next;
                return;
            }
            before = slot.next;
        }
    }

    /// The datagram that was started first.
    pub(super) fn oldest(&mut self) -> Option<(SlotId, &mut Datagram)> {
        let id = SlotId(self.oldest);
        self.get_mut(id).map(|datagram| (id, datagram))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::Packet;
    use crate::packet::fragment::Realm;

    fn key(id: u32) -> Key {
        Key::of(&Packet::default(), id, Realm(0))
    }

    proptest! {
        #[test]
        fn slots_do_as_a_list_in_order_of_age(ids in prop::collection::vec(0..24_u32, 0..200)) {
            let (mut slots, mut model) = (Slots::new(9), Vec::new());
            for id in ids {
                match slots.find(&key(id)) {
                    Some(slot) => {
                        slots.remove(slot);
                        model.retain(|other| *other != id);
                    }
                    None if slots.insert(key(id), Nanos::ZERO).is_some() => model.push(id),
                    None => prop_assert_eq!(model.len(), 9),
                }
                for id in 0..24 {
                    prop_assert_eq!(slots.find(&key(id)).is_some(), model.contains(&id));
                }
                let oldest = slots.oldest().map(|(_, datagram)| datagram.key);
                prop_assert_eq!(oldest, model.first().map(|id| key(*id)));
                prop_assert_eq!(slots.in_use(), model.len());
            }
            for id in model {
                let (oldest, _) = slots.oldest().expect("one for each");
                prop_assert_eq!(slots.find(&key(id)), Some(oldest));
                slots.remove(oldest);
            }
        }
    }
}
