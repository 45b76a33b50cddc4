//! The names of what signatures remember, as numbers.
//!
//! A name keeps its number from one rule set to the next, so that what was remembered before a reload is found after it.

use std::collections::HashMap;

/// Names of one kind that there can be.
pub const MAX_NAMES: usize = 32_768;

/// Gives numbers to names.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<Box<str>, u16>);

impl Names {
    /// The number of a name; `None` where there are too many.
    pub fn of(&mut self, name: &str) -> Option<u16> {
        if let Some(&number) = self.0.get(name) {
            return Some(number);
        }
        let number = u16::try_from(self.0.len()).ok().filter(|_| self.0.len() < MAX_NAMES)?;
        self.0.insert(name.into(), number);
        Some(number)
    }

    /// Names that have a number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// All names of what signatures remember.
#[derive(Clone, Debug, Default)]
pub struct StateNames {
    /// Bits of flows and transactions.
    pub flow_bits: Names,
    /// Bits of hosts and pairs of hosts.
    pub shared_bits: Names,
    /// Counters of flows.
    pub counters: Names,
}

impl StateNames {
    /// What a next rule set begins with: these names, or none where many of them may be of rules that are long gone.
    #[must_use]
    pub fn inherited(&self) -> StateNames {
        let kept = |names: &Names| if names.len() < MAX_NAMES / 2 { names.clone() } else { Names::default() };
        StateNames {
            flow_bits: kept(&self.flow_bits),
            shared_bits: kept(&self.shared_bits),
            counters: kept(&self.counters),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_and_are_bounded() {
        let mut names = Names::default();
        let (a, b) = (names.of("a"), names.of("b"));
        assert_eq!((names.of("a"), a.is_some(), a == b), (a, true, false));
        for number in 0..MAX_NAMES {
            names.of(&number.to_string());
        }
        assert_eq!((names.len(), names.of("another")), (MAX_NAMES, None));
    }

    #[test]
    fn the_next_rule_set_knows_the_names_unless_they_were_many() {
        let mut names = StateNames::default();
        let number = names.counters.of("count");
        assert_eq!(names.inherited().counters.of("count"), number);
        for number in 0..MAX_NAMES {
            names.counters.of(&number.to_string());
        }
        assert!(names.inherited().counters.is_empty());
    }
}
