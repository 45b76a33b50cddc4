//! Traffic from memory as a wire with one worker: frames are copied into buffers as a NIC would place them.

use weir_hw::{Burst, Eal, Mbuf, Mempool, TscClock};

use super::traffic::Traffic;
use crate::time::Nanos;
use crate::worker::{Batch, FrameIo, Lane, Timing};

/// Feeds a worker from memory; what it sends is freed.
pub struct BenchIo<T> {
    traffic: T,
    pool: Mempool,
    clock: TscClock,
    staged: Burst,
    burst: usize,
    starved: bool,
}

impl<T: Traffic> BenchIo<T> {
    /// A wire with this traffic; `burst` frames are received at once.
    pub fn new(traffic: T, pool: Mempool, eal: Eal, burst: usize) -> BenchIo<T> {
        let clock = TscClock::new(eal);
        BenchIo { traffic, pool, clock, staged: Burst::new(), burst, starved: false }
    }

    /// What is replayed.
    pub fn traffic_mut(&mut self) -> &mut T {
        &mut self.traffic
    }

    /// Whether the round is over, or there was no buffer to go on with.
    pub fn is_done(&self) -> bool {
        self.starved || self.traffic.left() == 0
    }

    /// Whether the buffers were used up, which must not happen.
    pub fn is_starved(&self) -> bool {
        self.starved
    }

    /// Copies the next frames into buffers.
    fn place(&mut self) {
        let count = self.burst.min(self.traffic.left());
        if self.pool.alloc_burst(&mut self.staged, count) < count {
            self.starved = true;
        }
        for mbuf in self.staged.iter_mut() {
            let frame = self.traffic.next();
            if mbuf.fill(frame).is_none() {
                self.starved |= fill_chained(mbuf, frame, &self.pool).is_none();
            }
        }
    }
}

/// A frame that takes several buffers.
#[cold]
fn fill_chained(mbuf: &mut Mbuf, frame: &[u8], pool: &Mempool) -> Option<()> {
    *mbuf = pool.frame(frame)?;
    Some(())
}

impl<T: Traffic> FrameIo for BenchIo<T> {
    const TIMING: Timing = Timing::Clock;

    fn lanes(&self) -> usize {
        1
    }

    #[inline]
    fn receive(&mut self, _: Lane, batch: &mut Batch) -> usize {
        self.place();
        // The clock starts when the frames lie in memory, as a NIC's receive does.
        let burst = batch.begin(Nanos(self.clock.now()));
        burst.append(&mut self.staged)
    }

    #[inline]
    fn transmit(&mut self, _: Lane, burst: &mut Burst) {
        burst.clear();
    }

    fn buffer(&mut self) -> Option<Mbuf> {
        self.pool.alloc()
    }

    #[inline]
    fn now(&mut self) -> Nanos {
        Nanos(self.clock.now())
    }

    fn tx_failed(&self) -> u64 {
        0
    }
}
