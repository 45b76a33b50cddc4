//! `ibans`: the international bank account numbers in a text (ISO 13616).
//!
//! A number has the letters of a country, the length that this country uses, and check digits that are right (mod 97, ISO
//! 7064). It is written in one, or with a blank after every four characters. The output has them without blanks, one to a
//! line.

use super::output::Output;

/// What the text of a number looks like at least, in Hyperscan's syntax, and the most bytes that that takes.
pub(crate) const SHAPE: (&str, usize) = ("[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11}", 26);

/// The longest.
const MAX_LENGTH: usize = 34;

/// Countries and the length of their numbers, from the registry of SWIFT.
const LENGTHS: [(&[u8; 2], usize); 78] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
];

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    let mut at = 0;
    while at < bytes.len() && !out.is_cut() {
        let is_start =
            at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|b| !b.is_ascii_alphanumeric());
        match is_start.then(|| read(bytes.get(at..).unwrap_or_default())).flatten() {
            Some((number, length, used)) => {
                out.extend(number.get(..length).unwrap_or_default());
                out.push(b'\n');
                at += used;
            }
            None => at += 1,
        }
    }
}

/// The number that a text begins with, its length, and how many bytes of the text it takes.
fn read(text: &[u8]) -> Option<([u8; MAX_LENGTH], usize, usize)> {
    let country = text.first_chunk::<2>()?;
    let length = LENGTHS.iter().find(|(known, _)| *known == country).map(|(_, length)| *length)?;
    let mut number = [0; MAX_LENGTH];
    let (mut filled, mut used) = (0, 0);
    while filled < length {
        match text.get(used)? {
            byte @ (b'0'..=b'9' | b'A'..=b'Z') => {
                *number.get_mut(filled)? = *byte;
                filled += 1;
            }
            b' ' if filled > 0 && filled.is_multiple_of(4) && text.get(used - 1) != Some(&b' ') => {}
            _ => return None,
        }
        used += 1;
    }
    let ends = text.get(used).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (ends && has_check_digits(number.get(..length)?)).then_some((number, length, used))
}

/// Whether the number, its first four characters moved to the end and letters counted from 10, leaves 1 by 97.
fn has_check_digits(number: &[u8]) -> bool {
    let Some((first, rest)) = number.split_at_checked(4) else { return false };
    let remainder = rest.iter().chain(first).fold(0u32, |remainder, &byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter.wrapping_sub(b'A')) + 10) % 97,
    });
    remainder == 1
}
