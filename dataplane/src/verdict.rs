//! Verdicts and their reasons.
//!
//! A packet is forwarded, dropped or rejected. Anything but forwarding carries a [`Reason`]: a drop without one can't
//! be written. Reasons are small and `Copy`; names and rule texts are looked up by the event writer, off the data
//! path.

use weir_rules::policy::PolicyRuleId;
use weir_rules::signature::RuleIndex;

use crate::packet::{FragmentError, ParseError};

/// What happens to a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It goes out of the other port of its wire.
    #[default]
    Forward,
    /// It vanishes.
    Drop(Reason),
    /// It vanishes, and the ends are told: TCP by resets, the rest by ICMP.
    Reject(Reason),
}

impl Verdict {
    /// The reason, where the packet is not forwarded.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Verdict::Forward => None,
            Verdict::Drop(reason) | Verdict::Reject(reason) => Some(*reason),
        }
    }

    /// `forward`, `drop` or `reject`.
    pub const fn name(&self) -> &'static str {
        match self {
            Verdict::Forward => "forward",
            Verdict::Drop(_) => "drop",
            Verdict::Reject(_) => "reject",
        }
    }
}

/// Why a packet is not forwarded (or, in an observed wire, would not be).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A header makes no sense; dropped where the wire's `on-fault` is `closed`.
    Malformed(ParseError),
    /// Fragments that do not make a datagram, or attack the one who puts them together.
    Fragment(FragmentError),
    /// A TCP fragment came to a worker that does not hold its connection; see `workers.steering`.
    FragmentSteering,
    /// The segmentation policy: this rule, or the default where there is none.
    Policy(Option<PolicyRuleId>),
    /// A signature, on this packet.
    Signature(RuleIndex),
    /// The flow was cut by a signature on an earlier packet.
    FlowCut(RuleIndex),
    /// What signatures weigh together has reached a limit of `scores`: this total.
    Score(i32),
    /// A TCP segment contradicts bytes that were already inspected.
    OverlapConflict,
    /// A TCP segment lies too far ahead of the next expected byte; see `tcp.window`.
    OutOfWindow,
    /// A TCP segment of a connection whose start was not seen, where `tcp.midstream` is `drop`.
    Midstream,
    /// A TCP segment that no connection can have: flags that exclude each other, a SYN amid data.
    InvalidSegment,
    /// A TCP segment that acknowledges bytes which never came by; see `tcp.unseen-acks`.
    UnseenAck,
    /// A transport checksum that the device found wrong: the receiver would discard the packet.
    BadChecksum,
    /// No room to keep what is needed to inspect it; dropped where the wire's `on-overload` is `closed`.
    Overload(Overload),
    /// The engine failed on this packet; dropped where the wire's `on-fault` is `closed`.
    Fault,
}

/// What ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Overload {
    /// `flows.capacity`, with nothing to evict.
    FlowTable,
    /// `tcp.memory`.
    StreamMemory,
    /// `inspect.streams`.
    InspectStreams,
    /// The frame is larger than what a worker can put together from its segments.
    FrameSize,
}

/// The kinds of reasons, dense, as an index of counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ReasonKind {
    /// See [`Reason::Malformed`].
    Malformed,
    /// See [`Reason::Fragment`].
    Fragment,
    /// See [`Reason::FragmentSteering`].
    FragmentSteering,
    /// See [`Reason::Policy`].
    Policy,
    /// See [`Reason::Signature`].
    Signature,
    /// See [`Reason::FlowCut`].
    FlowCut,
    /// See [`Reason::OverlapConflict`].
    OverlapConflict,
    /// See [`Reason::OutOfWindow`].
    OutOfWindow,
    /// See [`Reason::Midstream`].
    Midstream,
    /// See [`Reason::InvalidSegment`].
    InvalidSegment,
    /// See [`Reason::UnseenAck`].
    UnseenAck,
    /// See [`Reason::BadChecksum`].
    BadChecksum,
    /// See [`Overload::FlowTable`].
    FlowTableFull,
    /// See [`Overload::StreamMemory`].
    StreamMemoryFull,
    /// See [`Overload::InspectStreams`].
    InspectStreamsFull,
    /// See [`Overload::FrameSize`].
    FrameTooLarge,
    /// See [`Reason::Fault`].
    Fault,
    /// See [`Reason::Score`].
    Score,
}

impl ReasonKind {
    /// All kinds, in the order of their index.
    pub const ALL: [ReasonKind; 18] = [
        ReasonKind::Malformed,
        ReasonKind::Fragment,
        ReasonKind::FragmentSteering,
        ReasonKind::Policy,
        ReasonKind::Signature,
        ReasonKind::FlowCut,
        ReasonKind::OverlapConflict,
        ReasonKind::OutOfWindow,
        ReasonKind::Midstream,
        ReasonKind::InvalidSegment,
        ReasonKind::UnseenAck,
        ReasonKind::BadChecksum,
        ReasonKind::FlowTableFull,
        ReasonKind::StreamMemoryFull,
        ReasonKind::InspectStreamsFull,
        ReasonKind::FrameTooLarge,
        ReasonKind::Fault,
        ReasonKind::Score,
    ];

    /// The position in counters.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in events, statistics and tables.
    pub const fn name(self) -> &'static str {
        match self {
            ReasonKind::Malformed => "malformed",
            ReasonKind::Fragment => "fragment",
            ReasonKind::FragmentSteering => "fragment-steering",
            ReasonKind::Policy => "policy",
            ReasonKind::Signature => "signature",
            ReasonKind::FlowCut => "flow-cut",
            ReasonKind::OverlapConflict => "overlap-conflict",
            ReasonKind::OutOfWindow => "out-of-window",
            ReasonKind::Midstream => "midstream",
            ReasonKind::InvalidSegment => "invalid-segment",
            ReasonKind::UnseenAck => "unseen-ack",
            ReasonKind::BadChecksum => "bad-checksum",
            ReasonKind::FlowTableFull => "flow-table-full",
            ReasonKind::StreamMemoryFull => "stream-memory-full",
            ReasonKind::InspectStreamsFull => "inspect-streams-full",
            ReasonKind::FrameTooLarge => "frame-too-large",
            ReasonKind::Fault => "fault",
            ReasonKind::Score => "score",
        }
    }
}

impl Reason {
    /// The kind, for counters.
    pub const fn kind(&self) -> ReasonKind {
        match self {
            Reason::Malformed(_) => ReasonKind::Malformed,
            Reason::Fragment(_) => ReasonKind::Fragment,
            Reason::FragmentSteering => ReasonKind::FragmentSteering,
            Reason::Policy(_) => ReasonKind::Policy,
            Reason::Signature(_) => ReasonKind::Signature,
            Reason::FlowCut(_) => ReasonKind::FlowCut,
            Reason::Score(_) => ReasonKind::Score,
            Reason::OverlapConflict => ReasonKind::OverlapConflict,
            Reason::OutOfWindow => ReasonKind::OutOfWindow,
            Reason::Midstream => ReasonKind::Midstream,
            Reason::InvalidSegment => ReasonKind::InvalidSegment,
            Reason::UnseenAck => ReasonKind::UnseenAck,
            Reason::BadChecksum => ReasonKind::BadChecksum,
            Reason::Overload(Overload::FlowTable) => ReasonKind::FlowTableFull,
            Reason::Overload(Overload::StreamMemory) => ReasonKind::StreamMemoryFull,
            Reason::Overload(Overload::InspectStreams) => ReasonKind::InspectStreamsFull,
            Reason::Overload(Overload::FrameSize) => ReasonKind::FrameTooLarge,
            Reason::Fault => ReasonKind::Fault,
        }
    }

    /// What lies below the kind: the parser's or the fragment table's own name of the failure.
    pub fn detail(&self) -> Option<&'static str> {
        match self {
            Reason::Malformed(error) => Some(error.name()),
            Reason::Fragment(error) => Some(error.name()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_indexed_in_order() {
        for (position, kind) in ReasonKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.index(), position, "{}", kind.name());
        }
    }

    #[test]
    fn only_forwarding_has_no_reason() {
        assert_eq!(Verdict::Forward.reason(), None);
        assert_eq!(Verdict::Drop(Reason::Fault).reason(), Some(Reason::Fault));
        assert_eq!(Verdict::Reject(Reason::Policy(None)).reason(), Some(Reason::Policy(None)));
    }
}
