//! What reassembly did, in numbers.
//!
//! One set for each worker, never shared while it is written; the worker publishes it once for each burst. Every limit
//! that reassembly has shows up here when it is met.

/// Counts since the start of the worker. Segments are counted under exactly one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounters {
    /// Segments that brought the next expected bytes.
    pub in_order: u64,
    /// Segments that came early and were kept.
    pub out_of_order: u64,
    /// Segments with nothing new in them, which agree with what was inspected.
    pub retransmissions: u64,
    /// Segments that contradict an earlier copy of the same bytes.
    pub conflicts: u64,
    /// Segments that lie further ahead than the window.
    pub out_of_window: u64,
    /// Early segments for which the store had no room.
    pub store_full: u64,
    /// Segments that repeat bytes of which no copy was at hand to compare.
    pub unverifiable: u64,
    /// Inspected segments of which no copy, or only a part of one, could be retained.
    pub not_retained: u64,
    /// Retained chunks given up because more was unacknowledged than the window holds.
    pub given_up: u64,
    /// Gaps that were skipped because the peer acknowledged bytes which never came by.
    pub gaps: u64,
    /// The bytes in these gaps.
    pub gap_bytes: u64,
    /// Bytes handed to inspection.
    pub delivered_bytes: u64,
}
