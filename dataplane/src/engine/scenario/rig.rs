//! An engine with everything around it, for tests that send frames.

use std::sync::Arc;
use std::time::Duration;

use weir_rules::diagnostic::Source;

use crate::counter::{Counter, Counters};
use crate::engine::{
    Decision, Engine, EngineSettings, EngineSizes, FailSafe, FlowEvents, Frame, Mode, WireSettings,
    WorkerRules,
};
use crate::event::eve::EveLine;
use crate::event::{AlertEvent, Event, EventConsumer, EventKind, Generation, event_ring};
use crate::flow::{FlowConfig, FlowId, HashSeed, WireId};
use crate::inspect::InspectorConfig;
use crate::packet::FragmentConfig;
use crate::ruleset::{Ruleset, Strictness};
use crate::stream::StoreConfig;
use crate::time::Nanos;
use crate::verdict::{Reason, Verdict};

/// What an engine is made of.
#[derive(Clone)]
pub struct Setup {
    pub settings: EngineSettings,
    pub sizes: EngineSizes,
    pub inspector: InspectorConfig,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            settings: EngineSettings {
                wires: vec![WireSettings::default()],
                window: 1 << 20,
                flow_events: FlowEvents::Off,
                drain: Duration::from_secs(60),
                ..EngineSettings::default()
            },
            sizes: EngineSizes {
                flows: FlowConfig { capacity: 256, ..FlowConfig::default() },
                streams: StoreConfig { memory: 1 << 20, window: 1 << 20 },
                fragments: FragmentConfig { datagrams: 16, memory: 1 << 18, ..FragmentConfig::default() },
                app: Default::default(),
            },
            inspector: InspectorConfig { streams: 128, progress: 1024 },
        }
    }
}

impl Setup {
    /// One wire, which treats everything so.
    pub fn wire(mode: Mode, on_fault: FailSafe, on_overload: FailSafe) -> Setup {
        let mut setup = Setup::default();
        setup.settings.wires = vec![WireSettings { mode, on_fault, on_overload }];
        setup
    }

    pub fn rig(&self, rules: &str, policy: &str) -> Rig {
        self.rig_with(prepare(rules, policy, None, self.inspector))
    }

    fn rig_with(&self, prepared: WorkerRules) -> Rig {
        let (producer, events) = event_ring(1 << 14);
        let rulesets = vec![prepared.ruleset.clone()];
        let seed = HashSeed::fixed(1);
        let engine = Engine::new(self.settings.clone(), self.sizes.clone(), seed, prepared, producer)
            .expect("memory for flows");
        Rig { engine, events, rulesets, inspector: self.inspector, now: Nanos(1_000_000_000) }
    }
}

fn prepare(rules: &str, policy: &str, previous: Option<&Ruleset>, inspector: InspectorConfig) -> WorkerRules {
    let rules = [Source::new("test.rules", rules)];
    let policies: Vec<_> =
        (!policy.is_empty()).then(|| Source::new("test.yaml", policy)).into_iter().collect();
    let compiled = match previous {
        Some(previous) => Ruleset::compile_after(&rules, &policies, previous, Strictness::Strict),
        None => Ruleset::compile(&rules, &policies, &[], Generation(1), Strictness::Strict),
    };
    let compiled = compiled.expect("rules compile");
    WorkerRules::prepare(Arc::new(compiled.ruleset), inspector).expect("an inspector")
}

/// An engine, its events and its clock.
pub struct Rig {
    pub engine: Engine,
    pub now: Nanos,
    events: EventConsumer,
    rulesets: Vec<Arc<Ruleset>>,
    inspector: InspectorConfig,
}

impl Rig {
    /// With the default setup and no policy.
    pub fn new(rules: &str) -> Rig {
        Setup::default().rig(rules, "")
    }

    /// With a rule set that was compiled before.
    pub fn with(ruleset: Ruleset) -> Rig {
        let setup = Setup::default();
        setup.rig_with(WorkerRules::prepare(Arc::new(ruleset), setup.inspector).expect("an inspector"))
    }

    /// The rule set in force.
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        self.engine.ruleset()
    }

    /// The events since the last call, as they are written.
    pub fn lines(&mut self) -> Vec<serde_json::Value> {
        let catalog = self.ruleset().catalog(Arc::new([]));
        let lines = self.events();
        lines
            .iter()
            .map(|event| serde_json::to_value(EveLine::new(event, Some(&catalog))).expect("a line"))
            .collect()
    }

    /// Sends one frame.
    pub fn decide(&mut self, bytes: &[u8]) -> Decision {
        let frame = Frame { bytes, wire: WireId(0), time: self.now, ..Frame::default() };
        let mut decisions = [Decision::FORWARD];
        self.engine.process(&[frame], &mut decisions);
        self.now += Duration::from_micros(10);
        decisions[0]
    }

    /// Sends one frame.
    pub fn send(&mut self, bytes: &[u8]) -> Verdict {
        self.decide(bytes).verdict
    }

    /// Sends frames that have to pass.
    #[track_caller]
    pub fn pass<F: AsRef<[u8]>>(&mut self, frames: impl IntoIterator<Item = F>) {
        for (index, frame) in frames.into_iter().enumerate() {
            assert_eq!(self.send(frame.as_ref()), Verdict::Forward, "frame {index}");
        }
    }

    /// Ends all flows, as when weir stops.
    pub fn end(&mut self) {
        let mut from = Some(FlowId(0));
        while let Some(at) = from {
            from = self.engine.end_flows(at, 1024);
        }
    }

    /// Sends a frame that may not pass, and says why not.
    #[track_caller]
    pub fn refused(&mut self, frame: &[u8]) -> Reason {
        self.send(frame).reason().expect("the frame is refused")
    }

    /// Puts other rules in force.
    pub fn reload(&mut self, rules: &str, policy: &str) -> Option<WorkerRules> {
        let prepared = prepare(rules, policy, self.rulesets.last().map(Arc::as_ref), self.inspector);
        self.rulesets.push(prepared.ruleset.clone());
        self.engine.install(prepared)
    }

    /// The number of the signature that a reason names, by the rule set of `generation`.
    pub fn sid_of(&self, reason: Reason, generation: u32) -> Option<u32> {
        let (Reason::Signature(rule) | Reason::FlowCut(rule)) = reason else { return None };
        Some(self.rulesets[generation as usize - 1].signatures.get(rule)?.id.sid)
    }

    /// The events since the last call.
    pub fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.pop()).collect()
    }

    /// The alerts since the last call, by the numbers of their signatures.
    pub fn alerts(&mut self) -> Vec<(u32, AlertEvent)> {
        let events = self.events();
        events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Alert(alert) => {
                    let set = &self.rulesets[event.generation.0 as usize - 1].signatures;
                    Some((set.get(alert.rule).expect("a rule of the event's generation").id.sid, alert))
                }
                _ => None,
            })
            .collect()
    }

    /// The numbers of the signatures that alerted since the last call.
    pub fn sids(&mut self) -> Vec<u32> {
        self.alerts().into_iter().map(|(sid, _)| sid).collect()
    }

    pub fn counters(&mut self) -> &Counters {
        self.engine.counters()
    }

    /// Every packet is forwarded, dropped or rejected.
    #[track_caller]
    pub fn assert_accounts(&mut self) {
        let counters = self.counters();
        let decided = [Counter::Forwarded, Counter::Dropped, Counter::Rejected].map(|c| counters.get(c));
        assert_eq!(counters.get(Counter::Packets), decided.iter().sum::<u64>(), "{decided:?}");
    }
}
