//! The keywords: one file for each, and the table of them.

use super::draft::Draft;
use super::fault::{Complaint, Fault};
use super::names::SURICATA_KEYWORDS;
use super::text::{OptionText, Piece};

mod classtype;
mod content;
mod depth;
mod distance;
mod endswith;
mod fast_pattern;
mod flow;
mod gid;
mod hints;
mod metadata;
mod msg;
mod noalert;
mod nocase;
mod number;
mod offset;
mod pcre;
mod priority;
mod rawbytes;
mod reference;
mod rev;
mod sid;
mod startswith;
mod target;
mod within;

pub(super) use hints::KeywordHints;

/// A keyword: its name, and what it does to the rule it is in.
pub(super) struct Keyword {
    name: &'static str,
    apply: Apply,
}

/// What a keyword takes, and how it is taken in. Values come without blanks around them, quotes still on.
enum Apply {
    /// It stands alone.
    Bare(fn(&mut Draft<'_>) -> Result<(), Complaint>),
    /// It has a value.
    Value(fn(&mut Draft<'_>, Piece<'_>) -> Result<(), Fault>),
    /// It may have a value.
    Optional(fn(&mut Draft<'_>, Option<Piece<'_>>) -> Result<(), Fault>),
}

/// Every keyword that is supported, sorted by name.
const KEYWORDS: &[&Keyword] = &[
    &classtype::KEYWORD,
    &content::KEYWORD,
    &depth::KEYWORD,
    &distance::KEYWORD,
    &endswith::KEYWORD,
    &fast_pattern::KEYWORD,
    &flow::KEYWORD,
    &gid::KEYWORD,
    &metadata::KEYWORD,
    &msg::KEYWORD,
    &noalert::KEYWORD,
    &nocase::KEYWORD,
    &offset::KEYWORD,
    &pcre::KEYWORD,
    &priority::KEYWORD,
    &rawbytes::KEYWORD,
    &reference::KEYWORD,
    &rev::KEYWORD,
    &sid::KEYWORD,
    &startswith::KEYWORD,
    &target::KEYWORD,
    &within::KEYWORD,
];

/// What became of an option.
pub(super) enum Applied {
    /// It was taken in.
    Done,
    /// Suricata has this keyword, weir has not.
    Unsupported,
}

/// Takes one option into the draft.
pub(super) fn apply(
    draft: &mut Draft<'_>,
    option: OptionText<'_>,
    hints: &mut KeywordHints,
) -> Result<Applied, Fault> {
    let name = option.name;
    let Ok(at) = KEYWORDS.binary_search_by(|keyword| keyword.name.cmp(name.text)) else {
        return if SURICATA_KEYWORDS.binary_search(&name.text).is_ok() {
            Ok(Applied::Unsupported)
        } else {
            Err(unknown(name, hints))
        };
    };
    // Within bounds: the search found it there.
    let Some(keyword) = KEYWORDS.get(at) else { return Err(unknown(name, hints)) };
    match (&keyword.apply, option.value) {
        (Apply::Bare(apply), None) => apply(draft).map_err(|complaint| complaint.at(name.span()))?,
        (Apply::Bare(_), Some(value)) => {
            return Err(Fault::error(value.span(), format!("{} takes no value", name.text))
                .with_help(format!("write `{};`", name.text)));
        }
        (Apply::Value(apply), Some(value)) if !value.text.is_empty() => apply(draft, value)?,
        (Apply::Value(_), _) => {
            return Err(Fault::error(name.span(), format!("{} needs a value", name.text))
                .with_help(format!("write `{}:…;`", name.text)));
        }
        (Apply::Optional(apply), value) => apply(draft, value.filter(|value| !value.text.is_empty()))?,
    }
    Ok(Applied::Done)
}

fn unknown(name: Piece<'_>, hints: &mut KeywordHints) -> Fault {
    let shown: String = name.text.chars().take(64).collect();
    let fault = Fault::error(name.span(), format!("{shown:?} is not a keyword"));
    match hints.of(name.text) {
        Some(hint) => fault.with_help(format!("do you mean {hint}?")),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_known_to_suricata() {
        assert!(KEYWORDS.is_sorted_by_key(|keyword| keyword.name));
        for keyword in KEYWORDS {
            assert!(SURICATA_KEYWORDS.binary_search(&keyword.name).is_ok(), "{}", keyword.name);
        }
    }
}
