//! One worker's share of the ports.

use std::time::Duration;

use weir_hw::{Burst, Mbuf, MbufConsumer, MbufProducer, Mempool, RxQueue, TscClock, TxQueue};

use super::spread::Spreader;
use crate::time::Nanos;
use crate::worker::{Batch, FrameIo, Lane, Timing};

/// How often a full transmit queue is tried again before frames are dropped. Some ten microseconds: as long as a driver
/// needs to make room, and not so long that receive queues overflow meanwhile.
const TRIES: usize = 64;

/// How often the clock is compared with the system's.
const RESYNC: Duration = Duration::from_secs(1);

/// How a worker sends out of a lane.
pub enum Transmit {
    /// By a queue of its own, in which others let frames be sent by these rings.
    Queue(TxQueue, Vec<MbufConsumer>),
    /// By the worker that has the queue.
    Through(MbufProducer),
}

/// One end of a wire, for one worker.
pub struct LanePort {
    /// The queue that this worker polls, where it has one.
    pub rx: Option<RxQueue>,
    /// How it sends.
    pub tx: Transmit,
}

/// All lanes of one worker.
pub struct LiveIo {
    lanes: Vec<LanePort>,
    spreader: Option<Spreader>,
    pool: Mempool,
    clock: TscClock,
    resynced: Nanos,
    burst: usize,
    tx_failed: u64,
    relay: Burst,
}

impl LiveIo {
    /// A worker's share. `burst` frames are taken at once.
    pub fn new(
        lanes: Vec<LanePort>,
        spreader: Option<Spreader>,
        pool: Mempool,
        clock: TscClock,
        burst: usize,
    ) -> LiveIo {
        let resynced = Nanos(clock.now());
        LiveIo { lanes, spreader, pool, clock, resynced, burst, tx_failed: 0, relay: Burst::new() }
    }

    /// Sends what other workers handed over for the queue of a lane.
    fn relay(&mut self, lane: usize) {
        let Some(LanePort { tx: Transmit::Queue(queue, from), .. }) = self.lanes.get_mut(lane) else {
            return;
        };
        for ring in from {
            while ring.dequeue(&mut self.relay) > 0 {
                self.tx_failed += send(queue, &mut self.relay);
            }
        }
    }
}

impl FrameIo for LiveIo {
    const TIMING: Timing = Timing::Clock;

    fn lanes(&self) -> usize {
        self.lanes.len()
    }

    fn receive(&mut self, lane: Lane, batch: &mut Batch) -> usize {
        self.relay(lane.0);
        let now = self.now();
        let burst = batch.begin(now);
        let Some(port) = self.lanes.get_mut(lane.0) else { return 0 };
        match (&mut port.rx, &mut self.spreader) {
            (Some(rx), None) => {
                rx.receive_up_to(burst, self.burst);
            }
            (Some(rx), Some(spreader)) => {
                rx.receive_up_to(burst, self.burst);
                spreader.distribute(lane.0, burst);
                spreader.collect(lane.0, burst);
            }
            (None, Some(spreader)) => spreader.collect(lane.0, burst),
            (None, None) => {}
        }
        batch.burst().len()
    }

    fn transmit(&mut self, lane: Lane, burst: &mut Burst) {
        match self.lanes.get_mut(lane.0).map(|port| &mut port.tx) {
            Some(Transmit::Queue(queue, _)) => self.tx_failed += send(queue, burst),
            Some(Transmit::Through(ring)) => {
                ring.enqueue(burst);
                self.tx_failed += burst.len() as u64;
                burst.clear();
            }
            None => burst.clear(),
        }
    }

    fn buffer(&mut self) -> Option<Mbuf> {
        self.pool.alloc()
    }

    fn now(&mut self) -> Nanos {
        let now = Nanos(self.clock.now());
        if now.since(self.resynced) >= RESYNC {
            self.clock.resync();
            self.resynced = now;
        }
        now
    }

    fn tx_failed(&self) -> u64 {
        self.tx_failed
    }

    fn handed_over(&self) -> (u64, u64) {
        self.spreader.as_ref().map_or((0, 0), Spreader::counts)
    }
}

/// Sends a burst, and returns how many frames had to be dropped.
fn send(queue: &mut TxQueue, burst: &mut Burst) -> u64 {
    for _ in 0..TRIES {
        queue.transmit(burst);
        if burst.is_empty() {
            return 0;
        }
        std::hint::spin_loop();
    }
    let dropped = burst.len() as u64;
    burst.clear();
    dropped
}
