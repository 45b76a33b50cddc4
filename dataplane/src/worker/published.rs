//! What a worker shows of itself: counters, and whether it is alive.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::counter::{Counters, PublishedCounters};

/// How far a worker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum WorkerState {
    /// It takes its memory.
    #[default]
    Starting = 0,
    /// It works.
    Running = 1,
    /// It has ended.
    Ended = 2,
}

/// Written by the worker, read by anyone.
#[derive(Debug, Default)]
pub struct Published {
    counters: PublishedCounters,
    beats: AtomicU64,
    state: AtomicU8,
}

impl Published {
    /// Shows the counters, and that the worker lives.
    pub fn publish(&self, counters: &Counters) {
        self.counters.publish(counters);
        self.beats.store(self.beats.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// The counters as they were shown last.
    pub fn counters(&self) -> Counters {
        self.counters.read()
    }

    /// A number that changes as long as the worker lives.
    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// Shows how far the worker is.
    pub fn set_state(&self, state: WorkerState) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// How far the worker is.
    pub fn state(&self) -> WorkerState {
        match self.state.load(Ordering::Acquire) {
            0 => WorkerState::Starting,
            1 => WorkerState::Running,
            _ => WorkerState::Ended,
        }
    }
}
