//! Conditions on numbers: which values are meant.

use super::condition::Presence;
use crate::number::NumberId;
use crate::ranges::RangeSet;

/// A condition on a number of a packet, a flow or a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberCondition {
    /// The number.
    pub number: NumberId,
    /// Its values.
    pub test: NumberTest,
    /// Which of several values it is about.
    pub which: Which,
}

/// Which of several values a condition is about: of a packet's VLAN tags, of an answer's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Which {
    /// It is enough that one of them is right.
    #[default]
    Any,
    /// All of them must be; none at all will do too.
    All,
    /// All of them must be, and there must be one (`all1`).
    AllOfSome,
    /// The one at this position; negative ones count from the last.
    At(i16),
}

/// Which values are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberTest {
    /// Those in a set: what `=`, `<`, `>`, ranges, lists and their negations come to.
    Within(RangeSet<u64>),
    /// Those with certain bits: `number & mask == value`.
    Mask {
        /// The bits that are looked at.
        mask: u64,
        /// What they are.
        value: u64,
        /// Whether they must be that, or must not.
        presence: Presence,
    },
}

impl NumberTest {
    /// Whether every number from `least` to `most` is meant: what a number that still grows will be.
    pub fn matches_from(&self, least: u64, most: u64) -> bool {
        match self {
            NumberTest::Within(set) => {
                set.ranges().iter().any(|&(first, last)| first <= least && most <= last)
            }
            NumberTest::Mask { .. } => false,
        }
    }

    /// Whether `number` is meant.
    #[inline]
    pub fn matches(&self, number: u64) -> bool {
        match self {
            NumberTest::Within(set) => set.contains(number),
            NumberTest::Mask { mask, value, presence } => {
                (number & mask == *value) == (*presence == Presence::Required)
            }
        }
    }
}
