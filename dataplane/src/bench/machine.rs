//! What the measurement ran on: numbers without it mean nothing.

use std::fs;

use serde::Serialize;
use weir_hw::{Eal, HugepageUse};

/// The machine, for people who compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// The kernel's release.
    pub kernel: String,
    /// Size of the huge pages that packet buffers are in, KiB; none where they are in ordinary pages.
    pub hugepages_kib: Option<u64>,
    /// The version of DPDK.
    pub dpdk: String,
    /// The version of Hyperscan.
    pub hyperscan: String,
}

impl Machine {
    /// Looks at this one.
    pub fn this(eal: Eal) -> Machine {
        Machine {
            cpu: cpu_model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            cores: weir_hw::allowed_cores().map_or(0, |cores| cores.len()),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            hugepages_kib: match eal.memory() {
                HugepageUse::Huge { page_kib } => Some(page_kib),
                HugepageUse::Declined | HugepageUse::TooFew { .. } => None,
            },
            dpdk: Eal::version(),
            hyperscan: hyperscan::version_str().to_string_lossy().into_owned(),
        }
    }
}

/// The processor's name in `/proc/cpuinfo`. Arm machines give numbers instead of one.
fn cpu_model(cpuinfo: &str) -> String {
    let value = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    value("model name")
        .or_else(|| Some(format!("implementer {}, part {}", value("CPU implementer")?, value("CPU part")?)))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_named_by_what_the_kernel_tells() {
        let table = [
            ("processor\t: 0\nmodel name\t: Xeon(R) Gold\n", "Xeon(R) Gold"),
            ("CPU implementer\t: 0x41\nCPU part\t: 0xd40\n", "implementer 0x41, part 0xd40"),
            ("", std::env::consts::ARCH),
        ];
        for (cpuinfo, want) in table {
            assert_eq!(cpu_model(cpuinfo), want);
        }
    }
}
