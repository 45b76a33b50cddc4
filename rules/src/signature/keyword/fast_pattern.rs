//! `fast_pattern;`, `fast_pattern:only;`, `fast_pattern:4,8;`: the content to look for first, or the bytes of it.
//!
//! `only` lets Suricata skip the exact test; here the test is exact anyway.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, FastHint};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "fast_pattern", apply: Apply::Optional(apply) };

fn apply(draft: &mut Draft<'_>, name: Piece<'_>, value: Option<Piece<'_>>) -> Result<(), Fault> {
    let place = value.unwrap_or(name).span();
    let hint = match value.filter(|value| value.text != "only") {
        None => FastHint::Whole,
        Some(value) => {
            let parts: Vec<_> = value.split(',').collect();
            let [offset, length] = parts[..] else {
                return Err(Fault::error(value.span(), "this is not a form of fast_pattern").with_help(
                    "write `fast_pattern;`, `fast_pattern:only;` or `fast_pattern:offset,length;`",
                ));
            };
            let (offset, length): (u16, u16) = (number(offset, 0..=u16::MAX)?, number(length, 1..=u16::MAX)?);
            let end = offset.checked_add(length).ok_or_else(|| {
                Fault::error(value.span(), "fast_pattern names bytes behind the end of any content")
            })?;
            FastHint::Part(offset..end)
        }
    };
    let content = draft.last_content().map_err(|complaint| complaint.at(place))?;
    content.fast = Some(hint);
    Ok(())
}
