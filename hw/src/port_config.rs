//! How a port is to be started.

/// How many descriptors a queue has. The device's limits and steps are applied to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors(pub u16);

/// Whether frames for other stations are received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Promiscuity {
    /// Everything on the wire: what a bump in the wire needs.
    #[default]
    All,
    /// What is addressed to the port.
    Own,
}

/// Which fields the NIC hashes to choose a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RssFields {
    /// Addresses only. Fragments of a datagram stay with it, and a pair of busy hosts with one queue.
    Addresses,
    /// Addresses, and the ports of TCP, UDP and SCTP.
    #[default]
    AddressesAndPorts,
}

/// Whether, and by what, the NIC spreads flows over receive queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RssMode {
    /// It does not.
    Off,
    /// So that both directions of a flow arrive in one queue.
    Symmetric(RssFields),
}

impl Default for RssMode {
    fn default() -> RssMode {
        RssMode::Symmetric(RssFields::default())
    }
}

/// Whether the NIC checks and computes checksums where it can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksums {
    /// Where it can.
    #[default]
    Offload,
    /// It leaves them alone.
    Leave,
}

/// How a port is to be started. The default is one queue each way, everything received, what the NIC offers taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortConfig {
    /// Receive queues, at least one.
    pub rx_queues: u16,
    /// Transmit queues, at least one.
    pub tx_queues: u16,
    /// Size of each receive queue.
    pub rx_descriptors: Descriptors,
    /// Size of each transmit queue.
    pub tx_descriptors: Descriptors,
    /// The largest frame without its link header, bytes; none leaves it as the device has it.
    pub mtu: Option<u16>,
    /// What is received.
    pub promiscuity: Promiscuity,
    /// How frames are spread over the receive queues.
    pub rss: RssMode,
    /// What the NIC does about checksums.
    pub checksums: Checksums,
}

impl Default for PortConfig {
    fn default() -> PortConfig {
        PortConfig {
            rx_queues: 1,
            tx_queues: 1,
            rx_descriptors: Descriptors(1024),
            tx_descriptors: Descriptors(1024),
            mtu: None,
            promiscuity: Promiscuity::default(),
            rss: RssMode::default(),
            checksums: Checksums::default(),
        }
    }
}
