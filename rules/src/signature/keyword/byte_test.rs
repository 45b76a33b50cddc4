//! `byte_test:4,>,1000,0,relative;`: a number of the buffer is compared.

use super::byte_options::ByteOptions;
use super::number::unsigned;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::bytes::{ByteTest, Comparison};
use crate::signature::condition::Presence;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::Operand;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "byte_test", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let (Some(bytes), Some(operator), Some(right), Some(offset)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::error(value.span(), "this is not a byte_test")
            .with_help("write `byte_test:bytes,operator,value,offset[,options];`"));
    };
    let mut options = ByteOptions::default();
    for part in parts {
        options.take(draft, part)?;
    }
    let (operator, presence) = comparison(operator)?;
    let value_of = match right.text.starts_with(|first: char| first.is_ascii_digit()) {
        true => Operand::Number(unsigned(right, u64::MAX)? as i64),
        false => operand(draft, right, i64::MIN..=i64::MAX)?,
    };
    let bytes_of = operand(draft, bytes, 0..=23)?;
    let offset = operand(draft, offset, -65_535..=65_535)?;
    let field = options.field(bytes_of, offset, bytes, 1)?;
    let test = ByteTest { field, operator, presence, value: value_of };
    draft.add_done(BufferCondition::ByteTest(Box::new(test)), value.span())
}

fn comparison(text: Piece<'_>) -> Result<(Comparison, Presence), Fault> {
    let (presence, sign) = match text.text.strip_prefix('!') {
        // `!` alone is `!=`.
        Some("") => (Presence::Absent, "="),
        Some(sign) => (Presence::Absent, sign.trim()),
        None => (Presence::Required, text.text),
    };
    let operator = match sign {
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        "=" => Comparison::Equal,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "&" => Comparison::And,
        "^" => Comparison::Xor,
        _ => {
            return Err(Fault::error(text.span(), format!("{:?} is not an operator", text.text))
                .with_help("operators are <, <=, =, >, >=, & and ^, each also behind `!`"));
        }
    };
    Ok((operator, presence))
}
