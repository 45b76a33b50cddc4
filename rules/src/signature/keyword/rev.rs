//! `rev:3;`: the revision; of two signatures with one number the higher revision counts.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "rev", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let number = number(value, 0..=u32::MAX)?;
    set_once(&mut draft.rev, number).map_err(|complaint| complaint.at(value.span()))
}
