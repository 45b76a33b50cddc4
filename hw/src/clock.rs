//! Time without a system call: the processor's cycle counter, and nanoseconds since the Unix epoch made of it.

use std::time::{SystemTime, UNIX_EPOCH};

/// The cycle counter of this core. Cores of one machine agree where the counter is invariant, as on all that run DPDK.
#[inline(always)]
pub fn cycles() -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: RDTSC is available to user programs on every x86-64 under Linux and changes nothing.
        unsafe { std::arch::x86_64::_rdtsc() }
    }
    #[cfg(target_arch = "aarch64")]
    {
        let count: u64;
        // SAFETY: the virtual counter is readable by user programs under Linux, and reading it changes nothing.
        unsafe {
            std::arch::asm!("mrs {}, cntvct_el0", out(reg) count, options(nomem, nostack, preserves_flags))
        };
        count
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        // SAFETY: reads a counter.
        unsafe { dpdk_sys::rte_rdtsc() }
    }
}

/// The cycle counter's rate, as EAL measured it when it started.
pub fn cycles_per_second(_started: crate::Eal) -> u64 {
    // SAFETY: reads a number that EAL set when it started.
    unsafe { dpdk_sys::rte_get_tsc_hz() }
}

/// Nanoseconds of one second.
const SECOND: u64 = 1_000_000_000;

/// While the clock is ahead of the system's it runs slower by one part in this many, until the system's has caught up.
const SLOWDOWN: u64 = 64;

/// A clock that reads the cycle counter, set to the system's time.
///
/// It never goes backwards: when the system's time turns out to be behind, this one runs slower until the two agree; when
/// it is ahead, this one jumps. Call [`resync`](Self::resync) about once a second; it costs one system call (which the
/// vDSO serves on most machines).
#[derive(Clone, Debug)]
pub struct TscClock {
    /// The counter at the last resync, and what the clock showed then, ns.
    base_cycles: u64,
    base_nanos: u64,
    /// Nanoseconds for each cycle, in 2⁻³² ns.
    rate: u64,
    nominal_rate: u64,
}

impl TscClock {
    /// A clock that shows the system's time now.
    pub fn new(eal: crate::Eal) -> TscClock {
        TscClock::at(cycles(), system_nanos(), cycles_per_second(eal))
    }

    fn at(base_cycles: u64, base_nanos: u64, hz: u64) -> TscClock {
        let rate = ((u128::from(SECOND) << 32) / u128::from(hz.max(1))) as u64;
        TscClock { base_cycles, base_nanos, rate, nominal_rate: rate }
    }

    /// Nanoseconds since the Unix epoch.
    #[inline]
    pub fn now(&self) -> u64 {
        self.at_cycles(cycles())
    }

    /// What the clock showed, or will show, when the counter is at `cycles`.
    #[inline]
    pub fn at_cycles(&self, cycles: u64) -> u64 {
        // Another core's counter may be a few cycles behind that of the last resync.
        let passed = cycles.saturating_sub(self.base_cycles);
        self.base_nanos + ((u128::from(passed) * u128::from(self.rate)) >> 32) as u64
    }

    /// Compares the clock with the system's and corrects it.
    pub fn resync(&mut self) {
        self.resync_to(cycles(), system_nanos());
    }

    fn resync_to(&mut self, cycles: u64, system: u64) {
        let shown = self.at_cycles(cycles);
        self.base_cycles = self.base_cycles.max(cycles);
        self.base_nanos = shown.max(system);
        self.rate =
            if shown > system { self.nominal_rate - self.nominal_rate / SLOWDOWN } else { self.nominal_rate };
    }
}

/// The system's time, ns since the Unix epoch; zero on a machine that is set to earlier.
fn system_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: u64 = 2_500_000_000;

    #[test]
    fn a_second_of_cycles_is_a_second() {
        let clock = TscClock::at(1_000, 5 * SECOND, HZ);
        assert_eq!(clock.at_cycles(1_000), 5 * SECOND);
        // One part in 2^32 of rounding for each nanosecond.
        assert!((6 * SECOND).abs_diff(clock.at_cycles(1_000 + HZ)) < 2);
        assert_eq!(clock.at_cycles(900), 5 * SECOND, "a counter behind the base does not wrap");
    }

    #[test]
    fn a_clock_that_is_behind_jumps_and_one_that_is_ahead_waits() {
        let mut clock = TscClock::at(0, SECOND, HZ);
        clock.resync_to(HZ, 3 * SECOND);
        assert_eq!(clock.at_cycles(HZ), 3 * SECOND);
        // Now the system is set back by 1 ms.
        clock.resync_to(2 * HZ, 4 * SECOND - 1_000_000);
        let shown = clock.at_cycles(2 * HZ);
        assert!(shown >= 4 * SECOND - 2, "never backwards: {shown}");
        let later = clock.at_cycles(3 * HZ) - shown;
        assert!(later < SECOND && later > SECOND - SECOND / SLOWDOWN - 2, "slower: {later}");
    }

    proptest::proptest! {
        #[test]
        fn it_never_goes_backwards(steps in proptest::collection::vec((0..HZ, 0..4 * SECOND, proptest::bool::ANY), 1..40)) {
            let mut clock = TscClock::at(0, SECOND, HZ);
            let (mut cycles, mut shown) = (0, 0);
            for (passed, system, resync) in steps {
                cycles += passed;
                if resync {
                    clock.resync_to(cycles, system);
                }
                let now = clock.at_cycles(cycles);
                proptest::prop_assert!(now >= shown);
                shown = now;
            }
        }
    }
}
