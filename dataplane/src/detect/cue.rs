//! What a value must hold for a signature to be a candidate: some bytes, or the shape of what a transform looks for.

use hyperscan::PatternFlags;
use weir_rules::signature::{Buffer, BufferCondition, Case, Presence, Signature};

use crate::confirm::shape;
use crate::database::ScanPattern;
use crate::inspect::literal_expression;

/// A literal to look for, and in which cases of letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    /// The bytes; at least one.
    pub bytes: Box<[u8]>,
    /// Whether letters match in either case.
    pub case: Case,
}

/// What must be in a value for a signature to match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cue {
    /// These bytes.
    Literal(Literal),
    /// What a transform needs to give anything.
    Shape {
        /// In Hyperscan's syntax.
        expression: &'static str,
        /// The most bytes that its shortest match takes.
        longest: usize,
    },
}

impl Cue {
    /// The most bytes that its shortest match takes.
    pub(super) fn longest(&self) -> usize {
        match self {
            Cue::Literal(literal) => literal.bytes.len(),
            Cue::Shape { longest, .. } => *longest,
        }
    }

    /// As it is scanned for.
    pub(super) fn pattern(&self) -> ScanPattern {
        let mut flags = PatternFlags::SINGLEMATCH;
        let expression = match self {
            Cue::Literal(literal) => {
                flags.set(PatternFlags::CASELESS, literal.case.is_insensitive());
                literal_expression(&literal.bytes)
            }
            Cue::Shape { expression, .. } => (*expression).to_owned(),
        };
        ScanPattern { expression, flags }
    }
}

/// What a transform needs, where the rule asks for something in what it gives.
pub(super) fn shape_in(signature: &Signature, suits: impl Fn(Buffer) -> bool) -> Option<(Buffer, Cue)> {
    signature.buffers.iter().filter(|matched| suits(matched.buffer)).find_map(|matched| {
        let (expression, longest) = matched.transforms.first().and_then(shape)?;
        let asks = |condition: &BufferCondition| {
            matches!(condition, BufferCondition::Content(content) if content.presence == Presence::Required)
        };
        let optional = |condition: &BufferCondition| matches!(condition, BufferCondition::Absent(_));
        let needed = matched.conditions.iter().any(asks) && !matched.conditions.iter().any(optional);
        needed.then_some((matched.buffer, Cue::Shape { expression, longest }))
    })
}
