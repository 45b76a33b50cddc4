//! `within:10;`: the content before it ends within so many bytes behind the match before and its distance.

use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "within", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let bytes = operand(draft, value, 1..=1_048_576)?;
    let content = draft.last_content().map_err(|complaint| complaint.at(value.span()))?;
    set_once(&mut content.within, bytes).map_err(|complaint| complaint.at(value.span()))
}
