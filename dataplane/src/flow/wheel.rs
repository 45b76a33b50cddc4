//! A timer wheel over the indexes of records.
//!
//! ```text
//!   cursor ─▶ slot 17   slot 18   slot 19 …… slot 16
//!             due       due in    due in     due in one revolution,
//!             now       1 tick    2 ticks    or later
//! ```
//!
//! The wheel is lazy: a flow stays in the slot it was put in while its packets push its deadline on, and whoever finds
//! it there looks at the record and puts it where it belongs now. What lies further ahead than one revolution waits in
//! the last slot and is looked at once for each revolution. So a visit may be early, never late by more than a tick.
//!
//! Time may do what it likes. After a jump ahead by days, one revolution visits everything. After a step back the
//! cursor goes back too: everything is still in its slot and comes up, at the latest, after one revolution.

use std::time::Duration;

use super::rings::Rings;
use crate::time::Nanos;

/// Slots of a wheel. With the default granularity a revolution takes 17 minutes.
const SLOTS: u32 = 4096;

/// Records by the time at which they are to be looked at.
#[derive(Debug)]
pub(super) struct Wheel {
    rings: Rings,
    /// Length of a tick, in nanoseconds; not zero.
    tick: u64,
    /// The tick whose slot is being emptied. All slots before it, back to one revolution, are empty.
    cursor: u64,
}

impl Wheel {
    /// An empty wheel for the members below `members`.
    pub fn new(members: u32, granularity: Duration) -> Wheel {
        let tick = u64::try_from(granularity.as_nanos()).unwrap_or(u64::MAX).max(1);
        Wheel { rings: Rings::new(members, SLOTS), tick, cursor: 0 }
    }

    /// Has `member` looked at soon after `deadline`, whether or not it waits already.
    pub fn arm(&mut self, member: u32, deadline: Nanos) {
        // The first tick that begins at or after the deadline.
        let due = deadline.0.div_ceil(self.tick);
        let last = self.cursor.saturating_add(u64::from(SLOTS) - 1);
        self.rings.unlink(member);
        self.rings.push_back(slot(due.clamp(self.cursor, last)), member);
    }

    /// Forgets `member`.
    pub fn disarm(&mut self, member: u32) {
        self.rings.unlink(member);
    }

    /// Takes out a member whose time has come, going by the slot it is in.
    ///
    /// Passing over empty slots costs a nanosecond each, and one call passes at most all of them.
    pub fn pop_due(&mut self, now: Nanos) -> Option<u32> {
        let now = now.0 / self.tick;
        if now < self.cursor {
            // The clock was set back.
            self.cursor = now;
        }
        // Slots repeat after a revolution: one is enough, however long ago the last call was.
        self.cursor = self.cursor.max(now.saturating_sub(u64::from(SLOTS) - 1));
        loop {
            if let Some(member) = self.rings.first(slot(self.cursor)) {
                self.rings.unlink(member);
                return Some(member);
            }
            if self.cursor >= now {
                return None;
            }
            self.cursor += 1;
        }
    }
}

fn slot(tick: u64) -> u32 {
    (tick % u64::from(SLOTS)) as u32
}
