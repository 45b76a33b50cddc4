//! Counters of a flow (`flowint`).
//!
//! As in Suricata they have 32 bits and wrap; one that was never set has no value, and adding to it sets it.

use weir_rules::signature::CounterOperation;

/// The number of a counter's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId(pub u16);

/// Counters that one flow can have; more are not set.
pub const MAX_COUNTERS: usize = 32;

/// The counters of one flow, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowCounters(Vec<(CounterId, u32)>);

/// What a counter is changed by or compared to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A number.
    Number(u32),
    /// Another counter; 0 where it has no value.
    Counter(CounterId),
}

impl FlowCounters {
    /// A counter's value, where it has one.
    pub fn get(&self, counter: CounterId) -> Option<u32> {
        let place = self.0.binary_search_by_key(&counter, |&(id, _)| id).ok()?;
        self.0.get(place).map(|&(_, value)| value)
    }

    fn value(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Number(number) => number,
            Operand::Counter(counter) => self.get(counter).unwrap_or(0),
        }
    }

    /// Returns whether there was room.
    fn set(&mut self, counter: CounterId, value: u32) -> bool {
        match self.0.binary_search_by_key(&counter, |&(id, _)| id) {
            Ok(place) => {
                if let Some(slot) = self.0.get_mut(place) {
                    slot.1 = value;
                }
                true
            }
            Err(_) if self.0.len() >= MAX_COUNTERS => false,
            Err(place) => {
                self.0.insert(place, (counter, value));
                true
            }
        }
    }

    /// Whether a condition holds; changes always do. A counter without a value can't be compared.
    pub fn holds(&self, counter: CounterId, operation: CounterOperation, operand: Operand) -> bool {
        let value = self.get(counter);
        match operation {
            CounterOperation::IsSet => value.is_some(),
            CounterOperation::IsNotSet => value.is_none(),
            CounterOperation::Compare(relation) => {
                value.is_some_and(|value| relation.holds(value, self.value(operand)))
            }
            CounterOperation::Add | CounterOperation::Subtract | CounterOperation::Set => true,
        }
    }

    /// Carries a change out; conditions change nothing. Returns whether there was room.
    pub fn change(&mut self, counter: CounterId, operation: CounterOperation, operand: Operand) -> bool {
        let (value, by) = (self.get(counter), self.value(operand));
        match (operation, value) {
            (CounterOperation::Set, _) => self.set(counter, by),
            (CounterOperation::Add, value) => self.set(counter, value.unwrap_or(0).wrapping_add(by)),
            (CounterOperation::Subtract, Some(value)) => self.set(counter, value.wrapping_sub(by)),
            _ => true,
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use weir_rules::signature::Relation;

    use super::*;

    const COUNT: CounterId = CounterId(3);
    const OTHER: CounterId = CounterId(1);

    fn after(changes: &[(CounterOperation, Operand)]) -> Option<u32> {
        let mut counters = FlowCounters::default();
        counters.change(OTHER, CounterOperation::Set, Operand::Number(40));
        for &(operation, operand) in changes {
            assert!(counters.change(COUNT, operation, operand));
        }
        counters.get(COUNT)
    }

    #[test]
    fn changes_are_those_of_suricata() {
        use CounterOperation::{Add, Set, Subtract};
        let number = Operand::Number;
        for (changes, value) in [
            (&[][..], None),
            (&[(Add, number(2))], Some(2)),
            (&[(Subtract, number(2))], None),
            (&[(Set, number(5)), (Subtract, number(2))], Some(3)),
            (&[(Set, number(5)), (Add, Operand::Counter(OTHER))], Some(45)),
            (&[(Set, Operand::Counter(CounterId(9)))], Some(0)),
            (&[(Set, number(u32::MAX)), (Add, number(3))], Some(2)),
        ] {
            assert_eq!(after(changes), value, "{changes:?}");
        }
    }

    #[test]
    fn only_what_has_a_value_can_be_compared() {
        let mut counters = FlowCounters::default();
        let less = CounterOperation::Compare(Relation::Less);
        assert!(!counters.holds(COUNT, less, Operand::Number(9)));
        assert!(counters.holds(COUNT, CounterOperation::IsNotSet, Operand::Number(0)));
        counters.change(COUNT, CounterOperation::Add, Operand::Number(8));
        assert!(counters.holds(COUNT, less, Operand::Number(9)));
        assert!(!counters.holds(COUNT, less, Operand::Counter(OTHER)));
        assert!(counters.holds(COUNT, CounterOperation::IsSet, Operand::Number(0)));
    }

    #[test]
    fn a_flow_has_a_bounded_number_of_them() {
        let mut counters = FlowCounters::default();
        let mut add = |id| counters.change(CounterId(id), CounterOperation::Add, Operand::Number(1));
        assert_eq!((0..MAX_COUNTERS as u16 + 5).filter(|&id| !add(id)).count(), 5);
        assert_eq!(counters.0.len(), MAX_COUNTERS);
    }
}
