//! Tells each thing about a file once.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use super::limits::ModelFileLimits;
use super::told::{Oddity, Told};

/// What was told of a file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    formats: Vec<&'static str>,
    opcodes: Vec<&'static str>,
    oddities: u16,
    /// Hashes of imports and names; keyed at random, so that nobody can make two that collide.
    values: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    pub fn clear(&mut self) {
        self.formats.clear();
        self.opcodes.clear();
        self.oddities = 0;
        self.values.clear();
    }
}

/// To whom a decoder tells what it finds, and within which limits.
pub(super) struct Report<'a> {
    pub limits: &'a ModelFileLimits,
    /// The format of the archive that a pickle makes out, if one is found now.
    pub part_of: Option<&'static str>,
    seen: &'a mut Seen,
    tell: &'a mut dyn FnMut(Told<'_>),
}

impl<'a> Report<'a> {
    pub fn new(
        limits: &'a ModelFileLimits,
        seen: &'a mut Seen,
        tell: &'a mut dyn FnMut(Told<'_>),
    ) -> Report<'a> {
        Report { limits, part_of: None, seen, tell }
    }

    pub fn format(&mut self, format: &'static str) {
        if let Some(outer) = self.part_of.take() {
            self.format(outer);
        }
        if !self.seen.formats.contains(&format) {
            self.seen.formats.push(format);
            (self.tell)(Told::Format(format));
        }
    }

    pub fn opcode(&mut self, opcode: &'static str) {
        if !self.seen.opcodes.contains(&opcode) {
            self.seen.opcodes.push(opcode);
            (self.tell)(Told::Opcode(opcode));
        }
    }

    pub fn import(&mut self, module: &[u8], name: &[u8]) {
        if self.is_new(("", module, name)) {
            (self.tell)(Told::Import { module, name });
        }
    }

    pub fn name(&mut self, key: &'static str, value: &[u8]) {
        if self.is_new((key, value, b"")) {
            (self.tell)(Told::Name { key, value });
        }
    }

    pub fn trouble(&mut self, oddity: Oddity) {
        let bit = 1 << oddity as u16;
        if self.seen.oddities & bit == 0 {
            self.seen.oddities |= bit;
            (self.tell)(Told::Trouble(oddity));
        }
    }

    /// Whether a value was not told yet. One too many is told again rather than not at all.
    fn is_new(&mut self, value: (&str, &[u8], &[u8])) -> bool {
        if self.seen.values.len() < self.limits.max_distinct {
            return self.seen.values.insert(hash(&self.seen.hasher, value));
        }
        self.trouble(Oddity::Limit);
        !self.seen.values.contains(&hash(&self.seen.hasher, value))
    }

    /// A number that stands for a value within this process, and that nobody outside can foresee.
    pub fn hash(&self, value: impl Hash) -> u64 {
        hash(&self.seen.hasher, value)
    }
}

fn hash(hasher: &RandomState, value: impl Hash) -> u64 {
    hasher.hash_one(value)
}
