//! The decoder of one direction: representations in, fields out.

use super::huffman;
use super::integer::{Read, integer};
use super::list::HeaderList;
use super::static_table::STATIC;
use super::table::DynamicTable;

/// What one header block may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode::http2) struct HpackLimits {
    /// Bytes of one name or value as it is sent.
    pub string: usize,
    /// Bytes of the dynamic table.
    pub table: usize,
    /// Bytes of all fields of a block.
    pub list: usize,
    /// Fields of a block.
    pub fields: usize,
}

/// What is said beside fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode::http2) enum Note {
    /// The dynamic table has a new size.
    Resized(u32),
    /// A field refers to nothing, or is not written as it should be. It is left out.
    Invalid,
    /// A new size of the table is more than is followed: references may be missing from here on.
    TableTooLarge,
    /// A number or string is larger than anything that is allowed. Where the next field begins is not known.
    Overflow,
}

/// Whether a decoder can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A representation was read, and so many bytes make it up.
    Done(usize),
    NeedMore,
    Overflow,
}

/// The names and values of one direction that may be referred to, and the beginning of a field that is not whole yet.
#[derive(Debug)]
pub(in crate::decode::http2) struct Hpack {
    limits: HpackLimits,
    table: DynamicTable,
    partial: Vec<u8>,
    name: Vec<u8>,
    value: Vec<u8>,
}

impl Hpack {
    pub fn new(limits: HpackLimits) -> Hpack {
        Hpack { limits, table: DynamicTable::new(), partial: Vec::new(), name: Vec::new(), value: Vec::new() }
    }

    /// Makes it as new, keeping its memory.
    pub fn reset(&mut self) {
        self.table.reset();
        self.partial.clear();
    }

    /// Takes a piece of a header block. `false` says that it can't go on with this direction.
    pub fn push(&mut self, piece: &[u8], list: &mut HeaderList, note: &mut impl FnMut(Note)) -> bool {
        if self.partial.is_empty() {
            let Some(used) = self.read(piece, list, note) else { return false };
            self.partial.extend_from_slice(piece.get(used..).unwrap_or_default());
            return true;
        }
        let mut held = std::mem::take(&mut self.partial);
        held.extend_from_slice(piece);
        let read = self.read(&held, list, note);
        if let Some(used) = read {
            held.drain(..used);
        } else {
            held.clear();
        }
        self.partial = held;
        read.is_some()
    }

    /// The block has ended; what is left of it is no field.
    pub fn finish(&mut self, note: &mut impl FnMut(Note)) {
        if !self.partial.is_empty() {
            self.partial.clear();
            note(Note::Invalid);
        }
    }

    /// Reads all fields that are whole; how many bytes they take is returned.
    fn read(&mut self, bytes: &[u8], list: &mut HeaderList, note: &mut impl FnMut(Note)) -> Option<usize> {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            if rest.is_empty() {
                return Some(used);
            }
            match self.representation(rest, list, note) {
                Step::Done(len) => used += len,
                Step::NeedMore => return Some(used),
                Step::Overflow => {
                    note(Note::Overflow);
                    return None;
                }
            }
        }
    }

    fn representation(&mut self, bytes: &[u8], list: &mut HeaderList, note: &mut impl FnMut(Note)) -> Step {
        match bytes.first() {
            Some(first) if first & 0x80 != 0 => self.indexed(bytes, list, note),
            Some(first) if first & 0x40 != 0 => self.literal(bytes, 6, list, note),
            Some(first) if first & 0x20 != 0 => self.resize(bytes, note),
            Some(_) => self.literal(bytes, 4, list, note),
            None => Step::NeedMore,
        }
    }

    /// RFC 7541 §6.1
    fn indexed(&mut self, bytes: &[u8], list: &mut HeaderList, note: &mut impl FnMut(Note)) -> Step {
        match integer(bytes, 7) {
            Read::Done(index, len) => {
                match lookup(&self.table, index) {
                    Some((name, value)) => list.add(name, value, self.limits.list, self.limits.fields),
                    None => note(Note::Invalid),
                }
                Step::Done(len)
            }
            Read::NeedMore => Step::NeedMore,
            Read::TooLarge => Step::Overflow,
        }
    }

    /// RFC 7541 §6.3
    fn resize(&mut self, bytes: &[u8], note: &mut impl FnMut(Note)) -> Step {
        match integer(bytes, 5) {
            Read::Done(size, len) => {
                note(Note::Resized(size));
                if size as usize > self.limits.table {
                    note(Note::TableTooLarge);
                }
                self.table.resize((size as usize).min(self.limits.table));
                Step::Done(len)
            }
            Read::NeedMore => Step::NeedMore,
            Read::TooLarge => Step::Overflow,
        }
    }

    /// RFC 7541 §6.2: a name by its index or in full, and a value. With a prefix of 6 bits it enters the table.
    fn literal(
        &mut self,
        bytes: &[u8],
        prefix: u32,
        list: &mut HeaderList,
        note: &mut impl FnMut(Note),
    ) -> Step {
        let (index, mut used) = match integer(bytes, prefix) {
            Read::Done(index, len) => (index, len),
            Read::NeedMore => return Step::NeedMore,
            Read::TooLarge => return Step::Overflow,
        };
        // Both strings must be there before either is decoded, so that a field in many pieces costs no more than in one.
        let name = match index {
            0 => match locate(bytes, used, self.limits.string) {
                Read::Done(place, end) => {
                    used = end;
                    Some(place)
                }
                Read::NeedMore => return Step::NeedMore,
                Read::TooLarge => return Step::Overflow,
            },
            _ => None,
        };
        let value = match locate(bytes, used, self.limits.string) {
            Read::Done(place, end) => {
                used = end;
                place
            }
            Read::NeedMore => return Step::NeedMore,
            Read::TooLarge => return Step::Overflow,
        };
        self.name.clear();
        self.value.clear();
        let named = match name {
            Some(place) => place.decode(bytes, &mut self.name),
            None => lookup(&self.table, index).is_some_and(|(name, _)| {
                self.name.extend_from_slice(name);
                true
            }),
        };
        let valid = value.decode(bytes, &mut self.value) && named;
        if valid {
            list.add(&self.name, &self.value, self.limits.list, self.limits.fields);
        } else {
            note(Note::Invalid);
        }
        // Also one that is not valid has its place, or all that is older would be taken for another.
        if prefix == 6 {
            self.table.insert(&self.name, &self.value);
        }
        Step::Done(used)
    }
}

/// The field of an index: the static table first (RFC 7541 §2.3.3).
fn lookup(table: &DynamicTable, index: u32) -> Option<(&[u8], &[u8])> {
    let index = (index as usize).checked_sub(1)?;
    match STATIC.get(index) {
        Some(&field) => Some(field),
        None => table.get(index - STATIC.len()),
    }
}

/// Where a string lies (RFC 7541 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: usize,
    end: usize,
    is_coded: bool,
}

impl Place {
    /// Appends the string to `out`; `false` if it is not written as it should be.
    fn decode(self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let octets = bytes.get(self.start..self.end).unwrap_or_default();
        if self.is_coded {
            return huffman::decode(octets, out).is_ok();
        }
        out.extend_from_slice(octets);
        true
    }
}

/// Finds the string that begins at `at`, and where it ends.
fn locate(bytes: &[u8], at: usize, limit: usize) -> Read<Place> {
    let rest = bytes.get(at..).unwrap_or_default();
    let (length, start) = match integer(rest, 7) {
        Read::Done(length, start) => (length as usize, at + start),
        Read::NeedMore => return Read::NeedMore,
        Read::TooLarge => return Read::TooLarge,
    };
    if length > limit {
        return Read::TooLarge;
    }
    let end = start + length;
    let is_coded = rest.first().is_some_and(|first| first & 0x80 != 0);
    if bytes.len() < end { Read::NeedMore } else { Read::Done(Place { start, end, is_coded }, end) }
}
