//! Numbers in values, with their bounds.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::signature::fault::Fault;
use crate::signature::text::Piece;

/// Reads a number within `bounds`, which are those of Suricata.
pub(super) fn number<T>(value: Piece<'_>, bounds: RangeInclusive<T>) -> Result<T, Fault>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let digits = value.text.strip_prefix('-').unwrap_or(value.text);
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let help = || format!("it is a number from {} to {}", bounds.start(), bounds.end());
    if !numeric {
        let name = digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
        let fault = if name && digits.starts_with(|c: char| c.is_ascii_alphabetic()) {
            Fault::error(value.span(), format!("variables such as {digits:?} are not supported yet"))
        } else {
            Fault::error(value.span(), "this is not a number")
        };
        return Err(fault.with_help(help()));
    }
    match value.text.parse() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(Fault::error(value.span(), "this number is out of bounds").with_help(help())),
    }
}
