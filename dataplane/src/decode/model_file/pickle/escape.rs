//! How Python writes bytes and text in lines: the escapes of its literals.

/// The value of a quoted literal (`'…'` or `"…"`), as STRING has it; `None` if it is not one.
pub(in super::super) fn unquoted(literal: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = literal.split_first()?;
    let (&last, inner) = rest.split_last()?;
    (matches!(quote, b'\'' | b'"') && last == quote).then(|| unescaped(inner, Escapes::Bytes))
}

/// Which escapes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Escapes {
    /// Those of a bytes literal (`codecs.escape_decode`).
    Bytes,
    /// `\u` and `\U` only (the codec `raw-unicode-escape`), the rest being Latin-1.
    RawUnicode,
    /// All of a text literal.
    Text,
}

/// Undoes escapes; what is no escape stays.
pub(in super::super) fn unescaped(text: &[u8], escapes: Escapes) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&octet, tail)) = rest.split_first() {
        let (used, value) = match (octet, tail.first()) {
            (b'\\', Some(&kind)) => escape(kind, tail, escapes, &mut plain),
            _ => (0, Escaped::No),
        };
        if value == Escaped::No {
            push(octet, escapes, &mut plain);
        }
        rest = tail.get(used..).unwrap_or_default();
    }
    plain
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escaped {
    Yes,
    No,
}

fn push(octet: u8, escapes: Escapes, plain: &mut Vec<u8>) {
    if escapes == Escapes::RawUnicode {
        push_char(u32::from(octet), plain);
    } else {
        plain.push(octet);
    }
}

fn push_char(code: u32, plain: &mut Vec<u8>) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Undoes the escape behind a backslash; how many bytes of `tail` it took.
fn escape(kind: u8, tail: &[u8], escapes: Escapes, plain: &mut Vec<u8>) -> (usize, Escaped) {
    let digits = |from: usize, count: usize, radix: u32| {
        let digits = tail.get(from..)?.iter().take(count);
        let digits = digits.map_while(|&digit| char::from(digit).to_digit(radix));
        let (len, value) = digits.fold((0, 0_u32), |(len, value), digit| (len + 1, value * radix + digit));
        (len > 0).then_some((len, value))
    };
    let simple = |octet: u8, plain: &mut Vec<u8>| {
        plain.push(octet);
        (1, Escaped::Yes)
    };
    match kind {
        b'u' | b'U' if escapes != Escapes::Bytes => {
            let width = if kind == b'u' { 4 } else { 8 };
            match digits(1, width, 16) {
                Some((len, code)) if len == width => {
                    push_char(code, plain);
                    (1 + len, Escaped::Yes)
                }
                _ => (0, Escaped::No),
            }
        }
        _ if escapes == Escapes::RawUnicode => (0, Escaped::No),
        b'n' => simple(b'\n', plain),
        b't' => simple(b'\t', plain),
        b'r' => simple(b'\r', plain),
        b'\\' | b'\'' | b'"' => simple(kind, plain),
        b'\n' => (1, Escaped::Yes),
        b'x' => match digits(1, 2, 16) {
            Some((2, value)) => {
                plain.push(value as u8);
                (3, Escaped::Yes)
            }
            _ => (0, Escaped::No),
        },
        b'0'..=b'7' => match digits(0, 3, 8) {
            Some((len, value)) => {
                plain.push(value as u8);
                (len, Escaped::Yes)
            }
            None => (0, Escaped::No),
        },
        _ => (0, Escaped::No),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (literal, value) in [
            (&br"'os'"[..], Some(&b"os"[..])),
            (br#""o\x73""#, Some(b"os")),
            (br"'\157s'", Some(b"os")),
            (br"'a\n\'\q\\'", Some(b"a\n'\\q\\")),
            (br"'os", None),
            (b"'", None),
            (b"os", None),
        ] {
            assert_eq!(unquoted(literal).as_deref(), value, "{literal:?}");
        }
        assert_eq!(unescaped(br"o\u0073\x", Escapes::RawUnicode), br"os\x");
        assert_eq!(unescaped(b"\xe9", Escapes::RawUnicode), "é".as_bytes());
        assert_eq!(unescaped(br"\U0000006fs\x73", Escapes::Text), b"oss");
    }
}
