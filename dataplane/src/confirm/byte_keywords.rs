//! `byte_test`, `byte_jump`, `byte_extract`, `byte_math`: conditions and places by numbers that the value holds.

use weir_rules::signature::{
    Arithmetic, Base, ByteExtract, ByteJump, ByteMath, ByteTest, Comparison, JumpFrom, Presence,
};

use super::byte_field::{masked, read, scaled};
use super::place;
use super::value::Value;
use super::variables::Variables;

/// Whether the number is right; none where there is no number.
pub(super) fn test(
    test: &ByteTest,
    value: Value<'_>,
    previous: usize,
    variables: &Variables,
) -> Option<bool> {
    let number = masked(read(&test.field, value, previous, variables)?.value, test.field.bitmask);
    let right = variables.bits(test.value)?;
    let holds = match test.operator {
        Comparison::Less => number < right,
        Comparison::LessOrEqual => number <= right,
        Comparison::Equal => number == right,
        Comparison::Greater => number > right,
        Comparison::GreaterOrEqual => number >= right,
        Comparison::And => number & right != 0,
        Comparison::Xor => number ^ right != 0,
    };
    Some(holds == (test.presence == Presence::Required))
}

/// Where the jump goes; none where there is no number, or it goes beyond the last byte. A jump to before the first
/// byte goes to the first.
pub(super) fn jump(
    jump: &ByteJump,
    value: Value<'_>,
    previous: usize,
    variables: &Variables,
) -> Option<usize> {
    let number = read(&jump.field, value, previous, variables)?;
    let distance = scaled(masked(number.value, jump.field.bitmask), jump.multiplier, jump.align)
        .wrapping_add(variables.bits(jump.post_offset)?)
        .cast_signed();
    let from = match jump.from {
        JumpFrom::Number => place::origin(Base::Previous, number.end, value),
        JumpFrom::Beginning => place::origin(Base::Start, 0, value),
        JumpFrom::End => place::origin(Base::Previous, value.len(), value),
    };
    let target = from.saturating_add(distance).max(0);
    usize::try_from(target).ok().filter(|&target| target < value.len())
}

/// Keeps the number in its variable. Gives where the number ends.
pub(super) fn extract(
    extract: &ByteExtract,
    value: Value<'_>,
    previous: usize,
    variables: &mut Variables,
) -> Option<usize> {
    let number = read(&extract.field, value, previous, variables)?;
    let kept = scaled(masked(number.value, extract.field.bitmask), extract.multiplier, extract.align);
    variables.set(extract.into, kept);
    Some(number.end)
}

/// Keeps what comes out of the calculation in its variable. Gives where the number ends.
pub(super) fn math(
    math: &ByteMath,
    value: Value<'_>,
    previous: usize,
    variables: &mut Variables,
) -> Option<usize> {
    let number = read(&math.field, value, previous, variables)?;
    let (left, right) = (number.value, variables.bits(math.right)?);
    let shift = u32::try_from(right).ok();
    let result = match math.operator {
        Arithmetic::Add => left.wrapping_add(right),
        Arithmetic::Subtract => left.wrapping_sub(right),
        Arithmetic::Multiply => left.wrapping_mul(right),
        Arithmetic::Divide => left.checked_div(right)?,
        Arithmetic::ShiftLeft => shift.and_then(|by| left.checked_shl(by)).unwrap_or(0),
        Arithmetic::ShiftRight => shift.and_then(|by| left.checked_shr(by)).unwrap_or(0),
    };
    variables.set(math.into, masked(result, math.field.bitmask));
    Some(number.end)
}
