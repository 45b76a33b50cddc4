//! `offset:4;`: the content before it starts at this byte of its buffer, or later.

use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "offset", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let bytes = operand(draft, value, 0..=65_535)?;
    let content = draft.last_content().map_err(|complaint| complaint.at(value.span()))?;
    set_once(&mut content.offset, bytes).map_err(|complaint| complaint.at(value.span()))
}
