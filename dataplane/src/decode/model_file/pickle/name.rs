//! Names and numbers as pickles write them.

use std::borrow::Cow;

use super::escape::{Escapes, unescaped, unquoted};
use super::value::Value;

/// The number that the files of `torch.save` began with before they were ZIP archives, as LONG1 has it
/// (`torch/serialization.py`: `MAGIC_NUMBER`).
pub(super) const TORCH_MAGIC: &[u8] = &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// Whether it can be the dotted name of a module or of something in one.
pub(super) fn is_dotted(name: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        part.first().is_some_and(|octet| !octet.is_ascii_digit())
            && part.iter().all(|&octet| octet.is_ascii_alphanumeric() || octet == b'_' || !octet.is_ascii())
    };
    name.split(|&octet| octet == b'.').all(is_part) && std::str::from_utf8(name).is_ok()
}

/// The value of a string in quotes.
pub(super) fn literal(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    if line.contains(&b'\\') {
        return unquoted(line.trim_ascii_end()).map(Cow::Owned);
    }
    let (&quote, rest) = line.trim_ascii_end().split_first()?;
    let (&last, inner) = rest.split_last()?;
    (matches!(quote, b'\'' | b'"') && last == quote).then_some(Cow::Borrowed(inner))
}

/// The value of a string in raw Unicode escapes.
pub(super) fn raw_unicode(line: &[u8]) -> Cow<'_, [u8]> {
    if line.is_ascii() && !line.contains(&b'\\') {
        return Cow::Borrowed(line);
    }
    Cow::Owned(unescaped(line, Escapes::RawUnicode))
}

/// A number in a line, in any base that Python reads; `None` if it is none.
pub(super) fn int(line: &[u8]) -> Option<Value> {
    let digits = line.trim_ascii();
    let digits = digits.strip_prefix(b"-").or(digits.strip_prefix(b"+")).unwrap_or(digits);
    if !digits.first().is_some_and(u8::is_ascii_digit)
        || !digits
            .iter()
            .all(|&octet| octet.is_ascii_hexdigit() || matches!(octet, b'x' | b'X' | b'o' | b'O' | b'_'))
    {
        return None;
    }
    let value = std::str::from_utf8(line.trim_ascii()).ok().and_then(|digits| digits.parse().ok());
    Some(value.map_or(Value::Other, Value::Int))
}

/// Whether a line is a number with a point.
pub(super) fn is_float(line: &[u8]) -> bool {
    std::str::from_utf8(line.trim_ascii()).is_ok_and(|digits| digits.replace('_', "").parse::<f64>().is_ok())
}

/// A number of the memo in a line.
pub(super) fn index(line: &[u8]) -> Option<u64> {
    let digits = line.trim_ascii();
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok())
}

/// What `module:name`, or `module.name`, resolves to: as much of the path as may be a module.
pub(super) fn resolved(path: &[u8]) -> (&[u8], &[u8]) {
    let colon = path.iter().position(|&octet| octet == b':');
    let at = colon.or_else(|| path.iter().rposition(|&octet| octet == b'.'));
    match at.and_then(|at| path.split_at_checked(at)) {
        Some((module, name)) => (module, name.get(1..).unwrap_or_default()),
        None => (path, b""),
    }
}

/// The module and the name that a tuple of both has between them.
pub(super) fn member(both: &[u8]) -> (&[u8], &[u8]) {
    let at = both.iter().position(|&octet| octet == b' ').unwrap_or(both.len());
    let (module, name) = both.split_at_checked(at).unwrap_or_default();
    (module, name.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names() {
        for (name, expected) in [
            (&b"os"[..], true),
            (b"os.path", true),
            (b"_x1", true),
            ("módulo".as_bytes(), true),
            (b"", false),
            (b"a..b", false),
            (b"1a", false),
            (b"a b", false),
            (b"\xf8", false),
        ] {
            assert_eq!(is_dotted(name), expected, "{name:?}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(resolved(b"os:system"), (&b"os"[..], &b"system"[..]));
        assert_eq!(resolved(b"os.path.join"), (&b"os.path"[..], &b"join"[..]));
        assert_eq!(resolved(b"os"), (&b"os"[..], &b""[..]));
        assert_eq!(member(b"os system"), (&b"os"[..], &b"system"[..]));
    }

    #[test]
    fn numbers() {
        assert_eq!(int(b"12"), Some(Value::Int(12)));
        assert_eq!(int(b"0x1f"), Some(Value::Other));
        assert_eq!(int(b"nt"), None);
        assert!(is_float(b"1e5") && is_float(b"inf") && !is_float(b"or the"));
        assert_eq!(index(b"100"), Some(100));
        assert_eq!(index(b"x"), None);
    }
}
