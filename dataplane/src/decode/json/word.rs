//! Values that are neither strings nor containers.

/// Whether a word is a number, `true`, `false` or `null` (RFC 8259 §3, §6).
pub(super) fn is_strict(word: &[u8]) -> bool {
    if matches!(word, b"true" | b"false" | b"null") {
        return true;
    }
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let count = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let integer = count(digits);
    if integer == 0 || integer > 1 && digits.first() == Some(&b'0') {
        return false;
    }
    let mut rest = digits.get(integer..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let len = count(fraction);
        if len == 0 {
            return false;
        }
        rest = fraction.get(len..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent =
            exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let len = count(exponent);
        if len == 0 {
            return false;
        }
        rest = exponent.get(len..).unwrap_or_default();
    }
    rest.is_empty()
}
