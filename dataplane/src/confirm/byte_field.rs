//! Numbers that are written in a value: where they lie and how they are read.

use weir_rules::signature::{ByteField, Encoding};

use super::place;
use super::value::Value;
use super::variables::Variables;

/// The most bytes of a number in binary.
const MAX_BINARY: usize = 8;

/// The most bytes of a number in digits: the greatest in octal, with a zero before it.
const MAX_DIGITS: usize = 23;

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The number, before any mask.
    pub value: u64,
    /// Where its field starts.
    pub start: usize,
    /// Where it ends: of digits, where they end.
    pub end: usize,
}

/// Reads a field; none where it is not in the value, or holds no number.
#[inline]
pub(super) fn read(
    field: &ByteField,
    value: Value<'_>,
    previous: usize,
    variables: &Variables,
) -> Option<Number> {
    if value.bytes.is_empty() {
        return None;
    }
    let base = place::origin(field.base, previous, value);
    let start = place::at(base, field.offset, value.len(), variables)?;
    let length = usize::try_from(variables.bits(field.bytes)?).ok()?;
    let bytes = value.bytes.get(start..start.checked_add(length)?)?;
    let (number, taken) = match field.encoding {
        Encoding::BigEndian => (big_endian(bytes)?, length),
        Encoding::LittleEndian => (little_endian(bytes)?, length),
        Encoding::Digits(radix) => digits(bytes, radix)?,
        Encoding::Dce => return None,
    };
    Some(Number { value: number, start, end: start + taken })
}

/// Takes the bits of a mask, and shifts them down by the zeros at its end.
#[inline]
pub(super) fn masked(value: u64, bitmask: Option<u32>) -> u64 {
    match bitmask {
        Some(0) => 0,
        Some(mask) => (value & u64::from(mask)) >> mask.trailing_zeros(),
        None => value,
    }
}

/// Multiplies, and rounds up to a multiple of four where asked; wraps, as a rule's author has measured it elsewhere.
#[inline]
pub(super) fn scaled(value: u64, multiplier: u32, align: weir_rules::signature::Align) -> u64 {
    let value = value.wrapping_mul(u64::from(multiplier));
    match align {
        weir_rules::signature::Align::No => value,
        weir_rules::signature::Align::Four => value.wrapping_add(3) & !3,
    }
}

fn big_endian(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= MAX_BINARY).then(|| bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

fn little_endian(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= MAX_BINARY)
        .then(|| bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// Reads digits as C's `strtoull` does: blanks before, a sign, `0x` before hexadecimal ones; they end at the first byte
/// that is none. Gives the number and the bytes up to there; none where there is no digit or the number is too great.
fn digits(bytes: &[u8], radix: u8) -> Option<(u64, usize)> {
    if bytes.len() > MAX_DIGITS {
        return None;
    }
    let blanks = bytes.iter().take_while(|&&b| b == b' ' || (b'\t'..=b'\r').contains(&b)).count();
    let rest = bytes.get(blanks..)?;
    let (negative, rest) = match rest.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, rest),
    };
    let rest = match rest {
        [b'0', b'x' | b'X', behind @ ..]
            if radix == 16 && behind.first().is_some_and(u8::is_ascii_hexdigit) =>
        {
            behind
        }
        _ => rest,
    };
    let mut number = 0u64;
    let mut count = 0;
    while let Some(digit) =
        rest.get(count).and_then(|&b| char::from(b).to_digit(u32::from(radix.clamp(2, 36))))
    {
        number = number.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
        count += 1;
    }
    if count == 0 {
        return None;
    }
    let number = if negative { number.wrapping_neg() } else { number };
    Some((number, bytes.len() - rest.len() + count))
}

#[cfg(test)]
mod tests {
    use weir_rules::signature::{Base, Operand};

    use super::*;

    #[test]
    fn reads_digits_as_strtoull_does() {
        type Read = Option<(u64, usize)>;
        let table: [(&[u8], u8, Read); 13] = [
            (b"123", 10, Some((123, 3))),
            (b"12ab", 10, Some((12, 2))),
            (b"  42 ", 10, Some((42, 4))),
            (b"+7", 10, Some((7, 2))),
            (b"-1", 10, Some((u64::MAX, 2))),
            (b"ff", 16, Some((255, 2))),
            (b"0xFf", 16, Some((255, 4))),
            (b"0xg", 16, Some((0, 1))),
            (b"0178", 8, Some((15, 3))),
            (b"x1", 10, None),
            (b"", 10, None),
            (b"18446744073709551616", 10, None),
            (b"000000000000000000000001", 10, None),
        ];
        for (bytes, radix, expected) in table {
            assert_eq!(digits(bytes, radix), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn reads_binary_in_both_orders_and_stays_within() {
        let field = |bytes, offset, encoding| ByteField {
            bytes: Operand::Number(bytes),
            offset: Operand::Number(offset),
            base: Base::Start,
            encoding,
            bitmask: None,
        };
        let table = [
            (2, 0, Encoding::BigEndian, Some(0x0102)),
            (2, 1, Encoding::LittleEndian, Some(0x0302)),
            (3, 1, Encoding::BigEndian, Some(0x0002_0304)),
            (4, 1, Encoding::BigEndian, None),
            (1, -1, Encoding::BigEndian, None),
            (1, i64::MAX, Encoding::BigEndian, None),
            (i64::MAX, 0, Encoding::BigEndian, None),
            (-1, 0, Encoding::BigEndian, None),
            (0, 4, Encoding::BigEndian, Some(0)),
            (1, 0, Encoding::Dce, None),
        ];
        for (bytes, offset, encoding, expected) in table {
            let read =
                read(&field(bytes, offset, encoding), Value::whole(&[1, 2, 3, 4]), 0, &Variables::default());
            assert_eq!(read.map(|number| number.value), expected, "{bytes} at {offset} {encoding:?}");
        }
    }

    #[test]
    fn masks_shift_down() {
        let table =
            [(0x1234, None, 0x1234), (0x1234, Some(0xff00), 0x12), (0x1234, Some(0), 0), (5, Some(4), 1)];
        for (value, mask, expected) in table {
            assert_eq!(masked(value, mask), expected, "{value:#x} {mask:?}");
        }
    }
}
