//! What there is on this machine to make a device of: for `weir devices`, and for errors that list the alternatives.

use std::fs;
use std::path::Path;

use crate::device_spec::PciAddress;

/// A network device on the PCI bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PciDevice {
    /// Where it is.
    pub address: PciAddress,
    /// Vendor number.
    pub vendor: u16,
    /// Device number, of the vendor's.
    pub device: u16,
    /// The kernel driver that holds it, if any.
    pub driver: Option<String>,
    /// The kernel's names for its interfaces, where the kernel's own network driver holds it.
    pub interfaces: Vec<String>,
    /// The NUMA node it is attached to, where that is known.
    pub numa_node: Option<u16>,
}

/// Kernel drivers under which DPDK can use a device.
const DPDK_READY: [&str; 6] =
    ["vfio-pci", "uio_pci_generic", "igb_uio", "mlx5_core", "mlx4_core", "uio_hv_generic"];

impl PciDevice {
    /// Whether the kernel driver that holds it lets DPDK use it: one of those that hand the device over, or one that
    /// shares it.
    pub fn is_usable(&self) -> bool {
        self.driver.as_deref().is_some_and(|driver| DPDK_READY.contains(&driver))
    }
}

/// A network interface of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its hardware address, as the kernel prints it; empty where it has none.
    pub mac: String,
    /// `up`, `down` or `unknown`, as the kernel says.
    pub state: String,
    /// Its MTU, bytes.
    pub mtu: u32,
}

/// The network devices on the PCI bus, by address.
pub fn pci_devices() -> Vec<PciDevice> {
    pci_devices_in(Path::new("/sys/bus/pci/devices"))
}

fn pci_devices_in(directory: &Path) -> Vec<PciDevice> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<PciDevice> = entries.filter_map(|entry| pci_device(&entry.path())).collect();
    found.sort_by_key(|device| device.address);
    found
}

/// One device, if it is of the network class (0x02).
fn pci_device(path: &Path) -> Option<PciDevice> {
    let read = |name: &str| fs::read_to_string(path.join(name)).ok().map(|text| text.trim().to_owned());
    if !read("class")?.starts_with("0x02") {
        return None;
    }
    let number = |name: &str| u16::from_str_radix(read(name)?.trim_start_matches("0x"), 16).ok();
    let driver = fs::read_link(path.join("driver")).ok();
    Some(PciDevice {
        address: path.file_name()?.to_str()?.parse().ok()?,
        vendor: number("vendor")?,
        device: number("device")?,
        driver: driver.and_then(|link| Some(link.file_name()?.to_string_lossy().into_owned())),
        interfaces: names_in(&path.join("net")),
        numa_node: read("numa_node").and_then(|node| node.parse().ok()),
    })
}

/// The kernel's network interfaces, by name.
pub fn interfaces() -> Vec<Interface> {
    let directory = Path::new("/sys/class/net");
    let interface = |name: String| {
        let read = |file: &str| {
            fs::read_to_string(directory.join(&name).join(file)).map(|text| text.trim().to_owned())
        };
        let (mac, state) = (read("address").unwrap_or_default(), read("operstate").unwrap_or_default());
        // A folder without an MTU is not an interface: bonding keeps a control file here.
        let mtu = read("mtu").ok()?.parse().ok()?;
        Some(Interface { name, mac, state, mtu })
    };
    names_in(directory).into_iter().filter_map(interface).collect()
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_network_devices_are_listed_with_their_driver() {
        let root = tempfile::tempdir().expect("a directory");
        let device = |address: &str, class: &str| {
            let path = root.path().join(address);
            fs::create_dir_all(path.join("net/enp1s0")).expect("a directory");
            for (file, text) in
                [("class", class), ("vendor", "0x8086\n"), ("device", "0x1592\n"), ("numa_node", "-1\n")]
            {
                fs::write(path.join(file), text).expect("a file");
            }
            path
        };
        device("0000:00:02.0", "0x030000\n");
        let nic = device("0000:01:00.1", "0x020000\n");
        symlink("../../../bus/pci/drivers/vfio-pci", nic.join("driver")).expect("a link");
        device("0000:01:00.0", "0x020000\n");
        let found = pci_devices_in(root.path());
        let shown: Vec<(String, bool)> =
            found.iter().map(|nic| (nic.address.to_string(), nic.is_usable())).collect();
        assert_eq!(shown, [("0000:01:00.0".to_owned(), false), ("0000:01:00.1".to_owned(), true)]);
        assert_eq!(found[0].interfaces, ["enp1s0"]);
        assert_eq!(found[0].numa_node, None);
        assert_eq!((found[1].vendor, found[1].device), (0x8086, 0x1592));
    }

    #[test]
    fn the_loopback_interface_is_listed() {
        let all = interfaces();
        assert!(all.iter().any(|interface| interface.name == "lo" && interface.mtu >= 1500), "{all:?}");
    }
}
