//! The engine's configuration, parsed and checked elsewhere and fixed while it runs.

use std::time::Duration;

use crate::detect::ScoreLimits;
use crate::packet::ParserConfig;
use crate::stream::Retain;

/// What a wire does with verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They are carried out.
    #[default]
    Enforce,
    /// They are written down, and everything is forwarded.
    Observe,
}

/// What happens to a packet that can't be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailSafe {
    /// It passes.
    #[default]
    Open,
    /// It is dropped.
    Closed,
}

/// What happens to connections whose start was not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Midstream {
    /// Inspected from where they are.
    #[default]
    Inspect,
    /// Forwarded without inspection, once policy allows them.
    Pass,
    /// Dropped.
    Drop,
}

/// What happens to an acknowledgment of bytes that never came by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnseenAcks {
    /// The segment is dropped: inline, no honest receiver can have sent it.
    #[default]
    Drop,
    /// The missing bytes are skipped: a capture may lack packets that were on the wire.
    Skip,
}

/// Whether the end of a flow is an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowEvents {
    /// It is.
    #[default]
    On,
    /// It is only counted.
    Off,
}

/// Whether fragments can be told apart from the flow they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// One worker, or flows spread by address pair: fragments come to the worker of their flow.
    #[default]
    Together,
    /// Flows spread by ports too: fragments, which carry none, may come to another worker than their flow's.
    Apart,
}

/// One wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSettings {
    /// Enforce or observe.
    pub mode: Mode,
    /// For packets that are malformed or that the engine fails on.
    pub on_fault: FailSafe,
    /// For packets there is no room to judge.
    pub on_overload: FailSafe,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct EngineSettings {
    /// How deep to look.
    pub parser: ParserConfig,
    /// By wire id; frames of a wire that is not listed are treated by the default.
    pub wires: Vec<WireSettings>,
    /// Connections whose start was not seen.
    pub midstream: Midstream,
    /// Acknowledgments of bytes that never came by.
    pub unseen_acks: UnseenAcks,
    /// How far ahead of the next byte a reset may lie to be believed, in bytes; as `tcp.window`.
    pub window: u32,
    /// What is kept of inspected bytes, to compare repetitions with.
    pub retain: Retain,
    /// Whether the end of a flow is an event.
    pub flow_events: FlowEvents,
    /// How flows are spread over workers.
    pub spread: Spread,
    /// How long flows may keep the rule set they began with after a reload.
    pub drain: Duration,
    /// Totals of scores from which something is done.
    pub scores: ScoreLimits,
}
