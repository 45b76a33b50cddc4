//! One trial: an engine of its own, fed with frames, and what its signatures said.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use weir_hw::MemoryError;
use weir_rules::signature::RuleIndex;

use super::exchange::Exchange;
use crate::capture::{CaptureError, CaptureReader};
use crate::config::{Config, Source};
use crate::engine::{Decision, Engine, Frame, WorkerRules};
use crate::event::{Event, EventConsumer, EventKind, event_ring};
use crate::flow::{FlowId, HashSeed};
use crate::inspect::InspectError;
use crate::profile::RuleProfile;
use crate::ruleset::Ruleset;
use crate::time::Nanos;
use crate::verdict::{Reason, Verdict};

/// Events that can wait; they are taken out after every frame.
const EVENTS: usize = 4096;
/// Flows that are ended before their events are taken out.
const ENDED_AT_ONCE: usize = 1024;
/// From one frame of an exchange to the next.
const STEP: Duration = Duration::from_millis(1);
/// When exchanges take place: 2025-11-03 10:00 UTC.
const START: Nanos = Nanos(1_762_164_000_000_000_000);

/// Why there is no trial.
#[derive(Debug, Error)]
pub enum TrialError {
    /// There is not enough memory for flows.
    #[error("{0}; lower flows.capacity")]
    Memory(#[from] MemoryError),
    /// There is not enough memory to inspect.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The capture can't be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// What signatures said.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Alerts by signature.
    pub alerts: BTreeMap<RuleIndex, u64>,
    /// Packets that were not forwarded, by the signature that said so.
    pub refused: BTreeMap<RuleIndex, u64>,
    /// Frames there were.
    pub frames: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What signatures cost, where that was asked for.
    pub profile: Option<RuleProfile>,
}

/// Whether signatures are profiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profiling {
    /// They are not.
    Off,
    /// They are.
    On,
}

/// Traffic through an engine of its own.
pub struct Trial {
    engine: Engine,
    events: EventConsumer,
    outcome: Outcome,
}

impl Trial {
    /// With the sizes and settings of `config`.
    pub fn new(ruleset: Arc<Ruleset>, config: &Config, profiling: Profiling) -> Result<Trial, TrialError> {
        let signatures = ruleset.signatures.signatures.len();
        let (producer, events) = event_ring(EVENTS);
        let rules = WorkerRules::prepare(ruleset, config.inspector_config())?;
        let settings = config.engine_settings(Source::Capture, 1);
        let mut engine = Engine::new(settings, config.engine_sizes(), HashSeed::fixed(0), rules, producer)?;
        if profiling == Profiling::On {
            engine.worker_rules().set_profile(Some(RuleProfile::new(signatures)));
        }
        Ok(Trial { engine, events, outcome: Outcome::default() })
    }

    /// Sizes that fit a trial, where no configuration says otherwise.
    pub fn sizes() -> Config {
        let mut config = Config::default();
        config.flows.capacity.value = 1 << 12;
        config.inspect.streams = 1 << 9;
        config.inspect.progress = 1 << 12;
        config.tcp.memory = crate::config::units::Size::mib(16);
        config.fragments.datagrams = 64;
        config
    }

    /// Sends a capture.
    pub fn capture(&mut self, path: &Path) -> Result<(), TrialError> {
        let mut reader = CaptureReader::open(path)?;
        while let Some(captured) = reader.next()? {
            let (bytes, time, number) = (captured.frame, captured.time, captured.number);
            self.send(Frame { bytes, time, number, ..Frame::default() });
        }
        Ok(())
    }

    /// Sends an exchange.
    pub fn exchange(&mut self, exchange: &Exchange) {
        let mut time = START;
        for (index, frame) in exchange.frames().iter().enumerate() {
            self.send(Frame { bytes: frame, time, number: index as u64 + 1, ..Frame::default() });
            time += STEP;
        }
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.outcome.frames += 1;
        self.outcome.bytes += frame.bytes.len() as u64;
        self.engine.process(&[frame], &mut [Decision::FORWARD]);
        self.take_events();
    }

    fn take_events(&mut self) {
        while let Some(event) = self.events.pop() {
            self.outcome.note(&event);
        }
    }

    /// Ends all flows, and tells what came of it.
    pub fn finish(mut self) -> Outcome {
        let mut from = Some(FlowId(0));
        while let Some(at) = from {
            from = self.engine.end_flows(at, ENDED_AT_ONCE);
            self.take_events();
        }
        self.outcome.profile = self.engine.worker_rules().set_profile(None);
        self.outcome
    }
}

impl Outcome {
    fn note(&mut self, event: &Event) {
        match event.kind {
            EventKind::Alert(alert) => *self.alerts.entry(alert.rule).or_default() += 1,
            EventKind::Drop(dropped) => {
                if let Verdict::Drop(Reason::Signature(rule)) | Verdict::Reject(Reason::Signature(rule)) =
                    dropped.verdict
                {
                    *self.refused.entry(rule).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    /// Adds what another trial of the same rule set gave.
    pub fn add(&mut self, other: Outcome) {
        for (rule, count) in other.alerts {
            *self.alerts.entry(rule).or_default() += count;
        }
        for (rule, count) in other.refused {
            *self.refused.entry(rule).or_default() += count;
        }
        self.frames += other.frames;
        self.bytes += other.bytes;
        match (&mut self.profile, other.profile) {
            (Some(profile), Some(more)) => profile.add(&more),
            (profile @ None, more) => *profile = more,
            (Some(_), None) => {}
        }
    }
}
