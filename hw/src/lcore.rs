//! Threads that DPDK knows.
//!
//! Pools keep a cache for each thread that EAL has given an lcore number; a thread without one allocates and frees
//! through the shared ring, which is correct and several times slower. So each worker registers first.

use std::marker::PhantomData;

use crate::eal::Eal;
use crate::errno::Errno;

/// Why a thread can't be registered.
#[derive(Debug, thiserror::Error)]
pub enum LcoreError {
    /// All lcore numbers are taken.
    #[error("DPDK knows {} threads already, which is all it has room for", dpdk_sys::RTE_MAX_LCORE)]
    Full,
    /// DPDK refuses.
    #[error("DPDK refuses to register this thread: {0}")]
    Refused(Errno),
}

/// An lcore number held by the calling thread, given back on drop. It can't leave the thread.
#[derive(Debug)]
pub struct LcoreGuard {
    held: Held,
    _of_this_thread: PhantomData<*mut ()>,
}

#[derive(Debug, PartialEq, Eq)]
enum Held {
    /// By this guard.
    Here,
    /// The thread had it before: it is DPDK's main thread, or another guard holds it.
    Elsewhere,
}

/// What `rte_lcore_id` answers in a thread that has none.
const NO_LCORE: u32 = u32::MAX;

impl Eal {
    /// Gives the calling thread an lcore number, and with it a cache in every pool. A thread that has one keeps it.
    pub fn register_thread(self) -> Result<LcoreGuard, LcoreError> {
        // SAFETY: reads a thread-local integer.
        if unsafe { dpdk_sys::rte_lcore_id() } != NO_LCORE {
            return Ok(LcoreGuard { held: Held::Elsewhere, _of_this_thread: PhantomData });
        }
        let _control = self.control();
        // SAFETY: EAL runs, as `self` proves, and the calling thread lives until the guard is dropped, because the guard
        // is not Send.
        match Errno::check(unsafe { dpdk_sys::rte_thread_register() }) {
            Ok(_) => Ok(LcoreGuard { held: Held::Here, _of_this_thread: PhantomData }),
            Err(Errno(libc::ENOMEM)) => Err(LcoreError::Full),
            Err(errno) => Err(LcoreError::Refused(errno)),
        }
    }
}

impl Drop for LcoreGuard {
    fn drop(&mut self) {
        if self.held == Held::Here {
            // SAFETY: this thread was registered by this guard, which is not Send, and unregisters once.
            unsafe { dpdk_sys::rte_thread_unregister() };
        }
    }
}
