//! A packet's life, from top to bottom.
//!
//! ```text
//!  receive ─▶ gather ─▶ engine: parse ▸ flow ▸ segment ▸ reassemble ▸ inspect ▸ decide ─▶ transmit
//!                                                                        └─▶ answer (reject)
//! ```
//!
//! A [`Worker`] owns one core: an [`Engine`], its share of the queues, and its end of the rings to the rest of the
//! program. It shares nothing that is written, takes no lock and allocates nothing once it runs. The engine knows
//! bytes; the worker moves the buffers that they lie in.

mod answers;
mod batch;
mod frame_io;
mod gather;
mod mailbox;
mod published;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use weir_hw::{BURST_CAPACITY, Fate};

/// The most frames that a burst can have.
pub const MAX_BURST: usize = BURST_CAPACITY;

pub use self::batch::Batch;
pub use self::frame_io::{FrameIo, Lane, Timing};
pub use self::mailbox::{Command, ControlEnd, FlowRow, Mailbox, Reply, mailbox};
pub use self::published::{Published, WorkerState};

use self::answers::Answers;
use self::gather::Gather;
use crate::engine::{Decision, Engine, Frame};
use crate::flow::FlowId;
use crate::latency::Latency;
use crate::time::Nanos;
use crate::verdict::Verdict;

/// Flows that are ended at once at the end.
const ENDED_AT_ONCE: usize = 1024;

/// One core's work.
pub struct Worker<Io> {
    engine: Engine,
    io: Io,
    batch: Batch,
    decisions: Box<[Decision; BURST_CAPACITY]>,
    gather: Gather,
    answers: Answers,
    latency: Latency,
    mailbox: Mailbox,
    published: Arc<Published>,
}

impl<Io: FrameIo> Worker<Io> {
    /// Takes everything that the worker will ever need.
    pub fn new(engine: Engine, io: Io, mailbox: Mailbox, published: Arc<Published>) -> Worker<Io> {
        Worker {
            engine,
            io,
            batch: Batch::default(),
            decisions: Box::new([Decision::FORWARD; BURST_CAPACITY]),
            gather: Gather::new(),
            answers: Answers::default(),
            latency: Latency::default(),
            mailbox,
            published,
        }
    }

    /// Looks at every lane once. Returns how many frames there were.
    #[inline]
    pub fn poll(&mut self) -> usize {
        let mut frames = 0;
        for lane in 0..self.io.lanes() {
            frames += self.pass(Lane(lane));
        }
        self.housekeep(frames);
        frames
    }

    /// Takes a burst from a lane to the other end of its wire.
    #[inline]
    fn pass(&mut self, lane: Lane) -> usize {
        let count = self.io.receive(lane, &mut self.batch);
        if count == 0 {
            return 0;
        }
        let mut start = 0;
        while start < count {
            start = self.decide(lane, start, count);
        }
        self.transmit(lane);
        if Io::TIMING == Timing::Clock {
            self.latency.record(self.io.now().since(self.batch.received()), count as u64);
        }
        count
    }

    /// Decides about the frames from `start` on, as many as fit the gathering buffer. Returns where to go on.
    fn decide(&mut self, lane: Lane, start: usize, count: usize) -> usize {
        let Worker { engine, batch, decisions, gather, answers, .. } = self;
        let end = gather.collect(batch, start, count).max(start + 1);
        let mut frames = [Frame::default(); BURST_CAPACITY];
        for (index, frame) in frames.iter_mut().enumerate().take(end).skip(start) {
            *frame = batch.frame(index, lane.wire(), gather);
        }
        let frames = frames.get(start..end).unwrap_or_default();
        let decisions = decisions.get_mut(start..end).unwrap_or_default();
        let processed = catch_unwind(AssertUnwindSafe(|| engine.process(frames, decisions)));
        if processed.is_err() {
            engine.fault(frames, decisions);
        }
        for (index, (frame, decision)) in frames.iter().zip(decisions.iter()).enumerate() {
            if let Verdict::Reject(_) = decision.verdict {
                answers.build(engine, index, frame.bytes, decision, &mut self.io);
            }
        }
        end
    }

    /// Sends what is forwarded and the answers to what is rejected; frees the rest.
    fn transmit(&mut self, lane: Lane) {
        let Worker { io, batch, decisions, answers, .. } = self;
        let burst = batch.burst_mut();
        let decided = decisions.get(..burst.len()).unwrap_or_default();
        if !decided.iter().all(|decision| decision.verdict == Verdict::Forward) {
            let fate = |index: usize| match decided.get(index).map(|decision| decision.verdict) {
                Some(Verdict::Forward) => Fate::Keep,
                _ => Fate::Remove,
            };
            burst.partition(|index, _| fate(index)).clear();
        }
        io.transmit(lane.peer(), burst);
        answers.transmit(lane, io);
    }

    /// What has to be done between bursts: time passes, commands come, counters are shown.
    fn housekeep(&mut self, frames: usize) {
        if frames == 0 {
            let now = self.io.now();
            self.engine.tick(now);
        }
        if self.mailbox.has_command() {
            self.obey();
        }
        if self.engine.is_draining()
            && let Some(rules) = self.engine.retire()
        {
            self.mailbox.reply(Reply::Retired(Box::new(rules)));
        }
        self.publish();
    }

    fn publish(&mut self) {
        let sent = self.answers.sent();
        let (failed, lost) = (self.answers.failed(), self.io.tx_failed());
        let handed_over = self.io.handed_over();
        self.published.publish(self.engine.counters_with(sent, failed, lost, handed_over));
    }

    /// Carries out one command from the control thread.
    #[cold]
    fn obey(&mut self) {
        match self.mailbox.command() {
            Some(Command::Install { rules, mut settings }) => {
                let generation = rules.ruleset.generation;
                let replaced = self.engine.install(*rules).map(Box::new);
                self.engine.reconfigure(&mut settings);
                self.mailbox.reply(Reply::Installed { generation, replaced, settings });
            }
            Some(Command::Latency(mut into)) => {
                self.latency.copy_to(&mut into);
                self.mailbox.reply(Reply::Latency(into));
            }
            Some(Command::Flows { from, mut rows }) => {
                let next = mailbox::list_flows(&self.engine, from, &mut rows);
                self.mailbox.reply(Reply::Flows { next, rows });
            }
            None => {}
        }
    }

    /// Ends: every flow is ended and written down, and the last counters are shown. `between` is called whenever some
    /// were, so that their events can be taken out of the ring.
    pub fn finish<E>(&mut self, mut between: impl FnMut() -> Result<(), E>) -> Result<(), E> {
        let mut from = Some(FlowId(0));
        while let Some(at) = from {
            from = self.engine.end_flows(at, ENDED_AT_ONCE);
            between()?;
        }
        self.publish();
        Ok(())
    }

    /// The engine, for tests and replays that want to look at it.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Where the frames come from.
    pub fn io_mut(&mut self) -> &mut Io {
        &mut self.io
    }

    /// What was measured from receiving a frame to sending it.
    pub fn latency(&self) -> &Latency {
        &self.latency
    }

    /// The same, for starting over.
    pub fn latency_mut(&mut self) -> &mut Latency {
        &mut self.latency
    }

    /// Shows how far the worker is.
    pub fn set_state(&self, state: WorkerState) {
        self.published.set_state(state);
    }

    /// The time by the worker's clock.
    pub fn now(&mut self) -> Nanos {
        self.io.now()
    }
}
