//! The steps that take a port from open to running, in the order that DPDK wants them.

use crate::checksum::TxChecksums;
use crate::eal_log::LogMark;
use crate::errno::Errno;
use crate::mempool::Mempool;
use crate::port::PortError;
use crate::port_config::{Checksums, PortConfig, Promiscuity};
use crate::port_info::PortId;
use crate::queue::Preparation;
use crate::rss::{RssKey, RssOutcome};

/// Receive offloads that are taken where they are offered, if checksums are wanted.
const RX_CHECKSUMS: u64 = dpdk_sys::DPDK_SHIM_RX_OFFLOAD_IPV4_CKSUM
    | dpdk_sys::DPDK_SHIM_RX_OFFLOAD_TCP_CKSUM
    | dpdk_sys::DPDK_SHIM_RX_OFFLOAD_UDP_CKSUM;

/// A link header with two VLAN tags and the frame check sequence, bytes: what a buffer needs beyond the MTU.
const LINK_OVERHEAD: u32 = 14 + 4 + 2 * 4;

/// What starting found out.
pub(crate) struct SetUp {
    pub rss: RssOutcome,
    pub preparation: Preparation,
}

struct Starting<'a> {
    port: PortId,
    name: &'a str,
    info: dpdk_sys::rte_eth_dev_info,
    mark: LogMark,
}

/// Configures and starts an open port. The caller holds the control lock and the port.
pub(crate) fn start(
    port: PortId,
    name: &str,
    config: &PortConfig,
    pool: &Mempool,
) -> Result<SetUp, PortError> {
    let mark = LogMark::now();
    let info = raw_info(port);
    let mut starting = Starting { port, name, info: info.unwrap_or_default(), mark };
    info.map_err(|errno| starting.failed("tell what it is", errno))?;
    starting.check(config)?;
    let mut key = RssKey::symmetric(config.rss, &starting.info).filter(|_| config.rx_queues > 1);
    let preparation = starting.configure(config, pool, key.as_mut())?;
    starting.set_up_queues(config, pool)?;
    // SAFETY: the port is configured and has all its queues; the control lock is held.
    let started = Errno::check(unsafe { dpdk_sys::rte_eth_dev_start(port.0) });
    started.map_err(|errno| starting.failed("start", errno))?;
    // A device that can't choose receives everything.
    match set_promiscuity(port, config.promiscuity) {
        Err(errno) if !errno.is_unsupported() => {
            // SAFETY: as above; nobody has queues yet.
            unsafe { dpdk_sys::rte_eth_dev_stop(port.0) };
            return Err(starting.failed("change what it receives", errno));
        }
        _ => {}
    }
    let rss = key.map_or(RssOutcome::None, |mut key| key.settle(port));
    Ok(SetUp { rss, preparation })
}

impl Starting<'_> {
    fn check(&self, config: &PortConfig) -> Result<(), PortError> {
        let queues = [
            ("receive", config.rx_queues, self.info.max_rx_queues),
            ("transmit", config.tx_queues, self.info.max_tx_queues),
        ];
        for (direction, asked, most) in queues {
            if asked == 0 || asked > most {
                let driver = self.driver();
                return Err(PortError::Queues { port: self.name.to_owned(), direction, asked, most, driver });
            }
        }
        let (least, most) = (self.info.min_mtu, self.info.max_mtu);
        match config.mtu {
            Some(asked) if !(least..=most).contains(&asked) => {
                Err(PortError::Mtu { port: self.name.to_owned(), asked, least, most })
            }
            _ => Ok(()),
        }
    }

    fn configure(
        &mut self,
        config: &PortConfig,
        pool: &Mempool,
        key: Option<&mut RssKey>,
    ) -> Result<Preparation, PortError> {
        let mut raw = dpdk_sys::rte_eth_conf::default();
        let mtu = config.mtu.unwrap_or_else(|| mtu(self.port).unwrap_or(0));
        raw.rxmode.mtu = u32::from(mtu);
        let mut rx_wanted = 0;
        if u32::from(mtu) + LINK_OVERHEAD > u32::from(pool.config().data_room) {
            rx_wanted |= dpdk_sys::DPDK_SHIM_RX_OFFLOAD_SCATTER;
        }
        let mut tx_wanted = dpdk_sys::DPDK_SHIM_TX_OFFLOAD_MULTI_SEGS;
        let mut preparation = Preparation::Unneeded;
        if config.checksums == Checksums::Offload {
            let offered = TxChecksums::of_offloads(self.info.tx_offload_capa);
            rx_wanted |= RX_CHECKSUMS;
            tx_wanted |= offered.offloads();
            preparation = if offered.is_empty() { Preparation::Unneeded } else { Preparation::Needed };
        }
        if let Some(key) = key {
            rx_wanted |= dpdk_sys::DPDK_SHIM_RX_OFFLOAD_RSS_HASH;
            raw.rxmode.mq_mode = dpdk_sys::RTE_ETH_MQ_RX_RSS;
            raw.rx_adv_conf.rss_conf = key.as_raw();
        }
        raw.rxmode.offloads = rx_wanted & self.info.rx_offload_capa;
        raw.txmode.offloads = tx_wanted & self.info.tx_offload_capa;
        // SAFETY: the port is open and stopped, and the control lock is held; `raw` is readable, and so is the key that it
        // points to, which lives until after the call. DPDK copies both.
        let result = unsafe {
            dpdk_sys::rte_eth_dev_configure(self.port.0, config.rx_queues, config.tx_queues, &raw const raw)
        };
        Errno::check(result).map_err(|errno| self.failed("be configured", errno))?;
        self.info.default_rxconf.offloads = raw.rxmode.offloads;
        self.info.default_txconf.offloads = raw.txmode.offloads;
        config.mtu.map_or(Ok(()), |wanted| self.apply_mtu(wanted))?;
        Ok(preparation)
    }

    /// Sets the MTU, which is no matter where it is what the device has and can't change.
    fn apply_mtu(&self, wanted: u16) -> Result<(), PortError> {
        // SAFETY: the port is open and stopped, and the control lock is held.
        let result = Errno::check(unsafe { dpdk_sys::rte_eth_dev_set_mtu(self.port.0, wanted) });
        match result {
            Err(errno) if mtu(self.port) != Ok(wanted) => Err(self.failed("change its MTU", errno)),
            _ => Ok(()),
        }
    }

    fn set_up_queues(&self, config: &PortConfig, pool: &Mempool) -> Result<(), PortError> {
        let (mut rx, mut tx) = (config.rx_descriptors.0, config.tx_descriptors.0);
        // SAFETY: the port is configured, and both numbers are writable.
        let result =
            unsafe { dpdk_sys::rte_eth_dev_adjust_nb_rx_tx_desc(self.port.0, &raw mut rx, &raw mut tx) };
        Errno::check(result).map_err(|errno| self.failed("choose the size of its queues", errno))?;
        // SAFETY: reads a number of an open port. -1 means any node, in whichever width.
        let socket = unsafe { dpdk_sys::rte_eth_dev_socket_id(self.port.0) } as u32;
        for queue in 0..config.rx_queues {
            let settings = &raw const self.info.default_rxconf;
            // SAFETY: the port is configured for this queue and stopped; the settings are the driver's own and readable;
            // the pool is never freed.
            let result = unsafe {
                dpdk_sys::rte_eth_rx_queue_setup(self.port.0, queue, rx, socket, settings, pool.as_ptr())
            };
            Errno::check(result).map_err(|errno| self.failed("set up a receive queue", errno))?;
        }
        for queue in 0..config.tx_queues {
            let settings = &raw const self.info.default_txconf;
            // SAFETY: as above.
            let result =
                unsafe { dpdk_sys::rte_eth_tx_queue_setup(self.port.0, queue, tx, socket, settings) };
            Errno::check(result).map_err(|errno| self.failed("set up a transmit queue", errno))?;
        }
        Ok(())
    }

    fn driver(&self) -> String {
        // SAFETY: the driver's name is a static string of the driver, which stays loaded.
        unsafe { crate::device::text_of(self.info.driver_name) }
    }

    #[cold]
    fn failed(&self, action: &'static str, errno: Errno) -> PortError {
        PortError::Refused { port: self.name.to_owned(), action, errno, said: self.mark.quote() }
    }
}

/// What the driver reports. The caller holds the control lock and the port.
pub(crate) fn raw_info(port: PortId) -> Result<dpdk_sys::rte_eth_dev_info, Errno> {
    let mut info = dpdk_sys::rte_eth_dev_info::default();
    // SAFETY: DPDK checks the port's number, and `info` is writable.
    Errno::check(unsafe { dpdk_sys::rte_eth_dev_info_get(port.0, &raw mut info) })?;
    Ok(info)
}

/// The caller holds the control lock and the port.
pub(crate) fn mtu(port: PortId) -> Result<u16, Errno> {
    let mut mtu = 0;
    // SAFETY: DPDK checks the port's number, and `mtu` is writable.
    Errno::check(unsafe { dpdk_sys::rte_eth_dev_get_mtu(port.0, &raw mut mtu) })?;
    Ok(mtu)
}

/// The caller holds the control lock and the port.
pub(crate) fn set_promiscuity(port: PortId, what: Promiscuity) -> Result<(), Errno> {
    // SAFETY: DPDK checks the port's number.
    let result = unsafe {
        match what {
            Promiscuity::All => dpdk_sys::rte_eth_promiscuous_enable(port.0),
            Promiscuity::Own => dpdk_sys::rte_eth_promiscuous_disable(port.0),
        }
    };
    Errno::check(result).map(drop)
}
