//! `score:5;`, weir's own: what a match adds to the score of its flow.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "score", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let score = number(value, -1000..=1000)?;
    set_once(&mut draft.score, score).map_err(|complaint| complaint.at(value.span()))
}
