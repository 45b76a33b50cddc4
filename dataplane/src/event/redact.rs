//! What is never written down: parts of contents that match an expression of the operator.

use regex::{Regex, RegexSet};

/// What stands in the place of what was taken out.
const REDACTED: &str = "[redacted]";

/// Expressions of what is taken out of contents before they are written.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    any: Option<RegexSet>,
    each: Vec<Regex>,
}

impl Redaction {
    /// Compiles the expressions; the error names the one that is wrong by its position.
    pub fn new(expressions: &[String]) -> Result<Redaction, (usize, regex::Error)> {
        let compile = |(at, text): (usize, &String)| Regex::new(text).map_err(|error| (at, error));
        let each = expressions.iter().enumerate().map(compile).collect::<Result<Vec<_>, _>>()?;
        let any = RegexSet::new(expressions).map_err(|error| (0, error))?;
        Ok(Redaction { any: (!each.is_empty()).then_some(any), each })
    }

    /// The text without what is not to be written.
    pub fn apply(&self, bytes: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        let Some(any) = &self.any else { return text };
        for at in any.matches(&text) {
            if let Some(expression) = self.each.get(at) {
                text = expression.replace_all(&text, REDACTED).into_owned();
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_is_not_written() {
        let expressions = ["AKIA[A-Z0-9]{16}".to_owned(), r"\b\d{4}( \d{4}){3}\b".to_owned()];
        let redaction = Redaction::new(&expressions).expect("expressions");
        let text = "key AKIAIOSFODNN7EXAMPLE, card 4111 1111 1111 1111.";
        assert_eq!(redaction.apply(text.as_bytes()), "key [redacted], card [redacted].");
        assert_eq!(Redaction::new(&["a".into(), "(".into()]).expect_err("a fault").0, 1);
        assert_eq!(Redaction::default().apply(b"AKIA"), "AKIA");
    }
}
