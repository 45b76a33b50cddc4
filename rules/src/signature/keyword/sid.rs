//! `sid:2100498;`: the number of the signature, unique in its generator.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "sid", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let number = number(value, 1..=u32::MAX)?;
    set_once(&mut draft.sid, number).map_err(|complaint| complaint.at(value.span()))
}
