//! Bits of hosts and pairs of hosts (`xbits`, `hostbits`), shared by all workers without a lock.
//!
//! A table of fixed size, eight slots a bucket. A slot has a keyed 64-bit hash of the bit's name and addresses, and the
//! time until which the bit is set. Whoever sets a bit takes a slot that is free or whose time is over; where there is
//! none, the bit that would end first makes room. Two workers that take the same slot at once may lose one of the two
//! bits, which is what evicting it would have come to.
//!
//! ```text
//! bucket  ┌──────┬──────┬─ … ─┐
//!         │ hash │ hash │     │   0: free
//!         │ until│ until│     │   nanoseconds since the epoch
//!         └──────┴──────┴─ … ─┘
//! ```

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ahash::RandomState;

use crate::packet::{Address, Tenant};
use crate::time::Nanos;

/// The number of a bit's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SharedBit(pub u16);

/// Slots of a bucket.
const WAYS: usize = 8;

/// Whose bit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The sender's.
    Source,
    /// The receiver's.
    Destination,
    /// That of both together, whoever sends.
    Pair,
}

/// Between whom a match was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Who sent what matched.
    pub source: Address,
    /// Whom it was sent to.
    pub destination: Address,
    /// Whose addresses these are.
    pub tenant: Tenant,
}

/// A bit of somebody, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitKey(u64);

#[derive(Debug, Default)]
struct Slot {
    hash: AtomicU64,
    until: AtomicU64,
}

/// What setting a bit cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Displaced {
    /// Nothing.
    Nothing,
    /// A bit whose time was over.
    Expired,
    /// A bit that was still set.
    Evicted,
}

/// The table.
pub struct SharedBits {
    hasher: RandomState,
    slots: Box<[Slot]>,
}

impl fmt::Debug for SharedBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedBits").field("slots", &self.slots.len()).finish_non_exhaustive()
    }
}

impl SharedBits {
    /// Room for `bits` bits, at 16 bytes each.
    pub fn new(bits: usize) -> SharedBits {
        let slots = bits.div_ceil(WAYS).max(1) * WAYS;
        SharedBits { hasher: RandomState::new(), slots: (0..slots).map(|_| Slot::default()).collect() }
    }

    /// The key of a bit of one end, or of both. Tenants with the same addresses don't mix.
    pub fn key(&self, owner: Owner, bit: SharedBit, ends: &Ends) -> BitKey {
        let Ends { source, destination, tenant } = *ends;
        let (first, second) = match owner {
            Owner::Source => (source, None),
            Owner::Destination => (destination, None),
            Owner::Pair => (source.min(destination), Some(source.max(destination))),
        };
        BitKey(self.hasher.hash_one((bit, first, second, tenant)).max(1))
    }

    fn bucket(&self, key: BitKey) -> &[Slot] {
        let buckets = (self.slots.len() / WAYS) as u128;
        let bucket = ((u128::from(key.0) * buckets) >> 64) as usize;
        self.slots.get(bucket * WAYS..(bucket + 1) * WAYS).unwrap_or_default()
    }

    /// Bits that there is room for.
    pub fn room(&self) -> usize {
        self.slots.len()
    }

    /// Whether a bit is set.
    pub fn has(&self, key: BitKey, now: Nanos) -> bool {
        self.bucket(key).iter().any(|slot| {
            slot.hash.load(Ordering::Acquire) == key.0 && slot.until.load(Ordering::Acquire) > now.0
        })
    }

    /// Sets a bit for a time, counted from now also where it was set before.
    pub fn set(&self, key: BitKey, now: Nanos, lasts: Duration) -> Displaced {
        let until = (now + lasts).0;
        let bucket = self.bucket(key);
        if let Some(slot) = bucket.iter().find(|slot| slot.hash.load(Ordering::Acquire) == key.0) {
            slot.until.store(until, Ordering::Release);
            return Displaced::Nothing;
        }
        // A free slot has time 0, so it comes first.
        let Some(slot) = bucket.iter().min_by_key(|slot| slot.until.load(Ordering::Acquire)) else {
            return Displaced::Evicted;
        };
        let (taken, ends) = (slot.hash.load(Ordering::Acquire), slot.until.load(Ordering::Acquire));
        if slot.hash.compare_exchange(taken, key.0, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // Another worker was faster: its bit stays, this one is lost as if evicted.
            return Displaced::Evicted;
        }
        slot.until.store(until, Ordering::Release);
        match taken {
            0 => Displaced::Nothing,
            _ if ends == 0 => Displaced::Nothing,
            _ if ends <= now.0 => Displaced::Expired,
            _ => Displaced::Evicted,
        }
    }

    /// Takes a bit back.
    pub fn unset(&self, key: BitKey) {
        for slot in self.bucket(key).iter().filter(|slot| slot.hash.load(Ordering::Acquire) == key.0) {
            slot.until.store(0, Ordering::Release);
        }
    }

    /// Makes a bit what it is not.
    pub fn toggle(&self, key: BitKey, now: Nanos, lasts: Duration) -> Displaced {
        if !self.has(key, now) {
            return self.set(key, now, lasts);
        }
        self.unset(key);
        Displaced::Nothing
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const BIT: SharedBit = SharedBit(7);

    fn ends(source: u8, destination: u8) -> Ends {
        let address = |last| Address::v4([10, 0, 0, last]);
        Ends { source: address(source), destination: address(destination), ..Ends::default() }
    }

    #[test]
    fn a_bit_belongs_to_a_host_or_to_a_pair() {
        let bits = SharedBits::new(64);
        let now = Nanos(5);
        bits.set(bits.key(Owner::Source, BIT, &ends(1, 2)), now, SECOND);
        let has = |owner, ends: Ends| bits.has(bits.key(owner, BIT, &ends), now);
        assert!(has(Owner::Source, ends(1, 9)) && has(Owner::Destination, ends(9, 1)));
        assert!(!has(Owner::Destination, ends(1, 2)) && !has(Owner::Pair, ends(1, 2)));
        bits.set(bits.key(Owner::Pair, BIT, &ends(1, 2)), now, SECOND);
        assert!(has(Owner::Pair, ends(2, 1)) && !has(Owner::Pair, ends(1, 3)));
        let tenant = Tenant { vni: 5, ..Tenant::default() };
        assert!(!has(Owner::Source, Ends { tenant, ..ends(1, 2) }));
    }

    #[test]
    fn its_time_ends_and_begins_anew() {
        let bits = SharedBits::new(64);
        let key = bits.key(Owner::Source, BIT, &ends(1, 2));
        let at = |seconds: u64| Nanos(seconds * 1_000_000_000);
        bits.set(key, at(10), 5 * SECOND);
        assert!(bits.has(key, at(14)) && !bits.has(key, at(15)));
        bits.set(key, at(14), 5 * SECOND);
        assert!(bits.has(key, at(18)));
        bits.toggle(key, at(18), SECOND);
        assert!(!bits.has(key, at(18)));
        bits.toggle(key, at(18), SECOND);
        assert!(bits.has(key, at(18)));
    }

    #[test]
    fn memory_is_bounded_and_what_is_lost_is_counted() {
        let bits = SharedBits::new(64);
        let key = |number: u8| bits.key(Owner::Source, BIT, &ends(number, 0));
        let evicted =
            (0..200).filter(|&number| bits.set(key(number), Nanos(1), SECOND) == Displaced::Evicted);
        let evicted = evicted.count();
        let live = (0..200).filter(|&number| bits.has(key(number), Nanos(1))).count();
        assert_eq!(live + evicted, 200);
        assert!(live <= 64 && live > 32);
        let later = Nanos(2_000_000_000);
        assert_ne!(bits.set(key(201), later, SECOND), Displaced::Evicted);
        assert!(bits.has(key(201), later));
    }

    #[test]
    fn workers_share_it() {
        let bits = Arc::new(SharedBits::new(1 << 14));
        let workers: Vec<_> = (0..4_u8)
            .map(|worker| {
                let bits = Arc::clone(&bits);
                std::thread::spawn(move || {
                    let set = |number| {
                        bits.set(bits.key(Owner::Pair, BIT, &ends(worker, number)), Nanos(1), SECOND)
                    };
                    (0..=255).filter(|&number| set(number) == Displaced::Evicted).count()
                })
            })
            .collect();
        let evicted: usize = workers.into_iter().map(|worker| worker.join().expect("a worker")).sum();
        let set = |worker, number| bits.has(bits.key(Owner::Pair, BIT, &ends(worker, number)), Nanos(1));
        let live = (0..4_u8).flat_map(|worker| (0..=255).map(move |number| (worker, number)));
        let missing = live.filter(|&(worker, number)| !set(worker, number)).count();
        assert!(missing <= evicted, "{missing} {evicted}");
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((0..4_u8, 0..12_u8, 1..9_u64), 0..200)) {
            let bits = SharedBits::new(1 << 12);
            let mut map: HashMap<u8, u64> = HashMap::new();
            let mut now = 1;
            for (step, host, seconds) in steps {
                let key = bits.key(Owner::Source, BIT, &ends(host, 0));
                let at = Nanos(now * 1_000_000_000);
                let is_set = map.get(&host).is_some_and(|&until| until > now);
                match step {
                    0 => assert_ne!(bits.set(key, at, Duration::from_secs(seconds)), Displaced::Evicted),
                    1 => bits.unset(key),
                    2 => assert_ne!(bits.toggle(key, at, Duration::from_secs(seconds)), Displaced::Evicted),
                    _ => now += seconds,
                }
                match step {
                    0 => drop(map.insert(host, now + seconds)),
                    1 => drop(map.remove(&host)),
                    2 if is_set => drop(map.remove(&host)),
                    2 => drop(map.insert(host, now + seconds)),
                    _ => {}
                }
                for host in 0..12 {
                    let key = bits.key(Owner::Source, BIT, &ends(host, 0));
                    let expected = map.get(&host).is_some_and(|&until| until > now);
                    prop_assert_eq!(bits.has(key, Nanos(now * 1_000_000_000)), expected);
                }
            }
        }
    }
}
