//! Writes numbers as digits, without the machinery of formatting.

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn hex(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]
}

/// `0a1b`.
pub(super) fn push_hex(text: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        text.extend_from_slice(&hex(byte, LOWER));
    }
}

/// `0a1b`.
pub(super) fn hex16(number: u16) -> [u8; 4] {
    let [[a, b], [c, d]] = number.to_be_bytes().map(|byte| hex(byte, LOWER));
    [a, b, c, d]
}

/// `0A1B`.
pub(super) fn push_upper_hex(text: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        text.extend_from_slice(&hex(byte, UPPER));
    }
}

/// `0a:1b`, as fingerprints are written.
pub(super) fn push_hex_with_colons(text: &mut Vec<u8>, bytes: &[u8]) {
    push_with_colons(text, bytes, LOWER);
}

/// `0A:1B`, as serial numbers are written.
pub(super) fn push_upper_hex_with_colons(text: &mut Vec<u8>, bytes: &[u8]) {
    push_with_colons(text, bytes, UPPER);
}

fn push_with_colons(text: &mut Vec<u8>, bytes: &[u8], digits: &[u8; 16]) {
    for (position, &byte) in bytes.iter().enumerate() {
        if position > 0 {
            text.push(b':');
        }
        text.extend_from_slice(&hex(byte, digits));
    }
}

/// `2570`, without leading zeros.
pub(super) fn push_decimal(text: &mut Vec<u8>, number: u64) {
    // Nearly all numbers are 16-bit ones of hellos, for which pushing digits beats copying them.
    if number < 100_000 {
        let mut power = 10_000;
        while power > 1 && number < power {
            power /= 10;
        }
        while power > 0 {
            text.push(b'0' + (number / power % 10) as u8);
            power /= 10;
        }
        return;
    }
    let mut digits = [0; 20];
    let mut left = number;
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
        if left == 0 {
            break;
        }
    }
    text.extend_from_slice(digits.get(20 - count..).unwrap_or(&digits));
}

/// `07`; 99 for everything above.
pub(super) fn push_two_digits(text: &mut Vec<u8>, number: usize) {
    let number = number.min(99) as u8;
    text.extend_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn digits_are_as_formatting_writes_them() {
        for number in [0, 7, 10, 99, 100, 9_999, 10_000, 65_535, 99_999, 100_000, u64::MAX] {
            assert_eq!(written(|text| push_decimal(text, number)), number.to_string());
        }
        assert_eq!(written(|text| push_hex(text, &[0x0a, 0xf1])), "0af1");
        assert_eq!(written(|text| push_upper_hex_with_colons(text, &[0x5c, 0x19, 0xb7])), "5C:19:B7");
        assert_eq!(written(|text| push_hex_with_colons(text, &[0xab])), "ab");
        assert_eq!(written(|text| push_two_digits(text, 7)), "07");
        assert_eq!(written(|text| push_two_digits(text, 1_000)), "99");
    }
}
