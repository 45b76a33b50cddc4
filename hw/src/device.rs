//! Devices that DPDK holds for this process.

use std::ffi::{CStr, CString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::device_spec::{DeviceKind, DeviceSpec, PciAddress};
use crate::eal::Eal;
use crate::eal_log::LogMark;
use crate::errno::Errno;
use crate::inventory;
use crate::port::{Port, Stopped};
use crate::port_info::PortId;
use crate::ring::Ring;
use crate::virtual_drivers::{Loaded, is_loaded, virtual_drivers};

/// Why a device can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is no such driver.
    #[error("{spec}: there is no driver {driver}; loaded are {loaded}")]
    UnknownDriver {
        /// What was asked for.
        spec: String,
        /// The driver in it.
        driver: String,
        /// Those that there are.
        loaded: String,
    },
    /// There is no such interface.
    #[error("{spec}: there is no network interface {interface:?}; this machine has {available}")]
    NoInterface {
        /// What was asked for.
        spec: String,
        /// The interface in it.
        interface: String,
        /// Those that there are.
        available: String,
    },
    /// The driver needs an argument that is not there.
    #[error("{spec}: the driver needs the argument {key}=, as in {example}")]
    MissingArgument {
        /// What was asked for.
        spec: String,
        /// What is missing.
        key: &'static str,
        /// How it would be right.
        example: &'static str,
    },
    /// A file that the device reads is not there.
    #[error("{spec}: there is no file {}", .path.display())]
    NoFile {
        /// What was asked for.
        spec: String,
        /// The file.
        path: PathBuf,
    },
    /// There is no such PCI device.
    #[error("{address}: there is no network device there; this machine has {available}")]
    NoPciDevice {
        /// Where.
        address: PciAddress,
        /// Those that there are.
        available: String,
    },
    /// The kernel keeps the PCI device.
    #[error(
        "{address}: the device is held by {holder}, under which DPDK can't use it; bind it to vfio-pci \
         (`driverctl set-override {address} vfio-pci`)"
    )]
    NotBound {
        /// Where.
        address: PciAddress,
        /// What holds it.
        holder: String,
    },
    /// EAL was told to leave it alone.
    #[error("{spec}: DPDK was started without this device; name it among the devices when starting")]
    NotNamed {
        /// What was asked for.
        spec: String,
    },
    /// It is in use.
    #[error("{spec}: this process uses {name} already; give a second virtual device another number")]
    InUse {
        /// What was asked for.
        spec: String,
        /// The name that collides.
        name: String,
    },
    /// Another program uses it.
    #[error("{spec}: the device is busy: another program, or another device of this one, holds it{said}")]
    Busy {
        /// What was asked for.
        spec: String,
        /// What DPDK says.
        said: String,
    },
    /// The driver refuses.
    #[error("{spec}: the driver refuses the device: {errno}{said}")]
    Refused {
        /// What was asked for.
        spec: String,
        /// Why, as a number.
        errno: Errno,
        /// Why, in DPDK's words.
        said: String,
    },
}

/// A device that this process holds; it is closed and given back on drop.
pub struct Device {
    eal: Eal,
    port: PortId,
    name: String,
    activity: Activity,
    /// What a net_ring device reads and writes: freed after it is closed.
    _rings: Vec<Arc<Ring>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    Idle,
    Started,
}

impl Device {
    /// Has DPDK take a device.
    pub fn attach(eal: Eal, spec: &DeviceSpec) -> Result<Port<Stopped>, DeviceError> {
        check(spec)?;
        if !eal.may_take(spec.kind()) {
            return Err(DeviceError::NotNamed { spec: spec.to_string() });
        }
        let _control = eal.control();
        if is_held(spec.name()) {
            return Err(DeviceError::InUse { spec: spec.to_string(), name: spec.name().to_owned() });
        }
        let mark = LogMark::now();
        let port = match find(spec.name()) {
            // EAL probed the allowed PCI devices when it started.
            Some(port) => port,
            None => probe(spec, mark)?,
        };
        hold(spec.name());
        Ok(Port::new(Device {
            eal,
            port,
            name: spec.name().to_owned(),
            activity: Activity::Idle,
            _rings: Vec::new(),
        }))
    }

    /// A device that DPDK made of rings.
    pub(crate) fn of_rings(eal: Eal, port: PortId, name: String, rings: Vec<Arc<Ring>>) -> Device {
        hold(&name);
        Device { eal, port, name, activity: Activity::Idle, _rings: rings }
    }

    /// Its port number in this process.
    pub fn port(&self) -> PortId {
        self.port
    }

    /// Its name, as DPDK has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn eal(&self) -> Eal {
        self.eal
    }

    /// Has the device stopped when it is dropped.
    pub(crate) fn mark_started(&mut self) {
        self.activity = Activity::Started;
    }

    /// Stops the device if it was started. No queue is in use any more.
    pub(crate) fn stop(&mut self) {
        if self.activity == Activity::Started {
            let _control = self.eal.control();
            // SAFETY: the port is this device's, and `self` is borrowed exclusively, so no queue keeps it alive: nobody
            // receives or sends on it. The control lock is held. A driver that can't stop says so; closing stops it.
            unsafe { dpdk_sys::rte_eth_dev_stop(self.port.0) };
            self.activity = Activity::Idle;
        }
    }
}

/// Names of the devices that are held, so that none is taken twice.
static HELD: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

fn held() -> std::sync::MutexGuard<'static, Vec<String>> {
    HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn is_held(name: &str) -> bool {
    held().iter().any(|other| other == name)
}

fn hold(name: &str) {
    held().push(name.to_owned());
}

/// The port of a device that DPDK has probed. The caller holds the control lock.
fn find(name: &str) -> Option<PortId> {
    let name = CString::new(name).ok()?;
    let mut port = 0;
    // SAFETY: `name` is a NUL-terminated string and `port` is writable.
    let result = unsafe { dpdk_sys::rte_eth_dev_get_port_by_name(name.as_ptr(), &raw mut port) };
    (result == 0).then_some(PortId(port))
}

/// Has a driver take the device. The caller holds the control lock.
fn probe(spec: &DeviceSpec, mark: LogMark) -> Result<PortId, DeviceError> {
    let refused = |errno| match errno {
        Errno(libc::EBUSY | libc::EEXIST) => DeviceError::Busy { spec: spec.to_string(), said: mark.quote() },
        errno => DeviceError::Refused { spec: spec.to_string(), errno, said: mark.quote() },
    };
    let arguments = CString::new(spec.to_string()).map_err(|_| refused(Errno(libc::EINVAL)))?;
    // SAFETY: `arguments` is a NUL-terminated string, which DPDK copies; the caller holds the control lock.
    Errno::check(unsafe { dpdk_sys::rte_dev_probe(arguments.as_ptr()) }).map_err(refused)?;
    find(spec.name()).ok_or_else(|| refused(Errno(libc::ENODEV)))
}

/// Finds the mistakes that DPDK would report as a bare number.
fn check(spec: &DeviceSpec) -> Result<(), DeviceError> {
    match spec.kind() {
        DeviceKind::Physical(address) => check_pci(*address),
        DeviceKind::Virtual(driver) => check_virtual(spec, driver),
    }
}

fn check_pci(address: PciAddress) -> Result<(), DeviceError> {
    let devices = inventory::pci_devices();
    let Some(device) = devices.iter().find(|device| device.address == address) else {
        let list = devices.iter().map(|device| {
            format!("{} ({})", device.address, device.driver.as_deref().unwrap_or("no driver"))
        });
        return Err(DeviceError::NoPciDevice { address, available: join(list) });
    };
    if device.is_usable() {
        return Ok(());
    }
    let holder = match (&device.driver, device.interfaces.as_slice()) {
        (None, _) => "no kernel driver".to_owned(),
        (Some(driver), []) => format!("the kernel driver {driver}"),
        (Some(driver), interfaces) => format!("the kernel driver {driver} as {}", interfaces.join(", ")),
    };
    Err(DeviceError::NotBound { address, holder })
}

/// Arguments whose value is the name of a network interface that exists.
const INTERFACE_KEYS: [(&str, &[&str]); 4] = [
    ("net_af_packet", &["iface"]),
    ("net_af_xdp", &["iface"]),
    ("net_tap", &["remote"]),
    ("net_pcap", &["iface", "rx_iface", "rx_iface_in", "tx_iface"]),
];

fn check_virtual(spec: &DeviceSpec, driver: &str) -> Result<(), DeviceError> {
    let drivers = virtual_drivers();
    let known = drivers.iter().find(|known| known.name == driver);
    if known.is_none_or(|known| known.loaded == Loaded::No) && !is_loaded(driver) {
        let loaded =
            drivers.iter().filter(|known| known.loaded == Loaded::Yes).map(|known| known.name.to_owned());
        return Err(DeviceError::UnknownDriver {
            spec: spec.to_string(),
            driver: driver.to_owned(),
            loaded: join(loaded),
        });
    }
    if let Some(known) = known
        && matches!(driver, "net_af_packet" | "net_af_xdp")
        && spec.argument("iface").is_none()
    {
        return Err(DeviceError::MissingArgument {
            spec: spec.to_string(),
            key: "iface",
            example: known.example,
        });
    }
    let keys = INTERFACE_KEYS.into_iter().find(|&(name, _)| name == driver).map_or(&[][..], |(_, keys)| keys);
    for (key, value) in spec.arguments() {
        if keys.contains(&key) && !Path::new("/sys/class/net").join(value).join("mtu").exists() {
            let available = join(inventory::interfaces().into_iter().map(|interface| interface.name));
            let interface = value.to_owned();
            return Err(DeviceError::NoInterface { spec: spec.to_string(), interface, available });
        }
        if driver == "net_pcap" && key == "rx_pcap" && !Path::new(value).exists() {
            return Err(DeviceError::NoFile { spec: spec.to_string(), path: value.into() });
        }
    }
    Ok(())
}

fn join(items: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = items.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.stop();
        let _control = self.eal.control();
        let mut info = dpdk_sys::rte_eth_dev_info::default();
        // SAFETY: the port is this device's until it is closed below; no queue and no other user is left, because they
        // all keep the device alive; the control lock is held. `info.device` outlives the closing of its port.
        unsafe {
            let known = dpdk_sys::rte_eth_dev_info_get(self.port.0, &raw mut info) == 0;
            dpdk_sys::rte_eth_dev_close(self.port.0);
            if known && !info.device.is_null() {
                dpdk_sys::rte_dev_remove(info.device);
            }
        }
        held().retain(|name| *name != self.name);
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("name", &self.name).field("port", &self.port).finish()
    }
}

/// A text that DPDK owns; empty where it has none.
///
/// # Safety
/// `text` is null or a NUL-terminated string that does not change during the call.
pub(crate) unsafe fn text_of(text: *const std::ffi::c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller vouches for it.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
