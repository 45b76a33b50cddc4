//! The first look: which signatures may match at all, told by one literal of each, or by a shape.
//!
//! A group holds the signatures of one field and direction. Their fast patterns, most of them literals, are one Hyperscan
//! database in block mode. A value that grows is scanned where it grew, with as many bytes before as the longest pattern
//! has, so nothing is scanned twice and no state is kept.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use hyperscan::{BlockDatabase, Matching, Scratch};
use weir_rules::diagnostic::Diagnostic;
use weir_rules::signature::RuleIndex;

use super::cue::Cue;
use super::table::DetectReport;
use crate::database::{Compiler, Database, PatternSet, ScanMode};

/// The signatures of a group, while it is put together.
#[derive(Debug, Default)]
pub struct PrefilterBuilder {
    cues: Vec<Cue>,
    rules: Vec<Vec<RuleIndex>>,
    ids: HashMap<Cue, usize>,
    always: Vec<RuleIndex>,
}

impl PrefilterBuilder {
    /// Adds a signature that can match only where `cue` is; one without is asked every time.
    pub fn add(&mut self, rule: RuleIndex, cue: Option<Cue>) {
        let Some(cue) = cue else {
            self.always.push(rule);
            return;
        };
        let next = self.cues.len();
        let id = *self.ids.entry(cue.clone()).or_insert(next);
        if id == next {
            self.cues.push(cue);
            self.rules.push(Vec::new());
        }
        if let Some(rules) = self.rules.get_mut(id) {
            rules.push(rule);
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.cues.is_empty() && self.always.is_empty()
    }

    /// Whether there is anything to scan for.
    pub fn has_cues(&self) -> bool {
        !self.cues.is_empty()
    }

    /// What the group is scanned for; no patterns where all of it is asked every time.
    pub fn pattern_set(&self) -> PatternSet {
        PatternSet { patterns: self.cues.iter().map(Cue::pattern).collect(), mode: ScanMode::Block }
    }

    /// The group, with the database that its patterns compiled to.
    pub fn with(self, database: Option<Database>) -> Prefilter {
        let database = match database {
            Some(Database::Block(database)) => Some(database),
            Some(Database::Streaming(_)) | None => None,
        };
        let longest = self.cues.iter().map(Cue::longest).max().unwrap_or(0);
        let shapes = self.cues.iter().map(|cue| matches!(cue, Cue::Shape { .. })).collect();
        Prefilter { database, rules: self.rules, shapes, always: self.always, longest }
    }
}

/// A compiled group.
pub struct Prefilter {
    database: Option<Arc<BlockDatabase>>,
    rules: Vec<Vec<RuleIndex>>,
    /// Which of them are found by a shape.
    shapes: Vec<bool>,
    always: Vec<RuleIndex>,
    longest: usize,
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefilter")
            .field("literals", &self.rules.len())
            .field("always", &self.always.len())
            .finish_non_exhaustive()
    }
}

/// How a signature is found in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Where its literal is.
    ByLiteral,
    /// Where the shape is that its transform needs.
    ByShape,
    /// Every time.
    Always,
}

/// Whether a scan did what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Looked {
    /// It did.
    Through,
    /// Hyperscan failed: what is in the value is not known.
    Failed,
}

impl Prefilter {
    /// Signatures in the group.
    pub fn signatures(&self) -> usize {
        self.rules.iter().map(Vec::len).sum::<usize>() + self.always.len()
    }

    /// Distinct literals.
    pub fn literals(&self) -> usize {
        self.rules.len()
    }

    /// How a signature is found in the group; none where it is not in it.
    pub fn membership(&self, rule: RuleIndex) -> Option<Membership> {
        if self.always.contains(&rule) {
            return Some(Membership::Always);
        }
        let at = self.rules.iter().position(|rules| rules.contains(&rule))?;
        let is_shape = self.shapes.get(at).copied().unwrap_or(false);
        Some(if is_shape { Membership::ByShape } else { Membership::ByLiteral })
    }

    /// Bytes of the database.
    pub fn database_bytes(&self) -> usize {
        self.database.as_ref().and_then(|database| database.size().ok()).unwrap_or(0)
    }

    /// Makes `scratch` large enough to scan with this group.
    pub fn size_scratch(&self, scratch: &mut Option<Scratch>) -> Result<(), hyperscan::Error> {
        let Some(database) = &self.database else { return Ok(()) };
        match scratch {
            Some(scratch) => database.realloc_scratch(scratch).map(|_| ()),
            None => database.alloc_scratch().map(|made| *scratch = Some(made)),
        }
    }

    /// Names the signatures that may match `value`, of which all before `from` was looked at before.
    pub fn look(
        &self,
        value: &[u8],
        from: usize,
        scratch: Option<&Scratch>,
        mut nominate: impl FnMut(RuleIndex),
    ) -> Looked {
        if from == 0 {
            self.always.iter().copied().for_each(&mut nominate);
        }
        let (Some(database), Some(scratch)) = (&self.database, scratch) else { return Looked::Through };
        let start = from.saturating_sub(self.longest.saturating_sub(1));
        let bytes = value.get(start..).unwrap_or_default();
        if bytes.is_empty() {
            return Looked::Through;
        }
        let scanned = database.scan(bytes, scratch, |id: u32, _: u64, _: u64, _: u32| {
            let rules = self.rules.get(id as usize).map(Vec::as_slice).unwrap_or_default();
            rules.iter().copied().for_each(&mut nominate);
            Matching::Continue
        });
        if scanned.is_ok() { Looked::Through } else { Looked::Failed }
    }
}

/// Compiles groups side by side, in their order; none where there is nothing in one.
pub(super) fn build_all(
    builders: impl Iterator<Item = PrefilterBuilder>,
    compiler: &Compiler,
    report: &mut DetectReport,
) -> impl Iterator<Item = Option<Prefilter>> {
    let builders: Vec<PrefilterBuilder> = builders.collect();
    let sets: Vec<_> = builders.iter().map(PrefilterBuilder::pattern_set).collect();
    let scanned: Vec<_> = sets.into_iter().filter(|set| !set.patterns.is_empty()).collect();
    let mut compiled = compiler.compile(&scanned).into_iter();
    let built: Vec<Option<Prefilter>> = builders
        .into_iter()
        .map(|builder| {
            if builder.is_empty() {
                return None;
            }
            if !builder.has_cues() {
                return Some(builder.with(None));
            }
            match compiled.next()? {
                Ok(database) => Some(builder.with(Some(database))),
                // Literals always compile; what can fail is memory.
                Err(refused) => {
                    let source = weir_rules::diagnostic::Source::new("signatures", "");
                    let message = format!("a group of signatures does not compile: {}", refused.message);
                    report.diagnostics.push(Diagnostic::error(&source, 0..0, message));
                    None
                }
            }
        })
        .collect();
    built.into_iter()
}

#[cfg(test)]
mod tests {
    use weir_rules::signature::Case;

    use super::*;
    use crate::detect::Literal;

    fn prefilter() -> Prefilter {
        let mut builder = PrefilterBuilder::default();
        let literal = |text: &str, case| Some(Cue::Literal(Literal { bytes: text.as_bytes().into(), case }));
        builder.add(RuleIndex(0), literal("secret", Case::Sensitive));
        builder.add(RuleIndex(1), literal("KEY", Case::Insensitive));
        builder.add(RuleIndex(2), literal("secret", Case::Sensitive));
        builder.add(RuleIndex(3), None);
        let database = Compiler::default().compile(&[builder.pattern_set()]).remove(0);
        builder.with(Some(database.expect("literals compile")))
    }

    fn look(prefilter: &Prefilter, value: &[u8], from: usize) -> Vec<u32> {
        let mut scratch = None;
        prefilter.size_scratch(&mut scratch).expect("memory");
        let mut found = Vec::new();
        assert_eq!(prefilter.look(value, from, scratch.as_ref(), |rule| found.push(rule.0)), Looked::Through);
        found.sort_unstable();
        found
    }

    #[test]
    fn signatures_are_named_by_their_literals() {
        let prefilter = prefilter();
        assert_eq!((prefilter.signatures(), prefilter.literals()), (4, 2));
        assert_eq!(look(&prefilter, b"nothing", 0), [3]);
        assert_eq!(look(&prefilter, b"a secret key", 0), [0, 1, 2, 3]);
        assert_eq!(look(&prefilter, b"a SECRET", 0), [3]);
    }

    #[test]
    fn a_value_that_grows_is_looked_at_where_it_grew() {
        let prefilter = prefilter();
        for cut in 1..12 {
            let found = look(&prefilter, b"this secret!", cut);
            // What lies wholly before the cut, as far back as the longest literal, was found before.
            assert_eq!(found, if cut <= 10 { vec![0, 2] } else { vec![] }, "{cut}");
        }
    }
}
