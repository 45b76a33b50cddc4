//! `byte_math:bytes 4, offset 0, oper +, rvalue 2, result length;`: a number is calculated with, the result kept.

use super::byte_extract::variable;
use super::byte_options::{ByteOptions, named_argument};
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::bytes::{Arithmetic, ByteMath};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::Operand;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "byte_math", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (mut bytes, mut offset, mut operator, mut right, mut result) = (None, None, None, None, None);
    let mut options = ByteOptions::default();
    for part in unquoted(value)?.split(',') {
        let (name, argument) = named_argument(part);
        match name {
            "bytes" => bytes = Some(operand(draft, argument, 1..=23)?),
            "offset" => offset = Some(operand(draft, argument, -65_535..=65_535)?),
            "oper" => operator = Some(arithmetic(argument)?),
            "rvalue" => right = Some((operand(draft, argument, 0..=i64::from(u32::MAX))?, argument)),
            "result" => result = Some(argument),
            _ => options.take(draft, part)?,
        }
    }
    let (Some(bytes), Some(offset), Some(operator), Some((right, right_at)), Some(result)) =
        (bytes, offset, operator, right, result)
    else {
        return Err(Fault::error(value.span(), "this is not a byte_math")
            .with_help("write `byte_math:bytes 4, offset 0, oper +, rvalue 2, result name[, options];`"));
    };
    if operator == Arithmetic::Divide && right == Operand::ZERO {
        return Err(Fault::error(right_at.span(), "a division by zero"));
    }
    let field = options.field(bytes, offset, value, 1)?;
    let math = ByteMath { field, operator, right, into: variable(draft, result)? };
    draft.add_done(BufferCondition::ByteMath(Box::new(math)), value.span())
}

fn arithmetic(text: Piece<'_>) -> Result<Arithmetic, Fault> {
    Ok(match text.text {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "<<" => Arithmetic::ShiftLeft,
        ">>" => Arithmetic::ShiftRight,
        _ => {
            return Err(Fault::error(text.span(), format!("{:?} is not an operator", text.text))
                .with_help("operators are +, -, *, /, << and >>"));
        }
    })
}
