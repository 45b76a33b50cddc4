//! `subslice:2,10;`, `subslice:-4;`: a part of the buffer.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};
use crate::signature::transform::{Transform, Truncate};

pub(super) const KEYWORD: Keyword = Keyword { name: "subslice", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let offset = number(parts.next().unwrap_or(value), -65_535..=65_535)?;
    let (mut bytes, mut truncate) = (None, Truncate::No);
    for part in parts {
        match part.text {
            "truncate" => truncate = Truncate::Yes,
            _ => bytes = Some(number(part, -65_535..=65_535)?),
        }
    }
    let transform = Transform::Subslice { offset, bytes, truncate };
    draft.add_transform(transform).map_err(|complaint| complaint.at(value.span()))
}
