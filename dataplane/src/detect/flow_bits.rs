//! Flow bits: what signatures remember of a flow (`flowbits`).
//!
//! Names are numbers, given when a rule set is compiled; a flow has a set of them.

use std::collections::HashMap;

/// The number of a flow bit in its rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowBit(pub u16);

/// Bits that a rule set can name.
pub const MAX_NAMES: usize = 8192;

/// Bits that one flow can have set at once; more are not set, and counted.
pub const MAX_SET: usize = 64;

/// Gives numbers to names.
#[derive(Debug, Default)]
pub struct FlowBitNames(HashMap<Box<str>, u16>);

impl FlowBitNames {
    /// The number of a name; `None` where there are too many.
    pub fn of(&mut self, name: &str) -> Option<FlowBit> {
        if let Some(&number) = self.0.get(name) {
            return Some(FlowBit(number));
        }
        let number = u16::try_from(self.0.len()).ok().filter(|_| self.0.len() < MAX_NAMES)?;
        self.0.insert(name.into(), number);
        Some(FlowBit(number))
    }

    /// The number that a name has.
    pub fn find(&self, name: &str) -> Option<FlowBit> {
        self.0.get(name).copied().map(FlowBit)
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

/// The bits that are set in one flow, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowBits(Vec<FlowBit>);

impl FlowBits {
    /// Whether a bit is set.
    pub fn has(&self, bit: FlowBit) -> bool {
        self.0.binary_search(&bit).is_ok()
    }

    /// Sets a bit; returns whether there was room.
    pub fn set(&mut self, bit: FlowBit) -> bool {
        match self.0.binary_search(&bit) {
            Ok(_) => true,
            Err(_) if self.0.len() >= MAX_SET => false,
            Err(place) => {
                self.0.insert(place, bit);
                true
            }
        }
    }

    /// Takes a bit back.
    pub fn unset(&mut self, bit: FlowBit) {
        if let Ok(place) = self.0.binary_search(&bit) {
            self.0.remove(place);
        }
    }

    /// Makes a bit what it is not; returns whether there was room.
    pub fn toggle(&mut self, bit: FlowBit) -> bool {
        if self.has(bit) {
            self.unset(bit);
            true
        } else {
            self.set(bit)
        }
    }

    /// Takes all back.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_and_bits_their_state() {
        let mut names = FlowBitNames::default();
        let (a, b) = (names.of("a").unwrap(), names.of("b").unwrap());
        assert_eq!(names.of("a"), Some(a));
        let mut bits = FlowBits::default();
        assert!(bits.set(b) && bits.set(a) && bits.set(a));
        assert!(bits.has(a) && bits.has(b));
        bits.unset(a);
        assert!(!bits.has(a));
        assert!(bits.toggle(a) && bits.has(a));
        assert!(bits.toggle(a) && !bits.has(a));
    }

    #[test]
    fn a_flow_has_a_bounded_number_of_bits() {
        let mut bits = FlowBits::default();
        for number in 0..MAX_SET as u16 {
            assert!(bits.set(FlowBit(number)));
        }
        assert!(!bits.set(FlowBit(u16::MAX)));
    }
}
