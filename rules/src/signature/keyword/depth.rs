//! `depth:20;`: the content before it ends within so many bytes from its offset.

use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "depth", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let bytes = operand(draft, value, 1..=65_535)?;
    let content = draft.last_content().map_err(|complaint| complaint.at(value.span()))?;
    set_once(&mut content.depth, bytes).map_err(|complaint| complaint.at(value.span()))
}
