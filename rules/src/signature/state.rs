//! What signatures remember: of flows, hosts and pairs of hosts, and of how often they matched.

/// A condition on, or a change of, what is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateCondition {
    /// `flowbits`, `hostbits`, `xbits`
    Bits(BitsCondition),
    /// `flowint`
    Counter {
        /// Its name.
        name: Box<str>,
        /// What is asked or done.
        operation: CounterOperation,
        /// With what.
        value: CounterValue,
    },
}

/// A condition on, or a change of, named bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitsCondition {
    /// Where they are kept.
    pub scope: BitScope,
    /// What is asked or done.
    pub operation: BitOperation,
    /// The bits: one, or, for [`BitOperation::IsSet`] and [`BitOperation::IsNotSet`], several of which one is enough.
    pub names: Box<[Box<str>]>,
    /// Seconds after which a bit that was set is no longer; 0 of flows and transactions, whose bits end with them.
    pub expire: u32,
}

/// Where bits are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BitScope {
    /// With the flow.
    Flow,
    /// With the sender's address.
    Source,
    /// With the receiver's address.
    Destination,
    /// With both ends' addresses.
    Pair,
    /// With the transaction.
    Transaction,
}

/// What is asked of, or done to, a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BitOperation {
    /// It is set.
    IsSet,
    /// It is not set.
    IsNotSet,
    /// It will be set.
    Set,
    /// It will not be set.
    Unset,
    /// It will be what it is not.
    Toggle,
}

impl BitOperation {
    /// Whether it is a condition; the others are done when the signature has matched.
    pub const fn is_condition(self) -> bool {
        matches!(self, BitOperation::IsSet | BitOperation::IsNotSet)
    }
}

/// What is asked of, or done to, a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CounterOperation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `=`
    Set,
    /// It is compared.
    Compare(super::packet::Relation),
    /// It has a value (`isset`).
    IsSet,
    /// It has none (`isnotset`, `notset`).
    IsNotSet,
}

/// What a counter is changed by or compared to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CounterValue {
    /// A number; 0 where none is needed.
    Number(u32),
    /// Another counter of the flow.
    Counter(Box<str>),
}

/// `threshold`: how many of the matches are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Threshold {
    /// Which of them.
    pub kind: ThresholdKind,
    /// What is counted together.
    pub track: Track,
    /// Matches.
    pub count: u32,
    /// Seconds in which they are counted.
    pub seconds: u32,
}

/// Which matches are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThresholdKind {
    /// The first `count` in the time.
    Limit,
    /// Every `count`-th in the time.
    Threshold,
    /// One, once there are `count` in the time.
    Both,
    /// The `count`-th, and from there whenever there are `multiplier` times as many.
    Backoff {
        /// At least 2.
        multiplier: u32,
    },
}

/// `detection_filter`: more than so many matches must come before one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DetectionFilter {
    /// What is counted together.
    pub track: Track,
    /// Matches that do not count.
    pub count: u32,
    /// Seconds in which they are counted.
    pub seconds: u32,
    /// Where given, only matches that differ in this count.
    pub unique_on: Option<UniqueOn>,
}

/// What makes a match another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UniqueOn {
    /// The source port.
    SourcePort,
    /// The destination port.
    DestinationPort,
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Track {
    /// All of one source address.
    BySource,
    /// All of one destination address.
    ByDestination,
    /// All between two addresses.
    ByBoth,
    /// All of the rule.
    ByRule,
    /// All of the flow.
    ByFlow,
}

/// `tag`: what comes after a match is recorded too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Of what.
    pub scope: TagScope,
    /// How much.
    pub count: u32,
    /// Of what.
    pub metric: TagMetric,
}

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagScope {
    /// The flow.
    Session,
    /// The host that sent the packet.
    SourceHost,
    /// The host that it was sent to.
    DestinationHost,
}

/// How much is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagMetric {
    /// Packets.
    Packets,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}
