//! The fields of one header block, in one buffer.

use std::ops::Range;

#[derive(Clone, Debug)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

/// A list of fields within limits. The memory is kept for the next.
#[derive(Debug, Default)]
pub(in crate::decode::http2) struct HeaderList {
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// Something was left out.
    cut: bool,
}

impl HeaderList {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.fields.clear();
        self.cut = false;
    }

    /// Adds a field, if there is room within `max_bytes` and `max_fields`.
    pub fn add(&mut self, name: &[u8], value: &[u8], max_bytes: usize, max_fields: usize) {
        if self.fields.len() >= max_fields || self.bytes.len() + name.len() + value.len() > max_bytes {
            self.cut = true;
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.fields.push(Field { name: start..middle, value: middle..self.bytes.len() });
    }

    /// Whether fields were left out.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Names and values, in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let slice = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        self.fields.iter().map(move |field| (slice(&field.name), slice(&field.value)))
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}
