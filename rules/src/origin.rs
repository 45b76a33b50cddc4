//! Where a rule is written.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Source;

/// The place of a rule in a text.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file.
    pub source: Arc<Source>,
    /// The bytes of the rule in it.
    pub span: Range<usize>,
    /// The line where it starts, counted from 1.
    pub line: u32,
}

impl Origin {
    /// The text as it was written.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source.name, self.line)
    }
}
