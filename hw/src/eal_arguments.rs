//! The command line that EAL is started with: the only form in which DPDK takes its configuration.

use std::ffi::CString;

use crate::affinity::CoreId;
use crate::device_spec::DeviceKind;
use crate::eal::{EalConfig, EalError};
use crate::hugepages::{FreeHugepages, HugepageUse, Hugepages};

/// The longest file prefix: it becomes part of socket paths, which hold 108 bytes.
const PREFIX_LIMIT: usize = 48;

/// Decides what memory is made of.
pub(crate) fn choose_memory(config: &EalConfig, free: FreeHugepages) -> Result<HugepageUse, EalError> {
    let needed_mib = u64::from(config.memory_mib);
    match (config.hugepages, free.mib >= needed_mib && free.mib > 0) {
        (Hugepages::Never, _) => Ok(HugepageUse::Declined),
        (_, true) => Ok(HugepageUse::Huge { page_kib: free.smallest_kib }),
        (Hugepages::Auto, false) => Ok(HugepageUse::TooFew { free_mib: free.mib, needed_mib }),
        (Hugepages::Require, false) => Err(EalError::NoHugepages { free_mib: free.mib, needed_mib }),
    }
}

/// The arguments, program name first.
pub(crate) fn arguments(
    config: &EalConfig,
    memory: HugepageUse,
    cores: &[CoreId],
) -> Result<Vec<CString>, EalError> {
    let mut list = vec!["weir".to_owned()];
    let mut add = |parts: &[&str]| list.extend(parts.iter().map(|&part| part.to_owned()));
    match memory {
        HugepageUse::Huge { .. } => add(&["--in-memory"]),
        HugepageUse::Declined | HugepageUse::TooFew { .. } => add(&["--no-huge", "--no-shconf"]),
    }
    add(&["-m", &config.memory_mib.to_string(), "--no-telemetry"]);
    add(&["--file-prefix", &checked_prefix(config)?]);
    // One lcore that floats over all cores this process may use: workers are threads of the program, which register
    // with EAL and pin themselves, so EAL has none to start and nothing to pin.
    add(&["--lcores", &format!("0@({})", list_of(cores))]);
    let mut bus = vec!["--no-pci".to_owned()];
    for device in config.devices.iter().filter(|device| matches!(device.kind(), DeviceKind::Physical(_))) {
        bus.retain(|argument| argument != "--no-pci");
        bus.extend(["-a".to_owned(), device.to_string()]);
    }
    bus.iter().for_each(|argument| add(&[argument]));
    for driver in &config.drivers {
        add(&["-d", driver]);
    }
    list.into_iter()
        .map(|argument| {
            CString::new(argument.clone())
                .map_err(|_| EalError::BadArgument { argument, why: "it holds a zero byte" })
        })
        .collect()
}

fn checked_prefix(config: &EalConfig) -> Result<String, EalError> {
    let prefix = &config.file_prefix;
    let fits = !prefix.is_empty() && prefix.len() <= PREFIX_LIMIT;
    if fits && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return Ok(prefix.clone());
    }
    Err(EalError::BadArgument {
        argument: prefix.clone(),
        why: "a file prefix is 1 to 48 letters, digits, '-', '_' or '.'",
    })
}

fn list_of(cores: &[CoreId]) -> String {
    let numbers: Vec<String> = cores.iter().map(|core| core.0.to_string()).collect();
    numbers.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(config: &EalConfig, memory: HugepageUse) -> String {
        let cores = [CoreId(0), CoreId(3)];
        let list = arguments(config, memory, &cores).expect("valid arguments");
        list.iter().map(|word| word.to_str().expect("ASCII")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn memory_follows_what_is_free_and_what_is_asked() {
        let config = |hugepages| EalConfig { memory_mib: 512, hugepages, ..EalConfig::default() };
        let free = |mib| FreeHugepages { mib, smallest_kib: 2048 };
        let too_few = HugepageUse::TooFew { free_mib: 511, needed_mib: 512 };
        assert_eq!(choose_memory(&config(Hugepages::Auto), free(511)).ok(), Some(too_few));
        let huge = Some(HugepageUse::Huge { page_kib: 2048 });
        assert_eq!(choose_memory(&config(Hugepages::Auto), free(512)).ok(), huge);
        assert_eq!(choose_memory(&config(Hugepages::Require), free(512)).ok(), huge);
        assert_eq!(choose_memory(&config(Hugepages::Never), free(4096)).ok(), Some(HugepageUse::Declined));
        assert!(choose_memory(&config(Hugepages::Require), free(0)).is_err());
    }

    #[test]
    fn arguments_say_what_the_configuration_says() {
        let config = EalConfig { file_prefix: "t1".into(), memory_mib: 64, ..EalConfig::default() };
        assert_eq!(
            words(&config, HugepageUse::Declined),
            "weir --no-huge --no-shconf -m 64 --no-telemetry --file-prefix t1 --lcores 0@(0,3) --no-pci"
        );
        let devices =
            ["01:00.0,mprq_en=1", "net_null0", "02:00.0"].map(|spec| spec.parse().expect(spec)).to_vec();
        let config = EalConfig { devices, drivers: vec!["x.so".into()], ..config };
        assert_eq!(
            words(&config, HugepageUse::Huge { page_kib: 2048 }),
            "weir --in-memory -m 64 --no-telemetry --file-prefix t1 --lcores 0@(0,3) \
             -a 0000:01:00.0,mprq_en=1 -a 0000:02:00.0 -d x.so"
        );
    }

    #[test]
    fn a_prefix_that_is_a_path_is_refused() {
        for prefix in ["", "a/b", "../x", "a b", &"x".repeat(49)] {
            let config = EalConfig { file_prefix: prefix.into(), ..EalConfig::default() };
            assert!(arguments(&config, HugepageUse::Declined, &[CoreId(0)]).is_err(), "{prefix:?}");
        }
    }
}
