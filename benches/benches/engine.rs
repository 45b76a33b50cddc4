//! The whole engine on bursts of frames, without DPDK: `weir bench` is the measurement with it.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::sync::Arc;
use weir::config::{Config, Source as FrameSource};
use weir::engine::{Checksum, Decision, Engine, Frame, WorkerRules};
use weir::event::{Generation, event_ring};
use weir::flow::{HashSeed, WireId};
use weir::inspect::InspectorConfig;
use weir::ruleset::{Ruleset, Strictness};
use weir::time::Nanos;
use weir_benches::ai_chat::AiChat;
use weir_benches::datagrams::udp64;
use weir_benches::rule_set::{Kind, rule_set};
use weir_rules::diagnostic::Source;

const BURST: usize = 32;
/// Flows of the engine's table: setting it up is not what is measured, but takes time.
const FLOWS: u32 = 1 << 14;

fn engine(rules: Option<Kind>) -> Engine {
    let sources: Vec<_> =
        rules.map(|kind| Source::new("bench.rules", rule_set(1000, kind, 1))).into_iter().collect();
    let compiled =
        Ruleset::compile(&sources, &[], &[], Generation(1), Strictness::Strict).expect("rules that compile");
    let mut config = Config::default();
    config.flows.capacity.value = FLOWS;
    let inspector = InspectorConfig { streams: 2048, progress: 4096 };
    let rules =
        WorkerRules::prepare(Arc::new(compiled.ruleset), inspector).expect("memory for the inspector");
    // The consumer is gone, so events are counted as lost.
    let (events, _) = event_ring(1024);
    let settings = config.engine_settings(FrameSource::Capture, 1);
    Engine::new(settings, config.engine_sizes(), HashSeed::fixed(1), rules, events)
        .expect("memory for the engine")
}

fn process(engine: &mut Engine, frames: &[Vec<u8>]) -> usize {
    let mut decisions = [Decision::FORWARD; BURST];
    let mut forwarded = 0;
    for burst in frames.chunks(BURST) {
        let mut views = [Frame::default(); BURST];
        for (view, bytes) in views.iter_mut().zip(burst) {
            *view = Frame {
                bytes,
                wire: WireId(0),
                time: Nanos(1_000_000_000),
                number: 0,
                checksum: Checksum::NotBad,
            };
        }
        engine.process(&views[..burst.len()], &mut decisions[..burst.len()]);
        forwarded += burst.len();
    }
    forwarded
}

fn whole_engine(criterion: &mut Criterion) {
    let chat: Vec<_> = AiChat::new(500, 50_000, 64, 1).collect();
    let small: Vec<_> = udp64(4096, 50_000, 1).collect();
    let cases = [
        ("udp64/no-rules", &small, None),
        ("ai-chat/no-rules", &chat, None),
        ("ai-chat/1000-absent", &chat, Some(Kind::Absent)),
        ("ai-chat/1000-present", &chat, Some(Kind::Present)),
    ];
    for unit in ["packets", "bytes"] {
        let mut group = criterion.benchmark_group(format!("engine-{unit}"));
        for (name, frames, rules) in cases {
            let bytes: usize = frames.iter().map(Vec::len).sum();
            group.throughput(match unit {
                "packets" => Throughput::Elements(frames.len() as u64),
                _ => Throughput::Bytes(bytes as u64),
            });
            group.bench_function(name, |bencher| {
                let fresh = || engine(rules);
                bencher.iter_batched_ref(fresh, |engine| process(engine, frames), BatchSize::PerIteration);
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(2));
    targets = whole_engine
}
criterion_main!(benches);
