//! Ports, and what can be asked of them in each state.
//!
//! ```text
//! Device::attach ──▶ Port<Stopped> ──start──▶ Port<Started> + queues
//!                         ▲                       │
//!                         └───── stop, once all ──┘
//!                                queues are dropped
//! ```
//!
//! A port that is started has queues in the hands of workers. They keep it running and open: it is stopped and closed
//! when the last of port and queues is dropped.

use std::fmt;
use std::sync::{Arc, MutexGuard};

use crate::device::Device;
use crate::errno::Errno;
use crate::mempool::Mempool;
use crate::port_config::{PortConfig, Promiscuity};
use crate::port_info::{MacAddress, PortId, PortInfo};
use crate::port_setup;
use crate::queue::{RxQueue, TxQueue};
use crate::rss::RssOutcome;

/// Why a port does not do what it is asked for.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It does not have so many queues.
    #[error("{port}: {asked} {direction} queues are asked for, and {driver} has 1 to {most}")]
    Queues {
        /// The device.
        port: String,
        /// `receive` or `transmit`.
        direction: &'static str,
        /// How many were asked for.
        asked: u16,
        /// How many there are.
        most: u16,
        /// The driver.
        driver: String,
    },
    /// It does not have such an MTU.
    #[error("{port}: an MTU of {asked} is asked for, and the device takes {least} to {most}")]
    Mtu {
        /// The device.
        port: String,
        /// What was asked for.
        asked: u16,
        /// The smallest.
        least: u16,
        /// The largest.
        most: u16,
    },
    /// The driver refuses.
    #[error("{port}: can't {action}: {errno}{said}")]
    Refused {
        /// The device.
        port: String,
        /// What was tried.
        action: &'static str,
        /// Why, as a number.
        errno: Errno,
        /// Why, in DPDK's words.
        said: String,
    },
}

/// The state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing passes.
    Down,
    /// Frames pass.
    Up {
        /// Speed, Mbit/s; none where the device does not know.
        mbps: Option<u32>,
        /// Whether both ends may send at once.
        duplex: Duplex,
    },
}

/// Whether both ends of a link may send at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplex {
    /// One at a time.
    Half,
    /// Both.
    Full,
}

/// The states of a port.
pub trait PortState: sealed::Sealed {
    /// The device behind it.
    #[doc(hidden)]
    fn device(&self) -> &Device;
}

mod sealed {
    pub trait Sealed {}
}

/// A port that is open and does nothing.
#[derive(Debug)]
pub struct Stopped {
    device: Device,
}

/// A port whose queues are in use.
#[derive(Debug)]
pub struct Started {
    running: Arc<Running>,
}

impl sealed::Sealed for Stopped {}
impl sealed::Sealed for Started {}

impl PortState for Stopped {
    fn device(&self) -> &Device {
        &self.device
    }
}

impl PortState for Started {
    fn device(&self) -> &Device {
        &self.running.device
    }
}

/// What the queues of a started port keep alive. Dropping the device stops and closes it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) device: Device,
    /// The driver takes buffers from it as long as the port runs.
    pub(crate) _pool: Mempool,
}

/// A port in one of its states.
#[derive(Debug)]
pub struct Port<S> {
    state: S,
}

/// A port that was started, and its queues.
#[derive(Debug)]
pub struct StartedPort {
    /// The port.
    pub port: Port<Started>,
    /// Its receive queues, by number.
    pub rx: Vec<RxQueue>,
    /// Its transmit queues, by number.
    pub tx: Vec<TxQueue>,
    /// How frames are spread over the receive queues.
    pub rss: RssOutcome,
}

impl<S: PortState> Port<S> {
    /// Its number in this process.
    pub fn id(&self) -> PortId {
        self.state.device().port()
    }

    /// The name of its device.
    pub fn name(&self) -> &str {
        self.state.device().name()
    }

    /// What the device can do.
    pub fn info(&self) -> Result<PortInfo, PortError> {
        let mac = self.mac();
        let _control = self.control();
        let raw = port_setup::raw_info(self.id()).map_err(|errno| self.failed("tell what it is", errno))?;
        // SAFETY: reads a number of an open port.
        let socket = unsafe { dpdk_sys::rte_eth_dev_socket_id(self.id().0) };
        Ok(PortInfo::from_raw(&raw, mac, socket))
    }

    /// Its hardware address; all zero where it has none.
    pub fn mac(&self) -> MacAddress {
        let mut raw = dpdk_sys::rte_ether_addr::default();
        let _control = self.control();
        // SAFETY: the port is open as long as `self` lives, and `raw` is writable. On failure it stays zero.
        unsafe { dpdk_sys::rte_eth_macaddr_get(self.id().0, &raw mut raw) };
        MacAddress(raw.addr_bytes)
    }

    /// The state of its link, as the device knows it now.
    pub fn link(&self) -> Result<Link, PortError> {
        let (mut mbps, mut full, mut up) = (0, 0, 0);
        let _control = self.control();
        // SAFETY: the port is open as long as `self` lives, and the three integers are writable.
        let result =
            unsafe { dpdk_sys::dpdk_shim_link(self.id().0, &raw mut mbps, &raw mut full, &raw mut up) };
        Errno::check(result).map_err(|errno| self.failed("tell the state of its link", errno))?;
        if up == 0 {
            return Ok(Link::Down);
        }
        let duplex = if full == 0 { Duplex::Half } else { Duplex::Full };
        // Zero is "none", and all ones is "unknown".
        Ok(Link::Up { mbps: Some(mbps).filter(|&mbps| mbps != 0 && mbps != u32::MAX), duplex })
    }

    /// Its MTU, bytes.
    pub fn mtu(&self) -> Result<u16, PortError> {
        let _control = self.control();
        port_setup::mtu(self.id()).map_err(|errno| self.failed("tell its MTU", errno))
    }

    /// Changes which frames are received.
    pub fn set_promiscuity(&self, what: Promiscuity) -> Result<(), PortError> {
        let _control = self.control();
        port_setup::set_promiscuity(self.id(), what)
            .map_err(|errno| self.failed("change what it receives", errno))
    }

    pub(crate) fn control(&self) -> MutexGuard<'static, ()> {
        self.state.device().eal().control()
    }

    #[cold]
    pub(crate) fn failed(&self, action: &'static str, errno: Errno) -> PortError {
        PortError::Refused { port: self.name().to_owned(), action, errno, said: String::new() }
    }
}

impl Port<Stopped> {
    pub(crate) fn new(device: Device) -> Port<Stopped> {
        Port { state: Stopped { device } }
    }

    /// Changes its MTU. Some devices can do so only before they were started for the first time; starting it with an
    /// [MTU](PortConfig::mtu) always works.
    pub fn set_mtu(&mut self, mtu: u16) -> Result<(), PortError> {
        let _control = self.control();
        // SAFETY: the port is open as long as `self` lives.
        let result = unsafe { dpdk_sys::rte_eth_dev_set_mtu(self.id().0, mtu) };
        Errno::check(result).map(drop).map_err(|errno| self.failed("change its MTU", errno))
    }

    /// Starts the port; the driver places received frames in buffers of `pool`. When that fails, the port comes back with
    /// the reason.
    #[allow(clippy::result_large_err, reason = "the port is handed back; this happens once for each port")]
    pub fn start(
        self,
        config: &PortConfig,
        pool: &Mempool,
    ) -> Result<StartedPort, (PortError, Port<Stopped>)> {
        let set_up = {
            let _control = self.control();
            port_setup::start(self.id(), self.name(), config, pool)
        };
        let set_up = match set_up {
            Ok(set_up) => set_up,
            Err(error) => return Err((error, self)),
        };
        let mut device = self.state.device;
        device.mark_started();
        let running = Arc::new(Running { device, _pool: pool.clone() });
        let rx = (0..config.rx_queues).map(|queue| RxQueue::new(Arc::clone(&running), queue)).collect();
        let tx = (0..config.tx_queues)
            .map(|queue| TxQueue::new(Arc::clone(&running), queue, set_up.preparation))
            .collect();
        Ok(StartedPort { port: Port { state: Started { running } }, rx, tx, rss: set_up.rss })
    }
}

impl Port<Started> {
    /// Stops the port, which can be started anew. As long as one of its queues is alive, it comes back started.
    pub fn stop(self) -> Result<Port<Stopped>, Port<Started>> {
        match Arc::try_unwrap(self.state.running) {
            Ok(Running { mut device, _pool }) => {
                device.stop();
                Ok(Port::new(device))
            }
            Err(running) => Err(Port { state: Started { running } }),
        }
    }
}

impl<S: PortState> fmt::Display for Port<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
