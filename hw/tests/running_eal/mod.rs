//! The EAL that the tests of one binary share: DPDK can be started once in a process.

use std::sync::OnceLock;

use weir_hw::{DpdkLog, Eal, EalConfig, Hugepages, Mempool, MempoolConfig};

static EAL: OnceLock<Eal> = OnceLock::new();

/// Starts it on first use, in ordinary pages, so that the tests run anywhere.
pub fn eal() -> Eal {
    *EAL.get_or_init(|| {
        let config = EalConfig {
            memory_mib: 256,
            hugepages: Hugepages::Never,
            log: DpdkLog::Remember,
            ..EalConfig::default()
        };
        Eal::init(&config).expect("DPDK starts")
    })
}

/// A small pool.
#[allow(dead_code, reason = "not every test binary needs one")]
pub fn pool(mbufs: u32, data_room: u16) -> Mempool {
    let config =
        MempoolConfig { name: "test".to_owned(), mbufs, cache: 0, data_room, ..MempoolConfig::default() };
    Mempool::new(eal(), &config).expect("a pool")
}
