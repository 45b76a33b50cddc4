//! Numbers that may be taken out of a variable.

use std::ops::RangeInclusive;

use super::number::number;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::Operand;
use crate::signature::text::Piece;

/// Reads a number within `bounds`, or the name of a variable that was filled before.
pub(super) fn operand(
    draft: &Draft<'_>,
    value: Piece<'_>,
    bounds: RangeInclusive<i64>,
) -> Result<Operand, Fault> {
    if value.text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        let variable = draft.variable(value.text).map_err(|complaint| complaint.at(value.span()))?;
        return Ok(Operand::Variable(variable));
    }
    number(value, bounds).map(Operand::Number)
}
