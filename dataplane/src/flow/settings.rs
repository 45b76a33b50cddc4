//! The configuration of a flow table.

use std::time::Duration;

use super::timeouts::Timeouts;

/// How large a worker's flow table is, and how long flows stay in it.
///
/// A flow takes at most 230 bytes: its record of 192, 16 of links, and 11 to 21 of buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowConfig {
    /// Flows of one worker; at most [`FlowConfig::MAX_CAPACITY`]. All memory is taken at the start.
    pub capacity: usize,
    /// How long flows are remembered.
    pub timeouts: Timeouts,
    /// How exactly timeouts are kept: a flow ends at most this much late.
    pub granularity: Duration,
    /// How much of the capacity may be taken by flows that nobody has answered yet, in percent. A flood of SYNs takes
    /// no more than this; the oldest of them make room for the next.
    pub unanswered_percent: u8,
    /// From which share of the capacity, in percent, taken by established flows the emergency timeouts hold, until it
    /// is [`FlowConfig::RELIEF_PERCENT`] less. Flows that were not answered or are over do not count: they can be
    /// evicted at once, and a flood or a scan must not shorten the lives of the others.
    pub emergency_percent: u8,
    /// An established flow that was silent for less than this is never evicted.
    pub evict_idle: Duration,
}

impl FlowConfig {
    /// The most flows that a table can have.
    pub const MAX_CAPACITY: usize = 1 << 30;
    /// How far established flows have to become fewer for the emergency to be over, in percent of the capacity.
    pub const RELIEF_PERCENT: u8 = 10;
}

impl Default for FlowConfig {
    fn default() -> FlowConfig {
        FlowConfig {
            capacity: 1 << 20,
            timeouts: Timeouts::default(),
            granularity: Duration::from_millis(250),
            unanswered_percent: 50,
            emergency_percent: 90,
            evict_idle: Duration::from_secs(30),
        }
    }
}
