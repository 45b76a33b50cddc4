//! What a signature looks for: patterns, and where they must lie.

use std::ops::Range;

/// One `content` or `pcre` of a signature, with its modifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What to look for.
    pub pattern: Pattern,
    /// Where.
    pub placement: Placement,
    /// Whether it must be there or must not.
    pub presence: Presence,
    /// The bytes of the source that say so, for diagnostics.
    pub span: Range<usize>,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Exactly these bytes; at least one.
    Literal {
        /// The bytes.
        bytes: Box<[u8]>,
        /// Whether ASCII letters match in either case.
        case: Case,
    },
    /// A regular expression in the syntax that PCRE and Hyperscan share.
    Regex {
        /// The expression, without delimiters.
        expression: String,
        /// Its flags.
        flags: RegexFlags,
    },
}

/// Whether letters match in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Case {
    /// They match as written.
    #[default]
    Sensitive,
    /// They match in either case (`nocase`).
    Insensitive,
}

impl Case {
    /// Whether letters match in either case.
    pub const fn is_insensitive(self) -> bool {
        matches!(self, Case::Insensitive)
    }
}

/// The flags of a `pcre` that change what it matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RegexFlags {
    /// `i`: letters match in either case.
    pub caseless: bool,
    /// `s`: a dot matches a line feed.
    pub dotall: bool,
    /// `m`: `^` and `$` match at lines.
    pub multiline: bool,
    /// `x`: blanks and comments in the expression are left out.
    pub extended: bool,
}

/// Where a pattern must lie. Positions are bytes in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Counted from the start of the field.
    Absolute {
        /// The match starts here or later.
        offset: u32,
        /// The match ends within this many bytes from `offset`; `None` for anywhere behind.
        depth: Option<u32>,
    },
    /// Counted from the end of the match before; from the start of the field where there is none.
    Relative {
        /// The match starts at least this many bytes behind it; negative where it may overlap.
        distance: i32,
        /// A [`Pattern::Literal`] ends within this many bytes from there; `None` for anywhere behind.
        ///
        /// The length of a [`Pattern::Regex`] is not known, so for it this bounds where the match *starts*: `Some(0)`
        /// means exactly at `distance`, as `^` does with the flag `R`.
        within: Option<u32>,
    },
}

impl Placement {
    /// Anywhere in the field.
    pub const ANYWHERE: Placement = Placement::Absolute { offset: 0, depth: None };
}

/// Whether a pattern must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It must.
    Required,
    /// It must not (`content:!"…"`).
    Absent,
}
