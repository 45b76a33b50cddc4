//! What a database is compiled from, and the hash by which equal ones are known.

use std::fmt;

use hyperscan::{PatternFlags, Patterns};
use sha2::{Digest, Sha256};

/// How a database is scanned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanMode {
    /// Pieces that continue each other.
    Streaming,
    /// Values that are complete in themselves.
    Block,
}

/// A pattern; its position in the set is the number that matches are reported by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPattern {
    /// In Hyperscan's syntax.
    pub expression: String,
    /// Its flags.
    pub flags: PatternFlags,
}

/// The patterns of one database, and its mode.
#[derive(Clone, Debug)]
pub struct PatternSet {
    /// The patterns.
    pub patterns: Vec<ScanPattern>,
    /// The mode.
    pub mode: ScanMode,
}

/// Tells pattern sets apart by what they hold: SHA-256 over patterns, flags, mode and the scanner.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ContentKey(pub [u8; 32]);

impl fmt::Display for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PatternSet {
    /// The key of this set; `scanner` names the version of Hyperscan and what it compiles for.
    pub(super) fn key(&self, scanner: &str) -> ContentKey {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // With its length, so that no two lists of parts run together to the same bytes.
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(scanner.as_bytes());
        part(match self.mode {
            ScanMode::Streaming => b"streaming",
            ScanMode::Block => b"block",
        });
        for pattern in &self.patterns {
            part(pattern.expression.as_bytes());
            part(&pattern.flags.bits().to_le_bytes());
        }
        ContentKey(hash.finalize().into())
    }

    /// As Hyperscan takes them.
    pub(super) fn to_patterns(&self) -> Patterns {
        self.patterns.iter().enumerate().map(|(id, pattern)| pattern.numbered(id)).collect()
    }
}

impl ScanPattern {
    /// As Hyperscan takes it, reported as `id`.
    pub fn numbered(&self, id: usize) -> hyperscan::Pattern {
        hyperscan::Pattern {
            expression: self.expression.clone(),
            flags: self.flags,
            id: Some(id),
            ext: hyperscan::ExprExt::default(),
            som: None,
        }
    }

    /// Whether it is a literal, which Hyperscan never refuses.
    pub fn is_literal(&self) -> bool {
        !self.expression.bytes().any(|b| b"()[]{}|*+?.^$".contains(&b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(patterns: &[(&str, PatternFlags)], mode: ScanMode) -> PatternSet {
        let patterns = patterns
            .iter()
            .map(|&(expression, flags)| ScanPattern { expression: expression.to_owned(), flags });
        PatternSet { patterns: patterns.collect(), mode }
    }

    #[test]
    fn the_key_is_of_all_that_a_database_depends_on() {
        let (none, caseless) = (PatternFlags::empty(), PatternFlags::CASELESS);
        let keys = [
            set(&[("ab", none)], ScanMode::Block).key("5.4"),
            set(&[("ab", none)], ScanMode::Block).key("5.5"),
            set(&[("ab", none)], ScanMode::Streaming).key("5.4"),
            set(&[("ab", caseless)], ScanMode::Block).key("5.4"),
            set(&[("a", none), ("b", none)], ScanMode::Block).key("5.4"),
            set(&[("b", none), ("a", none)], ScanMode::Block).key("5.4"),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().map(|key| key.0).collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(set(&[("ab", none)], ScanMode::Block).key("5.4"), keys[0]);
    }
}
