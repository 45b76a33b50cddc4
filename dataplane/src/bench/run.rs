//! A whole benchmark: one thread for each core, which take their turns together.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use weir_hw::{AffinityError, CoreId, Eal, LcoreError, MemoryError, MempoolError, pin_to_core};

use super::report::{BenchReport, WorkerReport};
use super::rounds::Rounds;
use super::scan_alone::ScanAloneError;
use super::traffic::Traffic;
use crate::config::Config;
use crate::inspect::InspectError;
use crate::ruleset::Ruleset;

/// How long a turn of the pipeline takes at least: long enough that the clock and cold caches do not count.
const TURN: Duration = Duration::from_millis(100);
/// The fewest turns whose median is worth telling, even where they take longer than was asked for.
const MIN_TURNS: u64 = 3;

/// What a benchmark needs besides traffic.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// Sizes and settings of every worker.
    pub config: Config,
    /// The rules.
    pub ruleset: Arc<Ruleset>,
    /// How long the pipeline is measured; the other two loops take their time besides.
    pub time: Duration,
    /// One worker runs on each.
    pub cores: Vec<CoreId>,
}

/// Why a benchmark failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A worker can't be kept on its core.
    #[error(transparent)]
    Core(#[from] AffinityError),
    /// A worker can't be made known to DPDK.
    #[error(transparent)]
    Lcore(#[from] LcoreError),
    /// There are no buffers.
    #[error(transparent)]
    Pool(#[from] MempoolError),
    /// There is no memory for the flows.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// There is not enough memory to inspect.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// Hyperscan fails outside of the pipeline.
    #[error(transparent)]
    ScanAlone(#[from] ScanAloneError),
    /// The buffers were used up.
    #[error("no packet buffer is left: frames are kept that should have been freed")]
    Starved,
    /// Another worker failed; its error tells why.
    #[error("another worker has failed")]
    OtherFailed,
    /// A worker panicked.
    #[error("a worker has ended unexpectedly")]
    Panicked,
}

/// What one worker starts with.
pub(super) struct WorkerSetup<'a, T> {
    pub config: &'a Config,
    pub ruleset: Arc<Ruleset>,
    pub traffic: T,
}

/// Where the workers meet.
struct Meeting {
    barrier: Barrier,
    failed: AtomicBool,
    /// The longest time that any worker took for a round, ns.
    round_nanos: AtomicU64,
}

impl Meeting {
    /// Waits for all workers; an error where one of them has failed.
    fn wait<V>(&self, so_far: Result<V, BenchError>) -> Result<V, BenchError> {
        if so_far.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        self.barrier.wait();
        let failed = self.failed.load(Ordering::Relaxed);
        // Nobody may go on to fail before all have looked.
        self.barrier.wait();
        match so_far {
            Ok(_) if failed => Err(BenchError::OtherFailed),
            result => result,
        }
    }
}

/// Measures `traffic`, which every worker has its own copy of.
pub fn bench<T: Traffic + Clone>(
    eal: Eal,
    options: &BenchOptions,
    traffic: &T,
) -> Result<BenchReport, BenchError> {
    let meeting = Meeting {
        barrier: Barrier::new(options.cores.len()),
        failed: AtomicBool::new(false),
        round_nanos: AtomicU64::new(1),
    };
    let results: Vec<Result<WorkerReport, BenchError>> = thread::scope(|scope| {
        let start = |&core: &CoreId| {
            let (meeting, traffic) = (&meeting, traffic.clone());
            scope.spawn(move || work(eal, options, traffic, core, meeting))
        };
        let threads: Vec<_> = options.cores.iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(BenchError::Panicked))).collect()
    });
    let mut workers = Vec::with_capacity(results.len());
    let mut error = None;
    for result in results {
        match result {
            Ok(report) => workers.push(report),
            Err(BenchError::OtherFailed) => error = error.or(Some(BenchError::OtherFailed)),
            Err(cause) => error = Some(cause),
        }
    }
    match error {
        Some(error) => Err(error),
        None => Ok(BenchReport::new(&workers)),
    }
}

/// One worker's thread.
fn work<T: Traffic>(
    eal: Eal,
    options: &BenchOptions,
    traffic: T,
    core: CoreId,
    meeting: &Meeting,
) -> Result<WorkerReport, BenchError> {
    // Both last as long as the thread.
    let placed = pin_to_core(core).map_err(BenchError::from).and_then(|()| Ok(eal.register_thread()?));
    let setup = WorkerSetup { config: &options.config, ruleset: Arc::clone(&options.ruleset), traffic };
    let set_up = match &placed {
        Ok(_) => Rounds::new(setup, eal),
        Err(_) => Err(BenchError::OtherFailed),
    };
    // What the thread itself failed for comes first.
    let (_lcore, mut rounds) = meeting.wait(placed.and_then(|lcore| Ok((lcore, set_up?))))?;
    let tried = meeting.wait(rounds.try_round())?;
    meeting.round_nanos.fetch_max(nanos(tried), Ordering::Relaxed);
    meeting.wait(Ok(()))?;
    let round = meeting.round_nanos.load(Ordering::Relaxed);
    let repetitions = nanos(TURN).div_ceil(round);
    let turns = (nanos(options.time) / (round * repetitions)).max(MIN_TURNS);
    let repetitions = usize::try_from(repetitions).unwrap_or(usize::MAX);
    for _ in 0..turns {
        meeting.wait(rounds.null(repetitions))?;
        meeting.wait(rounds.pipeline(repetitions))?;
        meeting.wait(rounds.scan(repetitions))?;
    }
    Ok(rounds.report())
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1)
}
