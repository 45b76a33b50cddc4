//! Counters of a worker: a fixed array, written by the worker alone and published once for each burst.
//!
//! A counter is a row of the table below: its name is where it stands in the `stats` event, with dots between the
//! levels. Names follow Suricata's where Suricata counts the same thing.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::verdict::ReasonKind;

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Counter {
            $($(#[$doc])* $variant,)*
        }

        impl Counter {
            /// Every counter, in the order of its index.
            pub const ALL: [Counter; counters!(@count $($variant)*)] = [$(Counter::$variant,)*];

            /// The path in the `stats` event, levels separated by dots.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Counter::$variant => $name,)*
                }
            }
        }
    };
    (@count $($variant:ident)*) => { <[()]>::len(&[$(counters!(@unit $variant)),*]) };
    (@unit $variant:ident) => { () };
}

counters! {
    /// Frames received.
    Packets = "decoder.pkts",
    /// Their bytes.
    Bytes = "decoder.bytes",
    /// Frames that are not IP: ARP, LLDP …
    DecodeNotIp = "decoder.not_ip",
    /// Frames whose headers make no sense.
    DecodeInvalid = "decoder.invalid",
    /// Innermost packets of IPv4.
    DecodeIpv4 = "decoder.ipv4",
    /// Innermost packets of IPv6.
    DecodeIpv6 = "decoder.ipv6",
    /// Segments of TCP.
    DecodeTcp = "decoder.tcp",
    /// Datagrams of UDP.
    DecodeUdp = "decoder.udp",
    /// Packets of SCTP.
    DecodeSctp = "decoder.sctp",
    /// Messages of ICMP.
    DecodeIcmp = "decoder.icmpv4",
    /// Messages of ICMPv6.
    DecodeIcmpv6 = "decoder.icmpv6",
    /// Packets of other transports, ESP and AH among them.
    DecodeOther = "decoder.other",
    /// Frames in which a tunnel was looked through.
    DecodeTunnel = "decoder.tunnel",
    /// Fragments.
    DecodeFragments = "decoder.fragments",
    /// Datagrams put together from fragments.
    DecodeDefragmented = "decoder.defragmented",
    /// Frames forwarded.
    Forwarded = "verdict.forward",
    /// Their bytes.
    ForwardedBytes = "verdict.forward_bytes",
    /// Frames dropped.
    Dropped = "verdict.drop",
    /// Frames rejected.
    Rejected = "verdict.reject",
    /// Frames forwarded by a wire that observes, and which it would have dropped or rejected.
    Observed = "verdict.would_drop",
    /// Frames forwarded without the inspection they need, because the wire fails open.
    PassedUninspected = "verdict.passed_uninspected",
    /// Frames in whose burst the engine failed.
    Faults = "verdict.faults",
    /// Resets and ICMP messages sent because of a rejection.
    Answers = "verdict.answers",
    /// Answers that could not be built or sent.
    AnswersFailed = "verdict.answers_failed",
    /// Frames that the transmitting port did not take.
    TxFailed = "verdict.tx_failed",
    /// Flows begun.
    FlowsNew = "flow.new",
    /// Flows of TCP begun.
    FlowsTcp = "flow.tcp",
    /// Flows of UDP begun.
    FlowsUdp = "flow.udp",
    /// Flows that ended: closed or reset and done with.
    FlowsClosed = "flow.end.closed",
    /// Flows ended by timeout.
    FlowsTimedOut = "flow.end.timeout",
    /// Flows evicted to make room.
    FlowsEvicted = "flow.end.evicted",
    /// Flows that could not begin because nothing could be evicted.
    FlowsRefused = "flow.refused",
    /// Connections whose start was not seen.
    TcpMidstream = "tcp.midstream_pickups",
    /// Segments whose checksum the device found wrong.
    TcpBadChecksum = "tcp.invalid_checksum",
    /// Acknowledgments of bytes that never came by, refused.
    TcpUnseenAck = "tcp.unseen_ack",
    /// Bytes that were missing and skipped.
    TcpGapBytes = "tcp.reassembly_gap_bytes",
    /// Times that bytes were missing and skipped.
    TcpGaps = "tcp.reassembly_gap",
    /// Segments that came before their turn.
    TcpOutOfOrder = "tcp.out_of_order",
    /// Segments that came twice.
    TcpRetransmissions = "tcp.retransmissions",
    /// Segments that contradict an earlier copy.
    TcpOverlapConflicts = "tcp.overlap_diff_data",
    /// Inspected bytes that could not be retained for comparison.
    TcpNotRetained = "tcp.not_retained",
    /// Alerts raised.
    Alerts = "detect.alert",
    /// Hits that did not fit the list of one packet.
    AlertsLost = "detect.alerts_suppressed",
    /// Bytes scanned.
    InspectedBytes = "detect.bytes",
    /// Calls of the scanner.
    InspectedChunks = "detect.scans",
    /// Calls of the scanner that failed.
    InspectFailed = "detect.scan_failed",
    /// Signatures that could not be followed for want of `inspect.progress`.
    InspectProgressFull = "detect.progress_full",
    /// Positions that were matched inexactly, to the side of reporting too much.
    InspectWidened = "detect.widened",
    /// Bits of hosts and pairs whose time was over when their room was taken.
    StateExpired = "detect.state.bits_expired",
    /// Bits of hosts and pairs that were still set and had to make room; see `state.shared-bits`.
    StateEvicted = "detect.state.bits_evicted",
    /// Bits and counters that a flow had no room for.
    StateFull = "detect.state.flow_full",
    /// Bits that a transaction had no room for.
    StateTransactionFull = "detect.state.transaction_full",
    /// Values that a dataset had no room for; see its `memcap`.
    DatasetsFull = "detect.state.datasets_full",
    /// Flows for which policy was decided.
    PolicyDecisions = "segmentation.decisions",
    /// Flows that policy denies.
    PolicyDenied = "segmentation.denied",
    /// Flows that a rule in observe mode would deny.
    PolicyWouldDeny = "segmentation.would_deny",
    /// Events lost because the ring to the writer was full.
    EventsLost = "events.lost",
    /// Frames handed to another worker.
    HandedOver = "spread.handed_over",
    /// Frames lost because the other worker's ring was full.
    HandOverFull = "spread.ring_full",
}

impl Counter {
    /// The position in arrays of counters.
    pub const fn index(self) -> usize {
        self as usize
    }
}

const COUNTERS: usize = Counter::ALL.len();
const REASONS: usize = ReasonKind::ALL.len();

/// The counters of one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    values: [u64; COUNTERS],
    reasons: [u64; REASONS],
}

impl Default for Counters {
    fn default() -> Counters {
        Counters { values: [0; COUNTERS], reasons: [0; REASONS] }
    }
}

impl Counters {
    /// Adds to a counter.
    #[inline]
    pub fn add(&mut self, counter: Counter, count: u64) {
        if let Some(value) = self.values.get_mut(counter.index()) {
            *value += count;
        }
    }

    /// Sets a counter that is kept elsewhere.
    pub fn set(&mut self, counter: Counter, value: u64) {
        if let Some(slot) = self.values.get_mut(counter.index()) {
            *slot = value;
        }
    }

    /// Counts a frame that was not forwarded, or would not have been.
    pub fn add_reason(&mut self, reason: ReasonKind) {
        if let Some(value) = self.reasons.get_mut(reason.index()) {
            *value += 1;
        }
    }

    /// A counter's value.
    pub fn get(&self, counter: Counter) -> u64 {
        self.values.get(counter.index()).copied().unwrap_or(0)
    }

    /// How many frames were not forwarded, or would not have been, for `reason`.
    pub fn reason(&self, reason: ReasonKind) -> u64 {
        self.reasons.get(reason.index()).copied().unwrap_or(0)
    }

    /// Adds another worker's counters.
    pub fn merge(&mut self, other: &Counters) {
        let add = |(sum, value): (&mut u64, &u64)| *sum = sum.wrapping_add(*value);
        self.values.iter_mut().zip(&other.values).for_each(add);
        self.reasons.iter_mut().zip(&other.reasons).for_each(add);
    }
}

/// A worker's counters as others may read them. One writer, any number of readers; no locks.
///
/// Readers may see one counter of a burst and not yet another; each one is exact.
#[derive(Debug)]
pub struct PublishedCounters {
    values: [AtomicU64; COUNTERS],
    reasons: [AtomicU64; REASONS],
}

impl Default for PublishedCounters {
    fn default() -> PublishedCounters {
        PublishedCounters {
            values: [const { AtomicU64::new(0) }; COUNTERS],
            reasons: [const { AtomicU64::new(0) }; REASONS],
        }
    }
}

impl PublishedCounters {
    /// Shows `counters` to the readers.
    pub fn publish(&self, counters: &Counters) {
        let show = |(shown, value): (&AtomicU64, &u64)| shown.store(*value, Ordering::Relaxed);
        self.values.iter().zip(&counters.values).for_each(show);
        self.reasons.iter().zip(&counters.reasons).for_each(show);
    }

    /// What was published last.
    pub fn read(&self) -> Counters {
        let mut counters = Counters::default();
        let load = |(value, shown): (&mut u64, &AtomicU64)| *value = shown.load(Ordering::Relaxed);
        counters.values.iter_mut().zip(&self.values).for_each(load);
        counters.reasons.iter_mut().zip(&self.reasons).for_each(load);
        counters
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_none_is_a_level_of_another() {
        let names: HashSet<&str> = Counter::ALL.into_iter().map(Counter::name).collect();
        assert_eq!(names.len(), COUNTERS);
        for name in &names {
            let level = format!("{name}.");
            assert!(!names.iter().any(|other| other.starts_with(&level)), "{name}");
        }
    }

    #[test]
    fn what_is_published_is_what_is_read() {
        let (mut counters, published) = (Counters::default(), PublishedCounters::default());
        counters.add(Counter::Packets, 3);
        counters.add(Counter::Packets, 4);
        counters.add_reason(ReasonKind::Policy);
        published.publish(&counters);
        assert_eq!(published.read(), counters);
        assert_eq!((counters.get(Counter::Packets), counters.reason(ReasonKind::Policy)), (7, 1));
        let mut sum = counters.clone();
        sum.merge(&counters);
        assert_eq!(sum.get(Counter::Packets), 14);
    }
}
