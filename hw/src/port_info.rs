//! What a device can do.

use std::fmt;
use std::ops::RangeInclusive;

use crate::checksum::TxChecksums;
use crate::device::text_of;
use crate::mempool::Socket;

/// A port's number in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u16);

impl fmt::Display for PortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A hardware address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// What a device can hash to choose a receive queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RssSupport {
    /// Nothing.
    None,
    /// IP addresses.
    Addresses,
    /// IP addresses, and ports of at least one transport protocol.
    AddressesAndPorts,
}

/// What a device can do, as its driver reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// The driver.
    pub driver: String,
    /// The hardware address; all zero where there is none.
    pub mac: MacAddress,
    /// The NUMA node that the device is attached to.
    pub socket: Socket,
    /// How many receive queues it can have.
    pub max_rx_queues: u16,
    /// How many transmit queues it can have.
    pub max_tx_queues: u16,
    /// MTUs that it takes, bytes.
    pub mtu_range: RangeInclusive<u16>,
    /// What it can hash. Whether a symmetric key is obeyed shows when the port is started.
    pub rss: RssSupport,
    /// Bytes of the hash key; 0 where the driver does not say.
    pub rss_key_len: u8,
    /// Checksums that it can compute.
    pub tx_checksums: TxChecksums,
    /// Names of what it can do with received frames.
    pub rx_offloads: Vec<String>,
    /// Names of what it can do with sent frames.
    pub tx_offloads: Vec<String>,
}

impl PortInfo {
    pub(crate) fn from_raw(raw: &dpdk_sys::rte_eth_dev_info, mac: MacAddress, socket: i32) -> PortInfo {
        let hashes = raw.flow_type_rss_offloads;
        let rss = match (hashes & dpdk_sys::DPDK_SHIM_RSS_ADDRESSES, hashes & dpdk_sys::DPDK_SHIM_RSS_PORTS) {
            (0, 0) => RssSupport::None,
            (_, 0) => RssSupport::Addresses,
            _ => RssSupport::AddressesAndPorts,
        };
        PortInfo {
            // SAFETY: the driver's name is a static string of the driver, which stays loaded.
            driver: unsafe { text_of(raw.driver_name) },
            mac,
            socket: Socket::from_raw(socket),
            max_rx_queues: raw.max_rx_queues,
            max_tx_queues: raw.max_tx_queues,
            mtu_range: raw.min_mtu..=raw.max_mtu,
            rss,
            rss_key_len: raw.hash_key_size,
            tx_checksums: TxChecksums::of_offloads(raw.tx_offload_capa),
            rx_offloads: bits(raw.rx_offload_capa).map(rx_offload_name).collect(),
            tx_offloads: bits(raw.tx_offload_capa).map(tx_offload_name).collect(),
        }
    }
}

fn bits(mask: u64) -> impl Iterator<Item = u64> {
    (0..u64::BITS).map(|shift| 1 << shift).filter(move |bit| mask & bit != 0)
}

fn rx_offload_name(bit: u64) -> String {
    // SAFETY: returns a static string for any value.
    unsafe { text_of(dpdk_sys::rte_eth_dev_rx_offload_name(bit)) }
}

fn tx_offload_name(bit: u64) -> String {
    // SAFETY: returns a static string for any value.
    unsafe { text_of(dpdk_sys::rte_eth_dev_tx_offload_name(bit)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_shown_as_people_write_them() {
        assert_eq!(MacAddress([2, 0, 0, 0xab, 0xc, 0xff]).to_string(), "02:00:00:ab:0c:ff");
        assert_eq!(bits(0b1010).map(rx_offload_name).collect::<Vec<_>>(), ["IPV4_CKSUM", "TCP_CKSUM"]);
    }
}
