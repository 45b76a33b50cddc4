//! `distance:4;`: the content before it starts so many bytes behind the match before, or later.

use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "distance", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let bytes = operand(draft, value, -1_048_576..=1_048_576)?;
    let content = draft.last_content().map_err(|complaint| complaint.at(value.span()))?;
    set_once(&mut content.distance, bytes).map_err(|complaint| complaint.at(value.span()))
}
