//! The groups of expressions that a rule keeps (`pcre:"/(?P<flow_name>…)/"`).

use weir_rules::signature::Capture;

/// A group that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured<'a> {
    /// For how long, and under what name.
    pub capture: &'a Capture,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Where a kept group lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    regex: u32,
    group: u32,
    start: usize,
    end: usize,
}

/// The most groups that are kept of one signature.
const MAX_SLOTS: usize = 32;

/// The groups of the signature under evaluation, in memory that does not grow.
#[derive(Clone, Debug)]
pub(super) struct Captures {
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    limit: usize,
}

/// A point to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    slots: usize,
    bytes: usize,
}

impl Captures {
    pub(super) fn new(limit: usize) -> Captures {
        Captures { slots: Vec::with_capacity(MAX_SLOTS), bytes: Vec::with_capacity(limit), limit }
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.bytes.clear();
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { slots: self.slots.len(), bytes: self.bytes.len() }
    }

    /// Forgets what came after a mark.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.slots.truncate(mark.slots);
        self.bytes.truncate(mark.bytes);
    }

    /// Keeps the bytes of a group; none where there is no room for them.
    pub(super) fn keep(&mut self, regex: u32, group: u32, bytes: &[u8]) -> Option<()> {
        let start = self.bytes.len();
        let end = start.checked_add(bytes.len()).filter(|&end| end <= self.limit)?;
        if self.slots.len() == MAX_SLOTS {
            return None;
        }
        self.bytes.extend_from_slice(bytes);
        self.slots.push(Slot { regex, group, start, end });
        Some(())
    }

    /// Regex, group (counted from 0) and bytes of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32, &[u8])> {
        self.slots
            .iter()
            .filter_map(|slot| Some((slot.regex, slot.group, self.bytes.get(slot.start..slot.end)?)))
    }
}
