//! `from_base64: offset 6, mode rfc2045;`: Base64 in the buffer is undone.

use super::byte_options::named_argument;
use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};
use crate::signature::transform::{Base64Mode, FromBase64, Transform};

pub(super) const KEYWORD: Keyword = Keyword { name: "from_base64", apply: Apply::Optional(apply) };

fn apply(draft: &mut Draft<'_>, name: Piece<'_>, value: Option<Piece<'_>>) -> Result<(), Fault> {
    let mut decode = FromBase64 { offset: 0, bytes: None, mode: Base64Mode::Rfc4648 };
    if let Some(value) = value {
        for part in unquoted(value)?.split(',') {
            let (option, argument) = named_argument(part);
            match (option, argument.text) {
                ("offset", _) => decode.offset = number(argument, 0..=65_535)?,
                ("bytes", _) => decode.bytes = Some(number(argument, 1..=65_535)?),
                ("mode", "rfc4648") => decode.mode = Base64Mode::Rfc4648,
                ("mode", "rfc2045") => decode.mode = Base64Mode::Rfc2045,
                ("mode", "strict") => decode.mode = Base64Mode::Strict,
                _ => {
                    return Err(Fault::error(part.span(), "this is not an option of from_base64")
                        .with_help("options are offset, bytes, and mode rfc4648, rfc2045 or strict"));
                }
            }
        }
    }
    let span = value.unwrap_or(name).span();
    draft.add_transform(Transform::FromBase64(decode)).map_err(|complaint| complaint.at(span))
}
