//! `gunzip: max-size 8192;` and `zlib_deflate;`: compression is undone.

use super::byte_options::named_argument;
use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};
use crate::signature::transform::Transform;

pub(super) const GUNZIP: Keyword = Keyword {
    name: "gunzip",
    apply: Apply::Optional(|draft, name, value| {
        apply(draft, name, value, |max_size| Transform::Gunzip { max_size })
    }),
};
pub(super) const INFLATE: Keyword = Keyword {
    name: "zlib_deflate",
    apply: Apply::Optional(|draft, name, value| {
        apply(draft, name, value, |max_size| Transform::Inflate { max_size })
    }),
};

/// Bytes of the result where the rule does not say.
const DEFAULT_SIZE: u32 = 1024;

fn apply(
    draft: &mut Draft<'_>,
    name: Piece<'_>,
    value: Option<Piece<'_>>,
    transform: fn(u32) -> Transform,
) -> Result<(), Fault> {
    let max_size = match value {
        None => DEFAULT_SIZE,
        Some(value) => match named_argument(unquoted(value)?) {
            ("max-size", size) => number(size, 1..=1 << 20)?,
            _ => {
                return Err(Fault::error(value.span(), "this is not an option of it")
                    .with_help("the only one is max-size, in bytes"));
            }
        },
    };
    draft.add_transform(transform(max_size)).map_err(|complaint| complaint.at(value.unwrap_or(name).span()))
}
