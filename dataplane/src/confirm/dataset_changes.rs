//! What a candidate would do to sets, and what it found in them: kept until the whole signature holds.
//!
//! A `set` or `unset` counts as soon as it would change something, but is carried out at the end, so that a signature
//! that does not match changes nothing.

use super::dataset::{DatasetId, Datasets};
use super::limits::Counters;

/// The most changes, and the most elements found, of one candidate.
const MOST: usize = 16;

/// Bytes of the values of all changes of one candidate.
pub(super) const MOST_BYTES: usize = 16 << 10;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Insert,
    Remove,
}

#[derive(Clone, Copy, Debug)]
struct Planned {
    set: DatasetId,
    change: Change,
    start: usize,
    end: usize,
}

/// An element of a set that a value was found to be, of which the file of the set says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundElement {
    /// The set.
    pub set: DatasetId,
    /// The element's position among those that have something to say.
    pub element: u32,
}

/// Of the candidate under evaluation, in memory that does not grow.
#[derive(Debug)]
pub(super) struct Changes {
    planned: Vec<Planned>,
    bytes: Vec<u8>,
    found: Vec<FoundElement>,
}

/// A point to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChangesMark {
    planned: usize,
    bytes: usize,
    found: usize,
}

impl Changes {
    pub(super) fn new() -> Changes {
        Changes {
            planned: Vec::with_capacity(MOST),
            bytes: Vec::with_capacity(MOST_BYTES),
            found: Vec::with_capacity(MOST),
        }
    }

    pub(super) fn clear(&mut self) {
        self.planned.clear();
        self.bytes.clear();
        self.found.clear();
    }

    pub(super) fn mark(&self) -> ChangesMark {
        ChangesMark { planned: self.planned.len(), bytes: self.bytes.len(), found: self.found.len() }
    }

    /// Forgets what came after a mark.
    pub(super) fn rewind(&mut self, mark: ChangesMark) {
        self.planned.truncate(mark.planned);
        self.bytes.truncate(mark.bytes);
        self.found.truncate(mark.found);
    }

    /// Plans a change; returns whether there was room.
    pub(super) fn plan(&mut self, set: DatasetId, change: Change, value: &[u8]) -> bool {
        let start = self.bytes.len();
        let room = self.planned.len() < MOST && value.len() <= MOST_BYTES - start;
        if room {
            self.bytes.extend_from_slice(value);
            self.planned.push(Planned { set, change, start, end: self.bytes.len() });
        }
        room
    }

    /// Notes an element; what does not fit is not told of.
    pub(super) fn find(&mut self, found: FoundElement) {
        if self.found.len() < MOST {
            self.found.push(found);
        }
    }

    pub(super) fn found(&self) -> &[FoundElement] {
        &self.found
    }

    /// Carries all changes out; returns whether each of them changed something.
    pub(super) fn commit(&mut self, datasets: &dyn Datasets, counters: &mut Counters) -> bool {
        let mut changed = true;
        for planned in &self.planned {
            let value = self.bytes.get(planned.start..planned.end).unwrap_or_default();
            changed &= match planned.change {
                Change::Insert => {
                    let inserted = datasets.insert(planned.set, value);
                    counters.datasets_full += u64::from(inserted.is_err());
                    inserted.is_ok()
                }
                Change::Remove => datasets.remove(planned.set, value),
            };
        }
        self.planned.clear();
        changed
    }
}
