//! Longest-prefix match by flattened ranges.
//!
//! Prefixes nest or are apart, so they cut the number line into ranges with one answer each: at most two for each
//! prefix, one more for the rest. A lookup finds the range: an index over the part of the line where ranges start
//! narrows it to a few neighbours, a binary search does the rest. A bucket that is crowded has an index of its own, so
//! a hundred thousand hosts of one /15, or networks in two corners of IPv6, are as fast as networks all over; memory is
//! bounded by the number of prefixes alone, which a DIR-24-8 table's is not.

use super::decision::IdentityId;

/// A number line that addresses are on.
pub(super) trait Line: Copy + Ord {
    const ZERO: Self;
    fn successor(self) -> Option<Self>;
    /// `(self - base) >> shift`, as far as an index needs it.
    fn bucket(self, base: Self, shift: u32) -> usize;
    /// `base + (bucket << shift)`; `None` beyond the end of the line.
    fn start_of(base: Self, bucket: usize, shift: u32) -> Option<Self>;
    /// How many low bits to drop for the distance to `base` to be below `buckets`.
    fn shift_for(self, base: Self, buckets: usize) -> u32;
}

macro_rules! line {
    ($($number:ty),*) => {$(
        impl Line for $number {
            const ZERO: Self = 0;
            fn successor(self) -> Option<Self> {
                self.checked_add(1)
            }
            #[inline]
            fn bucket(self, base: Self, shift: u32) -> usize {
                usize::try_from(self.wrapping_sub(base) >> shift).unwrap_or(usize::MAX)
            }
            fn start_of(base: Self, bucket: usize, shift: u32) -> Option<Self> {
                let distance = <$number>::try_from(bucket).ok()?;
                if distance != 0 && distance.leading_zeros() < shift {
                    return None;
                }
                base.checked_add(distance << shift)
            }
            fn shift_for(self, base: Self, buckets: usize) -> u32 {
                let wanted = <$number>::BITS - (self - base).leading_zeros();
                wanted.saturating_sub(buckets.ilog2())
            }
        }
    )*};
}
line!(u32, u128);

/// Ranges that a binary search goes through as fast as an index would find them.
const SEARCHED: usize = 16;
/// The most buckets of one index.
const MAX_BUCKETS: usize = 1 << 18;
/// Indices within indices; what is crowded even then is left to the binary search.
const MAX_DEPTH: usize = 4;

/// Identities by prefix.
#[derive(Debug)]
pub(super) struct PrefixMap<K> {
    /// Where ranges start; the first is zero.
    starts: Box<[K]>,
    /// The answer of each range.
    values: Box<[IdentityId]>,
    /// The first is that of the whole line, the others are those of its crowded buckets.
    indices: Box<[Index<K>]>,
    buckets: Box<[Bucket]>,
}

/// A part of the line in equal pieces.
#[derive(Debug)]
struct Index<K> {
    base: K,
    shift: u32,
    /// The first of its buckets.
    first: u32,
    /// The last of its buckets, counted from the first; it also stands for what lies behind the index.
    last: u32,
}

/// The ranges that a piece of the line touches, in eight bytes: most of a lookup is waiting for memory.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// The first of the ranges; or the index of their own that too many of them have.
    at: u32,
    /// How many there are, or [`Bucket::CROWDED`].
    count: u32,
}

impl Bucket {
    const CROWDED: u32 = u32::MAX;

    fn ranges(from: usize, to: usize) -> Bucket {
        Bucket { at: from as u32, count: (to - from) as u32 }
    }
}

impl<K: Line> PrefixMap<K> {
    /// Builds a map of prefixes, given as first and last number; they nest or are apart. The last of equal ones counts.
    pub fn build(mut prefixes: Vec<(K, K, IdentityId)>) -> PrefixMap<K> {
        prefixes.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut ranges = Ranges { list: vec![(K::ZERO, IdentityId::UNKNOWN)] };
        let mut open: Vec<(K, IdentityId)> = Vec::new();
        for (first, last, identity) in prefixes {
            ranges.close(&mut open, Some(first));
            ranges.push(first, identity);
            open.push((last, identity));
        }
        ranges.close(&mut open, None);
        ranges.list.dedup_by_key(|&mut (_, identity)| identity);
        let starts: Box<[K]> = ranges.list.iter().map(|&(start, _)| start).collect();
        let mut builder = IndexBuilder { starts: &starts, indices: Vec::new(), buckets: Vec::new() };
        builder.index(0, starts.len(), MAX_DEPTH);
        let (indices, buckets) = (builder.indices.into(), builder.buckets.into());
        PrefixMap {
            values: ranges.list.iter().map(|&(_, identity)| identity).collect(),
            starts,
            indices,
            buckets,
        }
    }

    /// The identity of the longest prefix that covers `key`.
    #[inline]
    pub fn get(&self, key: K) -> IdentityId {
        let (from, to) = self.neighbourhood(key);
        let near = self.starts.get(from..to).unwrap_or_default();
        let after = from + near.partition_point(|&start| start <= key);
        self.values.get(after.wrapping_sub(1)).copied().unwrap_or(IdentityId::UNKNOWN)
    }

    /// The ranges among which that of `key` is.
    #[inline]
    fn neighbourhood(&self, key: K) -> (usize, usize) {
        let mut at = 0;
        for _ in 0..MAX_DEPTH {
            let Some(index) = self.indices.get(at) else { break };
            // The first index starts behind the first range, and an inner one within its bucket.
            let bucket = if key < index.base { 0 } else { 1 + key.bucket(index.base, index.shift) };
            let bucket = index.first as usize + bucket.min(index.last as usize);
            match self.buckets.get(bucket) {
                Some(&Bucket { at: inner, count: Bucket::CROWDED }) => at = inner as usize,
                Some(&Bucket { at, count }) => return (at as usize, at as usize + count as usize),
                None => break,
            }
        }
        (0, self.starts.len())
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.starts)
            + size_of_val(&*self.values)
            + size_of_val(&*self.indices)
            + size_of_val(&*self.buckets)
    }
}

struct IndexBuilder<'s, K> {
    starts: &'s [K],
    indices: Vec<Index<K>>,
    buckets: Vec<Bucket>,
}

impl<K: Line> IndexBuilder<'_, K> {
    /// What finds the right one of the ranges from `from` to `to`. The first of them reaches in from before, so it is
    /// the starts of the others that are indexed.
    fn index(&mut self, from: usize, to: usize, depth: usize) -> Bucket {
        let ranges = Bucket::ranges(from, to);
        let inner = self.starts.get(from + 1..to).unwrap_or_default();
        let (Some(&base), Some(&last)) = (inner.first(), inner.last()) else { return ranges };
        if inner.len() < SEARCHED || depth == 0 {
            return ranges;
        }
        let count = (inner.len() * 2).next_power_of_two().min(MAX_BUCKETS);
        let shift = last.shift_for(base, count);
        let (id, first) = (self.indices.len(), self.buckets.len());
        self.indices.push(Index { base, shift, first: first as u32, last: count as u32 });
        // The first bucket is what lies before the base.
        self.buckets.push(Bucket::ranges(from, from + 1));
        self.buckets.resize(first + 1 + count, ranges);
        let mut before = from + 1;
        for bucket in 0..count {
            // The range that reaches into the bucket, and those that start in it.
            let reaching = before - 1;
            let end = K::start_of(base, bucket + 1, shift);
            while before < to && self.starts.get(before).is_some_and(|&s| end.is_none_or(|end| s < end)) {
                before += 1;
            }
            let content = self.index(reaching, before, depth - 1);
            if let Some(slot) = self.buckets.get_mut(first + 1 + bucket) {
                *slot = content;
            }
        }
        Bucket { at: id as u32, count: Bucket::CROWDED }
    }
}

struct Ranges<K> {
    list: Vec<(K, IdentityId)>,
}

impl<K: Line> Ranges<K> {
    /// Ends the open prefixes that do not reach `until`, the innermost first; all of them where there is no such bound.
    fn close(&mut self, open: &mut Vec<(K, IdentityId)>, until: Option<K>) {
        while let Some(&(last, _)) = open.last()
            && until.is_none_or(|until| last < until)
        {
            open.pop();
            let around = open.last().map_or(IdentityId::UNKNOWN, |&(_, identity)| identity);
            if let Some(next) = last.successor() {
                self.push(next, around);
            }
        }
    }

    fn push(&mut self, start: K, identity: IdentityId) {
        match self.list.last_mut() {
            Some(last) if last.0 == start => last.1 = identity,
            _ => self.list.push((start, identity)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix(bits: u32, length: u32) -> (u32, u32) {
        let host = u32::MAX.checked_shr(length).unwrap_or(0);
        (bits & !host, bits | host)
    }

    fn naive(prefixes: &[(u32, u32, IdentityId)], key: u32) -> IdentityId {
        let covering = prefixes.iter().filter(|(first, last, _)| (*first..=*last).contains(&key));
        // Of equal prefixes the last one counts, and `min_by_key` returns the first of equals.
        covering.rev().min_by_key(|(first, last, _)| last - first).map_or(IdentityId::UNKNOWN, |p| p.2)
    }

    #[test]
    fn the_ends_of_the_line_are_covered() {
        let all = (0, u32::MAX, IdentityId(1));
        let top = (u32::MAX, u32::MAX, IdentityId(2));
        let map = PrefixMap::build(vec![top, all]);
        assert_eq!([0, 77, u32::MAX].map(|key| map.get(key)), [IdentityId(1), IdentityId(1), IdentityId(2)]);
        assert_eq!(PrefixMap::<u128>::build(Vec::new()).get(5), IdentityId::UNKNOWN);
    }

    proptest! {
        #[test]
        fn agrees_with_a_scan_of_all_prefixes(
            seeds in prop::collection::vec((any::<u32>(), 0..=32u32, 1..9u32), 0..200),
            clustered in 0..3u32,
            keys in prop::collection::vec(any::<u32>(), 1..40),
        ) {
            let squeeze = |bits: u32| match clustered {
                // All over, in one corner, and most of them in a corner.
                0 => bits,
                2 if bits.is_multiple_of(16) => bits,
                _ => 0x0a01_0000 | (bits >> 22),
            };
            let prefixes: Vec<_> = seeds.iter().map(|&(bits, length, id)| {
                let (first, last) = prefix(squeeze(bits), length);
                (first, last, IdentityId(id))
            }).collect();
            let map = PrefixMap::build(prefixes.clone());
            let wide = PrefixMap::build(
                prefixes.iter().map(|&(f, l, id)| (u128::from(f) << 90, (u128::from(l) << 90) | ((1 << 90) - 1), id)).collect(),
            );
            let edges = prefixes.iter().flat_map(|&(f, l, _)| [f, l, f.wrapping_sub(1), l.wrapping_add(1)]);
            for key in keys.into_iter().map(squeeze).chain(edges) {
                let expected = naive(&prefixes, key);
                prop_assert_eq!(map.get(key), expected);
                prop_assert_eq!(wide.get((u128::from(key) << 90) | 12345), expected);
            }
        }
    }
}
