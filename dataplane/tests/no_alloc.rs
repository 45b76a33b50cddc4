//! Once an engine is made, it allocates nothing: not for packets, not for flows, not for alerts.
//!
//! What Hyperscan allocates in C is not seen here; it allocates when databases, scratch and streams are made, and not
//! when it scans. The only test of its binary, because the allocator counts for all threads.

use std::alloc::System;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use weir::capture::CaptureReader;
use weir::counter::Counter;
use weir::engine::{
    Decision, Engine, EngineSettings, EngineSizes, Frame, Midstream, Mode, UnseenAcks, WireSettings,
    WorkerRules,
};
use weir::event::{Event, EventKind, Generation, event_ring};
use weir::flow::{FlowConfig, FlowId, HashSeed};
use weir::inspect::InspectorConfig;
use weir::packet::FragmentConfig;
use weir::ruleset::{Ruleset, Strictness};
use weir::stream::StoreConfig;
use weir::time::Nanos;
use weir_rules::diagnostic::Source;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Some of them match often, some never.
const RULES: &str = r#"
alert tcp any any -> any any (msg:"one pattern"; content:"HTTP/1.1"; sid:1;)
alert tcp any any -> any any (msg:"several"; content:"POST"; content:"Host"; distance:0; content:!"zzz"; sid:2;)
drop tcp any any -> any any (msg:"a regex"; content:"data: "; pcre:"/content[a-z\"]+:/R"; sid:3;)
alert tcp any any -> any any (msg:"never"; content:"no capture holds this"; sid:4;)
alert udp any any -> any any (msg:"datagrams"; content:"|00 01|"; sid:5;)
alert ip any any -> any any (msg:"headers"; sid:6;)
"#;

struct Captured {
    bytes: Vec<u8>,
    time: Nanos,
}

fn captured() -> Vec<Captured> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/captures");
    let folders = [folder.clone(), folder.join("base"), folder.join("leak"), folder.join("inject")];
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the captures"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcap"))
        .collect();
    paths.sort();
    let mut frames = Vec::new();
    for path in paths {
        let mut reader = CaptureReader::open(&path).expect("a capture");
        while let Ok(Some(frame)) = reader.next() {
            frames.push(Captured { bytes: frame.frame.to_vec(), time: frame.time });
        }
    }
    frames
}

fn rules(generation: u32, config: InspectorConfig) -> WorkerRules {
    let source = [Source::new("no_alloc.rules", RULES)];
    let compiled =
        Ruleset::compile(&source, &[], &[], Generation(generation), Strictness::Strict).expect("rules");
    WorkerRules::prepare(Arc::new(compiled.ruleset), config).expect("an inspector")
}

#[test]
fn an_engine_at_work_allocates_nothing() {
    let frames = captured();
    let config = InspectorConfig { streams: 256, progress: 1024 };
    let settings = EngineSettings {
        // What would be dropped goes on, so that everything is inspected.
        wires: vec![WireSettings { mode: Mode::Observe, ..WireSettings::default() }],
        midstream: Midstream::Inspect,
        unseen_acks: UnseenAcks::Skip,
        window: 1 << 20,
        drain: Duration::from_secs(60),
        ..EngineSettings::default()
    };
    let sizes = EngineSizes {
        flows: FlowConfig { capacity: 4, ..FlowConfig::default() },
        streams: StoreConfig { memory: 1 << 22, window: 1 << 20 },
        fragments: FragmentConfig { datagrams: 64, memory: 1 << 20, ..FragmentConfig::default() },
        app: Default::default(),
    };
    let (events, mut consumer) = event_ring(1 << 12);
    let mut engine =
        Engine::new(settings, sizes, HashSeed::fixed(3), rules(1, config), events).expect("memory for flows");
    let next = rules(2, config);
    let mut decisions = [Decision::FORWARD; 32];
    let mut alerts = 0_u64;
    let mut count = |event: Event| alerts += u64::from(matches!(event.kind, EventKind::Alert(_)));

    let region = Region::new(ALLOCATOR);
    let mut replaced = None;
    let mut next = Some(next);
    for round in 0..3 {
        for burst in frames.chunks(32) {
            let mut views = [Frame::default(); 32];
            for (view, frame) in views.iter_mut().zip(burst) {
                *view = Frame { bytes: &frame.bytes, time: frame.time, ..Frame::default() };
            }
            engine.process(&views[..burst.len()], &mut decisions);
            while let Some(event) = consumer.pop() {
                count(event);
            }
        }
        engine.counters();
        // In the middle of it all, other rules.
        if round == 1
            && let Some(rules) = next.take()
        {
            replaced = engine.install(rules);
        }
    }
    let mut from = Some(FlowId(0));
    while let Some(at) = from {
        from = engine.end_flows(at, 16);
        while let Some(event) = consumer.pop() {
            count(event);
        }
    }
    let retired = engine.retire();
    let change = region.change();

    assert_eq!((change.allocations, change.reallocations, change.deallocations), (0, 0, 0), "{change:?}");
    assert!(replaced.is_none() && retired.is_some());
    // It did work.
    let counters = engine.counters();
    assert_eq!(counters.get(Counter::Packets), 3 * frames.len() as u64);
    for counter in [
        Counter::InspectedBytes,
        Counter::DecodeFragments,
        Counter::DecodeDefragmented,
        Counter::TcpOutOfOrder,
        Counter::FlowsEvicted,
        Counter::Observed,
    ] {
        assert!(counters.get(counter) > 0, "{counter:?}");
    }
    assert!(alerts > 30, "{alerts} alerts");
    assert_eq!(counters.get(Counter::EventsLost), 0);
}
