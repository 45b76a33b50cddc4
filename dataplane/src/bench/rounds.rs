//! One worker's share of a benchmark: it sets up, tries a round, and then measures the three loops in turns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_hw::{Eal, Mempool, MempoolConfig};

use super::bench_io::BenchIo;
use super::null_loop::null_round;
use super::report::{Times, WorkerReport};
use super::run::{BenchError, WorkerSetup};
use super::scan_alone::ScanAlone;
use super::traffic::{FlowLife, Traffic};
use crate::config::Source;
use crate::counter::{Counter, Counters};
use crate::engine::{Engine, WorkerRules};
use crate::event::{EventConsumer, event_ring};
use crate::flow::{FlowId, HashSeed};
use crate::inspect::ScanTap;
use crate::worker::{Batch, Published, Worker, mailbox};

/// Buffers of a worker: what is on its way is one burst and the answers to it.
const MBUFS: u32 = 2047;
/// Buffers that the worker's cache of the pool holds.
const CACHE: u32 = 256;
/// The least that a buffer holds, as NICs are usually set up.
const DATA_ROOM: usize = 2048;
/// Longer frames take several buffers.
const MAX_DATA_ROOM: usize = 9728;
/// Places of the flow table that are looked through at once when a round ends.
const ENDED_AT_ONCE: usize = 256;

/// A worker with its three loops.
pub(super) struct Rounds<T: Traffic> {
    worker: Worker<BenchIo<T>>,
    batch: Batch,
    events: EventConsumer,
    alone: Option<ScanAlone>,
    times: Times,
    before: Counters,
    rounds: u64,
}

impl<T: Traffic> Rounds<T> {
    /// Takes all memory, and sends one round through the pipeline to learn what is scanned. Called on the thread that
    /// is going to measure.
    pub fn new(setup: WorkerSetup<'_, T>, eal: Eal) -> Result<Rounds<T>, BenchError> {
        let WorkerSetup { config, ruleset, traffic } = setup;
        let data_room = traffic.longest().clamp(DATA_ROOM, MAX_DATA_ROOM) as u16;
        let shape = MempoolConfig {
            name: "bench".into(),
            mbufs: MBUFS,
            cache: CACHE,
            data_room,
            ..MempoolConfig::default()
        };
        let pool = Mempool::new(eal, &shape)?;
        let (producer, events) = event_ring(config.events.ring);
        let rules = WorkerRules::prepare(ruleset, config.inspector_config())?;
        let settings = config.engine_settings(Source::Capture, 1);
        let engine = Engine::new(settings, config.engine_sizes(), HashSeed::random(), rules, producer)?;
        let (worker_end, _control_end) = mailbox();
        let io = BenchIo::new(traffic, pool, eal, config.workers.burst.value);
        let worker = Worker::new(engine, io, worker_end, Arc::new(Published::default()));
        let mut rounds = Rounds {
            worker,
            batch: Batch::default(),
            events,
            alone: None,
            times: Times::default(),
            before: Counters::default(),
            rounds: 0,
        };
        rounds.set_up_flows()?;
        rounds.record_scans()?;
        Ok(rounds)
    }

    fn set_up_flows(&mut self) -> Result<(), BenchError> {
        self.worker.io_mut().traffic_mut().warm_up();
        self.pass()?;
        Ok(())
    }

    fn record_scans(&mut self) -> Result<(), BenchError> {
        self.worker.engine_mut().worker_rules().inspector.set_tap(Some(Box::default()));
        self.pipeline_round()?;
        let inspector = &mut self.worker.engine_mut().worker_rules().inspector;
        let tap: ScanTap = inspector.set_tap(None).map(|tap| *tap).unwrap_or_default();
        if !tap.bytes.is_empty() {
            self.alone = Some(ScanAlone::new(inspector.databases().clone(), tap)?);
        }
        Ok(())
    }

    /// How long a round of the pipeline takes, by trying one. What was measured until now is forgotten.
    pub fn try_round(&mut self) -> Result<Duration, BenchError> {
        let time = self.pipeline_round()?;
        self.worker.latency_mut().reset();
        self.before = self.worker.engine_mut().counters().clone();
        (self.times, self.rounds) = (Times::default(), 0);
        Ok(time)
    }

    /// Measures the null loop.
    pub fn null(&mut self, repetitions: usize) -> Result<(), BenchError> {
        let mut time = Duration::ZERO;
        for _ in 0..repetitions {
            let io = self.worker.io_mut();
            io.traffic_mut().begin_round();
            let started = Instant::now();
            null_round(io, &mut self.batch);
            time += started.elapsed();
            self.check_buffers()?;
        }
        self.times.null.push(time / repetitions as u32);
        Ok(())
    }

    /// Measures the pipeline.
    pub fn pipeline(&mut self, repetitions: usize) -> Result<(), BenchError> {
        let mut time = Duration::ZERO;
        for _ in 0..repetitions {
            time += self.pipeline_round()?;
        }
        self.times.pipeline.push(time / repetitions as u32);
        self.rounds += repetitions as u64;
        Ok(())
    }

    /// Measures Hyperscan alone.
    pub fn scan(&mut self, repetitions: usize) -> Result<(), BenchError> {
        let Some(alone) = &self.alone else { return Ok(()) };
        let started = Instant::now();
        for _ in 0..repetitions {
            alone.round()?;
        }
        self.times.scan.push(started.elapsed() / repetitions as u32);
        Ok(())
    }

    /// One round of the pipeline. Events are taken out of their ring afterwards, as the thread that writes them down
    /// is not what is measured.
    fn pipeline_round(&mut self) -> Result<Duration, BenchError> {
        self.worker.io_mut().traffic_mut().begin_round();
        let time = self.pass()?;
        while self.events.pop().is_some() {}
        Ok(time)
    }

    /// Sends what is left of the round through the pipeline, and ends its flows.
    fn pass(&mut self) -> Result<Duration, BenchError> {
        let started = Instant::now();
        while !self.worker.io_mut().is_done() {
            self.worker.poll();
        }
        if T::FLOWS == FlowLife::Round {
            self.end_flows();
        }
        let time = started.elapsed();
        self.check_buffers()?;
        Ok(time)
    }

    /// The table hands out the places that were freed last, so the flows of a round lie together and few are looked at.
    fn end_flows(&mut self) {
        let engine = self.worker.engine_mut();
        let mut from = Some(FlowId(0));
        while let (Some(at), false) = (from, engine.flows().is_empty()) {
            from = engine.end_flows(at, ENDED_AT_ONCE);
        }
    }

    fn check_buffers(&mut self) -> Result<(), BenchError> {
        if self.worker.io_mut().is_starved() { Err(BenchError::Starved) } else { Ok(()) }
    }

    /// What was measured.
    pub fn report(mut self) -> WorkerReport {
        let counters = self.worker.engine_mut().counters().clone();
        let counted = |counter| counters.get(counter) - self.before.get(counter);
        WorkerReport {
            rounds: self.rounds,
            packets: counted(Counter::Packets),
            bytes: counted(Counter::Bytes),
            flows: counted(Counter::FlowsNew),
            live_flows: self.worker.engine_mut().flows().len() as u64,
            alerts: counted(Counter::Alerts),
            dropped: counted(Counter::Dropped) + counted(Counter::Rejected),
            events_lost: counted(Counter::EventsLost),
            scanned_bytes: self.alone.as_ref().map_or(0, |alone| alone.bytes() as u64),
            scanned_pieces: self.alone.as_ref().map_or(0, |alone| alone.pieces() as u64),
            times: self.times,
            latency: self.worker.latency().clone(),
        }
    }
}
