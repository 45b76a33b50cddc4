//! The drivers that make virtual devices: what they connect to, and how their devices are named.

use std::fs;

use crate::eal::Eal;

/// A driver that makes virtual devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VirtualDriver {
    /// What device names start with.
    pub name: &'static str,
    /// What it connects to.
    pub about: &'static str,
    /// A specification that works, after putting in one's own names.
    pub example: &'static str,
    /// Whether EAL loaded it.
    pub loaded: Loaded,
}

/// Whether a driver is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// Devices can be made of it.
    Yes,
    /// The distribution did not install it, or EAL does not run.
    No,
}

/// The drivers that a bump in the wire or its tests have a use for.
const KNOWN: [(&str, &str, &str); 8] = [
    ("net_af_packet", "a kernel interface, by packet sockets", "net_af_packet0,iface=eth1"),
    ("net_af_xdp", "a kernel interface, by AF_XDP sockets", "net_af_xdp0,iface=eth1"),
    ("net_tap", "a new kernel interface", "net_tap0,iface=weir0"),
    (
        "net_pcap",
        "capture files, or a kernel interface by libpcap",
        "net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap",
    ),
    ("net_memif", "another process, by shared memory", "net_memif0,role=client,id=0"),
    ("net_vhost", "a virtual machine, by a vhost-user socket", "net_vhost0,iface=/tmp/vhost.sock,queues=1"),
    ("net_ring", "itself: what is sent is received", "net_ring0"),
    ("net_null", "nothing: it receives empty frames and discards what is sent", "net_null0,size=64"),
];

/// The drivers that are known here, and whether they are loaded.
pub fn virtual_drivers() -> Vec<VirtualDriver> {
    let driver = |(name, about, example)| {
        let loaded = if is_loaded(name) { Loaded::Yes } else { Loaded::No };
        VirtualDriver { name, about, example, loaded }
    };
    KNOWN.map(driver).to_vec()
}

/// Whether EAL loaded the plugin of this driver: plugins are mapped files.
pub(crate) fn is_loaded(driver: &str) -> bool {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    Eal::current().is_some() && maps.contains(&format!("/librte_{driver}.so"))
}

/// The driver that a device's name starts with, which is how DPDK finds it. Of a driver that is not listed here it is the
/// name without the number at its end.
pub(crate) fn driver_in(name: &str) -> &str {
    let listed = KNOWN.iter().map(|(driver, _, _)| *driver).filter(|driver| name.starts_with(driver));
    let unlisted = || name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    listed.max_by_key(|driver| driver.len()).unwrap_or_else(unlisted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_starts_with_its_driver() {
        let cases = [
            ("net_null0", "net_null"),
            ("net_ring_left", "net_ring"),
            ("net_af_xdp", "net_af_xdp"),
            ("net_tap-lan", "net_tap"),
            ("net_bonding2", "net_bonding"),
            ("net_2", "net_"),
        ];
        for (name, driver) in cases {
            assert_eq!(driver_in(name), driver);
        }
    }

    #[test]
    fn examples_are_devices_of_their_driver() {
        for (name, _, example) in KNOWN {
            let spec: crate::DeviceSpec = example.parse().expect(example);
            assert_eq!(driver_in(spec.name()), name);
        }
    }
}
