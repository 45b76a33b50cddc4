//! One replay: a capture in, counts and findings out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_hw::{MemoryError, Mempool};

use super::findings::Findings;
use super::replay_io::{ReplayIo, ReplayIoError};
use crate::capture::{CaptureEnd, CaptureError, CaptureReader, CaptureWriteError, CaptureWriter};
use crate::config::{Config, Source};
use crate::counter::Counters;
use crate::engine::{Engine, WorkerRules};
use crate::event::{Catalog, EveError, EveWriter, Event, EventConsumer, event_ring};
use crate::flow::HashSeed;
use crate::inspect::InspectError;
use crate::ruleset::Ruleset;
use crate::worker::{Published, Worker, mailbox};

/// Events of one burst that can wait: a burst has at most this many, so none is lost.
const EVENTS: usize = 16_384;

/// Looks at an event, with the names behind its numbers.
pub type Look<'a> = dyn FnMut(&Event, &Catalog) + 'a;

/// What a replay needs besides the capture.
pub struct ReplayOptions<'a> {
    /// Sizes and settings.
    pub config: &'a Config,
    /// The rules.
    pub ruleset: Arc<Ruleset>,
    /// Buffers.
    pub pool: Mempool,
    /// Where events go.
    pub eve: Option<&'a mut EveWriter>,
    /// Where the frames that come out go.
    pub write: Option<&'a Path>,
    /// Who else looks at events, with the names behind their numbers.
    pub look: Option<&'a mut Look<'a>>,
}

/// Why a replay failed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The capture can't be opened.
    #[error(transparent)]
    Open(#[from] CaptureError),
    /// What comes out can't be written.
    #[error(transparent)]
    Write(#[from] CaptureWriteError),
    /// The capture could not be replayed to its end.
    #[error(transparent)]
    Failed(#[from] ReplayIoError),
    /// Events can't be written.
    #[error(transparent)]
    Events(#[from] EveError),
    /// There is not enough memory for flows.
    #[error("{0}; lower flows.capacity")]
    Memory(#[from] MemoryError),
    /// There is not enough memory to inspect.
    #[error(transparent)]
    Inspect(#[from] InspectError),
}

/// What came of a replay.
#[derive(Debug)]
pub struct ReplayReport {
    /// All counters.
    pub counters: Counters,
    /// What happened, added up.
    pub findings: Findings,
    /// How the capture ended.
    pub end: Option<CaptureEnd>,
    /// Frames of link types that can't be read.
    pub unsupported: u64,
    /// How long it took, reading and writing included.
    pub elapsed: Duration,
    /// From the first frame to the last, by the capture's clock.
    pub span: Duration,
}

/// Replays one capture.
pub fn replay(path: &Path, options: ReplayOptions<'_>) -> Result<ReplayReport, ReplayError> {
    let started = Instant::now();
    let ReplayOptions { config, ruleset, pool, mut eve, write, mut look } = options;
    let reader = CaptureReader::open(path)?;
    let writer = write.map(CaptureWriter::create).transpose()?;
    let (events, mut consumer) = event_ring(EVENTS);
    let wires: Arc<[String]> = config.wires.iter().map(|wire| wire.name.value.clone()).collect();
    let catalog = ruleset.catalog(wires);
    if let Some(eve) = &mut eve {
        eve.learn(catalog.clone());
    }
    let rules = WorkerRules::prepare(ruleset, config.inspector_config())?;
    let settings = config.engine_settings(Source::Capture, 1);
    let engine = Engine::new(settings, config.engine_sizes(), HashSeed::fixed(0), rules, events)?;
    let (worker_end, _control_end) = mailbox();
    let io = ReplayIo::new(reader, writer, pool);
    let mut worker = Worker::new(engine, io, worker_end, Arc::new(Published::default()));
    let mut findings = Findings::default();
    let mut drain = |consumer: &mut EventConsumer| -> Result<(), EveError> {
        while let Some(event) = consumer.pop() {
            findings.add(&event, &catalog);
            if let Some(look) = &mut look {
                look(&event, &catalog);
            }
            if let Some(eve) = &mut eve {
                eve.write(&event)?;
            }
            consumer.give_back(event);
        }
        Ok(())
    };
    while !worker.io_mut().is_ended() {
        worker.poll();
        drain(&mut consumer)?;
    }
    worker.finish(|| drain(&mut consumer))?;
    worker.io_mut().finish()?;
    if let Some(eve) = &mut eve {
        eve.flush()?;
    }
    let (end, unsupported) = (worker.io_mut().reader().end(), worker.io_mut().reader().unsupported());
    Ok(ReplayReport {
        counters: worker.engine_mut().counters().clone(),
        findings,
        end,
        unsupported,
        elapsed: started.elapsed(),
        span: worker.io_mut().span(),
    })
}
