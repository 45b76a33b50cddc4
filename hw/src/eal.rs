//! DPDK's environment abstraction layer: memory, buses and drivers, started once for the process.
//!
//! An [`Eal`] is the proof that it runs, which everything else of this crate asks for. It is never stopped: mbufs, pools
//! and queues may be alive in other threads until the process ends, and the kernel takes back all that EAL held.

use std::ffi::{CStr, c_char};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::affinity::{self, AffinityError, CoreSet};
use crate::device_spec::{DeviceKind, DeviceSpec};
use crate::eal_arguments::{arguments, choose_memory};
use crate::eal_log::{self, LogMark};
use crate::errno::Errno;
use crate::hugepages::{FreeHugepages, HugepageUse, Hugepages};

/// How EAL is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EalConfig {
    /// Names this process among those that use DPDK on this machine; two at once need two names.
    pub file_prefix: String,
    /// Memory for pools, rings and devices, MiB.
    pub memory_mib: u32,
    /// Whether that memory is in huge pages.
    pub hugepages: Hugepages,
    /// The devices that are going to be [attached](crate::Device::attach). EAL takes the PCI devices among them and no
    /// others; when there are none it leaves the PCI bus alone. Virtual devices need not be named.
    pub devices: Vec<DeviceSpec>,
    /// Drivers to load besides those of the distribution: file names of shared objects, or folders of them.
    pub drivers: Vec<String>,
    /// Where DPDK's own warnings go.
    pub log: DpdkLog,
}

impl Default for EalConfig {
    fn default() -> EalConfig {
        EalConfig {
            file_prefix: format!("weir-{}", std::process::id()),
            memory_mib: 512,
            hugepages: Hugepages::Auto,
            devices: Vec::new(),
            drivers: Vec::new(),
            log: DpdkLog::Remember,
        }
    }
}

/// Where DPDK's warnings and errors go. Errors of this crate quote them in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DpdkLog {
    /// They are kept for [`Eal::take_log`].
    #[default]
    Remember,
    /// To standard error as well.
    Stderr,
}

/// Why EAL does not run.
#[derive(Debug, thiserror::Error)]
pub enum EalError {
    /// It was started before, or a start failed; DPDK allows one for a process.
    #[error("DPDK was already started by this process, which can be done once only")]
    AlreadyStarted,
    /// The configuration can't be passed on.
    #[error("DPDK can't be started with {argument:?}: {why}")]
    BadArgument {
        /// The value.
        argument: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Huge pages are required and absent.
    #[error(
        "{needed_mib} MiB of huge pages are required and {free_mib} MiB are free; reserve them with \
         `sysctl vm.nr_hugepages={}` (pages of 2 MiB), or allow ordinary pages", .needed_mib.div_ceil(2)
    )]
    NoHugepages {
        /// What is free, MiB.
        free_mib: u64,
        /// What is needed, MiB.
        needed_mib: u64,
    },
    /// The cores of this process can't be told.
    #[error(transparent)]
    Affinity(#[from] AffinityError),
    /// DPDK refuses to start.
    #[error("DPDK does not start: {errno}{said}")]
    Refused {
        /// Why, as a number.
        errno: Errno,
        /// Why, in its words.
        said: String,
    },
}

#[derive(Debug)]
struct State {
    memory: HugepageUse,
    devices: Vec<DeviceSpec>,
    control: Mutex<()>,
}

static STATE: OnceLock<State> = OnceLock::new();
static START: Mutex<Attempt> = Mutex::new(Attempt::None);

#[derive(PartialEq, Eq)]
enum Attempt {
    None,
    Made,
}

/// The proof that DPDK runs in this process. Copies are the same EAL.
#[derive(Clone, Copy, Debug)]
pub struct Eal {
    state: &'static State,
}

impl Eal {
    /// Starts DPDK, which takes 0.1 to 0.3 s: most of it goes into loading the distribution's drivers.
    ///
    /// The calling thread becomes DPDK's main thread; the cores it may run on are the same afterwards.
    pub fn init(config: &EalConfig) -> Result<Eal, EalError> {
        let mut attempt = START.lock().unwrap_or_else(PoisonError::into_inner);
        if *attempt == Attempt::Made {
            return Err(EalError::AlreadyStarted);
        }
        let memory = choose_memory(config, FreeHugepages::count())?;
        let cores = affinity::allowed_cores()?;
        let arguments = arguments(config, memory, &cores)?;
        let before = CoreSet::of_this_thread()?;
        *attempt = Attempt::Made;
        eal_log::install(config.log);
        let mark = LogMark::now();
        // The strings are leaked: DPDK does not say how long it looks at them, and this happens once.
        let mut pointers: Vec<*mut c_char> = arguments.into_iter().map(std::ffi::CString::into_raw).collect();
        let count = i32::try_from(pointers.len()).unwrap_or(i32::MAX);
        pointers.push(std::ptr::null_mut());
        let pointers = pointers.leak();
        // SAFETY: `pointers` holds `count` NUL-terminated strings and the final null that argv ends with, all of them
        // leaked, so that DPDK may keep and permute them. `attempt` is locked and says that there was no call before.
        let started = unsafe { dpdk_sys::rte_eal_init(count, pointers.as_mut_ptr()) };
        let restored = before.apply_to_this_thread();
        if started < 0 {
            return Err(EalError::Refused { errno: Errno::last(), said: mark.quote() });
        }
        restored?;
        remove_runtime_directory();
        Ok(Eal {
            state: STATE.get_or_init(|| State {
                memory,
                devices: config.devices.clone(),
                control: Mutex::new(()),
            }),
        })
    }

    /// The running EAL, if it was started.
    pub fn current() -> Option<Eal> {
        STATE.get().map(|state| Eal { state })
    }

    /// What its memory is made of.
    pub fn memory(self) -> HugepageUse {
        self.state.memory
    }

    /// Whether EAL may take this device: all virtual ones, and the PCI devices that its configuration names.
    pub(crate) fn may_take(self, kind: &DeviceKind) -> bool {
        matches!(kind, DeviceKind::Virtual(_))
            || self.state.devices.iter().any(|device| device.kind() == kind)
    }

    /// DPDK's warnings that were not asked for yet, oldest first; the 64 latest.
    pub fn take_log(self) -> Vec<String> {
        eal_log::take()
    }

    /// The version of the DPDK that is loaded, as in `DPDK 22.11.11`.
    pub fn version() -> String {
        // SAFETY: returns a pointer to a static string.
        let version = unsafe { CStr::from_ptr(dpdk_sys::rte_version()) };
        version.to_string_lossy().into_owned()
    }

    /// Serialises control calls: DPDK's are not thread-safe among themselves.
    pub(crate) fn control(self) -> MutexGuard<'static, ()> {
        self.state.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the directory that EAL makes in `/run/dpdk` for each process. It would hold what processes share, and these are
/// started so that they share nothing; left alone, one would stay behind for every run. If it is in use it is not empty,
/// and stays.
fn remove_runtime_directory() {
    // SAFETY: EAL runs, and returns a pointer to a static string.
    let directory = unsafe { crate::device::text_of(dpdk_sys::rte_eal_get_runtime_dir()) };
    let _ = std::fs::remove_dir(directory);
}
