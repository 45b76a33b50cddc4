//! The text that PCRE compiles for a `pcre`: limits in front, and flags that its binding has no option for written into
//! the expression.

use weir_rules::signature::{Dollar, Greed, Regex, RegexStart};

use super::limits::Limits;

/// The expression of a rule as PCRE gets it.
pub(super) fn expression(regex: &Regex, limits: &Limits) -> String {
    let (verbs, body) = leading_verbs(&regex.expression);
    let body = match regex.dollar {
        Dollar::EndOnly if !regex.flags.multiline => end_only(body, Blanks::of(regex.flags.extended)),
        _ => body.to_owned(),
    };
    let lazy = if regex.greed == Greed::Lazy { "(?U)" } else { "" };
    let text = match regex.start {
        RegexStart::Anywhere => format!("{lazy}{body}"),
        // The quote that may be open ends before the group does, and so does a comment.
        RegexStart::Anchored => {
            let line_end = if regex.flags.extended { "\n" } else { "" };
            format!("{lazy}\\G(?:{body}\\E{line_end})")
        }
    };
    limited(verbs, &text, limits)
}

/// Puts the limits of a run in front of an expression.
pub(super) fn limited(verbs: &str, expression: &str, limits: &Limits) -> String {
    let Limits { regex_matches, regex_depth, regex_heap, .. } = limits;
    format!(
        "(*LIMIT_MATCH={regex_matches})(*LIMIT_DEPTH={regex_depth})(*LIMIT_HEAP={regex_heap}){verbs}{expression}"
    )
}

/// Cuts off what may stand only at the very start of an expression: `(*UTF)`, `(*ANYCRLF)` and their like.
pub(super) fn leading_verbs(expression: &str) -> (&str, &str) {
    const STARTS: [&str; 11] =
        ["UTF", "UCP", "CR", "LF", "ANY", "NUL", "BSR_", "LIMIT_", "NO_", "NOTEMPTY", "TURKISH"];
    let mut at = 0;
    while let Some(rest) = expression.get(at..).and_then(|rest| rest.strip_prefix("(*")) {
        let Some(length) = rest.find(')') else { break };
        if !STARTS.iter().any(|start| rest.starts_with(start)) {
            break;
        }
        at += 2 + length + 1;
    }
    expression.split_at(at)
}

/// Whether blanks and comments in an expression are left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    Count,
    LeftOut,
}

impl Blanks {
    const fn of(extended: bool) -> Blanks {
        if extended { Blanks::LeftOut } else { Blanks::Count }
    }
}

/// Writes every `$` that is an assertion as `\z`.
fn end_only(expression: &str, blanks: Blanks) -> String {
    let mut out = String::with_capacity(expression.len() + 8);
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("\\Q") {
            rest.find("\\E").map_or(rest.len(), |end| end + 2)
        } else if first == '\\' {
            1 + rest.chars().nth(1).map_or(0, char::len_utf8)
        } else if rest.starts_with("(?#") {
            rest.find(')').map_or(rest.len(), |end| end + 1)
        } else if first == '#' && blanks == Blanks::LeftOut {
            rest.find('\n').map_or(rest.len(), |end| end + 1)
        } else if first == '[' {
            class(rest)
        } else {
            first.len_utf8()
        };
        let (piece, behind) = rest.split_at(taken);
        out.push_str(if piece == "$" { "\\z" } else { piece });
        rest = behind;
    }
    out
}

/// Bytes of the character class that `text` starts with.
fn class(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    if bytes.get(at) == Some(&b'^') {
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    while let Some(&byte) = bytes.get(at) {
        let named = text.get(at..).is_some_and(|rest| rest.starts_with("[:"));
        at += match byte {
            b']' => return at + 1,
            b'\\' => 1 + text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
            b'[' if named => text.get(at..).and_then(|rest| rest.find(":]")).map_or(1, |end| end + 2),
            _ => 1,
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_only_dollars_that_are_assertions() {
        let table = [
            ("a$", r"a\z"),
            (r"a\$$", r"a\$\z"),
            ("[$]$", r"[$]\z"),
            ("[]$]$", r"[]$]\z"),
            ("[^]$]$|b$", r"[^]$]\z|b\z"),
            ("[[:alpha:]$]x$", r"[[:alpha:]$]x\z"),
            (r"[\]$]$", r"[\]$]\z"),
            (r"\Q$\E$", r"\Q$\E\z"),
            ("(?#$)$", r"(?#$)\z"),
            ("é$ü", r"é\zü"),
        ];
        for (expression, expected) in table {
            assert_eq!(end_only(expression, Blanks::Count), expected, "{expression}");
        }
        assert_eq!(end_only("a # $\n$", Blanks::LeftOut), "a # $\n\\z");
    }

    #[test]
    fn verbs_stay_in_front() {
        assert_eq!(leading_verbs("(*UTF8)(*ANYCRLF)a"), ("(*UTF8)(*ANYCRLF)", "a"));
        assert_eq!(leading_verbs("(*FAIL)|a"), ("", "(*FAIL)|a"));
        assert_eq!(leading_verbs("(*UTF"), ("", "(*UTF"));
    }
}
