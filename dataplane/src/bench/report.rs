//! What a benchmark found: medians of rounds, and how the pipeline stands to its two ceilings.

use std::time::Duration;

use serde::Serialize;

use crate::latency::{Latency, LatencySummary};

/// Times of a round of each loop, one for each turn.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    pub null: Vec<Duration>,
    pub pipeline: Vec<Duration>,
    pub scan: Vec<Duration>,
}

/// What one worker measured.
#[derive(Clone, Debug, Default)]
pub struct WorkerReport {
    /// Rounds of the pipeline that were measured.
    pub rounds: u64,
    /// Packets in them.
    pub packets: u64,
    /// Bytes of their frames.
    pub bytes: u64,
    /// Flows that began in them.
    pub flows: u64,
    /// Flows that were alive at the end.
    pub live_flows: u64,
    /// Alerts.
    pub alerts: u64,
    /// Packets that were dropped or rejected.
    pub dropped: u64,
    /// Events that found no room in their ring.
    pub events_lost: u64,
    /// Bytes that are scanned in a round.
    pub scanned_bytes: u64,
    /// Calls of the scanner in a round.
    pub scanned_pieces: u64,
    pub(super) times: Times,
    /// From receiving to sending.
    pub latency: Latency,
}

/// What all workers measured, added up.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BenchReport {
    /// Packets a second through the pipeline.
    pub pps: f64,
    /// Bits of frames a second through the pipeline, in 10⁹.
    pub gbps: f64,
    /// Time of a worker for a packet.
    pub ns_per_packet: f64,
    /// Packets a second through the null loop.
    pub null_pps: f64,
    /// The time of a round in the null loop by that in the pipeline: 1 would be a pipeline that costs nothing.
    pub ratio_to_null: f64,
    /// Bits a second that Hyperscan scans alone, in 10⁹; none where nothing is scanned.
    pub scan_gbps_alone: Option<f64>,
    /// The time that Hyperscan alone needs for what is scanned in a round by the time of the pipeline for the round.
    pub ratio_to_scan: Option<f64>,
    /// From receiving a burst to having sent it.
    pub latency_ns: LatencySummary,
    /// Packets that were measured.
    pub packets: u64,
    /// Bytes of their frames.
    pub bytes: u64,
    /// Flows that began.
    pub flows: u64,
    /// Flows that were alive at the end.
    pub live_flows: u64,
    /// Rounds.
    pub rounds: u64,
    /// Alerts.
    pub alerts: u64,
    /// Packets that were dropped or rejected.
    pub dropped: u64,
    /// Events that found no room in their ring.
    pub events_lost: u64,
    /// Bytes that are scanned in a round.
    pub scanned_bytes: u64,
    /// Calls of the scanner in a round.
    pub scanned_pieces: u64,
}

impl BenchReport {
    /// Adds up what workers measured at the same time.
    pub(super) fn new(workers: &[WorkerReport]) -> BenchReport {
        let mut report = BenchReport::default();
        let mut latency = Latency::default();
        let [mut null_time, mut pipeline_time, mut scan_time, mut scan_bps] = [0.0; 4];
        for worker in workers {
            let rounds = worker.rounds.max(1) as f64;
            let (packets, bytes) = (worker.packets as f64 / rounds, worker.bytes as f64 / rounds);
            let null = median(&worker.times.null);
            let pipeline = median(&worker.times.pipeline);
            let scan = median(&worker.times.scan);
            report.pps += per(packets, pipeline);
            report.gbps += per(bytes * 8.0 / 1e9, pipeline);
            report.null_pps += per(packets, null);
            scan_bps += per(worker.scanned_bytes as f64 * 8.0, scan);
            null_time += null;
            pipeline_time += pipeline;
            scan_time += scan;
            report.count(worker);
            latency.merge(&worker.latency);
        }
        report.ns_per_packet = per(workers.len() as f64 * 1e9, report.pps);
        report.ratio_to_null = per(null_time, pipeline_time);
        if report.scanned_bytes > 0 {
            report.scan_gbps_alone = Some(scan_bps / 1e9);
            report.ratio_to_scan = Some(per(scan_time, pipeline_time));
        }
        report.latency_ns = latency.summary();
        report
    }

    fn count(&mut self, worker: &WorkerReport) {
        self.packets += worker.packets;
        self.bytes += worker.bytes;
        self.flows += worker.flows;
        self.live_flows += worker.live_flows;
        self.rounds += worker.rounds;
        self.alerts += worker.alerts;
        self.dropped += worker.dropped;
        self.events_lost += worker.events_lost;
        self.scanned_bytes += worker.scanned_bytes;
        self.scanned_pieces += worker.scanned_pieces;
    }
}

/// `amount` for each of `unit`; zero where there is none.
fn per(amount: f64, unit: f64) -> f64 {
    if unit > 0.0 { amount / unit } else { 0.0 }
}

/// In seconds; zero of nothing. Of an even number of times the lower of the two in the middle.
fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).map_or(0.0, Duration::as_secs_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(null: u64, pipeline: u64, scan: &[u64]) -> WorkerReport {
        let millis = |times: &[u64]| times.iter().map(|&time| Duration::from_millis(time)).collect();
        WorkerReport {
            rounds: 3,
            packets: 3000,
            bytes: 300_000,
            scanned_bytes: if scan.is_empty() { 0 } else { 50_000 },
            times: Times {
                null: millis(&[null, 900, 1]),
                pipeline: millis(&[1, pipeline, 900]),
                scan: millis(scan),
            },
            ..WorkerReport::default()
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * b.abs()
    }

    #[test]
    fn rates_of_workers_add_up_and_ratios_do_not() {
        let one = BenchReport::new(&[worker(10, 100, &[50, 1, 70])]);
        assert!(close(one.pps, 10_000.0), "{one:?}");
        assert!(close(one.ns_per_packet, 100_000.0), "{one:?}");
        assert!(close(one.ratio_to_null, 0.1) && close(one.ratio_to_scan.unwrap(), 0.5), "{one:?}");
        assert!(close(one.scan_gbps_alone.unwrap(), 0.008), "{one:?}");
        let two = BenchReport::new(&[worker(10, 100, &[50]), worker(10, 100, &[50])]);
        assert!(close(two.pps, 20_000.0) && close(two.ns_per_packet, 100_000.0), "{two:?}");
        assert!(close(two.ratio_to_null, 0.1) && close(two.ratio_to_scan.unwrap(), 0.5), "{two:?}");
    }

    #[test]
    fn where_nothing_is_scanned_there_is_no_ratio() {
        let report = BenchReport::new(&[worker(10, 100, &[])]);
        assert_eq!((report.ratio_to_scan, report.scan_gbps_alone), (None, None));
    }
}
