//! Classes of octets (RFC 9110 §5.6.2) and small questions about slices of them.

/// Whether an octet may be in a token: `tchar` of RFC 9110 §5.6.2.
pub(in crate::decode) const fn is_token(octet: u8) -> bool {
    const MARKS: &[u8] = b"!#$%&'*+-.^_`|~";
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut octet = 0;
        while octet < 256 {
            table[octet] = (octet as u8).is_ascii_alphanumeric();
            octet += 1;
        }
        let mut mark = 0;
        while mark < MARKS.len() {
            table[MARKS[mark] as usize] = true;
            mark += 1;
        }
        table
    };
    TABLE[octet as usize]
}

/// Whether an octet is what most servers take for whitespace within a line.
pub(in crate::decode) const fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | 0x0b | 0x0c | b'\r' | 0)
}

/// Without the spaces and tabs around it (OWS of RFC 9110 §5.6.3).
pub(in crate::decode) fn trim(bytes: &[u8]) -> &[u8] {
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let start = bytes.iter().position(|octet| !blank(octet)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|octet| !blank(octet)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

/// Without the end of the line: `\r\n`, `\n`, or nothing.
pub(in crate::decode) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The elements of a comma-separated list (RFC 9110 §5.6.1), trimmed, empty ones left out.
pub(in crate::decode) fn elements(list: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    list.split(|&octet| octet == b',').map(trim).filter(|element| !element.is_empty())
}

/// Whether `bytes` starts with `prefix` in any case.
pub(in crate::decode) fn starts_with_nocase(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_splits() {
        assert_eq!(trim(b" \ta b\t "), b"a b");
        assert_eq!(trim(b"  "), b"");
        assert_eq!(without_line_end(b"a\r\n"), b"a");
        assert_eq!(without_line_end(b"a\n"), b"a");
        assert_eq!(without_line_end(b"a"), b"a");
        assert_eq!(elements(b" gzip ,, br,").collect::<Vec<_>>(), [&b"gzip"[..], b"br"]);
        assert!(is_token(b'a') && is_token(b'~') && !is_token(b':') && !is_token(0xe4) && !is_token(b' '));
    }
}
