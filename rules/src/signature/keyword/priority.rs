//! `priority:1;`: how bad a match is, 1 being the worst; goes before that of the class.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "priority", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let number = number(value, 1..=255)?;
    set_once(&mut draft.priority, number).map_err(|complaint| complaint.at(value.span()))
}
