//! Streams of captures, cut anew and sent in another order, give the same alerts at the same places.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use weir::capture::CaptureReader;
use weir::counter::Counter;
use weir::engine::{Decision, Engine, EngineSettings, EngineSizes, Frame, WireSettings, WorkerRules};
use weir::event::{EventKind, Generation, event_ring};
use weir::flow::{FlowConfig, HashSeed};
use weir::inspect::InspectorConfig;
use weir::packet::{FragmentConfig, IpProtocol, Parsed, ParserConfig, TcpFlags, parse};
use weir::ruleset::{Ruleset, Strictness};
use weir::stream::StoreConfig;
use weir::time::Nanos;
use weir_rules::diagnostic::Source;

const RULES: &str = r#"
alert tcp any any -> any any (flow:established; content:"content"; sid:1;)
alert tcp any any -> any any (content:"HTTP/1."; content:"|0d 0a|"; distance:0; content:"|0d 0a 0d 0a|"; distance:20; sid:2;)
alert tcp any any -> any any (flow:to_client; content:"data|3a| "; pcre:"/^\{[^}]*\}/R"; sid:3;)
alert tcp any any -> any any (content:"model"; nocase; content:"role"; distance:-400; within:800; sid:4;)
alert tcp any any -> any any (flow:to_server; content:"POST "; depth:5; content:"Host"; nocase; sid:5;)
alert tcp any any -> any any (pcre:"/[a-z]{4,9}-[a-z0-9]{2,8}/"; sid:6;)
alert tcp any any -> any any (flow:to_client; content:"|00 00|"; content:"|00 00|"; distance:30; within:40; sid:7;)
"#;

/// The text of one direction, and a frame of it up to where its payload begins.
struct Stream {
    head: Vec<u8>,
    first_seq: u32,
    text: Vec<u8>,
}

/// A connection of which all was captured, in order.
struct Connection {
    name: String,
    handshake: Vec<Vec<u8>>,
    streams: Vec<Stream>,
}

/// Positions in a frame of Ethernet, IPv4 without options, and TCP.
const IP_LENGTH: usize = 16;
const SEQ: usize = 38;
const ACK: usize = 42;

fn connection(path: &Path) -> Option<Connection> {
    let mut reader = CaptureReader::open(path).ok()?;
    let mut handshake = Vec::new();
    let mut streams: Vec<Stream> = Vec::new();
    let mut first_port = None;
    while let Ok(Some(captured)) = reader.next() {
        let bytes = captured.frame;
        let Ok(Parsed::Ip(packet)) = parse(bytes, &ParserConfig::default()) else { return None };
        if packet.protocol != IpProtocol::TCP || bytes.get(14) != Some(&0x45) {
            return None;
        }
        let port = *first_port.get_or_insert(packet.src_port);
        if port != packet.src_port && port != packet.dst_port {
            break;
        }
        let payload = packet.payload(bytes);
        if handshake.len() < 3 {
            handshake.push(bytes.to_vec());
            if packet.tcp.flags.contains(TcpFlags::SYN) {
                streams.push(Stream {
                    head: vec![],
                    first_seq: packet.tcp.seq.wrapping_add(1),
                    text: vec![],
                });
            }
            continue;
        }
        let stream = streams.get_mut(usize::from(packet.src_port != port))?;
        if !payload.is_empty() {
            let next = stream.first_seq.wrapping_add(stream.text.len() as u32);
            if packet.tcp.seq != next {
                return None;
            }
            stream.text.extend_from_slice(payload);
            let head = bytes.get(..bytes.len() - payload.len())?;
            stream.head = head.to_vec();
        }
    }
    let acks: Vec<u32> = streams.iter().rev().map(|stream| stream.first_seq).collect();
    for (stream, ack) in streams.iter_mut().zip(acks) {
        // Nothing is acknowledged, so that anything may come in any order.
        stream.head.get_mut(ACK..ACK + 4)?.copy_from_slice(&ack.to_be_bytes());
    }
    let name = path.file_name()?.to_string_lossy().into_owned();
    (streams.len() == 2).then_some(Connection { name, handshake, streams })
}

impl Stream {
    fn segment(&self, start: usize, end: usize) -> Vec<u8> {
        let mut frame = [&self.head, &self.text[start..end]].concat();
        let length = (frame.len() - 14) as u16;
        frame[IP_LENGTH..IP_LENGTH + 2].copy_from_slice(&length.to_be_bytes());
        frame[SEQ..SEQ + 4].copy_from_slice(&self.first_seq.wrapping_add(start as u32).to_be_bytes());
        frame
    }
}

/// The signature, the direction and the place of each alert.
type Alerts = BTreeSet<(u32, usize, u64)>;

fn alerts(frames: &[Vec<u8>], ruleset: &Arc<Ruleset>) -> Alerts {
    let config = InspectorConfig { streams: 16, progress: 256 };
    let rules = WorkerRules::prepare(ruleset.clone(), config).expect("an inspector");
    let settings =
        EngineSettings { wires: vec![WireSettings::default()], window: 1 << 20, ..EngineSettings::default() };
    let sizes = EngineSizes {
        flows: FlowConfig { capacity: 16, ..FlowConfig::default() },
        streams: StoreConfig { memory: 1 << 22, window: 1 << 20 },
        fragments: FragmentConfig::default(),
        app: Default::default(),
    };
    let (producer, mut events) = event_ring(1 << 10);
    let mut engine =
        Engine::new(settings, sizes, HashSeed::fixed(1), rules, producer).expect("memory for flows");
    for (frame, number) in frames.iter().zip(1..) {
        let frame = Frame { bytes: frame, time: Nanos(number * 1000), number, ..Frame::default() };
        let mut decisions = [Decision::FORWARD];
        engine.process(&[frame], &mut decisions);
        assert_eq!(decisions[0], Decision::FORWARD, "frame {number}");
    }
    assert_eq!(engine.counters().get(Counter::PassedUninspected), 0, "all of it is inspected");
    let set = &ruleset.signatures;
    let sid = |rule| set.get(rule).expect("a signature").id.sid;
    std::iter::from_fn(|| events.pop())
        .filter_map(|event| match event.kind {
            EventKind::Alert(alert) => Some((sid(alert.rule), alert.direction?.index(), alert.offset)),
            _ => None,
        })
        .collect()
}

fn connections() -> Vec<Connection> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let more = std::env::var_os("WEIR_TEST_DATA").map_or_else(|| project.join("../shared"), PathBuf::from);
    let mut found = Vec::new();
    for folder in [
        project.join("tests/data/captures/base"),
        project.join("tests/data/captures/leak"),
        more.join("captures/base"),
        more.join("captures/leak"),
    ] {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            eprintln!("SKIPPED: there is no {}; set WEIR_TEST_DATA for more captures", folder.display());
            continue;
        };
        let paths: BTreeSet<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        // Large ones say no more, and take long.
        let small = paths.iter().filter(|path| path.metadata().is_ok_and(|file| file.len() < 30_000));
        found.extend(small.filter_map(|path| connection(path)));
    }
    found
}

#[test]
fn cuts_and_order_change_nothing() {
    let source = [Source::new("recut.rules", RULES)];
    let compiled = Ruleset::compile(&source, &[], &[], Generation(1), Strictness::Strict).expect("rules");
    let ruleset = Arc::new(compiled.ruleset);
    let mut found = BTreeSet::new();
    for connection in connections() {
        let in_order = connection.streams.iter().flat_map(|stream| {
            let starts = (0..stream.text.len()).step_by(1400);
            starts.map(|start| stream.segment(start, stream.text.len().min(start + 1400)))
        });
        let frames: Vec<_> = connection.handshake.iter().cloned().chain(in_order).collect();
        let expected = alerts(&frames, &ruleset);
        found.extend(expected.iter().map(|alert| alert.0));
        let defaults = Config::default();
        let cases = defaults.cases.div_ceil(20);
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..defaults });
        let length = prop_oneof![1 => 1_usize..4, 8 => 1_usize..1400];
        let cuts = (proptest::collection::vec(length, 0..40), any::<u64>());
        let outcome = runner.run(&cuts, |(lengths, seed)| {
            let mut frames = Vec::new();
            for stream in &connection.streams {
                let (mut start, mut lengths) = (0, lengths.iter().cycle());
                while start < stream.text.len() {
                    let end = stream.text.len().min(start + lengths.next().map_or(1400, |&length| length));
                    frames.push(stream.segment(start, end));
                    start = end;
                }
            }
            // Any order will do, as long as the seed gives it.
            frames.sort_by_cached_key(|frame| HashSeed::fixed(seed).hash(&key_of(frame)).0);
            let all: Vec<_> = connection.handshake.iter().cloned().chain(frames).collect();
            prop_assert_eq!(&alerts(&all, &ruleset), &expected);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", connection.name));
    }
    assert!(found.len() >= 5, "only {found:?} were found at all");
}

/// A key that differs from segment to segment, to shuffle them by its hash.
fn key_of(frame: &[u8]) -> weir::flow::FlowKey {
    let Ok(Parsed::Ip(mut packet)) = parse(frame, &ParserConfig::default()) else { panic!("a segment") };
    packet.src_port = packet.tcp.seq as u16;
    packet.dst_port = (packet.tcp.seq >> 16) as u16;
    weir::flow::FlowKey::of(&packet, weir::flow::WireId(0)).0
}
