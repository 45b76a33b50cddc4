//! `base64_decode:bytes 10, offset 1, relative;`: fills the buffer `base64_data`.

use super::byte_options::named_argument;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::{Base64Decode, BufferCondition};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::{Base, Operand};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "base64_decode", apply: Apply::Optional(apply) };

fn apply(draft: &mut Draft<'_>, name: Piece<'_>, value: Option<Piece<'_>>) -> Result<(), Fault> {
    let mut decode = Base64Decode { bytes: None, offset: Operand::ZERO, base: Base::Start };
    if let Some(value) = value {
        for part in unquoted(value)?.split(',') {
            let (option, argument) = named_argument(part);
            match option {
                "bytes" => decode.bytes = Some(operand(draft, argument, 1..=65_535)?),
                "offset" => decode.offset = operand(draft, argument, 0..=65_535)?,
                "relative" => decode.base = Base::Previous,
                _ => {
                    return Err(Fault::error(part.span(), "this is not an option of base64_decode")
                        .with_help("options are bytes, offset and relative"));
                }
            }
        }
    }
    draft.add_done(BufferCondition::Base64Decode(decode), value.unwrap_or(name).span())
}
