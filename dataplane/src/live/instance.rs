//! An instance: everything that runs from `weir run` to SIGTERM, and the thread that keeps it together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR2};
use signal_hook::iterator::{Signals, SignalsInfo};
use thiserror::Error;
use weir_hw::{CoreId, Eal, EalError, Port, Started, allowed_cores};

use super::control_socket::{ControlError, ControlSocket};
use super::idle::IdlePolicy;
use super::ports::{self, PortsError};
use super::reload::ReloadJob;
use super::worker_thread::{WorkerHandle, WorkerPlan};
use crate::config::{Config, Source, file};
use crate::counter::Counters;
use crate::event::{EveError, EveTarget, EveWriter, Generation, WriterHandle, event_ring};
use crate::ruleset::{Ruleset, RulesetError};

/// How often the instance looks round when nothing wakes it.
const ROUND: Duration = Duration::from_millis(20);
/// How often the service manager is told that the instance lives.
const WATCHDOG: Duration = Duration::from_secs(1);

/// Why an instance does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is nothing to do.
    #[error("the configuration has no wires: name two ports under `wires`")]
    NoWires,
    /// A core can't be used.
    #[error("workers.cores: core {core} can't be used; these can: {allowed:?}")]
    Core {
        /// The core.
        core: u16,
        /// Those that can.
        allowed: Vec<u16>,
    },
    /// The rules don't compile.
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
    /// DPDK does not start.
    #[error(transparent)]
    Eal(#[from] EalError),
    /// The ports don't open.
    #[error(transparent)]
    Ports(#[from] PortsError),
    /// Events can't be written.
    #[error(transparent)]
    Events(#[from] EveError),
    /// The control socket can't be made.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// A worker does not start.
    #[error("worker on core {core}: {error:#}")]
    Worker {
        /// Its core.
        core: u16,
        /// Why.
        error: anyhow::Error,
    },
    /// The system refuses something.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// A running data plane.
pub struct Instance {
    pub(super) path: PathBuf,
    pub(super) config: Config,
    pub(super) ports: Vec<Port<Started>>,
    pub(super) workers: Vec<WorkerHandle>,
    pub(super) writer: WriterHandle,
    pub(super) generation: Generation,
    /// The rule set in force, which the next one follows.
    pub(super) ruleset: Arc<Ruleset>,
    pub(super) started: Instant,
    pub(super) reload: Option<ReloadJob>,
    /// Workers that have not put the newest rule set in force yet, and who waits for that.
    pub(super) installing: Option<super::control::Installing>,
    control: ControlSocket,
    signals: SignalsInfo,
    stop: Arc<AtomicBool>,
    watched: (Instant, Vec<u64>),
    stats_written: Instant,
}

impl Instance {
    /// Starts everything that `config`, read from `path`, names.
    pub fn start(path: &Path, config: Config) -> Result<Instance, StartError> {
        if config.wires.is_empty() {
            return Err(StartError::NoWires);
        }
        let generation = Generation(1);
        let compiled = Ruleset::load(&config.ruleset_files(), None, generation, config.strictness())?;
        for diagnostic in &compiled.diagnostics {
            tracing::warn!("{diagnostic}");
        }
        let ruleset = Arc::new(compiled.ruleset);
        let cores = cores(&config)?;
        let target = config.events.file.clone().map(EveTarget::from_path);
        let mut writer = target.map(EveWriter::open).transpose()?;
        if let (Some(writer), Ok(redaction)) = (&mut writer, config.events.redaction()) {
            writer.set_redaction(redaction);
        }
        let control = ControlSocket::bind(&config.control.socket)?;
        // Before any thread is started, so that none is killed by a signal that comes early.
        let signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR2])?;
        let eal_config = ports::eal_config(&config)?;
        let eal = ports::start_eal(&eal_config)?;
        let opened = ports::open(eal, &config, cores.len())?;
        if opened.spread_in_software {
            tracing::info!(
                "the devices do not spread flows symmetrically; workers hand frames to one another"
            );
        }
        let (producers, consumers) = cores.iter().map(|_| event_ring(config.events.ring.max(64))).unzip();
        let writer = WriterHandle::start(writer, consumers)?;
        writer.learn(ruleset.catalog(wire_names(&config)));
        let stop = Arc::new(AtomicBool::new(false));
        let idle = idle_policy(&config, &eal_config);
        let plan = Plan { eal, config: &config, ruleset: &ruleset, idle, stop: &stop };
        let workers = plan.start(&cores, opened.shares, &opened.pool, producers)?;
        let now = Instant::now();
        let beats = vec![0; workers.len()];
        tracing::info!(workers = workers.len(), signatures = ruleset.signatures.signatures.len(), "running");
        Ok(Instance {
            path: path.to_owned(),
            ports: opened.ports,
            workers,
            writer,
            generation,
            ruleset,
            started: now,
            reload: None,
            installing: None,
            control,
            signals,
            stop,
            watched: (now, beats),
            stats_written: now,
            config,
        })
    }

    /// Runs until a signal ends it, and returns the final counters.
    pub fn run(mut self) -> Result<Counters, StartError> {
        notify(&[NotifyState::Ready]);
        let mut stopping = false;
        while !stopping {
            for signal in self.signals.pending().collect::<Vec<_>>() {
                match signal {
                    SIGHUP => self.writer.reopen(),
                    SIGUSR2 => self.begin_reload(None),
                    _ => stopping = true,
                }
            }
            if let Some(incoming) = self.control.next(ROUND) {
                self.answer(incoming);
            }
            self.go_on();
            self.watch();
            self.write_stats_if_due();
            if self.workers.iter().any(WorkerHandle::is_finished) {
                tracing::error!("a worker has ended; stopping");
                stopping = true;
            }
        }
        Ok(self.shut_down())
    }

    fn shut_down(mut self) -> Counters {
        notify(&[NotifyState::Stopping]);
        tracing::info!("stopping: what has arrived is still forwarded");
        self.stop.store(true, Ordering::Relaxed);
        for worker in &mut self.workers {
            worker.join();
        }
        self.ruleset.save_sets();
        let counters = self.counters();
        let stats = self.stats_line(&counters);
        self.writer.write_line(stats);
        counters
    }

    /// The counters of all workers together.
    pub(super) fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        for worker in &self.workers {
            sum.merge(&worker.published.counters());
        }
        sum
    }

    /// Tells the service manager that all is well, if every worker has moved since the last time.
    fn watch(&mut self) {
        let (last, beats) = &mut self.watched;
        if last.elapsed() < WATCHDOG {
            return;
        }
        let now: Vec<u64> = self.workers.iter().map(|worker| worker.published.beats()).collect();
        if now.iter().zip(beats.iter()).all(|(now, before)| now != before) {
            notify(&[NotifyState::Watchdog]);
        }
        *beats = now;
        *last = Instant::now();
    }

    fn write_stats_if_due(&mut self) {
        let interval = self.config.events.stats.0;
        if !interval.is_zero() && self.stats_written.elapsed() >= interval {
            self.stats_written = Instant::now();
            let line = self.stats_line(&self.counters());
            self.writer.write_line(line);
        }
    }
}

struct Plan<'p> {
    eal: Eal,
    config: &'p Config,
    ruleset: &'p Arc<Ruleset>,
    idle: IdlePolicy,
    stop: &'p Arc<AtomicBool>,
}

impl Plan<'_> {
    fn start(
        &self,
        cores: &[CoreId],
        shares: Vec<ports::Share>,
        pool: &weir_hw::Mempool,
        producers: Vec<crate::event::EventProducer>,
    ) -> Result<Vec<WorkerHandle>, StartError> {
        let mut workers = Vec::new();
        for (index, ((&core, share), events)) in cores.iter().zip(shares).zip(producers).enumerate() {
            let plan = WorkerPlan {
                core,
                idle: self.idle,
                share,
                pool: pool.clone(),
                burst: self.config.workers.burst.value,
                settings: self.config.engine_settings(Source::Live, cores.len()),
                sizes: self.config.engine_sizes(),
                inspector: self.config.inspector_config(),
                ruleset: Arc::clone(self.ruleset),
                events,
            };
            let worker = WorkerHandle::start(self.eal, index, plan, Arc::clone(self.stop));
            workers.push(worker.map_err(|error| {
                // Those that run already would wait for ever.
                self.stop.store(true, Ordering::Relaxed);
                StartError::Worker { core: core.0, error }
            })?);
        }
        Ok(workers)
    }
}

pub(super) fn wire_names(config: &Config) -> Arc<[String]> {
    config.wires.iter().map(|wire| wire.name.value.clone()).collect()
}

fn cores(config: &Config) -> Result<Vec<CoreId>, StartError> {
    let allowed = allowed_cores().map_err(std::io::Error::other)?;
    let wanted = &config.workers.cores.value;
    if wanted.is_empty() {
        return Ok(allowed.last().copied().into_iter().collect());
    }
    match wanted.iter().find(|&&core| !allowed.contains(&CoreId(core))) {
        None => Ok(wanted.iter().copied().map(CoreId).collect()),
        Some(&core) => Err(StartError::Core { core, allowed: allowed.iter().map(|core| core.0).collect() }),
    }
}

fn idle_policy(config: &Config, eal: &weir_hw::EalConfig) -> IdlePolicy {
    match config.workers.idle {
        file::Idle::Poll => IdlePolicy::Poll,
        file::Idle::Sleep => IdlePolicy::Sleep,
        file::Idle::Auto if ports::is_all_hardware(eal) => IdlePolicy::Poll,
        file::Idle::Auto => IdlePolicy::Sleep,
    }
}

fn notify(states: &[NotifyState<'_>]) {
    // Fails where there is no service manager, which is fine.
    let _ = sd_notify::notify(states);
}
