//! `fast_pattern;`, `fast_pattern:only;`, `fast_pattern:4,8;`: which content Suricata looks for first.
//!
//! Every pattern is looked for at once here, so it is checked and has no effect. `only` lets Suricata skip the exact
//! test; here the test is exact anyway.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "fast_pattern", apply: Apply::Optional(apply) };

fn apply(draft: &mut Draft<'_>, value: Option<Piece<'_>>) -> Result<(), Fault> {
    let Some(value) = value else { return Ok(()) };
    draft.last_content().map_err(|complaint| complaint.at(value.span()))?;
    if value.text == "only" {
        return Ok(());
    }
    let parts: Vec<_> = value.split(',').collect();
    let [offset, length] = parts[..] else {
        return Err(Fault::error(value.span(), "this is not a form of fast_pattern")
            .with_help("write `fast_pattern;`, `fast_pattern:only;` or `fast_pattern:offset,length;`"));
    };
    number(offset, 0..=65_535)?;
    number(length, 1..=65_535)?;
    Ok(())
}
