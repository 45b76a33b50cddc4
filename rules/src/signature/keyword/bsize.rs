//! `bsize:>10;`: how many bytes the buffer has.

use super::numeric::number_test;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "bsize", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    if draft.selected().is_none() {
        return Err(Fault::error(value.span(), "there is no buffer before it")
            .with_help("bsize is about a sticky buffer; dsize is about the payload of a packet"));
    }
    let test = number_test(value, u64::MAX, |_| None)?;
    draft.add_done(BufferCondition::Size(test), value.span())
}
