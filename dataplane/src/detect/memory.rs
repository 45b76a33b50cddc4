//! What signatures ask of, and do to, what is remembered: prepared once, with numbers in place of names.
//!
//! Conditions are asked before a signature counts as matched, changes are carried out after that. Signatures that only
//! change come first, then those that do both, in the order of the rules, and then all others, so that what one sets in a
//! packet another finds in it.

use std::time::Duration;

use weir_rules::signature::{
    BitOperation, BitScope, BitsCondition, CounterOperation, CounterValue, Signature, StateCondition,
};

use super::flow_bits::{FlowBit, FlowBits};
use super::flow_counters::{CounterId, FlowCounters, Operand};
use super::names::StateNames;
use super::shared_bits::{Displaced, Ends, Owner, SharedBit, SharedBits};
use crate::time::Nanos;

/// One condition or change.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// `flowbits`
    Flow(BitOperation, Box<[FlowBit]>),
    /// `xbits … track tx`
    Transaction(BitOperation, Box<[FlowBit]>),
    /// `hostbits` and other `xbits`
    Shared(Owner, BitOperation, Box<[SharedBit]>, Duration),
    /// `flowint`
    Counter(CounterId, CounterOperation, Operand),
}

/// All of one signature.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    steps: Box<[Prepared]>,
    order: Order,
    uses_flow: bool,
    uses_transaction: bool,
}

/// When a signature is asked, among those that a packet may match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// It changes what is remembered, and asks nothing of it.
    Changes,
    /// It does both.
    AsksAndChanges,
    /// It asks, or does neither.
    #[default]
    Asks,
}

/// What is remembered of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowMemory {
    /// `flowbits`
    pub bits: FlowBits,
    /// `flowint`
    pub counters: FlowCounters,
}

impl FlowMemory {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.bits.clear();
        self.counters.clear();
    }
}

/// What is remembered of hosts, and who and when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'s> {
    /// Bits of hosts.
    pub shared: &'s SharedBits,
    /// Between whom the match was found.
    pub ends: Ends,
    /// The time of the packet.
    pub now: Nanos,
}

/// What remembering cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryCounters {
    /// Bits of hosts whose time was over, and whose room was taken.
    pub expired: u64,
    /// Bits of hosts that were still set, and had to make room.
    pub evicted: u64,
    /// Bits and counters that a flow or transaction had no room for.
    pub full: u64,
}

impl MemoryCounters {
    fn count(&mut self, displaced: Displaced) {
        match displaced {
            Displaced::Nothing => {}
            Displaced::Expired => self.expired += 1,
            Displaced::Evicted => self.evicted += 1,
        }
    }
}

impl Memory {
    /// Prepares what a signature says; none where there are too many names.
    pub fn new(signature: &Signature, names: &mut StateNames) -> Option<Memory> {
        let steps: Box<[Prepared]> =
            signature.state.iter().map(|state| prepare(state, names)).collect::<Option<_>>()?;
        let changes = signature.state.iter().any(is_change);
        let asks = signature.state.iter().any(|state| !is_change(state));
        let order = match (asks, changes) {
            (false, true) => Order::Changes,
            (true, true) => Order::AsksAndChanges,
            (_, false) => Order::Asks,
        };
        let of_flow = |step: &Prepared| matches!(step, Prepared::Flow(..) | Prepared::Counter(..));
        Some(Memory {
            uses_flow: steps.iter().any(of_flow),
            uses_transaction: steps.iter().any(|step| matches!(step, Prepared::Transaction(..))),
            order,
            steps,
        })
    }

    /// When it is asked.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether it needs what is remembered of the flow.
    pub fn uses_flow(&self) -> bool {
        self.uses_flow
    }

    /// Whether it needs what is remembered of a transaction.
    pub fn uses_transaction(&self) -> bool {
        self.uses_transaction
    }

    /// Whether bits of hosts are meant.
    pub fn uses_shared(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Prepared::Shared(..)))
    }

    /// Whether all conditions on flow and hosts hold. Without memory of the flow those on it do not.
    pub fn holds(&self, flow: Option<&FlowMemory>, around: Surroundings<'_>) -> bool {
        self.steps.iter().all(|step| match step {
            Prepared::Flow(operation, bits) => {
                flow.is_some_and(|flow| flow_bits(*operation, bits, &flow.bits))
            }
            Prepared::Counter(counter, operation, operand) => {
                flow.is_some_and(|flow| flow.counters.holds(*counter, *operation, *operand))
            }
            Prepared::Shared(owner, operation, bits, _) => {
                let set = |bit: &SharedBit| {
                    around.shared.has(around.shared.key(*owner, *bit, &around.ends), around.now)
                };
                match operation {
                    BitOperation::IsSet => bits.iter().any(set),
                    BitOperation::IsNotSet => !bits.iter().any(set),
                    BitOperation::Set | BitOperation::Unset | BitOperation::Toggle => true,
                }
            }
            Prepared::Transaction(..) => true,
        })
    }

    /// Carries out all changes of flow and hosts.
    pub fn change(&self, mut flow: Option<&mut FlowMemory>, around: Surroundings<'_>) -> MemoryCounters {
        let mut cost = MemoryCounters::default();
        for step in &self.steps {
            match (step, &mut flow) {
                (Prepared::Flow(operation, bits), Some(flow)) => {
                    cost.full += change_bits(*operation, bits, &mut flow.bits);
                }
                (Prepared::Counter(counter, operation, operand), Some(flow)) => {
                    cost.full += u64::from(!flow.counters.change(*counter, *operation, *operand));
                }
                (Prepared::Shared(owner, operation, bits, lasts), _) => {
                    for &bit in bits {
                        let key = around.shared.key(*owner, bit, &around.ends);
                        match operation {
                            BitOperation::Set => cost.count(around.shared.set(key, around.now, *lasts)),
                            BitOperation::Unset => around.shared.unset(key),
                            BitOperation::Toggle => cost.count(around.shared.toggle(key, around.now, *lasts)),
                            BitOperation::IsSet | BitOperation::IsNotSet => {}
                        }
                    }
                }
                _ => {}
            }
        }
        cost
    }

    /// Whether all conditions on the transaction hold.
    pub fn holds_in_transaction(&self, set: &FlowBits) -> bool {
        self.steps.iter().all(|step| match step {
            Prepared::Transaction(operation, bits) => flow_bits(*operation, bits, set),
            _ => true,
        })
    }

    /// Carries out all changes of the transaction; returns the bits that there was no room for.
    pub fn change_transaction(&self, set: &mut FlowBits) -> u64 {
        let changed = self.steps.iter().map(|step| match step {
            Prepared::Transaction(operation, bits) => change_bits(*operation, bits, set),
            _ => 0,
        });
        changed.sum()
    }
}

fn prepare(state: &StateCondition, names: &mut StateNames) -> Option<Prepared> {
    match state {
        StateCondition::Bits(bits) => prepare_bits(bits, names),
        StateCondition::Counter { name, operation, value } => {
            let mut id = |name: &str| names.counters.of(name).map(CounterId);
            let operand = match value {
                CounterValue::Number(number) => Operand::Number(*number),
                CounterValue::Counter(other) => Operand::Counter(id(other)?),
            };
            Some(Prepared::Counter(id(name)?, *operation, operand))
        }
    }
}

fn prepare_bits(condition: &BitsCondition, names: &mut StateNames) -> Option<Prepared> {
    let (operation, list) = (condition.operation, &condition.names);
    let owner = match condition.scope {
        BitScope::Flow | BitScope::Transaction => {
            let bits: Option<_> = list.iter().map(|name| names.flow_bits.of(name).map(FlowBit)).collect();
            return match condition.scope {
                BitScope::Flow => bits.map(|bits| Prepared::Flow(operation, bits)),
                _ => bits.map(|bits| Prepared::Transaction(operation, bits)),
            };
        }
        BitScope::Source => Owner::Source,
        BitScope::Destination => Owner::Destination,
        BitScope::Pair => Owner::Pair,
    };
    let bits: Option<_> = list.iter().map(|name| names.shared_bits.of(name).map(SharedBit)).collect();
    bits.map(|bits| Prepared::Shared(owner, operation, bits, Duration::from_secs(condition.expire.into())))
}

fn is_change(state: &StateCondition) -> bool {
    match state {
        StateCondition::Bits(bits) => !bits.operation.is_condition(),
        StateCondition::Counter { operation, .. } => {
            matches!(operation, CounterOperation::Add | CounterOperation::Subtract | CounterOperation::Set)
        }
    }
}

fn flow_bits(operation: BitOperation, bits: &[FlowBit], set: &FlowBits) -> bool {
    match operation {
        BitOperation::IsSet => bits.iter().any(|&bit| set.has(bit)),
        BitOperation::IsNotSet => !bits.iter().any(|&bit| set.has(bit)),
        BitOperation::Set | BitOperation::Unset | BitOperation::Toggle => true,
    }
}

/// Returns the bits that there was no room for.
fn change_bits(operation: BitOperation, bits: &[FlowBit], set: &mut FlowBits) -> u64 {
    let mut full = 0;
    for &bit in bits {
        match operation {
            BitOperation::Set => full += u64::from(!set.set(bit)),
            BitOperation::Unset => set.unset(bit),
            BitOperation::Toggle => full += u64::from(!set.toggle(bit)),
            BitOperation::IsSet | BitOperation::IsNotSet => {}
        }
    }
    full
}
