//! Bits of a flow (`flowbits`), or of a transaction (`xbits … track tx`).
//!
//! Names are numbers, given when a rule set is compiled; a flow has a set of them.

/// The number of a flow bit in its rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowBit(pub u16);

/// Bits that one flow can have set at once; more are not set, and counted.
pub const MAX_SET: usize = 64;

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
    fn bits_keep_their_state() {
        let (a, b) = (FlowBit(3), FlowBit(1));
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
