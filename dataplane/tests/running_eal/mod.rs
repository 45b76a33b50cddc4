//! The EAL that the tests of one binary share, and the buffers of each: DPDK can be started once in a process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use weir::replay::REPLAY_ROOM;
use weir_hw::{DpdkLog, Eal, EalConfig, Hugepages, Mempool, MempoolConfig};

static EAL: OnceLock<Eal> = OnceLock::new();
static POOLS: AtomicU32 = AtomicU32::new(0);

/// A pool to replay with, in ordinary pages, so that the tests run anywhere.
pub fn pool() -> Mempool {
    let eal = *EAL.get_or_init(|| {
        let config = EalConfig {
            memory_mib: 64,
            hugepages: Hugepages::Never,
            log: DpdkLog::Remember,
            ..EalConfig::default()
        };
        Eal::init(&config).expect("DPDK starts")
    });
    let name = format!("replay{}", POOLS.fetch_add(1, Ordering::Relaxed));
    let shape = MempoolConfig { name, mbufs: 1023, data_room: REPLAY_ROOM, ..MempoolConfig::default() };
    Mempool::new(eal, &shape).expect("a pool")
}
