//! `byte_extract:2,0,length,relative;`: a number of the buffer is kept in a variable.

use super::byte_options::ByteOptions;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::bytes::ByteExtract;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "byte_extract", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let (Some(bytes), Some(offset), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Fault::error(value.span(), "this is not a byte_extract")
            .with_help("write `byte_extract:bytes,offset,variable[,options];`"));
    };
    let mut options = ByteOptions::default();
    for part in parts {
        options.take(draft, part)?;
    }
    let bytes_of = operand(draft, bytes, 1..=23)?;
    let offset = operand(draft, offset, -65_535..=65_535)?;
    let field = options.field(bytes_of, offset, bytes, 1)?;
    let extract = ByteExtract {
        field,
        multiplier: options.multiplier.unwrap_or(1),
        align: options.align,
        into: variable(draft, name)?,
    };
    draft.add_done(BufferCondition::ByteExtract(Box::new(extract)), value.span())
}

/// The variable that a number is kept in; its name must not be taken for a number.
pub(super) fn variable(
    draft: &mut Draft<'_>,
    name: Piece<'_>,
) -> Result<crate::signature::operand::Variable, Fault> {
    let starts = name.text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts || !name.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Err(Fault::error(name.span(), format!("{:?} is not a name for a variable", name.text))
            .with_help("it starts with a letter and has letters, digits, `_`, `-` and `.`"));
    }
    draft.define(name.text).map_err(|complaint| complaint.at(name.span()))
}
