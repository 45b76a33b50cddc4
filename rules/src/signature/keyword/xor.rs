//! `xor:"0d0ac8ff";`: the bytes of the buffer, each with one of a key.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};
use crate::signature::transform::Transform;

pub(super) const KEYWORD: Keyword = Keyword { name: "xor", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unquoted(value)?;
    let digits: Option<Vec<u8>> =
        text.text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let key = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0 && digits.len() <= 512);
    let Some(key) = key else {
        return Err(Fault::error(text.span(), "this is not a key")
            .with_help("it has from 1 to 256 bytes, each of two hexadecimal digits"));
    };
    let key = key.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    draft.add_transform(Transform::Xor(key)).map_err(|complaint| complaint.at(value.span()))
}
