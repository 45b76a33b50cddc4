//! What a running instance says of itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::counter::{Counter, Counters};
use crate::latency::LatencySummary;
use crate::verdict::ReasonKind;

/// The statistics of an instance, as `weir stats --json` prints them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StatsReport {
    /// Seconds since the start.
    pub uptime: u64,
    /// Which rule set is in force, from 1.
    pub generation: u32,
    /// Worker threads, and how long frames take through each.
    pub workers: Vec<WorkerReport>,
    /// Ports, as their devices count.
    pub ports: Vec<PortReport>,
    /// Counters of all workers, nested by their names.
    pub stats: Value,
}

/// One worker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WorkerReport {
    /// Its core.
    pub core: u16,
    /// Frames it received.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// From receiving to sending, in nanoseconds.
    pub latency_ns: LatencySummary,
}

/// One port.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PortReport {
    /// Its wire.
    pub wire: String,
    /// The device.
    pub port: String,
    /// `up` with its speed, or `down`.
    pub link: String,
    /// Frames received.
    pub rx_packets: u64,
    /// Frames sent.
    pub tx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Frames lost because the worker did not keep up.
    pub rx_missed: u64,
    /// Frames that the device found broken.
    pub rx_errors: u64,
    /// Frames lost for want of buffers.
    pub rx_no_buffer: u64,
    /// Frames that could not be sent.
    pub tx_errors: u64,
}

/// Counters as nested objects, the reasons of verdicts under `verdict.reasons`.
pub fn nested(counters: &Counters) -> Value {
    let mut root = Map::new();
    for counter in Counter::ALL {
        insert(&mut root, counter.name(), counters.get(counter));
    }
    for kind in ReasonKind::ALL {
        insert(&mut root, &format!("verdict.reasons.{}", kind.name()), counters.reason(kind));
    }
    Value::Object(root)
}

fn insert(root: &mut Map<String, Value>, path: &str, value: u64) {
    let mut levels = path.split('.').peekable();
    let mut map = root;
    while let Some(level) = levels.next() {
        if levels.peek().is_none() {
            map.insert(level.to_owned(), value.into());
            return;
        }
        let entry = map.entry(level).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = entry else { return };
        map = inner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_nest_by_their_names() {
        let mut counters = Counters::default();
        counters.add(Counter::Packets, 7);
        counters.add_reason(ReasonKind::Policy);
        let value = nested(&counters);
        assert_eq!(value["decoder"]["pkts"], 7);
        assert_eq!(value["verdict"]["reasons"]["policy"], 1);
        assert_eq!(value["verdict"]["drop"], 0);
    }
}
