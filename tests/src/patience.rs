//! Waiting for what happens in another process: often looked at, and given up after a time that no healthy run needs.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take. Far more than needed, because a loaded machine is not a failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks until there is something.
///
/// # Panics
///
/// After [`PATIENCE`], naming what was waited for.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
