//! The hash of a flow's key, keyed so that nobody outside can choose keys that collide.
//!
//! The 48 bytes are six words. Each pair is mixed with two secret words and multiplied to 128 bits, whose halves are
//! folded together (the construction of wyhash and of aHash's portable path); a last multiplication spreads what came
//! of the three pairs over the whole word. The three products do not wait for each other, which is what makes it fast.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use super::FlowKey;

/// The secret of a table's hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashSeed([u64; 8]);

/// The hash of a [`FlowKey`] under a [`HashSeed`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FlowHash(pub u64);

impl HashSeed {
    /// A seed that differs from process to process, from the operating system's randomness.
    pub fn random() -> HashSeed {
        let state = RandomState::new();
        HashSeed(std::array::from_fn(|index| state.hash_one(index)))
    }

    /// The same seed for the same `number`, for replays that have to repeat. Never for live traffic: whoever knows the
    /// number can choose keys that collide.
    pub fn fixed(number: u64) -> HashSeed {
        // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
        let mut state = number;
        HashSeed(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = state;
            word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^ word >> 31
        }))
    }

    /// The hash of `key`.
    pub fn hash(&self, key: &FlowKey) -> FlowHash {
        let [k0, k1, k2, k3, k4, k5, k6, k7] = self.0;
        let [a0, a1, b0, b1, tenant, last] = key.words();
        let low = fold(a0 ^ k0, a1 ^ k1);
        let high = fold(b0 ^ k2, b1 ^ k3);
        let tail = fold(tenant ^ k4, last ^ k5);
        FlowHash(fold(low ^ high.rotate_left(23) ^ k6, tail ^ low.rotate_left(41) ^ k7))
    }
}

/// The seed is a secret, so it is not printed.
impl fmt::Debug for HashSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashSeed(..)")
    }
}

/// Both halves of the 128-bit product, folded together.
pub(super) const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::WireId;
    use crate::packet::{Address, IpProtocol, IpVersion};

    fn key(number: u32) -> FlowKey {
        FlowKey {
            low: Address::v4([10, 0, 0, 1]),
            high: Address::v4((0x0a01_0000 | number >> 16).to_be_bytes()),
            high_port: number as u16,
            low_port: 443,
            protocol: IpProtocol::TCP,
            ..FlowKey::default()
        }
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let seed = HashSeed::fixed(1);
        let base = key(7);
        let changed = [
            FlowKey { low: Address::v4([10, 0, 0, 2]), ..base },
            FlowKey { high: Address::v4([10, 0, 0, 2]), ..base },
            FlowKey { low: base.high, high: base.low, ..base },
            FlowKey { tenant: 1, ..base },
            FlowKey { low_port: 444, ..base },
            FlowKey { high_port: 8, ..base },
            FlowKey { wire: WireId(1), ..base },
            FlowKey { protocol: IpProtocol::UDP, ..base },
            FlowKey { version: IpVersion::V6, ..base },
        ];
        for other in changed {
            assert_ne!(seed.hash(&base), seed.hash(&other), "{other:?}");
        }
    }

    #[test]
    fn seeds_give_different_hashes_and_stay_secret() {
        assert_eq!(HashSeed::fixed(1), HashSeed::fixed(1));
        assert_ne!(HashSeed::fixed(1).hash(&key(1)), HashSeed::fixed(2).hash(&key(1)));
        assert_ne!(HashSeed::random().hash(&key(1)), HashSeed::random().hash(&key(1)));
        assert_eq!(format!("{:?}", HashSeed::fixed(1)), "HashSeed(..)");
    }

    /// Consecutive ports and addresses, as a scan has them, fill buckets as evenly as chance would: with as many keys
    /// as buckets, 1/e of these stay empty.
    #[test]
    fn sequential_keys_spread_evenly() {
        const BUCKETS: usize = 1 << 16;
        for seed in 0..4 {
            let seed = HashSeed::fixed(seed);
            for shift in [0, 16, 32, 48] {
                let mut seen = vec![false; BUCKETS];
                for number in 0..BUCKETS as u32 {
                    let hash = seed.hash(&key(number)).0 >> shift;
                    seen[hash as usize % BUCKETS] = true;
                }
                let empty = seen.iter().filter(|seen| !**seen).count() as f64 / BUCKETS as f64;
                assert!((0.35..0.385).contains(&empty), "{empty} of the buckets are empty at shift {shift}");
            }
        }
    }

    /// One bit of the key changes half of the bits of the hash.
    #[test]
    fn single_bits_avalanche() {
        let seed = HashSeed::fixed(3);
        let base = key(0x1234_5678);
        let mut changed = 0;
        for bit in 0..128 {
            let low = Address((u128::from_le_bytes(base.low.0) ^ 1 << bit).to_le_bytes());
            changed += (seed.hash(&base).0 ^ seed.hash(&FlowKey { low, ..base }).0).count_ones();
        }
        for bit in 0..64 {
            let tenant = base.tenant ^ 1 << bit;
            changed += (seed.hash(&base).0 ^ seed.hash(&FlowKey { tenant, ..base }).0).count_ones();
        }
        let mean = f64::from(changed) / 192.0;
        assert!((30.0..34.0).contains(&mean), "{mean} bits change on average");
    }
}
