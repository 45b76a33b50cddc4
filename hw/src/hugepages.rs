//! Whether the machine has huge pages to give, and what it costs to do without.

use std::fmt;
use std::fs;
use std::path::Path;

/// Whether DPDK's memory has to be in huge pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hugepages {
    /// Use them where enough are free, do without otherwise.
    #[default]
    Auto,
    /// Refuse to start without.
    Require,
    /// Do without.
    Never,
}

/// What DPDK's memory is made of, decided when EAL started. Displayed as a sentence for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HugepageUse {
    /// Huge pages of at least this size, in KiB.
    Huge {
        /// Size of the smallest page kind that was counted, KiB.
        page_kib: u64,
    },
    /// Ordinary pages, because the configuration says so.
    Declined,
    /// Ordinary pages, because too few huge ones are free.
    TooFew {
        /// What is free, MiB.
        free_mib: u64,
        /// What is needed, MiB.
        needed_mib: u64,
    },
}

impl HugepageUse {
    /// Whether there is something that an operator should know and could change.
    pub fn is_degraded(self) -> bool {
        matches!(self, HugepageUse::TooFew { .. })
    }
}

impl fmt::Display for HugepageUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HugepageUse::Huge { page_kib } => write!(f, "memory is in huge pages of {page_kib} KiB"),
            HugepageUse::Declined => f.write_str("memory is in ordinary pages, as configured"),
            HugepageUse::TooFew { free_mib, needed_mib } => write!(
                f,
                "memory is in ordinary pages: {free_mib} MiB of huge pages are free and {needed_mib} MiB are needed. \
                 Moving a frame costs about twice the cycles, and most physical NICs can't be used; \
                 `sysctl vm.nr_hugepages={}` before the start gives enough of 2 MiB",
                needed_mib.div_ceil(2)
            ),
        }
    }
}

/// What is free of huge pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FreeHugepages {
    pub mib: u64,
    pub smallest_kib: u64,
}

impl FreeHugepages {
    /// Counts them in sysfs. A kernel without huge pages has none.
    pub(crate) fn count() -> FreeHugepages {
        Self::count_in(Path::new("/sys/kernel/mm/hugepages"))
    }

    fn count_in(directory: &Path) -> FreeHugepages {
        let mut found = FreeHugepages::default();
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let size = name
                .to_str()
                .and_then(|name| name.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok());
            let free = fs::read_to_string(entry.path().join("free_hugepages"));
            let free: Option<u64> = free.ok().and_then(|text| text.trim().parse().ok());
            let (Some(kib), Some(pages)) = (size, free) else { continue };
            if pages > 0 {
                found.mib += kib * pages / 1024;
                found.smallest_kib = if found.smallest_kib == 0 { kib } else { found.smallest_kib.min(kib) };
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_pages_of_all_sizes_are_summed() {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, free) in
            [("hugepages-2048kB", "3\n"), ("hugepages-1048576kB", "1\n"), ("hugepages-64kB", "0\n")]
        {
            fs::create_dir(directory.path().join(name)).expect("a directory");
            fs::write(directory.path().join(name).join("free_hugepages"), free).expect("a file");
        }
        fs::create_dir(directory.path().join("hugepages-oddkB")).expect("a directory");
        let found = FreeHugepages::count_in(directory.path());
        assert_eq!(found, FreeHugepages { mib: 6 + 1024, smallest_kib: 2048 });
        assert_eq!(FreeHugepages::count_in(&directory.path().join("absent")), FreeHugepages::default());
    }

    #[test]
    fn the_warning_names_the_remedy() {
        let text = HugepageUse::TooFew { free_mib: 0, needed_mib: 513 }.to_string();
        assert!(text.contains("sysctl vm.nr_hugepages=257"), "{text}");
    }
}
