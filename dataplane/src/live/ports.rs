//! Opens the ports of every wire, and gives each worker its share of queues.
//!
//! A port gets a queue pair for each worker where the device has as many. Where it has fewer, or does not hash
//! symmetrically, one worker polls for all and [`Spreader`]s hand frames on; where transmit queues are fewer, workers
//! without one send through a worker that has one.

use thiserror::Error;
use weir_hw::{
    Descriptors, Device, DeviceError, DeviceKind, DeviceSpec, DeviceSpecError, Eal, EalConfig, EalError,
    Hugepages, MbufProducer, Mempool, MempoolConfig, MempoolError, Port, PortConfig, PortError, Promiscuity,
    RingError, RssFields, RssMode, RssOutcome, RssSupport, RxQueue, Socket, Started, StartedPort, TxQueue,
    mbuf_ring,
};

use super::live_io::{LanePort, Transmit};
use super::spread::Spreader;
use crate::config::Config;
use crate::config::file;
use crate::flow::SpreadBy;

/// Bytes of a buffer; enough for an ordinary MTU with its headers.
const DATA_ROOM: u16 = 2048;
/// What a frame has besides its MTU: Ethernet header, two VLAN tags, frame check sequence.
const OVERHEAD: u16 = 14 + 8 + 4;
/// Buffers of each worker that are not in a queue: bursts on their way, caches, answers.
const IN_FLIGHT: u32 = 1024;

/// Why the ports can't be opened.
#[derive(Debug, Error)]
pub enum PortsError {
    /// The text names no device.
    #[error("wire `{wire}`: {error}")]
    Spec {
        /// The wire.
        wire: String,
        /// What is wrong.
        error: DeviceSpecError,
    },
    /// The device can't be taken.
    #[error("wire `{wire}`: {error}")]
    Device {
        /// The wire.
        wire: String,
        /// What is wrong.
        error: DeviceError,
    },
    /// The port does not start.
    #[error("wire `{wire}`: {error}")]
    Port {
        /// The wire.
        wire: String,
        /// What is wrong.
        error: PortError,
    },
    /// There are fewer buffers than queues need.
    #[error("dpdk.mbufs is {have}, and these ports and workers need {need}")]
    Buffers {
        /// As configured.
        have: u32,
        /// Needed.
        need: u32,
    },
    /// No memory for buffers.
    #[error("{0}; raise dpdk.memory or lower dpdk.mbufs")]
    Mempool(#[from] MempoolError),
    /// No memory for rings.
    #[error("{0}; raise dpdk.memory or lower workers.ring")]
    Ring(#[from] RingError),
}

/// What one worker gets.
pub struct Share {
    /// Both ends of every wire.
    pub lanes: Vec<LanePort>,
    /// Its part in spreading, where software does that.
    pub spreader: Option<Spreader>,
}

/// All ports, started.
pub struct Ports {
    /// By lane: the ends of wire `w` are at `2w` and `2w + 1`.
    pub ports: Vec<Port<Started>>,
    /// By worker.
    pub shares: Vec<Share>,
    /// Buffers for answers.
    pub pool: Mempool,
    /// Whether software spreads flows.
    pub spread_in_software: bool,
}

struct Opened {
    port: Port<Started>,
    rx: Vec<RxQueue>,
    tx: Vec<TxQueue>,
    rss: RssOutcome,
}

/// How DPDK is started for a configuration.
pub fn eal_config(config: &Config) -> Result<EalConfig, PortsError> {
    let mut devices = Vec::new();
    for wire in &config.wires {
        for port in &wire.ports.value {
            devices.push(spec(&wire.name.value, &port.value)?);
        }
    }
    let defaults = EalConfig::default();
    Ok(EalConfig {
        file_prefix: config.dpdk.file_prefix.clone().unwrap_or(defaults.file_prefix.clone()),
        memory_mib: u32::try_from(config.dpdk.memory.0 >> 20).unwrap_or(u32::MAX),
        hugepages: match config.dpdk.hugepages {
            file::Hugepages::Auto => Hugepages::Auto,
            file::Hugepages::Require => Hugepages::Require,
            file::Hugepages::Never => Hugepages::Never,
        },
        devices,
        ..defaults
    })
}

/// Starts DPDK, and says what its memory costs where that can be changed.
pub fn start_eal(config: &EalConfig) -> Result<Eal, EalError> {
    let eal = Eal::init(config)?;
    if eal.memory().is_degraded() {
        tracing::warn!("{}", eal.memory());
    }
    Ok(eal)
}

fn spec(wire: &str, text: &str) -> Result<DeviceSpec, PortsError> {
    text.parse().map_err(|error| PortsError::Spec { wire: wire.to_owned(), error })
}

/// Whether every device is hardware, for which polling is worth a core.
pub fn is_all_hardware(config: &EalConfig) -> bool {
    !config.devices.is_empty()
        && config.devices.iter().all(|device| matches!(device.kind(), DeviceKind::Physical(_)))
}

/// Opens and starts everything.
pub fn open(eal: Eal, config: &Config, workers: usize) -> Result<Ports, PortsError> {
    let pool = pool(eal, config, workers)?;
    let mut opened = Vec::new();
    for wire in &config.wires {
        for port in &wire.ports.value {
            opened.push(open_port(eal, config, wire, &port.value, workers, &pool)?);
        }
    }
    let spread_in_software =
        workers > 1 && opened.iter().any(|port| port.rx.len() < workers || port.rss != RssOutcome::Symmetric);
    let mut shares: Vec<Share> = (0..workers).map(|_| Share { lanes: Vec::new(), spreader: None }).collect();
    let mut spread = SpreadRings::new(workers);
    let mut ports = Vec::new();
    for port in opened {
        let receivers = port.rx.len();
        let transmits = transmits(eal, config, port.tx, workers)?;
        let mut queues = port.rx.into_iter();
        for (share, tx) in shares.iter_mut().zip(transmits) {
            share.lanes.push(LanePort { rx: queues.next(), tx });
        }
        if spread_in_software {
            spread.add_lane(eal, config, receivers)?;
        }
        ports.push(port.port);
    }
    if spread_in_software {
        for (share, spreader) in shares.iter_mut().zip(spread.finish(config)) {
            share.spreader = Some(spreader);
        }
    }
    Ok(Ports { ports, shares, pool, spread_in_software })
}

fn pool(eal: Eal, config: &Config, workers: usize) -> Result<Mempool, PortsError> {
    let ports = 2 * config.wires.len() as u32;
    let queues = ports * workers as u32;
    let need = queues * 2 * u32::from(config.dpdk.descriptors) + workers as u32 * IN_FLIGHT;
    if config.dpdk.mbufs < need {
        return Err(PortsError::Buffers { have: config.dpdk.mbufs, need });
    }
    let mtu =
        config.wires.iter().filter_map(|wire| wire.mtu.as_ref()).map(|mtu| mtu.value).max().unwrap_or(0);
    let shape = MempoolConfig {
        name: "weir".into(),
        mbufs: config.dpdk.mbufs,
        data_room: DATA_ROOM.max(mtu.saturating_add(OVERHEAD)),
        ..MempoolConfig::default()
    };
    Ok(Mempool::new(eal, &shape)?)
}

fn open_port(
    eal: Eal,
    config: &Config,
    wire: &file::Wire,
    text: &str,
    workers: usize,
    pool: &Mempool,
) -> Result<Opened, PortsError> {
    let name = &wire.name.value;
    let failed = |error| PortsError::Port { wire: name.clone(), error };
    let device = Device::attach(eal, &spec(name, text)?)
        .map_err(|error| PortsError::Device { wire: name.clone(), error })?;
    let info = device.info().map_err(failed)?;
    let wanted = workers as u16;
    let rx_queues = wanted.min(info.max_rx_queues).max(1);
    let port_config = PortConfig {
        rx_queues,
        tx_queues: wanted.min(info.max_tx_queues).max(1),
        rx_descriptors: Descriptors(config.dpdk.descriptors),
        tx_descriptors: Descriptors(config.dpdk.descriptors),
        mtu: wire.mtu.as_ref().map(|mtu| mtu.value),
        promiscuity: if wire.promiscuous { Promiscuity::All } else { Promiscuity::Own },
        rss: match (rx_queues, info.rss) {
            (1, _) | (_, RssSupport::None) => RssMode::Off,
            _ => RssMode::Symmetric(match config.spread_by() {
                SpreadBy::Addresses => RssFields::Addresses,
                SpreadBy::Ports => RssFields::AddressesAndPorts,
            }),
        },
        ..PortConfig::default()
    };
    let StartedPort { port, rx, tx, rss } =
        device.start(&port_config, pool).map_err(|(error, _)| failed(error))?;
    tracing::info!(
        wire = name,
        port = text,
        driver = info.driver,
        mac = %port.mac(),
        queues = rx.len(),
        "port is up"
    );
    Ok(Opened { port, rx, tx, rss })
}

/// How each worker sends out of a port.
fn transmits(
    eal: Eal,
    config: &Config,
    queues: Vec<TxQueue>,
    workers: usize,
) -> Result<Vec<Transmit>, PortsError> {
    let owners = queues.len().max(1);
    let mut transmits: Vec<Transmit> =
        queues.into_iter().map(|queue| Transmit::Queue(queue, Vec::new())).collect();
    for worker in transmits.len()..workers {
        let (producer, consumer) = mbuf_ring(eal, config.workers.ring as u32, Socket::Any)?;
        if let Some(Transmit::Queue(_, from)) = transmits.get_mut(worker % owners) {
            from.push(consumer);
        }
        transmits.push(Transmit::Through(producer));
    }
    Ok(transmits)
}

/// The rings between workers, while lanes are added.
struct SpreadRings {
    workers: usize,
    to: Vec<Vec<Vec<Option<MbufProducer>>>>,
    from: Vec<Vec<Vec<weir_hw::MbufConsumer>>>,
}

impl SpreadRings {
    fn new(workers: usize) -> SpreadRings {
        let empty = || (0..workers).map(|_| Vec::new()).collect();
        SpreadRings { workers, to: empty(), from: (0..workers).map(|_| Vec::new()).collect() }
    }

    /// Adds the rings of a lane of which the first `receivers` workers poll a queue.
    fn add_lane(&mut self, eal: Eal, config: &Config, receivers: usize) -> Result<(), RingError> {
        for worker in &mut self.from {
            worker.push(Vec::new());
        }
        for sender in 0..self.workers {
            let mut rings = Vec::new();
            for receiver in 0..self.workers {
                if sender == receiver || sender >= receivers {
                    rings.push(None);
                    continue;
                }
                let (producer, consumer) = mbuf_ring(eal, config.workers.ring as u32, Socket::Any)?;
                rings.push(Some(producer));
                if let Some(lane) = self.from.get_mut(receiver).and_then(|lanes| lanes.last_mut()) {
                    lane.push(consumer);
                }
            }
            if let Some(lanes) = self.to.get_mut(sender) {
                lanes.push(rings);
            }
        }
        Ok(())
    }

    fn finish(self, config: &Config) -> impl Iterator<Item = Spreader> {
        let (parser, by) = (config.parser_config(), config.spread_by());
        let parts = self.to.into_iter().zip(self.from).enumerate();
        parts.map(move |(me, (to, from))| Spreader::new(parser.clone(), by, me, to, from))
    }
}
