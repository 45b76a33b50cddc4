//! Numbers in values, with their bounds.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::signature::fault::Fault;
use crate::signature::text::Piece;

/// Reads a number within `bounds`, which are those of Suricata.
pub(in crate::signature) fn number<T>(value: Piece<'_>, bounds: RangeInclusive<T>) -> Result<T, Fault>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let digits = value.text.strip_prefix(['-', '+']).unwrap_or(value.text);
    let help = || format!("it is a number from {} to {}", bounds.start(), bounds.end());
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::error(value.span(), "this is not a number").with_help(help()));
    }
    match value.text.parse() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(Fault::error(value.span(), "this number is out of bounds").with_help(help())),
    }
}

/// Reads an unsigned number in decimal or, behind `0x`, hexadecimal digits.
pub(super) fn unsigned(value: Piece<'_>, most: u64) -> Result<u64, Fault> {
    let hexadecimal = value.text.strip_prefix("0x").or_else(|| value.text.strip_prefix("0X"));
    match hexadecimal.map(|digits| u64::from_str_radix(digits, 16)) {
        Some(Ok(number)) if number <= most => Ok(number),
        Some(_) => Err(Fault::error(value.span(), "this is not a hexadecimal number within bounds")
            .with_help(format!("it is a number from 0x0 to {most:#x}"))),
        None => number(value, 0..=most),
    }
}
