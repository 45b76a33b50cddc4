//! DPDK behind safe, thin types: everything of weir that touches hardware, and every `unsafe` of it.
//!
//! The crate knows packets as bytes in buffers and nothing of what is in them. What it guards are ownership and state:
//! an [`Mbuf`] has one owner and goes back to its pool when dropped; a [`RxQueue`] or [`TxQueue`] exists only of a
//! started [`Port`] and has one user; a port can't be closed under its queues; and nothing exists before the [`Eal`].
//!
//! ```text
//! Eal ──▶ Mempool ──────────────┐
//!  └────▶ Device::attach ──▶ Port<Stopped> ──start──▶ Port<Started> + RxQueue… + TxQueue…
//!                                                            │            │
//!                                                     stats, link     Burst of Mbuf
//! ```
//!
//! Two rules hold throughout. Control calls (attach, start, stop, statistics) may block and take the EAL's control
//! lock, because DPDK's control functions are not thread-safe among themselves. Data calls (receive, transmit, rings,
//! mbufs) never lock, allocate or call the kernel, unless the driver itself does.

pub mod affinity;
pub mod burst;
pub mod checksum;
pub mod clock;
pub mod device;
pub mod device_spec;
pub mod eal;
mod eal_arguments;
mod eal_log;
pub mod errno;
pub mod hugepages;
pub mod inventory;
pub mod lcore;
pub mod mbuf;
mod mbuf_layout;
pub mod memory;
pub mod mempool;
pub mod port;
pub mod port_config;
pub mod port_info;
mod port_setup;
pub mod prefetch;
pub mod queue;
pub mod ring;
pub mod ring_port;
pub mod rss;
pub mod segments;
pub mod stats;
pub mod virtual_drivers;

pub use affinity::{AffinityError, CoreId, allowed_cores, pin_to_core, set_timer_slack};
pub use burst::{BURST_CAPACITY, Burst, Fate};
pub use checksum::{ChecksumState, IpVersion, TxChecksums};
pub use clock::TscClock;
pub use device::{Device, DeviceError};
pub use device_spec::{DeviceKind, DeviceSpec, DeviceSpecError, PciAddress};
pub use eal::{DpdkLog, Eal, EalConfig, EalError};
pub use errno::Errno;
pub use hugepages::{HugepageUse, Hugepages};
pub use inventory::{Interface, PciDevice, interfaces, pci_devices};
pub use lcore::{LcoreError, LcoreGuard};
pub use mbuf::Mbuf;
pub use memory::{HugeSlice, MemoryError};
pub use mempool::{Mempool, MempoolConfig, MempoolError, Socket};
pub use port::{Duplex, Link, Port, PortError, Started, StartedPort, Stopped};
pub use port_config::{Checksums, Descriptors, PortConfig, Promiscuity, RssFields, RssMode};
pub use port_info::{MacAddress, PortId, PortInfo, RssSupport};
pub use queue::{QueueId, RxQueue, Transmitted, TxQueue};
pub use ring::{MbufConsumer, MbufProducer, RingError, mbuf_ring};
pub use ring_port::{RingEnd, ring_port};
pub use rss::RssOutcome;
pub use stats::{PortStats, Xstat};
pub use virtual_drivers::{Loaded, VirtualDriver, virtual_drivers};
