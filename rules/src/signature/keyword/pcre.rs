//! `pcre:"/expression/flags";`: a regular expression to find. `!` before the quotes: that must not be there.
//!
//! The scanner reports every match, so what only chooses among them (greediness) has no effect. What the scanner can't
//! run (look-around, back-references) is found out when the expression is compiled.

use std::ops::Range;

use super::content::presence;
use super::{Apply, Keyword};
use crate::signature::condition::{Pattern, RegexFlags};
use crate::signature::draft::{Draft, DraftCondition, DraftPlace};
use crate::signature::fault::{Complaint, Fault};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "pcre", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, quoted) = presence(value);
    let text = unquoted(quoted)?;
    let (expression, flags) = parts(text)?;
    let limit = draft.limits.regex_bytes;
    if expression.text.is_empty() || expression.text.len() > limit {
        return Err(Fault::error(
            expression.span(),
            format!("an expression of {} bytes", expression.text.len()),
        )
        .with_help(format!("it has from 1 to {limit}")));
    }
    let modifiers = modifiers(flags)?;
    // The semicolon alone is escaped for the rule's sake; the other escapes are the expression's.
    let written = expression.text.replace("\\;", ";");
    let (expression, place) = placed(written, modifiers).map_err(|complaint| complaint.at(value.span()))?;
    let pattern = Pattern::Regex { expression, flags: modifiers.regex };
    let condition = DraftCondition { place, ..DraftCondition::new(pattern, presence, value.span()) };
    draft.add_condition(condition).map_err(|complaint| complaint.at(value.span()))
}

/// The expression between the delimiters, and the flags behind them.
fn parts(text: Piece<'_>) -> Result<(Piece<'_>, Piece<'_>), Fault> {
    let malformed = || {
        Fault::error(text.span(), "this is not a pcre")
            .with_help("it is \"/expression/flags\"; escape a slash as `\\/`")
    };
    let end =
        text.text.rfind('/').filter(|&end| end > 0 && text.text.starts_with('/')).ok_or_else(malformed)?;
    let expression = Piece { text: text.text.get(1..end).unwrap_or_default(), at: text.at + 1 };
    Ok((expression, text.skip(end + 1)))
}

#[derive(Clone, Copy, Default)]
struct Modifiers {
    regex: RegexFlags,
    relative: Mark,
    anchored: Mark,
}

/// Whether a flag was there.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    Unset,
    Set,
}

fn modifiers(flags: Piece<'_>) -> Result<Modifiers, Fault> {
    let mut modifiers = Modifiers::default();
    for (at, flag) in flags.text.char_indices() {
        match flag {
            'i' => modifiers.regex.caseless = true,
            's' => modifiers.regex.dotall = true,
            'm' => modifiers.regex.multiline = true,
            'x' => modifiers.regex.extended = true,
            'R' => modifiers.relative = Mark::Set,
            'A' => modifiers.anchored = Mark::Set,
            // Greediness, PCRE's own limits, raw bytes: without effect here.
            'G' | 'O' | 'B' => {}
            _ => {
                let span = flags.at + at..flags.at + at + flag.len_utf8();
                return Err(refused_flag(flag, span));
            }
        }
    }
    Ok(modifiers)
}

fn refused_flag(flag: char, span: Range<usize>) -> Fault {
    let field = match flag {
        'U' => Some("http.uri"),
        'I' => Some("http.uri.raw"),
        'P' => Some("http.request_body"),
        'Q' => Some("http.response_body"),
        'H' => Some("http.header"),
        'D' => Some("http.header.raw"),
        'M' => Some("http.method"),
        'C' => Some("http.cookie"),
        'S' => Some("http.stat_code"),
        'Y' => Some("http.stat_msg"),
        'V' => Some("http.user_agent"),
        'W' => Some("http.host"),
        'Z' => Some("http.host.raw"),
        _ => None,
    };
    let message = match (field, flag) {
        (Some(field), _) => format!("the flag {flag} looks at {field}, which is not supported yet"),
        (None, 'E') => "the flag E is not supported yet".to_owned(),
        (None, ',') => "variables taken out of a pcre are not supported yet".to_owned(),
        _ => format!("{flag:?} is not a flag of pcre"),
    };
    Fault::error(span, message).with_help("flags are i, s, m, x, R, A, G, O and B")
}

/// Where an expression must lie: with `R` behind the match before, with `A` or `^` just there.
///
/// PCRE takes `R` as a subject that starts behind the match before, so a `^` means just there. The scanner's `^` is the
/// start of the field; it is taken off and said by `within` 0.
fn placed(expression: String, modifiers: Modifiers) -> Result<(String, DraftPlace), Complaint> {
    if modifiers.relative == Mark::Unset {
        let expression = match modifiers.anchored {
            Mark::Set => format!("\\A(?:{expression})"),
            Mark::Unset => expression,
        };
        return Ok((expression, DraftPlace::default()));
    }
    let behind = DraftPlace { distance: Some(0), ..DraftPlace::default() };
    let just_there = DraftPlace { within: Some(0), ..behind };
    let Some(rest) = expression.strip_prefix('^') else {
        let place = if modifiers.anchored == Mark::Set { just_there } else { behind };
        return Ok((expression, place));
    };
    if modifiers.regex.multiline {
        return Err(Complaint::new("`^` with the flags R and m can't be told from the start of a line")
            .with_help("leave out m, or write `\\n` for the start of a line"));
    }
    if has_alternatives(rest) {
        return Err(Complaint::new("with the flag R, `^` must stand for all alternatives")
            .with_help("put them into a group: ^(?:a|b)"));
    }
    Ok((rest.to_owned(), just_there))
}

/// Whether there is a `|` outside of groups, classes and escapes.
fn has_alternatives(expression: &str) -> bool {
    let (mut depth, mut in_class, mut escaped) = (0usize, Mark::Unset, Mark::Unset);
    for byte in expression.bytes() {
        if escaped == Mark::Set {
            escaped = Mark::Unset;
            continue;
        }
        match (byte, in_class) {
            (b'\\', _) => escaped = Mark::Set,
            (b']', Mark::Set) => in_class = Mark::Unset,
            (_, Mark::Set) => {}
            (b'[', _) => in_class = Mark::Set,
            (b'(', _) => depth += 1,
            (b')', _) => depth = depth.saturating_sub(1),
            (b'|', _) if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
