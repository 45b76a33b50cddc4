//! `card_numbers`: the numbers of payment cards in a text, so that a rule is not about any sixteen digits.
//!
//! A number has 13 to 19 digits, alone or in groups of two and more with one blank or hyphen between them, no letter or
//! digit at its ends, no point of a decimal fraction before it, a first part and length that an issuer uses (ISO/IEC 7812-1), and a check digit that is right (Luhn, Annex B of
//! the same). The output has the digits of each, one to a line.

use super::output::Output;

/// The fewest and the most digits.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// The fewest digits of a group: lists of single digits are everywhere.
const SHORTEST_GROUP: usize = 2;

/// What the text of a number looks like at least, in Hyperscan's syntax, and the most bytes that that takes.
pub(crate) const SHAPE: (&str, usize) = ("[0-9](?:[ \\-]?[0-9]){12}", 25);

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    let mut at = 0;
    while let Some(start) = next_start(bytes, at) {
        let number = Number::at(bytes, start);
        match number.card() {
            Some((digits, end)) => {
                out.extend(digits);
                out.push(b'\n');
                at = end;
            }
            None => at = start + 1,
        }
        if out.is_cut() {
            return;
        }
    }
}

/// Where the next group of digits begins.
fn next_start(bytes: &[u8], from: usize) -> Option<usize> {
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let mut at = from;
    loop {
        let found = bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
        at += found;
        let is_fraction =
            at >= 2 && bytes.get(at - 1) == Some(&b'.') && bytes.get(at - 2).is_some_and(u8::is_ascii_digit);
        if at == 0 || !is_word(at - 1) && !is_fraction {
            return Some(at);
        }
        at += 1;
    }
}

/// Digits in a row, with single separators between groups.
struct Number {
    digits: [u8; 19],
    len: usize,
    /// Whether a group ends behind so many digits, and where in the text.
    ends: [Option<usize>; 20],
}

impl Number {
    fn at(bytes: &[u8], start: usize) -> Number {
        let mut number = Number { digits: [0; 19], len: 0, ends: [None; 20] };
        let (mut at, mut group) = (start, 0);
        loop {
            let (byte, next) = (bytes.get(at).copied(), bytes.get(at + 1).copied());
            match (byte, next) {
                (Some(digit @ b'0'..=b'9'), _) if number.len < number.digits.len() => {
                    number.push(digit);
                    (at, group) = (at + 1, group + 1);
                    let follows_word = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
                    if !follows_word
                        && group >= SHORTEST_GROUP
                        && let Some(end) = number.ends.get_mut(number.len)
                    {
                        *end = Some(at);
                    }
                }
                (Some(b' ' | b'-'), Some(b'0'..=b'9')) if group >= SHORTEST_GROUP => {
                    (at, group) = (at + 1, 0)
                }
                _ => return number,
            }
        }
    }

    fn push(&mut self, digit: u8) {
        if let Some(slot) = self.digits.get_mut(self.len) {
            *slot = digit;
            self.len += 1;
        }
    }

    /// The digits of the card number that begins here, and where it ends; of several the longest.
    fn card(&self) -> Option<(&[u8], usize)> {
        DIGITS.rev().find_map(|len| {
            let digits = self.digits.get(..len).filter(|_| len <= self.len)?;
            let end = *self.ends.get(len)?;
            (is_issued(digits) && has_check_digit(digits)).then_some((digits, end?))
        })
    }
}

/// Whether issuers give out numbers that begin so, of this length.
fn is_issued(digits: &[u8]) -> bool {
    let Some(first) = digits.first_chunk::<4>() else { return false };
    let prefix = first.iter().fold(0u32, |number, digit| number * 10 + u32::from(digit - b'0'));
    match (prefix, digits.len()) {
        // Visa
        (4000..=4999, 13 | 16 | 19) => true,
        // Mastercard
        (5100..=5599 | 2221..=2720, 16) => true,
        // American Express
        (3400..=3499 | 3700..=3799, 15) => true,
        // Discover, and UnionPay that it carries
        (6011 | 6440..=6599 | 6221..=6229, 16..=19) => true,
        // UnionPay
        (6200..=6299, 16..=19) => true,
        // Diners Club
        (3000..=3059 | 3095 | 3600..=3699 | 3800..=3999, 14 | 16..=19) => true,
        // JCB
        (3528..=3589, 16..=19) => true,
        // Maestro
        (5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763, 13..=19) => true,
        _ => false,
    }
}

/// Whether the check digit is right (Luhn).
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (u32::from(digit - b'0'), place % 2) {
            (value, 0) => value,
            (value, _) if value > 4 => value * 2 - 9,
            (value, _) => value * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}
