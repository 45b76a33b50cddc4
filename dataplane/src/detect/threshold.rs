//! How many matches count, and how many are reported: `threshold` and `detection_filter`.
//!
//! Counts are kept for each rule and whatever it tracks, in a table of fixed size for each worker; with several workers
//! each counts what it sees. When the table is full, the entry that was touched longest ago makes room.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use weir_rules::signature::{
    DetectionFilter, RateFilter, RuleAction, RuleIndex, Threshold, ThresholdKind, Track, UniqueOn,
};

use crate::packet::{Address, Packet};
use crate::time::Nanos;

/// Counts that are kept at once.
pub const CAPACITY: usize = 65_536;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: RuleIndex,
    source: Address,
    destination: Address,
    flow: u64,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Nanos,
    touched: Nanos,
    matches: u32,
    next_backoff: u32,
    /// Until when another action is done.
    until: Nanos,
}

/// Whether a match counts or is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It does, or is.
    Counts,
    /// It does not, or is not.
    Suppressed,
}

/// One worker's counts.
#[derive(Debug)]
pub struct Thresholds {
    reported: HashMap<Key, Count, ahash::RandomState>,
    filtered: HashMap<Key, Count, ahash::RandomState>,
    rated: HashMap<Key, Count, ahash::RandomState>,
    /// Ports that were counted, each with the beginning of its time.
    ports: HashSet<(Key, Nanos, u16), ahash::RandomState>,
    capacity: usize,
    evicted: u64,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds::with_capacity(CAPACITY)
    }
}

impl Thresholds {
    /// Room for `capacity` counts of each kind, in memory that is taken as it is needed.
    pub fn with_capacity(capacity: usize) -> Thresholds {
        let counts = || HashMap::with_hasher(ahash::RandomState::new());
        let ports = HashSet::with_hasher(ahash::RandomState::new());
        Thresholds { reported: counts(), filtered: counts(), rated: counts(), ports, capacity, evicted: 0 }
    }

    /// Counts given up for want of room.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Whether a match counts, by the `detection_filter` of its rule.
    pub fn filter(
        &mut self,
        filter: &DetectionFilter,
        rule: RuleIndex,
        packet: &Packet,
        flow: u64,
        now: Nanos,
    ) -> Passage {
        let key = key(filter.track, rule, packet, flow);
        let seconds = filter.seconds;
        let count = touch(&mut self.filtered, self.capacity, &mut self.evicted, key, seconds, now);
        let port = filter.unique_on.map(|unique| match unique {
            UniqueOn::SourcePort => packet.src_port,
            UniqueOn::DestinationPort => packet.dst_port,
        });
        let is_new = port.is_none_or(|port| {
            if self.ports.len() >= self.capacity {
                // Those of times that are over, first; where that does not help, all are new again.
                let over = Duration::from_secs(u64::from(seconds));
                self.ports.retain(|(_, since, _)| now.since(*since) < over);
                if self.ports.len() >= self.capacity {
                    self.evicted += self.ports.len() as u64;
                    self.ports.clear();
                }
            }
            self.ports.insert((key, count.since, port))
        });
        count.matches = count.matches.saturating_add(u32::from(is_new));
        if count.matches > filter.count { Passage::Counts } else { Passage::Suppressed }
    }

    /// The action that is done in place of a signature's own, where it matches as often as a `rate_filter` says.
    pub fn rate(
        &mut self,
        filter: &RateFilter,
        rule: RuleIndex,
        packet: &Packet,
        flow: u64,
        now: Nanos,
    ) -> Option<RuleAction> {
        let key = key(filter.track, rule, packet, flow);
        let until = self.rated.get(&key).map_or(Nanos::ZERO, |count| count.until);
        let count = touch(&mut self.rated, self.capacity, &mut self.evicted, key, filter.seconds, now);
        count.until = until;
        if now < until {
            return Some(filter.action);
        }
        count.matches = count.matches.saturating_add(1);
        (count.matches > filter.count).then(|| {
            *count = Count { matches: 0, since: now, ..*count };
            count.until = now + Duration::from_secs(u64::from(filter.timeout));
            filter.action
        })
    }

    /// Whether a match is reported, by the `threshold` of its rule.
    pub fn report(
        &mut self,
        threshold: &Threshold,
        rule: RuleIndex,
        packet: &Packet,
        flow: u64,
        now: Nanos,
    ) -> Passage {
        let key = key(threshold.track, rule, packet, flow);
        let seconds = match threshold.kind {
            ThresholdKind::Backoff { .. } => u32::MAX,
            _ => threshold.seconds,
        };
        let count = touch(&mut self.reported, self.capacity, &mut self.evicted, key, seconds, now);
        count.matches = count.matches.saturating_add(1);
        let reported = match threshold.kind {
            ThresholdKind::Limit => count.matches <= threshold.count,
            ThresholdKind::Both => count.matches == threshold.count,
            ThresholdKind::Threshold => {
                let reached = count.matches >= threshold.count;
                if reached {
                    *count = Count { matches: 0, since: now, ..*count };
                }
                reached
            }
            ThresholdKind::Backoff { multiplier } => {
                let next = count.next_backoff.max(threshold.count);
                let reached = count.matches == next;
                count.next_backoff = if reached { next.saturating_mul(multiplier.max(2)) } else { next };
                reached
            }
        };
        if reported { Passage::Counts } else { Passage::Suppressed }
    }
}

fn key(track: Track, rule: RuleIndex, packet: &Packet, flow: u64) -> Key {
    let none = Address::default();
    let (source, destination, flow) = match track {
        Track::BySource => (packet.src, none, 0),
        Track::ByDestination => (none, packet.dst, 0),
        Track::ByBoth => (packet.src.min(packet.dst), packet.src.max(packet.dst), 0),
        Track::ByRule => (none, none, 0),
        Track::ByFlow => (none, none, flow),
    };
    Key { rule, source, destination, flow }
}

/// The count of a key, begun anew where its time is over.
fn touch<'c>(
    counts: &'c mut HashMap<Key, Count, ahash::RandomState>,
    capacity: usize,
    evicted: &mut u64,
    key: Key,
    seconds: u32,
    now: Nanos,
) -> &'c mut Count {
    if counts.len() >= capacity && !counts.contains_key(&key) {
        // A full pass, once for each half of the capacity: cheap on average, and bounded.
        let mut touched: Vec<Nanos> = counts.values().map(|count| count.touched).collect();
        touched.sort_unstable();
        let middle = touched.get(touched.len() / 2).copied().unwrap_or(now);
        let before = counts.len();
        counts.retain(|_, count| count.touched > middle);
        *evicted += (before - counts.len()) as u64;
    }
    let fresh = Count { since: now, touched: now, matches: 0, next_backoff: 0, until: Nanos::ZERO };
    let count = counts.entry(key).or_insert(fresh);
    if now.since(count.since) >= Duration::from_secs(u64::from(seconds)) {
        *count = fresh;
    }
    count.touched = now;
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports(kind: ThresholdKind, count: u32, times: &[u64]) -> Vec<usize> {
        let threshold = Threshold { kind, track: Track::BySource, count, seconds: 10 };
        let mut thresholds = Thresholds::default();
        let packet = Packet::default();
        let reported = |(index, &second): (usize, &u64)| {
            let now = Nanos(second * 1_000_000_000 + 1);
            let passage = thresholds.report(&threshold, RuleIndex(1), &packet, 0, now);
            (passage == Passage::Counts).then_some(index)
        };
        times.iter().enumerate().filter_map(reported).collect()
    }

    #[test]
    fn each_kind_reports_its_share() {
        let times = [0, 1, 2, 3, 4, 5, 11, 12, 13];
        assert_eq!(reports(ThresholdKind::Limit, 2, &times), [0, 1, 6, 7]);
        assert_eq!(reports(ThresholdKind::Threshold, 3, &times), [2, 5, 8]);
        assert_eq!(reports(ThresholdKind::Both, 3, &times), [2, 8]);
        assert_eq!(reports(ThresholdKind::Backoff { multiplier: 2 }, 1, &times), [0, 1, 3, 7]);
    }

    #[test]
    fn what_is_tracked_is_counted_together() {
        let filter = DetectionFilter { track: Track::BySource, count: 1, seconds: 60, unique_on: None };
        let mut thresholds = Thresholds::default();
        let from = |last| Packet { src: Address::v4([10, 0, 0, last]), ..Packet::default() };
        let mut pass = |packet: &Packet| thresholds.filter(&filter, RuleIndex(1), packet, 0, Nanos(5));
        assert_eq!(pass(&from(1)), Passage::Suppressed);
        assert_eq!(pass(&from(2)), Passage::Suppressed);
        assert_eq!(pass(&from(1)), Passage::Counts);
    }

    #[test]
    fn ports_count_once_where_the_filter_says_so() {
        let unique_on = Some(UniqueOn::DestinationPort);
        let filter = DetectionFilter { track: Track::BySource, count: 2, seconds: 10, unique_on };
        let mut thresholds = Thresholds::with_capacity(100);
        let mut pass = |second: u64, dst_port| {
            let packet = Packet { dst_port, ..Packet::default() };
            let now = Nanos(second * 1_000_000_000 + 1);
            thresholds.filter(&filter, RuleIndex(1), &packet, 0, now) == Passage::Counts
        };
        let passed = [80, 80, 80, 81, 81, 82, 80].map(|port| pass(1, port));
        assert_eq!(passed, [false, false, false, false, false, true, true]);
        assert!(!pass(12, 80) && !pass(12, 81) && pass(12, 82), "a new time");
        for port in 0..1_000 {
            pass(13, port);
        }
        assert!(thresholds.ports.len() <= 100);
    }

    #[test]
    fn a_rate_changes_the_action_for_a_time() {
        let filter = RateFilter {
            track: Track::BySource,
            count: 2,
            seconds: 10,
            action: RuleAction::Drop,
            timeout: 30,
        };
        let mut thresholds = Thresholds::default();
        let packet = Packet::default();
        let mut rate = |second: u64| {
            let now = Nanos(second * 1_000_000_000 + 1);
            thresholds.rate(&filter, RuleIndex(1), &packet, 0, now).is_some()
        };
        assert_eq!([1, 2, 3, 4, 20, 32].map(&mut rate), [false, false, true, true, true, true]);
        assert_eq!([33, 34, 50].map(rate), [false, false, false]);
    }

    #[test]
    fn memory_is_bounded() {
        let threshold =
            Threshold { kind: ThresholdKind::Limit, track: Track::BySource, count: 1, seconds: 60 };
        let mut thresholds = Thresholds::with_capacity(100);
        for number in 0..10_000_u32 {
            let [a, b, c, d] = number.to_be_bytes();
            let packet = Packet { src: Address::v4([a, b, c, d]), ..Packet::default() };
            thresholds.report(&threshold, RuleIndex(1), &packet, 0, Nanos(u64::from(number)));
        }
        assert!(thresholds.reported.len() <= 100 && thresholds.evicted() > 9_000);
    }
}
