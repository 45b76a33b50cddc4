//! What is wrong with a text that a person wrote, where, and what would be right.
//!
//! Every parser of this crate reports [`Diagnostic`]s instead of failing at the first mistake, so that a person sees
//! all of them in one go. [`Diagnostic::render`] prints one in the form that compilers use.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A named text: a rule file, a policy file, the configuration.
#[derive(Debug)]
pub struct Source {
    /// What the person calls it, usually the path.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where lines start; found once, so that thousands of findings about a large file are cheap to place.
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    /// Names `text`, so that diagnostics can point into it.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source { name: name.into(), text: text.into(), line_starts: OnceLock::new() })
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let starts = self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        });
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let before = starts.get(line - 1).and_then(|&start| self.text.get(start..offset)).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    /// The bytes of all lines that a span touches, without the last line feed.
    fn lines(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text.as_str();
        let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let behind = text.get(span.end..).and_then(|behind| behind.find('\n'));
        start..behind.map_or(text.len(), |length| span.end + length)
    }

    /// The nearest byte at or before `offset` where a character starts.
    pub(crate) fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A place in a text; both numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text does what it says, which may not be what is meant.
    Warning,
    /// The part of the text that is pointed at has no effect.
    Error,
}

/// One finding about a text.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The text it is about.
    pub source: Arc<Source>,
    /// The bytes it points at.
    pub span: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, without the place.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(source: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            source: source.clone(),
            span,
            severity: Severity::Error,
            message: message.into(),
            help: None,
        }
    }

    /// A warning at `span`.
    pub fn warning(source: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(source, span, message) }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Where it is.
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// The finding with the line it is about, and a mark under the bytes.
    pub fn render(&self) -> String {
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let start = self.source.boundary(self.span.start);
        let end = self.source.boundary(self.span.end).max(start);
        // The lines in question alone: a renderer that is given a large file goes through all of it each time.
        let shown = self.source.lines(start..end);
        let line = self.source.position(shown.start).line;
        let text = self.source.text.get(shown.clone()).unwrap_or_default();
        let snippet = Snippet::source(text)
            .path(self.source.name.as_str())
            .line_start(line)
            .annotation(AnnotationKind::Primary.span(start - shown.start..end - shown.start));
        let mut group = Group::with_title(level.primary_title(self.message.as_str())).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        Renderer::plain().render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}:{line}:{column}: {severity}: {}", self.source.name, self.message)?;
        match &self.help {
            Some(help) => write!(f, " (help: {help})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_line_and_column() {
        let source = Source::new("a.rules", "one\ntwo drei\n");
        let diagnostic = Diagnostic::error(&source, 8..12, "no such word").with_help("three");
        assert_eq!(diagnostic.to_string(), "a.rules:2:5: error: no such word (help: three)");
        let rendered = diagnostic.render();
        assert!(rendered.contains("a.rules:2:5"), "{rendered}");
        assert!(rendered.contains("^^^^"), "{rendered}");
        assert!(rendered.contains("three"), "{rendered}");
    }

    #[test]
    fn what_is_shown_is_the_lines_in_question() {
        let source = Source::new("a", "first\nsecond line\nthird line\nfourth\n");
        for (span, shown, hidden) in [
            (6..12, "2 | second line", "third"),
            (18..23, "3 | third line", "fourth"),
            (29..35, "4 | fourth", "third"),
        ] {
            let rendered = Diagnostic::error(&source, span, "wrong").render();
            assert!(rendered.contains(shown), "{rendered}");
            assert!(!rendered.contains(hidden) && !rendered.contains("first"), "{rendered}");
        }
    }

    #[test]
    fn counts_lines_and_characters() {
        let source = Source::new("a", "é\n\nxü");
        let table = [(0, 1, 1), (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 3, 1), (5, 3, 2), (99, 3, 3)];
        for (offset, line, column) in table {
            assert_eq!(source.position(offset), Position { line, column }, "{offset}");
        }
    }

    #[test]
    fn survives_spans_amid_a_character() {
        let diagnostic = Diagnostic::error(&Source::new("a", "éé"), 1..3, "wrong");
        assert!(diagnostic.render().contains("a:1:1"));
    }

    #[test]
    fn survives_spans_outside_of_the_text() {
        let source = Source::new("empty", "");
        let diagnostic = Diagnostic::error(&source, 5..9, "nothing here");
        assert_eq!(diagnostic.position(), Position { line: 1, column: 1 });
        assert!(diagnostic.render().contains("nothing here"));
    }
}
