//! The dynamic table (RFC 7541 §2.3.2, §4): what was sent before and may be referred to.
//!
//! Names and values lie one behind the other in one buffer, the oldest first. What falls out at the front is left where
//! it lies until it is as much as the table may hold; then the rest moves up, which costs a copy for each byte.

use std::collections::VecDeque;

/// What an entry costs beside its bytes (RFC 7541 §4.1).
const OVERHEAD: usize = 32;
/// The size that a table has before anything is said (RFC 9113 §6.5.2).
pub(in crate::decode::http2) const INITIAL_SIZE: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    name: usize,
    value: usize,
}

/// A dynamic table.
#[derive(Debug)]
pub(super) struct DynamicTable {
    bytes: Vec<u8>,
    /// The newest comes last.
    entries: VecDeque<Entry>,
    size: usize,
    max: usize,
}

impl DynamicTable {
    pub fn new() -> DynamicTable {
        DynamicTable { bytes: Vec::new(), entries: VecDeque::new(), size: 0, max: INITIAL_SIZE }
    }

    /// Makes it as new, keeping its memory.
    pub fn reset(&mut self) {
        self.clear();
        self.max = INITIAL_SIZE;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.size = 0;
    }

    /// Changes what it may hold.
    pub fn resize(&mut self, max: usize) {
        self.max = max;
        self.evict(0);
    }

    /// The entry of an index, 0 for the newest.
    pub fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let at = self.entries.len().checked_sub(index + 1)?;
        let entry = self.entries.get(at)?;
        let bytes = self.bytes.get(entry.start..entry.start + entry.name + entry.value)?;
        bytes.split_at_checked(entry.name)
    }

    /// Adds an entry; what it has no room beside falls out, and so does the entry if it has no room alone (§4.4).
    pub fn insert(&mut self, name: &[u8], value: &[u8]) {
        let cost = name.len() + value.len() + OVERHEAD;
        self.evict(cost);
        if cost > self.max {
            return;
        }
        self.compact();
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(value);
        self.entries.push_back(Entry { start, name: name.len(), value: value.len() });
        self.size += cost;
    }

    fn evict(&mut self, needed: usize) {
        while self.size + needed > self.max {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.size -= oldest.name + oldest.value + OVERHEAD;
        }
        if self.entries.is_empty() {
            self.clear();
        }
    }

    fn compact(&mut self) {
        let dead = self.entries.front().map_or(0, |oldest| oldest.start);
        if dead > self.max {
            self.bytes.drain(..dead);
            self.entries.iter_mut().for_each(|entry| entry.start -= dead);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Held equal to the simplest table there is.
        #[test]
        fn entries_come_and_go_in_order(
            steps in prop::collection::vec((0_usize..40, 0_usize..90, prop::option::of(0_usize..300)), 0..80)
        ) {
            let mut table = DynamicTable::new();
            let mut model: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
            let mut max = INITIAL_SIZE;
            for (number, (name, value, size)) in steps.into_iter().enumerate() {
                if let Some(size) = size {
                    table.resize(size);
                    max = size;
                }
                let (name, value) = (vec![number as u8; name], vec![!(number as u8); value]);
                table.insert(&name, &value);
                model.insert(0, (name, value));
                let cost = |model: &[(Vec<u8>, Vec<u8>)]| -> usize {
                    model.iter().map(|(name, value)| name.len() + value.len() + OVERHEAD).sum()
                };
                while cost(&model) > max {
                    model.pop();
                }
                for (index, (name, value)) in model.iter().enumerate() {
                    prop_assert_eq!(table.get(index), Some((&name[..], &value[..])));
                }
                prop_assert_eq!(table.get(model.len()), None);
                prop_assert!(table.bytes.len() <= 2 * INITIAL_SIZE + 200);
            }
        }
    }
}
