//! A worker on a core of its own.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;
use weir_hw::{CoreId, Eal, TscClock, pin_to_core, set_timer_slack};

use super::idle::{Idle, IdlePolicy};
use super::live_io::LiveIo;
use super::ports::Share;
use crate::engine::{Engine, EngineSettings, EngineSizes, WorkerRules};
use crate::event::EventProducer;
use crate::flow::HashSeed;
use crate::inspect::InspectorConfig;
use crate::ruleset::Ruleset;
use crate::worker::{ControlEnd, Published, Worker, WorkerState, mailbox};

/// How long a stopping worker goes on while frames still come.
const DRAIN: Duration = Duration::from_millis(200);
/// How long a worker that ends waits for the writer, whenever it has ended some flows.
const PAUSE: Duration = Duration::from_millis(1);

/// Everything a worker is made of.
pub struct WorkerPlan {
    /// Where it runs.
    pub core: CoreId,
    /// What it does while there is nothing to do.
    pub idle: IdlePolicy,
    /// Its queues.
    pub share: Share,
    /// Buffers for answers.
    pub pool: weir_hw::Mempool,
    /// Frames taken at once.
    pub burst: usize,
    /// Its engine.
    pub settings: EngineSettings,
    /// Its tables.
    pub sizes: EngineSizes,
    /// Its inspector.
    pub inspector: InspectorConfig,
    /// The rules it begins with.
    pub ruleset: Arc<Ruleset>,
    /// Where its events go.
    pub events: EventProducer,
}

/// A worker that runs.
pub struct WorkerHandle {
    /// Where it runs.
    pub core: CoreId,
    /// Its mailbox.
    pub control: ControlEnd,
    /// What it shows of itself.
    pub published: Arc<Published>,
    thread: Option<JoinHandle<()>>,
}

impl WorkerHandle {
    /// Starts a worker, and waits until it has its memory.
    pub fn start(
        eal: Eal,
        index: usize,
        plan: WorkerPlan,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<WorkerHandle> {
        let (mailbox, control) = mailbox();
        let published = Arc::new(Published::default());
        let core = plan.core;
        let shown = Arc::clone(&published);
        let (ready, started): (Sender<anyhow::Result<()>>, Receiver<_>) = channel();
        let body = move || match prepare(eal, plan, mailbox, shown) {
            Ok((worker, idle)) => {
                let _ = ready.send(Ok(()));
                work(worker, idle, &stop, eal);
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        };
        let thread = thread::Builder::new().name(format!("weir-{index}")).spawn(body)?;
        started.recv().map_err(|_| io::Error::other("a worker ended while it started"))??;
        Ok(WorkerHandle { core, control, published, thread: Some(thread) })
    }

    /// Waits until it has ended.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(core = self.core.0, "a worker has panicked");
        }
    }

    /// Whether its thread has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

type Prepared = (Worker<LiveIo>, Idle);

/// Takes the memory on the core that will use it.
fn prepare(
    eal: Eal,
    plan: WorkerPlan,
    mailbox: crate::worker::Mailbox,
    published: Arc<Published>,
) -> anyhow::Result<Prepared> {
    pin_to_core(plan.core)?;
    set_timer_slack(Duration::from_nanos(1))?;
    let rules = WorkerRules::prepare(plan.ruleset, plan.inspector)?;
    let engine = Engine::new(plan.settings, plan.sizes, HashSeed::random(), rules, plan.events)
        .context("no memory for flows; lower flows.capacity")?;
    let io = LiveIo::new(plan.share.lanes, plan.share.spreader, plan.pool, TscClock::new(eal), plan.burst);
    published.set_state(WorkerState::Running);
    Ok((Worker::new(engine, io, mailbox, published), Idle::new(plan.idle)))
}

fn work(mut worker: Worker<LiveIo>, mut idle: Idle, stop: &AtomicBool, eal: Eal) {
    // Without an lcore number the buffer pool has no cache for this thread: slower, and not wrong.
    let _lcore = eal.register_thread().inspect_err(|error| tracing::warn!("{error}")).ok();
    while !stop.load(Ordering::Relaxed) {
        let frames = worker.poll();
        idle.after(frames);
    }
    let deadline = Instant::now() + DRAIN;
    while worker.poll() > 0 && Instant::now() < deadline {}
    let done: Result<(), std::convert::Infallible> = worker.finish(|| {
        thread::sleep(PAUSE);
        Ok(())
    });
    let Ok(()) = done;
    worker.set_state(WorkerState::Ended);
}
