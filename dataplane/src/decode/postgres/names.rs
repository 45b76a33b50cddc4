//! Names of prepared statements and portals, and what is known of the rows that they give.

use std::collections::VecDeque;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Statement,
    Portal,
}

/// A name, by its hash: names can be long, and there is nothing to be had from two that are taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name(u64);

impl Default for Name {
    /// The empty name.
    fn default() -> Name {
        Name(0xcbf2_9ce4_8422_2325)
    }
}

impl Name {
    /// The name with more bytes (FNV-1a).
    pub fn with(self, bytes: &[u8]) -> Name {
        let hash = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Name(bytes.iter().fold(self.0, hash))
    }
}

/// What is known of the rows of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// Whether they are documents for a prompt.
    pub are_retrieved: bool,
    /// Which of the first 64 columns are text. Those behind count as text, so that nothing hides there.
    pub text: u64,
}

impl Default for Rows {
    /// Of rows that were not described, each column may be text.
    fn default() -> Rows {
        Rows { are_retrieved: false, text: u64::MAX }
    }
}

impl Rows {
    /// Whether a column is text.
    pub fn is_text(self, column: u32) -> bool {
        self.text.checked_shr(column).is_none_or(|rest| rest & 1 == 1)
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    of: Of,
    name: Name,
    /// The statement that a portal is of; a statement's own name.
    statement: Name,
    rows: Rows,
}

/// Statements and portals that were named, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Names(VecDeque<Entry>);

impl Names {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Names something; returns whether nothing had to be forgotten for it.
    pub fn insert(&mut self, of: Of, name: Name, statement: Name, rows: Rows, most: usize) -> bool {
        self.remove(of, name);
        let has_room = self.0.len() < most;
        if !has_room {
            self.0.pop_front();
        }
        self.0.push_back(Entry { of, name, statement, rows });
        has_room
    }

    pub fn remove(&mut self, of: Of, name: Name) {
        self.0.retain(|entry| entry.of != of || entry.name != name);
    }

    /// What a name is of, and its rows; what is not known gives rows that are not either.
    pub fn get(&self, of: Of, name: Name) -> (Name, Rows) {
        let known = self.0.iter().rev().find(|entry| entry.of == of && entry.name == name);
        known.map_or((name, Rows::default()), |entry| (entry.statement, entry.rows))
    }

    /// Rows were described.
    pub fn describe(&mut self, of: Of, name: Name, text: u64) {
        for entry in self.0.iter_mut().filter(|entry| entry.of == of && entry.name == name) {
            entry.rows.text = text;
        }
    }
}
