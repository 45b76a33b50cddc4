//! Which device is meant: a PCI address, or a virtual device with its arguments, as DPDK writes them.
//!
//! ```text
//! 0000:01:00.0                                   a NIC; the domain may be left out
//! net_af_packet0,iface=eth1                      a virtual device: driver, a suffix of one's choice, arguments
//! net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap
//! ```

use std::fmt;
use std::str::FromStr;

use crate::virtual_drivers::driver_in;

/// The longest device name that DPDK takes, bytes.
const NAME_LIMIT: usize = 63;

/// Where a device is on the PCI bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PciAddress {
    /// Domain.
    pub domain: u32,
    /// Bus.
    pub bus: u8,
    /// Device, at most 31.
    pub device: u8,
    /// Function, at most 7.
    pub function: u8,
}

impl fmt::Display for PciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{:x}", self.domain, self.bus, self.device, self.function)
    }
}

impl FromStr for PciAddress {
    type Err = DeviceSpecError;

    fn from_str(text: &str) -> Result<PciAddress, DeviceSpecError> {
        parse_pci(text).ok_or_else(|| DeviceSpecError::NotPci { text: text.to_owned() })
    }
}

fn parse_pci(text: &str) -> Option<PciAddress> {
    let hex = |digits: &str, most: usize| {
        let valid = (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if valid { u32::from_str_radix(digits, 16).ok() } else { None }
    };
    let (rest, function) = text.rsplit_once('.')?;
    let (rest, device) = rest.rsplit_once(':')?;
    let (domain, bus) = rest.rsplit_once(':').unwrap_or(("0", rest));
    let byte =
        |digits: &str, limit: u32| hex(digits, 2).filter(|&n| n <= limit).and_then(|n| u8::try_from(n).ok());
    Some(PciAddress {
        domain: hex(domain, 8)?,
        bus: byte(bus, 0xff)?,
        device: byte(device, 31)?,
        function: byte(function, 7)?,
    })
}

/// What kind of device a specification names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// A device on the PCI bus.
    Physical(PciAddress),
    /// A device that a driver makes, by the driver's name.
    Virtual(String),
}

/// A device that DPDK is to use. Parsed from, and displayed as, what DPDK itself writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSpec {
    kind: DeviceKind,
    name: String,
    arguments: Vec<(String, String)>,
}

/// Why a text names no device.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceSpecError {
    /// It is empty.
    #[error(
        "no device is named; write a PCI address as 0000:01:00.0, or a virtual device as net_af_packet0,iface=eth1"
    )]
    Empty,
    /// It is not a PCI address.
    #[error("{text:?} is not a PCI address: they look like 0000:01:00.0")]
    NotPci {
        /// The text.
        text: String,
    },
    /// It is neither a PCI address nor the name of a virtual device.
    #[error(
        "{name:?} is neither a PCI address (0000:01:00.0) nor the name of a virtual device \
         (net_ and a driver, as in net_tap0,iface=weir0)"
    )]
    NotADevice {
        /// The name.
        name: String,
    },
    /// An argument has no value.
    #[error("in {spec:?}, {argument:?} is not an argument: they look like key=value")]
    BadArgument {
        /// The whole text.
        spec: String,
        /// The part.
        argument: String,
    },
}

impl DeviceSpec {
    /// Its kind.
    pub fn kind(&self) -> &DeviceKind {
        &self.kind
    }

    /// The name that DPDK knows it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of its first argument of this key.
    pub fn argument(&self, key: &str) -> Option<&str> {
        self.arguments.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    /// All arguments, in order.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &str)> {
        self.arguments.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl FromStr for DeviceSpec {
    type Err = DeviceSpecError;

    fn from_str(text: &str) -> Result<DeviceSpec, DeviceSpecError> {
        let mut parts = text.trim().split(',');
        let name = parts.next().unwrap_or_default();
        if name.is_empty() {
            return Err(DeviceSpecError::Empty);
        }
        let (kind, name) = match parse_pci(name) {
            Some(address) => (DeviceKind::Physical(address), address.to_string()),
            None => (DeviceKind::Virtual(driver_of(name)?), name.to_owned()),
        };
        let arguments = parts.map(|argument| match argument.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                Ok((key.to_owned(), value.to_owned()))
            }
            _ => Err(DeviceSpecError::BadArgument { spec: text.to_owned(), argument: argument.to_owned() }),
        });
        Ok(DeviceSpec { kind, name, arguments: arguments.collect::<Result<_, _>>()? })
    }
}

/// The driver of a virtual device, if the name is one.
fn driver_of(name: &str) -> Result<String, DeviceSpecError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let driver = driver_in(name);
    if name.len() <= NAME_LIMIT
        && name.bytes().all(legal)
        && driver.len() > "net_".len()
        && driver.starts_with("net_")
    {
        return Ok(driver.to_owned());
    }
    Err(DeviceSpecError::NotADevice { name: name.to_owned() })
}

impl fmt::Display for DeviceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.arguments.iter().try_for_each(|(key, value)| write!(f, ",{key}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_told_apart() {
        let cases = [
            ("0000:01:00.0", "0000:01:00.0", None),
            ("01:00.0", "0000:01:00.0", None),
            ("10000:e1:1f.7", "10000:e1:1f.7", None),
            ("3b:00.1,mprq_en=1", "0000:3b:00.1,mprq_en=1", None),
            ("net_null0", "net_null0", Some("net_null")),
            ("net_af_packet", "net_af_packet", Some("net_af_packet")),
            ("net_af_packet12,iface=eth0", "net_af_packet12,iface=eth0", Some("net_af_packet")),
            ("net_tap-lan", "net_tap-lan", Some("net_tap")),
            (
                " net_pcap0,rx_pcap=a.pcap,tx_pcap=/tmp/b ",
                "net_pcap0,rx_pcap=a.pcap,tx_pcap=/tmp/b",
                Some("net_pcap"),
            ),
        ];
        for (text, shown, driver) in cases {
            let spec: DeviceSpec = text.parse().expect(text);
            assert_eq!(spec.to_string(), shown);
            match (spec.kind(), driver) {
                (DeviceKind::Virtual(found), Some(wanted)) => assert_eq!(found, wanted),
                (DeviceKind::Physical(_), None) => {}
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_device_is_refused() {
        for text in [
            "",
            ",",
            "eth0",
            "net_",
            "net_0",
            "01:20.0",
            "01:00.8",
            "1:0:0:0.0",
            "net_x y",
            "net_tap;rm",
            "::.0",
        ] {
            assert!(text.parse::<DeviceSpec>().is_err(), "{text:?}");
        }
        for text in ["net_pcap0,iface", "net_pcap0,=x", "net_pcap0,iface=", "net_pcap0,"] {
            let error = text.parse::<DeviceSpec>().expect_err(text);
            assert!(matches!(error, DeviceSpecError::BadArgument { .. }), "{text}: {error}");
        }
        let long = format!("net_{}", "x".repeat(60));
        assert!(long.parse::<DeviceSpec>().is_err());
    }

    #[test]
    fn arguments_are_found_by_key() {
        let spec: DeviceSpec = "net_pcap0,rx_pcap=a,rx_pcap=b".parse().expect("a device");
        assert_eq!(spec.argument("rx_pcap"), Some("a"));
        assert_eq!(spec.argument("tx_pcap"), None);
        assert_eq!(spec.arguments().count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_parses_or_is_refused_and_survives_display(text in "[net_:.,=0-9a-f]{0,24}") {
            if let Ok(spec) = text.parse::<DeviceSpec>() {
                proptest::prop_assert_eq!(spec.to_string().parse::<DeviceSpec>(), Ok(spec));
            }
        }
    }
}
