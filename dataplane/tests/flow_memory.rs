//! A flow costs at most 256 bytes, all told: record, buckets, links and timers, as the allocator counts them.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use weir::flow::{FlowConfig, FlowRecord, FlowTable, HashSeed};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The most that an idle flow may cost, in bytes.
const LIMIT: f64 = 256.0;

#[test]
fn a_flow_costs_at_most_256_bytes() {
    assert_eq!(size_of::<FlowRecord>(), 192);
    // The number of buckets is a power of two: just above one is where they cost most.
    for capacity in [1 << 20, (1 << 20) + 1, 3 << 19, (3 << 19) + 1] {
        let region = Region::new(ALLOCATOR);
        let table = FlowTable::new(FlowConfig { capacity, ..FlowConfig::default() }, HashSeed::fixed(1))
            .expect("memory for flows");
        let change = region.change();
        let held = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
        assert_eq!(table.capacity(), capacity);
        let each = (held + table.mapped_bytes() as f64) / capacity as f64;
        assert!((192.0..=LIMIT).contains(&each), "{each} bytes for each of {capacity} flows");
    }
}
