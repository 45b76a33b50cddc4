//! What a worker does while there is nothing to do.

use std::thread;
use std::time::Duration;

/// Polls without a frame before the first sleep: at a few million frames a second, gaps are shorter than this.
const SPINS: u32 = 256;
/// The first sleep.
const SHORTEST: Duration = Duration::from_micros(10);
/// The longest sleep, which bounds how long the first frame after silence waits.
const LONGEST: Duration = Duration::from_micros(200);

/// How a worker waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdlePolicy {
    /// It polls on.
    Poll,
    /// It sleeps for longer and longer.
    Sleep,
}

/// Counts idle polls and waits as the policy says.
#[derive(Debug)]
pub struct Idle {
    policy: IdlePolicy,
    empty: u32,
    nap: Duration,
}

impl Idle {
    /// A worker that has just worked.
    pub fn new(policy: IdlePolicy) -> Idle {
        Idle { policy, empty: 0, nap: SHORTEST }
    }

    /// To be called after each poll.
    #[inline]
    pub fn after(&mut self, frames: usize) {
        if frames > 0 {
            self.empty = 0;
            self.nap = SHORTEST;
            return;
        }
        self.empty = self.empty.saturating_add(1);
        match self.policy {
            IdlePolicy::Sleep if self.empty > SPINS => {
                thread::sleep(self.nap);
                self.nap = (self.nap * 2).min(LONGEST);
            }
            _ => std::hint::spin_loop(),
        }
    }
}
