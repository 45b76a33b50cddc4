//! `pcre:"/expression/flags";`: a regular expression to find. `!` before the quotes: that must not be there.
//!
//! The flags of HTTP (`U`, `H`, …) choose the buffer, as rules did before there were sticky buffers.

use super::content::presence;
use super::{Apply, Keyword};
use crate::field::FieldId;
use crate::signature::buffer::{
    Buffer, BufferCondition, Capture, CaptureScope, Dollar, Greed, Regex, RegexStart,
};
use crate::signature::condition::RegexFlags;
use crate::signature::draft::{Draft, DraftKind};
use crate::signature::fault::Fault;
use crate::signature::operand::Base;
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
    let (flags, captures) = flags.text.split_once(',').map_or((flags, None), |(letters, _)| {
        (Piece { text: letters, at: flags.at }, Some(flags.skip(letters.len() + 1)))
    });
    let modifiers = modifiers(flags)?;
    let regex = Regex {
        // The semicolon alone is escaped for the rule's sake; the other escapes are the expression's.
        expression: expression.text.replace("\\;", ";").into(),
        flags: modifiers.regex,
        presence,
        base: modifiers.base,
        start: modifiers.start,
        dollar: modifiers.dollar,
        greed: modifiers.greed,
        captures: captures.map(read_captures).transpose()?.unwrap_or_default(),
        span: 0..0,
    };
    let kind = DraftKind::Done(BufferCondition::Regex(Box::new(regex)));
    let Some(field) = modifiers.field else { return draft.add(kind, value.span()) };
    let buffer = Buffer::Field(field);
    if draft.selected().is_some_and(|selected| selected != buffer) {
        return Err(Fault::error(
            flags.span(),
            format!("a flag looks at {}, the buffer before it at another", field.name()),
        )
        .with_help("leave the flag out; the expression is about the buffer before it"));
    }
    if draft.selected() == Some(buffer) {
        return draft.add(kind, value.span());
    }
    let group = draft.group(buffer, value.span());
    draft.add_to(group, kind, value.span())
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
    base: Base,
    start: RegexStart,
    dollar: Dollar,
    greed: Greed,
    field: Option<FieldId>,
}

fn modifiers(flags: Piece<'_>) -> Result<Modifiers, Fault> {
    let mut modifiers = Modifiers::default();
    for (at, flag) in flags.text.char_indices() {
        match flag {
            'i' => modifiers.regex.caseless = true,
            's' => modifiers.regex.dotall = true,
            'm' => modifiers.regex.multiline = true,
            'x' => modifiers.regex.extended = true,
            'R' => modifiers.base = Base::Previous,
            'A' => modifiers.start = RegexStart::Anchored,
            'E' => modifiers.dollar = Dollar::EndOnly,
            'G' => modifiers.greed = Greed::Lazy,
            // PCRE's own limits, raw bytes, blanks: without effect here.
            'O' | 'B' | ' ' => {}
            _ => {
                let span = flags.at + at..flags.at + at + flag.len_utf8();
                let unknown = || {
                    Fault::error(span.clone(), format!("{flag:?} is not a flag of pcre"))
                        .with_help("flags are i, s, m, x, R, A, E, G, O, B, and of HTTP U, I, P, Q, H, D, M, C, S, Y, V, W, Z")
                };
                let field = field_of(flag).ok_or_else(unknown)?;
                if modifiers.field.is_some_and(|earlier| earlier != field) {
                    return Err(Fault::error(span, "two flags that look at different buffers")
                        .with_help("leave one of them out"));
                }
                modifiers.field = Some(field);
            }
        }
    }
    Ok(modifiers)
}

fn field_of(flag: char) -> Option<FieldId> {
    Some(match flag {
        'U' => FieldId::HttpUri,
        'I' => FieldId::HttpUriRaw,
        'P' => FieldId::HttpRequestBody,
        'Q' => FieldId::FileData,
        'H' => FieldId::HttpHeader,
        'D' => FieldId::HttpHeaderRaw,
        'M' => FieldId::HttpMethod,
        'C' => FieldId::HttpCookie,
        'S' => FieldId::HttpStatusCode,
        'Y' => FieldId::HttpStatusMessage,
        'V' => FieldId::HttpUserAgent,
        'W' => FieldId::HttpHost,
        'Z' => FieldId::HttpHostRaw,
        _ => return None,
    })
}

/// `flow:name, pkt:name`: what becomes of the groups.
fn read_captures(text: Piece<'_>) -> Result<Box<[Capture]>, Fault> {
    text.split(',')
        .map(|capture| {
            let wrong = || {
                Fault::error(capture.span(), "this is not where a group can be kept")
                    .with_help("write `flow:name`, `pkt:name` or `alert:name`, one for each group")
            };
            let (scope, name) = capture.text.split_once(':').ok_or_else(wrong)?;
            let scope = match scope {
                "flow" => CaptureScope::Flow,
                "pkt" => CaptureScope::Packet,
                "alert" => CaptureScope::Alert,
                _ => return Err(wrong()),
            };
            Ok(Capture { scope, name: name.into() })
        })
        .collect()
}
