//! What is wrong in one rule, as a place in its text; it becomes a diagnostic when the rule is done.

use std::ops::Range;
use std::sync::Arc;

use super::text::RuleText;
use crate::diagnostic::{Diagnostic, Severity, Source};

/// Something wrong.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Bytes in the text of the rule.
    pub span: Range<usize>,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub fn error(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { span, severity: Severity::Error, message: message.into(), help: None }
    }

    pub fn warning(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { severity: Severity::Warning, ..Fault::error(span, message) }
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// The fault as a finding about `source`.
    pub fn into_diagnostic(self, source: &Arc<Source>, text: &RuleText<'_>) -> Diagnostic {
        let span = text.in_source(self.span);
        Diagnostic {
            source: source.clone(),
            span: source.boundary(span.start)..source.boundary(span.end),
            severity: self.severity,
            message: self.message,
            help: self.help,
        }
    }
}

/// What is wrong with a piece of text whose place the caller knows.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub message: String,
    pub help: Option<String>,
}

impl Complaint {
    pub fn new(message: impl Into<String>) -> Complaint {
        Complaint { message: message.into(), help: None }
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Complaint {
        self.help = Some(help.into());
        self
    }

    pub fn at(self, span: Range<usize>) -> Fault {
        Fault { span, severity: Severity::Error, message: self.message, help: self.help }
    }
}
