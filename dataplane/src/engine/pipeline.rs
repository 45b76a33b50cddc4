//! The engine itself: the state of one worker and the order of the stages.
//!
//! A burst goes through the stages whole where that hides memory latency (parse, hash, prefetch) and packet by packet
//! where each decision depends on the one before (flow state, inspection). Everything an engine needs is allocated
//! when it is made.

use std::sync::Arc;

use weir_hw::MemoryError;

use super::frame::{Checksum, Decision, Frame};
use super::rules::{Draining, LiveRules, WorkerRules};
use super::settings::EngineSettings;
use super::stray::Stray;
use crate::app::{AppConfig, AppLayer};
use crate::confirm::packet::Numbers;
use crate::counter::{Counter, Counters};
use crate::decode::recognise::AppProtocol;
use crate::detect::{Raised, Reached};
use crate::event::{EventProducer, Generation};
use crate::flow::{FlowConfig, FlowHash, FlowId, FlowKey, FlowRecord, FlowTable, HashSeed, Side};
use crate::inspect::{Hits, InspectCounters};
use crate::packet::{
    FragmentConfig, FragmentTable, FrameKind, IpProtocol, IpVersion, Packet, ParseError, parse_into,
};
use crate::ruleset::Ruleset;
use crate::stream::{Reassembler, StoreConfig};
use crate::time::Nanos;
use crate::verdict::{Reason, Verdict};

/// Frames that a burst can have.
pub const BURST_CAPACITY: usize = 64;

/// How many packets are parsed between asking for a bucket and looking into it.
const BUCKET_LEAD: usize = 8;

/// Flows that may be ended by timeout for each burst, so that a wave of them does not delay packets.
const EXPIRE_BUDGET: usize = 64;

/// What is known of a frame between the stages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Stage {
    /// Not parsed yet.
    #[default]
    Empty,
    /// Not IP, but of this EtherType.
    NotIp(u16),
    /// Can't be parsed.
    Malformed(ParseError),
    /// A fragment.
    Fragment,
    /// A whole packet, with the key of its flow, and where that most likely is.
    Flow { key: FlowKey, side: Side, hash: FlowHash, guess: FlowId },
}

/// How a packet came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Assembly {
    /// Whole.
    #[default]
    Whole,
    /// In fragments, which were put together.
    Rebuilt,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub packet: Packet,
    pub stage: Stage,
}

/// Sizes of an engine's tables.
#[derive(Clone, Debug, Default)]
pub struct EngineSizes {
    /// Flows.
    pub flows: FlowConfig,
    /// Reassembly of streams.
    pub streams: StoreConfig,
    /// Reassembly of fragments.
    pub fragments: FragmentConfig,
    /// Decoding of applications.
    pub app: AppConfig,
}

/// The slots apart from their engine, so that it need not copy each packet to decide about it. They are put back in any
/// case, also where the engine panics: a worker goes on after that.
struct Lent<'e> {
    engine: &'e mut Engine,
    slots: Box<[Slot]>,
}

impl<'e> From<&'e mut Engine> for Lent<'e> {
    fn from(engine: &'e mut Engine) -> Lent<'e> {
        // An empty slice takes no memory.
        let slots = std::mem::take(&mut engine.slots);
        Lent { engine, slots }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        std::mem::swap(&mut self.engine.slots, &mut self.slots);
    }
}

/// One worker's engine.
pub struct Engine {
    pub(super) settings: EngineSettings,
    pub(super) flows: FlowTable,
    pub(super) reassembler: Reassembler,
    pub(super) fragments: FragmentTable,
    pub(super) rules: LiveRules,
    pub(super) hits: Hits,
    pub(super) app: AppLayer,
    pub(super) numbers: Numbers,
    /// What was raised about the packet that is decided about.
    pub(super) raised: Raised,
    /// What the present packet speaks, where it is a datagram and that is known.
    pub(super) datagram: Option<AppProtocol>,
    /// Whether it was put together of fragments.
    pub(super) assembly: Assembly,
    /// A total of scores that the packet at hand made reach a limit.
    pub(super) reached: Option<Reached>,
    pub(super) counters: Counters,
    pub(super) events: EventProducer,
    /// What the inspectors of rule sets that are gone have counted.
    retired: InspectCounters,
    slots: Box<[Slot]>,
    /// Frames of the present burst that were decided about.
    decided: usize,
    now: Nanos,
}

impl Engine {
    /// Takes all the memory that the engine will ever use.
    pub fn new(
        settings: EngineSettings,
        sizes: EngineSizes,
        seed: HashSeed,
        mut rules: WorkerRules,
        events: EventProducer,
    ) -> Result<Engine, MemoryError> {
        let hits = std::mem::take(&mut rules.hits);
        Ok(Engine {
            settings,
            flows: FlowTable::new(sizes.flows, seed)?,
            reassembler: Reassembler::new(sizes.streams),
            fragments: FragmentTable::new(sizes.fragments),
            rules: LiveRules { current: rules, draining: None },
            hits,
            app: AppLayer::new(sizes.app),
            numbers: Numbers::default(),
            raised: Raised::default(),
            datagram: None,
            assembly: Assembly::default(),
            reached: None,
            counters: Counters::default(),
            events,
            retired: InspectCounters::default(),
            slots: vec![Slot::default(); BURST_CAPACITY].into_boxed_slice(),
            decided: 0,
            now: Nanos::ZERO,
        })
    }

    /// Decides about a burst of at most [`BURST_CAPACITY`] frames; `decisions` gets one for each.
    pub fn process(&mut self, frames: &[Frame<'_>], decisions: &mut [Decision]) {
        let frames = frames.get(..BURST_CAPACITY).unwrap_or(frames);
        self.decided = 0;
        self.parse(frames);
        self.decide_all(frames, decisions);
        if let Some(last) = frames.last() {
            self.tick(last.time);
        }
    }

    /// The packet of frame `index` of the last burst, for building answers to it.
    pub fn packet(&self, index: usize) -> Option<&Packet> {
        self.slots.get(index).map(|slot| &slot.packet)
    }

    /// Lets time pass: flows and fragments whose time is over are ended. Bounded work; called for each burst, and
    /// by an idle worker.
    pub fn tick(&mut self, now: Nanos) {
        self.now = self.now.max(now);
        self.expire_flows(self.now, EXPIRE_BUDGET);
        self.fragments.expire(self.now, EXPIRE_BUDGET);
    }

    /// Puts another rule set in force, from the next packet on. What is returned is to be dropped elsewhere.
    pub fn install(&mut self, mut rules: WorkerRules) -> Option<WorkerRules> {
        self.hits.take_room(&mut rules.hits);
        let until = self.now + self.settings.drain;
        let oldest = self.rules.install(rules, until);
        self.retired += oldest.as_ref().map(|rules| rules.inspector.counters()).unwrap_or_default();
        oldest
    }

    /// Puts other settings in force, and leaves those before in their place.
    pub fn reconfigure(&mut self, settings: &mut EngineSettings) {
        std::mem::swap(&mut self.settings, settings);
    }

    /// The rule set before, once no flow uses it any more.
    pub fn retire(&mut self) -> Option<WorkerRules> {
        let retired = self.rules.retire(self.now);
        self.retired += retired.as_ref().map(|rules| rules.inspector.counters()).unwrap_or_default();
        retired
    }

    /// The rule set in force.
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        &self.rules.current.ruleset
    }

    /// The rules in force with this worker's means to scan, for taps and counters.
    pub fn worker_rules(&mut self) -> &mut WorkerRules {
        &mut self.rules.current
    }

    /// Whether flows still use the rule set before.
    pub fn is_draining(&self) -> bool {
        matches!(&self.rules.draining, Some(Draining { .. }))
    }

    /// The flows, for listing them.
    pub fn flows(&self) -> &FlowTable {
        &self.flows
    }

    /// The worker's counters.
    pub fn counters_mut(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// First stage: headers to scalars, and the key of the flow. Its bucket begins to be fetched at once, and a few
    /// packets later, when it has come, the record that it names: what is fetched is spread over the work of the stage,
    /// since a core has only so many fetches under way.
    fn parse(&mut self, frames: &[Frame<'_>]) {
        for (index, frame) in frames.iter().enumerate() {
            if let Some(earlier) = index.checked_sub(BUCKET_LEAD) {
                self.prefetch_record(earlier);
            }
            let Some(slot) = self.slots.get_mut(index) else { return };
            slot.stage = match parse_into(frame.bytes, &self.settings.parser, &mut slot.packet) {
                Ok(FrameKind::Ip) if slot.packet.fragment.is_some() => Stage::Fragment,
                Ok(FrameKind::Ip) => {
                    let (key, side) = FlowKey::of(&slot.packet, frame.wire);
                    let hash = self.flows.hash(&key);
                    self.flows.prefetch_bucket(hash);
                    Stage::Flow { key, side, hash, guess: FlowId::NOWHERE }
                }
                Ok(FrameKind::NotIp(ethertype)) => Stage::NotIp(ethertype),
                Err(error) => Stage::Malformed(error),
            };
        }
        for index in frames.len().saturating_sub(BUCKET_LEAD)..frames.len() {
            self.prefetch_record(index);
        }
    }

    fn prefetch_record(&mut self, index: usize) {
        if let Some(Slot { stage: Stage::Flow { key, hash, guess, .. }, .. }) = self.slots.get_mut(index)
            && let Some(found) = self.flows.prefetch_record(*hash, key.protocol)
        {
            *guess = found;
        }
    }

    /// Second stage: one packet at a time.
    fn decide_all(&mut self, frames: &[Frame<'_>], decisions: &mut [Decision]) {
        let Lent { engine, slots } = &mut Lent::from(self);
        for ((frame, slot), decision) in frames.iter().zip(slots.iter()).zip(decisions) {
            *decision = engine.decide(frame, slot);
            engine.count(frame, decision.verdict);
            if engine.has_transactions()
                && let Stage::Flow { key, hash, .. } = &slot.stage
            {
                engine.report_transactions(key, *hash, frame.number);
            }
            engine.decided += 1;
        }
    }

    fn decide(&mut self, frame: &Frame<'_>, slot: &Slot) -> Decision {
        self.raise(frame, slot);
        match &slot.stage {
            Stage::Flow { key, side, hash, guess } => {
                self.count_protocol(&slot.packet);
                if frame.checksum == Checksum::Bad {
                    return self.bad_checksum(frame, &slot.packet);
                }
                self.flow_packet(frame, &slot.packet, key, *side, (*hash, *guess))
            }
            Stage::Fragment => self.fragment(frame, &slot.packet),
            Stage::Malformed(error) => self.malformed(frame, &slot.packet, *error),
            Stage::NotIp(ethertype) => {
                self.counters.add(Counter::DecodeNotIp, 1);
                let stray = Stray::NotIp(*ethertype);
                self.judge_stray(frame, &slot.packet, stray).unwrap_or(Decision::FORWARD)
            }
            Stage::Empty => Decision::FORWARD,
        }
    }

    /// A packet that its receiver would discard must not be taken for a part of the stream.
    #[cold]
    fn bad_checksum(&mut self, frame: &Frame<'_>, packet: &Packet) -> Decision {
        self.counters.add(Counter::TcpBadChecksum, 1);
        if let Some(decision) = self.judge_stray(frame, packet, Stray::Discarded) {
            return decision;
        }
        self.refuse(frame, packet, Reason::BadChecksum, None)
    }

    fn count(&mut self, frame: &Frame<'_>, verdict: Verdict) {
        let bytes = frame.bytes.len() as u64;
        self.counters.add(Counter::Packets, 1);
        self.counters.add(Counter::Bytes, bytes);
        match verdict {
            Verdict::Forward => {
                self.counters.add(Counter::Forwarded, 1);
                self.counters.add(Counter::ForwardedBytes, bytes);
            }
            Verdict::Drop(_) => self.counters.add(Counter::Dropped, 1),
            Verdict::Reject(_) => self.counters.add(Counter::Rejected, 1),
        }
    }

    fn count_protocol(&mut self, packet: &Packet) {
        self.counters.add(
            match packet.version {
                IpVersion::V4 => Counter::DecodeIpv4,
                IpVersion::V6 => Counter::DecodeIpv6,
            },
            1,
        );
        self.counters.add(
            match packet.protocol {
                IpProtocol::TCP => Counter::DecodeTcp,
                IpProtocol::UDP => Counter::DecodeUdp,
                IpProtocol::SCTP => Counter::DecodeSctp,
                IpProtocol::ICMP => Counter::DecodeIcmp,
                IpProtocol::ICMPV6 => Counter::DecodeIcmpv6,
                _ => Counter::DecodeOther,
            },
            1,
        );
        self.counters.add(Counter::DecodeTunnel, u64::from(packet.depth > 0));
    }

    /// Brings the counters that other parts keep for themselves up to date, and hands out all of them.
    pub fn counters(&mut self) -> &Counters {
        let streams = *self.reassembler.counters();
        let mut inspect = self.retired;
        inspect += self.rules.current.inspector.counters();
        if let Some(draining) = &self.rules.draining {
            inspect += draining.rules.inspector.counters();
        }
        let detect = self.rules.current.detector.counters();
        for (counter, value) in [
            (Counter::TcpOutOfOrder, streams.out_of_order),
            (Counter::TcpRetransmissions, streams.retransmissions),
            (Counter::TcpOverlapConflicts, streams.conflicts),
            (Counter::TcpGaps, streams.gaps),
            (Counter::TcpGapBytes, streams.gap_bytes),
            (Counter::TcpNotRetained, streams.not_retained),
            (Counter::AlertsLost, self.hits.lost()),
            (Counter::InspectedBytes, inspect.bytes),
            (Counter::InspectedChunks, inspect.scans),
            (Counter::InspectFailed, inspect.failed),
            (Counter::InspectProgressFull, inspect.matcher.progress_full),
            (Counter::InspectWidened, inspect.matcher.widened),
            (Counter::StateTransactionFull, detect.bits_full),
            (Counter::DatasetsFull, detect.sets_full),
            (Counter::EventsLost, self.events.lost() + self.app.log().lost()),
        ] {
            self.counters.set(counter, value);
        }
        &self.counters
    }

    /// All counters, with those that the worker keeps: answers sent and failed, frames that could not be sent, and
    /// frames handed to other workers or lost on the way to them.
    pub fn counters_with(
        &mut self,
        answers: u64,
        answers_failed: u64,
        tx_failed: u64,
        handed_over: (u64, u64),
    ) -> &Counters {
        for (counter, value) in [
            (Counter::Answers, answers),
            (Counter::AnswersFailed, answers_failed),
            (Counter::TxFailed, tx_failed),
            (Counter::HandedOver, handed_over.0),
            (Counter::HandOverFull, handed_over.1),
        ] {
            self.counters.set(counter, value);
        }
        self.counters()
    }

    /// The engine failed in the middle of a burst. What it had decided before stands; the other frames are treated as
    /// their wire's `on-fault` says.
    #[cold]
    pub fn fault(&mut self, frames: &[Frame<'_>], decisions: &mut [Decision]) {
        for (frame, decision) in frames.iter().zip(decisions).skip(self.decided) {
            self.counters.add(Counter::Faults, 1);
            *decision = self.refuse(frame, &Packet::default(), Reason::Fault, None);
            self.count(frame, decision.verdict);
        }
    }

    /// The number of a flow in events.
    pub fn flow_id(&self, record: &FlowRecord) -> u64 {
        super::report::flow_id(self.flows.hash(record.key()), record.first_seen)
    }

    pub(super) fn generation(&self) -> Generation {
        self.rules.current.ruleset.generation
    }

    /// What flow records keep of the generation in force.
    pub(super) fn generation_tag(&self) -> u16 {
        self.generation().tag()
    }

    /// The latest time that the engine was told.
    pub(super) fn now(&self) -> Nanos {
        self.now
    }
}
