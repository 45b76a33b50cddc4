//! Parameters of header values (RFC 9110 §5.6.6), and the file names among them (RFC 6266).

use std::borrow::Cow;

/// The parameters after the first `;` of a value: name and value, which may be quoted.
fn parameters(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = after(value, b';');
    std::iter::from_fn(move || {
        loop {
            let text = rest?.trim_ascii_start();
            let end = text.iter().position(|octet| matches!(octet, b'=' | b';')).unwrap_or(text.len());
            let (name, tail) = text.split_at_checked(end)?;
            let Some(tail) = tail.strip_prefix(b"=") else {
                rest = tail.strip_prefix(b";");
                continue;
            };
            let tail = tail.trim_ascii_start();
            let end = end_of_value(tail);
            let (value, tail) = tail.split_at_checked(end)?;
            rest = after(tail, b';');
            return Some((name.trim_ascii_end(), value.trim_ascii_end()));
        }
    })
}

fn after(bytes: &[u8], mark: u8) -> Option<&[u8]> {
    let at = bytes.iter().position(|&octet| octet == mark)?;
    bytes.get(at + 1..)
}

/// Where a token or quoted string ends.
fn end_of_value(text: &[u8]) -> usize {
    if text.first() != Some(&b'"') {
        return text.iter().position(|&octet| octet == b';').unwrap_or(text.len());
    }
    let mut escaped = false;
    let closes = |octet: &u8| {
        let closes = !escaped && *octet == b'"';
        escaped = !escaped && *octet == b'\\';
        closes
    };
    text.get(1..).unwrap_or_default().iter().position(closes).map_or(text.len(), |end| end + 2)
}

/// Without quotes and backslashes. A backslash that does not escape a quote or a backslash stays: names of files on
/// Windows are sent like this.
fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = value.strip_prefix(b"\"") else { return Cow::Borrowed(value) };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut octets = inner.iter().peekable();
    while let Some(&octet) = octets.next() {
        match octets.peek() {
            Some(&&next) if octet == b'\\' && matches!(next, b'"' | b'\\') => {
                plain.push(next);
                octets.next();
            }
            _ => plain.push(octet),
        }
    }
    Cow::Owned(plain)
}

/// An extended value (RFC 8187): `charset'language'percent-encoded`.
fn extended(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut rest) = after(value, b'\'').and_then(|rest| after(rest, b'\'')) else {
        return unquoted(value);
    };
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&octet, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        rest = match (octet, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high << 4 | low) as u8);
                tail.get(2..).unwrap_or_default()
            }
            _ => {
                plain.push(octet);
                tail
            }
        };
    }
    Cow::Owned(plain)
}

/// The value of a parameter, unquoted.
pub fn parameter<'a>(value: &'a [u8], name: &[u8]) -> Option<Cow<'a, [u8]>> {
    parameters(value).find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| unquoted(value))
}

/// The names of a file in a `Content-Disposition`: those of `filename` and of `filename*`, for receivers differ in
/// which they take. A parameter that occurs twice gives two.
pub fn file_names(disposition: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    parameters(disposition).filter_map(|(name, value)| {
        if name.eq_ignore_ascii_case(b"filename") {
            Some(unquoted(value))
        } else if name.eq_ignore_ascii_case(b"filename*") {
            Some(extended(value))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (value, names) in [
            (r#"form-data; name="a"; filename="b.txt""#, &["b.txt"][..]),
            (r#"attachment; filename=b.txt ; x"#, &["b.txt"]),
            (r#"attachment; FileName="a\"b\\c;d.txt""#, &[r#"a"b\c;d.txt"#]),
            (r#"attachment; filename="C:\temp\a.exe""#, &[r"C:\temp\a.exe"]),
            (r#"attachment; filename="a.txt"; filename*=UTF-8''%e2%82%ac%2Eexe"#, &["a.txt", "€.exe"]),
            (r#"attachment; filename="open"#, &["open"]),
            (r#"attachment; filename"#, &[]),
            (r#"form-data; name="filename=x""#, &[]),
            ("inline", &[]),
        ] {
            let found: Vec<_> = file_names(value.as_bytes())
                .map(|name| String::from_utf8_lossy(&name).into_owned())
                .collect();
            assert_eq!(found, names, "{value}");
        }
    }

    #[test]
    fn boundaries() {
        let boundary = |value: &'static str| parameter(value.as_bytes(), b"boundary").map(Cow::into_owned);
        assert_eq!(boundary("multipart/form-data; boundary=abc"), Some(b"abc".to_vec()));
        assert_eq!(boundary("multipart/form-data; charset=x; boundary=\"a b\""), Some(b"a b".to_vec()));
        assert_eq!(boundary("multipart/form-data"), None);
    }
}
