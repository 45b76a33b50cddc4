//! Sets of numbers as sorted, disjoint ranges: addresses and ports of signatures, ports of policies.
//!
//! A set is built once, with a sort, and then asked by binary search. Ranges that touch are joined, so equal sets have
//! equal ranges, however they were written.

use std::fmt;

/// A number that ranges can be made of.
pub trait Bound: Copy + Ord + fmt::Debug {
    /// The least.
    const MIN: Self;
    /// The greatest.
    const MAX: Self;
    /// The number after this one.
    fn next(self) -> Option<Self>;
    /// The number before this one.
    fn previous(self) -> Option<Self>;
}

macro_rules! bound {
    ($($number:ty),*) => {$(
        impl Bound for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Option<Self> { self.checked_add(1) }
            fn previous(self) -> Option<Self> { self.checked_sub(1) }
        }
    )*};
}
bound!(u16, u64, u128);

/// A set of numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RangeSet<T> {
    ranges: Box<[(T, T)]>,
}

impl<T: Bound> RangeSet<T> {
    /// The set of everything.
    pub fn full() -> RangeSet<T> {
        RangeSet { ranges: Box::new([(T::MIN, T::MAX)]) }
    }

    /// The set of nothing.
    pub fn empty() -> RangeSet<T> {
        RangeSet { ranges: Box::new([]) }
    }

    /// What any of `ranges` (first and last, both included) covers; a range whose last is before its first covers
    /// nothing.
    pub fn of(ranges: impl IntoIterator<Item = (T, T)>) -> RangeSet<T> {
        let mut ranges: Vec<(T, T)> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut joined: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(previous) if previous.1.next().is_none_or(|next| first <= next) => {
                    previous.1 = previous.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        RangeSet { ranges: joined.into_boxed_slice() }
    }

    /// What any of `sets` covers.
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a RangeSet<T>>) -> RangeSet<T>
    where
        T: 'a,
    {
        RangeSet::of(sets.into_iter().flat_map(|set| set.ranges.iter().copied()))
    }

    /// Everything that is not in the set.
    #[must_use]
    pub fn complement(&self) -> RangeSet<T> {
        let mut gaps = Vec::with_capacity(self.ranges.len() + 1);
        let mut from = Some(T::MIN);
        for &(first, last) in &self.ranges {
            if let (Some(from), Some(before)) = (from, first.previous())
                && from <= before
            {
                gaps.push((from, before));
            }
            from = last.next();
        }
        gaps.extend(from.map(|from| (from, T::MAX)));
        RangeSet { ranges: gaps.into_boxed_slice() }
    }

    /// What is in the set and not in `other`.
    #[must_use]
    pub fn minus(&self, other: &RangeSet<T>) -> RangeSet<T> {
        RangeSet::union([&self.complement(), other]).complement()
    }

    /// Whether `number` is in the set.
    #[inline]
    pub fn contains(&self, number: T) -> bool {
        let after = self.ranges.partition_point(|&(first, _)| first <= number);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|&(_, last)| number <= last)
    }

    /// Whether everything is in the set.
    #[inline]
    pub fn is_full(&self) -> bool {
        matches!(*self.ranges, [(first, last)] if first == T::MIN && last == T::MAX)
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges, sorted and apart; first and last are included.
    pub fn ranges(&self) -> &[(T, T)] {
        &self.ranges
    }
}

impl<T: fmt::Debug> fmt::Debug for RangeSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ranges.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_that_touch_are_one() {
        let set: RangeSet<u16> = RangeSet::of([(10, 12), (1, 3), (4, 5), (11, 20), (9, 8)]);
        assert_eq!(set.ranges(), [(1, 5), (10, 20)]);
        assert_eq!(set.complement().ranges(), [(0, 0), (6, 9), (21, u16::MAX)]);
    }

    #[test]
    fn the_ends_of_the_number_line_do_not_overflow() {
        let full: RangeSet<u16> = RangeSet::of([(0, 5), (6, u16::MAX), (7, 9)]);
        assert!(full.is_full() && full.complement().is_empty());
        assert!(RangeSet::<u128>::empty().complement().is_full());
    }

    fn any_ranges() -> impl Strategy<Value = Vec<(u16, u16)>> {
        prop::collection::vec((0..60u16, 0..60u16), 0..8)
    }

    proptest! {
        #[test]
        fn agrees_with_membership(left in any_ranges(), right in any_ranges(), number in 0..70u16) {
            let within = |ranges: &[(u16, u16)]| ranges.iter().any(|&(a, b)| a <= number && number <= b);
            let (a, b) = (RangeSet::of(left.clone()), RangeSet::of(right.clone()));
            prop_assert_eq!(a.contains(number), within(&left));
            prop_assert_eq!(a.complement().contains(number), !within(&left));
            prop_assert_eq!(RangeSet::union([&a, &b]).contains(number), within(&left) || within(&right));
            prop_assert_eq!(a.minus(&b).contains(number), within(&left) && !within(&right));
        }
    }
}
