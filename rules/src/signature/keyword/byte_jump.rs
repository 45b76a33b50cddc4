//! `byte_jump:2,0,relative;`: what follows is measured from where a number points to.

use super::byte_options::ByteOptions;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::bytes::ByteJump;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::Operand;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "byte_jump", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let (Some(bytes), Some(offset)) = (parts.next(), parts.next()) else {
        return Err(Fault::error(value.span(), "this is not a byte_jump")
            .with_help("write `byte_jump:bytes,offset[,options];`"));
    };
    let mut options = ByteOptions::default();
    for part in parts {
        options.take(draft, part)?;
    }
    let bytes_of = operand(draft, bytes, 0..=23)?;
    let offset = operand(draft, offset, -65_535..=65_535)?;
    let jump = ByteJump {
        field: options.field(bytes_of, offset, bytes, 0)?,
        multiplier: options.multiplier.unwrap_or(1),
        align: options.align,
        from: options.from,
        post_offset: options.post_offset.unwrap_or(Operand::ZERO),
    };
    draft.add_done(BufferCondition::ByteJump(Box::new(jump)), value.span())
}
