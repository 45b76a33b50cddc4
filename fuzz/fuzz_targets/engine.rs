//! Any sequence of frames through the whole engine, with a policy and signatures in force, and tables so small that every
//! limit is reached: nothing panics.

#![no_main]

use std::cell::RefCell;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use weir::config::{Config, Source};
use weir::engine::{BURST_CAPACITY, Decision, Engine, Frame, WorkerRules};
use weir::event::{EventConsumer, Generation, event_ring};
use weir::flow::{FlowId, HashSeed};
use weir::ruleset::{Ruleset, Strictness};
use weir::time::Nanos;
use weir_rules::diagnostic;

const CONFIG: &str = "wires: [{ name: a, ports: [x, y], on-fault: closed, on-overload: closed }]
flows: { capacity: 64, timeouts: { tcp: { new: 1s, established: 2s, closed: 1s } } }
tcp: { memory: 64KiB, window: 4KiB }
fragments: { datagrams: 8, memory: 64KiB, timeout: 1s }
inspect: { streams: 16, progress: 16 }
";
const RULES: &str = r#"drop ip any any -> any any (msg:"a"; content:"forbidden"; sid:1;)
reject tcp any any -> any any (msg:"b"; flow:established,to_server; content:"ab"; content:"cd"; distance:1; within:8; sid:2;)
alert udp any any -> any 53 (msg:"c"; content:"|00 01|"; offset:2; depth:4; pcre:"/[a-z]{3}/"; sid:3;)
alert pkthdr any any -> any any (msg:"e"; decode-event:ipv6.trunc_exthdr; sid:5;)
drop tcp any any -> any any (msg:"f"; stream-event:est_syn_resend; sid:6;)
alert ip any any -> any any (msg:"g"; ipv4.hdr; content:"|45|"; stream_size:client,>,9; tcpv4-csum:invalid; sid:7;)
alert arp any any -> any any (msg:"h"; sid:8;)
pass tcp any any -> any 443 (msg:"d"; content:"open sesame"; sid:4;)
"#;
const POLICY: &str = "default: allow
identities: [{ name: a, match: [{ cidr: 10.0.0.0/8 }] }, { name: b, match: [{ vni: 7 }] }]
rules: [{ name: r, from: a, to: b, ports: [{ protocol: tcp, port: 1-99 }], action: reject }]
";

struct Bench {
    engine: Engine,
    events: EventConsumer,
    now: u64,
}

impl Bench {
    fn new() -> Bench {
        let source = |text: &str| diagnostic::Source::new("fuzz", text);
        let config: Config = weir::config::load::parse(&source(CONFIG)).expect("the configuration");
        let rules = [source(RULES)];
        let compiled = Ruleset::compile(&rules, &[source(POLICY)], &[], Generation(1), Strictness::Strict);
        let ruleset = Arc::new(compiled.expect("the rules").ruleset);
        let rules = WorkerRules::prepare(ruleset, config.inspector_config()).expect("an inspector");
        let (producer, events) = event_ring(4096);
        let settings = config.engine_settings(Source::Live, 1);
        let engine = Engine::new(settings, config.engine_sizes(), HashSeed::fixed(0), rules, producer)
            .expect("memory for flows");
        Bench { engine, events, now: 1_000_000_000 }
    }

    fn run(&mut self, input: &[u8]) {
        let (mut frames, mut rest) = (Vec::new(), input);
        // Two bytes tell how long a frame is and how much time passes before it.
        while let Some((&[len, pause], after)) = rest.split_first_chunk() {
            let (bytes, after) = after.split_at(usize::from(len).min(after.len()));
            rest = after;
            self.now += u64::from(pause) * 5_000_000;
            frames.push(Frame { bytes, time: Nanos(self.now), ..Frame::default() });
            if frames.len() == BURST_CAPACITY {
                self.burst(&frames);
                frames.clear();
            }
        }
        self.burst(&frames);
        // Every input begins with an empty table, so that a finding can be repeated.
        self.now += 3_600_000_000_000;
        let mut from = Some(FlowId(0));
        while let Some(at) = from {
            from = self.engine.end_flows(at, 1024);
        }
        self.engine.tick(Nanos(self.now));
        while self.events.pop().is_some() {}
    }

    fn burst(&mut self, frames: &[Frame<'_>]) {
        let mut decisions = [Decision::FORWARD; BURST_CAPACITY];
        self.engine.process(frames, &mut decisions[..frames.len()]);
        while self.events.pop().is_some() {}
    }
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench::new());
}

fuzz_target!(|input: &[u8]| BENCH.with_borrow_mut(|bench| bench.run(input)));
