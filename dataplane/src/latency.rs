//! How long frames take from receiving to sending, as a histogram of fixed size.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest time that is told apart, in nanoseconds; longer ones count as this.
const LONGEST: u64 = 10_000_000_000;
/// Significant decimal digits: a time is known to 1 %.
const DIGITS: u8 = 2;

/// Latencies of a worker, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Latency {
        Latency(Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("the bounds are constants, and valid"))
    }
}

/// What people want to know of a histogram, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LatencySummary {
    /// Frames measured.
    pub frames: u64,
    /// Half of the frames took at most this long.
    pub p50: u64,
    /// 99 of 100.
    pub p99: u64,
    /// 999 of 1,000.
    #[serde(rename = "p99.9")]
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    /// Notes that `frames` frames took `time`.
    #[inline]
    pub fn record(&mut self, time: Duration, frames: u64) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.saturating_record_n(nanos.max(1), frames);
    }

    /// Copies what was measured so far. Does not allocate, because both have the same bounds.
    pub fn copy_to(&self, other: &mut Latency) {
        other.0.reset();
        // Fails only where the bounds differ.
        let _ = other.0.add(&self.0);
    }

    /// Adds another worker's.
    pub fn merge(&mut self, other: &Latency) {
        // Fails only where the bounds differ.
        let _ = self.0.add(&other.0);
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// The summary.
    pub fn summary(&self) -> LatencySummary {
        LatencySummary {
            frames: self.0.len(),
            p50: self.0.value_at_quantile(0.5),
            p99: self.0.value_at_quantile(0.99),
            p999: self.0.value_at_quantile(0.999),
            max: self.0.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_percent() {
        let mut latency = Latency::default();
        for micros in 1..=1000 {
            latency.record(Duration::from_micros(micros), 2);
        }
        latency.record(Duration::from_secs(100), 1);
        let summary = latency.summary();
        assert_eq!(summary.frames, 2001);
        assert!((495_000..=510_000).contains(&summary.p50), "{summary:?}");
        assert!(summary.max >= LONGEST, "longer times count as the longest: {summary:?}");
        let mut copy = Latency::default();
        copy.record(Duration::from_secs(1), 7);
        latency.copy_to(&mut copy);
        assert_eq!(copy.summary(), summary);
    }
}
