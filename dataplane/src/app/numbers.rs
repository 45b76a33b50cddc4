//! The numbers of one transaction, as far as signatures want them: bounded, in the order in which they were told.

use weir_rules::number::NumberId;
use weir_rules::signature::{NumberCondition, Validity, Which};

use crate::confirm::Extent;
use crate::flow::Direction;

/// Numbers of a transaction that are kept; a DNS message can have hundreds of records.
pub const MAX_NUMBERS: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    id: NumberId,
    direction: Direction,
    value: u64,
    /// Whether it still grows.
    extent: Extent,
}

impl Number {
    fn meets(&self, condition: &NumberCondition) -> bool {
        match self.extent {
            Extent::Open => condition.test.matches_from(self.value, self.id.max()),
            Extent::Whole | Extent::Cut => condition.test.matches(self.value),
        }
    }
}

/// The numbers of one transaction.
#[derive(Clone, Debug, Default)]
pub struct TransactionNumbers(Vec<Number>);

impl TransactionNumbers {
    /// Forgets all, and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a value of a number; returns whether there was room.
    pub fn add(&mut self, id: NumberId, direction: Direction, value: u64) -> bool {
        self.push(Number { id, direction, value, extent: Extent::Whole })
    }

    /// Adds to the value of a number that grows, or begins one.
    pub fn grow(&mut self, id: NumberId, direction: Direction, by: u64, extent: Extent) -> bool {
        let is_open = |number: &&mut Number| {
            number.id == id && number.direction == direction && number.extent == Extent::Open
        };
        match self.0.iter_mut().rev().find(is_open) {
            Some(number) => {
                number.value = number.value.saturating_add(by);
                number.extent = extent;
                true
            }
            None => self.push(Number { id, direction, value: by, extent }),
        }
    }

    /// Where there is no room, the first of the same number gives way: what came last is what is to be decided about.
    fn push(&mut self, number: Number) -> bool {
        if self.0.len() >= MAX_NUMBERS {
            let is_same = |kept: &Number| kept.id == number.id && kept.direction == number.direction;
            let Some(first) = self.0.iter().position(is_same) else { return false };
            self.0.remove(first);
        }
        self.0.push(number);
        true
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (NumberId, Direction, u64)> {
        self.0.iter().map(|number| (number.id, number.direction, number.value))
    }

    fn of(&self, id: NumberId, direction: Direction) -> impl DoubleEndedIterator<Item = &Number> {
        self.0.iter().filter(move |number| number.id == id && number.direction == direction)
    }

    /// Whether the condition holds for what was told of one direction.
    pub fn matches(&self, condition: &NumberCondition, direction: Direction) -> bool {
        let mut values = self.of(condition.number, direction);
        let meets = |number: &Number| number.meets(condition);
        match condition.which {
            Which::Any => values.any(meets),
            Which::All => values.all(meets),
            Which::AllOfSome => {
                let mut values = values.peekable();
                values.peek().is_some() && values.all(meets)
            }
            Which::At(position @ 0..) => values.nth(usize::from(position.unsigned_abs())).is_some_and(meets),
            Which::At(position) => {
                values.nth_back(usize::from(position.unsigned_abs()) - 1).is_some_and(meets)
            }
        }
    }

    /// Whether the certificate that was sent in a direction is in its time; none where there is none, or its time is
    /// yet to come.
    pub fn validity(&self, direction: Direction, seconds: u64) -> Option<Validity> {
        let one = |id| self.of(id, direction).next_back().map(|number| number.value);
        let (from, until) = (one(NumberId::TlsNotBefore)?, one(NumberId::TlsNotAfter)?);
        match seconds {
            _ if seconds > until => Some(Validity::Expired),
            _ if seconds >= from => Some(Validity::Valid),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_rules::ranges::RangeSet;
    use weir_rules::signature::NumberTest;

    use super::*;

    const BACK: Direction = Direction::ToClient;

    fn condition(number: NumberId, first: u64, last: u64, which: Which) -> NumberCondition {
        NumberCondition { number, test: NumberTest::Within(RangeSet::of([(first, last)])), which }
    }

    #[test]
    fn each_direction_has_its_own_and_positions_count_from_both_ends() {
        let mut numbers = TransactionNumbers::default();
        for value in [1, 5, 28] {
            assert!(numbers.add(NumberId::DnsRrType, BACK, value));
        }
        for (value, which, holds) in [
            (5, Which::Any, true),
            (6, Which::Any, false),
            (1, Which::All, false),
            (1, Which::At(0), true),
            (28, Which::At(-1), true),
            (1, Which::At(-3), true),
            (1, Which::At(-4), false),
            (1, Which::At(3), false),
        ] {
            let asked = condition(NumberId::DnsRrType, value, value, which);
            assert_eq!(numbers.matches(&asked, BACK), holds, "{value} {which:?}");
            let other = numbers.matches(&asked, Direction::ToServer);
            assert_eq!(other, which == Which::All, "{value} {which:?}");
        }
        assert!(numbers.matches(&condition(NumberId::DnsRrType, 1, 28, Which::AllOfSome), BACK));
        assert!(!numbers.matches(&condition(NumberId::DnsRcode, 1, 28, Which::AllOfSome), BACK));
    }

    #[test]
    fn a_number_that_grows_meets_only_what_it_can_not_outgrow() {
        let mut numbers = TransactionNumbers::default();
        let most = NumberId::FileSize.max();
        let above = condition(NumberId::FileSize, 11, most, Which::Any);
        let below = condition(NumberId::FileSize, 0, 19, Which::Any);
        numbers.grow(NumberId::FileSize, BACK, 10, Extent::Open);
        assert!(!numbers.matches(&above, BACK) && !numbers.matches(&below, BACK));
        numbers.grow(NumberId::FileSize, BACK, 5, Extent::Open);
        assert!(numbers.matches(&above, BACK) && !numbers.matches(&below, BACK));
        numbers.grow(NumberId::FileSize, BACK, 0, Extent::Whole);
        assert!(numbers.matches(&above, BACK) && numbers.matches(&below, BACK));
        numbers.grow(NumberId::FileSize, BACK, 30, Extent::Whole);
        assert!(numbers.matches(&condition(NumberId::FileSize, 30, 30, Which::Any), BACK));
    }

    #[test]
    fn certificates_run_out() {
        let mut numbers = TransactionNumbers::default();
        assert_eq!(numbers.validity(BACK, 5), None);
        numbers.add(NumberId::TlsNotBefore, BACK, 10);
        numbers.add(NumberId::TlsNotAfter, BACK, 20);
        let found = [9, 10, 20, 21].map(|now| numbers.validity(BACK, now));
        assert_eq!(found, [None, Some(Validity::Valid), Some(Validity::Valid), Some(Validity::Expired)]);
    }

    #[test]
    fn of_more_than_fit_the_last_are_kept() {
        let mut numbers = TransactionNumbers::default();
        for value in 0..MAX_NUMBERS as u64 {
            assert!(numbers.add(NumberId::DnsRrType, BACK, value));
        }
        assert!(!numbers.add(NumberId::DnsRcode, BACK, 1));
        assert!(numbers.add(NumberId::DnsRrType, BACK, 999));
        let is = |value| numbers.matches(&condition(NumberId::DnsRrType, value, value, Which::Any), BACK);
        assert!(!is(0) && is(1) && is(999));
    }
}
