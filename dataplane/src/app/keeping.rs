//! What is kept of transactions, and how much: for signatures, and for events.

use super::log::TransactionLog;
use super::values::ValueLimits;
use crate::time::Nanos;

/// What is kept, and the time it is.
#[derive(Debug)]
pub struct Keeping {
    /// How much of a transaction is kept.
    pub limits: ValueLimits,
    /// What is written down.
    pub log: TransactionLog,
    /// The time of the packet at hand.
    pub now: Nanos,
}
