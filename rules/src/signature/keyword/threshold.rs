//! `threshold:type limit, track by_src, count 1, seconds 60;`: how many of the matches are reported.

use super::track::Rate;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "threshold", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let threshold = Rate::read(unquoted(value)?)?.threshold(value)?.ok_or_else(|| {
        Fault::error(value.span(), "a threshold without track, count or seconds")
            .with_help("write `threshold:type limit, track by_src, count 1, seconds 60;`")
    })?;
    set_once(&mut draft.threshold, threshold).map_err(|complaint| complaint.at(value.span()))
}
