//! Time as a parameter.
//!
//! The engine never reads a clock: a worker passes the time of each burst (from the TSC when live, from the capture
//! when replaying), so tests own time and a replay gives the same result on every machine.

use std::ops::{Add, AddAssign};
use std::time::Duration;

/// Nanoseconds since the Unix epoch. Holds dates up to the year 2554.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanos(pub u64);

impl Nanos {
    /// The epoch itself: earlier than everything.
    pub const ZERO: Nanos = Nanos(0);

    /// The time that passed since `earlier`; zero where `earlier` lies in the future, as it does in captures whose
    /// clock was set back.
    pub const fn since(self, earlier: Nanos) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Nanos {
    type Output = Nanos;

    fn add(self, rhs: Duration) -> Nanos {
        Nanos(self.0.saturating_add(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Nanos {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}
