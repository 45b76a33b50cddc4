//! Base64, as rules ask for it: of whatever a sender wrote.

use weir_rules::signature::Base64Mode;

/// Appends what `text` stands for to `out`, at most until `out` has `limit` bytes. `None` where the text is not what
/// the mode takes: for [`Base64Mode::Strict`] anything but padded Base64.
pub fn decode(text: &[u8], mode: Base64Mode, limit: usize, out: &mut Vec<u8>) -> Option<()> {
    let mut bits = 0u32;
    let mut digits = 0usize;
    let mut padding = 0usize;
    for &byte in text {
        let digit = match (value(byte), mode) {
            (Some(_), Base64Mode::Strict) if padding > 0 => return None,
            (Some(_), _) if padding > 0 => break,
            (Some(digit), _) => digit,
            (None, Base64Mode::Rfc2045) if byte != b'=' => continue,
            (None, _) if byte == b'=' => {
                padding += 1;
                continue;
            }
            (None, Base64Mode::Strict) => return None,
            (None, _) => break,
        };
        bits = bits << 6 | u32::from(digit);
        digits += 1;
        if digits.is_multiple_of(4) {
            push(&bits.to_be_bytes()[1..], limit, out);
        }
    }
    let left = digits % 4;
    if mode == Base64Mode::Strict && (left == 1 || padding != (4 - left) % 4) {
        return None;
    }
    // Two digits hold a byte and four bits too many, three hold two bytes and two bits too many.
    match left {
        2 => push(&[(bits >> 4) as u8], limit, out),
        3 => push(&[(bits >> 10) as u8, (bits >> 2) as u8], limit, out),
        _ => {}
    }
    Some(())
}

fn push(bytes: &[u8], limit: usize, out: &mut Vec<u8>) {
    let room = limit.saturating_sub(out.len()).min(bytes.len());
    out.extend_from_slice(bytes.get(..room).unwrap_or_default());
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_by_mode() {
        use Base64Mode::{Rfc2045, Rfc4648, Strict};
        let table: [(&str, Base64Mode, Option<&str>); 16] = [
            ("SGVsbG8=", Rfc4648, Some("Hello")),
            ("SGVsbG8", Rfc4648, Some("Hello")),
            ("SGVs bG8=", Rfc4648, Some("Hel")),
            ("SGVs bG8=", Rfc2045, Some("Hello")),
            ("S\r\nG$V.sbG8=", Rfc2045, Some("Hello")),
            ("SGVsbG8=", Strict, Some("Hello")),
            ("SGVsbG8", Strict, None),
            ("SGVs bG8=", Strict, None),
            ("SGVsbG8==", Strict, None),
            ("SGVs=bG8", Strict, None),
            ("SGVsbA==", Strict, Some("Hell")),
            ("SGVs", Strict, Some("Hel")),
            ("SGVsS", Rfc4648, Some("Hel")),
            ("", Strict, Some("")),
            ("$", Rfc4648, Some("")),
            ("====", Rfc2045, Some("")),
        ];
        for (text, mode, expected) in table {
            let mut out = Vec::new();
            let decoded = decode(text.as_bytes(), mode, 100, &mut out).map(|()| out);
            assert_eq!(decoded.as_deref(), expected.map(str::as_bytes), "{text:?} {mode:?}");
        }
    }

    #[test]
    fn stops_at_the_limit() {
        let mut out = Vec::new();
        decode(b"SGVsbG8=", Base64Mode::Rfc4648, 4, &mut out).unwrap();
        assert_eq!(out, b"Hell");
    }
}
