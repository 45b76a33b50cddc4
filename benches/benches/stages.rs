//! The stages before inspection, one by one: parse, flow lookup, reassembly, policy.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use weir::flow::{FlowConfig, FlowKey, FlowTable, HashSeed, Side, WireId};
use weir::packet::{IpProtocol, Packet, Parsed, ParserConfig, parse, parse_into};
use weir::stream::{Half, Reassembler, Retain, StoreConfig};
use weir::time::Nanos;
use weir_benches::ai_chat::AiChat;
use weir_benches::datagrams::udp64;
use weir_benches::seeded::Seeded;
use weir_rules::diagnostic::Source;
use weir_rules::policy::{Endpoint, Policy};

/// Packets that are looked up together.
const BURST: usize = 32;

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let config = ParserConfig::default();
    let traffic: [(&str, Vec<Vec<u8>>); 2] = [
        ("udp64", udp64(64, 1024, 1).collect()),
        ("ai-chat", AiChat::new(16, 2000, 16, 1).take(1024).collect()),
    ];
    for (name, frames) in traffic {
        group.throughput(Throughput::Elements(frames.len() as u64));
        group.bench_function(name, |bencher| {
            let mut packet = Packet::default();
            bencher.iter(|| {
                for frame in &frames {
                    let _ = black_box(parse_into(black_box(frame), &config, &mut packet));
                }
            });
        });
    }
    group.finish();
}

fn keys(count: usize) -> Vec<(FlowKey, Side)> {
    let config = ParserConfig::default();
    let of = |frame: Vec<u8>| match parse(&frame, &config) {
        Ok(Parsed::Ip(packet)) => FlowKey::of(&packet, WireId(0)),
        other => panic!("not a packet: {other:?}"),
    };
    udp64(count, count, 1).map(of).collect()
}

fn lookup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("flow-lookup");
    group.throughput(Throughput::Elements(BURST as u64));
    for (name, count) in [("10k", 10_000), ("1M", 1_000_000), ("4M", 4_000_000)] {
        let config = FlowConfig { capacity: count * 5 / 4, unanswered_percent: 100, ..FlowConfig::default() };
        let mut table = FlowTable::new(config, HashSeed::fixed(1)).expect("memory for the table");
        let keys = keys(count);
        for (key, side) in &keys {
            let hash = table.hash(key);
            table.insert(key, hash, *side, Nanos::ZERO).expect("room for all of them");
        }
        let mut random = Seeded::new(2);
        group.bench_function(name, |bencher| {
            let burst = || -> Vec<FlowKey> { (0..BURST).map(|_| keys[random.below(keys.len())].0).collect() };
            bencher.iter_batched_ref(burst, |burst| find_all(&table, burst), BatchSize::SmallInput);
        });
    }
    group.finish();
}

/// As the engine does it: all hashes, all buckets, all records, so that misses overlap.
fn find_all(table: &FlowTable, burst: &[FlowKey]) -> usize {
    let mut hashes = [Default::default(); BURST];
    for (key, hash) in burst.iter().zip(hashes.iter_mut()) {
        *hash = table.hash(key);
        table.prefetch_bucket(*hash);
    }
    hashes.iter().for_each(|hash| _ = table.prefetch_record(*hash, IpProtocol::UDP));
    burst.iter().zip(&hashes).filter(|(key, hash)| table.find(key, **hash).is_some()).count()
}

fn reassembly(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reassemble");
    const SEGMENTS: u32 = 64;
    for (name, len) in [("200B", 200_u32), ("1448B", 1448)] {
        let payload = vec![0x61; len as usize];
        group.throughput(Throughput::Bytes(u64::from(len * SEGMENTS)));
        for (order, step) in [("in-order", 1), ("shuffled", 7)] {
            group.bench_function(format!("{order}/{name}"), |bencher| {
                let mut reassembler = Reassembler::new(StoreConfig::default());
                bencher.iter(|| {
                    let mut half = Half::default();
                    reassembler.start(&mut half, 1);
                    let mut bytes = 0;
                    for number in 0..SEGMENTS {
                        let seq = 1 + (number * step % SEGMENTS) * len;
                        reassembler.segment(&mut half, seq, &payload, Retain::Unacknowledged, &mut |piece| {
                            bytes += piece.bytes.len();
                        });
                    }
                    reassembler.release(&mut half);
                    bytes
                });
            });
        }
    }
    group.finish();
}

/// 100,000 prefixes in 1,000 identities, and 10,000 rules between them.
fn large_policy() -> Policy {
    let mut text = String::from("default: deny\nidentities:\n");
    for identity in 0..1000 {
        let _ = write!(text, "  - name: i{identity}\n    match:\n");
        for prefix in 0..100 {
            let number = identity * 100 + prefix;
            let _ = writeln!(
                text,
                "      - cidr: 10.{}.{}.{}/28",
                number >> 12,
                (number >> 4) & 255,
                (number & 15) << 4
            );
        }
    }
    text += "rules:\n";
    let mut random = Seeded::new(3);
    for rule in 0..10_000 {
        let [from, to] = [random.below(1000), random.below(1000)];
        let _ = write!(
            text,
            "  - name: r{rule}\n    from: [i{from}]\n    to: [i{to}]\n    ports: [ {{protocol: tcp, port: {}}} ]\n    \
             action: allow\n",
            1 + rule % 60_000
        );
    }
    let (policy, _) = Policy::load(&[Source::new("bench.yaml", text)]).expect("a policy");
    policy
}

fn policy(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("policy");
    group.throughput(Throughput::Elements(1));
    let policy = large_policy();
    let mut random = Seeded::new(4);
    let mut endpoint = || {
        let number = random.below(1_600_000) as u32;
        let mut address = [0; 16];
        address[10..].copy_from_slice(&[
            0xff,
            0xff,
            10,
            (number >> 16) as u8,
            (number >> 8) as u8,
            number as u8,
        ]);
        Endpoint { address, vlan: [0, 0], vni: 0 }
    };
    let pairs: Vec<_> = (0..4096).map(|_| (endpoint(), endpoint())).collect();
    let mut at = 0;
    group.bench_function("identify-and-decide/100k-prefixes-10k-rules", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % pairs.len();
            let (from, to) = &pairs[at];
            policy.decide(policy.identify(from), policy.identify(to), 6, 8000)
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    targets = parsing, lookup, reassembly, policy
}
criterion_main!(benches);
