//! A bounded queue of frames between two threads, without locks.

use std::ffi::CString;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dpdk_sys::rte_ring;

use crate::burst::Burst;
use crate::eal::Eal;
use crate::errno::Errno;
use crate::mbuf::Mbuf;
use crate::mempool::Socket;

/// The largest ring.
pub const RING_LIMIT: u32 = 1 << 24;

/// Why a ring can't be made.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// Its size is impossible.
    #[error("a ring can't hold {asked} frames: 1 to {RING_LIMIT} are possible")]
    Size {
        /// What was asked for.
        asked: u32,
    },
    /// There is no memory for it.
    #[error("there is no memory for a ring of {asked} frames: {errno}")]
    NoMemory {
        /// What was asked for.
        asked: u32,
        /// Why.
        errno: Errno,
    },
    /// The rings can't be made a port.
    #[error("the rings can't be made a port: {errno}{said}")]
    Port {
        /// Why, as a number.
        errno: Errno,
        /// Why, in DPDK's words.
        said: String,
    },
}

/// A ring of frames with one producer and one consumer, freed with what is in it.
///
/// Each side has one user: either the only [`MbufProducer`] or [`MbufConsumer`], or the only queue of a net_ring port.
pub(crate) struct Ring(NonNull<rte_ring>);

// SAFETY: rte_ring is made for two threads, and each side has one user, as said above.
unsafe impl Send for Ring {}
// SAFETY: as above.
unsafe impl Sync for Ring {}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Ring {
    pub(crate) fn new(eal: Eal, capacity: u32, socket: Socket) -> Result<Arc<Ring>, RingError> {
        if capacity == 0 || capacity > RING_LIMIT {
            return Err(RingError::Size { asked: capacity });
        }
        let _control = eal.control();
        // DPDK's names are short and unique.
        let name =
            CString::new(format!("weir_ring_{}", NUMBER.fetch_add(1, Ordering::Relaxed))).unwrap_or_default();
        // The size is a power of two, of which DPDK uses all but one.
        let size = (capacity + 1).next_power_of_two();
        let flags = dpdk_sys::RING_F_SP_ENQ | dpdk_sys::RING_F_SC_DEQ;
        // SAFETY: EAL runs, as `eal` proves; the name is a NUL-terminated string, which DPDK copies.
        let raw = unsafe { dpdk_sys::rte_ring_create(name.as_ptr(), size, socket.as_raw(), flags) };
        let raw =
            NonNull::new(raw).ok_or_else(|| RingError::NoMemory { asked: capacity, errno: Errno::last() })?;
        Ok(Arc::new(Ring(raw)))
    }

    pub(crate) fn as_ptr(&self) -> *mut rte_ring {
        self.0.as_ptr()
    }

    fn len(&self) -> usize {
        // SAFETY: the ring lives as long as `self`; the count is a snapshot by nature.
        unsafe { dpdk_sys::rte_ring_count(self.as_ptr()) as usize }
    }

    /// Moves frames from the ring to the burst.
    ///
    /// # Safety
    /// The caller is the only consumer.
    #[inline]
    unsafe fn dequeue(&self, burst: &mut Burst) -> usize {
        // SAFETY: the ring writes at most `room` pointers, which were frames when they went in, and forgets them.
        unsafe {
            burst.extend_raw(usize::MAX, |slots, room| {
                let ring = self.as_ptr();
                dpdk_sys::rte_ring_sc_dequeue_burst(ring, slots.cast(), room as u32, std::ptr::null_mut())
                    as usize
            })
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let mut burst = Burst::new();
        // SAFETY: nobody else has the ring any more, so this is the only consumer, and the ring is freed once.
        unsafe {
            while self.dequeue(&mut burst) > 0 {
                burst.clear();
            }
            dpdk_sys::rte_ring_free(self.as_ptr());
        }
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("len", &self.len()).finish()
    }
}

/// Makes a ring that holds at least `capacity` frames, to hand them from one thread to another. Frames that are in it
/// when both ends are gone are freed.
pub fn mbuf_ring(eal: Eal, capacity: u32, socket: Socket) -> Result<(MbufProducer, MbufConsumer), RingError> {
    let ring = Ring::new(eal, capacity, socket)?;
    // SAFETY: the ring is new, and these are its only ends.
    unsafe { Ok((MbufProducer::new(Arc::clone(&ring)), MbufConsumer::new(ring))) }
}

/// The end of a ring where frames go in.
#[derive(Debug)]
pub struct MbufProducer {
    ring: Arc<Ring>,
}

impl MbufProducer {
    /// # Safety
    /// Nobody else puts frames into the ring.
    pub(crate) unsafe fn new(ring: Arc<Ring>) -> MbufProducer {
        MbufProducer { ring }
    }

    /// Moves frames from the front of the burst into the ring, as many as fit, and returns how many.
    #[inline]
    pub fn enqueue(&mut self, burst: &mut Burst) -> usize {
        let len = burst.len();
        // SAFETY: this is the only producer and is borrowed exclusively. The first `len` slots hold frames; those that the
        // ring took belong to it, and the burst forgets them.
        unsafe {
            let frames = burst.raw().cast();
            let ring = self.ring.as_ptr();
            let taken = dpdk_sys::rte_ring_sp_enqueue_burst(ring, frames, len as u32, std::ptr::null_mut());
            let taken = (taken as usize).min(len);
            burst.remove_front(taken);
            taken
        }
    }

    /// Moves one frame into the ring, or hands it back when the ring is full.
    #[inline]
    pub fn push(&mut self, frame: Mbuf) -> Result<(), Mbuf> {
        let raw = frame.into_raw();
        let mut slot: *mut std::ffi::c_void = raw.as_ptr().cast();
        // SAFETY: this is the only producer and is borrowed exclusively; on success the ring owns the frame.
        let taken = unsafe {
            dpdk_sys::rte_ring_sp_enqueue_burst(self.ring.as_ptr(), &raw mut slot, 1, std::ptr::null_mut())
        };
        // SAFETY: the ring did not take the frame, so it is still ours alone.
        if taken == 1 { Ok(()) } else { Err(unsafe { Mbuf::from_raw(raw) }) }
    }

    /// How many frames are in the ring.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether the ring is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The end of a ring where frames come out.
#[derive(Debug)]
pub struct MbufConsumer {
    ring: Arc<Ring>,
}

impl MbufConsumer {
    /// # Safety
    /// Nobody else takes frames out of the ring.
    pub(crate) unsafe fn new(ring: Arc<Ring>) -> MbufConsumer {
        MbufConsumer { ring }
    }

    /// Moves frames from the ring to the end of the burst, as many as it has room for, and returns how many.
    #[inline]
    pub fn dequeue(&mut self, burst: &mut Burst) -> usize {
        // SAFETY: this is the only consumer and is borrowed exclusively.
        unsafe { self.ring.dequeue(burst) }
    }

    /// Takes one frame.
    #[inline]
    pub fn pop(&mut self) -> Option<Mbuf> {
        let mut slot: *mut std::ffi::c_void = std::ptr::null_mut();
        // SAFETY: this is the only consumer and is borrowed exclusively; what comes out was a frame when it went in, and
        // the ring has forgotten it.
        unsafe {
            let taken = dpdk_sys::rte_ring_sc_dequeue_burst(
                self.ring.as_ptr(),
                &raw mut slot,
                1,
                std::ptr::null_mut(),
            );
            NonNull::new(slot.cast()).filter(|_| taken == 1).map(|raw| Mbuf::from_raw(raw))
        }
    }

    /// How many frames are in the ring.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether the ring is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
