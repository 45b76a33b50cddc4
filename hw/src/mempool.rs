//! Pools of frame buffers, all of whose memory is taken when they are made.
//!
//! An mbuf does not count as an owner of its pool: frames may be on their way in rings, drivers and other threads when the
//! last handle of a pool goes. So a pool's memory is never given back. It retires, and the next pool of the same shape
//! takes it over once all its frames have come home.

use std::ffi::CString;
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dpdk_sys::rte_mempool;

use crate::burst::Burst;
use crate::eal::Eal;
use crate::eal_log::LogMark;
use crate::errno::Errno;
use crate::mbuf::Mbuf;

/// A NUMA node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Socket {
    /// Whichever.
    #[default]
    Any,
    /// This one.
    Node(u16),
}

impl Socket {
    pub(crate) fn as_raw(self) -> i32 {
        match self {
            Socket::Any => -1,
            Socket::Node(node) => i32::from(node),
        }
    }

    pub(crate) fn from_raw(node: i32) -> Socket {
        u16::try_from(node).map_or(Socket::Any, Socket::Node)
    }
}

/// The shape of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MempoolConfig {
    /// What it is called in errors.
    pub name: String,
    /// How many buffers it has.
    pub mbufs: u32,
    /// How many free buffers each registered thread may hold back for itself.
    pub cache: u32,
    /// Bytes of a frame that one buffer holds.
    pub data_room: u16,
    /// Where its memory is.
    pub socket: Socket,
}

impl Default for MempoolConfig {
    fn default() -> MempoolConfig {
        MempoolConfig {
            name: "frames".to_owned(),
            mbufs: 16_384,
            cache: 256,
            data_room: 2048,
            socket: Socket::Any,
        }
    }
}

/// The largest data room: a buffer's length is 16 bits wide and includes the headroom.
pub const DATA_ROOM_LIMIT: u16 = u16::MAX - dpdk_sys::RTE_PKTMBUF_HEADROOM as u16;

/// Why a pool can't be made.
#[derive(Debug, thiserror::Error)]
pub enum MempoolError {
    /// Its shape is impossible.
    #[error("the pool {name:?} can't have {what}")]
    BadShape {
        /// Of the pool.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// There is no memory for it.
    #[error(
        "the pool {name:?} needs about {needed_mib} MiB for {mbufs} frames of {data_room} bytes, which DPDK's memory does \
         not have left ({errno}); give it more memory or the pool fewer frames{said}"
    )]
    NoMemory {
        /// Of the pool.
        name: String,
        /// How many buffers.
        mbufs: u32,
        /// Bytes of each.
        data_room: u16,
        /// An estimate, MiB.
        needed_mib: u64,
        /// Why, as a number.
        errno: Errno,
        /// Why, in DPDK's words.
        said: String,
    },
}

/// A pool of buffers. Clones are handles of the same pool.
#[derive(Clone)]
pub struct Mempool {
    pool: Arc<Pool>,
}

struct Pool {
    raw: RawPool,
    config: MempoolConfig,
}

/// A pool's address, which stays valid until the process ends.
#[derive(Clone, Copy)]
struct RawPool(NonNull<rte_mempool>);

// SAFETY: DPDK's pools are made for use by many threads, and this one is never freed.
unsafe impl Send for RawPool {}
// SAFETY: as above.
unsafe impl Sync for RawPool {}

impl RawPool {
    fn available(self) -> u32 {
        // SAFETY: pools are never freed; the count is a snapshot by nature.
        unsafe { dpdk_sys::rte_mempool_avail_count(self.0.as_ptr()) }
    }
}

static RETIRED: Mutex<Vec<(RawPool, MempoolConfig)>> = Mutex::new(Vec::new());
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Mempool {
    /// Makes a pool.
    pub fn new(eal: Eal, config: &MempoolConfig) -> Result<Mempool, MempoolError> {
        check(config)?;
        let raw = match reuse(config) {
            Some(raw) => raw,
            None => create(eal, config)?,
        };
        Ok(Mempool { pool: Arc::new(Pool { raw, config: config.clone() }) })
    }

    /// Takes an empty frame; none when all are in use.
    #[inline]
    pub fn alloc(&self) -> Option<Mbuf> {
        // SAFETY: pools are never freed, and a frame from the pool is nobody else's and has one reference.
        unsafe { NonNull::new(dpdk_sys::rte_pktmbuf_alloc(self.as_ptr())).map(|raw| Mbuf::from_raw(raw)) }
    }

    /// Adds `count` empty frames to the burst, or as many as it has room for; returns how many. It adds none when the pool
    /// does not have them all.
    #[inline]
    pub fn alloc_burst(&self, burst: &mut Burst, count: usize) -> usize {
        // SAFETY: rte_pktmbuf_alloc_bulk writes all pointers and returns 0, or writes none and returns an error.
        unsafe {
            burst.extend_raw(count, |slots, room| {
                match dpdk_sys::rte_pktmbuf_alloc_bulk(self.as_ptr(), slots, room as u32) {
                    0 => room,
                    _ => 0,
                }
            })
        }
    }

    /// A frame of these bytes, in as many segments as it takes; none when the pool has too few buffers left.
    pub fn frame(&self, bytes: &[u8]) -> Option<Mbuf> {
        let room = usize::from(self.pool.config.data_room);
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        let mut frame = self.alloc()?;
        frame.fill(first)?;
        for chunk in rest.chunks(room) {
            let mut segment = self.alloc()?;
            segment.fill(chunk)?;
            frame.chain(segment)?;
        }
        Some(frame)
    }

    /// How many buffers are free. Counts what threads hold back, too, so it costs a walk over all of them.
    pub fn available(&self) -> u32 {
        self.pool.raw.available()
    }

    /// How many buffers are in use.
    pub fn in_use(&self) -> u32 {
        self.pool.config.mbufs.saturating_sub(self.available())
    }

    /// Its shape.
    pub fn config(&self) -> &MempoolConfig {
        &self.pool.config
    }

    pub(crate) fn as_ptr(&self) -> *mut rte_mempool {
        self.pool.raw.0.as_ptr()
    }
}

fn check(config: &MempoolConfig) -> Result<(), MempoolError> {
    let bad = |what: String| Err(MempoolError::BadShape { name: config.name.clone(), what });
    if config.mbufs == 0 {
        return bad("0 frames".to_owned());
    }
    // DPDK lets a cache grow to one and a half of its size, and refuses one that could hold the whole pool.
    let largest = (config.mbufs - config.mbufs.div_ceil(3)).min(dpdk_sys::RTE_MEMPOOL_CACHE_MAX_SIZE);
    if config.cache > largest {
        return bad(format!(
            "a cache of {} for each thread: at most {largest} go with {} frames",
            config.cache, config.mbufs
        ));
    }
    if !(64..=DATA_ROOM_LIMIT).contains(&config.data_room) {
        return bad(format!("frames of {} bytes: 64 to {DATA_ROOM_LIMIT} are possible", config.data_room));
    }
    Ok(())
}

/// Finds a retired pool of this shape that is whole again. It need not be exact: a frame that comes home late, or is on
/// its way when we look, is as welcome in the pool's next life.
fn reuse(config: &MempoolConfig) -> Option<RawPool> {
    let mut retired = RETIRED.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = |(raw, old): &(RawPool, MempoolConfig)| {
        let same = MempoolConfig { name: old.name.clone(), ..config.clone() } == *old;
        same && raw.available() >= config.mbufs
    };
    let index = retired.iter().position(fits)?;
    Some(retired.swap_remove(index).0)
}

fn create(eal: Eal, config: &MempoolConfig) -> Result<RawPool, MempoolError> {
    let _control = eal.control();
    let mark = LogMark::now();
    // DPDK's names are short and unique among all pools, retired ones too.
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = CString::new(format!("weir_frames_{number}")).unwrap_or_default();
    let room = config.data_room + dpdk_sys::RTE_PKTMBUF_HEADROOM as u16;
    let (mbufs, cache, socket) = (config.mbufs, config.cache, config.socket.as_raw());
    // SAFETY: EAL runs, as `eal` proves; the name is a NUL-terminated string, which DPDK copies.
    let raw = unsafe { dpdk_sys::rte_pktmbuf_pool_create(name.as_ptr(), mbufs, cache, 0, room, socket) };
    NonNull::new(raw).map(RawPool).ok_or_else(|| {
        let errno = Errno::last();
        let bytes = u64::from(mbufs) * (u64::from(room) + u64::from(dpdk_sys::DPDK_SHIM_MBUF_SIZE) + 64);
        MempoolError::NoMemory {
            name: config.name.clone(),
            mbufs,
            data_room: config.data_room,
            needed_mib: bytes.div_ceil(1 << 20),
            errno,
            said: mark.quote(),
        }
    })
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut retired = RETIRED.lock().unwrap_or_else(PoisonError::into_inner);
        retired.push((self.raw, self.config.clone()));
    }
}

impl fmt::Debug for Mempool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mempool")
            .field("config", &self.pool.config)
            .field("available", &self.available())
            .finish()
    }
}
