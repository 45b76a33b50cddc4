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

/// What is meant, over all framings that models answer in.
const MEANING: &str = r#"
alert llm any any -> any any (llm.prompt; content:"the capital of France? Answer"; sid:1;)
alert llm any any -> any any (flow:to_client; llm.completion; content:"It lies on the Seine and has been"; sid:2;)
alert llm any any -> any any (flow:to_client; llm.completion; content:"AKIAIOSFODNN7EXAMPLE"; sid:3;)
alert llm any any -> any any (llm.tool_name; content:"get_weather"; llm.tool_args; content:"Paris"; sid:4;)
alert llm any any -> any any (llm.tokens_out:>0; sid:5;)
alert llm any any -> any any (llm.completion; pcre:"/4111( \d{4}){3}/"; sid:6;)
alert llm any any -> any any (llm.system; content:"You are helpful."; startswith; endswith; sid:7;)
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
    let (alerts, forwarded) = run(frames, ruleset);
    assert_eq!(forwarded.len(), frames.len(), "a frame was dropped");
    alerts
}

/// The alerts, and the frames that were forwarded.
fn run(frames: &[Vec<u8>], ruleset: &Arc<Ruleset>) -> (Alerts, Vec<Vec<u8>>) {
    let mut forwarded = Vec::new();
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
    for (bytes, number) in frames.iter().zip(1..) {
        let frame = Frame { bytes, time: Nanos(number * 1000), number, ..Frame::default() };
        let mut decisions = [Decision::FORWARD];
        engine.process(&[frame], &mut decisions);
        if decisions[0] == Decision::FORWARD {
            forwarded.push(bytes.clone());
        }
    }
    assert_eq!(engine.counters().get(Counter::PassedUninspected), 0, "all of it is inspected");
    let set = &ruleset.signatures;
    let sid = |rule| set.get(rule).expect("a signature").id.sid;
    let alerts = std::iter::from_fn(|| events.pop())
        .filter_map(|event| match event.kind {
            EventKind::Alert(alert) => Some((sid(alert.rule), alert.direction?.index(), alert.offset)),
            _ => None,
        })
        .collect();
    (alerts, forwarded)
}

fn compile(rules: &str) -> Arc<Ruleset> {
    let source = [Source::new("recut.rules", rules)];
    let compiled = Ruleset::compile(&source, &[], &[], Generation(1), Strictness::Strict).expect("rules");
    Arc::new(compiled.ruleset)
}

impl Connection {
    /// Segments of these lengths, again and again: all of the client, then all of the server.
    fn cut(&self, lengths: &[usize]) -> Vec<Vec<Vec<u8>>> {
        let cut = |stream: &Stream| {
            let (mut frames, mut start, mut lengths) = (Vec::new(), 0, lengths.iter().cycle());
            while start < stream.text.len() {
                let end = stream.text.len().min(start + lengths.next().map_or(1400, |&length| length));
                frames.push(stream.segment(start, end));
                start = end;
            }
            frames
        };
        self.streams.iter().map(cut).collect()
    }
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

/// Whose segments may come among whose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Anyone's.
    Any,
    /// Nobody answers before he is asked.
    AnswersLast,
}

/// How segments are cut, and a seed for their order.
fn cuts() -> impl Strategy<Value = (Vec<usize>, u64)> {
    let length = prop_oneof![1 => 1_usize..4, 8 => 1_usize..1400];
    (proptest::collection::vec(length, 0..40), any::<u64>())
}

/// Runs every connection in many cuts; returns which signatures were found at all.
fn cut_anew(rules: &str, order: Order) -> BTreeSet<u32> {
    let ruleset = compile(rules);
    let mut found = BTreeSet::new();
    for connection in connections() {
        let in_order = connection.cut(&[1400]).into_iter().flatten();
        let frames: Vec<_> = connection.handshake.iter().cloned().chain(in_order).collect();
        let expected = alerts(&frames, &ruleset);
        found.extend(expected.iter().map(|alert| alert.0));
        let defaults = Config::default();
        let cases = defaults.cases.div_ceil(20);
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..defaults });
        let outcome = runner.run(&cuts(), |(lengths, seed)| {
            let mut streams = connection.cut(&lengths);
            // Any order will do, as long as the seed gives it.
            let shuffle = |frames: &mut Vec<Vec<u8>>| {
                frames.sort_by_cached_key(|frame| HashSeed::fixed(seed).hash(&key_of(frame)).0);
            };
            let frames = if order == Order::Any {
                let mut all: Vec<_> = streams.into_iter().flatten().collect();
                shuffle(&mut all);
                all
            } else {
                streams.iter_mut().for_each(shuffle);
                streams.into_iter().flatten().collect()
            };
            let all: Vec<_> = connection.handshake.iter().cloned().chain(frames).collect();
            prop_assert_eq!(&alerts(&all, &ruleset), &expected);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", connection.name));
    }
    found
}

#[test]
fn cuts_and_order_change_nothing() {
    let found = cut_anew(RULES, Order::Any);
    assert!(found.len() >= 5, "only {found:?} were found at all");
}

#[test]
fn cuts_and_order_change_nothing_of_what_is_meant() {
    let found = cut_anew(MEANING, Order::AnswersLast);
    let wanted = if std::env::var_os("WEIR_TEST_DATA").is_some() { 7 } else { 3 };
    assert!(found.len() >= wanted, "only {found:?} were found at all");
}

/// What a rule drops is never complete at its receiver: in what was forwarded, the same rule finds nothing.
#[test]
fn the_piece_that_completes_a_secret_does_not_pass() {
    let rule = |action| {
        format!(
            "{action} llm any any -> any any (flow:to_client; llm.completion; content:\"AKIAIOSFODNN7EXAMPLE\"; sid:1;)"
        )
    };
    let (dropping, finding) = (compile(&rule("drop")), compile(&rule("alert")));
    let mut leaks = 0;
    for connection in connections() {
        let defaults = Config::default();
        let cases = defaults.cases.div_ceil(20);
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..defaults });
        let seen = std::cell::Cell::new(false);
        let outcome = runner.run(&cuts(), |(lengths, _)| {
            let cut = connection.cut(&lengths).into_iter().flatten();
            let frames: Vec<_> = connection.handshake.iter().cloned().chain(cut).collect();
            let leaks = !alerts(&frames, &finding).is_empty();
            seen.set(leaks);
            let (_, forwarded) = run(&frames, &dropping);
            prop_assert_eq!(forwarded.len() < frames.len(), leaks);
            prop_assert!(alerts(&forwarded, &finding).is_empty());
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", connection.name));
        leaks += usize::from(seen.get());
    }
    let wanted = if std::env::var_os("WEIR_TEST_DATA").is_some() { 6 } else { 1 };
    assert!(leaks >= wanted, "only {leaks} connections leak at all");
}

/// A key that differs from segment to segment, to shuffle them by its hash.
fn key_of(frame: &[u8]) -> weir::flow::FlowKey {
    let Ok(Parsed::Ip(mut packet)) = parse(frame, &ParserConfig::default()) else { panic!("a segment") };
    packet.src_port = packet.tcp.seq as u16;
    packet.dst_port = (packet.tcp.seq >> 16) as u16;
    weir::flow::FlowKey::of(&packet, weir::flow::WireId(0)).0
}
