//! `gid:1;`: the generator of the signature; 1 where it is not given.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "gid", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let number = number(value, 1..=u32::MAX)?;
    set_once(&mut draft.gid, number).map_err(|complaint| complaint.at(value.span()))
}
