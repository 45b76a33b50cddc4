//! Scanning: how much it depends on the length of the pieces, and on what the patterns are made of.

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use weir::event::Generation;
use weir::flow::Direction;
use weir::inspect::{Hits, Inspector, InspectorConfig, Opened, StreamHandle};
use weir::ruleset::{Ruleset, Strictness};
use weir_benches::rule_set::{Kind, rule_set};
use weir_benches::seeded::Seeded;
use weir_benches::words::Words;
use weir_rules::diagnostic::Source;

/// Text to scan, in bytes.
const TEXT: usize = 1 << 18;

fn inspector(kind: Kind) -> Inspector {
    let source = Source::new("bench.rules", rule_set(1000, kind, 1));
    let compiled =
        Ruleset::compile(&[source], &[], &[], Generation(1), Strictness::Strict).expect("rules that compile");
    let config = InspectorConfig { streams: 64, progress: 4096 };
    Inspector::new(Arc::clone(&compiled.ruleset.databases), 1, config).expect("memory for the inspector")
}

fn open(inspector: &mut Inspector) -> StreamHandle {
    match inspector.open(Direction::ToServer, 1) {
        Opened::Stream(handle) => handle,
        other => panic!("no stream: {other:?}"),
    }
}

fn scanning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan-stream");
    let text = Words::default().text(&mut Seeded::new(5), TEXT);
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, kind) in [("present", Kind::Present), ("absent", Kind::Absent)] {
        let mut inspector = inspector(kind);
        let mut hits = Hits::default();
        for piece in [16, 256, 1448, 16_384] {
            group.bench_function(BenchmarkId::new(name, piece), |bencher| {
                bencher.iter(|| {
                    let handle = open(&mut inspector);
                    for bytes in text.as_bytes().chunks(piece) {
                        hits.clear();
                        let _ = inspector.scan_stream(handle, Direction::ToServer, 1, bytes, &mut hits);
                    }
                    inspector.release(handle, Direction::ToServer, 1);
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    targets = scanning
}
criterion_main!(benches);
