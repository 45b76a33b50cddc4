//! Which cores threads run on, and how precisely they sleep.

use std::io;
use std::time::Duration;

/// A core, by the number the kernel gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoreId(pub u16);

impl std::fmt::Display for CoreId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a thread's scheduling can't be changed or told.
#[derive(Debug, thiserror::Error)]
pub enum AffinityError {
    /// The kernel does not tell which cores there are.
    #[error("can't tell which cores this process may use: {0}")]
    Query(#[source] io::Error),
    /// The core is not one of those that this process may use.
    #[error("core {core} is not available to this process, which may use {}", list(.allowed))]
    NotAllowed {
        /// The core that was asked for.
        core: CoreId,
        /// Those that there are.
        allowed: Vec<CoreId>,
    },
    /// The kernel refuses.
    #[error("the kernel refuses to move this thread: {0}")]
    Refused(#[source] io::Error),
    /// The kernel refuses.
    #[error("the kernel refuses the timer slack: {0}")]
    TimerSlack(#[source] io::Error),
}

fn list(cores: &[CoreId]) -> String {
    let numbers: Vec<String> = cores.iter().map(CoreId::to_string).collect();
    numbers.join(", ")
}

/// A set of cores in the kernel's form, of up to 1,024.
#[derive(Clone, Copy)]
pub(crate) struct CoreSet(libc::cpu_set_t);

impl CoreSet {
    fn empty() -> CoreSet {
        // SAFETY: cpu_set_t is an array of integers, for which zero is valid and means the empty set.
        CoreSet(unsafe { std::mem::zeroed() })
    }

    /// The cores that the calling thread may run on.
    pub(crate) fn of_this_thread() -> Result<CoreSet, AffinityError> {
        let mut set = CoreSet::empty();
        // SAFETY: 0 is the calling thread, and `set.0` is writable for the size that is given.
        let result = unsafe { libc::sched_getaffinity(0, size_of_val(&set.0), &raw mut set.0) };
        if result == 0 { Ok(set) } else { Err(AffinityError::Query(io::Error::last_os_error())) }
    }

    /// Lets the calling thread run on these cores only.
    pub(crate) fn apply_to_this_thread(&self) -> Result<(), AffinityError> {
        // SAFETY: 0 is the calling thread, and `self.0` is readable for the size that is given.
        let result = unsafe { libc::sched_setaffinity(0, size_of_val(&self.0), &raw const self.0) };
        if result == 0 { Ok(()) } else { Err(AffinityError::Refused(io::Error::last_os_error())) }
    }

    fn cores(&self) -> Vec<CoreId> {
        let all = 0..u16::try_from(libc::CPU_SETSIZE).unwrap_or(1024);
        // SAFETY: CPU_ISSET reads one bit of the set, and each index is below CPU_SETSIZE.
        all.filter(|&core| unsafe { libc::CPU_ISSET(usize::from(core), &self.0) }).map(CoreId).collect()
    }

    fn insert(&mut self, core: CoreId) {
        if i32::from(core.0) < libc::CPU_SETSIZE {
            // SAFETY: CPU_SET writes one bit of the set, and the index is below CPU_SETSIZE.
            unsafe { libc::CPU_SET(usize::from(core.0), &mut self.0) };
        }
    }
}

/// The cores that the calling thread may run on, ascending. A thread that was pinned sees its core only, so ask before
/// pinning.
pub fn allowed_cores() -> Result<Vec<CoreId>, AffinityError> {
    Ok(CoreSet::of_this_thread()?.cores())
}

/// Keeps the calling thread on one core. Threads that it starts later inherit this.
pub fn pin_to_core(core: CoreId) -> Result<(), AffinityError> {
    let mut set = CoreSet::empty();
    set.insert(core);
    set.apply_to_this_thread().map_err(|error| match allowed_cores() {
        Ok(allowed) if !allowed.contains(&core) => AffinityError::NotAllowed { core, allowed },
        _ => error,
    })
}

/// How much later than asked for the kernel may wake the calling thread from a sleep. The default of 50 µs makes a
/// short sleep take about 100 µs; 1 ns makes it 20 to 30.
pub fn set_timer_slack(slack: Duration) -> Result<(), AffinityError> {
    let nanos = libc::c_ulong::try_from(slack.as_nanos()).unwrap_or(libc::c_ulong::MAX).max(1);
    // SAFETY: PR_SET_TIMERSLACK takes one integer and touches no memory of ours.
    let result = unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, nanos, 0, 0, 0) };
    if result == 0 { Ok(()) } else { Err(AffinityError::TimerSlack(io::Error::last_os_error())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_thread_sees_its_core_only() {
        let cores = allowed_cores().expect("cores");
        let last = *cores.last().expect("a core");
        let seen = std::thread::spawn(move || {
            pin_to_core(last).expect("an allowed core");
            set_timer_slack(Duration::from_nanos(1)).expect("timer slack");
            allowed_cores().expect("cores")
        });
        assert_eq!(seen.join().expect("no panic"), [last]);
        assert_eq!(allowed_cores().expect("cores"), cores, "only the thread itself is pinned");
    }

    #[test]
    fn a_core_that_is_not_there_is_named_with_those_that_are() {
        for absent in [CoreId(1023), CoreId(5000)] {
            let error = pin_to_core(absent).expect_err("no machine has it");
            let text = error.to_string();
            assert!(text.contains(&format!("core {absent} is not available")), "{text}");
            assert!(text.contains(&allowed_cores().expect("cores")[0].to_string()), "{text}");
        }
    }
}
